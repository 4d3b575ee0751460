"""Operations to run after a SavedModel was loaded."""

from __future__ import annotations

from typing import Any

from penstock.graph import defaults
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import control_dependencies
from penstock.ops.control_flow import group
from penstock.ops.variable_collections import (
    global_variables_initializer,
    local_variables_initializer,
)


def _tables() -> list[Any]:
    graph = defaults.get_default_graph()
    return list(graph.get_collection(GraphKeys.TABLE_INITIALIZERS))


def main_op() -> Any:
    """An operation that initializes global and local variables and tables."""
    return group(global_variables_initializer(), local_variables_initializer(), *_tables())


def main_op_with_restore(restore_op_name: str) -> Any:
    """``main_op``, with an operation (given by name) that restores variables after it."""
    with control_dependencies([main_op()]):
        graph = defaults.get_default_graph()
        return group(graph.as_graph_element(restore_op_name))
