"""Core layers."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.utils import objects


class Dense(Layer):
    """``activation(inputs @ kernel + bias)``.

    Input shape ``[..., input_dim]``, output shape ``[..., units]``.

    Args:
        units: the size of the output. activation: a function or its name.
        use_bias: whether to add a bias. kernel_initializer: for the kernel.
        bias_initializer: for the bias. kernel_regularizer: a loss of the kernel.
        bias_regularizer: a loss of the bias. activity_regularizer: a loss of the output.
        kernel_constraint: applied to the kernel after updates.
        bias_constraint: applied to the bias after updates. **kwargs: as for ``Layer``.
    """

    def __init__(self, units: int, activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(activity_regularizer=regularizers.get(activity_regularizer), **kwargs)
        self.units = units if isinstance(units, int) else int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.supports_masking = True
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias."""
        size = ops.TensorShape(input_shape).as_list()[-1]
        if size is None:
            raise ValueError(
                "The last dimension of the inputs to `Dense` should be defined. Found `None`."
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel", shape=[size, self.units], initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint, trainable=True,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", shape=[self.units], initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint, trainable=True,
            )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The product, bias and activation."""
        rank = K.ndim(inputs)
        inputs = ops.cast(inputs, self.dtype)
        if rank is not None and rank > 2:
            outputs = ops.tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], self.units])
        else:
            outputs = ops.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = ops.bias_add(outputs, self.bias)
        return self.activation(outputs) if self.activation is not None else outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with ``units`` at the end."""
        sizes = ops.TensorShape(input_shape).as_list()
        if sizes[-1] is None:
            raise ValueError(
                "The innermost dimension of input_shape must be defined, but saw: "
                f"{ops.TensorShape(input_shape)}"
            )
        return ops.TensorShape([*sizes[:-1], self.units])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, "kernel", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }


def weight_config(layer: Any, *names: str) -> dict[str, Any]:
    """Initializers, regularizers and constraints of the weights ``names``."""
    config = {}
    for kind, module in (("initializer", initializers), ("regularizer", regularizers),
                         ("constraint", constraints)):  # fmt: skip
        for name in names:
            if hasattr(layer, f"{name}_{kind}"):
                config[f"{name}_{kind}"] = module.serialize(getattr(layer, f"{name}_{kind}"))
    return config


class Flatten(Layer):
    """Each sample's elements in one row.

    Args:
        data_format: where the channels are; they go last. **kwargs: as for ``Layer``.
    """

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = K.normalized_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """The rows."""
        rank = K.ndim(inputs)
        if self.data_format == "channels_first" and rank is not None and rank > 1:
            inputs = ops.transpose(inputs, [0, *range(2, rank), 1])
        sizes = inputs.shape.as_list() if inputs.shape.ndims is not None else None
        if sizes is not None and len(sizes) == 1:
            return ops.expand_dims(inputs, -1)
        if sizes is not None and None not in sizes[1:]:
            width: Any = int(np.prod(sizes[1:], dtype=np.int64))
        else:
            width = -1
        batch = ops.shape(inputs)[0]
        outputs = ops.reshape(inputs, (batch, width))
        if sizes is not None:
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, elements]``."""
        sizes = ops.TensorShape(input_shape).as_list()
        rest: list[Any] = sizes[1:]
        width = int(np.prod(rest, dtype=np.int64)) if rest and None not in rest else None
        return ops.TensorShape([sizes[0], width if rest else 1])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Each sample in another shape.

    Args:
        target_shape: the shape without the batch axis; one size may be -1.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def _fixed(self, sizes: list[Any]) -> list[Any]:
        output = list(self.target_shape)
        known, unknown = 1, None
        for index, size in enumerate(output):
            if size < 0:
                if unknown is not None:
                    raise ValueError("There must be at most one unknown dimension in output_shape.")
                unknown = index
            else:
                known *= size
        original = int(np.prod(sizes, dtype=np.int64))
        if unknown is not None:
            if known == 0 or original % known != 0:
                raise ValueError("total size of new array must be unchanged")
            output[unknown] = original // known
        elif original != known:
            raise ValueError("total size of new array must be unchanged")
        return output

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch axis and the target shape."""
        sizes = ops.TensorShape(input_shape).as_list()
        if None in sizes[1:]:
            rest = [s if s != -1 else None for s in self.target_shape]
        else:
            rest = self._fixed(sizes[1:])
        return ops.TensorShape([sizes[0], *rest])

    def call(self, inputs: Any) -> Any:
        """The reshaped samples."""
        outputs = ops.reshape(inputs, (ops.shape(inputs)[0], *self.target_shape))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """The axes in another order.

    Args:
        dims: the axes, counted from 1, the batch axis left out. **kwargs: as for ``Layer``.
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(
                f"Invalid permutation `dims` for Permute Layer: {dims}. The set of indices in "
                "`dims` must be consecutive and start from 1."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes in the new order."""
        sizes = ops.TensorShape(input_shape).as_list()
        return ops.TensorShape([sizes[0], *[sizes[d] for d in self.dims]])

    def call(self, inputs: Any) -> Any:
        """The permuted samples."""
        return ops.transpose(inputs, perm=(0, *self.dims))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """``[batch, features]`` to ``[batch, n, features]``.

    Args:
        n: how often. **kwargs: as for ``Layer``.
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """``[batch, n, features]``."""
        sizes = ops.TensorShape(input_shape).as_list()
        return ops.TensorShape([sizes[0], self.n, sizes[1]])

    def call(self, inputs: Any) -> Any:
        """The repeated samples."""
        return K.repeat(inputs, self.n)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "n": self.n}


class Activation(Layer):
    """An activation as a layer.

    Args:
        activation: a function or its name. **kwargs: as for ``Layer``.
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """The activation of ``inputs``."""
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "activation": activations.serialize(self.activation)}


