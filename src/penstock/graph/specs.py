"""Descriptions of values: ``tf.TensorSpec`` and its kin."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import IndexedSlices, SparseTensor
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor


class TypeSpec:
    """What a value looks like: its class, shape and type of elements."""

    value_type: Any = None

    def _parts(self) -> tuple[Any, ...]:
        return ()

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """Whether a value, or every value of a description, is described by this."""
        other = spec_or_value
        if isinstance(other, self.value_type):
            other = type(self).from_value(other)  # type: ignore[attr-defined]
        return (
            type(other) is type(self)
            and self.shape.is_compatible_with(other.shape)  # type: ignore[attr-defined]
            and self.dtype.is_compatible_with(other.dtype)  # type: ignore[attr-defined]
        )

    def most_specific_compatible_type(self, other: Any) -> Any:
        """The description that fits both this and ``other`` and nothing more than it must.

        Raises:
            ValueError: when no description fits both.
        """
        if type(other) is not type(self) or self.dtype != other.dtype:  # type: ignore[attr-defined]
            raise ValueError(f"Types are not compatible: {self!r} vs {other!r}")
        shape = self.shape.most_specific_compatible_shape(other.shape)  # type: ignore[attr-defined]
        return type(self)(shape, self.dtype)  # type: ignore[attr-defined, call-arg]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return False
        mine, theirs = self._parts(), other._parts()  # type: ignore[attr-defined]
        return all(str(a) == str(b) for a, b in zip(mine, theirs))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self), tuple(str(part) for part in self._parts())))


class TensorSpec(TypeSpec):
    """A description of a tensor.

    Args:
        shape: its shape. dtype: the type of its elements. name: a name, or ``None``.
    """

    value_type = Tensor

    def __init__(self, shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> None:
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """A copy of a description, with another name if one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The description of a tensor, named as its operation unless a name is given."""
        return cls(tensor.shape, tensor.dtype, name or tensor.op.name)

    from_value = from_tensor

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, or ``None``."""
        return self._name

    def _parts(self) -> tuple[Any, ...]:
        return (self._shape, self._dtype, self._name)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"


class _PlainSpec(TypeSpec):
    def __init__(self, shape: Any = None, dtype: Any = dtypes.float32) -> None:
        self._shape = TensorShape(shape)
        self._dtype = dtypes.as_dtype(dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape of the dense tensor."""
        return self._shape

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self._dtype

    @classmethod
    def from_value(cls, value: Any) -> Any:
        """The description of a value."""
        return cls(value.shape, value.dtype)

    def _parts(self) -> tuple[Any, ...]:
        return (self._shape, self._dtype)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape!r}, {self.dtype!r})"


class SparseTensorSpec(_PlainSpec):
    """A description of a ``SparseTensor``.

    Args:
        shape: the shape of the dense tensor. dtype: the type of its elements.
    """

    value_type = SparseTensor


class IndexedSlicesSpec(_PlainSpec):
    """A description of ``IndexedSlices``.

    Args:
        shape: the shape of the dense tensor. dtype: the type of its elements.
        indices_dtype: the type of the indices. dense_shape_dtype: the type of the dense shape.
        indices_shape: the shape of the indices.
    """

    value_type = IndexedSlices

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        indices_dtype: Any = dtypes.int64,
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ) -> None:
        super().__init__(shape, dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = dense_shape_dtype
        self._indices_shape = TensorShape(indices_shape)

    def _parts(self) -> tuple[Any, ...]:
        return (*super()._parts(), self._indices_dtype, self._dense_shape_dtype)
