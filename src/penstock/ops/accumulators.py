"""``tf.ConditionalAccumulator`` and its sparse form: means of gradients that are fresh enough.

Who wants to take a mean waits until enough gradients have come; gradients of steps before the
current one are dropped (Chen et al., "Revisiting Distributed Synchronous SGD", 2016).
"""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.casts import cast
from penstock.ops.queue_kernels import Queue, _Attempt
from penstock.ops.session_resources import open_resource, resource_of
from penstock.ops.shape_rules import scalar_output

_ATTRS = (
    "dtype: numbertype; shape: shape; container: string = ''; shared_name: string = ''; "
    "reduction_type: {'MEAN', 'SUM'} = 'MEAN'"
)


# -- the objects ----------------------------------------------------------------------------------
class Accumulator(Queue):
    """A sum of gradients, and those who wait for enough of them.

    Args:
        name: how errors call it.
        shape: the static shape of the gradients.
        mean: whether the mean is taken, not the sum.
    """

    kind = "ConditionalAccumulator"

    def __init__(self, name: str, shape: TensorShape, mean: bool) -> None:
        super().__init__(name, 0, None)
        self.shape = shape
        self.mean = mean
        self.step = 0
        self.count = 0
        self.sum: Any = None

    def add(self, local_step: int, gradient: Any, run: Any) -> None:
        """Adds a gradient, unless it belongs to an earlier step."""
        with self._lock:
            self._check(gradient, run)
            if local_step >= self.step:
                self.sum = gradient if self.count == 0 else self._plus(self.sum, gradient)
                self.count += 1
                self._serve()

    def take(self, wanted: int, run: Any) -> Any:
        """The mean (or sum) of the gradients, as soon as there are ``wanted``; begins anew."""
        if wanted <= 0:
            raise errors.InvalidArgumentError(
                None, run.current, f"Argument num_required must be positive, but was {wanted}"
            )

        def step(attempt: _Attempt) -> bool:
            if self.count < wanted:
                return False
            attempt.taken = [self._result()]
            self.sum, self.count = None, 0
            self.step += 1
            return True

        return self._wait(_Attempt(step, 0), self._dequeues, run).taken[0]

    def set_step(self, step: int) -> None:
        """Sets the step before which gradients are too old."""
        with self._lock:
            self.step = step

    def _put_back(self, elements: list[Any]) -> None:
        """Nothing is taken before all of it is there."""

    def _check(self, gradient: Any, run: Any) -> None:
        if not self.shape.is_compatible_with(gradient.shape):
            raise errors.InvalidArgumentError(
                None,
                run.current,
                f"Shape mismatch: expected {_text(self.shape.as_list())}, got "
                f"{_text(gradient.shape)}",
            )

    def _plus(self, total: Any, gradient: Any) -> Any:
        return total + gradient

    def _result(self) -> Any:
        return (self.sum / self.count).astype(self.sum.dtype) if self.mean else self.sum


class SparseAccumulator(Accumulator):
    """``Accumulator`` of slices: each index has a count of its own."""

    kind = "SparseConditionalAccumulator"

    def _check(self, gradient: Any, run: Any) -> None:
        indices, values, _, _ = gradient
        sizes: Any = None if self.shape.ndims in (None, 0) else self.shape.as_list()
        for i, index in enumerate(indices if sizes and sizes[0] is not None else ()):
            if index >= sizes[0]:
                raise errors.InvalidArgumentError(
                    None,
                    run.current,
                    f"Shape mismatch: index of slice {i} exceeded limits of shape; index is "
                    f"{index} exceeded {sizes[0]}",
                )
        for i, size in enumerate(sizes or ()):
            if i and size is not None and values.shape[i] != size:
                raise errors.InvalidArgumentError(
                    None,
                    run.current,
                    f"Shape mismatch: expected values dim {i} to be {size}, got {values.shape[i]}",
                )

    def _plus(self, total: Any, gradient: Any) -> Any:
        """Merges two lists in the order of their indices; equal ones are added pair by pair."""
        indices: list[int] = []
        rows: list[Any] = []
        counts: list[int] = []
        places = [0, 0]
        sides = [total, gradient]
        while any(place < len(side[0]) for place, side in zip(places, sides)):
            heads = [
                side[0][place] if place < len(side[0]) else np.iinfo(np.int64).max
                for place, side in zip(places, sides)
            ]
            first = min(heads)
            row: Any = 0
            count = 0
            for i in (0, 1):
                if heads[i] == first:
                    row = row + sides[i][1][places[i]]
                    count += sides[i][3][places[i]]
                    places[i] += 1
            indices.append(first)
            rows.append(row)
            counts.append(count)
        return np.array(indices, np.int64), np.stack(rows), total[2], np.array(counts)

    def _result(self) -> Any:
        indices, values, shape, counts = self.sum
        if self.mean:
            each = counts.reshape((-1,) + (1,) * (values.ndim - 1))
            values = (values / each).astype(values.dtype)
        return indices, values, shape


