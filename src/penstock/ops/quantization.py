"""Rounding to the values of a quantized type, in floating point ("fake" quantization).

Reference: B. Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference" (2017).
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input


def _nudged(low: Any, high: Any, num_bits: int, narrow_range: bool) -> tuple[Any, Any, Any]:
    """The range moved so that zero is one of its steps: (low, high, step)."""
    if not 2 <= num_bits <= 16:
        raise errors.InvalidArgumentError(
            None, None, f"num_bits must be between 2 and 16, inclusive, not {num_bits}"
        )
    first = np.float32(1 if narrow_range else 0)
    last = np.float32(2**num_bits - 1)
    low, high = jnp.asarray(low, np.float32), jnp.asarray(high, np.float32)
    step = (high - low) / (last - first)
    zero = first - low / step
    zero = jnp.clip(jnp.floor(zero + np.float32(0.5)), first, last)
    return (first - zero) * step, (last - zero) * step, step


def _fake(x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool) -> Any:
    least, most, step = _nudged(low, high, num_bits, narrow_range)
    steps = jnp.floor((jnp.clip(x, least, most) - least) / step + np.float32(0.5))
    nothing = (jnp.asarray(low) == 0) & (jnp.asarray(high) == 0)
    return jnp.where(nothing, np.float32(0), steps * step + least)


def _fake_gradients(
    dy: Any, x: Any, low: Any, high: Any, num_bits: int, narrow_range: bool
) -> tuple[Any, Any, Any]:
    """The parts of ``dy`` for elements inside the range, below and above it."""
    least, most, _ = _nudged(low, high, num_bits, narrow_range)
    zero = np.float32(0)
    nothing = (jnp.asarray(low) == 0) & (jnp.asarray(high) == 0)
    inside = nothing | ((x >= least) & (x <= most))
    below, above = ~nothing & (x < least), ~nothing & (x > most)
    return tuple(jnp.where(mask, dy, zero) for mask in (inside, below, above))  # type: ignore[return-value]


_ARGS = "min: float = -6.0; max: float = 6.0; num_bits: int = 8; narrow_range: bool = false"
_VARS = "num_bits: int = 8; narrow_range: bool = false"
_GRADIENTS = "backprops_wrt_input: float, backprop_wrt_min: float, backprop_wrt_max: float"


def _options(op: Any) -> dict[str, Any]:
    return {"num_bits": op.attr("num_bits"), "narrow_range": op.attr("narrow_range")}


@operation("FakeQuantWithMinMaxArgs", inputs="inputs: float", outputs="outputs: float", attrs=_ARGS)
class FakeQuantWithMinMaxArgs:
    shape = same_as_input()

    def lower(inputs: Any, *, min: float, max: float, num_bits: int, narrow_range: bool) -> Any:  # noqa: A002
        return _fake(inputs, min, max, num_bits, narrow_range)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return fake_quant_with_min_max_args_gradient(
            dy, op.inputs[0], min=op.attr("min"), max=op.attr("max"), **_options(op)
        )


@operation(
    "FakeQuantWithMinMaxArgsGradient",
    inputs="gradients: float, inputs: float",
    outputs="backprops: float",
    attrs=_ARGS,
)
class FakeQuantWithMinMaxArgsGradient:
    shape = same_as_input()

    def lower(
        gradients: Any,
        inputs: Any,
        *,
        min: float,
        max: float,
        num_bits: int,
        narrow_range: bool,  # noqa: A002
    ) -> Any:
        return _fake_gradients(gradients, inputs, min, max, num_bits, narrow_range)[0]


@operation(
    "FakeQuantWithMinMaxVars",
    inputs="inputs: float, min: float, max: float",
    outputs="outputs: float",
    attrs=_VARS,
)
class FakeQuantWithMinMaxVars:
    shape = same_as_input()

    def lower(inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool) -> Any:  # noqa: A002
        return _fake(inputs, min, max, num_bits, narrow_range)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return fake_quant_with_min_max_vars_gradient(dy, *op.inputs, **_options(op))


@operation(
    "FakeQuantWithMinMaxVarsGradient",
    inputs="gradients: float, inputs: float, min: float, max: float",
    outputs=_GRADIENTS,
    attrs=_VARS,
)
class FakeQuantWithMinMaxVarsGradient:
    def shape(op: Any) -> Any:  # noqa: N805
        return [op.inputs[0].shape, TensorShape([]), TensorShape([])]

    def lower(
        gradients: Any,
        inputs: Any,
        min: Any,
        max: Any,
        *,
        num_bits: int,
        narrow_range: bool,  # noqa: A002
    ) -> Any:
        inside, below, above = _fake_gradients(gradients, inputs, min, max, num_bits, narrow_range)
        return inside, below.sum(), above.sum()


@operation(
    "FakeQuantWithMinMaxVarsPerChannel",
    inputs="inputs: float, min: float, max: float",
    outputs="outputs: float",
    attrs=_VARS,
)
class FakeQuantWithMinMaxVarsPerChannel:
    shape = same_as_input()

    def lower(inputs: Any, min: Any, max: Any, *, num_bits: int, narrow_range: bool) -> Any:  # noqa: A002
        return _fake(inputs, min, max, num_bits, narrow_range)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return fake_quant_with_min_max_vars_per_channel_gradient(dy, *op.inputs, **_options(op))


@operation(
    "FakeQuantWithMinMaxVarsPerChannelGradient",
    inputs="gradients: float, inputs: float, min: float, max: float",
    outputs=_GRADIENTS,
    attrs=_VARS,
)
class FakeQuantWithMinMaxVarsPerChannelGradient:
    def shape(op: Any) -> Any:  # noqa: N805
        return [op.inputs[0].shape, op.inputs[2].shape, op.inputs[3].shape]

    def lower(
        gradients: Any,
        inputs: Any,
        min: Any,
        max: Any,
        *,
        num_bits: int,
        narrow_range: bool,  # noqa: A002
    ) -> Any:
        inside, below, above = _fake_gradients(gradients, inputs, min, max, num_bits, narrow_range)
        axes = tuple(range(inputs.ndim - 1))
        return inside, below.sum(axes), above.sum(axes)


def fake_quant_with_min_max_args(
    inputs: Any,
    min: float = -6,  # noqa: A002
    max: float = 6,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """Rounds to the ``2**num_bits`` values of a quantized type that spans ``[min, max]``.

    Args:
        inputs: a ``float32`` tensor.
        min: the lower end of the range.
        max: the upper end; the range is moved a little so that zero is one of the values.
        num_bits: how many bits the quantized type has, 2 to 16.
        narrow_range: leave out the lowest value.
        name: the operation's name.
    """
    return apply(
        "FakeQuantWithMinMaxArgs", inputs, name=name, min=min, max=max, num_bits=num_bits,
        narrow_range=narrow_range,
    )  # fmt: skip


def fake_quant_with_min_max_args_gradient(
    gradients: Any,
    inputs: Any,
    min: float = -6,  # noqa: A002
    max: float = 6,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``fake_quant_with_min_max_args``: passes where inputs are in the range."""
    return apply(
        "FakeQuantWithMinMaxArgsGradient", gradients, inputs, name=name, min=min, max=max,
        num_bits=num_bits, narrow_range=narrow_range,
    )  # fmt: skip


