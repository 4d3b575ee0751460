"""``tf.flags``: command-line flags, on ``absl.flags``, as every TensorFlow 1.x had them.

Where absl differs from some version, the more tolerant way is taken, so that programs run as
they are: reading a flag parses the command line; arguments that nobody declared are left alone
(notebooks have some); and a flag that only absl itself defines (``log_dir``, ``v``) may be
defined anew, as before TensorFlow 1.5.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

from absl import flags as absl_flags

_OLD_NAMES = {"flag_name": "name", "default_value": "default", "docstring": "help"}


def _is_absls_own(name: str) -> bool:
    flags = absl_flags.FLAGS
    return name in flags and str(flags.find_module_defining_flag(name)).startswith("absl.")


def _define(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` of absl, with TensorFlow's old keywords and leave to redefine absl's flags."""

    @functools.wraps(function)
    def define(*args: Any, **kwargs: Any) -> Any:
        for old, new in _OLD_NAMES.items():
            if old in kwargs:
                kwargs[new] = kwargs.pop(old)
        kwargs.setdefault("help", "") if len(args) < 3 and _takes_help(function) else None
        name = args[0] if args else kwargs.get("name")
        if isinstance(name, str) and kwargs.get("flag_values") in (None, absl_flags.FLAGS):
            if _is_absls_own(name):
                absl_flags.FLAGS[name].allow_override = True
                _drop(name)
        return function(*args, **kwargs)

    return define


def _takes_help(function: Callable[..., Any]) -> bool:
    return function in (
        absl_flags.DEFINE_string,
        absl_flags.DEFINE_boolean,
        absl_flags.DEFINE_float,
        absl_flags.DEFINE_integer,
    )


def _drop(name: str) -> None:
    """Forgets a flag and its short name, which the program defines for itself."""
    flags = absl_flags.FLAGS
    short = flags[name].short_name
    delattr(flags, name)
    if short and short in flags:
        delattr(flags, short)


# absl finds a flag's module in the call stack; these modules don't count.
absl_flags.disclaim_key_flags()

DEFINE_string = _define(absl_flags.DEFINE_string)
DEFINE_boolean = _define(absl_flags.DEFINE_boolean)
DEFINE_bool = DEFINE_boolean
DEFINE_float = _define(absl_flags.DEFINE_float)
DEFINE_integer = _define(absl_flags.DEFINE_integer)
DEFINE_enum = _define(absl_flags.DEFINE_enum)
DEFINE_enum_class = _define(absl_flags.DEFINE_enum_class)
DEFINE_list = _define(absl_flags.DEFINE_list)
DEFINE_spaceseplist = _define(absl_flags.DEFINE_spaceseplist)
DEFINE_multi = _define(absl_flags.DEFINE_multi)
DEFINE_multi_string = _define(absl_flags.DEFINE_multi_string)
DEFINE_multi_integer = _define(absl_flags.DEFINE_multi_integer)
DEFINE_multi_float = _define(absl_flags.DEFINE_multi_float)
DEFINE_multi_enum = _define(absl_flags.DEFINE_multi_enum)
DEFINE_multi_enum_class = _define(absl_flags.DEFINE_multi_enum_class)
DEFINE_alias = absl_flags.DEFINE_alias
DEFINE_flag = absl_flags.DEFINE_flag
DEFINE = absl_flags.DEFINE


class _ShownFlag:
    """A flag of ``FLAGS.__flags``: prints as its value, and has the attributes of absl's."""

    def __init__(self, flag: Any) -> None:
        self._flag = flag

    def __getattr__(self, name: str) -> Any:
        return getattr(self._flag, name)

    def __str__(self) -> str:
        return str(self._flag.value)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(self._flag.value, spec)

    def __eq__(self, other: object) -> bool:
        return self._flag.value == (other.value if isinstance(other, _ShownFlag) else other)

    __hash__ = None  # type: ignore[assignment]


class FlagValuesWrapper:
    """``tf.flags.FLAGS``: absl's flags, parsed when one is read for the first time."""

    def __init__(self, wrapped: Any) -> None:
        self.__dict__["_wrapped"] = wrapped

    def __getattr__(self, name: str) -> Any:
        wrapped = self.__dict__["_wrapped"]
        if name in ("__flags", "_FlagValues__flags"):
            self._parse_flags()
            return {n: _ShownFlag(wrapped[n]) for n in wrapped if _is_the_programs(n)}
        if name == "__parsed":
            return wrapped.is_parsed()
        if name.startswith("__") and name.endswith("__"):
            return getattr(wrapped, name)
        if not wrapped.is_parsed() and name in wrapped:
            self._parse_flags()
        return getattr(wrapped, name)

    def _parse_flags(self, args: Any = None) -> dict[str, Any]:
        """Reads the command line, as programs of TensorFlow 0.x and 1.0 ask for it."""
        wrapped = self.__dict__["_wrapped"]
        if not wrapped.is_parsed():
            wrapped(sys.argv if args is None else [sys.argv[0], *args], known_only=True)
        return {n: wrapped[n].value for n in wrapped if _is_the_programs(n)}

    def __setattr__(self, name: str, value: Any) -> None:
        wrapped = self.__dict__["_wrapped"]
        if not wrapped.is_parsed() and name in wrapped:
            # A value set before the command line is read wins over it.
            self._parse_flags()
        setattr(wrapped, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.__dict__["_wrapped"], name)

    def __dir__(self) -> list[str]:
        return list(dir(self.__dict__["_wrapped"]))

    def __getitem__(self, name: str) -> Any:
        return self.__dict__["_wrapped"][name]

    def __setitem__(self, name: str, flag: Any) -> None:
        self.__dict__["_wrapped"][name] = flag

    def __contains__(self, name: str) -> bool:
        return name in self.__dict__["_wrapped"]

    def __len__(self) -> int:
        return len(self.__dict__["_wrapped"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["_wrapped"])

    def __str__(self) -> str:
        return str(self.__dict__["_wrapped"])

    def __call__(self, *args: Any, **kwargs: Any) -> list[str]:
        return self.__dict__["_wrapped"](*args, **kwargs)


def _is_the_programs(name: str) -> bool:
    return not str(absl_flags.FLAGS.find_module_defining_flag(name)).startswith("absl.")


FLAGS = FlagValuesWrapper(absl_flags.FLAGS)
