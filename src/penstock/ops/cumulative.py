"""Running sums, products and log-sum-exps along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input


def _running(combine: Callable[[Any, Any], Any], start: Callable[[Any], Any]) -> Callable[..., Any]:
    """A lowering that combines the elements along an axis, in linear work on every device."""

    def lower(x: Any, axis: np.ndarray, *, exclusive: bool, reverse: bool) -> Any:
        rank = np.ndim(x)
        where = int(axis)
        if not -rank <= where < rank:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"ScanOp: Expected scan axis in the range [{-rank}, {rank}), but got {where}",
            )
        x = jnp.asarray(x)
        if x.size == 0:
            return x
        if exclusive:
            neutral = jnp.full_like(lax.slice_in_dim(x, 0, 1, axis=where), start(x.dtype))
            if reverse:
                x = lax.concatenate(
                    [lax.slice_in_dim(x, 1, None, axis=where), neutral], where % rank
                )
            else:
                x = lax.concatenate([neutral, lax.slice_in_dim(x, 0, -1, axis=where)], where % rank)
        return lax.associative_scan(combine, x, reverse=reverse, axis=where % rank)

    return lower


_ATTRS = "exclusive: bool = false; reverse: bool = false; T: numbertype; Tidx: indextype = int32"


@operation("Cumsum", inputs="x: T, axis: Tidx", outputs="out: T", attrs=_ATTRS)
class Cumsum:
    shape = same_as_input()
    static = "axis"
    lower = _running(jnp.add, lambda dtype: 0)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        return [_again(dy, op, not op.attr("reverse")), None]


@operation("Cumprod", inputs="x: T, axis: Tidx", outputs="out: T", attrs=_ATTRS)
class Cumprod:
    shape = same_as_input()
    static = "axis"
    lower = _running(jnp.multiply, lambda dtype: 1)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        x, axis = op.inputs
        reverse, exclusive = op.attr("reverse"), op.attr("exclusive")
        product = cumprod(x, axis, exclusive=exclusive, reverse=reverse)
        return [_again(product * dy, op, not reverse) / x, None]


def _again(values: Any, op: Any, reverse: bool) -> Tensor:
    return cumsum(values, op.inputs[1], exclusive=op.attr("exclusive"), reverse=reverse)


def cumsum(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The running sum along an axis.

    Args:
        x: a tensor of a number type.
        axis: the axis, negative ones counted from the end.
        exclusive: leave each element out of its own sum.
        reverse: start at the end.
        name: the operation's name.

    Returns:
        A tensor of the same shape and type.
    """
    with name_scope(name, "Cumsum", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("Cumsum", x, axis, name=scope, exclusive=exclusive, reverse=reverse)


def cumprod(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The running product along an axis.

    Args:
        x: a tensor of a number type.
        axis: the axis, negative ones counted from the end.
        exclusive: leave each element out of its own product.
        reverse: start at the end.
        name: the operation's name.

    Returns:
        A tensor of the same shape and type.
    """
    with name_scope(name, "Cumprod", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("Cumprod", x, axis, name=scope, exclusive=exclusive, reverse=reverse)


@operation(
    "CumulativeLogsumexp",
    inputs="x: T, axis: Tidx",
    outputs="out: T",
    attrs="exclusive: bool = false; reverse: bool = false; T: {half, float, double}; "
    "Tidx: indextype = int32",
)
class CumulativeLogsumexp:
    shape = same_as_input()
    static = "axis"
    lower = _running(jnp.logaddexp, lambda dtype: jnp.finfo(dtype).min)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        x, axis = op.inputs
        y = op.outputs[0]
        lowest = dtypes.as_dtype(dy.dtype).min
        above = apply("SelectV2", apply("Greater", dy, 0), apply("Log", dy), lowest)
        below = apply("SelectV2", apply("Less", dy, 0), apply("Log", apply("Neg", dy)), lowest)
        options = {"reverse": not op.attr("reverse"), "exclusive": op.attr("exclusive")}
        positive = apply("Exp", cumulative_logsumexp(above - y, axis=axis, **options) + x)
        negative = apply("Exp", cumulative_logsumexp(below - y, axis=axis, **options) + x)
        return [positive - negative, None]


def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None
) -> Tensor:
    """The running ``log(sum(exp(x)))`` along an axis, without overflow.

    Args:
        x: a ``float16``, ``float32`` or ``float64`` tensor.
        axis: the axis, negative ones counted from the end.
        exclusive: leave each element out of its own result (the first is the lowest number).
        reverse: start at the end.
        name: the operation's name.

    Returns:
        A tensor of the same shape and type.
    """
    with name_scope(name, "CumulativeLogsumexp", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply(
            "CumulativeLogsumexp", x, axis, name=scope, exclusive=exclusive, reverse=reverse
        )
