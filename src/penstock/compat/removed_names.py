"""Names that Python, NumPy and SciPy had in TensorFlow 1's time and have removed since.

`penstock run` gives them back in its process, so that ``np.float``, ``time.clock()``,
``collections.Iterable`` or ``scipy.misc.imresize`` mean what they meant when the program was
written. A name that is still there stays as it is. Functions of NumPy that are still there take
what they took then: keywords by their old names, generators, and rows that differ in length, of
which the program itself (not a library) may make an array of objects, as before NumPy 1.24.

What no name can bring back, `removed_calls` does.
"""

from __future__ import annotations

import base64
import builtins
import collections
import collections.abc
import fractions
import functools
import inspect
import math
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np

from penstock.compat import removed_calls, scipy_misc
from penstock.compat.program_files import is_library

ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")


def _getargspec(function: Callable[..., Any]) -> ArgSpec:
    """Names and defaults of a function's positional parameters."""
    full = inspect.getfullargspec(function)
    return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)


def _removed_from_python() -> dict[Any, dict[str, Any]]:
    return {
        time: {"clock": time.process_time},
        collections: {name: getattr(collections.abc, name) for name in collections.abc.__all__},
        inspect: {"ArgSpec": ArgSpec, "getargspec": _getargspec},
        fractions: {"gcd": math.gcd},
        base64: {"encodestring": base64.encodebytes, "decodestring": base64.decodebytes},
        threading.Thread: {"isAlive": threading.Thread.is_alive},
    }


def _common_type(array_types: Sequence[Any], scalar_types: Sequence[Any]) -> np.dtype:
    return np.result_type(*array_types, *scalar_types)


def _as_float_array(a: Any, dtype: Any = np.float64) -> np.ndarray:
    inexact = np.issubdtype(np.dtype(dtype), np.inexact)
    return np.asarray(a, dtype=dtype if inexact else np.float64)


def _numpy_names() -> dict[str, Any]:
    return {
        # Python's own types.
        "complex": complex,
        "float": float,
        "int": int,
        "object": object,
        "str": str,
        "unicode": str,
        # Types by other names.
        "bool8": np.bool_,
        "cfloat": np.complex128,
        "complex_": np.complex128,
        "float_": np.float64,
        "int0": np.intp,
        "longcomplex": np.clongdouble,
        "longfloat": np.longdouble,
        "object0": np.object_,
        "singlecomplex": np.complex64,
        "string_": np.bytes_,
        "uint0": np.uintp,
        "unicode_": np.str_,
        # Constants.
        "Inf": np.inf,
        "Infinity": np.inf,
        "NAN": np.nan,
        "NINF": -np.inf,
        "NZERO": -0.0,
        "NaN": np.nan,
        "PINF": np.inf,
        "PZERO": 0.0,
        "infty": np.inf,
        # Functions.
        "alen": lambda a: len(np.array(a, ndmin=1)),
        "alltrue": np.all,
        "asfarray": _as_float_array,
        "asscalar": lambda a: np.asarray(a).item(),
        "cumproduct": np.cumprod,
        "find_common_type": _common_type,
        "in1d": lambda ar1, ar2, *args, **options: np.isin(
            np.ravel(ar1), np.ravel(ar2), *args, **options
        ),
        "mat": np.asmatrix,
        "msort": lambda a: np.sort(a, axis=0),
        "product": np.prod,
        "rank": np.ndim,
        "round_": np.round,
        "row_stack": np.vstack,
        "sometrue": np.any,
        "trapz": np.trapezoid,
        # Modules and classes that programs reached through NumPy.
        "ComplexWarning": np.exceptions.ComplexWarning,
        "RankWarning": np.exceptions.RankWarning,
        "VisibleDeprecationWarning": np.exceptions.VisibleDeprecationWarning,
        "math": math,
        "warnings": warnings,
    }


def _called_by_program() -> bool:
    """Whether the caller of the function that asks belongs to the program."""
    return not is_library(sys._getframe(2).f_code.co_filename)


