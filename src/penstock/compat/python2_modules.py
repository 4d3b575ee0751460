"""Library modules by their Python 2 names, for converted programs only.

One table: old name -> the modules that hold its names today, then extra names.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import itertools
import os
import pickle
import string
import sys
import types
from functools import cache
from types import ModuleType
from typing import Any

_MODULES: dict[str, str] = {
    "BaseHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "Cookie": "http.cookies",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SimpleHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "UserDict": "collections",
    "UserList": "collections",
    "UserString": "collections",
    "__builtin__": "builtins",
    "anydbm": "dbm",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "exceptions": "builtins",
    "htmlentitydefs": "html.entities",
    "httplib": "http.client",
    "itertools": "itertools",
    "md5": "hashlib",
    "os": "os",
    "pickle": "pickle",
    "robotparser": "urllib.robotparser",
    "sets": "builtins",
    "sha": "hashlib",
    "string": "string",
    "thread": "_thread",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "types": "types",
    "urllib": "urllib urllib.request urllib.parse urllib.error",
    "urllib2": "urllib.request urllib.parse urllib.error",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}


def _string_io(content: Any = "") -> Any:
    """A file in memory; bytes make it a file of bytes."""
    return io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)


def _load(file: Any, **options: Any) -> Any:
    # Arrays that Python 2 pickled are only read with this encoding.
    options.setdefault("encoding", "latin1")
    return pickle.load(file, **options)


def _loads(data: Any, **options: Any) -> Any:
    options.setdefault("encoding", "latin1")
    return pickle.loads(data.encode("latin1") if isinstance(data, str) else data, **options)


_PICKLE: dict[str, Any] = {"load": _load, "loads": _loads}
_STRING_IO = {"StringIO": _string_io}
_EXTRA: dict[str, dict[str, Any]] = {
    "ConfigParser": {},
    "StringIO": _STRING_IO,
    "cStringIO": _STRING_IO,
    "cPickle": _PICKLE,
    "pickle": _PICKLE,
    "itertools": {
        "imap": map,
        "izip": zip,
        "ifilter": filter,
        "izip_longest": itertools.zip_longest,
        "ifilterfalse": itertools.filterfalse,
    },
    "os": {"getcwdu": os.getcwd},
    "sets": {"Set": set, "ImmutableSet": frozenset},
    "string": {
        "letters": string.ascii_letters,
        "lowercase": string.ascii_lowercase,
        "uppercase": string.ascii_uppercase,
        "maketrans": str.maketrans,
        "join": lambda words, sep=" ": sep.join(words),
        "split": lambda text, *arguments: text.split(*arguments),
        "replace": lambda text, *arguments: text.replace(*arguments),
        "strip": lambda text, *arguments: text.strip(*arguments),
        "lower": lambda text: text.lower(),
        "upper": lambda text: text.upper(),
        "atoi": int,
        "atof": float,
    },
    "types": {
        "BooleanType": bool,
        "ClassType": type,
        "DictType": dict,
        "FloatType": float,
        "IntType": int,
        "ListType": list,
        "LongType": int,
        "NoneType": type(None),
        "ObjectType": object,
        "StringType": str,
        "StringTypes": (str,),
        "TupleType": tuple,
        "TypeType": type,
        "UnicodeType": str,
    },
}
# Modules whose own names must stay writable keep their identity; the old names are added.
_IN_PLACE = {"os"}


class _OldModule(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name, f"The module {name} of Python 2.")
        self.__dict__.update(_EXTRA.get(name, {}))

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [each for each in dir(self) if not each.startswith("_")]
        for source in _MODULES[self.__name__].split():
            module = importlib.import_module(source)
            if hasattr(module, name):
                return getattr(module, name)
        if self.__name__ == "ConfigParser" and name == "SafeConfigParser":
            return importlib.import_module("configparser").ConfigParser
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        names = set(self.__dict__)
        for source in _MODULES[self.__name__].split():
            names.update(dir(importlib.import_module(source)))
        return sorted(names)


@cache
def _make(name: str) -> ModuleType:
    if name in _IN_PLACE:
        module = importlib.import_module(name)
        for extra, value in _EXTRA[name].items():
            if not hasattr(module, extra):
                setattr(module, extra, value)
        return module
    return _OldModule(name)


def find(name: str) -> ModuleType | None:
    """What ``import name`` gives in Python 2 where Python 3 has no such module or another one.

    A file of the program with that name wins, as it did in Python 2.

    Args:
        name: possibly dotted; ``urllib.request`` is left to Python 3.

    Returns:
        A module, or None for names that did not change.
    """
    if name not in _MODULES:
        return None
    loaded = sys.modules.get(name)
    if loaded is None and name not in sys.stdlib_module_names:
        try:
            if importlib.util.find_spec(name) is not None:
                return None
        except (ImportError, ValueError):
            pass
    elif loaded is not None and name not in sys.stdlib_module_names:
        return None
    return _make(name)


@cache
def is_sibling(package: str, name: str) -> bool:
    """Whether `package` has a submodule `name`: an implicit relative import of Python 2."""
    full_name = f"{package}.{name}"
    if full_name in sys.modules:
        return isinstance(sys.modules[full_name], types.ModuleType)
    try:
        return importlib.util.find_spec(full_name) is not None
    except (ImportError, ValueError):
        return False
