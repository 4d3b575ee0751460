"""Products of tensors over chosen axes: ``tf.tensordot`` and ``tf.einsum``.

Both are built of transposes, reshapes and one matrix product for each pair of tensors, as in
TensorFlow 1.15.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor


# -- tensordot ------------------------------------------------------------------------------------
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The product of two tensors, summed over axes of both.

    Args:
        a: a floating or complex tensor.
        b: a tensor of the same type.
        axes: how many of ``a``'s last and ``b``'s first axes are summed over; or a pair of lists,
            the axes of ``a`` and those of ``b``.
        name: the name of the scope.

    Returns:
        A tensor whose axes are the remaining ones of ``a``, then those of ``b``.

    Raises:
        ValueError: when ``axes`` don't fit the tensors.
    """
    from penstock.ops.arrays import reshape
    from penstock.ops.matrices import matmul
    from penstock.ops.slices import concat

    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        axes_a, axes_b = _contracted_axes(a, axes)
        matrix_a, free_a, static_a = _as_matrix(a, axes_a, False)
        matrix_b, free_b, static_b = _as_matrix(b, axes_b, True)
        product = matmul(matrix_a, matrix_b)
        if isinstance(free_a, list) and isinstance(free_b, list):
            return reshape(product, free_a + free_b, name=scope)
        free_a = convert_to_tensor(free_a, dtype=dtypes.int32)
        free_b = convert_to_tensor(free_b, dtype=dtypes.int32)
        result = reshape(product, concat([free_a, free_b], 0), name=scope)
        if static_a is not None and static_b is not None:
            result.set_shape(static_a + static_b)
        return result


def _contracted_axes(a: Tensor, axes: Any) -> tuple[Any, Any]:
    from penstock.ops.arrays import rank
    from penstock.ops.ranges import range as number_range

    dimensions = a.shape.ndims
    if isinstance(axes, (int, np.integer)):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        if dimensions is None:
            last = rank(a)
            return (
                number_range(last - axes, last, dtype=dtypes.int32),
                number_range(axes, dtype=dtypes.int32),
            )
        if axes > dimensions:
            raise ValueError(
                f"'axes' must not be larger than the number of dimensions of tensor {a}."
            )
        return list(range(dimensions - axes, dimensions)), list(range(axes))
    if isinstance(axes, (list, tuple)):
        if len(axes) != 2:
            raise ValueError("'axes' must be an integer or have length 2.")
        first, second = axes
        if isinstance(first, (int, np.integer)) and isinstance(second, (int, np.integer)):
            first, second = [first], [second]
        if len(first) != len(second):
            raise ValueError(
                f"Different number of contraction axes 'a' and 'b', {len(first)} != {len(second)}."
            )
        return first, second
    pair = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
    return pair[0], pair[1]


def _as_matrix(a: Tensor, axes: Any, axes_first: bool) -> tuple[Tensor, Any, Any]:
    """``a`` as a matrix with the contracted axes as one dimension; and the other sizes, as they
    are and as far as they are known."""
    from penstock.ops.arrays import rank, reshape, shape, transpose
    from penstock.ops.math_binary import greater_equal
    from penstock.ops.ranges import range as number_range
    from penstock.ops.reductions import reduce_prod
    from penstock.ops.slices import concat, stack

    sizes = a.shape.sizes
    free: Any
    order: Any
    counts: Any
    listed = isinstance(axes, (list, tuple))
    if listed and sizes is not None:
        axes = [int(axis) % len(sizes) if axis < 0 else int(axis) for axis in axes]
        free = [i for i in range(len(sizes)) if i not in axes]
        static: Any = [sizes[i] for i in free]
        if None not in sizes:
            known: Any = sizes
            counts = [int(np.prod(static, dtype=np.int64)),
                      int(np.prod([known[i] for i in axes], dtype=np.int64))]  # fmt: skip
            order = axes + free if axes_first else free + axes
            counts = counts[::-1] if axes_first else counts
            return reshape(transpose(a, order), counts), static, static
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        full = shape(a)
    else:
        static = None
        full = shape(a)
        dimensions = rank(a)
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        axes = apply("Select", greater_equal(axes, 0), axes, axes + dimensions)
        free, _ = apply("ListDiff", number_range(dimensions), axes)
    free_sizes = apply("GatherV2", full, free, 0)
    axes_sizes = apply("GatherV2", full, axes, 0)
    free_count, axes_count = reduce_prod(free_sizes), reduce_prod(axes_sizes)
    if axes_first:
        order = concat([axes, free], 0)
        counts = stack([axes_count, free_count])
    else:
        order = concat([free, axes], 0)
        counts = stack([free_count, axes_count])
    return reshape(transpose(a, order), counts), free_sizes, static


