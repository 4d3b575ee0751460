"""``tf.cond`` as ``lax.cond``."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.tensor import Tensor
from penstock.runtime.blocks import Cond
from penstock.runtime.effects import is_marker
from penstock.runtime.markers import Handle, NeedsHost, Ref
from penstock.runtime.trace import Trace


def lower_cond(trace: Trace, item: Cond) -> None:
    """Lowers ``item``; when its predicate is known, only the side that runs."""
    predicate = trace.value(item.predicate)
    if isinstance(predicate, Ref):
        predicate = trace.read(predicate)
    if isinstance(predicate, (np.ndarray, np.generic)):
        _run_known(trace, item, int(bool(predicate)))
        return
    results = [t for merge in item.merges for t in merge.outputs]
    exported = [t for t, _ in item.exports]
    probes = [_probe(trace, item, side) for side in (0, 1)]
    touched = sorted({k for probe in probes for k in probe.written}, key=str)
    markers = _markers(item, probes, results, exported)
    # Shapes and the like stay known: a later part of the same side needs them as values.
    for tensor, side in item.exports:
        value = probes[side].value(tensor)
        if isinstance(value, (np.ndarray, np.generic)):
            markers[tensor] = value
    for tensor in results:
        pair = [_merge_value(probes[side], item, tensor, side) for side in (0, 1)]
        if all(isinstance(v, (np.ndarray, np.generic)) for v in pair) and np.array_equal(*pair):
            markers[tensor] = pair[0]
    wanted_results = [t for t in results if t not in markers]
    wanted_exports = [t for t in exported if t not in markers]
    shapes = _common_shapes(item, probes, wanted_results)
    export_shapes = {
        t: aval_of(probes[side].environment[t]) for t, side in item.exports if t not in markers
    }
    state_avals: dict[Any, Any] = {}
    for key in touched:
        for probe in probes:
            value = probe.get_state(key)
            if value is not None and key not in state_avals:
                state_avals[key] = jax.tree.map(aval_of, value)

    def side_function(side: int) -> Any:
        def function() -> Any:
            child = trace.child({}, {})
            child.run_block(item.sides[side])
            values = [
                _cast_to(_merge_value(child, item, t, side), shapes[t]) for t in wanted_results
            ]
            exports = []
            for tensor, own in item.exports:
                if tensor in markers:
                    continue
                aval = export_shapes[tensor]
                value = child.value(tensor) if own == side else jnp.zeros(aval.shape, aval.dtype)
                exports.append(jnp.asarray(value))
            state = []
            for key in touched:
                value = child.get_state(key)
                if value is None:
                    value = initial_state(key, state_avals[key], item)
                state.append(jax.tree.map(jnp.asarray, value))
            return values, exports, state

        return function

    values, exports, state = lax.cond(predicate, side_function(1), side_function(0))
    for tensor, value in zip(wanted_results, values, strict=True):
        trace.environment[tensor] = value
    for tensor, value in zip(wanted_exports, exports, strict=True):
        trace.environment[tensor] = value
    for key, value in zip(touched, state, strict=True):
        trace.set_state(key, value)
    trace.environment.update(markers)


def _run_known(trace: Trace, item: Cond, side: int) -> None:
    trace.run_block(item.sides[side])
    for merge in item.merges:
        for tensor in merge.outputs:
            trace.environment[tensor] = _merge_value(trace, item, tensor, side)
    missing = [t for t, own in item.exports if own != side and not trace.has_value(t)]
    if not missing:
        return
    # Nothing that counts reads these: what reads them is on the side that doesn't run either. But
    # that side may still be traced, with a predicate that isn't known there, so shapes and known
    # values must be right.
    probe = _probe(trace, item, 1 - side)
    for tensor in missing:
        value = probe.value(tensor)
        if not isinstance(value, (np.ndarray, np.generic)):
            aval = aval_of(probe.environment[tensor])
            value = np.zeros(aval.shape, aval.dtype)
        trace.environment[tensor] = value


def _merge_value(child: Trace, item: Cond, tensor: Tensor, side: int) -> Any:
    merge = tensor.op
    index = item.taken[merge][side]
    if tensor.value_index == 1:
        return np.array(index, np.int32)
    value = child.value(merge.inputs[index])
    if isinstance(value, Ref) and not is_marker(tensor):
        value = child.read(value)
    return value


def _probe(trace: Trace, item: Cond, side: int) -> Trace:
    """One side, run abstractly, to learn what it gives and which state it changes."""
    found: list[Trace] = []

    def function() -> None:
        child = trace.child({}, {})
        child.abstract = True
        child.run_block(item.sides[side])
        found.append(child)

    before = dict(trace.checks)
    jax.eval_shape(function)
    trace.checks.clear()
    trace.checks.update(before)
    return found[0]


def _markers(
    item: Cond, probes: list[Trace], results: list[Tensor], exported: list[Tensor]
) -> dict[Tensor, Any]:
    """Results that are references or handles: the same on both sides, or it can't be compiled."""
    found: dict[Tensor, Any] = {}
    for tensor in results:
        pair = [_merge_value(probes[side], item, tensor, side) for side in (0, 1)]
        marked = [isinstance(v, (Ref, Handle)) for v in pair]
        if any(marked):
            if not all(marked) or pair[0].key != pair[1].key:
                raise NeedsHost(item, "the sides give different variables")
            found[tensor] = pair[0]
    sides = dict(item.exports)
    for tensor in exported:
        value = probes[sides[tensor]].value(tensor)
        if isinstance(value, (Ref, Handle)):
            found[tensor] = value
    return found


def _common_shapes(
    item: Cond, probes: list[Trace], results: list[Tensor]
) -> dict[Tensor, jax.ShapeDtypeStruct]:
    shapes = {}
    for tensor in results:
        pair = [aval_of(_merge_value(probes[side], item, tensor, side)) for side in (0, 1)]
        if pair[0].shape != pair[1].shape:
            raise NeedsHost(
                item, f"the sides give {tensor.name} different shapes: {pair[0].shape} and "
                f"{pair[1].shape}"
            )  # fmt: skip
        shapes[tensor] = pair[1]
    return shapes


def aval_of(value: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(np.shape(value), getattr(value, "dtype", None) or
                                np.asarray(value).dtype)  # fmt: skip


def _cast_to(value: Any, aval: jax.ShapeDtypeStruct) -> Any:
    return jnp.asarray(value, aval.dtype)


def initial_state(key: Any, avals: Any, item: Any) -> Any:
    """What state is before anything set it: checks hold, resources are zero.

    Raises:
        NeedsHost: for a variable: whether it has a value would depend on the run.
    """
    if isinstance(key, str):
        raise NeedsHost(item, f"'{key}' may or may not get its first value here")
    if isinstance(key, tuple) and key[0] == "check":
        _, arrays = avals
        return jnp.array(True), [jnp.zeros(a.shape, a.dtype) for a in arrays]
    return jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), avals)
