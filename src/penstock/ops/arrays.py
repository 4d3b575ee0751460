"""Shape, size and rank of tensors; identities; reshaping and transposing.

``broadcasting.py`` and ``fills.py`` hold what broadcasts and fills; their functions are offered
here too.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape, vector
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.broadcasting import broadcast_args as broadcast_args
from penstock.ops.broadcasting import broadcast_dynamic_shape as broadcast_dynamic_shape
from penstock.ops.broadcasting import broadcast_gradient_args as broadcast_gradient_args
from penstock.ops.broadcasting import broadcast_static_shape as broadcast_static_shape
from penstock.ops.broadcasting import broadcast_to as broadcast_to
from penstock.ops.constants import constant
from penstock.ops.fills import fill as fill
from penstock.ops.fills import ones as ones
from penstock.ops.fills import ones_like as ones_like
from penstock.ops.fills import zeros as zeros
from penstock.ops.fills import zeros_like as zeros_like
from penstock.ops.identities import check_numerics as check_numerics
from penstock.ops.identities import ensure_shape as ensure_shape
from penstock.ops.identities import guarantee_const as guarantee_const
from penstock.ops.identities import identity as identity
from penstock.ops.identities import identity_n as identity_n
from penstock.ops.identities import prevent_gradient as prevent_gradient
from penstock.ops.identities import stop_gradient as stop_gradient
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import scalar_output


def reshape_to_input(op: Any, grad: Any) -> Tensor:
    """``grad`` in the shape of the first input of ``op``."""
    return reshape(grad, shape(op.inputs[0]))


# -- shape, size, rank -------------------------------------------------------------------------
@operation(
    "Shape",
    inputs="input: T",
    outputs="output: out_type",
    attrs="T: type; out_type: indextype = int32",
)
class Shape:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return vector(op.inputs[0].shape.ndims)

    def lower(input: Any, *, out_type: Any) -> np.ndarray:  # noqa: A002
        return np.array(input.shape, out_type)

    fold = host = lower


@operation(
    "ShapeN",
    inputs="input: N * T",
    outputs="output: N * out_type",
    attrs="N: int >= 1; T: type; out_type: indextype = int32",
)
class ShapeN:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return [vector(each.shape.ndims) for each in op.inputs]

    def lower(input: list[Any], *, out_type: Any) -> Any:  # noqa: A002
        found = tuple(np.array(each.shape, out_type) for each in input)
        return found if len(found) > 1 else found[0]

    fold = host = lower


@operation(
    "Size",
    inputs="input: T",
    outputs="output: out_type",
    attrs="T: type; out_type: indextype = int32",
)
class Size:
    shape = scalar_output
    gradient = None

    def lower(input: Any, *, out_type: Any) -> np.ndarray:  # noqa: A002
        return np.array(input.size, out_type)

    fold = host = lower


@operation("Rank", inputs="input: T", outputs="output: int32", attrs="T: type")
class Rank:
    shape = scalar_output
    gradient = None

    def lower(input: Any) -> np.ndarray:  # noqa: A002
        return np.array(input.ndim, np.int32)

    fold = host = lower


def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:  # noqa: A002
    """The shape of a tensor, as a vector; a constant when it is fully known.

    Args:
        input: a tensor or ``SparseTensor``.
        name: the operation's name.
        out_type: ``tf.int32`` or ``tf.int64``.
    """
    return shape_internal(input, name, True, out_type)


def shape_internal(
    input: Any,  # noqa: A002
    name: str | None = None,
    optimize: bool = True,
    out_type: Any = dtypes.int32,
) -> Tensor:
    """``shape``; without ``optimize`` always an operation, never a constant."""
    with name_scope(name, "Shape", [input]) as name:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            from penstock.ops.casts import cast

            return cast(input.dense_shape, out_type)
        input = convert_to_tensor(input)
        if optimize and input.shape.is_fully_defined():
            return constant(input.shape.as_list(), dtypes.as_dtype(out_type), name=name)
        return apply("Shape", input, name=name, out_type=out_type)


def shape_n(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> list[Tensor]:  # noqa: A002
    """The shapes of several tensors.

    Args:
        input: a list of tensors of one type.
        out_type: ``int32`` or ``int64``.
        name: the operation's name.

    Returns:
        A vector for each.
    """
    return apply("ShapeN", input, name=name, out_type=out_type)


def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:  # noqa: A002
    """How many elements a tensor has; a constant when its shape is known.

    Args:
        input: a tensor, or a sparse one.
        name: the operation's name.
        out_type: ``int32`` or ``int64``.

    Returns:
        A scalar.
    """
    return size_internal(input, name, True, out_type)


def size_internal(
    input: Any,  # noqa: A002
    name: str | None = None,
    optimize: bool = True,
    out_type: Any = dtypes.int32,
) -> Tensor:
    """``size``; without ``optimize`` always an operation, never a constant."""
    with name_scope(name, "Size", [input]) as name:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            from penstock.ops.casts import cast

            return apply("Prod", cast(input.dense_shape, out_type), 0, name=name)
        input = convert_to_tensor(input)
        count = input.shape.num_elements()
        if optimize and count is not None:
            return constant(count, dtypes.as_dtype(out_type), name=name)
        return apply("Size", input, name=name, out_type=out_type)


def rank(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """How many dimensions a tensor has; a constant when that is known.

    Args:
        input: a tensor, or a sparse one.
        name: the operation's name.

    Returns:
        An ``int32`` scalar.
    """
    return rank_internal(input, name, True)


def rank_internal(input: Any, name: str | None = None, optimize: bool = True) -> Tensor:  # noqa: A002
    """``rank``; without ``optimize`` always an operation, never a constant."""
    with name_scope(name, "Rank", [input]) as name:
        if isinstance(input, (SparseTensor, SparseTensorValue)):
            return apply("Size", input.dense_shape, name=name)
        ndims = convert_to_tensor(input).shape.ndims
        if optimize and ndims is not None:
            return constant(ndims, dtypes.int32, name=name)
        return apply("Rank", input, name=name)


# -- reshape -----------------------------------------------------------------------------------
def _reshaped_shape(op: Any) -> TensorShape:
    source = op.inputs[0].shape
    wanted = constant_value_as_shape(op.inputs[1])
    value = constant_value(op.inputs[1])
    if wanted.sizes is None:
        return wanted
    sizes = list(wanted.sizes)
    holes = [i for i, s in enumerate(sizes) if s is None]
    known = 1
    for s in sizes:
        known *= 1 if s is None else s
    if source.sizes is None:
        return wanted
    source_known, source_holes = 1, 0
    for s in source.sizes:
        source_known *= 1 if s is None else s
        source_holes += s is None
    if not source_holes:
        if not holes:
            if known != source_known:
                raise ValueError(
                    f"Cannot reshape a tensor with {source_known} elements to shape "
                    f"[{','.join(map(str, sizes))}] ({known} elements)"
                )
        elif len(holes) == 1:
            if known == 0 or source_known % known:
                if value is not None and known:
                    raise ValueError(
                        f"Dimension size must be evenly divisible by {known} but is {source_known}"
                    )
            else:
                sizes[holes[0]] = source_known // known
    return TensorShape(sizes)


@operation(
    "Reshape",
    inputs="tensor: T, shape: Tshape",
    outputs="output: T",
    attrs="T: type; Tshape: indextype = int32",
)
class Reshape:
    shape = _reshaped_shape
    static = "shape"

    def lower(tensor: Any, shape: np.ndarray) -> Any:
        sizes = [int(s) for s in shape]
        count = tensor.size
        holes = [i for i, s in enumerate(sizes) if s == -1]
        if len(holes) > 1:
            raise invalid(f"Only one input size may be -1, not both {holes[0]} and {holes[1]}")
        if holes:
            known = 1
            for s in sizes:
                known *= 1 if s == -1 else s
            if known == 0 and count:
                raise invalid(
                    "reshape cannot infer the missing input size for an empty tensor unless all "
                    "specified input sizes are non-zero"
                )
            missing = count // known if known else 0
            if missing * known != count:
                raise invalid(
                    f"Input to reshape is a tensor with {count} values, but the requested shape "
                    f"requires a multiple of {known}"
                )
            sizes[holes[0]] = missing
        wanted = 1
        for s in sizes:
            wanted *= s
        if wanted != count:
            raise invalid(
                f"Input to reshape is a tensor with {count} values, but the requested shape has "
                f"{wanted}"
            )
        return tensor.reshape(sizes)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [reshape_to_input(op, dy), None]


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """``tensor`` with its elements, in row-major order, in another shape.

    Args:
        tensor: a tensor.
        shape: an integer vector; one size may be -1, meaning what is left.
        name: the operation's name.

    Returns:
        A tensor with the elements of ``tensor`` and the shape ``shape``.

    Raises:
        ValueError: when it is known that the numbers of elements differ
            (``InvalidArgumentError`` when that shows only in the run).
    """
    return apply("Reshape", tensor, shape, name=name)


def _expanded_shape(op: Any) -> TensorShape:
    source = op.inputs[0].shape
    axis = constant_value(op.inputs[1])
    if axis is not None and axis.size != 1:
        raise ValueError("'dim' input must be a tensor with a single value")
    if source.sizes is None:
        return unknown_shape()
    count = len(source.sizes) + 1
    if axis is None:
        return unknown_shape(count)
    place = int(axis.ravel()[0])
    if not -count <= place < count:
        raise ValueError(f"dim {place} not in the interval [{-count}, {count - 1}].")
    sizes = list(source.sizes)
    sizes.insert(place % count, 1)
    return TensorShape(sizes)


@operation(
    "ExpandDims",
    inputs="input: T, dim: Tdim",
    outputs="output: T",
    attrs="T: type; Tdim: indextype = int32",
)
class ExpandDims:
    shape = _expanded_shape
    static = "dim"

    def lower(input: Any, dim: np.ndarray) -> Any:  # noqa: A002
        place, count = int(dim.ravel()[0]), input.ndim + 1
        if not -count <= place < count:
            raise invalid(
                f"Tried to expand dim index {place} for tensor with {input.ndim} dimensions."
            )
        place %= count
        return input.reshape(input.shape[:place] + (1,) + input.shape[place:])

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [reshape_to_input(op, dy), None]


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:  # noqa: A002
    """``input`` with a dimension of size 1 put in at ``axis``.

    Args:
        input: a tensor.
        axis: where the new dimension goes; negative ones count from the end.
        name: the operation's name.
        dim: the old name of ``axis``.
    """
    if dim is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'dim'")
        axis = dim
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return apply("ExpandDims", input, axis, name=name)


def _squeezed(sizes: Any, axes: list[int]) -> list[int] | None:
    """The places that go, given sizes (``None``: unknown) and the attribute; checks them."""
    count = len(sizes)
    if not axes:
        return None if None in sizes else [i for i, s in enumerate(sizes) if s == 1]
    places = []
    for i, axis in enumerate(axes):
        if not -count <= axis < count:
            raise ValueError(f"squeeze_dims[{i}] not in [{-count},{count}).")
        place = axis % count
        if sizes[place] not in (1, None):
            raise ValueError(
                f"Can not squeeze dim[{place}], expected a dimension of 1, got {sizes[place]}"
            )
        places.append(place)
    return places


@operation(
    "Squeeze",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type; squeeze_dims: list(int) >= 0 = []",
)
class Squeeze:
    def shape(op: Any) -> Any:  # noqa: N805
        sizes = op.inputs[0].shape.sizes
        if sizes is None:
            return unknown_shape()
        places = _squeezed(sizes, op.attr("squeeze_dims"))
        if places is None:
            return unknown_shape()
        return TensorShape([s for i, s in enumerate(sizes) if i not in places])

    def lower(input: Any, *, squeeze_dims: list[int]) -> Any:  # noqa: A002
        try:
            places = _squeezed(input.shape, squeeze_dims) or []
        except ValueError as error:
            raise invalid(str(error)) from None
        return input.reshape([s for i, s in enumerate(input.shape) if i not in places])

    fold = host = lower

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return reshape_to_input(op, dy)


def squeeze(
    input: Any,  # noqa: A002
    axis: Any = None,
    name: str | None = None,
    squeeze_dims: Any = None,
) -> Tensor:
    """``input`` without its dimensions of size 1.

    Args:
        input: a tensor.
        axis: an integer, or a list of them: which dimensions go; all of size 1 when left out.
        name: the operation's name.
        squeeze_dims: the old name of ``axis``.
    """
    if squeeze_dims is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'squeeze_dims'")
        axis = squeeze_dims
    if axis is not None and np.ndim(axis) == 0:
        axis = [axis]
    return apply("Squeeze", input, name=name, squeeze_dims=None if axis is None else list(axis))


# -- transpose ---------------------------------------------------------------------------------
def _transposed_shape(op: Any) -> TensorShape:
    source, order = op.inputs[0].shape, constant_value(op.inputs[1])
    if source.sizes is None:
        if order is not None:
            return unknown_shape(order.size)
        count = op.inputs[1].shape.num_elements()
        return unknown_shape(count)
    ndims = len(source.sizes)
    if order is None:
        count = op.inputs[1].shape.num_elements()
        if count is not None and count != ndims and ndims > 0:
            raise ValueError(f"Dimension must be {ndims} but is {count}")
        return source if ndims == 0 else unknown_shape(ndims)
    if order.size != ndims:
        raise ValueError(f"Dimension must be {ndims} but is {order.size}")
    places = [int(p) for p in order]
    if any(not 0 <= p < ndims for p in places):
        bad = next(p for p in places if not 0 <= p < ndims)
        raise ValueError(f"perm dim {bad} is out of range of input rank {ndims}")
    return TensorShape([source.sizes[p] for p in places])


def _check_permutation(ndims: int, order: np.ndarray) -> list[int]:
    if order.size != ndims:
        raise invalid(f"transpose expects a vector of size {ndims}. But input(1) is a vector of "
                      f"size {order.size}")  # fmt: skip
    places = [int(p) for p in order]
    for place in places:
        if not 0 <= place < ndims:
            raise invalid(f"{place} is out of range [0 .. {ndims})")
    if len(set(places)) != ndims:
        missing = next(i for i in range(ndims) if i not in places)
        raise invalid(f"{missing} is missing from {places}")
    return places


@operation(
    "Transpose",
    inputs="x: T, perm: Tperm",
    outputs="y: T",
    attrs="T: type; Tperm: indextype = int32",
)
class Transpose:
    shape = _transposed_shape
    static = "perm"

    def lower(x: Any, perm: np.ndarray) -> Any:
        return x.transpose(_check_permutation(x.ndim, perm))

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [transpose(dy, invert_permutation(op.inputs[1])), None]


@operation(
    "ConjugateTranspose",
    inputs="x: T, perm: Tperm",
    outputs="y: T",
    attrs="T: type; Tperm: indextype = int32",
)
class ConjugateTranspose:
    shape = _transposed_shape
    static = "perm"

    def lower(x: Any, perm: np.ndarray) -> Any:
        moved = x.transpose(_check_permutation(x.ndim, perm))
        return jnp.conj(moved) if x.dtype.kind == "c" else moved

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        order = op.inputs[1]
        return [transpose(dy, invert_permutation(order), conjugate=True), None]


def transpose(
    a: Any, perm: Any = None, name: str | None = "transpose", conjugate: bool = False
) -> Tensor:
    """``a`` with its dimensions in another order: dimension ``i`` comes from ``perm[i]``.

    Args:
        a: a tensor.
        perm: the order; reversed when left out.
        name: the operation's name.
        conjugate: also take the complex conjugate.
    """
    with name_scope(name, "transpose", [a]) as name:
        a = convert_to_tensor(a, name="x" if perm is not None else "a")
        kind = "ConjugateTranspose" if conjugate and a.dtype.is_complex else "Transpose"
        if perm is None:
            ndims = a.shape.ndims
            if not ndims:
                count = apply("Rank", a)
                perm = (count - 1) - apply("Range", 0, count, 1)
            else:
                perm = (ndims - 1) - np.arange(ndims)
        return apply(kind, a, perm, name=name)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """``a`` with its last two dimensions swapped.

    Args:
        a: a tensor of rank two or more.
        name: the operation's name.
        conjugate: also take the complex conjugate.

    Raises:
        ValueError: when the rank is known to be less than 2.
    """
    with name_scope(name, values=[a]):
        a = convert_to_tensor(a, name="a")
        ndims = a.shape.ndims
        if ndims is not None:
            if ndims < 2:
                raise ValueError(
                    f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.shape}"
                )
            perm: Any = [*range(ndims - 2), ndims - 1, ndims - 2]
        else:
            from penstock.ops.slices import concat

            count: Any = rank(a)
            perm = concat((apply("Range", 0, count - 2, 1), [count - 1, count - 2]), 0)
        return transpose(a, perm=perm, conjugate=conjugate)


@operation("InvertPermutation", inputs="x: T", outputs="y: T", attrs="T: indextype = int32")
class InvertPermutation:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[0].shape.with_rank(1)

    def fold(x: np.ndarray) -> np.ndarray:
        if sorted(x.tolist()) != list(range(x.size)):
            for value in x.tolist():
                if not 0 <= value < x.size:
                    raise invalid(f"{value} is not between 0 and {x.size}")
            duplicate = next(v for i, v in enumerate(x.tolist()) if v in x[:i].tolist())
            raise invalid(f"{duplicate} is duplicated in the input.")
        return np.argsort(x).astype(x.dtype)

    def lower(x: Any) -> Any:
        return jnp.zeros_like(x).at[x].set(jnp.arange(x.shape[0], dtype=x.dtype))


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation ``y`` with ``y[x[i]] == i``.

    Args:
        x: an integer vector that holds 0 ... n-1, each once.
        name: the operation's name.
    """
    return apply("InvertPermutation", x, name=name)
