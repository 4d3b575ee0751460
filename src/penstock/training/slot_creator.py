"""Slots: variables that an optimizer keeps beside each variable it trains."""

from __future__ import annotations

from typing import Any

from penstock.graph.scopes import colocate_with
from penstock.graph.shapes import TensorShape
from penstock.ops.variable_scope import get_variable, get_variable_scope, variable_scope
from penstock.ops.variables import SaveSliceInfo, Variable


def is_resource_variable(variable: Any) -> bool:
    """Whether ``variable`` is a resource variable."""
    return isinstance(variable, Variable) and not variable.dtype._is_ref_dtype


def _slot_variable(primary: Any, value: Any, shape: Any, dtype: Any, validate_shape: bool) -> Any:
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)
    # The empty name makes the slot's name that of the scope itself.
    slot = get_variable(
        "",
        initializer=value,
        trainable=False,
        use_resource=is_resource_variable(primary),
        shape=shape if callable(value) else None,
        dtype=dtype,
        validate_shape=validate_shape,
    )
    scope.set_partitioner(partitioner)
    info = primary._get_save_slice_info() if isinstance(primary, Variable) else None
    if info is not None:
        # A slot of a part of a larger variable is that part of a larger slot.
        slot_name = slot.name[len(primary.op.name + "/") : -2]
        rank = slot.shape.ndims
        if rank is None or rank > 0:
            slot._set_save_slice_info(
                SaveSliceInfo(
                    f"{info.full_name}/{slot_name}",
                    list(info.full_shape)[:rank],
                    list(info.var_offset)[:rank],
                    list(info.var_shape)[:rank],
                )
            )
    return slot


def _create(primary: Any, value: Any, name: str, shape: Any, dtype: Any,
            colocate_with_primary: bool, validate_shape: bool) -> Any:  # fmt: skip
    with variable_scope(None, f"{primary.op.name}/{name}"):
        if not colocate_with_primary:
            return _slot_variable(primary, value, shape, dtype, validate_shape)
        with colocate_with(primary.op):
            return _slot_variable(primary, value, shape, dtype, validate_shape)


def create_slot(primary: Any, val: Any, name: str, colocate_with_primary: bool = True) -> Any:
    """A slot that starts as the tensor ``val``.

    Args:
        primary: the variable or tensor that the slot belongs to.
        val: the initial value. name: the slot's name.
        colocate_with_primary: place it with ``primary``.
    """
    validate_shape = val.get_shape().is_fully_defined()
    return _create(primary, val, name, None, None, colocate_with_primary, validate_shape)


def create_slot_with_initializer(primary: Any, initializer: Any, shape: TensorShape, dtype: Any,
                                 name: str, colocate_with_primary: bool = True) -> Any:  # fmt: skip
    """A slot that starts as ``initializer`` says.

    Args:
        primary: the variable or tensor that the slot belongs to.
        initializer: a function of shape and type. shape: the shape. dtype: the type.
        name: the slot's name. colocate_with_primary: place it with ``primary``.
    """
    validate_shape = shape.is_fully_defined()
    return _create(primary, initializer, name, shape, dtype, colocate_with_primary, validate_shape)


def create_zeros_slot(primary: Any, name: str, dtype: Any = None,
                      colocate_with_primary: bool = True) -> Any:  # fmt: skip
    """A slot of the shape of ``primary`` that starts as zeros.

    Args:
        primary: the variable or tensor that the slot belongs to.
        name: the slot's name. dtype: its type; that of ``primary`` by default.
        colocate_with_primary: place it with ``primary``.
    """
    from penstock.ops import arrays, initializers

    dtype = (primary.dtype if dtype is None else dtype).base_dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(
            primary, initializers.Zeros(), shape, dtype, name, colocate_with_primary
        )
    source = primary.initialized_value() if isinstance(primary, Variable) else primary
    value = arrays.zeros(arrays.shape(source), dtype=dtype)
    return create_slot(primary, value, name, colocate_with_primary)
