"""Fractional pooling as operations."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import fractional as kernels
from penstock.kernels.random import philox_key
from penstock.kernels.random.sampling import WordStream
from penstock.ops.windows import sizes_of

_ATTRS = (
    "pooling_ratio: list(float) >= 4; pseudo_random: bool = false; overlapping: bool = false; "
    "deterministic: bool = false; seed: int = 0; seed2: int = 0; T: {float, double, int32, int64}"
)
_OUTPUTS = "output: T, row_pooling_sequence: int64, col_pooling_sequence: int64"
_GRADIENT = "overlapping: bool = false; T: {float, double, int32, int64}"


def _shapes(op: Any) -> list[TensorShape]:
    sizes = sizes_of(op.inputs[0].shape, 4)
    ratios = op.attr("pooling_ratio")
    if len(ratios) != 4:
        raise ValueError("pooling_ratio field must specify 4 dimensions")
    if ratios[0] != 1 or ratios[3] != 1:
        raise ValueError("Fractional pooling is not yet supported on the batch nor channel dims")
    if any(ratio < 1 for ratio in ratios):
        raise ValueError(f"pooling_ratio cannot be smaller than 1, got: {min(ratios)}")
    counts = [
        None if size is None else int(size / ratio)
        for size, ratio in zip(sizes, ratios, strict=True)
    ]
    # (TensorFlow 1.15 declares one less than there are.)
    lengths = [TensorShape([None if c is None else c + 1]) for c in counts[1:3]]
    return [TensorShape(counts), *lengths]


def _sequences(x: np.ndarray, op: Any) -> tuple[np.ndarray, np.ndarray]:
    """Where the windows of rows and columns begin; each run draws the same when deterministic."""
    seeds = (op.attr("seed"), op.attr("seed2"))
    if not op.attr("deterministic") and any(seeds):
        raise ValueError("Both seed and seed2 should be 0 if deterministic is false.")
    if not any(seeds):
        seeds = (secrets.randbits(63), secrets.randbits(63))
    ratios = op.attr("pooling_ratio")
    pseudo_random = op.attr("pseudo_random")
    offset, found = 0, []
    for axis in (1, 2):
        size = x.shape[axis]
        count = int(size / ratios[axis])
        stream = WordStream(philox_key(*seeds), offset)
        found.append(kernels.pooling_sequence(stream, size, count, pseudo_random))
        # What TensorFlow reserves for an axis: two words, or one for each window.
        offset += 1 if pseudo_random else -(-count // 4)
    return found[0], found[1]


@operation("FractionalMaxPool", inputs="value: T", outputs=_OUTPUTS, attrs=_ATTRS)
class FractionalMaxPool:
    shape = _shapes

    def host(value: np.ndarray, *, overlapping: bool, op: Any) -> Any:
        rows, columns = _sequences(value, op)
        return kernels.fractional_max_pool(value, rows, columns, overlapping), rows, columns

    def gradient(op: Any, grad: Tensor, *_: Any) -> Tensor:
        y, rows, columns = op.outputs
        return apply(
            "FractionalMaxPoolGrad", op.inputs[0], y, grad, rows, columns,
            overlapping=op.attr("overlapping"),
        )  # fmt: skip


@operation(
    "FractionalMaxPoolGrad",
    inputs=(
        "orig_input: T, orig_output: T, out_backprop: T, row_pooling_sequence: int64, "
        "col_pooling_sequence: int64"
    ),
    outputs="output: T",
    attrs=_GRADIENT,
)
class FractionalMaxPoolGrad:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape.with_rank(4)

    def host(
        orig_input: np.ndarray,
        orig_output: np.ndarray,
        out_backprop: np.ndarray,
        row_pooling_sequence: np.ndarray,
        col_pooling_sequence: np.ndarray,
        *,
        overlapping: bool,
    ) -> np.ndarray:
        return kernels.fractional_max_pool_grad(
            orig_input, out_backprop, row_pooling_sequence, col_pooling_sequence, overlapping
        )


@operation("FractionalAvgPool", inputs="value: T", outputs=_OUTPUTS, attrs=_ATTRS)
class FractionalAvgPool:
    shape = _shapes

    def host(value: np.ndarray, *, overlapping: bool, op: Any) -> Any:
        rows, columns = _sequences(value, op)
        return kernels.fractional_avg_pool(value, rows, columns, overlapping), rows, columns

    def gradient(op: Any, grad: Tensor, *_: Any) -> Tensor:
        from penstock.graph import dtypes
        from penstock.ops.arrays import shape

        sizes: Any = op.inputs[0].shape
        if sizes.is_fully_defined():
            sizes = sizes.as_list()
        else:
            sizes = shape(op.inputs[0], out_type=dtypes.int64)
        return apply(
            "FractionalAvgPoolGrad", sizes, grad, op.outputs[1], op.outputs[2],
            overlapping=op.attr("overlapping"),
        )  # fmt: skip


@operation(
    "FractionalAvgPoolGrad",
    inputs=(
        "orig_input_tensor_shape: int64, out_backprop: T, row_pooling_sequence: int64, "
        "col_pooling_sequence: int64"
    ),
    outputs="output: T",
    attrs=_GRADIENT,
)
class FractionalAvgPoolGrad:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        shape = constant_value_as_shape(op.inputs[0])
        return unknown_shape(4) if shape.ndims is None else shape

    def host(
        orig_input_tensor_shape: np.ndarray,
        out_backprop: np.ndarray,
        row_pooling_sequence: np.ndarray,
        col_pooling_sequence: np.ndarray,
        *,
        overlapping: bool,
    ) -> np.ndarray:
        return kernels.fractional_avg_pool_grad(
            tuple(int(size) for size in orig_input_tensor_shape),
            out_backprop,
            row_pooling_sequence,
            col_pooling_sequence,
            overlapping,
        )


def fractional_max_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> Any:
    """The maxima of windows that shrink an image by a fraction (Graham, 2014).

    Args:
        value: ``[batch, height, width, channels]``.
        pooling_ratio: four numbers of 1 or more, the first and last 1: how much each axis shrinks.
        pseudo_random: place windows by one random number for each axis.
        overlapping: windows share the element at their border.
        deterministic: the same windows in every run; the seeds count only then.
        seed: the first seed.
        seed2: the second seed.
        name: the operation's name.

    Returns:
        ``(output, row_pooling_sequence, col_pooling_sequence)``.
    """
    return tuple(
        apply("FractionalMaxPool", value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
              overlapping=overlapping, deterministic=deterministic, seed=seed, seed2=seed2,
              name=name)
    )  # fmt: skip


def fractional_avg_pool(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
) -> Any:
    """The means of windows that shrink an image by a fraction.

    Args and returns as for ``fractional_max_pool``.
    """
    return tuple(
        apply("FractionalAvgPool", value, pooling_ratio=pooling_ratio, pseudo_random=pseudo_random,
              overlapping=overlapping, deterministic=deterministic, seed=seed, seed2=seed2,
              name=name)
    )  # fmt: skip
