"""Moving blocks of space into the batch or into depth, and cutting out patches."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.messages import invalid


# -- space and batch ---------------------------------------------------------------------------
def _to_batch_sizes(sizes: Any, blocks: Any, paddings: Any) -> list[int | None]:
    """The shape after space goes to the batch; raises ValueError when blocks don't fit."""
    count = len(blocks)
    if len(sizes) < count + 1:
        raise ValueError(f"Shape must be at least rank {count + 1} but is rank {len(sizes)}")
    batch = sizes[0]
    result: list[int | None] = [None if batch is None else batch * int(np.prod(blocks))]
    for size, block, (low, high) in zip(sizes[1:], blocks, paddings, strict=False):
        if size is None:
            result.append(None)
            continue
        padded = size + int(low) + int(high)
        if padded % int(block):
            raise ValueError(
                f"Dimension size must be evenly divisible by {int(block)} but is {padded}"
            )
        result.append(padded // int(block))
    return [*result, *sizes[count + 1 :]]


def _from_batch_sizes(sizes: Any, blocks: Any, crops: Any) -> list[int | None]:
    count = len(blocks)
    if len(sizes) < count + 1:
        raise ValueError(f"Shape must be at least rank {count + 1} but is rank {len(sizes)}")
    batch, product = sizes[0], int(np.prod(blocks))
    if batch is not None and batch % product:
        raise ValueError(f"Dimension size must be evenly divisible by {product} but is {batch}")
    result: list[int | None] = [None if batch is None else batch // product]
    for size, block, (low, high) in zip(sizes[1:], blocks, crops, strict=False):
        left = None if size is None else size * int(block) - int(low) - int(high)
        if left is not None and left < 0:
            raise ValueError(f"Cropped size must be non-negative, got {left}")
        result.append(left)
    return [*result, *sizes[count + 1 :]]


def _nd_shape(rule: Any) -> Any:
    def shape(op: Any) -> TensorShape:
        source, blocks, edges = op.inputs[0].shape, *map(constant_value, op.inputs[1:])
        if source.sizes is None:
            return unknown_shape()
        if blocks is None:
            return unknown_shape(len(source.sizes))
        if edges is None:
            # The batch and the channels are known all the same.
            count = len(blocks)
            sizes = [source.sizes[0], *[None] * count, *source.sizes[count + 1 :]]
            return TensorShape(rule(sizes, blocks.tolist(), [[0, 0]] * count))
        return TensorShape(rule(source.sizes, blocks.tolist(), edges.tolist()))

    return shape


def _plain_shape(rule: Any) -> Any:
    def shape(op: Any) -> TensorShape:
        source, edges = op.inputs[0].shape.with_rank(4), constant_value(op.inputs[1])
        if source.sizes is None or edges is None:
            return unknown_shape(4)
        block = op.attr("block_size")
        return TensorShape(rule(source.sizes, [block, block], edges.tolist()))

    return shape


def _checked(rule: Any, sizes: Any, blocks: Any, edges: Any) -> list[int]:
    try:
        return rule(sizes, blocks, edges)
    except ValueError as error:
        raise invalid(str(error)) from None


def _space_to_batch(x: Any, blocks: list[int], paddings: Any) -> Any:
    final = _checked(_to_batch_sizes, x.shape, blocks, paddings)
    count = len(blocks)
    pads = [(0, 0), *((int(a), int(b)) for a, b in paddings), *[(0, 0)] * (x.ndim - count - 1)]
    x = jnp.pad(x, pads)
    split = [x.shape[0]]
    for size, block in zip(x.shape[1 : count + 1], blocks, strict=True):
        split += [size // block, block]
    x = x.reshape([*split, *x.shape[count + 1 :]])
    inner = [2 + 2 * i for i in range(count)]
    outer = [1 + 2 * i for i in range(count)]
    rest = list(range(2 * count + 1, x.ndim))
    return x.transpose([*inner, 0, *outer, *rest]).reshape(final)


def _batch_to_space(x: Any, blocks: list[int], crops: Any) -> Any:
    _checked(_from_batch_sizes, x.shape, blocks, crops)
    count, sizes = len(blocks), x.shape
    batch = sizes[0] // int(np.prod(blocks))
    x = x.reshape([*blocks, batch, *sizes[1:]])
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    x = x.transpose([*order, *range(2 * count + 1, x.ndim)])
    whole = [s * b for s, b in zip(sizes[1 : count + 1], blocks, strict=True)]
    x = x.reshape([batch, *whole, *sizes[count + 1 :]])
    cut = tuple(
        slice(int(low), size - int(high)) for size, (low, high) in zip(whole, crops, strict=True)
    )
    return x[(slice(None), *cut)]


@operation(
    "SpaceToBatchND",
    inputs="input: T, block_shape: Tblock_shape, paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tblock_shape: indextype = int32; Tpaddings: indextype = int32",
)
class SpaceToBatchND:
    shape = _nd_shape(_to_batch_sizes)
    static = ("block_shape", "paddings")

    def lower(input: Any, block_shape: Any, paddings: Any) -> Any:  # noqa: A002
        return _space_to_batch(input, block_shape.tolist(), paddings.tolist())

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("BatchToSpaceND", dy, op.inputs[1], op.inputs[2]), None, None]


@operation(
    "BatchToSpaceND",
    inputs="input: T, block_shape: Tblock_shape, crops: Tcrops",
    outputs="output: T",
    attrs="T: type; Tblock_shape: indextype = int32; Tcrops: indextype = int32",
)
class BatchToSpaceND:
    shape = _nd_shape(_from_batch_sizes)
    static = ("block_shape", "crops")

    def lower(input: Any, block_shape: Any, crops: Any) -> Any:  # noqa: A002
        return _batch_to_space(input, block_shape.tolist(), crops.tolist())

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("SpaceToBatchND", dy, op.inputs[1], op.inputs[2]), None, None]


@operation(
    "SpaceToBatch",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs="T: type; Tpaddings: indextype = int32; block_size: int >= 2",
)
class SpaceToBatch:
    shape = _plain_shape(_to_batch_sizes)
    static = "paddings"

    def lower(input: Any, paddings: Any, *, block_size: int) -> Any:  # noqa: A002
        return _space_to_batch(input, [block_size] * 2, paddings.tolist())

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        block = op.attr("block_size")
        return [apply("BatchToSpace", dy, op.inputs[1], block_size=block), None]


@operation(
    "BatchToSpace",
    inputs="input: T, crops: Tidx",
    outputs="output: T",
    attrs="T: type; block_size: int >= 2; Tidx: indextype = int32",
)
class BatchToSpace:
    shape = _plain_shape(_from_batch_sizes)
    static = "crops"

    def lower(input: Any, crops: Any, *, block_size: int) -> Any:  # noqa: A002
        return _batch_to_space(input, [block_size] * 2, crops.tolist())

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        block = op.attr("block_size")
        return [apply("SpaceToBatch", dy, op.inputs[1], block_size=block), None]


def space_to_batch_nd(
    input: Any, block_shape: Any, paddings: Any, name: str | None = None
) -> Tensor:  # noqa: A002, E501
    """Moves blocks of space into the batch, after padding.

    Args:
        input: ``[batch, *space, *rest]``.
        block_shape: an integer vector ``[m]``, the size of a block.
        paddings: an integer matrix ``[m, 2]``.
        name: the operation's name.

    Returns:
        ``[batch * prod(block_shape), *padded space / block_shape, *rest]``.
    """
    return apply("SpaceToBatchND", input, block_shape, paddings, name=name)


def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """Undoes ``space_to_batch_nd``, then crops.

    Args:
        input: ``[batch, *space, *rest]``.
        block_shape: an integer vector ``[m]``, the size of a block.
        crops: an integer matrix ``[m, 2]``.
        name: the operation's name.
    """
    return apply("BatchToSpaceND", input, block_shape, crops, name=name)


def space_to_batch(
    input: Any,  # noqa: A002
    paddings: Any,
    block_size: int | None = None,
    name: str | None = None,
    block_shape: Any = None,
) -> Tensor:
    """``space_to_batch_nd`` with square blocks for ``[batch, height, width, depth]``."""
    if block_shape is not None:
        if block_size is not None:
            raise ValueError("Cannot specify both 'block_shape' and 'block_size'")
        block_size = block_shape
    blocks = np.array([block_size, block_size], np.int64)
    result = apply("SpaceToBatchND", input, blocks, paddings, name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


def batch_to_space(
    input: Any,  # noqa: A002
    crops: Any,
    block_size: int | None = None,
    name: str | None = None,
    block_shape: Any = None,
) -> Tensor:
    """``batch_to_space_nd`` with square blocks for ``[batch, height, width, depth]``."""
    if block_shape is not None:
        if block_size is not None:
            raise ValueError("Cannot specify both 'block_shape' and 'block_size'")
        block_size = block_shape
    blocks = np.array([block_size, block_size], np.int64)
    result = apply("BatchToSpaceND", input, blocks, crops, name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


# -- space and depth ---------------------------------------------------------------------------
_DEPTH = "T: type; block_size: int >= 2; data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"


def _depth_shape(to_depth: bool) -> Any:
    def shape(op: Any) -> TensorShape:
        layout = op.attr("data_format").decode()
        source = op.inputs[0].shape.with_rank(5 if layout == "NCHW_VECT_C" else 4)
        if source.sizes is None:
            return unknown_shape(source.ndims)
        sizes, block = list(source.sizes), op.attr("block_size")
        places = (1, 2, 3) if layout == "NHWC" else (2, 3, 1)
        for place, is_depth in zip(places, (False, False, True), strict=True):
            size = sizes[place]
            factor = block * block if is_depth else block
            if size is None:
                continue
            if is_depth == to_depth:
                sizes[place] = size * factor
            elif size % factor:
                raise ValueError(
                    f"Dimension size must be evenly divisible by {factor} but is {size}"
                )
            else:
                sizes[place] = size // factor
        return TensorShape(sizes)

    return shape


def _as_nhwc(x: Any, layout: str) -> Any:
    if layout == "NCHW_VECT_C":
        raise errors.UnimplementedError(
            None, None, "NCHW_VECT_C is only supported for quantized values"
        )
    return x.transpose(0, 2, 3, 1) if layout == "NCHW" else x


def _from_nhwc(x: Any, layout: str) -> Any:
    return x.transpose(0, 3, 1, 2) if layout == "NCHW" else x


@operation("SpaceToDepth", inputs="input: T", outputs="output: T", attrs=_DEPTH)
class SpaceToDepth:
    shape = _depth_shape(True)

    def lower(input: Any, *, block_size: int, data_format: str) -> Any:  # noqa: A002
        x = _as_nhwc(input, data_format)
        batch, height, width, depth = x.shape
        b = block_size
        if height % b or width % b:
            raise invalid(f"Image height {height} and width {width} should be divisible by "
                           f"block_size: {b}")  # fmt: skip
        x = x.reshape(batch, height // b, b, width // b, b, depth).transpose(0, 1, 3, 2, 4, 5)
        return _from_nhwc(x.reshape(batch, height // b, width // b, b * b * depth), data_format)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return apply(
            "DepthToSpace",
            dy,
            block_size=op.attr("block_size"),
            data_format=op.attr("data_format"),
        )


@operation("DepthToSpace", inputs="input: T", outputs="output: T", attrs=_DEPTH)
class DepthToSpace:
    shape = _depth_shape(False)

    def lower(input: Any, *, block_size: int, data_format: str) -> Any:  # noqa: A002
        x = _as_nhwc(input, data_format)
        batch, height, width, depth = x.shape
        b = block_size
        if depth % (b * b):
            raise invalid(f"Input depth dimension {depth} should be divisible by: {b * b}")
        x = x.reshape(batch, height, width, b, b, depth // (b * b)).transpose(0, 1, 3, 2, 4, 5)
        return _from_nhwc(x.reshape(batch, height * b, width * b, depth // (b * b)), data_format)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return apply(
            "SpaceToDepth",
            dy,
            block_size=op.attr("block_size"),
            data_format=op.attr("data_format"),
        )


def space_to_depth(
    input: Any,  # noqa: A002
    block_size: int,
    name: str | None = None,
    data_format: str = "NHWC",
) -> Tensor:
    """Moves blocks of space into depth: ``[b, h, w, d]`` to ``[b, h/s, w/s, d*s*s]``.

    Args:
        input: an image batch.
        block_size: the side ``s`` of a block.
        name: the operation's name.
        data_format: ``"NHWC"`` or ``"NCHW"``.
    """
    return apply("SpaceToDepth", input, name=name, block_size=block_size, data_format=data_format)


def depth_to_space(
    input: Any,  # noqa: A002
    block_size: int,
    name: str | None = None,
    data_format: str = "NHWC",
) -> Tensor:
    """Moves depth into blocks of space: ``[b, h, w, d*s*s]`` to ``[b, h*s, w*s, d]``.

    Args:
        input: an image batch.
        block_size: the side ``s`` of a block.
        name: the operation's name.
        data_format: ``"NHWC"`` or ``"NCHW"``.
    """
    return apply("DepthToSpace", input, name=name, block_size=block_size, data_format=data_format)


# -- patches -----------------------------------------------------------------------------------
def _patch_geometry(size: int, k: int, stride: int, rate: int, padding: str) -> tuple[int, int]:
    """How many patches there are along a dimension, and the padding before it."""
    reach = k + (k - 1) * (rate - 1)
    if padding == "VALID":
        return max(-(-(size - reach + 1) // stride), 0), 0
    count = -(-size // stride)
    return count, max((count - 1) * stride + reach - size, 0) // 2


@operation(
    "ExtractImagePatches",
    inputs="images: T",
    outputs="patches: T",
    attrs="ksizes: list(int) >= 4; strides: list(int) >= 4; rates: list(int) >= 4; "
    "T: realnumbertype; padding: {'SAME', 'VALID'}",
)
class ExtractImagePatches:
    def shape(op: Any) -> Any:  # noqa: N805
        source = op.inputs[0].shape.with_rank(4)
        padding = op.attr("padding").decode()
        sizes: list[int | None] = [source.sizes[0]]
        for i in (1, 2):
            size = source.sizes[i]
            found = None
            if size is not None:
                k, stride, rate = (op.attr(a)[i] for a in ("ksizes", "strides", "rates"))
                found = _patch_geometry(size, k, stride, rate, padding)[0]
            sizes.append(found)
        depth = source.sizes[3]
        area = op.attr("ksizes")[1] * op.attr("ksizes")[2]
        return TensorShape([*sizes, None if depth is None else depth * area])

    def lower(
        images: Any, *, ksizes: list[int], strides: list[int], rates: list[int], padding: str
    ) -> Any:
        (rows, top), (columns, left) = (
            _patch_geometry(images.shape[i], ksizes[i], strides[i], rates[i], padding)
            for i in (1, 2)
        )
        low, high = [0, 0], [0, 0]
        for i, (count, before) in enumerate(((rows, top), (columns, left))):
            reach = ksizes[i + 1] + (ksizes[i + 1] - 1) * (rates[i + 1] - 1)
            low[i] = before
            wanted = (count - 1) * strides[i + 1] + reach
            high[i] = max(wanted - before - images.shape[i + 1], 0)
        zero = np.zeros((), images.dtype)
        x = lax.pad(jnp.asarray(images), zero, [
            (0, 0, 0), (low[0], high[0], 0), (low[1], high[1], 0), (0, 0, 0)
        ])  # fmt: skip
        pieces = []
        for r in range(ksizes[1]):
            for c in range(ksizes[2]):
                y0, x0 = r * rates[1], c * rates[2]
                pieces.append(
                    x[
                        :,
                        y0 : y0 + (rows - 1) * strides[1] + 1 : strides[1],
                        x0 : x0 + (columns - 1) * strides[2] + 1 : strides[2],
                    ]
                )
        return jnp.concatenate(pieces, axis=3)

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        from penstock.ops.arrays import reshape, shape, transpose
        from penstock.ops.ranges import range as tf_range

        images = op.inputs[0]
        sizes: Any = shape(images, out_type=dtypes.int64)
        batch, height, width, depth = (sizes[i] for i in range(4))
        options = {a: op.attr(a) for a in ("ksizes", "strides", "rates", "padding")}
        # Number the pixels from 1 and cut patches of the numbers: 0 marks the padding.
        numbers = reshape(
            tf_range(1, 1 + height * width, dtype=dtypes.int64), (1, height, width, 1)
        )
        cut = apply("ExtractImagePatches", numbers, **options)
        taken = reshape(cut, [-1])
        out: Any = shape(op.outputs[0], out_type=dtypes.int64)
        area = op.attr("ksizes")[1] * op.attr("ksizes")[2]
        spread = transpose(reshape(dy, (batch, out[1], out[2], area, depth)), (1, 2, 3, 0, 4))
        flat = reshape(spread, (-1, batch * depth))
        summed: Any = apply("UnsortedSegmentSum", flat, taken, 1 + height * width)
        found = reshape(summed[1:], (height, width, batch, depth))
        return transpose(found, (2, 0, 1, 3))


def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    sizes: Any = None,
) -> Tensor:
    """Cuts patches out of images and puts them in the depth dimension.

    Args:
        images: ``[batch, rows, columns, depth]``.
        ksizes: ``[1, rows, columns, 1]``, the size of a patch.
        strides: ``[1, rows, columns, 1]``, how far apart patches are.
        rates: ``[1, rows, columns, 1]``, how far apart the pixels in a patch are.
        padding: ``"SAME"`` or ``"VALID"``.
        name: the operation's name.
        sizes: another name of ``ksizes``.

    Returns:
        ``[batch, rows, columns, ksize_rows * ksize_columns * depth]``.
    """
    return apply(
        "ExtractImagePatches",
        images,
        name=name,
        ksizes=sizes if ksizes is None else ksizes,
        strides=strides,
        rates=rates,
        padding=padding,
    )
