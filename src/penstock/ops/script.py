"""Python functions as operations: ``tf.py_func``, ``tf.numpy_function``, ``tf.py_function``."""

from __future__ import annotations

import itertools
import secrets
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.defaults import get_default_graph
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.shapes import unknown_shape

_numbers = itertools.count()
# Part of each token: a graph from another process must not meet a function of this one.
_PROCESS = secrets.token_hex(8)
# The graph holds the functions that it uses; a token says which one an operation means.
_functions: weakref.WeakValueDictionary[str, _Function] = weakref.WeakValueDictionary()
_ATTRS = "token: string; Tin: list(type) >= 0; Tout: list(type) >= 0"


class _Function:
    """A Python function that operations call, and what it must return."""

    __slots__ = ("call", "__weakref__")

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


def _unknown_shapes(op: Any) -> list[Any]:
    return [unknown_shape() for _ in op.outputs]


def _argument(value: Any) -> Any:
    array = np.asarray(value)
    if array.ndim == 0:
        # TensorFlow hands scalars over as NumPy scalars (bytes for strings).
        return array[()] if array.dtype != object else array.item()
    return array


def _as_array(value: Any) -> np.ndarray:
    """A returned value as an array; text becomes bytes."""
    array = np.asarray(value)
    if array.dtype.kind == "U":
        return np.array([v.encode() for v in array.ravel()] or [], object).reshape(array.shape)
    if array.dtype.kind == "S":
        return array.astype(object)
    return array


_ERRORS: list[tuple[type[BaseException], type[errors.OpError]]] = [
    (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
]


def _run(inputs: list[Any], *, op: Any, token: str) -> Any:
    function = _functions.get(token)
    token = token.removesuffix(f"_{_PROCESS}")
    if function is None:
        raise errors.InvalidArgumentError(
            None, op, f"ValueError: callback {token} is not found: the Python function belongs to "
            "the process that built the graph"
        )  # fmt: skip
    try:
        result = function.call(*[_argument(value) for value in inputs])
    except errors.OpError:
        raise
    except Exception as error:
        kind = next((k for base, k in _ERRORS if isinstance(error, base)), errors.UnknownError)
        raise kind(None, op, f"{type(error).__name__}: {error}") from error
    wanted = op.attr("Tout")
    if isinstance(result, bytes):
        result = [result]
    if result is None:
        values: list[Any] = []
    elif isinstance(result, (list, tuple)):
        values = list(result)
    else:
        values = [result]
    if len(values) != len(wanted):
        raise errors.InvalidArgumentError(
            None, op, f"{token} returns {len(values)} values, but expects to see {len(wanted)} "
            "values."
        )  # fmt: skip
    arrays = []
    for i, (value, dtype) in enumerate(zip(values, wanted, strict=True)):
        array = _as_array(value)
        if array.dtype != dtype.as_numpy_dtype:
            found = "string" if array.dtype == object else array.dtype.name
            raise errors.InvalidArgumentError(
                None, op, f"{i}-th value returned by {token} is {_word(found)}, but expects "
                f"{_word(dtype.name)}"
            )  # fmt: skip
        # What the function keeps and changes later must not change the result.
        arrays.append(array.copy() if isinstance(value, np.ndarray) else array)
    return arrays


def _word(name: str) -> str:
    return {"float64": "double", "float32": "float", "float16": "half"}.get(name, name)


@operation("PyFunc", inputs="input: list(Tin)", outputs="output: list(Tout)", attrs=_ATTRS,
           stateful=True)  # fmt: skip
class PyFunc:
    shape = _unknown_shapes
    host = _run
    gradient = None


@operation("PyFuncStateless", inputs="input: list(Tin)", outputs="output: list(Tout)",
           attrs=_ATTRS)  # fmt: skip
class PyFuncStateless:
    shape = _unknown_shapes
    host = _run
    gradient = None


@operation(
    "EagerPyFunc", inputs="input: list(Tin)", outputs="output: list(Tout)",
    attrs="token: string; is_async: bool = false; Tin: list(type) >= 0; Tout: list(type) >= 0",
    stateful=True,
)  # fmt: skip
class EagerPyFunc:
    shape = _unknown_shapes
    host = _run


def _make(op_type: str, function: Any, inp: Sequence[Any], types: Any, name: str | None) -> Any:
    if not callable(function):
        raise ValueError(f"Expected func to be callable, got func of type {type(function)}")
    several = isinstance(types, (list, tuple))
    listed = [as_dtype(t) for t in (types if several else [types])]
    token = f"pyfunc_{next(_numbers)}_{_PROCESS}"
    held = _Function(function)
    _functions[token] = held
    graph = get_default_graph()
    graph.__dict__.setdefault("_py_funcs_used_in_graph", []).append(held)
    result = apply(op_type, list(inp), token=token, Tout=listed, name=name)
    if several or not isinstance(result, list):
        return result
    return result[0]


def py_func(
    func: Callable[..., Any],
    inp: Sequence[Any],
    Tout: Any,  # noqa: N803 - TensorFlow's name
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Calls a Python function with NumPy arrays while the graph runs.

    Args:
        func: takes one array for each of ``inp``; returns one for each of ``Tout``.
        inp: tensors.
        Tout: the type, or list of types, that ``func`` returns.
        stateful: whether two calls with the same input may give different results.
        name: the operation's name.

    Returns:
        A tensor (or list of tensors, when ``Tout`` is a list) of unknown shape; no gradient flows
        through it.

    Raises:
        ValueError: when ``func`` isn't callable.
    """
    return _make("PyFunc" if stateful else "PyFuncStateless", func, inp, Tout, name)


def numpy_function(
    func: Callable[..., Any],
    inp: Sequence[Any],
    Tout: Any,
    name: str | None = None,  # noqa: N803
) -> Any:
    """``py_func`` with ``stateful=True``: calls a Python function of arrays in each run.

    Args:
        func: takes arrays, gives one or a list of them.
        inp: the tensors whose values it takes.
        Tout: the type or types of what it gives.
        name: the operation's name.
    """
    return py_func(func, inp, Tout, stateful=True, name=name)


class _Value(np.ndarray):
    """An array that also answers to ``.numpy()``, as an eager tensor does."""

    def numpy(self) -> np.ndarray:
        """The plain array."""
        return self.view(np.ndarray)


def py_function(
    func: Callable[..., Any],
    inp: Sequence[Any],
    Tout: Any,
    name: str | None = None,  # noqa: N803
) -> Any:
    """Calls a Python function while the graph runs.

    Each argument is an array with a method ``numpy()``, so that functions written for eager
    tensors work as long as they turn their arguments into arrays.  No gradient flows through.

    Args:
        func: takes one value for each of ``inp``; returns one for each of ``Tout``.
        inp: tensors.
        Tout: the type, or list of types, that ``func`` returns.
        name: the operation's name.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable, got func of type {type(func)}")
    types = [as_dtype(t) for t in (Tout if isinstance(Tout, (list, tuple)) else [Tout])]

    def call(*values: Any) -> Any:
        result = func(*[np.asarray(value).view(_Value) for value in values])
        if result is None:
            return None
        several = isinstance(result, (list, tuple))
        results = list(result) if several else [result]
        return [
            np.asarray(value, None if t.as_numpy_dtype is object else t.as_numpy_dtype)
            for value, t in zip(results, types, strict=True)
        ]

    return _make("EagerPyFunc", call, inp, Tout, name)
