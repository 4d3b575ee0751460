"""Lowering: the operations of a cluster, one after the other, as JAX values.

A ``Trace`` is what a lowering sees as ``run``.  It keeps the values of tensors (tracers, or NumPy
arrays for what is known while tracing) and the *state*: a dictionary from keys (variables, random
counters, tensor arrays, checks) to values, which compiled loops and conditionals carry along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.operation import Operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import ordering
from penstock.runtime.blocks import SWITCH, Block, Cond, While
from penstock.runtime.markers import Handle, NeedsHost, Ref, Uninitialized, handle_of

_LARGEST_FOLD = 100_000
_LARGE_VARIABLE = 1 << 14
# Their result is one of their input's elements, and a comparison may ask which. Both must see the
# same numbers: a compiler that computes the input twice, once with multiplication and addition in
# one rounding and once without, finds no element that equals the maximum.
_EXTREMES = frozenset(
    """Max Min MaxPool MaxPoolV2 MaxPool3D SegmentMax SegmentMin UnsortedSegmentMax
    UnsortedSegmentMin""".split()
)
_COMPARISONS = frozenset(("Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"))
_PRODUCTS = frozenset(
    "MatMul BatchMatMul BatchMatMulV2 Conv2D Conv2DBackpropInput Conv3D Conv3DBackpropInputV2 "
    "DepthwiseConv2dNative DepthwiseConv2dNativeBackpropInput".split()
)
_MARKERS = (Ref, Handle)


class Check:
    """A condition that a run must meet: where it failed, the message is worded from the data."""

    __slots__ = ("op", "text", "error")

    def __init__(self, op: Operation, text: str | Callable[..., str], error: type) -> None:
        self.op = op
        self.text = text
        self.error = error

    def raise_error(self, data: list[Any]) -> None:
        """Raises the error that the failed check stands for."""
        text = self.text(*data) if callable(self.text) else self.text.format(*data)
        raise self.error(None, self.op, text)


class UpdateOrder:
    """Which updates of variables each operation comes after.

    TensorFlow's ``Identity`` of a reference hands on the variable's buffer, not a copy.  So what
    uses a variable's cached read (``v/read``) *after* an update, by the graph's edges, sees the
    updated value even where the read itself came first::

        with tf.control_dependencies([v.assign_add(1.0)]):
            w = v * 2.0

    Attributes:
        reads: the reference behind each ``Identity`` that read one.
    """

    def __init__(self) -> None:
        self.reads: dict[Operation, Ref] = {}
        self._after: dict[Operation, int] = {}
        self._updates: dict[Any, int] = {}
        self._count = 0
        self._current: Operation | None = None

    def enter(self, op: Operation) -> None:
        """Notes that ``op`` is lowered next."""
        self._current = op
        if not self._count:
            return
        after = self._after
        mask = 0
        for tensor in op.inputs:
            mask |= after.get(tensor.op, 0)
        for control in op.control_inputs:
            mask |= after.get(control, 0)
        if mask:
            after[op] = mask

    def note_update(self, key: Any) -> None:
        """Notes that the current operation updated a variable."""
        op = self._current
        if op is None:
            return
        bit = 1 << self._count
        self._count += 1
        self._after[op] = self._after.get(op, 0) | bit
        self._updates[key] = self._updates.get(key, 0) | bit

    def is_stale(self, op: Operation, tensor: Tensor) -> bool:
        """True when ``op`` comes after an update that the cached read ``tensor`` came before."""
        mask = self._after.get(op)
        if mask is None:
            return False
        ref = self.reads.get(tensor.op)
        if ref is None:
            return False
        return bool(mask & ~self._after.get(tensor.op, 0) & self._updates.get(ref.key, 0))


class Trace:
    """The lowering of one cluster (or of one block inside it)."""

    def __init__(
        self,
        environment: dict[Tensor, Any],
        state: dict[Any, Any],
        checks: dict[Any, Check],
        parent: Trace | None = None,
    ) -> None:
        self.environment = environment
        self.state = state
        self.checks = checks
        self.parent = parent
        self.readers: dict[Any, list[Any]] = {}
        self._used: set[Tensor] = set()
        self.touched: set[Any] = set()
        self.written: set[Any] = set()
        self.order = UpdateOrder()
        self.capacity: int | None = 1 if parent is None else parent.capacity
        self.current: Operation | None = None
        self.abstract: bool = parent is not None and parent.abstract

    # -- values -------------------------------------------------------------------------------
    def value(self, tensor: Tensor) -> Any:
        """The value of ``tensor``."""
        trace: Trace | None = self
        while trace is not None:
            if tensor in trace.environment:
                return trace.environment[tensor]
            trace = trace.parent
        raise errors.InternalError(None, tensor.op, f"'{tensor.name}' has no value in its cluster")

    def has_value(self, tensor: Tensor) -> bool:
        """True when ``tensor`` has a value."""
        trace: Trace | None = self
        while trace is not None:
            if tensor in trace.environment:
                return True
            trace = trace.parent
        return False

    def run_block(self, block: Block) -> None:
        """Lowers every item of ``block``."""
        from penstock.runtime import branches, loops

        self._used.update(t for op in block.operations() for t in op.inputs)
        for item in block.items:
            if isinstance(item, Operation):
                self.run_operation(item)
            elif isinstance(item, Cond):
                branches.lower_cond(self, item)
            elif isinstance(item, While):
                loops.lower_while(self, item)

    def run_operation(self, op: Operation) -> None:
        """Lowers one operation."""
        environment = self.environment
        if op.outputs and all(t in environment for t in op.outputs):
            return  # Fed, or given from outside.
        self.order.enter(op)
        values = self.inputs(op)
        if values is None:
            return
        if op.type in SWITCH:
            # A side's values are those that came in; which side runs is the block's business.
            for tensor in op.outputs:
                environment[tensor] = values[0]
            return
        if op.type in _EXTREMES:
            values[0] = self._computed_once(op.inputs[0], values[0])
        definition = op.definition
        self.current = op
        fold = definition.fold
        if fold is not None and not definition.stateful and _foldable(values):
            result = call_lowering(fold, op, values, self)
        else:
            lower = definition.lower
            if lower is None:
                raise NeedsHost(op, f"{op.type} has no lowering")
            result = call_lowering(lower, op, values, self)
        self.store(op, result)
        if op.type in _PRODUCTS:
            self._note_readers(op)

    def _computed_once(self, tensor: Tensor, value: Any) -> Any:
        """`value`, which its later readers get as it is, if one of them compares it."""
        if not isinstance(value, jax.Array) or not jnp.issubdtype(value.dtype, jnp.floating):
            return value
        if tensor not in self.environment or tensor.op.type == "Placeholder":
            return value
        if not any(reader.type in _COMPARISONS for reader in tensor.consumers()):
            return value
        self.environment[tensor] = ordering.computed_once(value)
        return self.environment[tensor]

    def _note_readers(self, op: Operation) -> None:
        """Notes what was computed from a variable's old value and isn't fused into anything.

        What nothing uses is left out, so that it needn't be computed: the gradient of the first
        layer's input, which TensorFlow's graphs only tie to the filter's gradient.
        """
        if op.outputs[0] not in self._used:
            return
        for tensor in op.inputs:
            ref = self.order.reads.get(tensor.op)
            if ref is not None:
                self.readers.setdefault(ref.key, []).append(self.environment[op.outputs[0]])

    def after_readers(self, ref: Any, scalar: Any) -> Any:
        """``scalar``, available only when everything that reads the variable has been computed.

        Passing the learning rate through this lets XLA update a large variable in its own buffer:
        otherwise it would copy the variable for the gradient that still reads it.
        """
        readers = self.readers.get(ref.key)
        if not readers or self.parent is not None or self.read(ref).size < _LARGE_VARIABLE:
            return scalar
        return ordering.after(jnp.asarray(scalar), *readers)

    def inputs(self, op: Operation) -> list[Any] | None:
        """The input values of ``op``, references read where it wants a value."""
        values = []
        for index, tensor in enumerate(op.inputs):
            value = self.value(tensor)
            if type(value) is Ref and not wants_marker(op, index):
                if op.type == "Identity":
                    self.order.reads[op] = value
                value = self.read(value)
            elif self.order.is_stale(op, tensor):
                value = self.read(self.order.reads[tensor.op])
            values.append(value)
        return values

    def store(self, op: Operation, result: Any) -> None:
        """Keeps the outputs of ``op``, checked against what the graph says of them."""
        outputs = op.outputs
        if not outputs:
            return
        results = [result] if len(outputs) == 1 and not isinstance(result, (list, tuple)) else (
            list(result)
        )  # fmt: skip
        if len(results) != len(outputs):
            flat: list[Any] = []
            for each in results:
                flat.extend(each) if isinstance(each, (list, tuple)) else flat.append(each)
            results = flat
        if len(results) != len(outputs):
            raise errors.InternalError(
                None, op, f"{op.type} gave {len(results)} results for {len(outputs)} outputs"
            )
        for tensor, value in zip(outputs, results, strict=True):
            if tensor not in self.environment:
                self.environment[tensor] = verified(tensor, value)

    # -- what lowerings use -------------------------------------------------------------------
    def variable(self, op: Operation) -> Ref:
        """The reference that a variable operation gives."""
        return Ref(variable_key(op), op)

    def get_state(self, key: Any, default: Any = None) -> Any:
        """The state under ``key`` (looked up through the enclosing blocks)."""
        self.touched.add(key)
        trace: Trace | None = self
        while trace is not None:
            if key in trace.state:
                return trace.state[key]
            trace = trace.parent
        return default

    def set_state(self, key: Any, value: Any) -> None:
        """Sets the state under ``key``."""
        self.touched.add(key)
        self.written.add(key)
        self.state[key] = value

    def state_get(self, key: Any, default: Any = None) -> Any:
        """The state of a resource: ``key`` is its handle or any hashable."""
        return self.get_state(key.key if isinstance(key, _MARKERS) else key, default)

    def state_set(self, key: Any, value: Any) -> None:
        """Sets the state of a resource."""
        self.set_state(key.key if isinstance(key, _MARKERS) else key, value)

    def new_handle(self, op: Operation) -> Handle:
        """The handle of a resource that ``op`` makes for the length of the run."""
        return handle_of(op)

    def read(self, ref: Any) -> Any:
        """The current value of a variable.

        Raises:
            FailedPreconditionError: when it has none.
        """
        value = self.get_state(ref.key)
        if value is None:
            raise Uninitialized(ref.op)
        return value

    def assign(self, ref: Any, value: Any) -> None:
        """Gives a variable a new value."""
        self.set_state(ref.key, jnp.asarray(value))
        self.order.note_update(ref.key)

    def is_initialized(self, ref: Any) -> bool:
        """Whether a variable has a value."""
        return self.get_state(ref.key) is not None

    def random_state(self, op: Operation) -> tuple[Any, Any]:
        """``(key, offset)`` of a random operation: its Philox key and the blocks drawn so far."""
        from penstock.runtime.randomness import key_of

        offset = self.get_state(("random", op.name))
        return key_of(op, self), offset

    def set_random_state(self, op: Operation, offset: Any) -> None:
        """Keeps how many blocks a random operation has drawn."""
        self.set_state(("random", op.name), offset)

    def check(
        self,
        ok: Any,
        text: str | Callable[..., str],
        *data: Any,
        error: type = errors.InvalidArgumentError,
    ) -> None:
        """Requires ``ok``: when it is false, the run fails with ``error`` and changes nothing.

        Args:
            ok: a boolean scalar, traced or not.
            text: the message; ``{0}`` and so on stand for the ``data``, or a function of them.
            *data: arrays that the message shows.
            error: the class of the error.
        """
        assert self.current is not None
        check = Check(self.current, text, error)
        if isinstance(ok, (bool, np.bool_, np.ndarray)):
            if not np.all(ok):
                check.raise_error([np.asarray(d) for d in data])
            return
        number = sum(1 for key in self.checks if key[1] == self.current.name)
        key = ("check", self.current.name, number)
        if self.abstract:
            key = ("check", self.current.name, 0)
        self.checks.setdefault(key, check)
        before = self.get_state(key)
        arrays = [jnp.asarray(d) for d in data]
        if before is not None:
            was_ok, old = before
            arrays = [jnp.where(was_ok, new, o) for new, o in zip(arrays, old, strict=True)]
            ok = was_ok & ok
        self.set_state(key, (ok, arrays))

    def needs_host(self, why: str) -> None:
        """Gives up compiling the operation being lowered: it is run on the host instead.

        Raises:
            NeedsHost: always.
        """
        raise NeedsHost(self.current, why)

    def child(self, environment: dict[Tensor, Any], state: dict[Any, Any]) -> Trace:
        """A trace for a nested block."""
        return Trace(environment, state, self.checks, self)


def variable_key(op: Operation) -> str:
    """The name under which a session keeps a variable."""
    shared = op.attr("shared_name")
    container = op.attr("container")
    name = shared.decode(errors="backslashreplace") if shared else op.name
    if not container:
        return name
    return f"{container.decode(errors='backslashreplace')}/{name}"


def wants_marker(op: Operation, index: int) -> bool:
    """True when input ``index`` of ``op`` takes a reference or handle as it is."""
    tensor = op.inputs[index]
    if tensor.dtype.base_dtype is dtypes.resource:
        return True
    cached = op.definition.__dict__.get("_marker_inputs")
    if cached is None:
        cached = op.definition.__dict__["_marker_inputs"] = _marker_inputs(op)
    return index in cached


def _marker_inputs(op: Operation) -> frozenset[int]:
    arguments = op.definition.signature.inputs
    if op.type == "IsVariableInitialized":
        return frozenset([0])
    if any(a.is_list and a.is_ref for a in arguments):  # RefMerge, RefSelect: all the last ones
        first = next(i for i, a in enumerate(arguments) if a.is_ref)
        return frozenset(range(first, 10_000))
    if any(a.is_list for a in arguments):
        return frozenset()
    return frozenset(i for i, a in enumerate(arguments) if a.is_ref)


def _foldable(values: list[Any]) -> bool:
    size = 0
    for value in values:
        if not isinstance(value, (np.ndarray, np.generic)):
            return False
        size += value.size
    return size <= _LARGEST_FOLD


def call_lowering(lower: Any, op: Operation, values: list[Any], run: Any) -> Any:
    """Calls a lowering; what JAX finds wrong becomes an ``InvalidArgumentError``."""
    try:
        return lower(op, values, run)
    except errors.OpError as error:
        error.attach(op)
        raise
    except (NeedsHost, Uninitialized):
        raise
    except (TypeError, ValueError, IndexError, ZeroDivisionError, AssertionError) as error:
        if isinstance(error, jax.errors.JAXTypeError) and "concret" in str(error).lower():
            raise NeedsHost(op, str(error).split("\n")[0]) from None
        raise errors.InvalidArgumentError(None, op, failure_text(op, values, error)) from error


def failure_text(op: Operation, values: list[Any], error: Exception) -> str:
    """What went wrong when ``op`` met ``values``, with their shapes."""
    shapes = ", ".join(
        "[" + ",".join(map(str, np.shape(v))) + "]" for v in values if not isinstance(v, _MARKERS)
    )
    reason = str(error).strip().split("\n")[0] or type(error).__name__
    if op.definition.shape is not None and len(values) == 2 and "broadcast" in reason.lower():
        return f"Incompatible shapes: {shapes.replace('], [', '] vs. [')}"
    return f"{op.type}: {reason} (input shapes: {shapes})"


def verified(tensor: Tensor, value: Any) -> Any:
    """``value``, checked against the type and static shape of ``tensor``."""
    if isinstance(value, _MARKERS) or tensor.dtype.base_dtype is dtypes.variant:
        return value
    wanted = tensor.dtype.base_dtype
    if wanted is dtypes.resource:
        return value
    if not hasattr(value, "dtype") or not hasattr(value, "shape"):
        value = np.asarray(value)
    if value.dtype != wanted.as_numpy_dtype:
        raise errors.InternalError(
            None,
            tensor.op,
            f"'{tensor.name}' should be {wanted.name} but its lowering gave {value.dtype}",
        )
    sizes = tensor.shape.sizes
    if sizes is not None and not TensorShape(sizes).is_compatible_with(list(value.shape)):
        raise errors.InternalError(
            None,
            tensor.op,
            f"'{tensor.name}' should have the shape {tensor.shape} but its lowering gave "
            f"{tuple(value.shape)}",
        )
    return value
