"""From a function of arrays to a compiled program, through JAX.

64-bit types are switched on for the length of a call only: what other code in the process does
with JAX is its own business.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from penstock.graph import errors
from penstock.graph.operation import Operation
from penstock.runtime import program_cache

_DEVICE = re.compile(r"/device:([A-Za-z]+):(\d+|\*)")

# Tiny programs are compiled as written: multiplications and additions aren't contracted into one
# rounding, so that they print what TensorFlow printed to the last digit. It compiles faster too.
_TINY_SIZE = 64
_TINY = {"xla_backend_optimization_level": 0}


def _largest(jaxpr: Any) -> int:
    """The number of elements of the largest array in a program."""
    largest = max((v.aval.size for v in jaxpr.jaxpr.invars), default=0)
    pending = [jaxpr.jaxpr]
    while pending:
        for equation in pending.pop().eqns:
            for variable in equation.outvars:
                largest = max(largest, getattr(variable.aval, "size", 0))
            for value in equation.params.values():
                for each in value if isinstance(value, (list, tuple)) else (value,):
                    inner = getattr(each, "jaxpr", each)
                    if hasattr(inner, "eqns"):
                        pending.append(inner)
    return largest


class Traced:
    """A function of arrays, traced for certain shapes and types: programs are compiled from it.

    Args:
        function: returns a flat list of arrays; traced once, with 64-bit types on.
        donated: arrays that a program may overwrite.
        others: arrays that it only reads.
        device: where to run, or ``None`` for JAX's default.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        donated: Sequence[Any],
        others: Sequence[Any],
        device: Any = None,
    ) -> None:
        self._device = device
        self._donated = len(donated)
        self._shapes = [jax.ShapeDtypeStruct(np.shape(v), v.dtype) for v in (*donated, *others)]
        # Only NumPy arrays of 64-bit types would be narrowed on their way in.
        self._is_wide = any(
            isinstance(v, np.ndarray) and np.dtype(v.dtype).itemsize >= 8 for v in others
        )
        self._traced = self._trace(function, self._donated, True)

    def _trace(self, function: Callable[..., Any], donated: int, keep_unused: bool) -> Any:
        with jax.enable_x64(True), _on(self._device):
            jitted = jax.jit(
                function, donate_argnums=tuple(range(donated)), keep_unused=keep_unused
            )
            return jitted.trace(*self._shapes)

    def compile(self) -> Callable[..., Sequence[Any]]:
        """The program that computes everything."""
        return self._compile(self._traced)

    def compile_part(self, start: int, stop: int, donate: bool) -> Callable[..., Sequence[Any]]:
        """The program that computes results ``start`` to ``stop`` and nothing else.

        Args:
            start: the first result. stop: the one after the last.
            donate: whether it may overwrite what the whole may overwrite.
        """
        # It brings a good part of JAX along that is seldom needed.
        from jax.extend.core import jaxpr_as_fun

        whole = jaxpr_as_fun(self._traced.jaxpr)

        def function(*arrays: Any) -> Any:
            return list(whole(*arrays))[start:stop]

        return self._compile(self._trace(function, self._donated if donate else 0, donate))

    def _compile(self, traced: Any) -> Callable[..., Sequence[Any]]:
        options = _TINY if _largest(traced.jaxpr) <= _TINY_SIZE else {}
        with jax.enable_x64(True), _on(self._device):
            compiled = program_cache.compile_cached(traced.lower(), self._device, options)
        if not self._is_wide:
            return _direct(compiled)

        def call(*values: Any) -> Sequence[Any]:
            with jax.enable_x64(True):
                return compiled(*values)

        return call

    def elements_behind(self, start: int, stop: int) -> float:
        """How many elements are read and computed for results ``start`` to ``stop``.

        Infinite when a loop or a conditional is among what computes them.
        """
        jaxpr = self._traced.jaxpr.jaxpr
        wanted = {v for v in jaxpr.outvars[start:stop] if not hasattr(v, "val")}
        total = 0
        for equation in reversed(jaxpr.eqns):
            if wanted.isdisjoint(equation.outvars):
                continue
            if equation.primitive.name in ("while", "scan", "cond"):
                return math.inf
            inputs = [v for v in equation.invars if not hasattr(v, "val")]
            wanted.update(inputs)
            total += sum(getattr(v.aval, "size", 0) for v in (*inputs, *equation.outvars))
        return total


