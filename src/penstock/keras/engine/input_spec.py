"""``InputSpec``: what a layer's inputs must look like."""

from __future__ import annotations

from typing import Any

from penstock.graph import nest
from penstock.keras import backend as K


class InputSpec:
    """Type, rank and sizes that an input must have.

    Args:
        dtype: the type. shape: the sizes, ``None`` for any. ndim: the rank.
        max_ndim: the largest rank. min_ndim: the smallest.
        axes: sizes of particular axes.
    """

    def __init__(self, dtype: Any = None, shape: Any = None, ndim: int | None = None,
                 max_ndim: int | None = None, min_ndim: int | None = None,
                 axes: dict[int, Any] | None = None) -> None:  # fmt: skip
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        highest = max(self.axes) if self.axes else -1
        if self.axes and (self.ndim or self.max_ndim):
            limit = (self.ndim or self.max_ndim or 0) - 1
            if highest > limit:
                raise ValueError(
                    f"Axis {highest} is greater than the maximum allowed value: {limit}"
                )

    def __repr__(self) -> str:
        parts = [("dtype", self.dtype), ("shape", self.shape), ("ndim", self.ndim),
                 ("max_ndim", self.max_ndim), ("min_ndim", self.min_ndim),
                 ("axes", self.axes)]  # fmt: skip
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in parts if v)})"


def assert_input_compatibility(specs: Any, inputs: Any, name: str) -> None:
    """Raises unless ``inputs`` are what ``specs`` ask for.

    Raises:
        ValueError: naming the layer, what it wanted and what it got.
    """
    if not specs:
        return
    specs = nest.flatten(specs)
    inputs = nest.flatten(inputs)
    if len(inputs) != len(specs):
        raise ValueError(
            f"Layer {name} expects {len(specs)} inputs, but it received {len(inputs)} input "
            f"tensors. Inputs received: {inputs}"
        )
    for index, (tensor, spec) in enumerate(zip(inputs, specs)):
        if spec is None:
            continue
        shape = K.int_shape(tensor)
        if shape is None:
            if spec.ndim is not None or spec.min_ndim is not None or spec.max_ndim is not None:
                raise ValueError(
                    f"Input {index} of layer {name} is incompatible with the layer: its rank is "
                    "undefined, but the layer requires a defined rank."
                )
            continue
        problem = _problem(spec, tensor, shape)
        if problem:
            raise ValueError(
                f"Input {index} of layer {name} is incompatible with the layer: {problem}"
            )


def _problem(spec: InputSpec, tensor: Any, shape: tuple[int | None, ...]) -> str | None:
    rank, shown = len(shape), list(shape)
    if spec.ndim is not None and rank != spec.ndim:
        return f"expected ndim={spec.ndim}, found ndim={rank}. Full shape received: {shown}"
    if spec.max_ndim is not None and rank > spec.max_ndim:
        return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
    if spec.min_ndim is not None and rank < spec.min_ndim:
        return (
            f": expected min_ndim={spec.min_ndim}, found ndim={rank}. Full shape received: {shown}"
        )
    if spec.dtype is not None and tensor.dtype.base_dtype.name != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={tensor.dtype.base_dtype.name}"
    for axis, value in spec.axes.items():
        value = getattr(value, "value", value)
        if value is not None and shape[axis] not in (value, None):
            return (
                f"expected axis {axis} of input shape to have value {value} but received input "
                f"with shape {shown}"
            )
    if spec.shape is not None:
        for wanted, size in zip(spec.shape, shape):
            if wanted is not None and size is not None and wanted != size:
                return f"expected shape={spec.shape}, found shape={shown}"
    return None
