"""Array functions of few lines: ``meshgrid``, ``repeat``, ``roll``, ``edit_distance``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import broadcast_to, expand_dims, rank, reshape, shape, size
from penstock.ops.fills import ones
from penstock.ops.joining import concat, stack
from penstock.ops.selecting import boolean_mask, sequence_mask
from penstock.ops.shape_rules import same_as_input
from penstock.ops.slices import tile


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Coordinates of a grid: for each vector a tensor of the grid's shape that varies along it.

    Args:
        *args: vectors.
        indexing: ``"xy"``: the first vector varies along columns; ``"ij"``: along rows.
        name: the scope of the operations.

    Raises:
        TypeError: for another keyword.
        ValueError: for another ``indexing``.
    """
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        count = len(args)
        output = [
            reshape(stack(x), (1,) * i + (-1,) + (1,) * (count - i - 1)) for i, x in enumerate(args)
        ]
        sizes = [size(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and count > 1:
            output[0] = reshape(output[0], (1, -1) + (1,) * (count - 2))
            output[1] = reshape(output[1], (-1, 1) + (1,) * (count - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        whole: Any = ones(sizes, dtype)
        return [x * whole for x in output]


def _tiled(data: Tensor, axis: int, multiple: Any) -> Tensor:
    count = data.shape.ndims
    if count is not None:
        multiples: list[Any] = [1] * count
        multiples[axis] = multiple
        return tile(data, multiples)
    before, after = ones([axis], dtypes.int32), rank(data) - axis - 1  # type: ignore[operator]
    return tile(data, concat([before, [multiple], ones([after], dtypes.int32)], 0))


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:  # noqa: A002
    """A tensor with each of its elements repeated along an axis.

    Args:
        input: a tensor.
        repeats: how often: a number, or a vector with one number for each slice.
        axis: the dimension; when left out, the input is flattened.
        name: the scope of the operations.
    """
    if axis is None:
        input, axis = reshape(input, [-1]), 0  # noqa: A001
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    with name_scope(name, "Repeat", [input, repeats]):
        data = convert_to_tensor(input, name="data")
        counts = apply("Cast", convert_to_tensor(repeats, name="repeats"), DstT=dtypes.int32)
        counts.shape.with_rank_at_most(1)
        if data.shape.ndims == 0:
            data = reshape(data, [-1])
        data_shape: Any = shape(data)
        ndims = data.shape.ndims
        if axis < 0:
            if ndims is None:
                raise ValueError("axis may only be negative if ndims is statically known.")
            axis += ndims
        if ndims is not None and not 0 <= axis < ndims:
            raise ValueError(f"axis={axis} out of bounds: expected {-ndims}<=axis<{ndims}")
        result_shape = None
        if counts.shape.ndims == 0:
            tiled = _tiled(expand_dims(data, axis + 1), axis + 1, counts)
            result_shape = concat([data_shape[:axis], [-1], data_shape[axis + 1 :]], axis=0)
            return reshape(tiled, result_shape)
        if counts.shape.ndims == 1 and ndims is not None:
            data.shape[axis].assert_is_compatible_with(counts.shape[0])
        if axis + 1 != counts.shape.ndims:
            counts_shape, counts_rank = shape(counts), rank(counts)
            wanted = concat([data_shape[: axis + 1 - counts_rank], counts_shape], axis=0)  # type: ignore[operator]
            counts = broadcast_to(counts, wanted)
            counts.set_shape([None] * (axis + 1))
        from penstock.ops.selecting import _all_axes

        most = apply("Maximum", 0, apply("Max", counts, _all_axes(counts)))
        mask = sequence_mask(counts, most)
        tiled = _tiled(expand_dims(data, axis + 1), axis + 1, most)
        found = boolean_mask(tiled, mask)
        if axis:
            result_shape = concat([data_shape[:axis], [-1], data_shape[axis + 1 :]], axis=0)
            found = reshape(found, result_shape)
        if ndims is not None:
            found.set_shape(
                data.shape[:axis]
                .concatenate(TensorShape([None]))
                .concatenate(data.shape[axis + 1 :])
            )
        return found


# -- roll --------------------------------------------------------------------------------------
@operation(
    "Roll",
    inputs="input: T, shift: Tshift, axis: Taxis",
    outputs="output: T",
    attrs="T: type; Tshift: indextype; Taxis: indextype",
)
class Roll:
    shape = same_as_input()
    static = "axis"

    def lower(input: Any, shift: Any, axis: np.ndarray) -> Any:  # noqa: A002
        axes = [int(a) for a in np.ravel(axis)]
        module = np if all(isinstance(v, np.ndarray) for v in (input, shift)) else jnp
        shifts = module.broadcast_to(module.ravel(shift), (len(axes),))
        for place, along in enumerate(axes):
            if not -input.ndim <= along < input.ndim:
                raise errors.InvalidArgumentError(None, None, f"axis {along} is out of range")
            by = shifts[place]
            input = module.roll(input, int(by) if module is np else by, along)  # noqa: A001
        return input

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        _, shift, axis = op.inputs
        return [apply("Roll", dy, -shift, axis), None, None]


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """A tensor with its elements moved along axes; what falls off comes back at the other end.

    Args:
        input: a tensor.
        shift: how far: an integer, or a vector with one for each axis.
        axis: an integer, or a vector of them.
        name: the operation's name.
    """
    return apply("Roll", input, shift, axis, name=name)


# -- required_space_to_batch_paddings ----------------------------------------------------------
def required_space_to_batch_paddings(
    input_shape: Any, block_shape: Any, base_paddings: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The paddings that make a shape divisible by blocks, and the crops that undo them.

    Args:
        input_shape: an integer vector.
        block_shape: an integer vector of the same length.
        base_paddings: an integer matrix: the least paddings; zeros when left out.
        name: the scope of the operations.

    Returns:
        ``(paddings, crops)``, integer matrices with two columns.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        sizes: Any = convert_to_tensor(input_shape, dtype=dtypes.int32, name="input_shape")
        blocks: Any = convert_to_tensor(block_shape, dtype=dtypes.int32, name="block_shape")
        blocks.shape.assert_is_fully_defined()
        blocks.shape.assert_has_rank(1)
        count = blocks.shape[0].value
        if count == 0:
            nothing = convert_to_tensor(np.zeros((0, 2), np.int32), name="zeros")
            return nothing, nothing
        sizes.shape.assert_is_compatible_with([count])
        if base_paddings is not None:
            base: Any = convert_to_tensor(base_paddings, dtype=dtypes.int32, name="base_paddings")
            base.shape.assert_is_compatible_with([count, 2])
        else:
            base = convert_to_tensor(np.zeros([count, 2], np.int32), name="zeros")
        known = [constant_value(each) for each in (blocks, sizes, base)]
        if all(value is not None for value in known):
            blocks, sizes, base = known
        start, least = base[:, 0], base[:, 1]
        full = sizes + start + least
        extra = (blocks - full % blocks) % blocks
        end = least + extra
        paddings = stack([[start[i], end[i]] for i in range(count)], name="paddings")
        crops = stack([[0, extra[i]] for i in range(count)], name="crops")
        return paddings, crops


# -- edit_distance -----------------------------------------------------------------------------
def _groups(indices: np.ndarray, values: np.ndarray) -> dict[tuple[int, ...], list[Any]]:
    found: dict[tuple[int, ...], list[Any]] = {}
    for place, value in zip(indices, values, strict=True):
        found.setdefault(tuple(int(i) for i in place[:-1]), []).append(value)
    return found


def _levenshtein(source: list[Any], target: list[Any]) -> int:
    row = list(range(len(target) + 1))
    for i, a in enumerate(source, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(target, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


@operation(
    "EditDistance",
    inputs="hypothesis_indices: int64, hypothesis_values: T, hypothesis_shape: int64, "
    "truth_indices: int64, truth_values: T, truth_shape: int64",
    outputs="output: float",
    attrs="normalize: bool = true; T: type",
)
class EditDistance:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        first, second = constant_value(op.inputs[2]), constant_value(op.inputs[5])
        if first is None or second is None:
            return unknown_shape()
        return TensorShape([max(int(a), int(b)) for a, b in zip(first[:-1], second[:-1],
                                                                  strict=True)])  # fmt: skip

    def host(
        hypothesis_indices: np.ndarray,
        hypothesis_values: np.ndarray,
        hypothesis_shape: np.ndarray,
        truth_indices: np.ndarray,
        truth_values: np.ndarray,
        truth_shape: np.ndarray,
        *,
        normalize: bool,
    ) -> np.ndarray:
        sizes = np.maximum(hypothesis_shape[:-1], truth_shape[:-1])
        output = np.zeros(sizes.tolist(), np.float32)
        guesses = _groups(hypothesis_indices, hypothesis_values)
        truths = _groups(truth_indices, truth_values)
        for place in guesses.keys() | truths.keys():
            guess, truth = guesses.get(place, []), truths.get(place, [])
            distance: float = _levenshtein(truth, guess)
            if normalize:
                if truth:
                    distance = distance / len(truth)
                else:
                    distance = np.inf if guess else 0.0
            output[place] = distance
        return output


def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str = "edit_distance"
) -> Tensor:
    """The Levenshtein distance of sequences.

    Args:
        hypothesis: a ``SparseTensor`` of sequences (along its last dimension).
        truth: a ``SparseTensor`` of the sequences wanted.
        normalize: divide by the length of the truth.
        name: the operation's name.

    Returns:
        A ``float32`` tensor with one dimension less.

    Raises:
        TypeError: when an argument isn't sparse.
    """
    if not isinstance(hypothesis, (SparseTensor, SparseTensorValue)):
        raise TypeError("Hypothesis must be a SparseTensor.")
    if not isinstance(truth, (SparseTensor, SparseTensorValue)):
        raise TypeError("Truth must be a SparseTensor.")
    hypothesis, truth = SparseTensor.from_value(hypothesis), SparseTensor.from_value(truth)
    return apply(
        "EditDistance",
        hypothesis.indices,
        hypothesis.values,
        hypothesis.dense_shape,
        truth.indices,
        truth.values,
        truth.dense_shape,
        name=name,
        normalize=normalize,
    )
