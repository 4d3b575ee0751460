"""Number sequences: ``tf.range`` and ``tf.linspace``."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor


def _count(start: Any, limit: Any, delta: Any) -> int:
    """How many numbers a range holds.

    Raises:
        ValueError: when the numbers don't fit together.
    """
    if delta == 0:
        raise ValueError("Requires delta != 0")
    if delta > 0 and start > limit:
        raise ValueError(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise ValueError(f"Requires start >= limit when delta < 0: {start}/{limit}")
    if isinstance(start, int):
        return -((start - limit) // delta) if delta > 0 else -((limit - start) // -delta)
    return math.ceil(abs((limit - start) / delta))


def _range_shape(op: Any) -> Any:
    values: list[Any] = [constant_value(each) for each in op.inputs]
    for each in op.inputs:
        if each.shape.ndims not in (None, 0):
            raise ValueError(f"Shape must be rank 0 but is rank {each.shape.ndims}")
    if any(value is None for value in values):
        return unknown_shape(1)
    return TensorShape([_count(*(value.item() for value in values))])


@operation(
    "Range",
    inputs="start: Tidx, limit: Tidx, delta: Tidx",
    outputs="output: Tidx",
    attrs="Tidx: {bfloat16, float, double, int32, int64} = int32",
)
class Range:
    shape = _range_shape
    static = ("start", "limit", "delta")
    gradient = None

    def fold(start: np.ndarray, limit: np.ndarray, delta: np.ndarray) -> np.ndarray:
        start, limit, delta = (np.asarray(value) for value in (start, limit, delta))
        try:
            count = _count(start.item(), limit.item(), delta.item())
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        if start.dtype.kind == "i":
            return start + np.arange(count, dtype=start.dtype) * delta
        # Added up one by one, as TensorFlow does, so that the last digits agree.
        steps = np.full([count], delta, start.dtype)
        steps[:1] = start
        return np.add.accumulate(steps)

    lower = fold
    host = fold


def range(  # noqa: A001
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = "range"
) -> Tensor:
    """The numbers ``start``, ``start + delta`` ... as far as they stay below ``limit``.

    ``range(limit)`` starts at 0.

    Args:
        start: a scalar; the limit if ``limit`` is left out.
        limit: a scalar, not part of the result.
        delta: a scalar, the step.
        dtype: the type of the result; by default the widest of the arguments' types.
        name: the operation's name.

    Returns:
        A vector.
    """
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as scope:
        start = convert_to_tensor(start, dtype=dtype, name="start")
        limit = convert_to_tensor(limit, dtype=dtype, name="limit")
        delta = convert_to_tensor(delta, dtype=dtype, name="delta")
        if dtype is None:
            order = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]
            kinds = [each.dtype.base_dtype for each in (start, limit, delta)]
            if not all(kind in order for kind in kinds):
                raise ValueError(
                    f"tf.range takes {', '.join(k.name for k in order)}, got "
                    f"{', '.join(k.name for k in kinds)}"
                )
            from penstock.ops.casts import cast

            widest = max(kinds, key=order.index)
            start, limit, delta = cast(start, widest), cast(limit, widest), cast(delta, widest)
        return apply("Range", start, limit, delta, name=scope)


def _linspace_shape(op: Any) -> Any:
    for each in op.inputs:
        if each.shape.ndims not in (None, 0):
            raise ValueError(f"Shape must be rank 0 but is rank {each.shape.ndims}")
    count = constant_value(op.inputs[2])
    if count is None:
        return unknown_shape(1)
    if count <= 0:
        raise ValueError(f"Requires num > 0: {count}")
    return TensorShape([int(count)])


@operation(
    "LinSpace",
    inputs="start: T, stop: T, num: Tidx",
    outputs="output: T",
    attrs="T: {bfloat16, float, double}; Tidx: indextype = int32",
)
class LinSpace:
    shape = _linspace_shape
    static = "num"
    gradient = None

    def lower(start: Any, stop: Any, num: np.ndarray) -> Any:
        count = int(num)
        if count <= 0:
            raise errors.InvalidArgumentError(None, None, f"Requires num > 0: {count}")
        start = jnp.asarray(start)
        if count == 1:
            return start[None]
        step = (stop - start) / jnp.asarray(count - 1, start.dtype)
        numbers = start + step * jnp.arange(count).astype(start.dtype)
        return numbers.at[-1].set(stop)


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """``num`` numbers at equal distances from ``start`` to ``stop``, both included.

    Args:
        start: a ``float32``, ``float64`` or ``bfloat16`` scalar.
        stop: a scalar of the same type.
        num: an integer scalar above 0.
        name: the operation's name.

    Returns:
        A vector of ``num`` elements.
    """
    return apply("LinSpace", start, stop, num, name=name)
