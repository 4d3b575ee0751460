"""``GatherTree``: the paths through the beams of a search."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor


def _shape(op: Any) -> list[Any]:
    return [op.inputs[0].get_shape().merge_with(op.inputs[1].get_shape())]


@operation(
    "GatherTree",
    inputs="step_ids: T, parent_ids: T, max_sequence_lengths: int32, end_token: T",
    outputs="beams: T",
    attrs="T: {int32, int64}",
)
class GatherTree:
    shape = _shape
    gradient = None

    def lower(step_ids, parent_ids, max_sequence_lengths, end_token):
        steps, batch, beams = step_ids.shape
        rows = jnp.arange(batch)[:, None]
        limits = jnp.minimum(max_sequence_lengths, steps).astype(step_ids.dtype)[:, None]
        level = jnp.arange(steps, dtype=step_ids.dtype)

        # Backwards in time: before its last step a beam is its own parent.
        def back(parent, x):
            ids, parents, t = x
            inside = t < limits
            found = jnp.where(inside, ids[rows, parent], end_token)
            return jnp.where(inside, parents[rows, parent], parent), found

        own = jnp.broadcast_to(jnp.arange(beams, dtype=step_ids.dtype), (batch, beams))
        _, found = lax.scan(back, own, (step_ids, parent_ids, level), reverse=True)
        # After its first end a beam has nothing but ends.
        ended = jnp.cumsum((found == end_token).astype(jnp.int32), axis=0) > 0
        return jnp.where(ended, end_token, found)


def gather_tree(
    step_ids: Any, parent_ids: Any, max_sequence_lengths: Any, end_token: Any,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The sequences of a beam search, from what each step chose.

    Args:
        step_ids: the symbols of each step, int32 ``[time, batch, beams]``.
        parent_ids: the beams of the step before that they continue, likewise.
        max_sequence_lengths: int32 ``[batch]``. end_token: what fills the rest, a scalar.
        name: the operation's name.

    Returns:
        ``[time, batch, beams]``.
    """
    return apply("GatherTree", step_ids, parent_ids, max_sequence_lengths, end_token, name=name)
