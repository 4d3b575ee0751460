"""String operations: joining and cutting, lengths and letters.

They run on the host; an element is a byte string.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import broadcast, same_as_input
from penstock.ops.state import merged_shape


def mapped(function: Callable[[Any], Any], array: np.ndarray, dtype: Any = object) -> np.ndarray:
    """``function`` of each element."""
    array = np.asarray(array)
    result = np.empty(array.shape, dtype)
    flat, source = result.reshape(-1), array.reshape(-1)
    for i, value in enumerate(source):
        flat[i] = function(value)
    return result


# -- join and cut ------------------------------------------------------------------------------
def _joined_shape(op: Any) -> TensorShape:
    shape = TensorShape([])
    for tensor in op.inputs:
        if tensor.shape.ndims is None:
            return tensor.shape
        if tensor.shape.ndims:
            shape = merged_shape(shape, tensor.shape) if shape.ndims else tensor.shape
    return shape


@operation(
    "StringJoin",
    inputs="inputs: N * string",
    outputs="output: string",
    attrs="N: int >= 1; separator: string = ''",
)
class StringJoin:
    gradient = None
    shape = _joined_shape

    def host(inputs: list[np.ndarray], *, op: Any) -> np.ndarray:
        separator = op.attr("separator")
        shapes = [v.shape for v in inputs if v.ndim]
        for shape in shapes:
            if shape != shapes[0]:
                raise invalid(f"Input shapes do not match: {list(shapes[0])} vs. {list(shape)}")
        parts = np.broadcast_arrays(*inputs)
        result = np.empty(parts[0].shape, object)
        for place in np.ndindex(*result.shape):
            result[place] = separator.join(part[place] for part in parts)
        return result


def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """Strings put together, element by element.

    Args:
        inputs: a list of string tensors of one shape, or scalars.
        separator: what goes between them.
        name: the operation's name.
    """
    return apply("StringJoin", inputs, name=name, separator=separator)


def _split_shapes(op: Any) -> list[TensorShape]:
    op.inputs[0].shape.with_rank(1)
    return [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]


def _ragged_result(rows: list[list[bytes]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of strings as the parts of a sparse matrix."""
    places = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    values = np.empty(len(places), object)
    values[:] = [item for row in rows for item in row]
    width = max((len(row) for row in rows), default=0)
    indices = np.array(places, np.int64).reshape(len(places), 2)
    return indices, values, np.array([len(rows), width], np.int64)


@operation(
    "StringSplit",
    inputs="input: string, delimiter: string",
    outputs="indices: int64, values: string, shape: int64",
    attrs="skip_empty: bool = true",
)
class StringSplit:
    gradient = None
    shape = _split_shapes

    def host(input: np.ndarray, delimiter: np.ndarray, *, skip_empty: bool) -> Any:  # noqa: A002
        if delimiter.ndim:
            raise invalid(f"delimiter must be a scalar, got shape: {list(delimiter.shape)}")
        marks: bytes = delimiter.item()
        rows = []
        for text in input:
            if marks:
                parts = re.split(b"[" + re.escape(marks) + b"]", text)
            else:
                parts = [bytes([byte]) for byte in text]
            rows.append([part for part in parts if part or not skip_empty])
        return _ragged_result(rows)


@operation(
    "StringSplitV2",
    inputs="input: string, sep: string",
    outputs="indices: int64, values: string, shape: int64",
    attrs="maxsplit: int = -1",
)
class StringSplitV2:
    shape = _split_shapes

    def host(input: np.ndarray, sep: np.ndarray, *, maxsplit: int) -> Any:  # noqa: A002
        mark = sep[()]
        limit = -1 if maxsplit <= 0 else maxsplit
        rows = [text.split(mark, limit) if mark else text.split(None, limit) for text in input]
        return _ragged_result(rows)


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor:
    """Strings cut at any of some characters.

    Args:
        source: a vector of strings.
        sep: the characters at which they are cut; a space when left out; '' cuts everywhere.
        skip_empty: leave out empty parts.
        delimiter: the old name of ``sep``.
        result_type: ``"SparseTensor"``.
        name: the scope of the operation.

    Returns:
        A ``SparseTensor`` with one row for each string.

    Raises:
        ValueError: for another ``result_type``.
    """
    if delimiter is not None:
        if sep is not None:
            raise ValueError("Cannot specify both 'sep' and 'delimiter'")
        sep = delimiter
    _check_result_type(result_type)
    with name_scope(name, "StringSplit", [source]):
        marks = constant(" " if sep is None else sep, dtype=dtypes.string) if not isinstance(
            sep, Tensor
        ) else sep  # fmt: skip
        parts = apply(
            "StringSplit", convert_to_tensor(source, dtype=dtypes.string), marks,
            skip_empty=skip_empty,
        )  # fmt: skip
        parts[0].set_shape([None, 2])
        parts[1].set_shape([None])
        parts[2].set_shape([2])
        return SparseTensor(*parts)


