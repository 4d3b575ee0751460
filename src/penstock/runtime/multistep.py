"""Many steps in one compiled call.

A training loop runs the same operations on one batch after another.  When the data are arrays on
the device, ``MultiStep`` compiles the loop itself: each turn takes its batch out of the arrays and
runs the operations on the state that the turn before left.  The results are those of running step
by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.kernels.rows import take_rows
from penstock.runtime import compiler, randomness
from penstock.runtime.cluster import Cluster
from penstock.runtime.effects import is_marker
from penstock.runtime.markers import NeedsHost, Uninitialized, uninitialized
from penstock.runtime.prune import needed_operations
from penstock.runtime.state import SessionState
from penstock.runtime.steps import ClusterStep, build_steps
from penstock.runtime.structure import build_block
from penstock.runtime.trace import Trace

# Programs without any larger array than this are compiled without optimizations; a loop over steps
# is worth them.
_LEAST_ROOM = 65


class NotCompilable(Exception):
    """The operations can't run as one compiled program: run them step by step."""


class StepFailed(Exception):
    """A check failed in a step; the state is that before it.

    Attributes:
        steps: how many steps of the call were done.
        results: what they gave.
    """

    def __init__(self, steps: int, results: list[Any]) -> None:
        super().__init__(f"step {steps} failed")
        self.steps = steps
        self.results = results


class _Program:
    def __init__(self) -> None:
        self.call: Any = None
        self.has_checks = False


