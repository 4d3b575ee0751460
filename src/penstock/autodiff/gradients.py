"""``tf.gradients``: reverse-mode differentiation that adds operations to the graph.

Starting from the ``ys``, operations are visited in an order in which every consumer between ``ys``
and ``xs`` comes before its producers.  At each one the gradients that arrived at its outputs are
summed, its ``gradient`` function builds the gradients for its inputs, and these are passed on.
The order, the scopes (``gradients/<op>_grad``) and the sums (``AddN``) are TensorFlow's, so the
same program gets the same names.
"""

from __future__ import annotations

import collections
import contextlib
import enum
from collections.abc import Iterator, Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.operation import Operation
from penstock.graph.registry import gradient_function
from penstock.graph.scopes import device, name_scope
from penstock.graph.tensor import Tensor

Gradient = Any  # Tensor | IndexedSlices | None

_TRAINABLE = frozenset(
    [
        dtypes.float16,
        dtypes.float32,
        dtypes.float64,
        dtypes.bfloat16,
        dtypes.complex64,
        dtypes.complex128,
        dtypes.resource,
        dtypes.variant,
    ]
)


class AggregationMethod:
    """How several gradients for one tensor are added up; all give the same sum."""

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients(enum.Enum):
    """What ``tf.gradients`` gives for an ``x`` that ``ys`` don't depend on."""

    NONE = "none"
    ZERO = "zero"


def is_trainable(tensor: Tensor) -> bool:
    """True when gradients can flow through a tensor of this type."""
    return tensor.dtype.base_dtype in _TRAINABLE


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Gradient]:
    """The derivatives of the sum of ``ys`` with respect to each of ``xs``.

    Args:
        ys: a tensor or list of tensors to differentiate.
        xs: a tensor or list of tensors to differentiate with respect to.
        grad_ys: gradients that arrive at each of ``ys``, of the same shape; ones where ``None``.
        name: the name scope of the operations added.
        colocate_gradients_with_ops: place each gradient with its operation.
        gate_gradients: wait for all gradients of an operation before using any.
        aggregation_method: one of ``AggregationMethod``.
        stop_gradients: tensors to treat as constants.
        unconnected_gradients: ``'none'`` or ``'zero'``: what to give where there is no path.

    Returns:
        One gradient for each of ``xs``: a tensor, an ``IndexedSlices``, or ``None``.

    Raises:
        LookupError: when an operation on the way has no gradient registered.
        ValueError: for arguments that don't fit together.
    """
    ys, xs = _as_list(ys), _as_list(xs)
    stop_gradients = [] if stop_gradients is None else _as_list(stop_gradients)
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    zero = getattr(unconnected_gradients, "value", unconnected_gradients)
    if zero not in ("none", "zero"):
        raise ValueError(f"Unknown value for unconnected_gradients: {unconnected_gradients!r}")
    with name_scope(name, "gradients", [*ys, *xs, *stop_gradients, *grad_ys]):
        if len(grad_ys) != len(ys):
            raise ValueError(f"Passed {len(grad_ys)} grad_ys for {len(ys)} ys")
        ys = [_element(y, f"y_{i}") for i, y in enumerate(ys)]
        xs = [_element(getattr(x, "handle", x), f"x_{i}", as_ref=True) for i, x in enumerate(xs)]
        stops = [_element(getattr(s, "handle", s), "stop") for s in stop_gradients]
        initial = _initial_gradients(ys, grad_ys, colocate_gradients_with_ops)
        if aggregation_method not in (None, 0, 1, 2):
            raise ValueError(f"Invalid aggregation_method specified {aggregation_method}.")
        run = _Differentiation(
            ys, xs, stops, colocate_gradients_with_ops, gate_gradients, aggregation_method
        )
        for y, grad_y in zip(ys, initial, strict=True):
            run.add(y, grad_y)
        run.propagate()
        return [run.result(x, zero == "zero") for x in xs]


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _element(value: Any, name: str, as_ref: bool = False) -> Any:
    if isinstance(value, (Tensor, IndexedSlices)):
        return value
    if as_ref or hasattr(value, "_as_graph_element"):
        return convert_to_tensor(value, name=name, as_ref=as_ref)
    return convert_to_tensor_or_indexed_slices(value, name=name)