class Dropout(Layer):
    """In training, some elements set to zero and the others scaled up (Srivastava et al. 2014).

    Args:
        rate: the fraction set to zero. noise_shape: the shape of the mask, 1 where it is shared.
        seed: the seed. **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.supports_masking = True

    def _get_noise_shape(self, inputs: Any) -> Any:
        if self.noise_shape is None:
            return None
        sizes = ops.shape(inputs)
        return ops.stack([sizes[i] if s is None else s for i, s in enumerate(self.noise_shape)])

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The masked inputs in training, else the inputs."""
        if training is None:
            training = K.learning_phase()

        def dropped() -> Any:
            return ops.dropout(
                inputs, noise_shape=self._get_noise_shape(inputs), seed=self.seed, rate=self.rate
            )

        return K.smart_cond(training, dropped, lambda: ops.identity(inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape,
                "seed": self.seed}  # fmt: skip


class _SpatialDropout(Dropout):
    def __init__(self, rate: float, rank: int, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, **kwargs)
        self._spatial_rank = rank
        self.data_format = K.normalized_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def _get_noise_shape(self, inputs: Any) -> Any:
        sizes = ops.shape(inputs)
        ones = [1] * self._spatial_rank
        if self.data_format == "channels_first":
            return (sizes[0], sizes[1], *ones)
        return (sizes[0], *ones, sizes[self._spatial_rank + 1])


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of ``[batch, steps, channels]``.

    Args:
        rate: the fraction. **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(rate, 1, "channels_last", **kwargs)


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images.

    Args:
        rate: the fraction. data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, 2, data_format, **kwargs)


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes.

    Args:
        rate: the fraction. data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    def __init__(self, rate: float, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(rate, 3, data_format, **kwargs)


class Masking(Layer):
    """Marks the steps all of whose features equal a value, so that later layers skip them.

    Args:
        mask_value: the value. **kwargs: as for ``Layer``.
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.mask_value = mask_value
        self._compute_output_and_mask_jointly = True

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Which steps are kept."""
        return ops.reduce_any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """The inputs, zero where masked."""
        kept = ops.reduce_any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        outputs = inputs * ops.cast(kept, inputs.dtype)
        outputs._keras_mask = ops.squeeze(kept, axis=[-1])
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "mask_value": self.mask_value}


class Lambda(Layer):
    """A function as a layer.

    Args:
        function: takes the inputs (and ``mask`` and ``training``, if it has such arguments).
        output_shape: the output's shape without the batch axis, or a function of the input's.
        mask: the output's mask, or a function. arguments: further arguments of ``function``.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, function: Any, output_shape: Any = None, mask: Any = None,
                 arguments: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.function = function
        self.arguments = arguments or {}
        if mask is not None:
            self.supports_masking = True
        self.mask = mask
        self._output_shape = output_shape

    @property
    def _call_arguments(self) -> set[str]:  # type: ignore[override]
        return {n for n in ("mask", "training") if objects.has_arg(self.function, n)} - set(
            self.arguments
        )

    def _call_arguments_in_order(self) -> list[str]:
        return ["inputs", *sorted(self._call_arguments)]

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """The function of ``inputs``."""
        arguments = dict(self.arguments)
        if "mask" in self._call_arguments:
            arguments["mask"] = mask
        if "training" in self._call_arguments:
            arguments["training"] = training
        return self.function(inputs, **arguments)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that was given, or is found by trying."""
        if self._output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._output_shape):
            return ops.TensorShape(self._output_shape(input_shape))
        first = input_shape[0] if isinstance(input_shape, list) else input_shape
        batch = ops.TensorShape(first).as_list()[0]
        return ops.TensorShape([batch, *self._output_shape])

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask that was given, or what the function makes of the input's."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The function's code and the arguments."""
        config: dict[str, Any] = {**super().get_config()}
        for key, value in (("function", self.function), ("output_shape", self._output_shape),
                           ("mask", self.mask)):  # fmt: skip
            stored, kind, module = _stored_function(value)
            config[key] = stored
            config[f"{key}_type"] = kind
            config["module" if key == "function" else f"{key}_module"] = module
        if self.mask is None:
            for key in ("mask", "mask_type", "mask_module"):
                config.pop(key)
        config["arguments"] = self.arguments
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        config = dict(config)
        for key in ("function", "output_shape", "mask"):
            if key not in config:
                continue
            module = config.pop("module" if key == "function" else f"{key}_module", None)
            del module
            kind = config.pop(f"{key}_type", None)
            if kind == "function":
                config[key] = objects.deserialize_keras_object(
                    config[key], custom_objects=custom_objects,
                    printable_module_name=f"{key} in Lambda layer",
                )  # fmt: skip
            elif kind == "lambda":
                known = objects.dumped_here(config[key])
                config[key] = objects.func_load(config[key], globs=known)
        return cls(**config)


def _stored_function(value: Any) -> tuple[Any, str, Any]:
    if isinstance(value, types.LambdaType) and value.__name__ == "<lambda>":
        return objects.func_dump(value), "lambda", value.__module__
    if callable(value):
        return value.__name__, "function", value.__module__
    return value, "raw", None


class ActivityRegularization(Layer):
    """The inputs, whose size adds to the loss.

    Args:
        l1: the factor of ``sum(|x|)``. l2: the factor of ``sum(x ** 2)``.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.supports_masking = True
        self.l1 = l1
        self.l2 = l2

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}
