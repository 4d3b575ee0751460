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

from penstock.graph import errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime import compiler, randomness
from penstock.runtime.effects import Effects
from penstock.runtime.markers import Ref, Uninitialized
from penstock.runtime.state import SessionState
from penstock.runtime.structure import Block
from penstock.runtime.trace import Check, Trace


class Program:
    """A compiled cluster for one set of shapes.

    ``run_keys`` are the entries of the run's own state (tensor arrays, stacks) it leaves.
    """

    __slots__ = ("call", "donated", "kept", "created", "run_keys", "checks", "outputs")

    def __init__(
        self,
        call: Any,
        donated: list[Any],
        kept: list[Any],
        created: list[Any],
        run_keys: list[Any],
        checks: list[Check],
    ) -> None:
        self.call = call
        self.donated = donated
        self.kept = kept
        self.created = created
        self.run_keys = run_keys
        self.checks = checks


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
        self._programs: dict[Any, Program] = {}
        self._by_layout: dict[Any, Program] = {}

    # -- running ------------------------------------------------------------------------------
    def run(
        self,
        state: SessionState,
        values: Sequence[Any],
        statics: Sequence[np.ndarray] = (),
        run_state: dict[Any, Any] | None = None,
    ) -> Sequence[Any]:
        """Runs the cluster and returns its outputs as device arrays; the state is updated.

        Args:
            state: the session's state.
            values: one array for each of ``inputs``. statics: one for each of ``statics``.
            run_state: tensor arrays and stacks that other clusters of this run left.

        Raises:
            OpError: when something fails; the state is then as it was.
        """
        with state.lock:
            program = self.program(state, values, statics, run_state)
            store = state.values
            donated = [store[key] for key in program.donated]
            kept = [store[key] for key in program.kept]
            results = program.call(donated, kept, values, run_state or {})
            new, created, outputs, checks, left = results
            if program.checks:
                self._verify(program, checks)
            for key, value in zip(program.donated, new):
                store[key] = value
            for key, value in zip(program.created, created):
                state.put(key, value)
            if program.run_keys and run_state is not None:
                run_state.update(zip(program.run_keys, left))
            return outputs

    def _verify(self, program: Program, checks: Any) -> None:
        holds, data = checks
        holds = np.asarray(holds)
        if not holds.all():
            first = int(np.argmin(holds))
            program.checks[first].raise_error([np.asarray(d) for d in data[first]])

    def program(
        self,
        state: SessionState,
        values: Sequence[Any],
        statics: Sequence[np.ndarray],
        run_state: dict[Any, Any] | None,
    ) -> Program:
        """The compiled program for these shapes, from the cache if it is there."""
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
        return program

    # -- compiling ----------------------------------------------------------------------------
    def _build(
        self, state: SessionState, values: Sequence[Any], statics: Sequence[Any], run_state: Any
    ) -> Program:
        written = [k for k in self._write_keys if k in state.values]
        read = [k for k in self._read_keys if k in state.values]
        donated, kept = (written, read) if self.may_donate else ([], written + read)
        changed = [] if self.may_donate else written
        while True:
            program = self._compile(state, donated, kept, changed, values, statics, run_state)
            if program.checks and program.donated:
                # A check that fails must find the old values: nothing may be overwritten.
                kept, donated, changed = written + read, [], written
                continue
            return program

    def _compile(
        self, state: SessionState, donated: list[Any], kept: list[Any], changed: list[Any],
        values: Sequence[Any], statics: Sequence[Any], run_state: Any,
    ) -> Program:  # fmt: skip
        found: dict[str, Any] = {}

        def function(written: Any, read: Any, given: Any, carried: Any) -> Any:
            before = dict(zip(donated, written)) | dict(zip(kept, read)) | dict(carried)
            environment: dict[Tensor, Any] = dict(zip(self.inputs, given))
            environment.update(zip(self.statics, statics))
            trace = Trace(environment, dict(before), {})
            self._add_markers(trace)
            trace.run_block(self.block)
            outputs = [_output(trace, tensor) for tensor in self.outputs]
            created = [
                k
                for k, v in trace.state.items()
                if k not in donated and (k in changed or k not in before) and _is_kept(k)
            ]
            run_keys = [
                k for k, v in trace.state.items() if k[0] == "resource" and k in trace.written
            ]
            checks = [(k, trace.state[k]) for k in trace.checks if k in trace.state]
            found.update(
                created=created,
                run_keys=run_keys,
                checks=[trace.checks[k] for k, _ in checks],
            )
            holds = jnp.stack([ok for _, (ok, _) in checks]) if checks else ()
            return (
                [trace.state[k] for k in donated],
                [jnp.asarray(trace.state[k]) for k in created],
                outputs,
                (holds, [data for _, (_, data) in checks]),
                [jax.tree.map(jnp.asarray, trace.state[k]) for k in run_keys],
            )

        store = state.values
        arguments = (
            [store[k] for k in donated],
            [store[k] for k in kept],
            list(values),
            run_state,
        )
        try:
            call = compiler.compile(function, arguments, self.device)
        except Uninitialized as error:
            raise errors.FailedPreconditionError(
                None, error.op, f"Attempting to use uninitialized value {error.op.name}"
            ) from None
        return Program(call, donated, kept, found["created"], found["run_keys"], found["checks"])

    def _add_markers(self, trace: Trace) -> None:
        """References that come from variables outside the cluster."""
        inside = set(self.block.operations())
        for op in self.effects.variables.values():
            if op not in inside:
                trace.environment[op.outputs[0]] = trace.variable(op)
        for op in self.effects.resources:
            if op not in inside:
                trace.environment[op.outputs[0]] = trace.new_handle(op)


def _is_kept(key: Any) -> bool:
    """True for state that a session keeps, not just a run."""
    return isinstance(key, str) or key[0] in ("random", "random key")


def _origins(*groups: Sequence[Tensor]) -> list[Operation]:
    """The variables that reference tensors among the inputs and outputs come from."""
    from penstock.runtime.effects import VARIABLES, is_marker, source

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
    return tuple((x.shape, str(x.dtype)) for x in jax.tree.leaves(value))
