"""A plan: how a session runs one set of fetches with one set of feeds.

It is made once and belongs to the graph, not to a session: the state it works on is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.checks import label_of
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
        self._staging = Staging()
        self._build()

    def _check_placeholders(self) -> None:
        for op in self.operations:
            if op.type in ("Placeholder", "PlaceholderV2") and op.outputs[0] not in self._fed:
                tensor = op.outputs[0]
                shape = ""
                sizes = tensor.shape.sizes
                if sizes is not None:
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
        self._written = sorted(
            {key for cluster in self.clusters() for key in cluster.effects.writes}, key=str
        )
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
            if tensor.op.type == "Const" or not self._fed:
                value = _value(tensor, 0)
                if value is not None:
                    found[tensor] = value
        return found

    # -- running ------------------------------------------------------------------------------
    def run(self, state: SessionState, values: Sequence[Any], session: Any = None) -> list[Any]:
        """Runs the plan.

        Args:
            state: the session's state.
            values: one array for each feed.
            session: the session, for host kernels that want it.

        Returns:
            One NumPy array (or scalar) for each tensor, owned by the caller.

        Raises:
            OpError: when something fails; variables then have their old values.
        """
        single = self._single
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
            return self._run_steps(state, values, session)
        except NeedsHost as error:
            self._move_to_host(error)
        except jax.errors.JaxRuntimeError as error:
            raise _runtime_error(error) from error
        return self.run(state, values, session)

    def _move_to_host(self, error: NeedsHost) -> None:
        op = representative(error.item)
        if op in self._forced or len(self._forced) > _MOST_TRIES:
            raise errors.UnimplementedError(
                None, op, f"'{op.name}' ({op.type}) can be neither compiled nor run on the host: "
                f"{error.why}"
            )  # fmt: skip
        self._forced.add(op)
        self._build()

    def _run_steps(self, state: SessionState, values: Sequence[Any], session: Any) -> list[Any]:
        environment: dict[Tensor, Any] = dict(self._labels)
        values = [aligned_copy(v) if type(v) is np.ndarray else v for v in values]
        environment.update(zip(self.feeds, values))
        host = HostRun(state, session)
        before = {key: state.values.get(key) for key in self._written}
        try:
            for step in self.steps:
                step.run(environment, host)
            results = []
            for tensor in self.tensors:
                results.append(self._result(tensor, environment, host))
            return results
        except BaseException:
            self._restore(state, before)
            raise
        finally:
            for resource in host.resources.values():
                close = getattr(resource, "close_run", None)
                if close is not None:
                    close()

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

    def _restore(self, state: SessionState, before: dict[Any, Any]) -> None:
        with state.lock:
            for key, value in before.items():
                now = state.values.get(key)
                if now is value:
                    continue
                if value is None:
                    state.remove(key)
                elif not getattr(value, "is_deleted", bool)():
                    state.put(key, value)


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
