"""Functions of tensors, traced into graphs of their own, for datasets.

``GraphFunction`` traces a Python function once. Tensors that it uses from outside become further
arguments (*captures*). A call runs the function's graph with the same runtime as a session: pruned,
partitioned and compiled once.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock import protos
from penstock.graph import attributes, defaults, errors
from penstock.graph.graph import Graph
from penstock.graph.tensor import Tensor
from penstock.runtime.plan import Plan
from penstock.runtime.state import SessionState

_numbers = itertools.count(1)
_QUIET = {"Placeholder", "VarHandleOp", "Variable", "VariableV2"}


class FunctionGraph(Graph):
    """The graph of a function: tensors of other graphs become its arguments.

    Args:
        outer: the graph around the function.
    """

    def __init__(self, outer: Graph) -> None:
        super().__init__()
        self._building_function = True
        self.outer = outer
        self.seed = outer.seed
        self.captures: dict[Tensor, Tensor] = {}

    def _foreign(self, tensor: Tensor) -> Tensor:
        found = self.captures.get(tensor)
        if found is None:
            if tensor.op.type in ("VarHandleOp",):
                raise errors.UnimplementedError(
                    None,
                    tensor.op,
                    f"'{tensor.op.name}' is a variable: functions of datasets can't use variables "
                    "here; read it outside of the function",
                )
            found = self.captures[tensor] = argument(self, tensor.dtype.base_dtype, tensor.shape,
                                                     tensor.op.name.split("/")[-1])  # fmt: skip
        return found


def argument(graph: Graph, dtype: Any, shape: Any, name: str) -> Tensor:
    """A placeholder for an argument of a function."""
    from penstock.graph.build import apply

    with graph.as_default(), graph.control_dependencies(None):
        return apply("Placeholder", dtype=dtype, shape=shape, name=name)


class GraphFunction:
    """A Python function of tensors, traced.

    Args:
        function: called once, with ``arguments``; returns a flat list of tensors.
        types: the types of the arguments.
        shapes: their shapes.
        label: names the function.
    """

    def __init__(
        self,
        function: Callable[[list[Tensor]], Sequence[Tensor]],
        types: Sequence[Any],
        shapes: Sequence[Any],
        label: str,
    ) -> None:
        outer = defaults.get_default_graph()
        self.graph = FunctionGraph(outer)
        self.name = f"__inference_{label}_{next(_numbers)}"
        self._lock = threading.Lock()
        self._plan: Plan | None = None
        with self.graph.as_default():
            self.inputs = [
                argument(self.graph, t, s, f"args_{i}")
                for i, (t, s) in enumerate(zip(types, shapes))
            ]
            self.outputs = [
                t if t.graph is self.graph else self.graph._foreign(t)
                for t in function(self.inputs)
            ]
        outer._functions[self.name] = self

    @property
    def captured(self) -> list[Tensor]:
        """The tensors from outside, in the order of the extra arguments."""
        outer = self.graph.outer
        found = list(self.graph.captures)
        if outer._building_function:
            return [t if t.graph is outer else outer._foreign(t) for t in found]
        return found

    @property
    def plan(self) -> Plan:
        """How the function runs."""
        with self._lock:
            if self._plan is None:
                # What has effects (prints, Python functions) runs whether it is needed or not.
                targets = [
                    op
                    for op in self.graph.get_operations()
                    if op.definition.stateful and op.type not in _QUIET
                ]
                feeds = [*self.inputs, *self.graph.captures.values()]
                self._plan = Plan(self.outputs, targets, feeds)
            return self._plan

    @property
    def definition(self) -> Any:
        """The function as a ``FunctionDef``."""
        return function_def(self)


class FunctionCaller:
    """Calls functions for one iterator, with random states of its own.

    Args:
        run: the host run that the iterator was made in.
    """

    def __init__(self, run: Any) -> None:
        self._resources = run.state.resources
        self._session = run.session
        self._states: dict[GraphFunction, SessionState] = {}
        self._lock = threading.Lock()

    def __call__(self, function: GraphFunction, arguments: Sequence[Any]) -> list[Any]:
        """The results for arguments and captured values."""
        with self._lock:
            state = self._states.get(function)
            if state is None:
                state = self._states[function] = SessionState()
                # Tables and the like are the session's.
                state.resources = self._resources
        # Compiled programs take arrays, not NumPy's scalars.
        values = [np.asarray(a) if isinstance(a, np.generic) else a for a in arguments]
        return function.plan.run(state, values, self._session)


def function_def(function: GraphFunction) -> Any:
    """A traced function as TensorFlow writes it into a graph's library."""
    made = protos.FunctionDef()
    signature = made.signature
    signature.name = function.name
    names = {}
    for tensor in [*function.inputs, *function.graph.captures.values()]:
        names[tensor] = tensor.op.name.replace("/", "_").lower()
        signature.input_arg.add(name=names[tensor], type=tensor.dtype.base_dtype.as_datatype_enum)
    for op in function.graph.get_operations():
        if op.type == "Placeholder" and op.outputs[0] in names:
            continue
        position = 0
        for argument_, count in _output_counts(op):
            for i in range(count):
                names[op.outputs[position]] = f"{op.name}:{argument_}:{i}"
                position += 1
    for op in function.graph.get_operations():
        if op.type == "Placeholder" and op.outputs[0] in names and ":" not in names[op.outputs[0]]:
            continue
        node = made.node_def.add(name=op.name, op=op.type, device=op.device)
        node.input.extend(names[t] for t in op.inputs)
        node.input.extend("^" + c.name for c in op.control_inputs)
        for attribute in op.definition.signature.attributes:
            attributes.to_proto(op.attr(attribute.name), node.attr[attribute.name], attribute.kind)
        if op.definition.stateful:
            signature.is_stateful = True
    for i, tensor in enumerate(function.outputs):
        label = "identity" if i == 0 else f"identity_{i}"
        signature.output_arg.add(name=label, type=tensor.dtype.base_dtype.as_datatype_enum)
        made.ret[label] = names[tensor]
    return made


def _output_counts(op: Any) -> list[tuple[str, int]]:
    from penstock.graph.registry import argument_length

    return [(a.name, argument_length(op, a)) for a in op.definition.signature.outputs]


def name_attribute(name: str) -> Any:
    """A function's name as an attribute."""
    return protos.NameAttrList(name=name)
