"""``tf.layers.InputSpec``: what a layer's inputs must look like."""

from __future__ import annotations

from typing import Any

from penstock.graph import nest
from penstock.graph.dtypes import as_dtype


class InputSpec:
    """Rank, sizes and type that an input must have.

    Args:
        dtype: the element type, or ``None`` for any.
        shape: the whole shape; ``None`` entries are free.
        ndim: the rank. max_ndim: the highest rank. min_ndim: the lowest rank.
        axes: sizes by axis.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
    ) -> None:
        self.dtype = dtype
        self.shape = shape
        self.ndim = ndim if shape is None else len(shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = axes or {}

    def __repr__(self) -> str:
        said = {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
        }
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in said.items() if v)})"


def check_inputs(specs: Any, inputs: Any, layer_name: str) -> None:
    """Compares a layer's inputs with its specifications.

    Raises:
        ValueError: naming the layer, what it wants and what it received.
    """
    if not specs:
        return
    tensors = nest.flatten(inputs)
    specs = nest.flatten(specs)
    if len(tensors) != len(specs):
        raise ValueError(
            f"Layer {layer_name} expects {len(specs)} inputs, but it received {len(tensors)} input "
            f"tensors. Inputs received: {tensors}"
        )
    for index, (tensor, spec) in enumerate(zip(tensors, specs, strict=True)):
        problem = None if spec is None else _problem(spec, tensor)
        if problem:
            raise ValueError(
                f"Input {index} of layer {layer_name} is incompatible with the layer: {problem}"
            )


def _problem(spec: InputSpec, tensor: Any) -> str | None:
    rank = tensor.shape.ndims
    ranks = (spec.ndim, spec.min_ndim, spec.max_ndim)
    if rank is None:
        if any(r is not None for r in ranks):
            return "its rank is undefined, but the layer requires a defined rank."
        return None
    sizes = tensor.shape.as_list()
    received = f"Full shape received: {sizes}"
    if spec.ndim is not None and rank != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={rank}. {received}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return f": expected min_ndim={spec.min_ndim}, found ndim={rank}. {received}"
    if spec.dtype is not None and tensor.dtype.base_dtype != as_dtype(spec.dtype):
        return f"expected dtype={spec.dtype}, found dtype={tensor.dtype}"
    for axis, size in spec.axes.items():
        size = getattr(size, "value", size)
        if size is not None and sizes[int(axis)] not in (size, None):
            return (
                f"expected axis {axis} of input shape to have value {size} but received input "
                f"with shape {sizes}"
            )
    if spec.shape is not None:
        for wanted, size in zip(spec.shape, sizes, strict=False):
            if wanted is not None and size is not None and wanted != size:
                return f"expected shape={spec.shape}, found shape={sizes}"
    return None
