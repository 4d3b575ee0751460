"""Printing while a graph runs: ``tf.Print`` and ``tf.print``."""

from __future__ import annotations

import logging
import os
import pprint
import random
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes, nest
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels.printing import summarize as summary

_LOG = logging.getLogger("tensorflow")


@operation(
    "Print",
    inputs="input: T, data: list(U)",
    outputs="output: T",
    attrs=(
        "T: type; U: list(type) >= 0; message: string = ''; first_n: int = -1; summarize: int = 3"
    ),
    stateful=True,
)
class Print_:  # noqa: N801 - the public function has the name
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape

    def host(
        input: Any, data: list[Any], *, op: Any, run: Any, message: Any, first_n: int,  # noqa: A002
        summarize: int,
    ) -> Any:  # fmt: skip
        if first_n >= 0:
            # The count belongs to the session, as the kernel does in TensorFlow.
            counts = run.state.resources.setdefault("Print", {})
            if counts.get(op.name, 0) >= first_n:
                return input
            counts[op.name] = counts.get(op.name, 0) + 1
        text = message if isinstance(message, str) else message.decode(errors="replace")
        text += "".join(f"[{summary(np.asarray(value), summarize)}]" for value in data)
        print(text, file=sys.stderr, flush=True)
        return input

    def gradient(op: Any, *gradients: Any) -> list[Any]:  # noqa: N805
        return [*gradients, *[None] * (len(op.inputs) - 1)]


def Print(  # noqa: N802 - TensorFlow's name
    input_: Any,
    data: Sequence[Any],
    message: str | None = None,
    first_n: int | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> Tensor:
    """``input_``; when it is computed, ``data`` is printed to the standard error.

    Args:
        input_: a tensor.
        data: the tensors to print.
        message: text to put before them.
        first_n: print only the first so many times (in a session).
        summarize: how many elements of each tensor to print (3; all for -1).
        name: the operation's name.

    Returns:
        A tensor with the value of ``input_``.
    """
    return apply(
        "Print",
        input_,
        list(data),
        message=message,
        first_n=first_n,
        summarize=summarize,
        name=name,
    )


@operation(
    "PrintV2",
    inputs="input: string",
    attrs="output_stream: string = 'stderr'; end: string = '\\n'",
    stateful=True,
)
class PrintV2:
    def host(input: Any, *, output_stream: str, end: str) -> Any:  # noqa: A002
        text = bytes(np.asarray(input).item()).decode(errors="replace") + end
        if output_stream == "stdout":
            print(text, end="", flush=True)
        elif output_stream == "stderr":
            print(text, end="", file=sys.stderr, flush=True)
        elif output_stream.startswith("file://"):
            with open(output_stream[len("file://") :], "a", encoding="utf-8") as file:
                file.write(text)
        else:
            _LOG.log(_LEVELS[output_stream], "%s", text.rstrip("\n"))
        return ()


_LEVELS = {
    "log(info)": logging.INFO,
    "log(warning)": logging.WARNING,
    "log(error)": logging.ERROR,
}
_LEVEL_NAMES = {"info": "log(info)", "warn": "log(warning)", "warning": "log(warning)",
                "error": "log(error)"}  # fmt: skip


def _is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, SparseTensor)) or hasattr(value, "_as_graph_element")


def _stream_name(stream: Any) -> str:
    """What TensorFlow calls an output stream."""
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    if stream is sys.stdout:
        return "stdout"
    if stream is sys.stderr:
        return "stderr"
    if isinstance(stream, int) and stream in _LEVELS.values():
        return next(name for name, level in _LEVELS.items() if level == stream)
    name = _LEVEL_NAMES.get(getattr(stream, "__name__", ""))
    if name is not None and callable(stream):
        return name
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'."
    )


def _placeholder_for(text: str) -> str:
    """A placeholder that doesn't occur in ``text``."""
    digits = random.Random(5)
    placeholder = "{}"
    while placeholder in text:
        placeholder += str(digits.randint(0, 9))
    return placeholder


def print_v2(*inputs: Any, **kwargs: Any) -> Any:
    """An operation that prints ``inputs`` (``tf.print``) when it runs.

    Args:
        *inputs: tensors, Python values and nested structures of them.
        output_stream: ``sys.stderr`` (the default), ``sys.stdout``, ``tf.logging.info``,
            ``tf.logging.warning``, ``tf.logging.error`` or ``'file://...'``.
        summarize: how many elements at both ends of each dimension to print (3; all for -1).
        sep: what stands between inputs. end: what comes last.
        name: the operation's name.

    Returns:
        The operation.

    Raises:
        ValueError: for another keyword argument or an unknown stream.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    sep = kwargs.pop("sep", " ")
    end = kwargs.pop("end", os.linesep)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    stream_name = _stream_name(stream)
    only: Any = inputs[0] if len(inputs) == 1 else None
    if (
        _is_tensor(only)
        and not isinstance(only, SparseTensor)
        and only.shape.ndims == 0
        and only.dtype == dtypes.string
    ):
        text = only
    else:
        text = _formatted(inputs, sep, summarize, f"{name}_format" if name else None)
    return apply("PrintV2", text, output_stream=stream_name, end=end, name=name)


def _formatted(inputs: Sequence[Any], sep: str, summarize: int, name: str | None) -> Tensor:
    plain = nest.map_structure(lambda x: "" if _is_tensor(x) else x, inputs)
    placeholder = _placeholder_for(" ".join(pprint.pformat(x) for x in plain))
    tensors: list[Any] = []
    templates = []
    for each in inputs:
        shown = []
        for leaf in nest.flatten(each):
            if isinstance(leaf, SparseTensor):
                tensors += [leaf.indices, leaf.values, leaf.dense_shape]
                shown.append(
                    f"SparseTensor(indices={placeholder}, values={placeholder}, "
                    f"shape={placeholder})"
                )
            elif _is_tensor(leaf):
                tensors.append(leaf)
                shown.append(placeholder)
            else:
                shown.append(leaf)
        if isinstance(each, str):
            templates.append(each)
        else:
            templates.append(pprint.pformat(nest.pack_sequence_as(each, shown)))
    template = sep.join(templates).replace(f"'{placeholder}'", placeholder)
    from penstock.ops.string_numbers import string_format

    return string_format(template, tensors, placeholder, summarize, name)