def _allowing_ragged(function: Callable[..., Any]) -> Callable[..., Any]:
    """`np.array` or `np.asarray`, where rows of several lengths make an array of objects."""

    @functools.wraps(function)
    def array(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except ValueError as error:
            untyped = len(args) < 2 and options.get("dtype") is None
            if "inhomogeneous" not in str(error) or not untyped or not _called_by_program():
                raise
            return function(*args, **{**options, "dtype": object})

    return array


def _reading_bytes(function: Callable[..., Any]) -> Callable[..., Any]:
    """`np.fromstring`, which without a separator reads bytes."""

    @functools.wraps(function)
    def fromstring(
        string: Any, dtype: Any = float, count: int = -1, *, sep: str = "", like: Any = None
    ) -> Any:
        if sep:
            return function(string, dtype=dtype, count=count, sep=sep)
        data = string.encode("latin1") if isinstance(string, str) else string
        return np.frombuffer(data, dtype=dtype, count=count).copy()

    return fromstring


def _renamed_keyword(function: Callable[..., Any], old: str, new: str) -> Callable[..., Any]:
    """A function that takes the keyword `old` for `new`, too."""

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if old in options:
            value = options.pop(old)
            # normed=None and density=None mean the same.
            if value is not None:
                options[new] = value
        return function(*args, **options)

    return call


def _taking_generators(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose first argument may be a generator."""

    @functools.wraps(function)
    def call(arrays: Any, *args: Any, **options: Any) -> Any:
        if isinstance(arrays, Iterator):
            arrays = list(arrays)
        return function(arrays, *args, **options)

    return call


def _whole_number(function: Callable[..., Any]) -> Callable[..., Any]:
    """`np.linspace`, whose number of points may be a float."""

    @functools.wraps(function)
    def linspace(start: Any, stop: Any, num: Any = 50, *args: Any, **options: Any) -> Any:
        return function(start, stop, int(num), *args, **options)

    return linspace


def _changed_functions() -> list[tuple[Any, str, Callable[..., Any]]]:
    found = [(np, name, _taking_generators(getattr(np, name)))
             for name in ("dstack", "hstack", "stack", "vstack")]  # fmt: skip
    keywords = (
        ("reshape", "newshape", "shape"),
        ("histogram", "normed", "density"),
        ("histogram2d", "normed", "density"),
        ("percentile", "interpolation", "method"),
        ("quantile", "interpolation", "method"),
        ("nanpercentile", "interpolation", "method"),
        ("nanquantile", "interpolation", "method"),
    )
    found += [(np, name, _renamed_keyword(getattr(np, name), *each)) for name, *each in keywords]
    return [*found, (np, "linspace", _whole_number(np.linspace))]


_undo: list[Callable[[], None]] = []


def _put(target: Any, name: str, value: Any) -> None:
    """Sets an attribute; `uninstall` takes it back."""
    before = vars(target).get(name, _put)
    setattr(target, name, value)
    _undo.append(
        functools.partial(delattr, target, name)
        if before is _put
        else functools.partial(setattr, target, name, before)
    )


class _AfterLoading(Loader):
    """Loads a module as its own loader does, then adds the removed names."""

    def __init__(self, loader: Any, names: dict[str, Any]) -> None:
        self._loader = loader
        self._names = names

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _add(module, self._names)


class _Finder(MetaPathFinder):
    """Finds `scipy.misc` as Python does, and has its removed names added."""

    _modules = {"scipy.misc": scipy_misc.NAMES}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        names = self._modules.get(fullname)
        if names is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(fullname, path, target)
            if spec is not None:
                spec.loader = _AfterLoading(spec.loader, names)
                return spec
        # SciPy 2 has no such module.
        return ModuleSpec(fullname, _AfterLoading(_Empty(), names))


class _Empty(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        pass


def _add(target: Any, names: dict[str, Any]) -> None:
    for name, value in names.items():
        if name not in vars(target):
            _put(target, name, value)


def install() -> None:
    """Gives the removed names back, in this process, until `uninstall`."""
    uninstall()
    for target, names in _removed_from_python().items():
        _add(target, names)
    _add(np, _numpy_names())
    _put(np, "array", _allowing_ragged(np.array))
    _put(np, "asarray", _allowing_ragged(np.asarray))
    _put(np, "fromstring", _reading_bytes(np.fromstring))
    for owner, name, wrapper in _changed_functions():
        _put(owner, name, wrapper)
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    _undo.append(functools.partial(sys.meta_path.remove, finder))
    if (loaded := sys.modules.get("scipy.misc")) is not None:
        _add(loaded, scipy_misc.NAMES)
    for name, function in removed_calls.HELPERS.items():
        _put(builtins, name, function)


def uninstall() -> None:
    """Undoes `install`."""
    while _undo:
        _undo.pop()()