def _initial_gradients(ys: Sequence[Any], grad_ys: Sequence[Any], colocate: bool) -> list[Any]:
    """The gradients that arrive at ``ys``: those given, else ones."""
    from penstock.ops import arrays
    from penstock.ops.constants import constant

    result = []
    for i, (y, grad_y) in enumerate(zip(ys, grad_ys, strict=True)):
        if grad_y is None:
            if y.dtype.is_complex:
                raise TypeError(
                    f"Gradients of complex tensors must set grad_ys (y.dtype = {y.dtype!r})"
                )
            with _colocation(y.op, colocate):
                shape = arrays.shape(y)
                one = constant(1, dtype=y.dtype.base_dtype, name=f"grad_ys_{i}")
                result.append(arrays.fill(shape, one))
            continue
        grad_y = _element(grad_y, f"grad_ys_{i}")
        if y.dtype.is_floating or y.dtype.is_integer:
            same_kind = grad_y.dtype.is_floating or grad_y.dtype.is_integer
            if not same_kind:
                raise TypeError(
                    f"Gradient type {grad_y.dtype!r} generated for real or integer-valued tensor "
                    f"{y} with type {y.dtype!r} must be real or integer"
                )
        elif y.dtype.is_complex and not grad_y.dtype.is_complex:
            raise TypeError(
                f"Gradient type {grad_y.dtype!r} generated for complex-valued tensor {y} with "
                f"type {y.dtype!r} must be complex"
            )
        if isinstance(grad_y, IndexedSlices):
            grad_y = IndexedSlices(
                arrays.identity(grad_y.values, name=f"grad_ys_{i}_values"),
                arrays.identity(grad_y.indices, name=f"grad_ys_{i}_indices"),
                grad_y.dense_shape,
            )
        else:
            grad_y = arrays.identity(grad_y, name=f"grad_ys_{i}")
        result.append(grad_y)
    return result


