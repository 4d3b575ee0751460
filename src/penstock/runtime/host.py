"""Operations that run on the host, and blocks that run there step by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime import compiler, randomness
from penstock.runtime.blocks import SWITCH
from penstock.runtime.markers import Handle, Ref, handle_of, uninitialized
from penstock.runtime.state import SessionState
from penstock.runtime.trace import failure_text, variable_key, verified, wants_marker

_programs: dict[Any, Callable[..., Any]] = {}


class Journal:
    """What a run has written to a session's state, so that it can be taken back.

    Runs of other threads may write the same entries between two steps of this one: an entry is
    taken back only while it has the value that this run gave it.
    """

    def __init__(self) -> None:
        self._entries: dict[Any, tuple[Any, Any]] = {}

    def note(self, key: Any, before: Any, after: Any) -> None:
        """The run has replaced ``before`` by ``after`` (the state is locked)."""
        kept = self._entries.get(key)
        if kept is not None and kept[1] is before:
            before = kept[0]
        self._entries[key] = (before, after)

    def undo(self, state: SessionState) -> None:
        """Gives the entries their old values."""
        with state.lock:
            for key, (before, after) in self._entries.items():
                if state.values.get(key) is not after:
                    continue
                if before is None:
                    state.remove(key)
                elif not getattr(before, "is_deleted", bool)():
                    state.put(key, before)
        self._entries.clear()


class HostRun:
    """What a host kernel sees as ``run``: the session's state and the run's own resources.

    Attributes:
        state: the session's state.
        resources: objects that live as long as the run, by key.
        deadline: until when (by ``time.monotonic``) the run may wait, or ``None``.
        journal: what the run has written.
        may_defer: whether a kernel that has to wait may raise ``Deferred`` and be called again.
        attempts: what deferred operations wait for.
    """

    def __init__(
        self, state: SessionState, session: Any = None, timeout: float | None = None
    ) -> None:
        self.state = state
        if timeout is None:
            configured = getattr(getattr(session, "_config", None), "operation_timeout_in_ms", 0)
            timeout = configured / 1000 if configured > 0 else None
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.journal = Journal()
        self.may_defer = False
        self.attempts: dict[Any, Any] = {}
        self.session = session
        self.resources: dict[Any, Any] = {}
        self.run_state: dict[Any, Any] = {}
        self.pending: dict[Any, Any] = {}
        self.current: Operation | None = None
        self.capacity = None

    def variable(self, op: Operation) -> Ref:
        """The reference that a variable operation gives."""
        return Ref(variable_key(op), op)

    def read(self, ref: Any) -> Any:
        """The current value of a variable.

        Raises:
            FailedPreconditionError: when it has none.
        """
        value = self.state.snapshot(ref.key)
        if value is None:
            raise uninitialized(ref.op)
        return value

    def assign(self, ref: Any, value: Any) -> None:
        """Gives a variable a new value."""
        value = np.asarray(value)
        kept = value.copy() if value.dtype.kind == "O" else compiler.on_device(value)
        with self.state.lock:
            self.journal.note(ref.key, self.state.values.get(ref.key), kept)
            self.state.put(ref.key, kept)

    def abandon(self) -> None:
        """Gives up what deferred operations still wait for."""
        for give_up in self.attempts.values():
            give_up()
        self.attempts.clear()

    def after_readers(self, ref: Any, scalar: Any) -> Any:
        """``scalar``: operations run one after the other here anyway."""
        return scalar

    def is_initialized(self, ref: Any) -> bool:
        """Whether a variable has a value."""
        return ref.key in self.state.values

    def state_get(self, key: Any, default: Any = None) -> Any:
        """The run's own state under a handle or key."""
        return self.resources.get(getattr(key, "key", key), default)

    def state_set(self, key: Any, value: Any) -> None:
        """Sets the run's own state."""
        self.resources[getattr(key, "key", key)] = value

    def new_handle(self, op: Operation) -> Handle:
        """The handle of a resource that ``op`` makes for the length of the run."""
        return handle_of(op)

    def random_state(self, op: Operation) -> tuple[Any, Any]:
        """``(key, offset)`` of a random operation."""
        with self.state.lock:
            for key in randomness.keys_of(op):
                if key not in self.state.values:
                    self.state.put(key, compiler.on_device(randomness.initial(key)))
        return randomness.key_of(op, self), self.get_state(("random", op.name))

    def get_state(self, key: Any) -> Any:
        """An entry of the session's state as an array."""
        return self.state.snapshot(key)

    def set_random_state(self, op: Operation, offset: Any) -> None:
        """Keeps how many blocks a random operation has drawn."""
        with self.state.lock:
            self.state.put(("random", op.name), compiler.on_device(np.asarray(offset, np.uint64)))

    def check(
        self,
        ok: Any,
        text: str | Callable[..., str],
        *data: Any,
        error: type = errors.InvalidArgumentError,
    ) -> None:
        """Raises ``error`` unless ``ok``."""
        if not np.all(ok):
            shown = [np.asarray(d) for d in data]
            message = text(*shown) if callable(text) else text.format(*shown)
            raise error(None, self.current, message)

    def program(
        self, name: Any, function: Callable[..., Any], arguments: list[Any]
    ) -> Callable[..., Any]:
        """A compiled program that a host kernel uses, compiled once in a process.

        Args:
            name: what tells the program from others.
            function: as for ``compiler.compile_kernel``.
            arguments: arrays of the shapes and types it will be called with.
        """
        key = (name, *((np.shape(a), str(a.dtype)) for a in arguments))
        found = _programs.get(key)
        if found is None:
            found = _programs[key] = compiler.compile_kernel(name, function, arguments)
        return found

    # -- running ------------------------------------------------------------------------------
    def run_operation(self, op: Operation, environment: dict[Tensor, Any]) -> None:
        """Runs one operation; its outputs go into ``environment``."""
        if op.outputs and all(t in environment for t in op.outputs):
            return
        values = [self._input(op, i, environment) for i in range(len(op.inputs))]
        if op.type in SWITCH:
            for tensor in op.outputs:
                environment[tensor] = values[0]
            return
        definition = op.definition
        self.current = op
        kernel = definition.host or definition.fold
        if kernel is None and (definition.lower is None or not self._can_lower_here(op)):
            raise errors.UnimplementedError(
                None, op, f"Penstock has no kernel for {op.type} ('{op.name}') on these types"
            )
        kernel = kernel or definition.lower
        try:
            result = kernel(op, values, self)  # type: ignore[misc]
        except errors.OpError as error:
            error.attach(op)
            raise
        except (TypeError, ValueError, IndexError, KeyError, ArithmeticError) as error:
            raise errors.InvalidArgumentError(None, op, failure_text(op, values, error)) from error
        self._store(op, result, environment)

    def _can_lower_here(self, op: Operation) -> bool:
        """True for lowerings that only move values about (assignments of strings, say)."""
        return any(
            t.dtype.base_dtype in (dtypes.string, dtypes.resource, dtypes.variant)
            or t.dtype._is_ref_dtype
            for t in (*op.inputs, *op.outputs)
        )

    def _input(self, op: Operation, index: int, environment: dict[Tensor, Any]) -> Any:
        value = environment[op.inputs[index]]
        if isinstance(value, Ref) and not wants_marker(op, index):
            return self.read(value)
        if isinstance(value, (Ref, Handle)) or op.inputs[index].dtype.base_dtype in (
            dtypes.variant,
            dtypes.resource,
        ):
            return value
        return value if isinstance(value, np.ndarray) else np.asarray(value)

    def _store(self, op: Operation, result: Any, environment: dict[Tensor, Any]) -> None:
        outputs = op.outputs
        if not outputs:
            return
        if len(outputs) == 1 and not isinstance(result, (list, tuple)):
            results = [result]
        else:
            results = []
            for each in result:
                results.extend(each) if isinstance(each, (list, tuple)) else results.append(each)
        if len(results) != len(outputs):
            raise errors.InternalError(
                None, op, f"{op.type} gave {len(results)} results for {len(outputs)} outputs"
            )
        for tensor, value in zip(outputs, results):
            dtype = tensor.dtype.base_dtype
            if isinstance(value, (Ref, Handle)) or dtype in (dtypes.variant, dtypes.resource):
                environment[tensor] = value
                continue
            array = np.asarray(value)
            if dtype is dtypes.string and array.dtype.kind in "SU":
                array = array.astype(object)
            environment[tensor] = verified(tensor, array)
