"""``tf.layers``: dense layers, dropout, flattening."""

from __future__ import annotations

import math
from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.layers import lookup
from penstock.layers.arguments import checked_data_format, smart_cond
from penstock.layers.base import Layer
from penstock.layers.input_spec import InputSpec
from penstock.nn.dropout import dropout as nn_dropout
from penstock.ops.arrays import reshape, transpose
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.contractions import tensordot
from penstock.ops.identities import identity
from penstock.ops.initializers import Zeros
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add


class Dense(Layer):
    """``activation(inputs kernel + bias)``.

    Args:
        units: the size of the output.
        activation: a function or its name; none by default.
        use_bias: whether to add a bias.
        kernel_initializer: for the kernel; Glorot's uniform, or the scope's, by default.
        bias_initializer: for the bias.
        kernel_regularizer: gives a loss for the kernel. bias_regularizer: for the bias.
        activity_regularizer: for the output.
        kernel_constraint: applied to the kernel after updates. bias_constraint: to the bias.
        trainable: whether the variables are trained. name: the layer's name.
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = Zeros(),
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs
        )
        self.units = int(units)
        self.activation = lookup.activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = lookup.initializer(kernel_initializer)
        self.bias_initializer = lookup.initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.supports_masking = True
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Makes ``kernel`` and ``bias``.

        Raises:
            TypeError: for types that aren't floating or complex.
            ValueError: when the size of the input isn't known.
        """
        kind = dtypes.as_dtype(self.dtype or dtypes.float32)
        if not (kind.is_floating or kind.is_complex):
            raise TypeError(f"Unable to build `Dense` layer with non-floating point dtype {kind!r}")
        size = as_shape(input_shape)[-1].value
        if size is None:
            raise ValueError(
                "The last dimension of the inputs to `Dense` should be defined. Found `None`."
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel",
            shape=[size, self.units],
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            dtype=self.dtype,
            trainable=True,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                shape=[self.units],
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                dtype=self.dtype,
                trainable=True,
            )
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        rank = inputs.shape.ndims
        if isinstance(inputs, SparseTensor):
            from penstock.ops.sparse import sparse_tensor_dense_matmul

            outputs = sparse_tensor_dense_matmul(inputs, self.kernel)
        elif rank > 2:
            outputs = tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape([*inputs.shape.as_list()[:-1], self.units])
        else:
            outputs = matmul(cast(inputs, self.dtype or dtypes.float32), self.kernel)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        if self.activation is not lookup.linear:
            return self.activation(outputs)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The input's shape with another last size."""
        shape = as_shape(input_shape).with_rank_at_least(2)
        if shape[-1].value is None:
            raise ValueError(
                f"The innermost dimension of input_shape must be defined, but saw: {input_shape}"
            )
        return shape[:-1].concatenate(self.units)


def dense(
    inputs: Any,
    units: int,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = Zeros(),
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Tensor:
    """A dense layer: ``activation(inputs kernel + bias)``.

    Args:
        inputs: ``[..., n]``.
        units: the size of the output.
        reuse: whether to share the variables of an existing layer of this name.

    The other arguments are those of ``tf.layers.Dense``.

    Returns:
        ``[..., units]``.

    Raises:
        ValueError: when ``n`` isn't known, or the variables exist or are missing.
    """
    layer = Dense(
        units,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    return layer.apply(inputs)


class Dropout(Layer):
    """Sets a random share of the inputs to zero during training, and scales up the others.

    Args:
        rate: the share.
        noise_shape: the shape of the mask; ``None`` entries are the input's sizes.
        seed: the seed. name: the layer's name.
    """

    def __init__(self, rate: Any = 0.5, noise_shape: Any = None, seed: int | None = None,
                 name: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name=name, **kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.supports_masking = True

    def _mask_shape(self, inputs: Any) -> Any:
        if self.noise_shape is None:
            return None
        if isinstance(self.noise_shape, Tensor):
            return self.noise_shape
        known = shape_of(inputs)
        sizes = [known[i] if size is None else size for i, size in enumerate(self.noise_shape)]
        return convert_to_tensor(sizes)

    def call(self, inputs: Any, training: Any = False) -> Tensor:
        """Makes the operations; ``training`` can be a tensor."""

        def dropped() -> Tensor:
            return nn_dropout(
                inputs, noise_shape=self._mask_shape(inputs), seed=self.seed, rate=self.rate
            )

        return smart_cond(training, dropped, lambda: identity(inputs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: Any = None,
) -> Tensor:
    """Sets a random share of the inputs to zero, and scales up the others, during training.

    Args:
        inputs: a tensor. rate: the share to drop, not the share to keep.
        noise_shape: the shape of the mask. seed: the seed.
        training: a boolean or tensor; without it nothing is dropped.
        name: the layer's name.
    """
    return Dropout(rate, noise_shape=noise_shape, seed=seed, name=name).apply(
        inputs, training=training
    )


class Flatten(Layer):
    """Gives every example of a batch as a vector.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; the latter are moved last.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        rank = inputs.shape.ndims
        if self.data_format == "channels_first" and rank is not None and rank > 1:
            inputs = transpose(inputs, perm=[0, *range(2, rank), 1])
        batch = inputs.shape[0].value or shape_of(inputs)[0]
        outputs = reshape(inputs, (batch, -1))
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """``[batch, product of the others]``."""
        sizes = as_shape(input_shape).as_list()
        rest = [size for size in sizes[1:] if size]
        known = len(rest) == len(sizes) - 1
        return TensorShape([sizes[0], math.prod(rest) if known else None])


def flatten(inputs: Any, name: Any = None, data_format: str = "channels_last") -> Tensor:
    """Every example of a batch as a vector: ``[batch, ...]`` to ``[batch, n]``.

    Args:
        inputs: a tensor. name: the layer's name.
        data_format: ``"channels_last"`` or ``"channels_first"``.
    """
    return Flatten(name=name, data_format=data_format).apply(inputs)
