"""Bytes, CSV lines, serialized tensors and JSON into tensors."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.graph.tensor_values import array_of_tensor_proto, proto_of_array
from penstock.ops.shape_rules import same_as_input, scalar_output


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _objects(values: list[Any], shape: Any) -> np.ndarray:
    made = np.empty(len(values), object)
    made[:] = values
    return made.reshape(shape)


def _invalid(op: Any, text: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, op, text)


def _raw_shape(op: Any) -> TensorShape:
    return op.inputs[0].shape.concatenate([None])


@operation(
    "DecodeRaw",
    inputs="bytes: string",
    outputs="output: out_type",
    attrs="out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, "
    "complex128, bool}; little_endian: bool = true",
)
class DecodeRaw:
    shape = _raw_shape
    gradient = None

    def host(texts, *, out_type, little_endian, op):
        flat = [_bytes(t) for t in texts.ravel()]
        dtype = np.dtype(out_type)
        if not flat:
            return np.zeros((*texts.shape, 0), dtype)
        size = len(flat[0])
        for i, text in enumerate(flat):
            if len(text) != size:
                raise _invalid(
                    op,
                    "DecodeRaw requires input strings to all be the same size, but element "
                    f"{i} has size {size} != {len(text)}",
                )
        if size % dtype.itemsize:
            raise _invalid(
                op,
                f"Input to DecodeRaw has length {size} that is not a multiple of "
                f"{dtype.itemsize}, the size of {_type_word(dtype)}",
            )
        source = dtype.newbyteorder("<" if little_endian else ">")
        joined = np.frombuffer(b"".join(flat), source).astype(dtype)
        return joined.reshape(*texts.shape, -1)


def _type_word(dtype: Any) -> str:
    name = as_dtype(dtype).name
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name)


# -- CSV ------------------------------------------------------------------------------------------
def _csv_fields(line: str, delimiter: str, quotes: bool, selected: Any, op: Any) -> list[str]:
    """The fields of one line, by the rules of RFC 4180 as TensorFlow reads them."""
    fields: list[str] = []
    i, number = 0, 0
    length = len(line)
    if length == 0:
        return [] if selected else [""]
    while i <= length:
        keep = not selected or number in selected
        if quotes and i < length and line[i] == '"':
            i += 1
            parts = []
            while True:
                end = line.find('"', i)
                if end < 0 or (end == length - 1):
                    parts.append(line[i:end] if end >= 0 else line[i:])
                    if end < 0:
                        raise _invalid(
                            op, "Quoted field has to end with quote followed by delim or end"
                        )
                    i = length
                    break
                parts.append(line[i:end])
                if line[end + 1] == delimiter:
                    i = end + 1
                    break
                if line[end + 1] != '"':
                    raise _invalid(op, "Quote inside a string has to be escaped by another quote")
                parts.append('"')
                i = end + 2
            text = "".join(parts)
        else:
            end = line.find(delimiter, i)
            end = length if end < 0 else end
            text = line[i:end]
            if quotes and any(c in text for c in '"\n\r'):
                raise _invalid(op, "Unquoted fields cannot have quotes/CRLFs inside")
            i = end
        if keep:
            fields.append(text)
        number += 1
        if i >= length:
            break
        i += 1  # the delimiter
    return fields


_PARSERS = {"i": int, "f": float}


def _csv_value(text: str, dtype: np.dtype, field: int, record: int, op: Any) -> Any:
    if dtype.kind == "O":
        return text.encode("utf-8", "surrogateescape")
    stripped = text.strip()
    try:
        if "_" in stripped:
            raise ValueError
        value = _PARSERS[dtype.kind](stripped)
        if dtype.kind == "i" and not np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
            raise ValueError
    except ValueError:
        raise _invalid(
            op,
            f"Field {field} in record {record} is not a valid {_type_word(dtype)}: {text}",
        ) from None
    return value


def _csv_shapes(op: Any) -> list[TensorShape]:
    for i, default in enumerate(op.inputs[1:]):
        if default.shape.ndims is not None and default.shape.ndims > 1:
            raise ValueError(
                "Shape of a default must be a length-0 or length-1 vector, or a scalar "
                f"(default {i})"
            )
    return [op.inputs[0].shape for _ in op.outputs]


@operation(
    "DecodeCSV",
    inputs="records: string, record_defaults: list(OUT_TYPE)",
    outputs="output: list(OUT_TYPE)",
    attrs="OUT_TYPE: list({float, double, int32, int64, string}) >= 1; field_delim: string = ','; "
    "use_quote_delim: bool = true; na_value: string = ''; select_cols: list(int) = []",
)
class DecodeCSV:
    shape = _csv_shapes

    def host(records, defaults, *, field_delim, use_quote_delim, na_value, select_cols, op):
        types = [np.dtype(object) if d.dtype.kind in "OSU" else d.dtype for d in defaults]
        columns: list[list[Any]] = [[] for _ in defaults]
        for r, record in enumerate(records.ravel()):
            line = _bytes(record).decode("utf-8", "surrogateescape")
            fields = _csv_fields(line, field_delim, use_quote_delim, set(select_cols), op)
            if len(fields) != len(defaults):
                raise _invalid(
                    op, f"Expect {len(defaults)} fields but have {len(fields)} in record {r}"
                )
            for f, text in enumerate(fields):
                if text == "" or text == na_value:
                    if defaults[f].size != 1:
                        raise _invalid(op, f"Field {f} is required but missing in record {r}!")
                    columns[f].append(defaults[f].ravel()[0])
                else:
                    columns[f].append(_csv_value(text, types[f], f, r, op))
        return [
            _objects([_bytes(v) for v in column], records.shape)
            if dtype.kind == "O"
            else np.array(column, dtype).reshape(records.shape)
            for column, dtype in zip(columns, types)
        ]


# -- tensors, JSON, compressed bytes --------------------------------------------------------------
@operation("SerializeTensor", inputs="tensor: T", outputs="serialized: string", attrs="T: type")
class SerializeTensor:
    shape = scalar_output
    gradient = None

    def host(tensor):
        return _objects([proto_of_array(tensor).SerializeToString(deterministic=True)], ())


@operation(
    "ParseTensor", inputs="serialized: string", outputs="output: out_type", attrs="out_type: type"
)
class ParseTensor:
    gradient = None

    def shape(op: Any) -> TensorShape:
        return unknown_shape()

    def host(serialized, *, op):
        from google.protobuf.message import DecodeError

        from penstock import protos

        text = _bytes(serialized[()])
        try:
            proto = protos.TensorProto.FromString(text)
        except DecodeError:
            raise _invalid(op, f"Could not parse TensorProto, value: '{_shown(text)}'") from None
        wanted = op.attr("out_type")
        try:
            array = array_of_tensor_proto(proto)
        except (TypeError, ValueError, KeyError):
            raise _invalid(op, f"Cannot parse tensor from proto: {proto}".rstrip()) from None
        if as_dtype(proto.dtype) != wanted:
            raise _invalid(
                op,
                f"Type mismatch between parsed tensor ({_type_word(proto.dtype)}) and dtype "
                f"({_type_word(wanted)})",
            )
        return array


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")


@operation("DecodeJSONExample", inputs="json_examples: string", outputs="binary_examples: string")
class DecodeJSONExample:
    shape = same_as_input()

    def host(texts, *, op):
        from google.protobuf import json_format

        from penstock import protos

        made = []
        for text in texts.ravel():
            try:
                example = json_format.Parse(_bytes(text), protos.Example())
            except (json_format.ParseError, UnicodeDecodeError) as error:
                raise _invalid(op, f"Error while parsing JSON: {error}") from None
            made.append(example.SerializeToString(deterministic=True))
        return _objects(made, texts.shape)


@operation(
    "DecodeCompressed",
    inputs="bytes: string",
    outputs="output: string",
    attrs="compression_type: string = ''",
)
class DecodeCompressed:
    shape = same_as_input()

    def host(texts, *, compression_type, op):
        bits = {"": None, "ZLIB": zlib.MAX_WBITS, "GZIP": 16 + zlib.MAX_WBITS}
        if compression_type not in bits:
            raise _invalid(
                op, f"Only ZLIB, GZIP or NONE are supported compressions, not {compression_type}"
            )
        window = bits[compression_type]
        made = []
        for text in texts.ravel():
            try:
                made.append(_bytes(text) if window is None else zlib.decompress(text, window))
            except zlib.error as error:
                raise errors.DataLossError(None, op, f"inflate() failed: {error}") from None
        return _objects(made, texts.shape)


# -- public ---------------------------------------------------------------------------------------
def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,  # noqa: A002 - TensorFlow's name
) -> Tensor:
    """The numbers that strings of bytes hold.

    Args:
        input_bytes: ``string``, all elements of one length.
        out_type: the type of the numbers.
        little_endian: whether the low byte comes first.
        name: the name of the operation.
        bytes: the older name of ``input_bytes``.

    Returns:
        A tensor with one dimension more than ``input_bytes``.

    Raises:
        ValueError: when ``out_type`` is left out.
        InvalidArgumentError: (when run) when the lengths don't fit.
    """
    if bytes is not None:
        if input_bytes is not None:
            raise ValueError("Cannot specify both 'bytes' and 'input_bytes'")
        input_bytes = bytes
    if out_type is None:
        raise ValueError("decode_raw_v1() missing 1 positional argument: 'out_type'")
    return apply(
        "DecodeRaw", input_bytes, out_type=out_type, little_endian=little_endian, name=name
    )


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Any = None,
) -> list[Tensor]:
    """The columns of lines of comma-separated values.

    Args:
        records: ``string``, each element a line.
        record_defaults: one tensor for each column: its type is the column's, its value stands
            for a missing field; an empty one makes the field required.
        field_delim: what separates fields.
        use_quote_delim: whether double quotes enclose fields.
        name: the name of the operation.
        na_value: a text that also means a missing field.
        select_cols: the numbers of the columns wanted, in rising order; all when left out.

    Returns:
        One tensor for each column, shaped like ``records``.

    Raises:
        ValueError: when ``select_cols`` doesn't rise, or differs in length from the defaults.
        InvalidArgumentError: (when run) when a line doesn't fit.
    """
    if select_cols is not None:
        if any(a >= b for a, b in zip(select_cols, select_cols[1:])):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols and select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    return apply(
        "DecodeCSV",
        records,
        record_defaults,
        field_delim=field_delim,
        use_quote_delim=use_quote_delim,
        na_value=na_value,
        select_cols=select_cols,
        name=name,
    )


def serialize_tensor(tensor: Any, name: str | None = None) -> Tensor:
    """A tensor as a serialized ``TensorProto``, a ``string`` scalar."""
    return apply("SerializeTensor", tensor, name=name)


def parse_tensor(serialized: Any, out_type: Any, name: str | None = None) -> Tensor:
    """The tensor of a serialized ``TensorProto``.

    Args:
        serialized: a ``string`` scalar.
        out_type: the type of the tensor.
        name: the name of the operation.
    """
    return apply("ParseTensor", serialized, out_type=out_type, name=name)


def decode_json_example(json_examples: Any, name: str | None = None) -> Tensor:
    """``tf.train.Example`` messages in JSON as serialized ones, element by element."""
    return apply("DecodeJSONExample", json_examples, name=name)


def decode_compressed(bytes: Any, compression_type: str = "", name: str | None = None) -> Tensor:  # noqa: A002
    """Decompresses strings element by element.

    Args:
        bytes: ``string``.
        compression_type: ``''``, ``'ZLIB'`` or ``'GZIP'``.
        name: the name of the operation.
    """
    return apply("DecodeCompressed", bytes, compression_type=compression_type, name=name)