# -- einsum ---------------------------------------------------------------------------------------
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """A product of tensors written with subscripts, such as ``'ij,jk->ik'``.

    Args:
        equation: the letters of each tensor's axes, then ``->`` and those of the result. Without
            ``->`` the result has the letters that occur once, in alphabetical order.
        *inputs: the tensors.
        **kwargs: ``name``, the name of the scope.

    Returns:
        The tensor whose elements sum the products over the letters not in the result.

    Raises:
        ValueError: when the equation doesn't fit the tensors, or repeats a letter in one tensor.
        TypeError: when an unknown keyword is given.
    """
    from penstock.ops.reductions import reduce_sum

    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError(
            "invalid keyword arguments for this function: "
            + ", ".join(format(key) for key in sorted(kwargs))
        )
    with name_scope(name, "einsum", [equation, inputs]):
        tensors = [convert_to_tensor(x) for x in inputs]
        labels, output = _parse(equation, tensors)
        every = sorted(set("".join(labels) + output))
        for letter in every:
            if sum(letter in each for each in labels) > 2 and letter not in output:
                return _by_broadcasting(tensors, labels, output)
        result, left = tensors[0], labels[0]
        for tensor, more in zip(tensors[1:], labels[1:], strict=True):
            summed = set(left) & set(more) - set(output)
            result, left = _contract(result, left, tensor, more, summed)
        missing = set(left) - set(output)
        if missing:
            result = reduce_sum(result, axis=[i for i, a in enumerate(left) if a not in output])
            left = "".join(a for a in left if a in output)
        if sorted(left) != sorted(output):
            raise ValueError(f"Invalid equation: {equation}")
        return _transposed(result, [left.index(a) for a in output])


def _parse(equation: str, inputs: list[Tensor]) -> tuple[list[str], str]:
    text = equation.replace(" ", "")
    match = re.match(r"^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$", text)
    if match is None:
        raise ValueError(f"Indices have incorrect format: {equation}")
    labels = match.group(1).split(",")
    output = match.group(2)[2:] if match.group(2) else None
    if len(inputs) != len(labels):
        raise ValueError(
            f"Expected {len(labels)} arguments for equation {equation}, got {len(inputs)}"
        )
    if "..." in text:
        labels, output = _without_ellipsis(equation, labels, output, inputs)
    for each, tensor in zip(labels, inputs, strict=True):
        if "." in each:
            raise ValueError(f"Indices have incorrect format: {equation}")
        if len(set(each)) != len(each):
            raise ValueError(f"Subscript not supported: an axis appears more than once: {each}")
        if tensor.shape.ndims is not None and tensor.shape.ndims != len(each):
            raise ValueError(
                f"Input {each} must have rank {len(each)}, but its shape is {tensor.shape}"
            )
    if output is None:
        joined = "".join(labels)
        output = "".join(a for a in sorted(set(joined)) if joined.count(a) == 1)
    if len(set(output)) != len(output):
        raise ValueError(f"Subscript not supported: an axis appears more than once: {output}")
    for letter in output:
        if not any(letter in each for each in labels):
            raise ValueError(f"Unknown output label {letter!r} in equation {equation}")
    return labels, output


def _without_ellipsis(
    equation: str, labels: list[str], output: str | None, inputs: list[Tensor]
) -> tuple[list[str], str | None]:
    """Letters in the place of each ``...``; batch axes are matched from the right."""
    used = set("".join(labels) + (output or ""))
    spare = [c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in used]
    ranks = []
    for each, tensor in zip(labels, inputs, strict=True):
        if each.count("...") > 1:
            raise ValueError(f"Indices have incorrect format: {equation}")
        if "..." not in each:
            ranks.append(0)
            continue
        if tensor.shape.ndims is None:
            raise ValueError("einsum with '...' needs inputs of known rank")
        ranks.append(tensor.shape.ndims - len(each.replace("...", "")))
    batch = "".join(spare[: max(ranks)])
    resolved = [
        each.replace("...", batch[len(batch) - rank :]) for each, rank in zip(labels, ranks)
    ]
    if output is None:
        joined = "".join(resolved)
        rest = sorted(a for a in set(joined) if a not in batch and joined.count(a) == 1)
        return resolved, batch + "".join(rest)
    return resolved, output.replace("...", batch)