def _text(sizes: Any) -> str:
    return "[" + ",".join("?" if s is None else str(s) for s in sizes) + "]"


# -- the operations -------------------------------------------------------------------------------
def _handle_shape(op: Any) -> TensorShape:
    return TensorShape([2])


def _register(prefix: str, handle: str) -> None:
    """The operations of dense accumulators, in the form with references or with resources."""
    stateful = prefix == "Resource"

    class Make:
        shape = _handle_shape

        def host(*, op: Any, run: Any, shape: Any, reduction_type: str) -> Any:
            mean = reduction_type == "MEAN"
            return open_resource(run, op, "accumulator", lambda n: Accumulator(n, shape, mean))

    class Apply:
        def host(handle: Any, local_step: Any, gradient: Any, *, run: Any) -> None:
            resource_of(run, handle).add(int(local_step), np.array(gradient), run)

    class Take:
        def shape(op: Any) -> TensorShape:
            return TensorShape(None)

        def host(handle: Any, num_required: Any, *, run: Any) -> Any:
            return np.asarray(resource_of(run, handle).take(int(num_required), run))

    class Count:
        shape = scalar_output

        def host(handle: Any, *, run: Any) -> Any:
            return np.array(resource_of(run, handle).count, np.int32)

    class SetStep:
        def host(handle: Any, new_global_step: Any, *, run: Any) -> None:
            resource_of(run, handle).set_step(int(new_global_step))

    name = f"{prefix}Accumulator"
    operation(f"{prefix}ConditionalAccumulator", outputs=f"handle: {handle}", attrs=_ATTRS,
              stateful=True)(Make)  # fmt: skip
    operation(f"{name}ApplyGradient", stateful=stateful, attrs="dtype: numbertype",
              inputs=f"handle: {handle}, local_step: int64, gradient: dtype")(Apply)  # fmt: skip
    operation(f"{name}TakeGradient", stateful=stateful, attrs="dtype: numbertype",
              inputs=f"handle: {handle}, num_required: int32",
              outputs="average: dtype")(Take)  # fmt: skip
    operation(f"{name}NumAccumulated", stateful=stateful, inputs=f"handle: {handle}",
              outputs="num_accumulated: int32")(Count)  # fmt: skip
    operation(f"{name}SetGlobalStep", stateful=stateful,
              inputs=f"handle: {handle}, new_global_step: int64")(SetStep)  # fmt: skip


_register("", "Ref(string)")
_register("Resource", "resource")


@operation(
    "SparseConditionalAccumulator", outputs="handle: Ref(string)", attrs=_ATTRS, stateful=True
)
class SparseConditionalAccumulatorOp:
    shape = _handle_shape

    def host(*, op: Any, run: Any, shape: Any, reduction_type: str) -> Any:
        mean = reduction_type == "MEAN"
        return open_resource(run, op, "accumulator", lambda n: SparseAccumulator(n, shape, mean))


@operation(
    "SparseAccumulatorApplyGradient",
    inputs="handle: Ref(string), local_step: int64, gradient_indices: int64, "
    "gradient_values: dtype, gradient_shape: int64",
    attrs="dtype: numbertype; has_known_shape: bool",
)
class SparseAccumulatorApplyGradient:
    def host(
        handle: Any,
        local_step: Any,
        gradient_indices: Any,
        gradient_values: Any,
        gradient_shape: Any,
        *,
        run: Any,
    ) -> None:
        indices = np.array(gradient_indices)
        gradient = (indices, np.array(gradient_values), np.array(gradient_shape),
                    np.ones(len(indices), np.int64))  # fmt: skip
        resource_of(run, handle).add(int(local_step), gradient, run)


@operation(
    "SparseAccumulatorTakeGradient",
    inputs="handle: Ref(string), num_required: int32",
    outputs="indices: int64, values: dtype, shape: int64",
    attrs="dtype: numbertype",
)
class SparseAccumulatorTakeGradient:
    def shape(op: Any) -> list[TensorShape]:
        return [TensorShape(None)] * 3

    def host(handle: Any, num_required: Any, *, run: Any) -> Any:
        return list(resource_of(run, handle).take(int(num_required), run))


