"""Static shapes: ``tf.Dimension`` and ``tf.TensorShape``.

A dimension may be unknown (``None``, printed ``?``) and a shape may be of unknown rank.
Arithmetic and comparison with something unknown give something unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from penstock import protos


class Dimension:
    """One dimension of a shape: a size, or unknown (``value`` is ``None``)."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        if value is None:
            self._value = None
        elif isinstance(value, Dimension):
            self._value = value._value
        else:
            try:
                size = operator.index(value)
            except TypeError:
                if isinstance(value, (str, bytes)):
                    raise TypeError(f"A dimension must be an integer, not {value!r}") from None
                size = int(value)
                if size != value:
                    raise ValueError(f"Ambiguous dimension: {value}") from None
            if size < 0:
                raise ValueError(f"Dimension {size} must be >= 0")
            self._value = size

    @property
    def value(self) -> int | None:
        """The size, or ``None`` when unknown."""
        return self._value

    def __repr__(self) -> str:
        return f"Dimension({self._value!r})"

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __int__(self) -> Any:
        if self._value is None:
            raise TypeError("__int__ returned non-int (type NoneType): the dimension is unknown")
        return self._value

    __long__ = __int__

    def __index__(self) -> int:
        if self._value is None:
            raise TypeError("An unknown dimension can't be used as an index")
        return self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dimension, (self._value,)

    def _compare(self, other: Any, relation: Callable[[Any, Any], Any]) -> Any:
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other._value is None:
            return None
        return relation(self._value, other._value)

    def __eq__(self, other: Any) -> Any:
        return self._compare(other, operator.eq)

    def __ne__(self, other: Any) -> Any:
        return self._compare(other, operator.ne)

    def __lt__(self, other: Any) -> Any:
        return self._compare(as_dimension(other), operator.lt)

    def __le__(self, other: Any) -> Any:
        return self._compare(as_dimension(other), operator.le)

    def __gt__(self, other: Any) -> Any:
        return self._compare(as_dimension(other), operator.gt)

    def __ge__(self, other: Any) -> Any:
        return self._compare(as_dimension(other), operator.ge)

    def _calculate(
        self, other: Any, function: Callable[[Any, Any], Any], reverse: Any = False
    ) -> Any:
        try:
            other = as_dimension(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._value is None or other._value is None:
            return Dimension(None)
        pair = (other._value, self._value) if reverse else (self._value, other._value)
        return Dimension(function(*pair))

    def __add__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.add)

    def __radd__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.add, True)

    def __sub__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.sub)

    def __rsub__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.sub, True)

    def __mul__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.mul)

    def __rmul__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.mul, True)

    def __floordiv__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.floordiv)

    def __rfloordiv__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.floordiv, True)

    def __div__(self, other: Any) -> Dimension:
        return self // other

    def __rdiv__(self, other: Any) -> Dimension:
        return self.__rfloordiv__(other)

    def __mod__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.mod)

    def __rmod__(self, other: Any) -> Dimension:
        return self._calculate(other, operator.mod, True)

    def __truediv__(self, other: Any) -> Dimension:
        raise TypeError(
            "unsupported operand type(s) for /: 'Dimension' and "
            f"'{type(other).__name__}', please use // instead"
        )

    def __rtruediv__(self, other: Any) -> Dimension:
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', "
            "please use // instead"
        )

    def is_compatible_with(self, other: Any) -> Any:
        """True when both sizes are equal or one is unknown."""
        other = as_dimension(other)
        return self._value is None or other._value is None or self._value == other._value

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ``ValueError`` unless the dimensions can be the same."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Dimensions {self} and {as_dimension(other)} are not compatible")

    def merge_with(self, other: Any) -> Dimension:
        """The dimension that knows what either knows; ``ValueError`` when they disagree."""
        other = as_dimension(other)
        self.assert_is_compatible_with(other)
        return Dimension(other._value if self._value is None else self._value)


def as_dimension(value: Any) -> Dimension:
    """``value`` as a ``Dimension``."""
    return value if isinstance(value, Dimension) else Dimension(value)


