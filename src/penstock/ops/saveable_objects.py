"""What an object says about how it is saved: the base of ``tf.train.Saver``'s saveable objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.tensor import Tensor


class SaveSpec:
    """One tensor of a checkpoint.

    Args:
        tensor: the tensor, or a function that gives it.
        slice_spec: '' for a whole tensor, else the full shape and the slice.
        name: what it is called in the checkpoint.
        dtype: its type, where ``tensor`` is a function.
        device: its device, where ``tensor`` is a function.
    """

    def __init__(
        self, tensor: Any, slice_spec: str, name: str, dtype: Any = None, device: str | None = None
    ) -> None:
        if callable(tensor) and (dtype is None or device is None):
            raise AssertionError("When passing a callable `tensor` to a SaveSpec, an explicit "
                                 "dtype and device must be provided.")  # fmt: skip
        self._tensor = tensor
        self.slice_spec = slice_spec
        self.name = name
        self.dtype = tensor.dtype if dtype is None else dtype
        self.device = tensor.device if device is None else device

    @property
    def tensor(self) -> Any:
        """The tensor."""
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """What is saved and restored together: a base class for user-defined kinds.

    Args:
        op: the tensor or operation that produces it. specs: its ``SaveSpec`` parts.
        name: what it is called in the checkpoint.
    """

    def __init__(self, op: Any, specs: Sequence[SaveSpec], name: str) -> None:
        self.op = op
        self.specs = specs
        self.name = name

    @property
    def optional_restore(self) -> bool:
        """Whether a checkpoint without it will do."""
        return False

    @property
    def device(self) -> str:
        """The device of the parts."""
        return self.specs[0].device

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Any:
        """Builds the operation that puts restored values back.

        Args:
            restored_tensors: one for each of ``specs``.
            restored_shapes: shapes to give them, or ``None``.
        """
        raise ValueError("Calling an abstract method.")
