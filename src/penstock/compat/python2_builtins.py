"""The builtins of Python 2, and the helpers that converted code calls.

`namespace` is the ``__builtins__`` of converted modules. Other modules never see it.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import itertools
import operator
import sys
import time
import weakref
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from penstock.compat import python2, python2_modules, removed_calls


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer, np.bool_)) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "biu"
    )


def _divide(left: Any, right: Any) -> Any:
    """``left / right`` of Python 2: floor division between integers, ``__div__`` of objects."""
    if _is_integer(left) and _is_integer(right):
        return left // right
    for owner, other, method in ((left, right, "__div__"), (right, left, "__rdiv__")):
        function = getattr(type(owner), method, None)
        if function is not None:
            result = function(owner, other)
            if result is not NotImplemented:
                return result
    return left / right


def _divide_in_place(left: Any, right: Any) -> Any:
    if _is_integer(left) and _is_integer(right):
        return operator.ifloordiv(left, right)
    for method in ("__idiv__", "__div__"):
        function = getattr(type(left), method, None)
        if function is not None:
            result = function(left, right)
            if result is not NotImplemented:
                return result
    return operator.itruediv(left, right)


def _float_text(value: float) -> str:
    """``str`` of a float in Python 2: twelve digits."""
    text = f"{value:.12g}"
    if any(mark in text for mark in ".en"):
        return text
    if len(text.lstrip("-")) < 12:
        return text + ".0"
    # No room for ".0" within the twelve digits.
    digits, exponent = f"{value:.11e}".split("e")
    return f"{digits.rstrip('0').rstrip('.')}e{exponent}"


class _Python2Float(float):
    """A float inside a format: twelve digits when it is shown as text."""

    def __str__(self) -> str:
        return _float_text(self)

    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec) if spec else str(self)


def _text(value: Any) -> Any:
    """A value as Python 2 shows it in a format."""
    if type(value) is float:
        return _Python2Float(value)
    if type(value) is bytes:
        return value.decode("utf-8", "backslashreplace")
    return value


class _NumpyFloat:
    """A NumPy float inside a format: formatted as the Python float that it equals."""

    def __init__(self, value: np.floating) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._value, name)

    def __str__(self) -> str:
        return str(self._value)

    def __repr__(self) -> str:
        return repr(self._value)

    def __format__(self, spec: str) -> str:
        return format(_Python2Float(self._value), spec)


def _format_argument(value: Any) -> Any:
    """A value that ``str.format`` is given."""
    if isinstance(value, (np.float16, np.float32, np.float64)):
        return _NumpyFloat(value)
    return _text(value)


def _str(value: Any) -> str:
    return str(_text(value))


def _percent(pattern: str, values: Any) -> str:
    if type(values) is tuple:
        values = tuple(_text(value) for value in values)
        return removed_calls.percent(pattern, values)
    return removed_calls.percent(pattern, _text(values))


def _decode(value: Any, *arguments: Any, **options: Any) -> Any:
    """``value.decode(...)``, where a text that is decoded already stays as it is."""
    return value if isinstance(value, str) else value.decode(*arguments, **options)


def _sort(values: Any, cmp: Any = None, key: Any = None, reverse: bool = False) -> Any:
    if not isinstance(values, list):
        # Not a list's method after all (an array's, say).
        arguments = () if cmp is None else (cmp,)
        return values.sort(*arguments, **({} if key is None else {"key": key}))
    values.sort(key=_sort_key(cmp, key), reverse=reverse)
    return None


def _sort_key(cmp: Any, key: Any) -> Any:
    if cmp is None:
        return key
    by_cmp = functools.cmp_to_key(cmp)
    return by_cmp if key is None else lambda value: by_cmp(key(value))


def _print(*values: Any, sep: Any = None, end: Any = None, file: Any = None, **rest: Any) -> None:
    texts = [_str(value) for value in values]
    try:
        builtins.print(*texts, sep=sep, end=end, file=file, **rest)
    except TypeError:
        # print >>f, x to a file opened for bytes.
        line = (" " if sep is None else sep).join(texts) + ("\n" if end is None else end)
        if file is None:
            raise
        file.write(line.encode())


# Files on which a print statement ended in a comma: the next one writes the space first.
_waiting_space: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()


def _print_statement(*values: Any, end: str = "\n", file: Any = None) -> None:
    """The print statement; `end` is a space where it ended in a comma."""
    target = sys.stdout if file is None else file
    try:
        space = " " if _waiting_space.pop(target, False) and values else ""
    except TypeError:  # an object with nothing but a `write`
        space = ""
    text = space + " ".join(_str(value) for value in values)
    if end == " ":
        end = ""
        if not text.endswith(("\n", "\t")):
            try:
                _waiting_space[target] = True
            except TypeError:
                end = " "
    _print(text, end=end, file=file)


def finish_output() -> None:
    """Ends the line that a last ``print x,`` left open, as Python 2 does when it ends."""
    if _waiting_space.pop(sys.stdout, False):
        builtins.print()


def _map(function: Any, *sequences: Any) -> list[Any]:
    if len(sequences) == 1:
        return list(sequences[0]) if function is None else [function(x) for x in sequences[0]]
    rows = itertools.zip_longest(*sequences)
    return list(rows) if function is None else [function(*row) for row in rows]


def _filter(function: Any, values: Any) -> Any:
    kept = builtins.filter(function, values)
    if isinstance(values, str):
        return "".join(kept)
    return tuple(kept) if isinstance(values, tuple) else list(kept)


def _zip(*sequences: Any) -> list[Any]:
    return list(builtins.zip(*sequences))


def _range(*bounds: Any) -> list[int]:
    return list(builtins.range(*(int(bound) for bound in bounds)))


def _sorted(values: Any, cmp: Any = None, key: Any = None, reverse: bool = False) -> list[Any]:
    return builtins.sorted(values, key=_sort_key(cmp, key), reverse=reverse)


def _round(value: Any, ndigits: int = 0) -> Any:
    """Rounds half away from zero and returns a float."""
    if not isinstance(value, (int, float)) or value != value or abs(value) == float("inf"):
        return builtins.round(value, ndigits)
    return float(Decimal(value).quantize(Decimal(1).scaleb(-ndigits), ROUND_HALF_UP))


def _input(prompt: str = "") -> Any:
    frame = sys._getframe(1)
    return eval(builtins.input(prompt), frame.f_globals, frame.f_locals)


def _oct(value: int) -> str:
    text = builtins.oct(value).replace("0o", "0")
    return "0" if text == "00" else text


def _execfile(path: str, globals: Any = None, locals: Any = None) -> None:
    frame = sys._getframe(1)
    with builtins.open(path, "rb") as file:
        code, _ = python2.compile_source(file.read(), path, py2=True)
    if globals is None:
        globals, locals = frame.f_globals, frame.f_locals
    exec(code, globals, globals if locals is None else locals)


def _open(name: Any, mode: str = "r", buffering: int = -1, **options: Any) -> Any:
    if "b" not in mode:
        # Python 2 read bytes: no content is an error, and it is written back as it was.
        options.setdefault("encoding", "utf-8")
        options.setdefault("errors", "surrogateescape")
    return builtins.open(name, mode.replace("U", "") or "r", buffering, **options)


def _reload(module: Any) -> Any:
    # reload(sys) was the way to sys.setdefaultencoding.
    return module if module is sys else importlib.reload(module)


class _StringTypes(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, (str, bytes))

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, (str, bytes))


class _BaseString(metaclass=_StringTypes):
    """``basestring``: texts and bytes."""


def _import(
    name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
) -> Any:
    """``__import__`` of Python 2: siblings in a package come first, and the old module names."""
    if level <= 0:
        package = (globals or {}).get("__package__")
        if package and python2_modules.is_sibling(package, name.partition(".")[0]):
            return builtins.__import__(name, globals, locals, fromlist, 1)
        old = python2_modules.find(name)
        if old is not None:
            return old
        level = 0
    return builtins.__import__(name, globals, locals, fromlist, level)


_OVERRIDES: dict[str, Any] = {
    python2.DIVIDE: _divide,
    python2.DIVIDE_IN_PLACE: _divide_in_place,
    python2.STR: _str,
    python2.TEXT: _format_argument,
    python2.PERCENT: _percent,
    python2.DECODE: _decode,
    python2.SORT: _sort,
    "__import__": _import,
    python2.PRINT: _print_statement,
    "print": _print,
    "map": _map,
    "filter": _filter,
    "zip": _zip,
    "range": _range,
    "xrange": range,
    "sorted": _sorted,
    "round": _round,
    "raw_input": input,
    "input": _input,
    "open": _open,
    "file": _open,
    "oct": _oct,
    "execfile": _execfile,
    "reload": _reload,
    "reduce": functools.reduce,
    "intern": sys.intern,
    "unicode": str,
    "basestring": _BaseString,
    "unichr": chr,
    "long": int,
    "buffer": memoryview,
    "cmp": lambda x, y: (x > y) - (x < y),
    "apply": lambda function, args=(), kwargs=None: function(*args, **(kwargs or {})),
    "StandardError": Exception,
}


@functools.cache
def namespace() -> dict[str, Any]:
    """The ``__builtins__`` of converted modules, one dictionary for all of them."""
    table = dict(vars(builtins))
    table.update(_OVERRIDES)
    table.update(removed_calls.HELPERS)
    _restore_removed_names()
    return table


def _restore_removed_names() -> None:
    """Adds what old programs expect in `sys` and `time`; nothing that exists is changed."""
    removed: list[tuple[Any, str, Callable[..., Any] | int]] = [
        (sys, "maxint", sys.maxsize),
        (sys, "setdefaultencoding", lambda encoding: None),
        (sys, "exc_clear", lambda: None),
        (time, "clock", time.process_time),
    ]
    for module, name, value in removed:
        if not hasattr(module, name):
            setattr(module, name, value)
