"""``tf.debugging.assert_shapes``: shapes of several tensors, with sizes that must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import rank as rank_of
from penstock.ops.arrays import shape as shape_of
from penstock.ops.checks import Assert, assert_rank, assert_rank_at_least, assert_rank_in
from penstock.ops.comparisons import equal
from penstock.ops.constants import constant
from penstock.ops.control_flow import cond, group


@dataclass
class _Wanted:
    """The shape wanted of one tensor; with ``open_front`` only its last dimensions."""

    tensor: Tensor
    open_front: bool
    actual: Any
    symbols: tuple[Any, ...]


def _sizes(x: Tensor) -> Any:
    """The sizes of ``x``: numbers where they are known, else tensors; a scalar counts as [1]."""
    shape = shape_of(x)
    sizes = x.shape.sizes
    if sizes is None:
        return cond(equal(rank_of(x), 0), lambda: constant([1]), lambda: shape)
    if not sizes:
        return (1,)
    return [shape[i] if s is None else s for i, s in enumerate(sizes)]  # type: ignore[index]


def _is_number(value: Any) -> bool:
    try:
        int(value)
    except (TypeError, ValueError):
        return False
    return value is not None


def _wanted(tensor: Tensor, shape: Any, message: str) -> _Wanted:
    if not hasattr(shape, "__iter__") and not hasattr(shape, "__getitem__"):
        raise ValueError(
            f"{message}.  Tensor {tensor.name}.  Specified shape must be an iterable.  An iterable "
            f"has the attribute `__iter__` or `__getitem__`.  Received specified shape: {shape}"
        )
    symbols = tuple(shape)
    for i, symbol in enumerate(symbols):
        if i and (symbol is Ellipsis or symbol == "*"):
            raise ValueError(
                f"{message}.  Tensor {tensor.name} specified shape index {i}.  Symbol `...` or `*` "
                "for a variable number of unspecified dimensions is only allowed as the first entry"
            )
    open_front = bool(symbols) and (symbols[0] is Ellipsis or symbols[0] == "*")
    if open_front:
        symbols = symbols[1:]
    return _Wanted(tensor, open_front, _sizes(tensor), symbols or (1,))


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless tensors have the shapes described.

    Args:
        shapes: a dictionary (or (tensor, shape) pairs). A shape is a sequence of sizes: a number;
            a name, which stands for one size wherever it appears; ``None`` or '.' for any size;
            and, first only, ``...`` or '*' for any number of dimensions.
        data: what the error shows. summarize: how many elements. message: text before the error.
        name: the name scope.

    Returns:
        The operation.

    Raises:
        ValueError: when a shape is known to be wrong.
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    message = message or ""
    with name_scope(name, "assert_shapes", [shapes, data]):
        constraints = [(convert_to_tensor(x), s) for x, s in pairs if s is not None]
        wanted = [_wanted(tensor, shape, message) for tensor, shape in constraints]
        options = {"data": data, "summarize": summarize, "message": message, "name": name}
        rank_checks = [check for w in wanted if (check := _rank_check(w, options)) is not None]
        size_checks: list[Any] = []
        found: dict[Any, tuple[Any, Tensor, int]] = {}
        for each in wanted:
            _add_size_checks(each, found, size_checks, data, summarize, message)
        with control_dependencies(rank_checks):
            return group(size_checks)


def _rank_check(wanted: _Wanted, options: dict[str, Any]) -> Any:
    rank = len(wanted.symbols)
    if wanted.open_front:
        return None if rank < 2 else assert_rank_at_least(wanted.tensor, rank, **options)
    if rank < 2:
        return assert_rank_in(wanted.tensor, [0, 1], **options)
    return assert_rank(wanted.tensor, rank, **options)


def _add_size_checks(
    wanted: _Wanted,
    found: dict[Any, tuple[Any, Tensor, int]],
    checks: list[Any],
    data: Any,
    summarize: int | None,
    message: str,
) -> None:
    for i, symbol in enumerate(wanted.symbols):
        if symbol is None or symbol == ".":
            continue
        place = i - len(wanted.symbols) if wanted.open_front else i
        if symbol not in found and not _is_number(symbol):
            found[symbol] = (wanted.actual[place], wanted.tensor, place)
            continue
        if _is_number(symbol):
            size, origin = int(symbol), "Specified explicitly"
        else:
            size, other, at = found[symbol]
            origin = f"Specified by tensor {other.name} dimension {at}"
        actual = wanted.actual[place]
        tensor = wanted.tensor
        if _is_number(actual) and _is_number(size):
            if int(actual) != int(size):
                raise ValueError(
                    f"{message}.  {origin}.  Tensor {tensor.name} dimension {place} must have size "
                    f"{size}.  Received size {actual}, shape {tensor.shape}"
                )
            continue
        condition = equal(convert_to_tensor(actual), convert_to_tensor(size))
        shown = data
        if shown is None:
            shown = [
                message, origin, f"Tensor {tensor.name} dimension", place, "must have size", size,
                "Received shape: ", shape_of(tensor),
            ]  # fmt: skip
        checks.append(Assert(condition, shown, summarize=summarize))