def _check_result_type(result_type: str) -> None:
    if result_type != "SparseTensor":
        raise ValueError(
            f"result_type must be 'SparseTensor' (ragged results aren't there), not {result_type!r}"
        )


def split(
    input: Any = None,  # noqa: A002
    sep: Any = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> SparseTensor:
    """Strings cut at a separator, as Python's ``str.split`` does.

    Args:
        input: a vector of strings.
        sep: the separator; runs of white space when left out or empty.
        maxsplit: cut at most so often; -1 means everywhere.
        result_type: ``"SparseTensor"``.
        source: the old name of ``input``.
        name: the scope of the operation.
    """
    value = source if input is None else input
    _check_result_type(result_type)
    with name_scope(name, "StringSplit", [value]):
        mark = constant("" if sep is None else sep, dtype=dtypes.string) if not isinstance(
            sep, Tensor
        ) else sep  # fmt: skip
        strings = convert_to_tensor(value, dtype=dtypes.string)
        return SparseTensor(*apply("StringSplitV2", strings, mark, maxsplit=maxsplit))


def _reduced_shape(op: Any) -> TensorShape:
    from penstock.ops.shape_rules import reduction

    return reduction(op)


@operation(
    "ReduceJoin",
    inputs="inputs: string, reduction_indices: int32",
    outputs="output: string",
    attrs="keep_dims: bool = false; separator: string = ''",
)
class ReduceJoin:
    gradient = None
    shape = _reduced_shape

    def host(
        inputs: np.ndarray, reduction_indices: np.ndarray, *, keep_dims: bool, op: Any
    ) -> np.ndarray:
        separator, rank = op.attr("separator"), inputs.ndim
        axes = [int(a) for a in np.ravel(reduction_indices)]
        for axis in axes:
            if not -rank <= axis < rank:
                raise invalid(
                    f"Invalid reduction dimension {axis} for input with {rank} dimension(s)"
                )
        axes = [a % rank for a in axes]
        if len(set(axes)) != len(axes):
            raise invalid(f"Duplicate reduction dimension in {axes}")
        kept = [i for i in range(rank) if i not in axes]
        # The axis named first is joined first, so it varies fastest.
        moved = inputs.transpose(kept + axes[::-1]).reshape([inputs.shape[i] for i in kept] + [-1])
        result = np.empty(moved.shape[:-1], object)
        for place in np.ndindex(*result.shape):
            result[place] = separator.join(moved[place])
        if keep_dims:
            result = result.reshape([1 if i in axes else s for i, s in enumerate(inputs.shape)])
        return result


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: Any = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: Any = None,
) -> Tensor:
    """Strings put together over dimensions.

    Args:
        inputs: a string tensor.
        axis: the dimensions, in the order in which they are joined; all, the last first, when
            left out.
        keep_dims: the old name of ``keepdims``.
        separator: what goes between the strings.
        name: the scope of the operation.
        reduction_indices: the old name of ``axis``.
        keepdims: keep the dimensions with size 1.
    """
    if reduction_indices is not None:
        axis = reduction_indices
    keep = keep_dims if keepdims is None else keepdims
    with name_scope(name, "ReduceJoin", [inputs, axis]):
        tensor = convert_to_tensor(inputs, dtype=dtypes.string)
        if axis is None:
            ndims = tensor.shape.ndims
            if ndims is not None:
                axis = constant(np.arange(ndims - 1, -1, -1), dtype=dtypes.int32)
            else:
                axis = apply("Range", apply("Rank", tensor) - 1, -1, -1, name="range")
        return apply("ReduceJoin", tensor, axis, keep_dims=bool(keep), separator=separator)


@operation(
    "UnsortedSegmentJoin",
    inputs="inputs: string, segment_ids: Tindices, num_segments: Tnumsegments",
    outputs="output: string",
    attrs="separator: string = ''; Tindices: indextype; Tnumsegments: indextype = int32",
)
class UnsortedSegmentJoin:
    def shape(op: Any) -> Any:  # noqa: N805
        from penstock.graph.shapes import unknown_shape
        from penstock.graph.static_values import constant_value

        source, segments = op.inputs[0].shape, op.inputs[1].shape
        count = constant_value(op.inputs[2])
        if source.sizes is None or segments.ndims is None:
            return unknown_shape()
        first = None if count is None else int(count)
        return TensorShape([first, *source.sizes[segments.ndims :]])

    def host(
        inputs: np.ndarray, segment_ids: np.ndarray, num_segments: np.ndarray, *, op: Any
    ) -> np.ndarray:
        separator, count = op.attr("separator"), int(num_segments)
        tail = inputs.shape[segment_ids.ndim :]
        rows = inputs.reshape(-1, *tail)
        parts: list[list[np.ndarray]] = [[] for _ in range(count)]
        for row, segment in zip(rows, segment_ids.reshape(-1), strict=True):
            if not 0 <= segment < count:
                raise invalid(f"segment_ids[..] = {segment} is out of range [0, {count})")
            parts[segment].append(np.asarray(row, object))
        result = np.full((count, *tail), b"", object)
        for i, group in enumerate(parts):
            for place in np.ndindex(*tail):
                result[(i, *place)] = separator.join(row[place] for row in group)
        return result