# -- the classes ----------------------------------------------------------------------------------
class ConditionalAccumulatorBase:
    """What both kinds of accumulators have.

    Args:
        dtype: the type of the gradients. shape: their static shape.
        accumulator_ref: the handle.
    """

    _prefix = ""

    def __init__(self, dtype: Any, shape: Any, accumulator_ref: Tensor) -> None:
        self._dtype = dtypes.as_dtype(dtype)
        self._shape = as_shape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self) -> Tensor:
        """The handle."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The name of the accumulator."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The type of the gradients."""
        return self._dtype

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients there are."""
        name = name or f"{self._name}_NumAccumulated"
        return apply(f"{self._prefix}AccumulatorNumAccumulated", self._accumulator_ref, name=name)

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Any:
        """An operation after which gradients of steps before ``new_global_step`` are dropped."""
        step = cast(convert_to_tensor(new_global_step), dtypes.int64)
        kind = f"{self._prefix}AccumulatorSetGlobalStep"
        return apply(kind, self._accumulator_ref, step, name=name)


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """An accumulator of dense gradients.

    Args:
        dtype: the type of the gradients.
        shape: their shape, as far as it is known.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
        reduction_type: ``MEAN`` or ``SUM``.
    """

    _prefix = "Resource"

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        handle = apply(
            "ResourceConditionalAccumulator",
            dtype=dtype,
            shape=as_shape(shape),
            shared_name=shared_name,
            reduction_type=reduction_type,
            name=name,
        )
        super().__init__(dtype, shape, handle)

    def apply_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Any:
        """An operation that adds a gradient, unless ``local_step`` is an earlier step.

        Raises:
            ValueError: when its shape doesn't fit.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.shape.assert_is_compatible_with(self._shape)
        step = cast(convert_to_tensor(local_step), dtypes.int64)
        return apply(
            "ResourceAccumulatorApplyGradient", self._accumulator_ref, step, grad, name=name
        )

    def take_grad(self, num_required: Any, name: str | None = None) -> Tensor:
        """The mean of the gradients, when there are ``num_required``; then it begins anew."""
        taken = apply(
            "ResourceAccumulatorTakeGradient",
            self._accumulator_ref,
            num_required,
            dtype=self._dtype,
            name=name,
        )
        taken.set_shape(self._shape)
        return taken


SparseGradient = collections.namedtuple(
    "SparseAccumulatorTakeGradient", ["indices", "values", "shape"]
)


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """An accumulator of ``IndexedSlices``; arguments as for ``ConditionalAccumulator``."""

    def __init__(
        self,
        dtype: Any,
        shape: Any = None,
        shared_name: str | None = None,
        name: str = "sparse_conditional_accumulator",
        reduction_type: str = "MEAN",
    ) -> None:
        handle = apply(
            "SparseConditionalAccumulator",
            dtype=dtype,
            shape=as_shape(shape),
            shared_name=shared_name,
            reduction_type=reduction_type,
            name=name,
        )
        super().__init__(dtype, shape, handle)

    def apply_indexed_slices_grad(
        self, grad: IndexedSlices, local_step: Any = 0, name: str | None = None
    ) -> Any:
        """An operation that adds ``IndexedSlices``, unless ``local_step`` is an earlier step."""
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(
        self,
        grad_indices: Any,
        grad_values: Any,
        grad_shape: Any = None,
        local_step: Any = 0,
        name: str | None = None,
    ) -> Any:
        """An operation that adds slices with sorted indices; see ``apply_indexed_slices_grad``."""
        step = cast(convert_to_tensor(local_step), dtypes.int64)
        return apply(
            "SparseAccumulatorApplyGradient",
            self._accumulator_ref,
            step,
            cast(grad_indices, dtypes.int64),
            grad_values,
            cast([] if grad_shape is None else grad_shape, dtypes.int64),
            has_known_shape=grad_shape is not None,
            name=name,
        )

    def take_grad(self, num_required: Any, name: str | None = None) -> SparseGradient:
        """Indices, values and shape of the mean, when there are ``num_required`` gradients."""
        return SparseGradient(*self._take(num_required, name))

    def take_indexed_slices_grad(self, num_required: Any, name: str | None = None) -> IndexedSlices:
        """The mean as ``IndexedSlices``, when there are ``num_required`` gradients."""
        indices, values, shape = self._take(num_required, name)
        return IndexedSlices(values, indices, shape)

    def _take(self, num_required: Any, name: str | None) -> Any:
        return apply(
            "SparseAccumulatorTakeGradient",
            self._accumulator_ref,
            num_required,
            dtype=self._dtype,
            name=name,
        )
