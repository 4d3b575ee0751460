"""A plan: how a session runs one set of fetches with one set of feeds.

It is made once and belongs to the graph, not to a session: the state it works on is an argument.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.checks import label_of
from penstock.ops.session_resources import Deferred
from penstock.runtime.cluster import Cluster
from penstock.runtime.effects import VARIABLES, is_marker, source
from penstock.runtime.host import HostRun
from penstock.runtime.markers import Handle, NeedsHost, Ref
from penstock.runtime.prune import needed_operations
from penstock.runtime.staging import Staging, aligned_copy, is_aligned
from penstock.runtime.state import SessionState
from penstock.runtime.steps import ClusterStep, build_steps, marker_of, representative
from penstock.runtime.structure import build_block
from penstock.runtime.trace import variable_key

_MOST_TRIES = 50


class Plan:
    """The steps for some fetches and feeds.

    Args:
        tensors: the tensors to return.
        targets: operations to run besides.
        feeds: the tensors that are fed, in the order in which their values will come.
    """

    def __init__(
        self, tensors: Sequence[Tensor], targets: Sequence[Operation], feeds: Sequence[Tensor]
    ) -> None:
        self.tensors = list(tensors)
        self.feeds = list(feeds)
        self.targets = list(targets)
        self._fed = set(feeds)
        self.operations = needed_operations(targets, tensors, self._fed)
        self._check_placeholders()
        self._forced: set[Operation] = set()
        self._lock = threading.Lock()
        self._followers: dict[Operation, set[Operation]] = {}
        self._staging = Staging()
        self._build()

    def _check_placeholders(self) -> None:
        for op in self.operations:
            if op.type in ("Placeholder", "PlaceholderV2") and op.outputs[0] not in self._fed:
                tensor = op.outputs[0]
                shape = ""
                sizes = tensor.shape.sizes
                if sizes:
                    listed = ",".join("?" if s is None else str(s) for s in sizes)
                    shape = f" and shape [{listed}]"
                raise errors.InvalidArgumentError(
                    None,
                    op,
                    f"You must feed a value for placeholder tensor '{op.name}' with dtype "
                    f"{_type_word(tensor.dtype)}{shape}",
                )

    def _build(self) -> None:
        block = build_block(self.operations, self._fed)
        self._labels = {
            tensor: label
            for op in self.operations
            for tensor in op.outputs
            if (label := label_of(tensor, self._fed)) is not None
        }
        self.constants = self._constants()
        self._markers = [t for t in self.tensors if is_marker(t) and t not in self._fed]
        computed = [
            t
            for t in self.tensors
            if t not in self._fed and t not in self.constants and not is_marker(t)
        ]
        self.steps = build_steps(block, self._fed, computed, self.targets, self._forced)
        self._single: Cluster | None = None
        if len(self.steps) == 1 and isinstance(self.steps[0], ClusterStep):
            self._shorten(self.steps[0].cluster)

    def _shorten(self, cluster: Cluster) -> None:
        """A plan of one cluster and nothing else goes straight from feeds to results."""
        if cluster.statics or set(cluster.outputs) != set(self.tensors):
            return
        cluster.outputs = self.tensors
        if cluster.inputs == self.feeds:
            self._taken = None
        else:
            self._taken = [self.feeds.index(t) for t in cluster.inputs]
        self._single = cluster

    def clusters(self) -> list[Cluster]:
        """All clusters, those inside host loops included."""
        return [cluster for step in self.steps for cluster in step.clusters]

    def _constants(self) -> dict[Tensor, np.ndarray]:
        """Fetched tensors whose values the graph alone gives."""
        from penstock.graph.static_values import _value

        found = {}
        for tensor in self.tensors:
            if tensor in self._fed or is_marker(tensor):
                continue
            if tensor.op.type == "Const" or not self._fed and not _reads_state(tensor):
                value = _value(tensor, 0)
                if value is not None:
                    found[tensor] = value
        return found

    # -- running ------------------------------------------------------------------------------
    def run(
        self,
        state: SessionState,
        values: Sequence[Any],
        session: Any = None,
        timeout: float | None = None,
    ) -> list[Any]:
        """Runs the plan.

        Args:
            state: the session's state.
            values: one array for each feed.
            session: the session, for host kernels that want it.
            timeout: for how many seconds the run may wait for a queue.

        Returns:
            One NumPy array (or scalar) for each tensor, owned by the caller.

        Raises:
            OpError: when something fails; variables then have their old values.
        """
        single, version = self._single, len(self._forced)
        try:
            if single is not None:
                taken = values
                if self._taken is not None:
                    taken = [values[i] for i in self._taken]
                if taken:
                    # Where nothing waits for the program, it must not look at the caller's
                    # arrays after the caller has them back.
                    taken = [
                        self._staging.copy(v, lambda: single.wait(state))
                        if type(v) is np.ndarray and not (self.tensors and is_aligned(v))
                        else v
                        for v in taken
                    ]
                made = single.run(state, taken)
                return [fetched(value) for value in made] if made else []
            return self._run_steps(state, values, session, timeout)
        except NeedsHost as error:
            with self._lock:
                # Another thread may have found the same meanwhile.
                if len(self._forced) == version:
                    self._move_to_host(error)
        except jax.errors.JaxRuntimeError as error:
            raise _runtime_error(error) from error
        return self.run(state, values, session, timeout)

    def _move_to_host(self, error: NeedsHost) -> None:
        op = representative(error.item)
        if op in self._forced or len(self._forced) > _MOST_TRIES:
            raise errors.UnimplementedError(
                None, op, f"'{op.name}' ({op.type}) can be neither compiled nor run on the host: "
                f"{error.why}"
            )  # fmt: skip
        self._forced.add(op)
        self._build()

    def _run_steps(
        self, state: SessionState, values: Sequence[Any], session: Any, timeout: float | None
    ) -> list[Any]:
        environment: dict[Tensor, Any] = dict(self._labels)
        values = [aligned_copy(v) if type(v) is np.ndarray else v for v in values]
        environment.update(zip(self.feeds, values))
        host = HostRun(state, session, timeout)
        try:
            self._run_in_turn(environment, host)
            results = []
            for tensor in self.tensors:
                results.append(self._result(tensor, environment, host))
            return results
        except BaseException:
            host.journal.undo(state)
            raise
        finally:
            host.abandon()
            for resource in host.resources.values():
                close = getattr(resource, "close_run", None)
                if close is not None:
                    close()

    def _run_in_turn(self, environment: dict[Tensor, Any], host: HostRun) -> None:
        """Runs the steps in order; one that has to wait for a queue lets others go first.

        In TensorFlow all operations of a run are under way at once, so an operation may wait for
        what another one of the same run does.
        """
        steps = self.steps
        stuck = False
        while steps:
            waiting: list[Any] = []
            blocked: set[Operation] = set()
            for step in steps:
                if blocked and not blocked.isdisjoint(step.operations()):
                    waiting.append(step)
                    continue
                first = stuck and not waiting
                host.may_defer = len(steps) > 1 and not first and step.single is not None
                try:
                    step.run(environment, host)
                except Deferred:
                    waiting.append(step)
                    blocked |= self._after(step.single)
            stuck = len(waiting) == len(steps)
            steps = waiting

    def _after(self, op: Operation) -> set[Operation]:
        """``op`` and the operations of the plan that need it to be done."""
        found = self._followers.get(op)
        if found is None:
            found = {op}
            for each in sorted(self.operations, key=lambda o: o._id):
                if any(t.op in found for t in each.inputs) or any(
                    control in found for control in each.control_inputs
                ):
                    found.add(each)
            self._followers[op] = found
        return found

    def _result(self, tensor: Tensor, environment: dict[Tensor, Any], host: HostRun) -> Any:
        if tensor in self.constants:
            return fetched(self.constants[tensor])
        value = environment.get(tensor)
        if value is None and is_marker(tensor):
            value = marker_of(tensor, host)
        if isinstance(value, Ref):
            if tensor.dtype._is_ref_dtype:
                return fetched(host.read(value))
            return np.array(value.key.encode(), object)
        if isinstance(value, Handle) or tensor.dtype.base_dtype is dtypes.resource:
            return value
        return fetched(value)


def _reads_state(tensor: Tensor) -> bool:
    """Whether a variable is behind a tensor: it must have a value, known shape or not."""
    return any(op.type in VARIABLES for op in needed_operations([], [tensor], set()))


def fetched(value: Any) -> Any:
    """A result as the caller gets it: a scalar, or an array of its own memory."""
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if array.ndim == 0:
        return array[()]
    if array is value or not array.flags.owndata or not array.flags.writeable:
        return array.copy()
    return array


def variable_of(tensor: Tensor) -> str | None:
    """The key of the variable that a reference tensor stands for."""
    origin = source(tensor)
    return variable_key(origin) if origin is not None and origin.type in VARIABLES else None


def _type_word(dtype: Any) -> str:
    names = {"float32": "float", "float64": "double", "float16": "half"}
    name = dtype.base_dtype.name
    return names.get(name, name)


def _runtime_error(error: Exception) -> errors.OpError:
    """An error of the XLA runtime as one of TensorFlow's."""
    text = str(error).strip()
    word = text.split(":")[0]
    kinds = {
        "RESOURCE_EXHAUSTED": errors.ResourceExhaustedError,
        "INVALID_ARGUMENT": errors.InvalidArgumentError,
        "UNIMPLEMENTED": errors.UnimplementedError,
    }
    return kinds.get(word, errors.InternalError)(None, None, text)
