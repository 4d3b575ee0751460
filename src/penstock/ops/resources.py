"""Resources that programs must create before use: none of Penstock's need it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.scopes import device, get_collection, name_scope
from penstock.graph.tensor import Tensor

_SHARED, _LOCAL = "resources", "local_resources"


def shared_resources() -> list[Any]:
    """Resources that all parts of a program share."""
    return get_collection(_SHARED)


def local_resources() -> list[Any]:
    """Resources of one part of a program."""
    return get_collection(_LOCAL)


def initialize_resources(resource_list: Sequence[Any], name: str = "init") -> Any:
    """An operation that creates resources."""
    from penstock.ops.control_flow import group, no_op

    if resource_list:
        return group(*[r.create for r in resource_list], name=name)
    return no_op(name=name)


def report_uninitialized_resources(
    resource_list: Sequence[Any] | None = None, name: str = "report_uninitialized_resources"
) -> Tensor:
    """The names of resources that weren't created: always none."""
    from penstock.ops.constants import constant

    with name_scope(name), device("/cpu:0"):
        return constant([], dtype=dtypes.string)
