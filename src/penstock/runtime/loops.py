"""``tf.while_loop`` as ``lax.while_loop``.

What goes round is the loop variables and the state that the body touches (variables, random
counters, tensor arrays, stacks, checks).  Both are found by running the body once abstractly;
tensor arrays and stacks get their buffers then, because their element shapes are known then.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.tensor import Tensor
from penstock.runtime.blocks import Loop, While
from penstock.runtime.branches import aval_of, initial_state
from penstock.runtime.effects import is_marker
from penstock.runtime.markers import Handle, NeedsHost, Ref
from penstock.runtime.trace import Trace
from penstock.runtime.trip_counts import most_iterations

_MOST_PROBES = 5


def lower_while(trace: Trace, item: While) -> None:
    """Lowers a loop."""
    for enter in item.enters:
        if not trace.has_value(enter.outputs[0]):
            value = trace.value(enter.inputs[0])
            if isinstance(value, Ref) and not is_marker(enter.outputs[0]):
                value = trace.read(value)
            trace.environment[enter.outputs[0]] = value
    loops, fixed = _split(trace, item)
    outer_capacity = trace.capacity
    # How many values an iteration-by-iteration stack may get: all loops around count.
    own = most_iterations(trace, item)
    trace.capacity = None if own is None or outer_capacity is None else own * outer_capacity
    try:
        _lower(trace, item, loops, fixed)
    finally:
        trace.capacity = outer_capacity


def _split(trace: Trace, item: While) -> tuple[list[Loop], dict[Tensor, Any]]:
    """The loop variables that are arrays, and the markers, which never change."""
    loops, fixed = [], {}
    for loop in item.loops:
        value = trace.value(loop.enter)
        if isinstance(value, (Ref, Handle)):
            for tensor in _tensors_of(loop):
                fixed[tensor] = value
        else:
            loops.append(loop)
    return loops, fixed


def _tensors_of(loop: Loop) -> list[Tensor]:
    found = [loop.merge.outputs[0]]
    if loop.switch is not None:
        found.extend(loop.switch.outputs)
    if loop.exit is not None:
        found.append(loop.exit.outputs[0])
    return found


def _environment(loops: list[Loop], values: Any, fixed: dict[Tensor, Any]) -> dict[Tensor, Any]:
    environment = dict(fixed)
    for loop, value in zip(loops, values, strict=True):
        environment[loop.merge.outputs[0]] = value
        if loop.switch is not None:
            for tensor in loop.switch.outputs:
                environment[tensor] = value
    return environment


def _next_values(child: Trace, loops: list[Loop], values: Any) -> list[Any]:
    result = []
    for loop, old in zip(loops, values, strict=True):
        new = old if loop.next is None else child.value(loop.next)
        if isinstance(new, Ref):
            new = child.read(new)
        result.append(new)
    return result


def _lower(trace: Trace, item: While, loops: list[Loop], fixed: dict[Tensor, Any]) -> None:
    start = [jnp.asarray(trace.value(loop.enter)) for loop in loops]
    start, keys, state = _settle(trace, item, loops, fixed, start)

    def condition(carry: Any) -> Any:
        values, kept = carry
        child = trace.child(_environment(loops, values, fixed), dict(zip(keys, kept, strict=True)))
        child.run_block(item.condition)
        return jnp.asarray(child.value(item.predicate))

    def body(carry: Any) -> Any:
        values, kept = carry
        child = trace.child(_environment(loops, values, fixed), dict(zip(keys, kept, strict=True)))
        child.run_block(item.body)
        new = _next_values(child, loops, values)
        new = [jnp.asarray(v, s.dtype) for v, s in zip(new, start, strict=True)]
        changed = [jax.tree.map(jnp.asarray, child.get_state(key)) for key in keys]
        return new, changed

    values, kept = lax.while_loop(condition, body, (start, state))
    for key, value in zip(keys, kept, strict=True):
        trace.set_state(key, value)
    for loop, value in zip(loops, values, strict=True):
        if loop.exit is not None:
            trace.environment[loop.exit.outputs[0]] = value
    for loop in item.loops:
        if loop.exit is not None and loop.exit.outputs[0] in fixed:
            trace.environment[loop.exit.outputs[0]] = fixed[loop.exit.outputs[0]]


def _settle(
    trace: Trace, item: While, loops: list[Loop], fixed: dict[Tensor, Any], start: list[Any]
) -> tuple[list[Any], list[Any], list[Any]]:
    """Finds what the body touches, and starting values with the shapes that go round."""
    known: dict[Any, Any] = {}
    for _ in range(_MOST_PROBES):
        child, shapes = _probe(trace, item, loops, fixed, start, known)
        for loop, old, new in zip(loops, start, shapes, strict=True):
            if old.shape != new.shape:
                raise NeedsHost(
                    item, f"{loop.merge.name} changes its shape: {old.shape} to {new.shape}"
                )
        stable = True
        for key in child.written:
            avals = jax.tree.map(aval_of, child.state[key])
            value = known.get(key)
            if value is None:
                value = trace.get_state(key)
                if value is None:
                    value = initial_state(key, avals, item)
                known[key] = jax.tree.map(jnp.asarray, value)
                stable = False
            if jax.tree.map(aval_of, known[key]) != avals:
                if isinstance(key, str):
                    raise NeedsHost(item, f"the variable '{key}' changes its shape")
                known[key] = _grown(known[key], avals, key, item)
                stable = False
        if stable:
            break
    keys = sorted(known, key=str)
    return start, keys, [known[key] for key in keys]


def _grown(value: Any, avals: Any, key: Any, item: While) -> Any:
    """State of another structure than before: a buffer that has only now got its shape."""
    old_leaves = jax.tree.leaves(value)
    new_leaves = jax.tree.leaves(avals)
    if len(old_leaves) == len(new_leaves) and all(
        np.shape(o) == n.shape for o, n in zip(old_leaves, new_leaves, strict=True)
    ):
        return jax.tree.map(lambda o, n: jnp.asarray(o, n.dtype), value, avals)
    if any(np.size(leaf) for leaf in old_leaves) and len(old_leaves) == len(new_leaves):
        raise NeedsHost(item, f"{key} changes its shape")
    return initial_state(key, avals, item)


def _probe(
    trace: Trace, item: While, loops: list[Loop], fixed: dict[Tensor, Any], start: list[Any],
    known: dict[Any, Any],
) -> tuple[Trace, list[Any]]:  # fmt: skip
    """Runs condition and body once abstractly."""
    found: list[Trace] = []

    def function(values: Any, state: Any) -> Any:
        child = trace.child(_environment(loops, values, fixed), dict(state))
        child.abstract = True
        child.run_block(item.condition)
        child.value(item.predicate)
        child.run_block(item.body)
        found.append(child)
        return [jnp.asarray(v) for v in _next_values(child, loops, values)]

    before = dict(trace.checks)
    names = list(known)
    shapes = jax.eval_shape(
        lambda values, state: function(values, dict(zip(names, state, strict=True))),
        start,
        [known[name] for name in names],
    )
    trace.checks.clear()
    trace.checks.update(before)
    return found[0], shapes
