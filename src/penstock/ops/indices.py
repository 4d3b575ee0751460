"""``unravel_index`` and ``timestamp``."""

from __future__ import annotations

import time
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import scalar_output


@operation(
    "UnravelIndex",
    inputs="indices: Tidx, dims: Tidx",
    outputs="output: Tidx",
    attrs="Tidx: indextype = int32",
)
class UnravelIndex:
    static = ("dims",)

    def shape(op: Any) -> TensorShape:  # noqa: N805
        count = op.inputs[1].shape.num_elements()
        indices = op.inputs[0].shape
        if indices.ndims is None:
            return TensorShape(None)
        return TensorShape([count, *([indices.num_elements()] if indices.ndims else [])])

    def lower(indices: Any, dims: Any, *, run: Any) -> Any:
        total = int(np.prod(dims, dtype=np.int64))
        indices = jnp.asarray(indices)
        run.check(jnp.all((indices >= 0) & (indices < total)), "index is out of bound as with dims")
        places = []
        for size in np.asarray(dims)[::-1]:
            places.append((indices % size).astype(indices.dtype))
            indices = (indices // size).astype(indices.dtype)
        return jnp.stack(places[::-1])

    gradient = None


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """The coordinates of flat indices in an array of a given shape.

    Args:
        indices: an integer, or a vector of them: positions in the flattened array.
        dims: the shape of the array, a vector of the same type.
        name: the operation's name.

    Returns:
        ``[rank]`` or ``[rank, n]``: a column for each index.

    Raises:
        InvalidArgumentError: in a run, when an index is out of bounds.
    """
    return apply("UnravelIndex", indices, dims, name=name)


@operation("Timestamp", outputs="ts: double", stateful=True)
class Timestamp:
    shape = scalar_output
    gradient = None

    def host() -> Any:
        return np.float64(time.time())


def timestamp(name: str | None = None) -> Tensor:
    """The seconds since 1970, a ``float64`` read each time it runs."""
    return apply("Timestamp", name=name)
