"""How much work each operation of a cluster is: counted, not measured.

A cluster runs as one program in which operations are fused, so nothing can be timed by itself.
What can be had is what each operation stands for: the arithmetic and the bytes of the JAX
primitives that its lowering made.  The count of one operation, divided by the cluster's, is its
share of the cluster's time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime.blocks import Block
from penstock.runtime.cluster import Cluster
from penstock.runtime.state import SessionState
from penstock.runtime.trace import Trace

# Arithmetic operations that take as long as moving one byte, on the machines of today.
_OPERATIONS_PER_BYTE = 8.0
_SEPARATOR = "\N{MIDDLE DOT}"


class Work(NamedTuple):
    """What an operation does.

    ``weight`` is its share of a cluster's time, in no particular unit; ``outputs`` are the shapes
    and types of its outputs, in order.
    """

    weight: float
    outputs: list[tuple[Tensor, tuple[int, ...], Any]]


class _NamingTrace(Trace):
    """A trace in which every primitive carries the name of the operation it was made for."""

    found: dict[Operation, list[tuple[Tensor, tuple[int, ...], Any]]]

    def run_operation(self, op: Operation) -> None:
        with jax.named_scope(_marked(op.name)):
            super().run_operation(op)
        listed = []
        for tensor in op.outputs:
            value: Any = self.environment.get(tensor)
            if hasattr(value, "shape") and hasattr(value, "dtype"):
                listed.append((tensor, tuple(value.shape), value.dtype))
        self.found[op] = listed

    def _naming(self, trace: Trace) -> Trace:
        trace.__class__ = _NamingTrace
        trace.found = self.found  # type: ignore[attr-defined]
        return trace

    def child(self, *args: Any, **kwargs: Any) -> Any:
        return self._naming(super().child(*args, **kwargs))


def _marked(name: str) -> str:
    """An operation's name as one level of JAX's name stack."""
    return _SEPARATOR + name.replace("/", _SEPARATOR)


def work_of(
    cluster: Cluster,
    state: SessionState,
    values: Sequence[Any],
    statics: Sequence[np.ndarray],
    run_state: dict[Any, Any],
) -> dict[Operation, Work]:
    """The work of each operation of a cluster, for these shapes.

    Args:
        cluster: the cluster. state: the session's state.
        values: the inputs, or anything with their shapes and types.
        statics: the inputs whose values are needed.
        run_state: the run's tensor arrays and stacks.
    """
    keys = [k for k in (*cluster._write_keys, *cluster._read_keys) if k in state.values]
    found: dict[Operation, list[Any]] = {}

    def function(stored: Any, given: Any, carried: Any) -> Any:
        environment: dict[Tensor, Any] = dict(zip(cluster.inputs, given))
        environment.update(zip(cluster.statics, statics))
        trace = _NamingTrace(environment, dict(zip(keys, stored)) | dict(carried), {})
        trace.found = found
        cluster._add_markers(trace)
        trace.run_block(Block(cluster.block.items))
        return [
            trace.environment[t] for t in cluster.outputs if _is_array(trace.environment.get(t))
        ]

    with jax.enable_x64(True):
        shapes = jax.tree.map(
            lambda v: jax.ShapeDtypeStruct(np.shape(v), v.dtype),
            ([state.values[k] for k in keys], list(values), run_state),
        )
        jaxpr = jax.make_jaxpr(function)(*shapes)
    counted: dict[str, float] = {}
    _count(jaxpr.jaxpr, "", counted)
    return {op: Work(counted.get(_marked(op.name), 0.0), outputs) for op, outputs in found.items()}


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _count(jaxpr: Any, outer: str, counted: dict[str, float]) -> None:
    for equation in jaxpr.eqns:
        name = _innermost(str(equation.source_info.name_stack)) or outer
        inner = [p for value in equation.params.values() for p in _jaxprs(value)]
        if inner:
            for each in inner:
                _count(each, name, counted)
        elif name:
            counted[name] = counted.get(name, 0.0) + _weight(equation)


def _jaxprs(value: Any) -> list[Any]:
    if hasattr(value, "eqns"):
        return [value]
    if hasattr(value, "jaxpr"):
        return [value.jaxpr]
    if isinstance(value, (list, tuple)):
        return [j for item in value for j in _jaxprs(item)]
    return []


def _innermost(stack: str) -> str:
    levels = [level for level in stack.split("/") if level.startswith(_SEPARATOR)]
    return levels[-1] if levels else ""


def _weight(equation: Any) -> float:
    avals = [v.aval for v in (*equation.invars, *equation.outvars) if hasattr(v.aval, "shape")]
    moved = sum(math.prod(a.shape) * getattr(a.dtype, "itemsize", 4) for a in avals)
    return moved + _arithmetic(equation) / _OPERATIONS_PER_BYTE


def _arithmetic(equation: Any) -> float:
    out = sum(math.prod(v.aval.shape) for v in equation.outvars if hasattr(v.aval, "shape"))
    kind = equation.primitive.name
    if kind == "dot_general":
        (contracted, _), _ = equation.params["dimension_numbers"]
        left = equation.invars[0].aval.shape
        return 2.0 * out * math.prod(left[axis] for axis in contracted)
    if kind == "conv_general_dilated":
        kernel = equation.invars[1].aval.shape
        layout = equation.params["dimension_numbers"].rhs_spec
        return 2.0 * out * math.prod(kernel) / max(kernel[layout[0]], 1)
    return float(out)