def _direct(compiled: Any) -> Callable[..., Sequence[Any]]:
    """What ``compiled`` passes its calls on to, where JAX lets one have it: it saves a call."""
    try:
        return compiled._executable.create_cpp_call(compiled._params) or compiled
    except Exception:  # noqa: BLE001 - these are JAX's own affairs, and may change
        return compiled


def compile(  # noqa: A001 - the field's word
    function: Callable[..., Any],
    donated: Sequence[Any],
    others: Sequence[Any],
    device: Any = None,
) -> Callable[..., Sequence[Any]]:
    """Compiles ``function(*donated, *others)`` for arrays of these shapes and types.

    Args:
        function: returns a flat list of arrays; traced once, with 64-bit types on.
        donated: arrays that the program may overwrite.
        others: arrays that it only reads.
        device: where to run, or ``None`` for JAX's default.

    Returns:
        The program: a function of such arrays.
    """
    return Traced(function, donated, others, device).compile()


@contextlib.contextmanager
def _on(device: Any) -> Iterator[None]:
    if device is None:
        yield
    else:
        with jax.default_device(device):
            yield


def on_device(value: Any, device: Any = None) -> jax.Array:
    """``value`` as an array on a device, its type kept, its memory its own."""
    with jax.enable_x64(True):
        return jax.device_put(np.array(value), device)


def device_of(operations: Iterable[Operation]) -> Any:
    """The JAX device that the operations ask for, or ``None`` for the default one.

    A cluster runs on one device; of several that are asked for, the first that isn't a CPU.
    """
    wanted = None
    for op in operations:
        if not op.device:
            continue
        match = _DEVICE.search(op.device)
        if match is None:
            continue
        kind, index = match[1].lower(), 0 if match[2] == "*" else int(match[2])
        if kind == "cpu":
            wanted = wanted or ("cpu", 0, op)
        elif wanted is None or wanted[0] == "cpu":
            wanted = (kind, index, op)
    if wanted is None:
        return None
    kind, index, op = wanted
    try:
        devices = jax.devices(kind)
    except RuntimeError:
        devices = []
    if index < len(devices):
        return None if devices[index] == jax.devices()[0] else devices[index]
    return None


def available_devices() -> list[Any]:
    """JAX's devices in this process: the default platform's, then the CPU's."""
    devices = list(jax.devices())
    if devices and devices[0].platform != "cpu":
        with contextlib.suppress(RuntimeError):
            devices.extend(jax.devices("cpu"))
    return devices


def check_device(op: Operation, allow_soft_placement: bool) -> None:
    """Raises unless the device that ``op`` asks for is there.

    Raises:
        InvalidArgumentError: ``Cannot assign a device for operation``.
    """
    if allow_soft_placement or not op.device:
        return
    match = _DEVICE.search(op.device)
    if match is None or match[1].upper() == "CPU":
        return
    names = [device_name(d) for d in available_devices()]
    index = 0 if match[2] == "*" else int(match[2])
    if f"/device:{match[1].upper()}:{index}" not in names:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Cannot assign a device for operation {op.name}: Operation was explicitly assigned "
            f"to {op.device} but available devices are [ {', '.join(names)} ]. Make sure the "
            "device specification refers to a valid device.",
        )


def device_name(device: Any) -> str:
    """TensorFlow's name for a JAX device, such as ``/device:GPU:0``."""
    kind = {"cuda": "GPU", "rocm": "GPU"}.get(device.platform, device.platform.upper())
    return f"/device:{kind}:{device.id if kind != 'CPU' else 0}"
