"""``tf.parse_example`` and ``tf.parse_single_example`` as TensorFlow 0.5 and 0.6 had them.

There, features were told by lists: the keys of sparse and of dense features, their types, defaults
and shapes, always given by keyword. From 0.7 on they are one dictionary.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from penstock.ops import examples

_OLD = ("sparse_keys", "sparse_types", "dense_keys", "dense_types", "dense_defaults",
        "dense_shapes", "names")  # fmt: skip


def _per_key(keys: list[str], values: Any, what: str, function: str) -> list[Any]:
    values = list(values or ())
    if len(values) != len(keys):
        raise ValueError(
            f"{function}: the list {what} has {len(values)} elements for {len(keys)} keys"
        )
    return values


def _features(function: str, lists: dict[str, Any]) -> dict[str, Any]:
    """The dictionary of features that the old lists mean."""
    sparse = list(lists.get("sparse_keys") or ())
    dense = list(lists.get("dense_keys") or ())
    features: dict[str, Any] = {
        key: examples.VarLenFeature(dtype)
        for key, dtype in zip(
            sparse, _per_key(sparse, lists.get("sparse_types"), "sparse_types", function)
        )
    }
    shapes = lists.get("dense_shapes")
    shapes = [()] * len(dense) if shapes is None else shapes
    defaults = lists.get("dense_defaults") or {}
    for key, dtype, shape in zip(
        dense,
        _per_key(dense, lists.get("dense_types"), "dense_types", function),
        _per_key(dense, shapes, "dense_shapes", function),
    ):
        features[key] = examples.FixedLenFeature(shape, dtype, defaults.get(key))
    return features


def _accepting_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, taking lists of keys, types and shapes in place of ``features`` too."""

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if not any(name in keywords for name in _OLD):
            return function(*arguments, **keywords)
        lists = {name: keywords.pop(name) for name in _OLD if name in keywords}
        if len(arguments) > 1 or "features" in keywords:
            raise TypeError(
                f"{function.__name__}() takes either features or the older versions' lists "
                f"({', '.join(sorted(lists))}), not both"
            )
        keywords["features"] = _features(function.__name__, lists)
        if lists.get("names") is not None:
            keywords["example_names"] = lists["names"]
        return function(*arguments, **keywords)

    return call


parse_example = _accepting_lists(examples.parse_example)
parse_single_example = _accepting_lists(examples.parse_single_example)
