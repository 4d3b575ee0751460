"""Names of layers: from class names, made unique in a graph."""

from __future__ import annotations

import re
import weakref
from collections import defaultdict

from penstock.graph import defaults
from penstock.graph.graph import Graph

_counts: weakref.WeakKeyDictionary[Graph, defaultdict[str, int]] = weakref.WeakKeyDictionary()


def to_snake_case(name: str) -> str:
    """``MaxPooling2D`` as ``max_pooling2d``; a leading underscore gets ``private`` before it."""
    words = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()
    return f"private{snake}" if snake[0] == "_" else snake


def unique_object_name(name: str) -> str:
    """``name_1``, ``name_2``, ... : every call in one graph gives the next one."""
    counts = _counts.setdefault(defaults.get_default_graph(), defaultdict(int))
    counts[name] += 1
    return f"{name}_{counts[name]}"
