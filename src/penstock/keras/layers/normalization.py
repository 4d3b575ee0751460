"""Normalization layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import constraints, initializers, regularizers
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.core import weight_config


class BatchNormalization(Layer):
    """Normalizes by the batch's mean and variance in training, else by their moving averages
    (Ioffe and Szegedy 2015).

    The averages change with ``updates``, which training runs.

    Args:
        axis: the axis (or axes) that keep their own mean. momentum: how slowly averages move.
        epsilon: added to the variance. center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``. beta_initializer: for ``beta``.
        gamma_initializer: for ``gamma``. moving_mean_initializer: for the mean's average.
        moving_variance_initializer: for the variance's. beta_regularizer: a loss of ``beta``.
        gamma_regularizer: a loss of ``gamma``. beta_constraint: applied after updates.
        gamma_constraint: likewise. renorm: refused. renorm_clipping: unused.
        renorm_momentum: unused. fused: use the fused operation; where it fits by default.
        trainable: whether weights are trained and averages move. virtual_batch_size: refused.
        adjustment: refused. name: the name. **kwargs: as for ``Layer``.
    """

    def __init__(self, axis: Any = -1, momentum: float = 0.99, epsilon: float = 1e-3,
                 center: bool = True, scale: bool = True, beta_initializer: Any = "zeros",
                 gamma_initializer: Any = "ones", moving_mean_initializer: Any = "zeros",
                 moving_variance_initializer: Any = "ones", beta_regularizer: Any = None,
                 gamma_regularizer: Any = None, beta_constraint: Any = None,
                 gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
                 renorm_momentum: float = 0.99, fused: bool | None = None, trainable: bool = True,
                 virtual_batch_size: Any = None, adjustment: Any = None, name: str | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name=name, trainable=trainable, **kwargs)
        if renorm or virtual_batch_size is not None or adjustment is not None:
            raise ValueError(
                "BatchNormalization offers no renorm, virtual_batch_size or adjustment."
            )
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.fused = fused
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Makes gamma, beta and the moving averages."""
        shape = ops.TensorShape(input_shape)
        if shape.ndims is None:
            raise ValueError("Input has undefined rank:", shape)
        rank = shape.ndims
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        axes = [a + rank if a < 0 else a for a in given]
        for axis in axes:
            if axis < 0 or axis >= rank:
                raise ValueError(f"Invalid axis: {axis}")
        self._axes = axes
        self.axis = axes
        sizes = shape.as_list()
        if any(sizes[a] is None for a in axes):
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", shape)
        fits = rank == 4 and axes in ([1], [3]) and self.dtype in ("float32", "float16")
        if self.fused and not fits:
            raise ValueError(
                "Fused batch normalization needs images and `axis` 1 or 3 (or -1). Found rank "
                f"{rank} and axis {axes}."
            )
        self._use_fused = fits if self.fused is None else bool(self.fused)
        self._format = "NCHW" if axes == [1] else "NHWC"
        self.input_spec = InputSpec(ndim=rank, axes={a: sizes[a] for a in axes})
        if len(axes) == 1:
            weight_shape: Any = (sizes[axes[0]],)
        else:
            weight_shape = [sizes[i] if i in axes else 1 for i in range(rank)]
        dtype = "float32" if self.dtype == "float16" else self.dtype
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=weight_shape, dtype=dtype, initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
                trainable=True,
            )  # fmt: skip
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=weight_shape, dtype=dtype, initializer=self.beta_initializer,
                regularizer=self.beta_regularizer, constraint=self.beta_constraint, trainable=True,
            )  # fmt: skip
        self.moving_mean = self.add_weight(
            name="moving_mean", shape=weight_shape, dtype=dtype,
            initializer=self.moving_mean_initializer, trainable=False,
        )  # fmt: skip
        self.moving_variance = self.add_weight(
            name="moving_variance", shape=weight_shape, dtype=dtype,
            initializer=self.moving_variance_initializer, trainable=False,
        )  # fmt: skip
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The normalized inputs; adds the updates of the moving averages."""
        if training is None:
            training = K.learning_phase()
        if isinstance(training, int) and not isinstance(training, bool):
            training = bool(training)
        outputs, mean, variance = (
            self._fused(inputs, training) if self._use_fused else self._plain(inputs, training)
        )
        outputs.set_shape(inputs.shape)
        if training is not False:
            momentum = K.smart_cond(
                training,
                lambda: ops.constant(self.momentum, mean.dtype),
                lambda: ops.constant(1.0, mean.dtype),
            )
            with ops.name_scope("AssignMovingAvg"):
                self.add_update(self._moved(self.moving_mean, mean, momentum), inputs)
            with ops.name_scope("AssignMovingAvg_1"):
                self.add_update(self._moved(self.moving_variance, variance, momentum), inputs)
        return outputs

    @staticmethod
    def _moved(variable: Any, value: Any, momentum: Any) -> Any:
        step = (variable - ops.cast(value, variable.dtype.base_dtype)) * (1.0 - momentum)
        return variable.assign_sub(step, read_value=False)

    def _fused(self, inputs: Any, training: Any) -> tuple[Any, Any, Any]:
        size = self.moving_mean.shape
        gamma = self.gamma if self.scale else ops.ones(size)
        beta = self.beta if self.center else ops.zeros(size)

        def train() -> Any:
            return list(K.fused_batch_norm(
                inputs, gamma, beta, None, None, self.epsilon, self._format, True
            ))  # fmt: skip

        def test() -> Any:
            return list(K.fused_batch_norm(
                inputs, gamma, beta, self.moving_mean, self.moving_variance, self.epsilon,
                self._format, False,
            ))  # fmt: skip

        outputs, mean, variance = K.smart_cond(training, train, test)
        return outputs, mean, variance

    def _plain(self, inputs: Any, training: Any) -> tuple[Any, Any, Any]:
        rank = K.ndim(inputs)
        reduced = [i for i in range(rank) if i not in self._axes]
        several = len(self._axes) > 1
        sizes = [1] * rank
        sizes[self._axes[0]] = inputs.shape.as_list()[self._axes[0]]

        def wide(value: Any) -> Any:
            if value is None or several or self._axes == [rank - 1]:
                return value
            return ops.reshape(value, sizes)

        work = ops.cast(inputs, "float32") if self.dtype == "float16" else inputs
        mean, variance = ops.moments.moments(work, reduced, keep_dims=several)
        mean = K.smart_cond(
            training, lambda: ops.identity(mean), lambda: ops.convert_to_tensor(self.moving_mean)
        )
        variance = K.smart_cond(
            training, lambda: ops.identity(variance),
            lambda: ops.convert_to_tensor(self.moving_variance),
        )  # fmt: skip
        outputs = ops.moments.batch_normalization(
            work, wide(mean), wide(variance), wide(self.beta), wide(self.gamma), self.epsilon
        )
        return ops.cast(outputs, inputs.dtype), mean, variance

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = {
            **super().get_config(), "axis": self.axis, "momentum": self.momentum,
            "epsilon": self.epsilon, "center": self.center, "scale": self.scale,
            **weight_config(self, "beta", "gamma", "moving_mean", "moving_variance"),
        }  # fmt: skip
        return config


class LayerNormalization(Layer):
    """Normalizes each sample by its own mean and variance (Ba et al. 2016).

    Args:
        axis: the axis (or axes) to normalize. epsilon: added to the variance.
        center: whether to add ``beta``. scale: whether to multiply by ``gamma``.
        beta_initializer: for ``beta``. gamma_initializer: for ``gamma``.
        beta_regularizer: a loss of ``beta``. gamma_regularizer: a loss of ``gamma``.
        beta_constraint: applied after updates. gamma_constraint: likewise.
        trainable: whether the weights are trained. name: the name. **kwargs: as for ``Layer``.
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-3, center: bool = True,
                 scale: bool = True, beta_initializer: Any = "zeros",
                 gamma_initializer: Any = "ones", beta_regularizer: Any = None,
                 gamma_regularizer: Any = None, beta_constraint: Any = None,
                 gamma_constraint: Any = None, trainable: bool = True, name: str | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name=name, trainable=trainable, **kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Makes gamma and beta."""
        sizes = ops.TensorShape(input_shape).as_list()
        given = self.axis if isinstance(self.axis, list) else [self.axis]
        self._axes = [a % len(sizes) for a in given]
        self.axis = list(self._axes)
        shape = [sizes[a] for a in self._axes]
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer, constraint=self.gamma_constraint,
            )  # fmt: skip
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=shape, initializer=self.beta_initializer,
                regularizer=self.beta_regularizer, constraint=self.beta_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalized inputs."""
        sizes = inputs.shape.as_list()
        mean, variance = ops.moments.moments(inputs, self._axes, keep_dims=True)
        wide = [sizes[i] if i in self._axes else 1 for i in range(len(sizes))]

        def spread(value: Any) -> Any:
            if value is None or self._axes == [len(sizes) - 1]:
                return value
            return ops.reshape(value, wide)

        outputs = ops.moments.batch_normalization(
            inputs, mean, variance, spread(self.beta), spread(self.gamma), self.epsilon
        )
        outputs.set_shape(inputs.shape)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon,
                "center": self.center, "scale": self.scale,
                **weight_config(self, "beta", "gamma")}  # fmt: skip
