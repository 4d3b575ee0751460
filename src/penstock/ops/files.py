"""Operations on files: ``tf.read_file``, ``tf.write_file``, ``tf.matching_files``."""

from __future__ import annotations

import glob
import os
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.platform.file_errors import translated


def _text(value: Any) -> str:
    value = value[()] if isinstance(value, np.ndarray) else value
    return value.decode() if isinstance(value, bytes) else str(value)


def _checked_scalar(name: str, tensor: Tensor) -> None:
    if tensor.shape.ndims not in (None, 0):
        raise ValueError(f"Shape must be rank 0 but is rank {tensor.shape.ndims}")


def _read_shape(op: Any) -> TensorShape:
    _checked_scalar("filename", op.inputs[0])
    return TensorShape([])


@operation("ReadFile", inputs="filename: string", outputs="contents: string")
class ReadFile:
    shape = _read_shape

    def host(filename, *, op):
        path = _text(filename)
        with translated(path, op), open(path, "rb") as file:
            made = np.empty((), object)
            made[()] = file.read()
            return made


@operation("WriteFile", inputs="filename: string, contents: string", stateful=True)
class WriteFile:
    def host(filename, contents, *, op):
        path = _text(filename)
        with translated(path, op):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "wb") as file:
                content = contents[()]
                file.write(content if isinstance(content, bytes) else content.encode())


@operation("MatchingFiles", inputs="pattern: string", outputs="filenames: string")
class MatchingFiles:
    def shape(op: Any) -> TensorShape:
        if op.inputs[0].shape.ndims is not None and op.inputs[0].shape.ndims > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {op.inputs[0].shape.ndims}")
        return TensorShape([None])

    def host(pattern):
        found = [name for each in pattern.ravel() for name in glob.glob(_text(each))]
        return np.array(sorted(name.encode() for name in found) or [], object)


def read_file(filename: Any, name: str | None = None) -> Tensor:
    """The content of a file.

    Args:
        filename: a ``string`` scalar.
        name: the name of the operation.

    Raises:
        NotFoundError: (when run) there is no such file.
    """
    return apply("ReadFile", filename, name=name)


def write_file(filename: Any, contents: Any, name: str | None = None) -> Any:
    """An operation that writes a file, its folder included.

    Args:
        filename: a ``string`` scalar.
        contents: a ``string`` scalar.
        name: the name of the operation.
    """
    return apply("WriteFile", filename, contents, name=name)


def matching_files(pattern: Any, name: str | None = None) -> Tensor:
    """The names of the files that match a pattern, sorted.

    Args:
        pattern: a ``string`` scalar or vector.
        name: the name of the operation.
    """
    return apply("MatchingFiles", pattern, name=name)


def match_filenames_once(pattern: Any, name: str | None = None) -> Any:
    """A local variable that keeps what ``matching_files`` finds when it is initialized."""
    from penstock.graph.collections import GraphKeys
    from penstock.ops.variables import Variable

    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(
            name=scope,
            initial_value=matching_files(pattern),
            trainable=False,
            validate_shape=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
