"""``tf.train.ClusterSpec`` and ``Server``, as far as one process goes; device setters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from penstock import protos
from penstock.graph import errors
from penstock.graph.device import DeviceSpec
from penstock.platform.compat import as_str


class ClusterSpec:
    """Names jobs and the addresses of their tasks.

    Args:
        cluster: a dictionary from job names to lists (or dictionaries by number) of addresses, a
            ``ClusterDef`` or another ``ClusterSpec``.

    Raises:
        TypeError: for something else.
    """

    def __init__(self, cluster: Any) -> None:
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_cluster_def()
        if isinstance(cluster, protos.ClusterDef):
            self._jobs = {job.name: dict(job.tasks) for job in cluster.job}
        elif isinstance(cluster, dict):
            self._jobs = {}
            for name, tasks in cluster.items():
                if isinstance(tasks, (list, tuple)):
                    tasks = dict(enumerate(tasks))
                elif not isinstance(tasks, dict):
                    raise TypeError(
                        f"The tasks for job {name!r} must be a list or a dictionary from integers "
                        "to strings."
                    )
                if not isinstance(name, (str, bytes)):
                    raise TypeError(f"Job name {name!r} must be bytes or unicode")
                for address in tasks.values():
                    if not isinstance(address, (str, bytes)):
                        raise TypeError(f"Task address {address!r} must be bytes or unicode")
                self._jobs[as_str(name)] = {i: as_str(a) for i, a in tasks.items()}
        else:
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network "
                "addresses, or a `ClusterDef` protocol buffer"
            )

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __eq__(self, other: object) -> bool:
        return self._jobs == (other._jobs if isinstance(other, ClusterSpec) else other)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        jobs = self.as_dict()
        return "ClusterSpec({" + ", ".join(f"{k!r}: {jobs[k]!r}" for k in sorted(jobs)) + "})"

    def as_dict(self) -> dict[str, Any]:
        """From job names to lists of addresses (dictionaries where numbers are missing)."""
        return {
            name: self.job_tasks(name) if sorted(tasks) == list(range(len(tasks))) else dict(tasks)
            for name, tasks in self._jobs.items()
        }

    def as_cluster_def(self) -> Any:
        """As a ``ClusterDef``."""
        made = protos.ClusterDef()
        for name, tasks in sorted(self._jobs.items()):
            job = made.job.add(name=name)
            for index, address in sorted(tasks.items()):
                job.tasks[index] = address
        return made

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs."""
        return list(self._jobs)

    def _tasks(self, job_name: str) -> dict[int, str]:
        try:
            return self._jobs[job_name]
        except KeyError:
            raise ValueError(f"No such job in cluster: {job_name!r}") from None

    def num_tasks(self, job_name: str) -> int:
        """How many tasks a job has."""
        return len(self._tasks(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        """The numbers of a job's tasks."""
        return sorted(self._tasks(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        """The address of a task."""
        try:
            return self._tasks(job_name)[task_index]
        except KeyError:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}") from None

    def job_tasks(self, job_name: str) -> list[str | None]:
        """The addresses of a job's tasks, ``None`` where a number is missing."""
        tasks = self._tasks(job_name)
        return [tasks.get(i) for i in range(max(tasks, default=-1) + 1)]


class Server:
    """The one server there is: this process.

    Args:
        server_or_cluster_def: a cluster of one task: a ``ServerDef``, ``ClusterDef``,
            ``ClusterSpec`` or dictionary.
        job_name: the job of this process.
        task_index: its task.
        protocol: kept.
        config: a ``tf.ConfigProto``.
        start: kept: there is nothing to start.

    Raises:
        UnimplementedError: when the cluster has more than one task.
        ValueError: when the job or task isn't in the cluster.
    """

    def __init__(
        self,
        server_or_cluster_def: Any,
        job_name: str | None = None,
        task_index: int | None = None,
        protocol: str | None = None,
        config: Any = None,
        start: bool = True,
    ) -> None:
        if isinstance(server_or_cluster_def, protos.ServerDef):
            definition = protos.ServerDef()
            definition.CopyFrom(server_or_cluster_def)
            cluster = ClusterSpec(definition.cluster)
            job_name = job_name or definition.job_name
            task_index = definition.task_index if task_index is None else task_index
            protocol = protocol or definition.protocol
        else:
            cluster = ClusterSpec(server_or_cluster_def)
        if not job_name:
            if len(cluster.jobs) != 1:
                raise ValueError("Must specify an explicit `job_name`.")
            job_name = cluster.jobs[0]
        indices = cluster.task_indices(job_name)
        if task_index is None:
            if len(indices) != 1:
                raise ValueError("Must specify an explicit `task_index`.")
            task_index = indices[0]
        cluster.task_address(job_name, task_index)
        tasks = sum(cluster.num_tasks(job) for job in cluster.jobs)
        if tasks > 1:
            raise errors.UnimplementedError(
                None,
                None,
                f"tf.train.Server: the cluster has {tasks} tasks, and Penstock runs in one "
                "process; give a cluster of one task (tf.train.Server.create_local_server())",
            )
        self._server_def = protos.ServerDef(
            cluster=cluster.as_cluster_def(),
            job_name=job_name,
            task_index=task_index,
            protocol=protocol or "grpc",
        )
        if config is not None:
            self._server_def.default_session_config.CopyFrom(config)

    def start(self) -> None:
        """Nothing: this process runs already."""

    def join(self) -> None:
        """Waits without end, as servers do."""
        threading.Event().wait()

    @property
    def server_def(self) -> Any:
        """As a ``ServerDef``."""
        return self._server_def

    @property
    def target(self) -> str:
        """The target for sessions: this process."""
        return ""

    @staticmethod
    def create_local_server(config: Any = None, start: bool = True) -> Server:
        """A server for this process alone."""
        return Server({"local": ["localhost:0"]}, protocol="grpc", config=config, start=start)


STANDARD_PS_OPS = (
    "Variable",
    "VariableV2",
    "AutoReloadVariable",
    "MutableHashTable",
    "MutableHashTableV2",
    "MutableHashTableOfTensors",
    "MutableHashTableOfTensorsV2",
    "MutableDenseHashTable",
    "MutableDenseHashTableV2",
    "VarHandleOp",
    "BoostedTreesEnsembleResourceHandleOp",
    "BoostedTreesQuantileStreamResourceHandleOp",
    "ResourceConditionalAccumulator",
)


class _RoundRobin:
    def __init__(self, count: int) -> None:
        self._count = count
        self._next = 0

    def __call__(self, op: Any) -> int:
        task = self._next
        self._next = (task + 1) % self._count
        return task


def replica_device_setter(
    ps_tasks: int = 0,
    ps_device: str = "/job:ps",
    worker_device: str = "/job:worker",
    merge_devices: bool = True,
    cluster: Any = None,
    ps_ops: Any = None,
    ps_strategy: Callable[[Any], int] | None = None,
) -> Callable[[Any], str] | None:
    """A function for ``tf.device`` that puts variables on parameter servers, the rest on workers.

    Args:
        ps_tasks: how many parameter servers there are.
        ps_device: their job.
        worker_device: the job of the workers.
        merge_devices: whether devices asked for are merged with these; else they are kept.
        cluster: tells how many parameter servers there are.
        ps_ops: the types of the operations that go there.
        ps_strategy: chooses the server for an operation.

    Returns:
        The function; ``None`` when there are no parameter servers.
    """
    if cluster is not None:
        spec = ClusterSpec(cluster).as_dict()
        job = DeviceSpec.from_string(ps_device).job
        if job is None or spec.get(job) is None:
            return None
        ps_tasks = len(spec[job])
    if ps_tasks == 0:
        return None
    types = STANDARD_PS_OPS if ps_ops is None else tuple(ps_ops)
    strategy = _RoundRobin(ps_tasks) if ps_strategy is None else ps_strategy
    if not callable(strategy):
        raise TypeError("ps_strategy must be callable")

    def device_of(op: Any) -> str:
        if not merge_devices and op.device:
            return op.device
        current = DeviceSpec.from_string(op.device or "")
        op_type = getattr(op, "type", None) or op.op
        base = worker_device
        if ps_device and op_type in types:
            spec = DeviceSpec.from_string(ps_device)
            if spec.job and (not current.job or current.job == spec.job):
                spec.task = strategy(op)
            base = spec.to_string()
        merged = DeviceSpec.from_string(base or "")
        merged.merge_from(current)
        return merged.to_string()

    return device_of
