"""A cluster: operations that run as one compiled program.

The program is a function of (state it writes, state it only reads, input values).  The first are
*donated*: XLA updates them in place.  A program is compiled for each combination of input shapes
and, where the graph needs it, input values (shapes, axes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.checks import label_of
from penstock.runtime import compiler, randomness
from penstock.runtime.blocks import Block
from penstock.runtime.effects import VARIABLES, Effects, is_marker, source
from penstock.runtime.markers import Ref, Uninitialized, uninitialized
from penstock.runtime.partition import static_inputs_of
from penstock.runtime.state import SessionState
from penstock.runtime.trace import Check, Trace

_LARGE = 1 << 16  # bytes
# Checks that look at fewer elements than this part of what a program updates come before it.
_CHEAP = 0.125


class Program:
    """A compiled cluster for one set of shapes.

    Its arguments are the state under ``donated`` and ``kept``, then the input values, then the
    run's own state.  Its results are the new values under ``donated`` and ``created``, then the
    outputs, then what the checks found, then the run's own state under ``run_keys``.

    Where the checks are cheap and there is much to update in place, ``guard`` is a program of
    their own that comes first, with the same arguments.
    """

    __slots__ = (
        "call", "guard", "donated", "state_keys", "created", "run_keys", "checks", "check_tree",
        "run_trees", "first_output", "end_of_outputs", "plain",
    )  # fmt: skip

    def __init__(self, donated: list[Any], kept: list[Any], outputs: int) -> None:
        self.donated = donated
        self.state_keys = donated + kept
        self.created: list[Any] = []
        self.run_keys: list[Any] = []
        self.checks: list[Check] = []
        self.check_tree: Any = None
        self.run_trees: list[Any] = []
        self.first_output = 0
        self.end_of_outputs = outputs
        self.plain = False
        self.guard: Any = None
        self.call: Any = None


class Cluster:
    """Operations that are compiled together.

    Args:
        block: the items, in order.
        inputs: tensors given as arrays.
        statics: tensors given as constants.
        outputs: tensors wanted.
        may_donate: whether state may be overwritten in place: nothing that can fail comes after.
    """

    def __init__(
        self,
        block: Block,
        inputs: Sequence[Tensor],
        statics: Sequence[Tensor],
        outputs: Sequence[Tensor],
        may_donate: bool = True,
    ) -> None:
        self.block = block
        self.inputs = list(inputs)
        self.statics = list(statics)
        self.outputs = list(outputs)
        self.may_donate = may_donate
        operations = list(block.operations())
        self.effects = Effects([*operations, *_origins(inputs, statics, outputs)])
        self.device = compiler.device_of(operations)
        self._random_keys = [key for op in self.effects.random for key in randomness.keys_of(op)]
        self._write_keys = [
            *self.effects.writes,
            *(key for key in self._random_keys if key[0] == "random"),
        ]
        self._read_keys = [k for k in self.effects.variables if k not in self.effects.writes]
        self._read_keys += [k for k in self._random_keys if k[0] != "random"]
        self._large = _large_constants(block)
        self._large_arrays: list[Any] = []
        self._programs: dict[Any, Program] = {}
        self._by_layout: dict[Any, Program] = {}

    # -- running ------------------------------------------------------------------------------
    def run(
        self,
        state: SessionState,
        values: Sequence[Any],
        statics: Sequence[np.ndarray] = (),
        run_state: dict[Any, Any] | None = None,
        journal: Any = None,
    ) -> Sequence[Any]:
        """Runs the cluster and returns its outputs as device arrays; the state is updated.

        Args:
            state: the session's state.
            values: one array for each of ``inputs``. statics: one for each of ``statics``.
            run_state: tensor arrays and stacks that other clusters of this run left.
            journal: where to note what is written, if something that can fail comes after.

        Raises:
            OpError: when something fails; the state is then as it was.
        """
        with state.lock:
            program = self.program(state, values, statics, run_state)
            store = state.values
            arguments = [store[key] for key in program.state_keys]
            if values:
                arguments += values
            if self._large:
                arguments += self._large_arrays
            if run_state:
                arguments += jax.tree.leaves([run_state[k] for k in sorted(run_state, key=str)])
            if program.guard is not None:
                _raise_failed(program, program.guard(*arguments))
            arrays = program.call(*arguments)
            if program.plain:
                # `zip` ends with the shorter.
                store.update(zip(program.donated, arrays))
                return arrays[program.first_output :] if self.outputs else ()
            return self._finish(program, state, arrays, run_state, journal)

    def wait(self, state: SessionState) -> None:
        """Returns when the runs that have begun have ended."""
        with state.lock:
            for key in self._write_keys:
                value = state.values.get(key)
                if value is not None:
                    # The arrays that a program makes are ready together.
                    value.block_until_ready()
                    return

    def _finish(
        self,
        program: Program,
        state: SessionState,
        arrays: Sequence[Any],
        run_state: Any,
        journal: Any,
    ) -> Sequence[Any]:
        """Looks at the checks, and keeps the state that a run made anew."""
        position = program.end_of_outputs
        if program.checks and program.guard is None:
            count = 1 + program.check_tree.num_leaves
            _raise_failed(program, arrays[position : position + count])
            position += count
        for key, value in zip(program.donated, arrays):
            state.values[key] = value
        for key, value in zip(program.created, arrays[len(program.donated) :]):
            if journal is not None and isinstance(key, str):
                journal.note(key, state.values.get(key), value)
            state.put(key, value)
        for key, tree in zip(program.run_keys, program.run_trees):
            if run_state is not None:
                run_state[key] = tree.unflatten(arrays[position : position + tree.num_leaves])
            position += tree.num_leaves
        return arrays[program.first_output : program.end_of_outputs]

    def program(
        self,
        state: SessionState,
        values: Sequence[Any],
        statics: Sequence[np.ndarray],
        run_state: dict[Any, Any] | None,
    ) -> Program:
        """The compiled program for these shapes, from the cache if it is there."""
        if not (values or statics or run_state):
            found = self._by_layout.get(state.layout)
            if found is not None:
                return found
        key: Any = (state.layout, *[v.shape for v in values])
        if statics:
            key += tuple((s.shape, s.tobytes()) for s in statics)
        if run_state:
            key += tuple((k, _shapes(v)) for k, v in sorted(run_state.items(), key=str))
        found = self._by_layout.get(key)
        if found is not None:
            return found
        for name in self._random_keys:
            if name not in state.values:
                state.put(name, compiler.on_device(randomness.initial(name), self.device))
        layout = tuple(
            None if k not in state.values else (state.values[k].shape, str(state.values[k].dtype))
            for k in (*self._write_keys, *self._read_keys)
        )
        full = (layout, key[1:])
        program = self._programs.get(full)
        if program is None:
            program = self._build(state, values, statics, run_state or {})
            self._programs[full] = program
        if len(self._by_layout) > 64:
            self._by_layout.clear()
        self._by_layout[(state.layout, *key[1:])] = program
        if len(key) == 1:
            self._by_layout[state.layout] = program
        return program

    # -- compiling ----------------------------------------------------------------------------
    def _build(
        self, state: SessionState, values: Sequence[Any], statics: Sequence[Any], run_state: Any
    ) -> Program:
        written = [k for k in self._write_keys if k in state.values]
        read = [k for k in self._read_keys if k in state.values]
        donated, kept = (written, read) if self.may_donate else ([], written + read)
        changed = [] if self.may_donate else written
        program, traced = self._trace(state, donated, kept, changed, values, statics, run_state)
        if program.checks and donated:
            # A check that fails must find the old values.
            first, count = program.end_of_outputs, 1 + program.check_tree.num_leaves
            updated = sum(state.values[k].size for k in donated)
            if not program.run_keys and (
                traced.elements_behind(first, first + count) < _CHEAP * updated
            ):
                program.guard = traced.compile_part(first, first + count, donate=False)
                program.call = traced.compile_part(0, first, donate=True)
                program.plain = not program.created
                return program
            program, traced = self._trace(
                state, [], written + read, written, values, statics, run_state
            )
        program.call = traced.compile()
        return program

    def _trace(
        self, state: SessionState, donated: list[Any], kept: list[Any], changed: list[Any],
        values: Sequence[Any], statics: Sequence[Any], run_state: Any,
    ) -> tuple[Program, compiler.Traced]:  # fmt: skip
        program = Program(donated, kept, len(self.outputs))
        run_names = sorted(run_state, key=str)
        run_tree: Any
        run_leaves, run_tree = jax.tree.flatten([run_state[k] for k in run_names])
        ends = np.cumsum([len(program.state_keys), len(self.inputs), len(self._large)])
        if not self._large_arrays:
            self._large_arrays = [
                compiler.on_device(t.op.attr("value"), self.device) for t in self._large
            ]

        def function(*arrays: Any) -> list[Any]:
            before = dict(zip(program.state_keys, arrays))
            before.update(zip(run_names, run_tree.unflatten(arrays[ends[2] :])))
            environment: dict[Tensor, Any] = dict(zip(self.inputs, arrays[ends[0] : ends[1]]))
            environment.update(zip(self._large, arrays[ends[1] : ends[2]]))
            environment.update(zip(self.statics, statics))
            trace = Trace(environment, dict(before), {})
            self._add_markers(trace)
            trace.run_block(self.block)
            outputs = [_output(trace, tensor) for tensor in self.outputs]
            return _results(program, trace, outputs, before, changed)

        store = state.values
        try:
            traced = compiler.Traced(
                function,
                [store[k] for k in donated],
                [*(store[k] for k in kept), *values, *self._large_arrays, *run_leaves],
                self.device,
            )
        except Uninitialized as error:
            raise uninitialized(error.op) from None
        return program, traced

    def _add_markers(self, trace: Trace) -> None:
        """References that come from variables outside the cluster."""
        inside = set(self.block.operations())
        for op in self.effects.variables.values():
            if op not in inside:
                trace.environment[op.outputs[0]] = trace.variable(op)
        for op in self.effects.resources:
            if op not in inside:
                trace.environment[op.outputs[0]] = trace.new_handle(op)
        # In the body of a loop that runs on the host they come in through an Enter outside.
        for op in inside:
            for tensor in op.inputs:
                if tensor.op in inside or tensor in trace.environment:
                    continue
                label = label_of(tensor)
                if label is not None:
                    trace.environment[tensor] = label
                if not is_marker(tensor):
                    continue
                origin = source(tensor)
                if origin is not None and origin.type in VARIABLES:
                    trace.environment[tensor] = trace.variable(origin)
                elif origin is not None:
                    trace.environment[tensor] = trace.new_handle(origin)


def _raise_failed(program: Program, found: Sequence[Any]) -> None:
    """Raises the error of the first check that failed, if one did."""
    holds = np.asarray(found[0])
    if not holds.all():
        data = program.check_tree.unflatten(found[1:])
        first = int(np.argmin(holds))
        program.checks[first].raise_error([np.asarray(d) for d in data[first]])


def _large_constants(block: Block) -> list[Tensor]:
    """Constants that are given to the program as arguments, so that it needn't contain them."""
    wanted_static = {tensor for op in block.operations() for tensor in static_inputs_of(op)}
    return [
        op.outputs[0]
        for op in block.items
        if isinstance(op, Operation)
        and op.type == "Const"
        and op.attr("value").nbytes > _LARGE
        and op.attr("value").dtype.kind != "O"
        and op.outputs[0] not in wanted_static
    ]