class TensorShape:
    """The static shape of a tensor: a list of dimensions, or of unknown rank.

    Args:
        dims: ``None`` for unknown rank; an iterable of sizes, ``None`` or ``Dimension``; another
            shape; a ``TensorShapeProto``; or one size, for a vector.
    """

    __slots__ = ("_sizes",)

    def __init__(self, dims: Any) -> None:
        self._sizes: tuple[int | None, ...] | None
        if dims is None:
            self._sizes = None
        elif isinstance(dims, TensorShape):
            self._sizes = dims._sizes
        elif type(dims) in (list, tuple) and all(type(d) is int and d >= 0 for d in dims):
            self._sizes = tuple(dims)
        elif hasattr(dims, "unknown_rank") and hasattr(dims, "dim"):
            if dims.unknown_rank:
                self._sizes = None
            else:
                self._sizes = tuple(d.size if d.size != -1 else None for d in dims.dim)
        elif isinstance(dims, (str, bytes)):
            text = dims.decode(errors="backslashreplace") if isinstance(dims, bytes) else dims
            raise TypeError(
                "A string has ambiguous TensorShape, please wrap in a list or convert to an int: "
                f"{text}"
            )
        else:
            try:
                iterator = iter(dims)
            except TypeError:
                self._sizes = (as_dimension(dims)._value,)
            else:
                self._sizes = tuple(as_dimension(d)._value for d in iterator)

    @staticmethod
    def _of(sizes: tuple[int | None, ...] | None) -> TensorShape:
        shape = TensorShape.__new__(TensorShape)
        shape._sizes = sizes
        return shape

    @property
    def sizes(self) -> tuple[int | None, ...] | None:
        """The sizes as plain ints and ``None``, or ``None`` for unknown rank."""
        return self._sizes

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions, or ``None`` for unknown rank."""
        return None if self._sizes is None else [Dimension(d) for d in self._sizes]

    @property
    def _dims(self) -> list[Dimension] | None:
        return self.dims

    @property
    def rank(self) -> int | None:
        """How many dimensions there are, or ``None``."""
        return None if self._sizes is None else len(self._sizes)

    @property
    def ndims(self) -> int | None:
        """How many dimensions there are, or ``None``."""
        return None if self._sizes is None else len(self._sizes)

    def num_elements(self) -> int | None:
        """How many elements a tensor of this shape has, or ``None``."""
        if not self.is_fully_defined():
            return None
        count = 1
        for size in self._sizes or ():
            count *= size  # type: ignore[operator]
        return count

    def is_fully_defined(self) -> bool:
        """True when the rank and every size are known."""
        return self._sizes is not None and None not in self._sizes

    def assert_is_fully_defined(self) -> None:
        """Raises ``ValueError`` unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined")

    def as_list(self) -> list[int | None]:
        """The sizes as a list of ints and ``None``."""
        if self._sizes is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._sizes)

    def as_proto(self) -> Any:
        """This shape as a ``TensorShapeProto``."""
        proto = protos.TensorShapeProto()
        if self._sizes is None:
            proto.unknown_rank = True
        else:
            for size in self._sizes:
                proto.dim.add(size=-1 if size is None else size)
        return proto

    def __repr__(self) -> str:
        return f"TensorShape({self.dims!r})"

    def __str__(self) -> str:
        if self._sizes is None:
            return "<unknown>"
        if len(self._sizes) == 1:
            return f"({'?' if self._sizes[0] is None else self._sizes[0]},)"
        return "(" + ", ".join("?" if d is None else str(d) for d in self._sizes) + ")"

    def __len__(self) -> int:
        if self._sizes is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._sizes)

    def __bool__(self) -> bool:
        return self._sizes is not None

    __nonzero__ = __bool__

    def __iter__(self) -> Iterator[Dimension]:
        if self._sizes is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([Dimension(d) for d in self._sizes])

    def __getitem__(self, key: Any) -> Any:
        if self._sizes is not None:
            if isinstance(key, slice):
                return TensorShape._of(self._sizes[key])
            return Dimension(self._sizes[key])
        if isinstance(key, slice):
            start = key.start if key.start is not None else 0
            stop = key.stop
            if key.step is not None:
                raise ValueError("Steps are not yet handled")
            if stop is None or start < 0 or stop < 0:
                return unknown_shape()
            return unknown_shape(max(stop - start, 0))
        return Dimension(None)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __eq__(self, other: Any) -> Any:
        try:
            other = as_shape(other)
        except (TypeError, ValueError):
            return NotImplemented
        return self._sizes == other._sizes

    def __ne__(self, other: Any) -> Any:
        try:
            other = as_shape(other)
        except (TypeError, ValueError):
            return NotImplemented
        if self._sizes is None or other._sizes is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return self._sizes != other._sizes

    def __hash__(self) -> int:
        return hash(self._sizes)

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (None if self._sizes is None else list(self._sizes),)

    def concatenate(self, other: Any) -> TensorShape:
        """The dimensions of this shape, then those of ``other``."""
        other = as_shape(other)
        if self._sizes is None or other._sizes is None:
            return unknown_shape()
        return TensorShape._of(self._sizes + other._sizes)

    def merge_with(self, other: Any) -> TensorShape:
        """The shape that knows what either knows.

        Raises:
            ValueError: when the two shapes can't be the same.
        """
        other = as_shape(other)
        if self._sizes is None:
            return other
        if other._sizes is None:
            return self
        if len(self._sizes) != len(other._sizes):
            raise ValueError(f"Shapes {self} and {other} are not compatible")
        merged = []
        for mine, theirs in zip(self._sizes, other._sizes, strict=True):
            if mine is not None and theirs is not None and mine != theirs:
                raise ValueError(f"Shapes {self} and {other} are not compatible")
            merged.append(theirs if mine is None else mine)
        return TensorShape._of(tuple(merged))

    def assert_same_rank(self, other: Any) -> None:
        """Raises ``ValueError`` when both ranks are known and differ."""
        other = as_shape(other)
        if self.ndims is not None and other.ndims is not None and self.ndims != other.ndims:
            raise ValueError(f"Shapes {self} and {other} must have the same rank")

    def assert_has_rank(self, rank: int) -> None:
        """Raises ``ValueError`` unless the rank is ``rank`` or unknown."""
        if self.ndims not in (None, rank):
            raise ValueError(f"Shape {self} must have rank {rank}")

    def with_rank(self, rank: int) -> TensorShape:
        """This shape, known to have ``rank`` dimensions.

        Raises:
            ValueError: when it has another rank.
        """
        if self._sizes is None:
            return unknown_shape(rank)
        if len(self._sizes) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape; ``ValueError`` when it has fewer than ``rank`` dimensions."""
        if self._sizes is not None and len(self._sizes) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape; ``ValueError`` when it has more than ``rank`` dimensions."""
        if self._sizes is not None and len(self._sizes) > rank:
            raise ValueError(f"Shape {self} must have rank at most {rank}")
        return self

    def is_compatible_with(self, other: Any) -> bool:
        """True when some fully known shape fits both."""
        other = as_shape(other)
        if self._sizes is None or other._sizes is None:
            return True
        if len(self._sizes) != len(other._sizes):
            return False
        return all(
            a is None or b is None or a == b for a, b in zip(self._sizes, other._sizes, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raises ``ValueError`` unless the shapes can be the same."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {as_shape(other)} are incompatible")

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The most specific shape that both shapes fit."""
        other = as_shape(other)
        if self._sizes is None or other._sizes is None or len(self._sizes) != len(other._sizes):
            return unknown_shape()
        return TensorShape._of(
            tuple(a if a == b else None for a, b in zip(self._sizes, other._sizes, strict=True))
        )


def as_shape(value: Any) -> TensorShape:
    """``value`` as a ``TensorShape``."""
    return value if isinstance(value, TensorShape) else TensorShape(value)


def unknown_shape(ndims: int | None = None) -> TensorShape:
    """A shape of unknown rank, or of ``ndims`` unknown dimensions."""
    return TensorShape._of(None if ndims is None else (None,) * ndims)


def scalar() -> TensorShape:
    """The shape of a scalar."""
    return TensorShape._of(())


def vector(length: Any) -> TensorShape:
    """The shape of a vector."""
    return TensorShape([length])


def matrix(rows: Any, columns: Any) -> TensorShape:
    """The shape of a matrix."""
    return TensorShape([rows, columns])


def broadcast_static_shape(first: TensorShape, second: TensorShape) -> TensorShape:
    """The shape that two shapes broadcast to, as NumPy does it.

    Raises:
        ValueError: when they can't be broadcast.
    """
    if first._sizes is None or second._sizes is None:
        return unknown_shape()
    a, b = first._sizes, second._sizes
    rank = max(len(a), len(b))
    a = (1,) * (rank - len(a)) + a
    b = (1,) * (rank - len(b)) + b
    result: list[int | None] = []
    for left, right in zip(a, b, strict=True):
        if left == 1:
            result.append(right)
        elif right == 1 or left == right:
            result.append(left)
        elif left is None:
            result.append(right)
        elif right is None:
            result.append(left)
        else:
            raise ValueError(f"Incompatible shapes for broadcasting: {first} and {second}")
    return TensorShape._of(tuple(result))


def dimension_value(dimension: Any) -> int | None:
    """The size of a ``Dimension``; an integer or ``None`` as it is."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """The ``Dimension`` of a shape at an index, an unknown one if the rank is unknown."""
    if shape.ndims is None:
        return Dimension(None)
    return as_dimension(shape[index])


def merged_shape(first: TensorShape, second: TensorShape) -> TensorShape:
    """``first.merge_with(second)`` with the message that operations give.

    Raises:
        ValueError: when the two shapes can't be the same.
    """
    if first.sizes is not None and second.sizes is not None:
        if len(first.sizes) != len(second.sizes):
            raise ValueError(
                f"Shapes must be equal rank, but are {len(first.sizes)} and {len(second.sizes)}"
            )
        for i, (mine, theirs) in enumerate(zip(first.sizes, second.sizes)):
            if mine is not None and theirs is not None and mine != theirs:
                shapes = [
                    f"[{','.join('?' if s is None else str(s) for s in shape.sizes or ())}]"
                    for shape in (first, second)
                ]
                raise ValueError(
                    f"Dimension {i} in both shapes must be equal, but are {mine} and {theirs}. "
                    f"Shapes are {shapes[0]} and {shapes[1]}."
                )
    return first.merge_with(second)
