"""Arguments of layers in one form: sizes, padding, data formats, conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.control_flow import cond
from penstock.ops.variables import Variable


def sizes(value: Any, count: int, name: str) -> tuple[int, ...]:
    """One number for each of ``count`` axes.

    Args:
        value: a number for all axes, or ``count`` numbers. count: how many axes there are.
        name: the argument's name.

    Raises:
        ValueError: when ``value`` is neither.
    """
    if isinstance(value, int):
        return (value,) * count
    message = f"The `{name}` argument must be a tuple of {count} integers. Received: {value}"
    try:
        numbers = tuple(value)
    except TypeError:
        raise ValueError(message) from None
    if len(numbers) != count:
        raise ValueError(message)
    for number in numbers:
        try:
            int(number)
        except (ValueError, TypeError):
            raise ValueError(
                f"{message} including element {number} of type {type(number)}"
            ) from None
    return tuple(int(number) for number in numbers)


def checked_padding(value: Any) -> Any:
    """``"valid"``, ``"same"`` or ``"causal"`` in lower case; lists stay.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(value, (list, tuple)):
        return value
    padding = value.lower()
    if padding not in {"valid", "same", "causal"}:
        raise ValueError(
            'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", '
            f"only for `Conv1D). Received: {padding}"
        )
    return padding


def checked_data_format(value: str | None) -> str:
    """``"channels_first"`` or ``"channels_last"``, the default.

    Raises:
        ValueError: for anything else.
    """
    data_format = (value or "channels_last").lower()
    if data_format not in {"channels_first", "channels_last"}:
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {value}"
        )
    return data_format


def op_data_format(data_format: str, rank: int) -> str:
    """The name that operations have for a data format, for tensors of a rank."""
    axes = {3: "W", 4: "HW", 5: "DHW"}[rank]
    return f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"


def truth(condition: Any) -> bool | None:
    """A condition's value where it is known.

    Args:
        condition: a boolean, 0, 1, tensor or variable.

    Raises:
        TypeError: for anything else.
    """
    if isinstance(condition, Variable):
        return None
    if isinstance(condition, Tensor):
        value = constant_value(condition)
        return None if value is None else bool(value)
    if condition in {0, 1}:
        return bool(condition)
    raise TypeError(
        f"`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: {type(condition)}"
    )


def smart_cond(condition: Any, when_true: Callable[[], Any], when_false: Callable[[], Any]) -> Any:
    """``tf.cond``, or only the branch that is taken where that is known."""
    known = truth(condition)
    if known is None:
        return cond(condition, true_fn=when_true, false_fn=when_false)
    return when_true() if known else when_false()


def convolved_length(
    length: int | None, window: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """The length of a convolution's or pool's output along one axis."""
    if length is None:
        return None
    spread = window + (window - 1) * (dilation - 1)
    if padding == "valid":
        length = length - spread + 1
    return (length + stride - 1) // stride


def transposed_length(
    length: Any,
    window: int,
    padding: str,
    output_padding: int | None = None,
    stride: int = 1,
    dilation: int = 1,
) -> Any:
    """The length of a transposed convolution's output along one axis (a number or tensor)."""
    if length is None:
        return None
    spread = window + (window - 1) * (dilation - 1)
    if output_padding is None:
        if padding == "valid":
            return length * stride + max(spread - stride, 0)
        return length * stride
    cut = spread // 2 if padding == "same" else 0
    return (length - 1) * stride + spread - 2 * cut + output_padding
