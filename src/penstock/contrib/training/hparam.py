"""``tf.contrib.training.HParams``: hyperparameters with types, from code, text or JSON."""

from __future__ import annotations

import json
import numbers
import re
from typing import Any

_ASSIGNMENT = re.compile(
    r"""
    (?P<name>[a-zA-Z][\w\.]*)      # variable name: "var" or "x"
    (\[\s*(?P<index>\d+)\s*\])?    # (optional) index: "1" or None
    \s*=\s*
    ((?P<value>[^,\[]*)            # single value: "a" or None
     |
     \[(?P<values>[^\]]*)\])       # list of values: None or "1,2,3"
    ($|,\s*)""",
    re.VERBOSE,
)


def _parsed(name: str, kind: type, text: str) -> Any:
    """A value of a type from its text."""

    def fail() -> ValueError:
        return ValueError(f"Could not parse hparam '{name}' of type '{kind.__name__}' "
                          f"with value '{text}'")  # fmt: skip

    if kind is bool:
        if text in ("true", "True"):
            return True
        if text in ("false", "False"):
            return False
        try:
            return bool(int(text))
        except ValueError:
            raise fail() from None
    try:
        return kind(text)
    except ValueError:
        raise fail() from None


def _cast(name: str, kind: type[Any], value: Any) -> Any:
    """``value`` as ``kind``, where no information is lost."""
    message = f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}"
    if issubclass(kind, type(None)):
        return value
    if issubclass(kind, str) and not isinstance(value, (str, bytes)):
        raise ValueError(message)
    if issubclass(kind, bool) != isinstance(value, bool):
        raise ValueError(message)
    if issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral):
        raise ValueError(message)
    if issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number):
        raise ValueError(message)
    return kind(value)


def parse_values(values: str, type_map: dict[str, type],
                 ignore_unknown: bool = False) -> dict[str, Any]:  # fmt: skip
    """Values from text such as ``"learning_rate=0.1,sizes=[3,4],sizes[1]=5"``.

    Args:
        values: the text. type_map: the type of each name.
        ignore_unknown: leave out names that aren't in ``type_map``.

    Returns:
        Values, lists of values, or dictionaries from index to value, by name.

    Raises:
        ValueError: for text that can't be read or unknown names.
    """
    found: dict[str, Any] = {}
    place = 0
    while place < len(values):
        match = _ASSIGNMENT.match(values, place)
        if not match:
            raise ValueError(f"Malformed hyperparameter value: {values[place:]}")
        place = match.end()
        name = match["name"]
        if name not in type_map:
            if ignore_unknown:
                continue
            raise ValueError(f"Unknown hyperparameter type for {name}")
        kind = type_map[name]
        if match["value"] is not None:
            value = _parsed(name, kind, match["value"])
            if match["index"] is not None:
                entry = found.setdefault(name, {})
                if not isinstance(entry, dict):
                    raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
                if int(match["index"]) in entry:
                    raise ValueError(
                        f"Multiple assignments to variable '{name}[{match['index']}]' in {values}"
                    )
                entry[int(match["index"])] = value
                continue
        else:
            if match["index"] is not None:
                raise ValueError("Assignment of a list to a list index.")
            parts = [part for part in re.split("[ ,]", match["values"]) if part]
            value = [_parsed(name, kind, part) for part in parts]
        if name in found:
            raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
        found[name] = value
    return found


class HParams:
    """Hyperparameters: names, each with a value that keeps its type.

    Args:
        hparam_def: not used. model_structure: an object that is only kept.
        **kwargs: names and first values; a list's type is that of its elements.

    Raises:
        ValueError: for an empty list or a name that is a method.
    """

    _MISSING = object()

    def __init__(self, hparam_def: Any = None, model_structure: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        self._hparam_types: dict[str, tuple[type, bool]] = {}
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """Adds a name.

        Raises:
            ValueError: when it is taken, or the value is an empty list.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
            self._hparam_types[name] = (type(value[0]), True)
        else:
            self._hparam_types[name] = (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Sets a value.

        Raises:
            KeyError: for an unknown name.
            ValueError: for a value of another type.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list):
            if not is_list:
                raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
            setattr(self, name, [_cast(name, kind, v) for v in value])
            return
        if is_list:
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        setattr(self, name, _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Removes a name, if it is there."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Sets values from text such as ``"learning_rate=0.1,sizes=[3,4]"``."""
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict: dict[str, Any]) -> HParams:
        """Sets values by name."""
        for name, value in values_dict.items():
            if isinstance(value, dict):
                changed = list(getattr(self, name))
                for index, element in value.items():
                    changed[index] = element
                value = changed
            self.set_hparam(name, value)
        return self

    def set_model_structure(self, model_structure: Any) -> None:
        """Keeps an object."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """The object that was kept."""
        return self._model_structure

    def to_json(self, indent: Any = None, separators: Any = None, sort_keys: bool = False) -> str:
        """The values as JSON; functions are left out."""
        values = {k: v for k, v in self.values().items() if not callable(v)}
        return json.dumps(values, indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json: str) -> HParams:
        """Sets values from JSON."""
        return self.override_from_dict(json.loads(values_json))

    def values(self) -> dict[str, Any]:
        """Values by name."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or a default of the same type."""
        if key not in self._hparam_types:
            return default
        if default is not None:
            kind, is_list = self._hparam_types[key]
            message = f"Hparam '{key}' of type '{kind}' is incompatible with default={default}"
            if is_list != isinstance(default, list):
                raise ValueError(message)
            try:
                for value in default if is_list else [default]:
                    _cast(key, kind, value)
            except ValueError as error:
                raise ValueError(f"{message}. {error}") from None
        return getattr(self, key)

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return str(sorted(self.values().items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"