class _Differentiation:
    """One call of ``gradients``."""

    def __init__(
        self,
        ys: list[Any],
        xs: list[Any],
        stops: list[Any],
        colocate: bool,
        gate: bool,
        aggregation_method: int | None,
    ) -> None:
        self.colocate = colocate
        self.gate = gate
        self.aggregation_method = aggregation_method
        self.gradients: dict[Operation, list[list[Gradient]]] = {}
        to_ops = list(dict.fromkeys(y.op for y in ys))
        from_ops = [x.op for x in xs]
        self.from_ops = set(from_ops)
        self.between, between_list = _between(to_ops, from_ops)
        self.to_ops = [op for op in to_ops if op in self.between]
        self.loop_state = _loop_state(between_list, self.between, colocate)
        self.pending: dict[Operation, int] = collections.defaultdict(int)
        for op in between_list:
            for tensor in op.inputs:
                if tensor.op in self.between:
                    self.pending[tensor.op] += 1
        self.stop_ops = self._stop_ops(from_ops, [s.op for s in stops])

    def _stop_ops(self, from_ops: list[Operation], stops: list[Operation]) -> set[Operation]:
        """Where the walk ends: sources that nothing further down feeds, and stop_gradients."""
        found = set()
        for op in from_ops:
            if all(self.pending[t.op] <= 0 for t in op.inputs):
                found.add(op)
        found.update(stops)
        return found

    def add(self, tensor: Tensor, gradient: Gradient) -> None:
        """A gradient has arrived at ``tensor``."""
        op = tensor.op
        slots = self.gradients.get(op)
        if slots is None:
            slots = self.gradients[op] = [[] for _ in op.outputs]
        slot = slots[tensor.value_index]
        if self.loop_state is not None and self.loop_state.replaces(op):
            slots[tensor.value_index] = [gradient]
        else:
            slot.append(gradient)

    def propagate(self) -> None:
        """Visits the operations between ``ys`` and ``xs``."""
        queue: collections.deque[Operation] = collections.deque()
        queued = set()
        for op in self.to_ops:
            if self.pending[op] == 0 and op not in queued:
                queued.add(op)
                queue.append(op)
        loops = self.loop_state
        if loops is not None:
            for tensor in loops.unused_exits(self.pending, queued):
                if is_trainable(tensor):
                    self.add(tensor, loops.zeros_like_for_exit(tensor))
                    queue.append(tensor.op)
        while queue:
            op = queue.popleft()
            with _colocation(op, self.colocate):
                if loops is not None:
                    loops.enter(op, before=True)
                arrived = self._aggregate(op)
                if loops is not None:
                    loops.exit(op, before=True)
                some = any(g is not None for g in arrived)
                function = _function_for(op) if some and op not in self.stop_ops else None
                if loops is not None:
                    loops.enter(op, before=False)
                    loops.check_not_initial_value(op, self.from_ops)
                if function is not None:
                    found = self._gradients_of(op, function, arrived)
                    for tensor, gradient in zip(op.inputs, found, strict=True):
                        if gradient is not None:
                            self._check_shape(op, tensor, gradient)
                            self.add(tensor, gradient)
                if loops is not None:
                    loops.exit(op, before=False)
            self._count_down(op, queue)
        if loops is not None:
            loops.post_process()

    def _gradients_of(
        self, op: Operation, function: Any, arrived: list[Gradient]
    ) -> Sequence[Gradient]:
        """Calls the gradient function of ``op``."""
        filled = list(arrived)
        for i, gradient in enumerate(arrived):
            if gradient is None and is_trainable(op.outputs[i]):
                filled[i] = self._zeros(op, i)
        with name_scope(op.name + "_grad"):
            result = function(op, *filled)
            found = list(result) if isinstance(result, (list, tuple)) else [result]
            if len(found) != len(op.inputs):
                raise ValueError(
                    f"Num gradients {len(found)} generated for op {op.node_def} do not match num "
                    f"inputs {len(op.inputs)}"
                )
            if self.gate and sum(g is not None for g in found) > 1:
                from penstock.ops.control_flow import tuple as tuple_

                with device(None), op.graph.colocate_with(None, ignore_existing=True):
                    found = tuple_(found)
        return found

    def _zeros(self, op: Operation, index: int) -> Any:
        if self.loop_state is not None:
            return self.loop_state.zeros_like(op, index)
        from penstock.autodiff.loops import zeros_like_outside_loop

        return zeros_like_outside_loop(op, index)

    def _check_shape(self, op: Operation, tensor: Tensor, gradient: Gradient) -> None:
        if isinstance(gradient, Tensor) and tensor.dtype.base_dtype is not dtypes.resource:
            try:
                gradient.set_shape(tensor.shape)
            except ValueError:
                raise ValueError(
                    "Incompatible shapes between op input and calculated input gradient.  "
                    f"Forward operation: {op.name}.  Input index: {op.inputs.index(tensor)}. "
                    f"Original input shape: {tensor.shape}.  "
                    f"Calculated input gradient shape: {gradient.shape}"
                ) from None

    def _count_down(self, op: Operation, queue: collections.deque[Operation]) -> None:
        """Notes that ``op`` is done, and queues the producers that waited for it alone."""
        for tensor in op.inputs:
            producer = tensor.op
            self.pending[producer] -= 1
            ready = self.pending[producer] == 0
            if self.loop_state is not None:
                self.loop_state.input_done(self, tensor, ready, queue)
            elif ready:
                queue.append(producer)

    def has_gradient(self, op: Operation) -> bool:
        """True when a gradient has arrived at some output of ``op``."""
        return any(g is not None for slot in self.gradients.get(op, ()) for g in slot)

    def _aggregate(self, op: Operation) -> list[Gradient]:
        """Sums what arrived at each output of ``op``; an empty list becomes ``None``."""
        slots = self.gradients.get(op)
        if slots is None:
            return [None] * len(op.outputs)
        if self.loop_state is not None and self.loop_state.replaces(op):
            return [slot[0] if slot else None for slot in slots]
        result = [self._sum(op, [g for g in slot if g is not None]) for slot in slots]
        for slot, total in zip(slots, result, strict=True):
            slot[:] = [] if total is None else [total]
        return result

    def _sum(self, op: Operation, arrived: list[Gradient]) -> Gradient:
        if not arrived:
            return None
        if len(arrived) == 1:
            return arrived[0]
        if all(isinstance(g, IndexedSlices) for g in arrived):
            return _concatenate_slices(arrived)
        from penstock.ops.math_binary import accumulate_n, add_n

        if any(isinstance(g, IndexedSlices) for g in arrived):
            return add_n(arrived)
        graph = arrived[0].graph
        method = self.aggregation_method
        accumulate = method == AggregationMethod.EXPERIMENTAL_ACCUMULATE_N
        if accumulate and len(arrived) > 2 and all(g.shape.is_fully_defined() for g in arrived):
            return accumulate_n(arrived)
        if accumulate or method == AggregationMethod.EXPERIMENTAL_TREE:
            with graph.name_scope(op.name + "_gradient_sum"):
                total = arrived[0]
                for gradient in arrived[1:]:
                    total = add_n([total, gradient])
                return total
        by_device: dict[str, list[Tensor]] = {}
        for gradient in arrived:
            by_device.setdefault(gradient.device, []).append(gradient)
        sums = []
        for place in sorted(by_device):
            tensors = by_device[place]
            with graph.colocate_with(tensors[0].op, ignore_existing=True):
                sums.append(add_n(tensors) if len(tensors) > 1 else tensors[0])
        return add_n(sums) if len(sums) > 1 else sums[0]

    def result(self, x: Tensor, zero: bool) -> Gradient:
        """What arrived at ``x`` in the end."""
        slots = self.gradients.get(x.op)
        arrived = [] if slots is None else [g for g in slots[x.value_index] if g is not None]
        if not arrived:
            if zero:
                from penstock.ops.arrays import zeros, zeros_like

                if x.dtype.base_dtype is dtypes.resource:
                    handle = x.op.attr("shape"), x.op.attr("dtype")
                    return zeros(*handle)
                return zeros_like(x)
            return None
        if len(arrived) > 1:
            raise ValueError(f"Gradients of {x.name} were not aggregated")
        return arrived[0]