def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: str = "", name: str | None = None
) -> Tensor:
    """Strings put together under the same segment id."""
    return apply(
        "UnsortedSegmentJoin", inputs, segment_ids, num_segments, name=name, separator=separator
    )


@operation(
    "Substr",
    inputs="input: string, pos: T, len: T",
    outputs="output: string",
    attrs="T: indextype; unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'",
)
class Substr:
    shape = broadcast

    def host(input: np.ndarray, pos: np.ndarray, len: np.ndarray, *, unit: str) -> np.ndarray:  # noqa: A002
        texts, starts, counts = np.broadcast_arrays(input, pos, len)
        result = np.empty(texts.shape, object)
        for i, place in enumerate(np.ndindex(*texts.shape)):
            raw: Any = texts[place]
            text = raw.decode("utf-8", "surrogateescape") if unit == "UTF8_CHAR" else raw
            start, size = int(starts[place]), text.__len__()
            if not -size <= start <= size:
                shown = str(raw)[:200]
                at = f" at index {i}" if texts.ndim else ""
                raise invalid(f"pos {start} out of range for string {shown}{at}")
            start = start + size if start < 0 else start
            part: Any = text[start : start + max(int(counts[place]), 0)]
            result[place] = part.encode("utf-8", "surrogateescape") if unit == "UTF8_CHAR" else part
        return result


def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:  # noqa: A002
    """Parts of strings.

    Args:
        input: a string tensor.
        pos: where the parts start; negative numbers count from the end.
        len: how long they are at most.
        name: the operation's name.
        unit: ``"BYTE"`` or ``"UTF8_CHAR"``: what is counted.
    """
    return apply("Substr", input, pos, len, name=name, unit=unit)


# -- characters --------------------------------------------------------------------------------
@operation(
    "StringLength",
    inputs="input: string",
    outputs="output: int32",
    attrs="unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'",
)
class StringLength:
    shape = same_as_input()

    def host(input: np.ndarray, *, unit: str) -> np.ndarray:  # noqa: A002
        if unit == "BYTE":
            return mapped(len, input, np.int32)
        # A character is counted at each byte that doesn't continue one.
        return mapped(lambda text: sum(byte & 0xC0 != 0x80 for byte in text), input, np.int32)


@operation("StringStrip", inputs="input: string", outputs="output: string")
class StringStrip:
    shape = same_as_input()

    def host(input: np.ndarray) -> np.ndarray:  # noqa: A002
        return mapped(lambda text: text.strip(b" \t\n\v\f\r"), input)


def _cased(text: bytes, encoding: str, lower: bool) -> bytes:
    if encoding == "utf-8":
        words = text.decode("utf-8", "replace")
        return (words.lower() if lower else words.upper()).encode()
    return text.lower() if lower else text.upper()


@operation(
    "StringLower",
    inputs="input: string",
    outputs="output: string",
    attrs="encoding: string = ''",
)
class StringLower:
    shape = same_as_input()

    def host(input: np.ndarray, *, encoding: str) -> np.ndarray:  # noqa: A002
        return mapped(lambda text: _cased(text, encoding, True), input)


@operation(
    "StringUpper",
    inputs="input: string",
    outputs="output: string",
    attrs="encoding: string = ''",
)
class StringUpper:
    shape = same_as_input()

    def host(input: np.ndarray, *, encoding: str) -> np.ndarray:  # noqa: A002
        return mapped(lambda text: _cased(text, encoding, False), input)


def string_length(input: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:  # noqa: A002
    """The lengths of strings, in bytes or (``unit="UTF8_CHAR"``) in characters."""
    return apply("StringLength", input, name=name, unit=unit)


def string_strip(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """Strings without white space at their ends."""
    return apply("StringStrip", input, name=name)


def string_lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:  # noqa: A002
    """Strings in small letters (ASCII's, or with ``encoding="utf-8"`` all)."""
    return apply("StringLower", input, name=name, encoding=encoding)


def string_upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:  # noqa: A002
    """Strings in capital letters (ASCII's, or with ``encoding="utf-8"`` all)."""
    return apply("StringUpper", input, name=name, encoding=encoding)
