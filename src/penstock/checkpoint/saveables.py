"""What a saver saves: variables, parts of variables, and objects that say how themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import device as on_device
from penstock.graph.tensor import Tensor
from penstock.ops import state
from penstock.ops.arrays import reshape
from penstock.ops.identities import identity
from penstock.ops.saveable_objects import SaveableObject, SaveSpec
from penstock.ops.variables import Variable

_REFERENCE_OPS = frozenset(["Variable", "VariableV2", "AutoReloadVariable"])


class ReferenceVariableSaveable(SaveableObject):
    """A reference variable."""

    def __init__(self, var: Any, slice_spec: str, name: str) -> None:
        super().__init__(var, [SaveSpec(var, slice_spec, name, dtype=var.dtype)], name)

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Any:
        """Assigns the value to the variable."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = reshape(value, restored_shapes[0])
        validate = restored_shapes is None and self.op.get_shape().is_fully_defined()
        return state.assign(self.op, value, validate_shape=validate)


class ResourceVariableSaveable(SaveableObject):
    """A resource variable, given as such or as a read of it."""

    def __init__(self, var: Any, slice_spec: str, name: str) -> None:
        if isinstance(var, Tensor):
            self.handle = var.op.inputs[0]
            tensor: Any = var
        else:
            self.handle = var.handle
            tensor = var._graph_element
        self._shape = var.shape
        spec = SaveSpec(tensor, slice_spec, name, dtype=var.dtype, device=self.handle.device)
        super().__init__(var, [spec], name)

    def restore(self, restored_tensors: Sequence[Tensor], restored_shapes: Any) -> Any:
        """Assigns the value to the variable."""
        from penstock.graph.build import apply

        value = restored_tensors[0]
        if restored_shapes is not None:
            value = reshape(value, restored_shapes[0])
        with on_device(self.handle.device):
            value = identity(value)
            # The shape in the checkpoint becomes known only when restoring.
            if not value.shape.is_compatible_with(self._shape):
                raise ValueError(
                    f"The restored value's shape {value.shape} doesn't fit the variable's, "
                    f"{self._shape}"
                )
            return apply("AssignVariableOp", self.handle, value)


def _is_resource_variable(item: Any) -> bool:
    return isinstance(item, Variable) and hasattr(item, "handle")


def op_list_to_dict(items: Iterable[Any]) -> dict[str, Any]:
    """Variables and saveable objects by the names they are saved under.

    The parts of a partitioned variable come as one list.

    Raises:
        TypeError: for something that is no variable.
        ValueError: when two have the same name.
    """
    if not isinstance(items, (list, tuple, set)):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {items}")
    named: dict[str, Any] = {}
    for item in _flattened(items):
        if isinstance(item, SaveableObject):
            named[item.name] = item
            continue
        info = getattr(item, "_save_slice_info", None)
        if isinstance(item, Variable) and info is not None:
            parts = named.setdefault(info.full_name, [])
            if not isinstance(parts, list):
                raise ValueError(
                    f"Mixing slices and non-slices with the same name: {info.full_name}"
                )
            parts.append(item)
            continue
        value = item._graph_element if _is_resource_variable(item) else None
        tensor = value if value is not None else convert_to_tensor(item, as_ref=True)
        if tensor.op.type not in _REFERENCE_OPS and tensor.op.type != "ReadVariableOp":
            raise TypeError(f"Variable to save is not a Variable: {tensor}")
        name = tensor.op.inputs[0].op.name if tensor.op.type == "ReadVariableOp" else tensor.op.name
        if name in named:
            raise ValueError(f"At least two variables have the same name: {name}")
        # A reference variable is saved from its reference, not from a snapshot.
        named[name] = item if value is not None else tensor
    return named


def _flattened(items: Iterable[Any]) -> Iterable[Any]:
    """Sorted by name, partitioned variables as their parts."""
    listed: list[Any] = []
    for item in items:
        parts = getattr(item, "_get_variable_list", None)
        if parts is not None:
            listed.extend(parts())
        else:
            listed.append(item)
    if all(hasattr(item, "name") for item in listed):
        listed.sort(key=lambda item: item.name)
    return listed


def saveables_for(item: Any, name: str) -> Iterable[SaveableObject]:
    """The saveable objects of one entry of a dictionary.

    Raises:
        TypeError: for something that can't be saved.
    """
    if not isinstance(name, str):
        raise TypeError(
            f"names_to_saveables must be a dict mapping string names to trackable "
            f"operations. Name is not a string: {name}"
        )
    if isinstance(item, SaveableObject):
        yield item
        return
    parts = getattr(item, "_get_variable_list", None)
    if parts is not None:
        item = parts()
    if isinstance(item, (list, tuple)):
        for part in item:
            info = getattr(part, "_save_slice_info", None)
            if not isinstance(part, Variable) or info is None:
                raise ValueError(f"Slices must all be Variables: {part}")
            kind = (
                ResourceVariableSaveable if _is_resource_variable(part)
                else ReferenceVariableSaveable
            )  # fmt: skip
            yield kind(part, info.spec, name)
        return
    if _is_resource_variable(item):
        yield ResourceVariableSaveable(item, "", name)
        return
    tensor = convert_to_tensor(item, as_ref=True)
    if tensor.op.type == "ReadVariableOp":
        yield ResourceVariableSaveable(tensor, "", name)
    elif tensor.op.type in _REFERENCE_OPS and tensor.dtype._is_ref_dtype:
        yield ReferenceVariableSaveable(tensor, "", name)
    else:
        raise TypeError(
            "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a "
            f"variable: {tensor}"
        )


def validate_and_slice_inputs(items: Any) -> list[SaveableObject]:
    """All saveable objects, by name.

    Args:
        items: a list of variables, or a dictionary from names to variables.

    Raises:
        TypeError: for something that can't be saved.
        ValueError: when two have the same name, or one has two names.
    """
    if not isinstance(items, Mapping):
        items = op_list_to_dict(items)
    found: list[SaveableObject] = []
    seen: set[Any] = set()
    for name in sorted(items, key=str):
        for saveable in saveables_for(items[name], name):
            key = saveable.op
            if isinstance(key, (Tensor, Variable)):
                key = key.op
            if key in seen:
                raise ValueError(f"The same saveable will be restored with two names: {name}")
            seen.add(key)
            found.append(saveable)
    return found