def _between(
    to_ops: list[Operation], from_ops: list[Operation]
) -> tuple[set[Operation], list[Operation]]:
    """The operations on a path from ``from_ops`` to ``to_ops``, as a set and in visiting order."""
    reached: set[Operation] = set()
    queue = collections.deque(from_ops)
    while queue:
        op = queue.popleft()
        if op not in reached:
            reached.add(op)
            for tensor in op.outputs:
                if is_trainable(tensor):
                    queue.extend(tensor.consumers())
    between: set[Operation] = set()
    ordered = []
    queue = collections.deque(to_ops)
    while queue:
        op = queue.popleft()
        if op in reached:
            between.add(op)
            ordered.append(op)
            reached.remove(op)
            queue.extend(t.op for t in op.inputs)
    return between, ordered


def _loop_state(ordered: list[Operation], between: set[Operation], colocate: bool) -> Any:
    """The bookkeeping for while loops, or ``None`` when there are none on the way."""
    if not any(op.type in ("Exit", "RefExit") for op in ordered):
        return None
    from penstock.autodiff.loops import ControlFlowState

    return ControlFlowState(ordered, between, colocate)


def _function_for(op: Operation) -> Any:
    """The gradient function of an operation, overrides included.

    Raises:
        LookupError: when there is none.
    """
    if op._gradient_function is not None:
        return op._gradient_function
    override = op._attributes.get("_gradient_op_type")
    name = op.type if override is None else override.decode()
    try:
        return gradient_function(name)
    except LookupError:
        raise LookupError(
            f"No gradient defined for operation '{op.name}' (op type: {name})"
        ) from None


@contextlib.contextmanager
def _colocation(op: Operation, colocate: bool) -> Iterator[None]:
    if not colocate:
        yield
        return
    with op.graph.colocate_with(op):
        yield


def _concatenate_slices(arrived: list[IndexedSlices]) -> IndexedSlices:
    from penstock.ops.casts import cast
    from penstock.ops.slices import concat

    indices = [g.indices for g in arrived]
    if len({i.dtype for i in indices}) > 1:
        indices = [cast(i, dtypes.int64) if i.dtype == dtypes.int32 else i for i in indices]
    return IndexedSlices(
        concat([g.values for g in arrived], 0),
        concat(indices, 0),
        arrived[0].dense_shape,
    )
