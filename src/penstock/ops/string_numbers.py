"""Numbers to strings and back, and text with the values of tensors in it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.kernels.printing import summarize_ends
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import same_as_input, scalar_output
from penstock.ops.strings import mapped

_FLOAT = re.compile(
    rb"[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE
)
_HEXADECIMAL = re.compile(rb"[+-]?0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*(?:[pP][+-]?\d+)?")
_INTEGER = re.compile(rb"[+-]?\d+")


@operation(
    "StringToNumber",
    inputs="string_tensor: string",
    outputs="output: out_type",
    attrs="out_type: {float, double, int32, int64} = float",
)
class StringToNumber:
    gradient = None
    shape = same_as_input()

    def host(string_tensor: np.ndarray, *, out_type: Any) -> np.ndarray:
        kind = np.dtype(out_type)

        def number(text: bytes) -> Any:
            bare = text.strip()
            if kind.kind == "f" and _FLOAT.fullmatch(bare):
                return kind.type(float(bare))
            if kind.kind == "f" and _HEXADECIMAL.fullmatch(bare):
                return kind.type(float.fromhex(bare.decode()))
            if kind.kind == "i" and _INTEGER.fullmatch(bare):
                value, limits = int(bare), np.iinfo(kind)
                if limits.min <= value <= limits.max:
                    return value
            raise invalid(
                "StringToNumberOp could not correctly convert string: "
                + text.decode(errors="replace")
            )

        with np.errstate(over="ignore"):
            return mapped(number, string_tensor, kind)


def string_to_number(
    string_tensor: Any = None,
    out_type: Any = dtypes.float32,
    name: str | None = None,
    input: Any = None,  # noqa: A002
) -> Tensor:
    """The numbers that strings write.

    Args:
        string_tensor: a string tensor.
        out_type: ``float32``, ``float64``, ``int32`` or ``int64``.
        name: the operation's name.
        input: another name of ``string_tensor``.

    Raises:
        InvalidArgumentError: in a run, when a string is no number of that type.
    """
    value = input if string_tensor is None else string_tensor
    return apply("StringToNumber", value, name=name, out_type=out_type)


def _format(op: Any) -> tuple[str, str]:
    """The ``printf`` format of an ``AsString``, without and with what it ends in."""
    fill = op.attr("fill").decode()
    scientific, shortest = op.attr("scientific"), op.attr("shortest")
    precision, width = op.attr("precision"), op.attr("width")
    if len(fill) > 1:
        raise invalid("Fill string must be one or fewer characters")
    if fill and fill not in " +-0#":
        raise invalid(f"Fill argument not supported: {fill}")
    kind = op.inputs[0].dtype.base_dtype
    whole = not (kind.is_floating or kind.is_complex)
    for given, name in (
        (scientific, "scientific and shortest"),
        (shortest, "scientific and shortest"),
        (precision >= 0, "precision"),
    ):
        if given and whole:
            raise invalid(f"{name} not supported for datatype {kind.name}")
    if kind.is_bool and (width > -1 or fill):
        raise invalid("width and fill not supported for datatype bool")
    if scientific and shortest:
        raise invalid("Cannot select both scientific and shortest notation")
    text = "%" + fill + (str(width) if width > -1 else "")
    if precision > -1:
        text += f".{precision}"
    letter = "d" if whole else "e" if scientific else "g" if shortest else "f"
    return text, letter


@operation(
    "AsString",
    inputs="input: T",
    outputs="output: string",
    attrs="T: {int8, int16, int32, int64, complex64, complex128, float, double, bool}; "
    "precision: int = -1; scientific: bool = false; shortest: bool = false; width: int = -1; "
    "fill: string = ''",
)
class AsString:
    gradient = None
    shape = same_as_input()

    def host(input: np.ndarray, *, op: Any) -> np.ndarray:  # noqa: A002
        text, letter = _format(op)
        if input.dtype == np.bool_:
            return mapped(lambda v: b"true" if v else b"false", input)
        if input.dtype.kind == "c":
            pair = f"({text}{letter},{text}{letter})"
            return mapped(lambda v: (pair % (v.real, v.imag)).encode(), input)
        single = text + letter
        return mapped(lambda v: (single % v.item()).encode(), input)


def as_string(
    input: Any,  # noqa: A002
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """Numbers written as strings, as C's ``printf`` does.

    Args:
        input: a tensor of numbers or booleans.
        precision: digits after the point.
        scientific: write floats with an exponent.
        shortest: write floats in the shorter of both ways.
        width: the least width.
        fill: what fills the width: a space, ``0``, ``-`` (on the right) or ``+``.
        name: the operation's name.
    """
    return apply(
        "AsString",
        input,
        name=name,
        precision=precision,
        scientific=scientific,
        shortest=shortest,
        width=width,
        fill=fill,
    )


@operation(
    "StringFormat",
    inputs="inputs: list(T)",
    outputs="output: string",
    attrs="T: list(type) >= 0; template: string = '%s'; placeholder: string = '%s'; "
    "summarize: int = 3",
)
class StringFormat:
    gradient = None
    shape = scalar_output

    def host(inputs: list[Any], *, op: Any, summarize: int) -> np.ndarray:
        pieces = op.attr("template").split(op.attr("placeholder"))
        text = pieces[0]
        for value, piece in zip(inputs, pieces[1:], strict=True):
            text += summarize_ends(np.asarray(value), summarize).encode() + piece
        result = np.empty((), object)
        result[()] = text
        return result


def string_format(
    template: str,
    inputs: Any,
    placeholder: str = "{}",
    summarize: int = 3,
    name: str | None = None,
) -> Tensor:
    """A string with the values of tensors put in.

    Args:
        template: the text, with a placeholder for each tensor.
        inputs: a tensor, or a list of them.
        placeholder: what is replaced.
        summarize: how many elements are shown at each end of a dimension; all for -1.
        name: the operation's name.

    Raises:
        ValueError: when there aren't as many placeholders as tensors.
    """
    if not isinstance(inputs, (list, tuple)):
        inputs = [inputs]
    count = template.count(placeholder)
    if count != len(inputs):
        raise ValueError(
            f"{count} placeholder(s) in template does not match {len(inputs)} tensor(s) provided "
            "as input"
        )
    return apply(
        "StringFormat",
        list(inputs),
        name=name,
        template=template,
        placeholder=placeholder,
        summarize=summarize,
    )
