"""From a function of arrays to a compiled program, through JAX.

64-bit types are switched on for the length of a call only: what other code in the process does
with JAX is its own business.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import os
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

# XLA's older way of making loops for the CPU compiles the programs of feed-forward networks in half
# the time, to code as fast. Many products of matrices (a recurrent network) take it longer.
_MOST_EQUATIONS = 1000
_MOST_PRODUCTS = 16
_OLDER_LOOPS: dict[str, Any] = {"xla_cpu_use_fusion_emitters": False}


def _nested(jaxpr: Any) -> Iterator[Any]:
    """A program's equations and those of the functions, loops and branches in it."""
    pending = [jaxpr.jaxpr]
    while pending:
        for equation in pending.pop().eqns:
            yield equation
            for value in equation.params.values():
                for each in value if isinstance(value, (list, tuple)) else (value,):
                    inner = getattr(each, "jaxpr", each)
                    if hasattr(inner, "eqns"):
                        pending.append(inner)


def _suits_older_loops(jaxpr: Any) -> bool:
    names = [equation.primitive.name for equation in _nested(jaxpr)]
    return (
        len(names) <= _MOST_EQUATIONS
        and names.count("dot_general") <= _MOST_PRODUCTS
        and not {"while", "scan"}.intersection(names)
    )


def _largest(jaxpr: Any) -> int:
    """The number of elements of the largest array in a program."""
    largest = max((v.aval.size for v in jaxpr.jaxpr.invars), default=0)
    for equation in _nested(jaxpr):
        for variable in equation.outvars:
            largest = max(largest, getattr(variable.aval, "size", 0))
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
        self._is_wide = _is_wide(others)
        self._traced = self._trace(function, self._donated, True)

    def _trace(self, function: Callable[..., Any], donated: int, keep_unused: bool) -> Any:
        with jax.enable_x64(True), _on(self._device):
            jitted = jax.jit(
                function, donate_argnums=tuple(range(donated)), keep_unused=keep_unused
            )
            return jitted.trace(*self._shapes)

    def compile(self, also: str | None = None) -> Callable[..., Sequence[Any]]:
        """The program that computes everything.

        Args:
            also: a file to keep it in besides that which its text names.
        """
        return self._compile(self._traced, also)

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

    def _compile(self, traced: Any, also: str | None = None) -> Callable[..., Sequence[Any]]:
        options = self._options(traced.jaxpr)
        with jax.enable_x64(True), _on(self._device):
            lowered = traced.lower()
            try:
                compiled = program_cache.compile_cached(lowered, self._device, options, also)
            except jax.errors.JaxRuntimeError as error:
                if options is not _OLDER_LOOPS or "option" not in str(error):
                    raise
                # It is one of a certain time in XLA's life.
                _OLDER_LOOPS.clear()
                compiled = program_cache.compile_cached(lowered, self._device, {}, also)
        return _callable(compiled, self._is_wide)

    def _options(self, jaxpr: Any) -> dict[str, Any]:
        """XLA's options for a program."""
        if _largest(jaxpr) <= _TINY_SIZE:
            return _TINY
        platform = self._device.platform if self._device else jax.default_backend()
        if platform == "cpu" and _suits_older_loops(jaxpr):
            return _OLDER_LOOPS
        return {}

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


def compile_kernel(
    name: Any, function: Callable[..., Any], arguments: Sequence[Any]
) -> Callable[..., Sequence[Any]]:
    """Compiles a kernel that has nothing to do with any graph.

    It is kept between processes under its name and the text of the files beside its own, so that
    the next process doesn't even trace it.

    Args:
        name: what tells it from others made of the same files.
        function: returns a list of arrays; depends on the name and modules of its own folder alone.
        arguments: arrays of the shapes and types it will be called with.
    """
    own = inspect.getsourcefile(function) or ""
    folder = os.path.dirname(own)
    sources = sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".py"))
    shapes = [(np.shape(a), str(a.dtype)) for a in arguments]
    path = program_cache.file_of_source(f"{name} {shapes}", [*sources, __file__], None)
    found = None if path is None else program_cache.load(path, None)
    if found is not None:
        return _callable(found, _is_wide(arguments))
    return Traced(function, [], arguments).compile(path)


def _is_wide(values: Sequence[Any]) -> bool:
    # Only NumPy arrays of 64-bit types would be narrowed on their way in.
    return any(isinstance(v, np.ndarray) and np.dtype(v.dtype).itemsize >= 8 for v in values)


def _callable(compiled: Any, is_wide: bool) -> Callable[..., Sequence[Any]]:
    """``compiled``, called with 64-bit types where it needs them."""
    if not is_wide:
        return _direct(compiled)

    def call(*values: Any) -> Sequence[Any]:
        with jax.enable_x64(True):
            return compiled(*values)

    return call


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