class MultiStep:
    """The loop over steps.

    Args:
        tensors: what each step gives.
        targets: operations that each step runs besides.
        feeds: the tensors that batches are fed to.
        constants: tensors that are fed the same value in each step.

    Raises:
        NotCompilable: when the operations need the host.
    """

    def __init__(
        self,
        tensors: Sequence[Tensor],
        targets: Sequence[Operation],
        feeds: Sequence[Tensor],
        constants: Mapping[Tensor, Any],
    ) -> None:
        self.tensors = list(tensors)
        self.feeds = list(feeds)
        self.constants = {t: np.asarray(v, t.dtype.as_numpy_dtype) for t, v in constants.items()}
        fed = {*self.feeds, *self.constants}
        operations = needed_operations(targets, self.tensors, fed)
        for op in operations:
            if op.type in ("Placeholder", "PlaceholderV2") and op.outputs[0] not in fed:
                raise NotCompilable(op.name)
        if any(is_marker(t) for t in self.tensors):
            raise NotCompilable("a reference is fetched")
        computed = [t for t in dict.fromkeys(self.tensors) if t not in fed]
        steps = build_steps(build_block(operations, fed), fed, computed, targets, ())
        if len(steps) != 1 or not isinstance(steps[0], ClusterStep):
            raise NotCompilable("the operations need the host")
        self.cluster: Cluster = steps[0].cluster
        if any(t not in self.constants for t in self.cluster.statics):
            raise NotCompilable("a shape depends on what is fed")
        self._programs: dict[Any, _Program] = {}

    def run(
        self,
        state: SessionState,
        data: Sequence[Any],
        order: Any,
        start: int,
        steps: int,
        batch: int,
        most: int,
    ) -> list[np.ndarray]:
        """Runs ``steps`` steps on consecutive batches.

        Args:
            state: the session's state.
            data: for each feed an array on the device whose first axis is the samples; one of
                another type than the feed's is converted batch by batch.
            order: an array of row numbers on the device, or ``None`` for the rows in order.
            start: the position of the first sample.
            steps: how many steps, at most ``most``.
            batch: the size of a batch.
            most: how many steps a call has room for.

        Returns:
            For each of ``tensors`` an array whose first axis is the steps.

        Raises:
            StepFailed: when a check failed; the steps before it are done.
            NotCompilable: when tracing finds that the operations need the host.
        """
        most = max(most, _LEAST_ROOM)
        with state.lock:
            program, keys = self._program(state, data, order, batch, most)
            arrays = self._call(program, keys, state, data, order, start, steps)
            count = len(keys[0])
            results = arrays[count : count + len(self.tensors)]
            if program.has_checks:
                fine = np.asarray(arrays[-1])[:steps]
                if not fine.all():
                    good = int(np.argmin(fine))
                    if good:
                        arrays = self._call(program, keys, state, data, order, start, good)
                        self._keep(state, keys[0], arrays)
                    raise StepFailed(good, [np.array(r[:good]) for r in arrays[count:-1]])
            self._keep(state, keys[0], arrays)
        return [np.asarray(r)[:steps] for r in results]

    def prepare(
        self, state: SessionState, layouts: Sequence[Any], order: Any, batch: int, most: int
    ) -> None:
        """Compiles what ``run`` needs for data of such shapes and types.

        Args:
            state: the session's state. layouts: as ``run``'s data, arrays or only their shapes.
            order: as for ``run``. batch: likewise. most: likewise.

        Raises:
            NotCompilable: when tracing finds that the operations need the host.
        """
        with state.lock:
            self._program(state, layouts, order, batch, max(most, _LEAST_ROOM))

    def _keep(self, state: SessionState, written: Sequence[Any], arrays: Sequence[Any]) -> None:
        for key, value in zip(written, arrays):
            state.values[key] = value

    def _call(self, program: _Program, keys: Any, state: SessionState, data: Any, order: Any,
              start: int, steps: int) -> Sequence[Any]:  # fmt: skip
        values = state.values
        arguments = [values[k] for k in (*keys[0], *keys[1])]
        arguments += self.cluster._large_arrays
        arguments += data
        if order is not None:
            arguments.append(order)
        return program.call(*arguments, np.int32(start), np.int32(steps))

    # -- compiling ----------------------------------------------------------------------------
    def _program(self, state: SessionState, data: Sequence[Any], order: Any, batch: int,
                 most: int) -> tuple[_Program, Any]:  # fmt: skip
        cluster = self.cluster
        for name in cluster._random_keys:
            if name not in state.values:
                state.put(name, compiler.on_device(randomness.initial(name), cluster.device))
        written = [k for k in cluster._write_keys if k in state.values]
        if len(written) < len(cluster._write_keys):
            missing = next(k for k in cluster._write_keys if k not in state.values)
            op = cluster.effects.variables.get(missing)
            raise errors.FailedPreconditionError(
                None, op, f"Attempting to use uninitialized value {missing}"
            )
        read = [k for k in cluster._read_keys if k in state.values]
        layout = tuple((state.values[k].shape, str(state.values[k].dtype)) for k in written + read)
        sizes = tuple((d.shape, str(d.dtype)) for d in data)
        key = (layout, sizes, order is None, batch, most, len(written))
        program = self._programs.get(key)
        if program is None:
            program = self._compile(state, written, read, data, order, batch, most)
            self._programs[key] = program
        return program, (written, read)

    def _compile(self, state: SessionState, written: list[Any], read: list[Any],
                 data: Sequence[Any], order: Any, batch: int, most: int) -> _Program:  # fmt: skip
        cluster = self.cluster
        program = _Program()
        if not cluster._large_arrays:
            cluster._large_arrays = [
                compiler.on_device(t.op.attr("value"), cluster.device) for t in cluster._large
            ]
        ends = np.cumsum([len(written), len(read), len(cluster._large), len(data)])

        def function(*arrays: Any) -> list[Any]:
            start, steps = arrays[-2:]
            fixed = dict(zip(read, arrays[ends[0] : ends[1]]))
            large = dict(zip(cluster._large, arrays[ends[1] : ends[2]]))
            rows = arrays[ends[2] : ends[3]]
            numbers = None if order is None else arrays[ends[3]]

            def one_step(state_values: Sequence[Any], index: Any) -> tuple[list[Any], list[Any]]:
                position = start + index * np.int32(batch)
                if numbers is None:
                    parts = [lax.dynamic_slice_in_dim(d, position, batch) for d in rows]
                else:
                    chosen = lax.dynamic_slice_in_dim(numbers, position, batch)
                    parts = [take_rows(d, chosen) for d in rows]
                environment: dict[Tensor, Any] = {**large, **self.constants}
                environment.update(
                    (t, p.astype(t.dtype.base_dtype.as_numpy_dtype))
                    for t, p in zip(self.feeds, parts)
                )
                trace = Trace(environment, {**fixed, **dict(zip(written, state_values))}, {})
                cluster._add_markers(trace)
                trace.run_block(cluster.block)
                after = [jnp.asarray(trace.state[k]) for k in written]
                given = [jnp.asarray(trace.value(t)) for t in self.tensors]
                checks = [trace.state[k][0] for k in trace.checks if k in trace.state]
                program.has_checks = bool(checks)
                if checks:
                    given.append(jnp.all(jnp.stack(checks)))
                return after, given

            before = list(arrays[: ends[0]])
            shapes = jax.eval_shape(one_step, before, np.int32(0))[1]
            room = [jnp.zeros((most, *s.shape), s.dtype) for s in shapes]

            def turn(index: Any, carried: Any) -> Any:
                after, given = one_step(carried[0], index)
                return after, [
                    lax.dynamic_update_index_in_dim(r, g, index, 0)
                    for r, g in zip(carried[1], given)
                ]

            after, results = lax.fori_loop(np.int32(0), steps, turn, (before, room))
            return [*after, *results]

        store = state.values
        old = [store[k] for k in written]
        others = [
            *(store[k] for k in read), *cluster._large_arrays, *data,
            *([] if order is None else [order]), np.int32(0), np.int32(0),
        ]  # fmt: skip
        try:
            # A check that fails must find the old state: what has checks overwrites nothing.
            self._trace_once(function, [*old, *others])
            donated, kept = ([], [*old, *others]) if program.has_checks else (old, others)
            program.call = compiler.compile(function, donated, kept, cluster.device)
        except Uninitialized as error:
            raise uninitialized(error.op) from None
        except NeedsHost as error:
            raise NotCompilable(error.why) from None
        return program

    def _trace_once(self, function: Any, arguments: Sequence[Any]) -> None:
        with jax.enable_x64(True):
            shapes = [jax.ShapeDtypeStruct(np.shape(v), v.dtype) for v in arguments]
            jax.eval_shape(function, *shapes)
