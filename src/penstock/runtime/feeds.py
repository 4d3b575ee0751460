"""``feed_dict``: values for tensors, checked and turned into arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from penstock.graph import dtypes, nest
from penstock.graph.composite import IndexedSlices, SparseTensor
from penstock.graph.graph import Graph
from penstock.graph.tensor import Tensor
from penstock.graph.tensor_values import as_bytes

expansions: list[tuple[type, Callable[..., Any]]] = []


def flatten_feeds(graph: Graph, feed_dict: Any) -> dict[Tensor, Any]:
    """The tensors that are fed and their values, composites taken apart.

    Raises:
        TypeError: when a key isn't a tensor, or the values aren't a dictionary.
        ValueError: when a tensor can't be fed.
    """
    if not isinstance(feed_dict, Mapping):
        raise TypeError(
            f"feed_dict must be a dictionary mapping tensors to values, got {type(feed_dict)}"
        )
    found: dict[Tensor, Any] = {}
    for key, value in feed_dict.items():
        for tensor, part in _expand(key, value):
            try:
                element = graph.as_graph_element(tensor, allow_operation=False)
            except (TypeError, ValueError, KeyError) as error:
                raise TypeError(
                    f"Cannot interpret feed_dict key as Tensor: {_text(error)}"
                ) from None
            if not graph.is_feedable(element):
                raise ValueError(f"Tensor {element} may not be fed.")
            found[element] = part
    return found


def _text(error: Exception) -> str:
    return str(error.args[0]) if error.args else str(error)


def _expand(key: Any, value: Any) -> Any:
    if isinstance(key, SparseTensor):
        return list(zip([key.indices, key.values, key.dense_shape], value))
    if isinstance(key, IndexedSlices):
        if key.dense_shape is None:
            return list(zip([key.values, key.indices], value))
        return list(zip([key.values, key.indices, key.dense_shape], value))
    for kind, function in expansions:
        if isinstance(key, kind):
            return function(key, value)
    if isinstance(key, tuple):
        keys, values = nest.flatten(key), nest.flatten(value)
        if len(keys) != len(values):
            raise ValueError(
                f"Could not flatten dictionary. Key had {len(keys)} elements, but value had "
                f"{len(values)} elements. Key: {keys}, value: {values}."
            )
        return [pair for each in zip(keys, values) for pair in _expand(*each)]
    return [(key, value)]


def feed_array(tensor: Tensor, value: Any) -> Any:
    """``value`` as an array for ``tensor``.

    Raises:
        TypeError: for a tensor as a value, or a value that doesn't fit the type.
        ValueError: for a value of another shape.
    """
    dtype = tensor.dtype.base_dtype
    if type(value) is not np.ndarray:
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
                "Python scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, "
                f"the tensor object was {value} which was passed to the feed with key {tensor}."
            )
        if isinstance(value, jax.Array) and value.dtype == dtype.as_numpy_dtype:
            _check_shape(tensor, value.shape)
            return value
        if dtype.is_integer and isinstance(value, int):
            limits = np.iinfo(dtype.as_numpy_dtype)
            if not limits.min <= value <= limits.max:
                raise TypeError(
                    f"Type of feed value {value} with type {type(value)} is not compatible with "
                    f"Tensor type {dtype.as_numpy_dtype}. Try explicitly setting the type of the "
                    "feed tensor to a larger type (e.g. int64)."
                )
    if dtype is dtypes.string:
        return _strings(tensor, value)
    if dtype in (dtypes.resource, dtypes.variant):
        return value
    try:
        array = np.asarray(value, dtype=dtype.as_numpy_dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The value fed for '{tensor.name}' can't be made an array of {dtype.name}: {error}"
        ) from None
    _check_shape(tensor, array.shape)
    return array


def _check_shape(tensor: Tensor, shape: tuple[int, ...]) -> None:
    sizes = tensor._shape.sizes
    if sizes is None or sizes == shape:
        return
    if len(sizes) != len(shape) or any(s is not None and s != t for s, t in zip(sizes, shape)):
        raise ValueError(
            f"Cannot feed value of shape {shape} for Tensor '{tensor.name}', which has shape "
            f"'{tensor.shape}'"
        )


def _strings(tensor: Tensor, value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "SUO":
        raise TypeError(f"The value fed for '{tensor.name}' should be strings, not {array.dtype}")
    result = np.empty(array.shape, object)
    flat = result.reshape(-1)
    source = [value] if array.ndim == 0 else array.ravel()
    for i, item in enumerate(source):
        if isinstance(item, np.ndarray):
            item = item.item()
        flat[i] = as_bytes(item)
    _check_shape(tensor, array.shape)
    return result