def fake_quant_with_min_max_vars(
    inputs: Any,
    min: Any,  # noqa: A002
    max: Any,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """``fake_quant_with_min_max_args`` with a range given by scalar tensors."""
    return apply(
        "FakeQuantWithMinMaxVars", inputs, min, max, name=name, num_bits=num_bits,
        narrow_range=narrow_range,
    )  # fmt: skip


def fake_quant_with_min_max_vars_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,  # noqa: A002
    max: Any,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> list[Tensor]:
    """The gradients of ``fake_quant_with_min_max_vars`` for its three inputs."""
    return apply(
        "FakeQuantWithMinMaxVarsGradient", gradients, inputs, min, max, name=name,
        num_bits=num_bits, narrow_range=narrow_range,
    )  # fmt: skip


def fake_quant_with_min_max_vars_per_channel(
    inputs: Any,
    min: Any,  # noqa: A002
    max: Any,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """``fake_quant_with_min_max_vars`` with a range for each element of the last dimension."""
    return apply(
        "FakeQuantWithMinMaxVarsPerChannel", inputs, min, max, name=name, num_bits=num_bits,
        narrow_range=narrow_range,
    )  # fmt: skip


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,  # noqa: A002
    max: Any,  # noqa: A002
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> list[Tensor]:
    """The gradients of ``fake_quant_with_min_max_vars_per_channel`` for its three inputs."""
    return apply(
        "FakeQuantWithMinMaxVarsPerChannelGradient", gradients, inputs, min, max, name=name,
        num_bits=num_bits, narrow_range=narrow_range,
    )  # fmt: skip


def _quantize_and_dequantize(
    x: Any, low: Any, high: Any, bits: int, signed: bool, range_given: bool, narrow: bool,
    round_mode: str,
) -> Any:  # fmt: skip
    x = jnp.asarray(x)
    kind = x.dtype.type
    if not range_given:
        low, high = x.min(), x.max()
    first = kind(-(2 ** (bits - 1)) + int(narrow) if signed else 0)
    last = kind(2 ** (bits - 1) - 1 if signed else 2**bits - 1)
    low, high = jnp.asarray(low), jnp.asarray(high)
    largest = np.finfo(x.dtype).max if x.dtype.kind == "f" else jnp.finfo(x.dtype).max
    by_low = jnp.where(first * low > 0, first / low, largest)
    by_high = jnp.where(last * high > 0, last / high, largest)
    from_low = by_low < by_high
    scale = jnp.where(from_low, by_low, by_high)
    step = jnp.where(from_low, low / first if first else low, high / last)
    if range_given:
        x = jnp.clip(
            x, jnp.where(from_low, low, first * step), jnp.where(from_low, last * step, high)
        )
    steps = x * scale
    rounded = jnp.round(steps) if round_mode == "HALF_TO_EVEN" else jnp.floor(steps + kind(0.5))
    return rounded * step


@operation(
    "QuantizeAndDequantizeV2",
    inputs="input: T, input_min: T, input_max: T",
    outputs="output: T",
    attrs="signed_input: bool = true; num_bits: int = 8; range_given: bool = false; "
    "T: floattype; round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'; "
    "narrow_range: bool = false",
)
class QuantizeAndDequantizeV2:
    shape = same_as_input()

    def lower(
        input: Any,  # noqa: A002
        input_min: Any,
        input_max: Any,
        *,
        signed_input: bool,
        num_bits: int,
        range_given: bool,
        narrow_range: bool,
        round_mode: str,
    ) -> Any:
        return _quantize_and_dequantize(
            input, input_min, input_max, num_bits, signed_input, range_given, narrow_range,
            round_mode,
        )  # fmt: skip

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [dy, None, None]


def quantize_and_dequantize(
    input: Any,  # noqa: A002
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
) -> Tensor:
    """Rounds to the values of a symmetric quantized type; the gradient passes unchanged.

    Args:
        input: a floating point tensor.
        input_min: the lower end of the range, a scalar.
        input_max: the upper end of the range, a scalar.
        signed_input: the quantized type is signed.
        num_bits: how many bits it has.
        range_given: use the range given; otherwise that of ``input``.
        round_mode: ``"HALF_TO_EVEN"`` or ``"HALF_UP"``.
        name: the operation's name.
        narrow_range: leave out the lowest value.
    """
    return apply(
        "QuantizeAndDequantizeV2", input, input_min, input_max, name=name,
        signed_input=signed_input, num_bits=num_bits, range_given=range_given,
        round_mode=round_mode, narrow_range=narrow_range,
    )  # fmt: skip
