"""What tests ask about the machine, and small helpers of ``tf.test``."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

from penstock.graph import errors


def is_built_with_cuda() -> bool:
    """Whether the XLA runtime has a GPU."""
    return bool(gpu_device_name())


def is_built_with_rocm() -> bool:
    """False."""
    return False


def is_built_with_gpu_support() -> bool:
    """Whether the XLA runtime has a GPU."""
    return is_built_with_cuda()


def gpu_device_name() -> str:
    """``/device:GPU:0`` when there is a GPU, else an empty text."""
    from penstock.runtime import compiler

    for device in compiler.available_devices():
        name = compiler.device_name(device)
        if ":GPU:" in name:
            return name
    return ""


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Whether there is a GPU."""
    return bool(gpu_device_name())


def test_src_dir_path(relative_path: str) -> str:
    """A path below the package's folder."""
    import penstock

    return os.path.join(os.path.dirname(os.path.abspath(penstock.__file__)), relative_path)


def benchmark_config() -> Any:
    """A session configuration for benchmarks."""
    from penstock import protos

    return protos.ConfigProto()


def create_local_cluster(
    num_workers: int,
    num_ps: int,
    protocol: str = "grpc",
    worker_config: Any = None,
    ps_config: Any = None,
) -> Any:
    """Raises: Penstock runs in one process.

    Raises:
        UnimplementedError: always.
    """
    raise errors.UnimplementedError(
        None, None, "create_local_cluster: Penstock runs in one process; there are no clusters"
    )


class StubOutForTesting:
    """Replaces attributes of objects for the time of a test."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, str, Any, bool]] = []

    def __enter__(self) -> StubOutForTesting:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.CleanUp()

    def SmartSet(self, obj: Any, attr_name: str, new_attr: Any) -> None:
        """Replaces an attribute that must be there."""
        if not hasattr(obj, attr_name):
            raise AttributeError(attr_name)
        self.Set(obj, attr_name, new_attr)

    def Set(self, parent: Any, child_name: str, new_child: Any) -> None:
        """Replaces an attribute."""
        own = vars(parent).get(child_name) if hasattr(parent, "__dict__") else None
        self._kept.append((parent, child_name, getattr(parent, child_name), own is not None))
        if isinstance(own, (staticmethod, classmethod)):
            self._kept[-1] = (parent, child_name, own, True)
        setattr(parent, child_name, new_child)

    def UnsetAll(self) -> None:
        """Puts back what ``Set`` replaced."""
        while self._kept:
            parent, name, old, own = self._kept.pop()
            if own:
                setattr(parent, name, old)
            else:
                delattr(parent, name)

    SmartUnsetAll = UnsetAll

    def CleanUp(self) -> None:
        """Puts everything back."""
        self.UnsetAll()


class Benchmark:
    """Base class of benchmarks: methods whose names begin with ``benchmark``."""

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in a new session."""
        from penstock.runtime.session import Session

        with Session() as session:
            return session.run(tensors)

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether the class itself has no benchmarks."""
        return len(cls.mro()) <= 2

    def report_benchmark(
        self,
        iters: Any = None,
        cpu_time: Any = None,
        wall_time: Any = None,
        throughput: Any = None,
        extras: Any = None,
        name: str | None = None,
        metrics: Any = None,
    ) -> None:
        """Prints what was measured."""
        name = name or f"{type(self).__name__}.{sys._getframe(1).f_code.co_name}"
        parts = {
            "iters": iters,
            "cpu_time": cpu_time,
            "wall_time": wall_time,
            "throughput": throughput,
            **(extras or {}),
        }
        shown = ", ".join(f"{k}: {v}" for k, v in parts.items() if v is not None)
        print(f"{name}: {shown}")

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Any,
        feed_dict: Any = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: Any = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Times an operation and reports the median."""
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict)
        times = []
        for _ in range(min_iters):
            start = time.perf_counter()
            sess.run(op_or_tensor, feed_dict)
            times.append(time.perf_counter() - start)
        median = float(np.median(times))
        found = {**(extras or {}), "wall_time_mean": float(np.mean(times)),
                 "wall_time_stdev": float(np.std(times))}  # fmt: skip
        throughput = mbs / median if mbs else None
        self.report_benchmark(min_iters, None, median, throughput, found, name)
        return {"iters": min_iters, "wall_time": median, "extras": found, "name": name,
                "throughput": throughput}  # fmt: skip
