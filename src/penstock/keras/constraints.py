"""``keras.constraints``: functions applied to weights after each update."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object


class Constraint:
    """A function from weights to weights."""

    def __call__(self, w: Any) -> Any:
        return w

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {}


def _norms(w: Any, axis: Any) -> Any:
    return K.sqrt(ops.reduce_sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Norms at most ``max_value``.

    Args:
        max_value: the largest norm. axis: the axes that norms are taken over.
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, self.axis)
        desired = K.clip(norms, 0, self.max_value)
        return w * (desired / (K.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Nothing below 0."""

    def __call__(self, w: Any) -> Any:
        return w * ops.cast(ops.greater_equal(w, 0.0), K.floatx())


class UnitNorm(Constraint):
    """Norms of 1.

    Args:
        axis: the axes that norms are taken over.
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return w / (K.epsilon() + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Norms between two values.

    Args:
        min_value: the smallest norm. max_value: the largest.
        rate: how far to go towards them: 1 for all the way.
        axis: the axes that norms are taken over.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0,
                 axis: Any = 0) -> None:  # fmt: skip
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, self.axis)
        clipped = K.clip(norms, self.min_value, self.max_value)
        desired = self.rate * clipped + (1 - self.rate) * norms
        return w * (desired / (K.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate,
                "axis": self.axis}  # fmt: skip


class RadialConstraint(Constraint):
    """Kernels that are the same at equal distance from their middle."""

    def __call__(self, w: Any) -> Any:
        shape = w.shape.as_list()
        if len(shape) != 4:
            raise ValueError(f"The weight tensor must be of rank 4, but is of shape: {shape}")
        height, width, channels, kernels = shape
        if height != width:
            raise ValueError("A radial constraint needs square kernels.")
        flat = ops.reshape(w, (height, width, channels * kernels))
        planes = [self._radial(p) for p in ops.unstack(flat, axis=-1)]
        return ops.reshape(ops.stack(planes, axis=-1), (height, width, channels, kernels))

    def _radial(self, plane: Any) -> Any:
        # The middle and the rings are taken from the diagonal as TensorFlow 1.15 takes them, one
        # element before where they are.
        size = plane.shape.as_list()[0]
        middle = size // 2
        odd = size % 2 == 1
        kernel = ops.fill([1, 1] if odd else [2, 2], plane[middle - 1, middle - 1])
        for i in range(0 if odd else 1, middle):
            kernel = ops.pad(kernel, [[1, 1], [1, 1]])
            inside = ops.pad(ops.ones_like(kernel)[1:-1, 1:-1], [[1, 1], [1, 1]])
            kernel = kernel + plane[middle + i, middle + i] * (1 - inside)
        return kernel


_ALL: dict[str, Any] = {
    "Constraint": Constraint, "MaxNorm": MaxNorm, "NonNeg": NonNeg, "UnitNorm": UnitNorm,
    "MinMaxNorm": MinMaxNorm, "RadialConstraint": RadialConstraint,
    "max_norm": MaxNorm, "non_neg": NonNeg, "unit_norm": UnitNorm, "min_max_norm": MinMaxNorm,
    "radial_constraint": RadialConstraint,
    "maxnorm": MaxNorm, "nonneg": NonNeg, "unitnorm": UnitNorm,
}  # fmt: skip


def serialize(constraint: Any) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(constraint)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The constraint that ``serialize`` described."""
    return deserialize_keras_object(config, _ALL, custom_objects, "constraint")


def get(identifier: Any) -> Any:
    """The constraint that ``identifier`` names; ``None`` for ``None``.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret constraint identifier: {identifier}")


max_norm = MaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
min_max_norm = MinMaxNorm
radial_constraint = RadialConstraint
