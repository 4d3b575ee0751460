"""Collections of layers' variables and outputs (``tf.contrib.layers.utils``)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from penstock.contrib.framework.variables import model_variable
from penstock.graph.defaults import get_default_graph
from penstock.graph.scopes import add_to_collection, add_to_collections, get_collection
from penstock.graph.static_values import constant_value as static_value
from penstock.graph.tensor import Tensor
from penstock.ops.control_flow import cond
from penstock.ops.partitioned_variables import PartitionedVariable
from penstock.ops.variables import Variable


def append_tensor_alias(tensor: Tensor, alias: str) -> Tensor:
    """Adds a name to the aliases of a tensor."""
    alias = alias.removesuffix("/")
    tensor.aliases = [*getattr(tensor, "aliases", []), alias]  # type: ignore[attr-defined]
    return tensor


def collect_named_outputs(collections: Any, alias: str, outputs: Tensor) -> Tensor:
    """Adds a layer's output to collections, under an alias."""
    if collections:
        append_tensor_alias(outputs, alias)
        add_to_collections(collections, outputs)
    return outputs


def get_tensor_aliases(tensor: Tensor) -> list[str]:
    """The aliases of a tensor, or its name."""
    if hasattr(tensor, "aliases"):
        return tensor.aliases
    return [tensor.op.name if tensor.name.endswith(":0") else tensor.name]


def gather_tensors_aliases(tensors: list[Tensor]) -> list[str]:
    """The aliases of tensors."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def convert_collection_to_dict(collection: str, clear_collection: bool = False) -> Any:
    """A collection of tensors by alias."""
    found = OrderedDict(
        (alias, tensor)
        for tensor in get_collection(collection)
        for alias in get_tensor_aliases(tensor)
    )
    if clear_collection:
        get_default_graph().clear_collection(collection)
    return found


def constant_value(value: Any, dtype: Any = None) -> Any:
    """The value of a number or tensor where it is known, otherwise ``None``.

    Raises:
        ValueError: for ``None`` or another type than ``dtype``.
    """
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if isinstance(value, (Tensor, Variable)):
        if dtype and value.dtype != dtype:
            raise ValueError(f"It has the wrong type {value.dtype} instead of {dtype}")
        return None if isinstance(value, Variable) else static_value(value)
    return value


def smart_cond(
    pred: Any, fn1: Callable[[], Any], fn2: Callable[[], Any], name: str | None = None
) -> Any:
    """``tf.cond``, or only one branch where the predicate is known."""
    for function, what in ((fn1, "fn1"), (fn2, "fn2")):
        if not callable(function):
            raise TypeError(f"{what} must be callable.")
    known = constant_value(pred)
    if known is None:
        return cond(pred, fn1, fn2, name=name)
    return fn1() if known else fn2()


static_cond = smart_cond


def get_variable_collections(variables_collections: Any, name: str) -> Any:
    """The collections for one kind of variable (``weights``, ``biases``, ...)."""
    if isinstance(variables_collections, dict):
        return variables_collections.get(name)
    return variables_collections


def add_variable_to_collections(variable: Any, collections: Any, name: str) -> None:
    """Adds a variable, or its parts, to the collections for its kind."""
    parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    for collection in get_variable_collections(collections, name) or []:
        for part in parts:
            if not any(part is other for other in get_collection(collection)):
                add_to_collection(collection, part)


def model_variable_getter(rename: dict[str, str] | None = None) -> Callable[..., Any]:
    """A custom getter that makes model variables, some of them under another name.

    Args:
        rename: last parts of names and what to put in their place.
    """

    def make(getter: Callable[..., Any], name: str, **kwargs: Any) -> Any:
        scope, slash, short = name.rpartition("/")
        if rename and short in rename:
            name = f"{scope}{slash}{rename[short]}"
        kept = ("shape", "dtype", "initializer", "regularizer", "trainable", "collections",
                "caching_device", "partitioner", "use_resource", "synchronization",
                "aggregation")  # fmt: skip
        arguments = {key: kwargs[key] for key in kept if key in kwargs}
        return model_variable(name, custom_getter=getter, **arguments)

    return make
