"""Activations that are layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.core import weight_config


class _Activation(Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape."""
        return ops.TensorShape(input_shape)


class LeakyReLU(_Activation):
    """``x`` above 0, ``alpha * x`` below (Maas et al. 2013).

    Args:
        alpha: the slope below 0. **kwargs: as for ``Layer``.
    """

    def __init__(self, alpha: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = K.cast_to_floatx(alpha)

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return K.relu(inputs, alpha=float(self.alpha))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "alpha": float(self.alpha)}


class PReLU(_Activation):
    """``LeakyReLU`` with a slope that is learned (He et al. 2015).

    Args:
        alpha_initializer: for the slopes. alpha_regularizer: a loss of the slopes.
        alpha_constraint: applied after updates. shared_axes: axes that share a slope.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, alpha_initializer: Any = "zeros", alpha_regularizer: Any = None,
                 alpha_constraint: Any = None, shared_axes: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Makes the slopes."""
        sizes = ops.TensorShape(input_shape).as_list()
        shape = sizes[1:]
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            shape=shape, name="alpha", initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer, constraint=self.alpha_constraint,
        )  # fmt: skip
        axes = {i: sizes[i] for i in range(1, len(sizes)) if i not in (self.shared_axes or ())}
        self.input_spec = InputSpec(ndim=len(sizes), axes=axes)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return ops.relu(inputs) + -self.alpha * ops.relu(-inputs)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), **weight_config(self, "alpha"),
                "shared_axes": self.shared_axes}  # fmt: skip


class ELU(_Activation):
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below.

    Args:
        alpha: the factor. **kwargs: as for ``Layer``.
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = K.cast_to_floatx(alpha)

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return K.elu(inputs, float(self.alpha))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "alpha": float(self.alpha)}


class ThresholdedReLU(_Activation):
    """``x`` above ``theta``, 0 below.

    Args:
        theta: the threshold. **kwargs: as for ``Layer``.
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.theta = K.cast_to_floatx(theta)

    def call(self, inputs: Any) -> Any:
        """The activation."""
        limit = ops.constant(float(self.theta), inputs.dtype)
        return inputs * ops.cast(ops.greater(inputs, limit), inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "theta": float(self.theta)}


class Softmax(_Activation):
    """``exp(x)`` scaled to the sum 1.

    Args:
        axis: the axis of the sum. **kwargs: as for ``Layer``.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return activations.softmax(inputs, axis=self.axis)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "axis": self.axis}


class ReLU(_Activation):
    """``max(x, 0)``, with a slope below the threshold and a ceiling if wanted.

    Args:
        max_value: the ceiling. negative_slope: the slope. threshold: the threshold.
        **kwargs: as for ``Layer``.
    """

    def __init__(self, max_value: float | None = None, negative_slope: float = 0,
                 threshold: float = 0, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0.0:
            raise ValueError(f"max_value of Relu layer cannot be negative value: {max_value}")
        if negative_slope < 0.0:
            raise ValueError(
                f"negative_slope of Relu layer cannot be negative value: {negative_slope}"
            )
        self.max_value = None if max_value is None else float(max_value)
        self.negative_slope = float(negative_slope)
        self.threshold = float(threshold)

    def call(self, inputs: Any) -> Any:
        """The activation."""
        return K.relu(inputs, alpha=self.negative_slope, max_value=self.max_value,
                      threshold=self.threshold)  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "max_value": self.max_value,
                "negative_slope": self.negative_slope, "threshold": self.threshold}  # fmt: skip