def _sizes(tensor: Tensor) -> list[Any]:
    """The sizes as integers, those not known as scalar tensors."""
    from penstock.ops.arrays import shape

    known = tensor.shape.as_list()
    if None not in known:
        return known
    dynamic = shape(tensor)
    return [dynamic[i] if size is None else size for i, size in enumerate(known)]


def _count(sizes: list[Any]) -> Any:
    result: Any = 1
    for size in sizes:
        result = result * size
    return result


def _transposed(tensor: Tensor, order: list[int]) -> Tensor:
    from penstock.ops.arrays import transpose

    return tensor if order == list(range(len(order))) else transpose(tensor, perm=order)


def _reshaped(tensor: Tensor, sizes: list[Any]) -> Tensor:
    from penstock.ops.arrays import reshape

    same = len(sizes) == tensor.shape.ndims and all(
        not isinstance(size, Tensor) and size == old
        for size, old in zip(sizes, tensor.shape.as_list(), strict=True)
    )
    return tensor if same else reshape(tensor, sizes)


def _contract(
    first: Tensor, labels: str, second: Tensor, more: str, summed: set[str]
) -> tuple[Tensor, str]:
    """The product of two tensors, summed over ``summed``; and the letters of its axes."""
    from penstock.ops.arrays import expand_dims
    from penstock.ops.matrices import matmul

    shared = (set(labels) & set(more)) - summed
    own = (set(labels) - set(more), set(more) - set(labels))

    # Order the axes as shared, own, summed and shared, summed, own: batches of matrices.
    def ordered(index: int, letters: str) -> str:
        def key(letter: str) -> tuple[int, str]:
            if letter in shared:
                return -1, letter
            early = letter in own[0] if index == 0 else letter in summed
            return (0 if early else 1), letter

        return "".join(sorted(letters, key=key))

    sorted_labels = ordered(0, labels), ordered(1, more)
    first = _transposed(first, [labels.index(a) for a in sorted_labels[0]])
    second = _transposed(second, [more.index(a) for a in sorted_labels[1]])
    if not summed:
        # Nothing is summed: multiply element by element.
        for _ in own[1]:
            first = expand_dims(first, -1)
        for _ in own[0]:
            second = expand_dims(second, len(shared))
        return apply("Mul", first, second), sorted_labels[0] + sorted_labels[1][len(shared) :]
    batch = len(shared)
    first_sizes = _sizes(first)
    own_first = first_sizes[batch : batch + len(own[0])]
    first = _reshaped(
        first,
        first_sizes[:batch] + [_count(own_first), _count(first_sizes[batch + len(own[0]) :])],
    )
    second_sizes = _sizes(second)
    own_second = second_sizes[batch + len(summed) :]
    second = _reshaped(
        second,
        second_sizes[:batch]
        + [_count(second_sizes[batch : batch + len(summed)]), _count(own_second)],
    )
    product = matmul(first, second)
    result = _reshaped(product, first_sizes[:batch] + own_first + own_second)
    kept = sorted_labels[0][: batch + len(own[0])]
    return result, kept + sorted_labels[1][batch + len(summed) :]


def _by_broadcasting(inputs: list[Tensor], labels: list[str], output: str) -> Tensor:
    """All axes spread out, multiplied, and summed: for letters that occur in three tensors."""
    from penstock.ops.arrays import expand_dims
    from penstock.ops.reductions import reduce_sum

    summed = sorted(set("".join(labels)) - set(output))
    order = list(output) + summed
    result: Any = None
    for tensor, letters in zip(inputs, labels, strict=True):
        present = [a for a in order if a in letters]
        tensor = _transposed(tensor, [letters.index(a) for a in present])
        for place, letter in enumerate(order):
            if letter not in letters:
                tensor = expand_dims(tensor, place)
        result = tensor if result is None else apply("Mul", result, tensor)
    if not summed:
        return result
    return reduce_sum(result, axis=list(range(len(output), len(order))))
