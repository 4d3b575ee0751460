"""Padding: with a value, or with the tensor's own elements mirrored."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.messages import invalid


def _padded_shape(op: Any) -> TensorShape:
    source, paddings = op.inputs[0].shape, constant_value(op.inputs[1])
    if paddings is None:
        if source.sizes is not None:
            return unknown_shape(len(source.sizes))
        rows = op.inputs[1].shape
        return unknown_shape(rows.sizes[0] if rows.sizes else None)
    if source.sizes is None:
        return unknown_shape(len(paddings))
    if len(paddings) != len(source.sizes):
        raise ValueError(f"Shape must be rank {len(paddings)} but is rank {len(source.sizes)}")
    if np.any(paddings < 0):
        raise ValueError("Paddings must be non-negative")
    return TensorShape(
        [
            None if size is None else size + int(low) + int(high)
            for size, (low, high) in zip(source.sizes, paddings, strict=True)
        ]
    )


def _pairs(rank: int, paddings: np.ndarray) -> list[tuple[int, int]]:
    if paddings.shape != (rank, 2):
        raise invalid(
            f"The first dimension of paddings must be the rank of inputs[{paddings.shape[0]},2] "
            f"[{rank}]"
        )
    pairs = [(int(low), int(high)) for low, high in paddings]
    for pair in pairs:
        if min(pair) < 0:
            raise invalid(f"Paddings must be non-negative: {pair[0]} {pair[1]}")
    return pairs


def _pad_gradient(op: Any, dy: Any) -> Tensor:
    from penstock.ops.arrays import rank, reshape, shape
    from penstock.ops.joining import stack
    from penstock.ops.slices import slice as tf_slice

    source, paddings = op.inputs[0], op.inputs[1]
    before = tf_slice(paddings, [0, 0], stack([rank(source), 1]))
    begin = reshape(before, [-1])
    return tf_slice(dy, begin, shape(source))


def _pad_array(input: Any, paddings: np.ndarray, value: Any) -> Any:  # noqa: A002
    pairs = _pairs(input.ndim, paddings)
    if isinstance(input, np.ndarray) and isinstance(value, (np.ndarray, np.generic)):
        return np.pad(input, pairs, constant_values=value) if pairs else input
    return lax.pad(jnp.asarray(input), jnp.asarray(value), [(*pair, 0) for pair in pairs])


@operation(
    "Pad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tpaddings: indextype = int32",
)
class Pad:
    shape = _padded_shape
    static = "paddings"

    def lower(input: Any, paddings: np.ndarray) -> Any:  # noqa: A002
        return _pad_array(input, paddings, np.zeros((), input.dtype))

    fold = lower

    def host(input: np.ndarray, paddings: np.ndarray) -> np.ndarray:  # noqa: A002
        empty = b"" if input.dtype.kind == "O" else np.zeros((), input.dtype)
        return np.pad(input, _pairs(input.ndim, paddings), constant_values=empty)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [_pad_gradient(op, dy), None]


@operation(
    "PadV2",
    inputs="input: T, paddings: Tpaddings, constant_values: T",
    outputs="output: T",
    attrs="T: type; Tpaddings: indextype = int32",
)
class PadV2:
    shape = _padded_shape
    static = "paddings"

    def lower(input: Any, paddings: np.ndarray, constant_values: Any) -> Any:  # noqa: A002
        return _pad_array(input, paddings, constant_values)

    fold = lower

    def host(input: Any, paddings: np.ndarray, constant_values: Any) -> Any:  # noqa: A002
        pairs = _pairs(input.ndim, paddings)
        return np.pad(input, pairs, constant_values=constant_values[()])

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [_pad_gradient(op, dy), None, None]


def _check_mirror(shape: tuple[int, ...], pairs: list[tuple[int, int]], mode: str) -> None:
    offset = 1 if mode == "REFLECT" else 0
    for place, (size, (low, high)) in enumerate(zip(shape, pairs, strict=True)):
        if low > size - offset or high > size - offset:
            relation = "less than" if offset else "no greater than"
            raise invalid(
                f"paddings must be {relation} the dimension size: {low}, {high} not {relation} "
                f"{size} (dimension {place})"
            )


def _mirrored(input: Any, pairs: list[tuple[int, int]], mode: str) -> Any:  # noqa: A002
    return jnp.pad(input, pairs, mode=mode.lower())


@operation(
    "MirrorPad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tpaddings: indextype = int32; mode: {'REFLECT', 'SYMMETRIC'}",
)
class MirrorPad:
    shape = _padded_shape
    static = "paddings"

    def lower(input: Any, paddings: np.ndarray, *, mode: str) -> Any:  # noqa: A002
        pairs = _pairs(input.ndim, paddings)
        _check_mirror(input.shape, pairs, mode)
        return _mirrored(input, pairs, mode)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("MirrorPadGrad", dy, op.inputs[1], mode=op.attr("mode")), None]


@operation(
    "MirrorPadGrad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tpaddings: indextype = int32; mode: {'REFLECT', 'SYMMETRIC'}",
)
class MirrorPadGrad:
    static = "paddings"

    def shape(op: Any) -> Any:  # noqa: N805
        source, paddings = op.inputs[0].shape, constant_value(op.inputs[1])
        if paddings is None or source.sizes is None:
            return unknown_shape(source.ndims)
        return TensorShape(
            [
                None if size is None else size - int(low) - int(high)
                for size, (low, high) in zip(source.sizes, paddings, strict=True)
            ]
        )

    def lower(input: Any, paddings: np.ndarray, *, mode: str) -> Any:  # noqa: A002
        pairs = _pairs(input.ndim, paddings)
        sizes = [s - low - high for s, (low, high) in zip(input.shape, pairs, strict=True)]
        _check_mirror(tuple(sizes), pairs, mode)
        # Each element of the result gathers what its copies received.
        transposed = jax.linear_transpose(
            lambda x: _mirrored(x, pairs, mode), jax.ShapeDtypeStruct(sizes, input.dtype)
        )
        return transposed(jnp.asarray(input))[0]

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("MirrorPad", dy, op.inputs[1], mode=op.attr("mode")), None]


def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    name: str | None = None,
    constant_values: Any = 0,
) -> Tensor:
    """A tensor with elements added at the ends of its dimensions.

    Args:
        tensor: a tensor of rank n.
        paddings: an integer matrix ``[n, 2]``: how many before and after, for each dimension.
        mode: ``"CONSTANT"``, ``"REFLECT"`` (mirrored without the edge) or ``"SYMMETRIC"``
            (mirrored with the edge); small letters will do.
        name: the operation's name.
        constant_values: the scalar that ``"CONSTANT"`` pads with.

    Raises:
        ValueError: for another mode.
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not isinstance(constant_values, Tensor) and constant_values == 0:
            result = apply("Pad", tensor, paddings, name=name)
        else:
            result = apply("PadV2", tensor, paddings, constant_values, name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = apply("MirrorPad", tensor, paddings, name=name, mode=mode)
    else:
        raise ValueError(f"Unknown padding mode: {mode}")
    sizes = result.op.inputs[0].shape.sizes
    known = _known_paddings(paddings)
    if sizes is not None and known is not None and not result.shape.is_fully_defined():
        result.set_shape(
            [
                None if size is None or None in pair else size + sum(pair)
                for size, pair in zip(sizes, known, strict=True)
            ]
        )
    return result


def _known_paddings(paddings: Any) -> list[list[Any]] | None:
    """The paddings as nested lists, those that aren't known as ``None``."""
    if isinstance(paddings, Tensor):
        value = constant_value(paddings)
        return None if value is None else value.tolist()
    if isinstance(paddings, (list, tuple)):
        rows = []
        for row in paddings:
            if isinstance(row, (list, tuple, np.ndarray)):
                rows.append([_known_number(item) for item in row])
            else:
                value = constant_value(row) if isinstance(row, Tensor) else None
                rows.append([None, None] if value is None else value.tolist())
        return rows
    return np.asarray(paddings).tolist()


def _known_number(item: Any) -> int | None:
    if isinstance(item, Tensor):
        value = constant_value(item)
        return None if value is None else int(value)
    return int(item)