def _results(
    program: Program, trace: Trace, outputs: list[Any], before: dict[Any, Any], changed: list[Any]
) -> list[Any]:
    """The flat results of a traced cluster; notes in ``program`` what stands where."""
    state = trace.state
    program.created = [
        k
        for k in state
        if k not in program.donated and (k in changed or k not in before) and _is_kept(k)
    ]
    program.run_keys = [k for k in state if k[0] == "resource" and k in trace.written]
    checks = [(check, *state[k]) for k, check in trace.checks.items() if k in state]
    program.checks = [check for check, _, _ in checks]
    results = [state[k] for k in (*program.donated, *program.created)]
    program.first_output = len(results)
    results += outputs
    program.end_of_outputs = len(results)
    if checks:
        results.append(jnp.stack([ok for _, ok, _ in checks]))
        leaves, program.check_tree = jax.tree.flatten([data for _, _, data in checks])
        results += leaves
    program.run_trees = []
    for key in program.run_keys:
        leaves, tree = jax.tree.flatten(state[key])
        program.run_trees.append(tree)
        results += leaves
    program.plain = not (program.created or program.run_keys or checks)
    return [jnp.asarray(value) for value in results]


def _is_kept(key: Any) -> bool:
    """True for state that a session keeps, not just a run."""
    return isinstance(key, str) or key[0] in ("random", "random key")


def _origins(*groups: Sequence[Tensor]) -> list[Operation]:
    """The variables that reference tensors among the inputs and outputs come from."""
    found = []
    for tensor in (t for group in groups for t in group):
        if is_marker(tensor):
            origin = source(tensor)
            if origin is not None and origin.type in VARIABLES:
                found.append(origin)
    return found


def _output(trace: Trace, tensor: Tensor) -> Any:
    value = trace.value(tensor)
    if isinstance(value, Ref):
        value = trace.read(value)
    return jnp.asarray(value)


def _shapes(value: Any) -> Any:
    leaves, tree = jax.tree.flatten(value)
    return tree, tuple((x.shape, str(x.dtype)) for x in leaves)
