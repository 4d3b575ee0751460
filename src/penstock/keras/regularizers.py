"""``keras.regularizers``."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object


class Regularizer:
    """A function of a variable that is added to the loss."""

    def __call__(self, x: Any) -> Any:
        return 0.0

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """The regularizer that ``get_config`` described."""
        return cls(**config)


class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x ** 2)``.

    Args:
        l1: the first factor. l2: the second.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = float(K.cast_to_floatx(l1))
        self.l2 = float(K.cast_to_floatx(l2))

    def __call__(self, x: Any) -> Any:
        if not self.l1 and not self.l2:
            return ops.constant(0.0)
        total: Any = 0.0
        if self.l1:
            total += ops.reduce_sum(self.l1 * ops.abs(x))
        if self.l2:
            total += ops.reduce_sum(self.l2 * ops.square(x))
        return total

    def get_config(self) -> dict[str, float]:
        """The arguments."""
        return {"l1": self.l1, "l2": self.l2}


def l1(l: float = 0.01) -> L1L2:  # noqa: E741 - Keras's name
    """``l * sum(|x|)``."""
    return L1L2(l1=l)


def l2(l: float = 0.01) -> L1L2:  # noqa: E741
    """``l * sum(x ** 2)``."""
    return L1L2(l2=l)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """Both."""
    return L1L2(l1=l1, l2=l2)


class _L1(L1L2):
    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class _L2(L1L2):
    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


_ALL = {"Regularizer": Regularizer, "L1L2": L1L2, "l1": l1, "l2": l2, "l1_l2": l1_l2,
        "L1": _L1, "L2": _L2}  # fmt: skip


def serialize(regularizer: Any) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(regularizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The regularizer that ``serialize`` described."""
    return deserialize_keras_object(config, _ALL, custom_objects, "regularizer")


def get(identifier: Any) -> Any:
    """The regularizer that ``identifier`` names; ``None`` for ``None``.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        found = deserialize(identifier)
        return found if identifier not in ("l1", "l2", "l1_l2") else found()
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret regularizer identifier: {identifier}")
