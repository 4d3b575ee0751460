"""Python values to tensors: ``tf.convert_to_tensor`` and the registry behind it.

Conversions are asked in the order of their priorities.  The ones for NumPy arrays, numbers and
lists are registered by ``ops/constants.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.dtypes import DType
from penstock.graph.tensor import Tensor

Conversion = Callable[..., Any]
_conversions: list[tuple[int, int, Any, Conversion]] = []
_by_type: dict[type, list[Conversion]] = {}


def register_tensor_conversion_function(
    base_type: Any, conversion_func: Conversion, priority: int = 100
) -> None:
    """Registers a conversion to tensors.

    Args:
        base_type: the class, or tuple of classes, that it converts.
        conversion_func: called as ``f(value, dtype=None, name=None, as_ref=False)``; returns a
            tensor, or ``NotImplemented`` to let the next one try.
        priority: lower ones are asked first.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _conversions.append((priority, len(_conversions), base_type, conversion_func))
    _conversions.sort(key=lambda c: c[:2])
    _by_type.clear()


def _conversions_for(kind: type) -> list[Conversion]:
    found = _by_type.get(kind)
    if found is None:
        found = [f for _, _, base, f in _conversions if issubclass(kind, base)]
        _by_type[kind] = found
    return found


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    dtype_hint: Any = None,
    as_ref: bool = False,
) -> Tensor:
    """``value`` as a tensor.

    Args:
        value: a tensor, NumPy array, number, string, list of these, or any registered type.
        dtype: the element type wanted.
        name: the name of a constant that has to be made.
        preferred_dtype: the type to use if ``value`` allows it (also called ``dtype_hint``).
        as_ref: leave a variable as a reference.

    Raises:
        TypeError: when there is no conversion for the value's type.
        ValueError: when the value can't have the type ``dtype``.
    """
    if isinstance(value, Tensor):
        if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with "
                f"dtype {value.dtype.name}: {value!r}"
            )
        return value
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if preferred_dtype is None:
        preferred_dtype = dtype_hint
    for conversion in _conversions_for(type(value)):
        result = NotImplemented
        if dtype is None and preferred_dtype is not None:
            preferred = dtypes.as_dtype(preferred_dtype)
            try:
                result = conversion(value, dtype=preferred, name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented
            else:
                if result is not NotImplemented and result.dtype.base_dtype != preferred.base_dtype:
                    raise TypeError(
                        f"convert_to_tensor did not convert to the preferred dtype: "
                        f"{result.dtype.base_dtype.name} vs {preferred.base_dtype.name}"
                    )
        if result is NotImplemented:
            result = conversion(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(
                f"{name or ''}: Conversion function {conversion!r} returned non-Tensor: {result!r}"
            )
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"{name or ''}: Conversion function {conversion!r} returned incompatible dtype: "
                f"requested = {dtype.name}, actual = {result.dtype.name}"
            )
        return result
    raise TypeError(
        f"{name + ': ' if name else ''}Cannot convert {value!r} with type {type(value)} to "
        "Tensor: no conversion function registered."
    )


def convert_n_to_tensor(
    values: Sequence[Any],
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_ref: bool = False,
) -> list[Tensor]:
    """Each of ``values`` as a tensor; constants are named ``name_0``, ``name_1`` ..."""
    return [
        convert_to_tensor(
            value,
            dtype=dtype,
            name=None if name is None else f"{name}_{i}",
            preferred_dtype=preferred_dtype,
            as_ref=as_ref,
        )
        for i, value in enumerate(values)
    ]


def convert_to_tensor_or_indexed_slices(
    value: Any, dtype: Any = None, name: str | None = None
) -> Any:
    """``value`` as a tensor, or as the ``IndexedSlices`` it is."""
    from penstock.graph.composite import IndexedSlices, SparseTensor

    if isinstance(value, (IndexedSlices, SparseTensor)):
        if dtype and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for Tensor with "
                f"dtype {value.dtype.name}: {value!r}"
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


def convert_to_tensor_or_sparse_tensor(
    value: Any, dtype: Any = None, name: str | None = None
) -> Any:
    """``value`` as a tensor, or as the ``SparseTensor`` it stands for."""
    from penstock.graph.composite import SparseTensor, SparseTensorValue

    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if isinstance(value, SparseTensor):
        if dtype and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise RuntimeError(
                f"Sparse dtype: requested = {dtypes.as_dtype(dtype).name}, "
                f"actual = {value.dtype.name}"
            )
        return value
    return convert_to_tensor(value, dtype=dtype, name=name)


def is_tensor_like(value: Any) -> bool:
    """True for tensors and objects (variables) that stand for one."""
    return isinstance(value, Tensor) or hasattr(value, "_as_graph_element")


def common_dtype(values: Sequence[Any]) -> DType | None:
    """The type of the first tensor or array among ``values``."""
    for value in values:
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            return value.dtype.base_dtype
    for value in values:
        if isinstance(value, (np.ndarray, np.generic)):
            return dtypes.from_numpy(value.dtype)
    return None
