"""``tf.TensorArray``: arrays of tensors that loops read and write.

A write doesn't change the array that it is called on: it returns an array with a new *flow*, a
scalar that carries the order of writes and reads through the graph.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype, int64
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, control_dependencies, device, name_scope
from penstock.graph.shapes import TensorShape, as_shape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops import tensor_array_kernels as kernels

_LOG = logging.getLogger("tensorflow")


# -- shape rules -----------------------------------------------------------------------------------
def _scalar(op: Any) -> TensorShape:
    return TensorShape([])


def _handle_and_flow(op: Any) -> list[TensorShape]:
    op.inputs[0].shape.with_rank(0 if op.type == "TensorArrayV3" else 1)
    return [TensorShape([2]), TensorShape([])]


def _element_shape(handle: Tensor) -> TensorShape:
    """The element shape that the array's own operation promises."""
    op = handle.op
    while op.type != "TensorArrayV3" and op.inputs:
        op = op.inputs[0].op
    if op.type != "TensorArrayV3" or not op.attr("identical_element_shapes"):
        return unknown_shape()
    return op.attr("element_shape")


def _read_shape(op: Any) -> TensorShape:
    op.inputs[1].shape.with_rank(0)
    return _element_shape(op.inputs[0])


def _gathered_shape(op: Any) -> TensorShape:
    indices = op.inputs[1].shape.with_rank(1)
    return indices.concatenate(_element_shape(op.inputs[0]))


def _concatenated_shapes(op: Any) -> list[TensorShape]:
    return [unknown_shape(), unknown_shape(1)]


# -- gradients -------------------------------------------------------------------------------------
def _gradient_source(tensor: Tensor) -> str:
    """The name scope of the ``tf.gradients`` call: each call has its own gradient arrays."""
    parts = tensor.name.split("/")
    places = [i for i, part in enumerate(parts) if part.startswith("gradients")]
    if not places:
        raise ValueError(
            "Expected op/tensor name to start with gradients (excluding scope), got: "
            f"{tensor.name}. This means that a tf.gradients op with this op in its dependency path "
            "has a custom name that does not start with 'gradients'. Please make sure all calls to "
            "tf.gradients that have non-empty 'name' arguments use names that start with "
            "'gradients'."
        )
    return "/".join(parts[: places[-1] + 1])


def _gradient_of(op: Any, flow: Tensor, arrived: Tensor, dtype: Any) -> TensorArray:
    """The array of gradients for the array that ``op`` works on."""
    source = _gradient_source(arrived)
    array = TensorArray(dtype=dtype, handle=op.inputs[0], flow=flow,
                        colocate_with_first_write_call=False)  # fmt: skip
    return array.grad(source=source, flow=flow)


def _read_gradient(op: Any, gradient: Tensor) -> list[Any]:
    array = _gradient_of(op, op.inputs[2], gradient, op.attr("dtype"))
    return [None, None, array.write(op.inputs[1], gradient).flow]


def _write_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, None, array.read(op.inputs[1]), flow]


def _gather_gradient(op: Any, gradient: Tensor) -> list[Any]:
    array = _gradient_of(op, op.inputs[2], gradient, op.attr("dtype"))
    return [None, None, array.scatter(op.inputs[1], gradient).flow]


def _scatter_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, None, array.gather(op.inputs[1]), flow]


def _concat_gradient(op: Any, gradient: Tensor, _: Any) -> list[Any]:
    array = _gradient_of(op, op.inputs[1], gradient, op.attr("dtype"))
    return [None, array.split(gradient, lengths=op.outputs[1]).flow]


def _split_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, array.concat(), None, flow]


# -- operations ------------------------------------------------------------------------------------
@operation(
    "TensorArrayV3",
    inputs="size: int32",
    outputs="handle: resource, flow: float",
    attrs=(
        "dtype: type; element_shape: shape = ?; dynamic_size: bool = false; "
        "clear_after_read: bool = true; identical_element_shapes: bool = false; "
        "tensor_array_name: string = ''"
    ),
    stateful=True,
)
class TensorArrayV3:
    shape = _handle_and_flow
    static = "size"
    host = kernels.host_create
    gradient = None

    def lower(
        size: Any, *, op: Any, run: Any, dtype: Any, element_shape: TensorShape, dynamic_size: bool
    ) -> Any:
        return kernels.create(size, op=op, run=run, dtype=dtype, element_shape=element_shape,
                              dynamic_size=dynamic_size)  # fmt: skip


def _lower_gradient(handle: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.gradient_array(handle, op=op, run=run), flow


def _host_gradient(handle: Any, flow: Any, *, op: Any, run: Any, source: str) -> Any:
    return kernels.host_gradient(handle, op=op, run=run, source=source), flow


@operation(
    "TensorArrayGradV3", inputs="handle: resource, flow_in: float",
    outputs="grad_handle: resource, flow_out: float", attrs="source: string", stateful=True,
)  # fmt: skip
class TensorArrayGradV3:
    shape = _handle_and_flow
    lower = _lower_gradient
    host = _host_gradient
    gradient = None


@operation(
    "TensorArrayGradWithShape",
    inputs="handle: resource, flow_in: float, shape_to_prepend: int32",
    outputs="grad_handle: resource, flow_out: float",
    attrs="source: string",
    stateful=True,
)
class TensorArrayGradWithShape:
    gradient = None
    shape = _handle_and_flow

    def host(handle: Any, flow: Any, shape: Any, *, op: Any, run: Any, source: str) -> Any:
        prefix = [int(size) for size in shape]
        made = kernels.host_gradient(handle, op=op, run=run, source=source)
        array = run.state_get(made)
        array.element_shape = TensorShape(prefix).concatenate(array.element_shape)
        array.shapes = [None if s is None else (*prefix, *s) for s in array.shapes]
        return made, flow


def _lower_write(handle: Any, index: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    _check_type(op, handle, "T", "write")
    return kernels.write(handle, index, value, run=run)


def _host_write(handle: Any, index: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    _check_type(op, handle, "T", "write")
    return kernels.host_write(handle, index, value, op=op, run=run)


def _check_type(op: Any, handle: Any, attribute: str, verb: str) -> None:
    own, wanted = op.attr(attribute), handle.op.attr("dtype")
    if own != wanted:
        raise errors.InvalidArgumentError(
            None, op, f"TensorArray dtype is {wanted.name} but Op is trying to {verb} dtype "
            f"{own.name}."
        )  # fmt: skip


@operation(
    "TensorArrayWriteV3", inputs="handle: resource, index: int32, value: T, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArrayWriteV3:
    lower = _lower_write
    host = _host_write
    gradient = _write_gradient

    def shape(op: Any) -> TensorShape:  # noqa: N805
        op.inputs[1].shape.with_rank(0)
        return TensorShape([])


def _lower_read(handle: Any, index: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.read(handle, index, op=op, run=run, dtype=dtype)


def _host_read(handle: Any, index: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_read(handle, index, op=op, run=run)


@operation(
    "TensorArrayReadV3", inputs="handle: resource, index: int32, flow_in: float",
    outputs="value: dtype", attrs="dtype: type", stateful=True,
)  # fmt: skip
class TensorArrayReadV3:
    shape = _read_shape
    lower = _lower_read
    host = _host_read
    gradient = _read_gradient


def _lower_gather(handle: Any, indices: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.gather(handle, indices, op=op, run=run, dtype=dtype)


def _host_gather(handle: Any, indices: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.host_gather(handle, indices, op=op, run=run, dtype=dtype)


@operation(
    "TensorArrayGatherV3", inputs="handle: resource, indices: int32, flow_in: float",
    outputs="value: dtype", attrs="dtype: type; element_shape: shape = ?", stateful=True,
)  # fmt: skip
class TensorArrayGatherV3:
    shape = _gathered_shape
    lower = _lower_gather
    host = _host_gather
    gradient = _gather_gradient


def _lower_scatter(handle: Any, indices: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.scatter(handle, indices, value, op=op, run=run)


def _host_scatter(handle: Any, indices: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_scatter(handle, indices, value, op=op, run=run)


@operation(
    "TensorArrayScatterV3", inputs="handle: resource, indices: int32, value: T, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArrayScatterV3:
    lower = _lower_scatter
    host = _host_scatter
    gradient = _scatter_gradient

    def shape(op: Any) -> TensorShape:  # noqa: N805
        op.inputs[1].shape.with_rank(1)
        return TensorShape([])


def _lower_concat(handle: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.concat(handle, op=op, run=run, dtype=dtype)


def _host_concat(handle: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.host_concat(handle, op=op, run=run, dtype=dtype)


@operation(
    "TensorArrayConcatV3", inputs="handle: resource, flow_in: float",
    outputs="value: dtype, lengths: int64",
    attrs="dtype: type; element_shape_except0: shape = ?", stateful=True,
)  # fmt: skip
class TensorArrayConcatV3:
    shape = _concatenated_shapes
    lower = _lower_concat
    host = _host_concat
    gradient = _concat_gradient


def _lower_split(handle: Any, value: Any, lengths: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.split(handle, value, lengths, op=op, run=run)


def _host_split(handle: Any, value: Any, lengths: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_split(handle, value, lengths, op=op, run=run)


@operation(
    "TensorArraySplitV3", inputs="handle: resource, value: T, lengths: int64, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArraySplitV3:
    shape = _scalar
    lower = _lower_split
    host = _host_split
    gradient = _split_gradient


def _lower_size(handle: Any, flow: Any, *, run: Any) -> Any:
    return kernels.size_of(handle, run=run)


def _host_size(handle: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_size(handle, op=op, run=run)


@operation("TensorArraySizeV3", inputs="handle: resource, flow_in: float", outputs="size: int32",
           stateful=True)  # fmt: skip
class TensorArraySizeV3:
    shape = _scalar
    lower = _lower_size
    host = _host_size
    gradient = None


@operation("TensorArrayCloseV3", inputs="handle: resource", stateful=True)
class TensorArrayCloseV3:
    lower = kernels.close
    host = kernels.host_close
    gradient = None


# -- the class -------------------------------------------------------------------------------------
class TensorArray:
    """An array of tensors of one type, each of which is written once.

    Args:
        dtype: the elements' type.
        size: how many elements, an ``int32`` scalar.
        dynamic_size: whether writing past the end makes the array longer.
        clear_after_read: whether an element can be read only once (the default).
        tensor_array_name: a name kept in the graph.
        handle: the handle of an array that is there already.
        flow: the flow that goes with ``handle``.
        infer_shape: whether all elements must have one shape, found at the first write.
        element_shape: the elements' shape.
        colocate_with_first_write_call: whether the array is placed with what is written first.
        name: the name scope.

    Raises:
        ValueError: when both or neither of ``handle`` and ``size`` are given.
        TypeError: when ``handle`` is no tensor.
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if handle is not None and tensor_array_name:
            raise ValueError("Cannot construct with both handle and tensor_array_name")
        if handle is not None and not isinstance(handle, Tensor):
            raise TypeError("Handle must be a Tensor")
        if handle is None and size is None:
            raise ValueError("Size must be provided if handle is not provided")
        if handle is not None:
            for given, what in ((size, "size"), (element_shape, "element_shape"),
                                (dynamic_size, "dynamic_size"),
                                (clear_after_read, "clear_after_read")):  # fmt: skip
                if given is not None:
                    raise ValueError(f"Cannot provide both a handle and {what} at the same time")
            if flow is None:
                raise ValueError("flow must not be None if handle is not None.")
        self._dynamic_size = bool(dynamic_size)
        self._dtype = as_dtype(dtype).base_dtype
        self._colocate_first = colocate_with_first_write_call
        self._colocated: list[Any] | None = [] if colocate_with_first_write_call else None
        # Arrays made from one another share what they learn of the element shape.
        self._shared_shape = [as_shape(element_shape)]
        self._infer_shape = infer_shape
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is not None:
                self._handle, self._flow = handle, flow
                return
            with self._nowhere():
                self._handle, self._flow = apply(
                    "TensorArrayV3",
                    size,
                    dtype=dtype,
                    element_shape=as_shape(element_shape),
                    identical_element_shapes=infer_shape,
                    dynamic_size=self._dynamic_size,
                    clear_after_read=True if clear_after_read is None else clear_after_read,
                    tensor_array_name=tensor_array_name,
                    name=scope,
                )

    @contextlib.contextmanager
    def _nowhere(self) -> Iterator[None]:
        """Leaves the place open when the first write is to decide it."""
        if not self._colocate_first:
            yield
            return
        with device(None), colocate_with(None, ignore_existing=True):
            yield

    @contextlib.contextmanager
    def _with_first(self, value: Any) -> Iterator[None]:
        """Places a write with the first value that was written."""
        if self._colocated is None:
            yield
            return
        if not self._colocated:
            self._colocated.append(value)
        with colocate_with(self._colocated[0]):
            yield

    def _with_flow(self, flow: Any) -> TensorArray:
        """The same array after the operation that gave ``flow``."""
        array = TensorArray(
            dtype=self._dtype,
            handle=self._handle,
            flow=flow,
            infer_shape=self._infer_shape,
            colocate_with_first_write_call=self._colocate_first,
        )
        array._dynamic_size = self._dynamic_size
        array._colocated = self._colocated
        array._shared_shape = self._shared_shape
        return array

    @property
    def flow(self) -> Tensor:
        """The scalar that orders what is done with the array."""
        return self._flow

    @property
    def dtype(self) -> Any:
        """The elements' type."""
        return self._dtype

    @property
    def handle(self) -> Tensor:
        """The array's handle."""
        return self._handle

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the elements' shape."""
        return self._shared_shape[0]

    @property
    def dynamic_size(self) -> bool:
        """Whether writing past the end makes the array longer."""
        return self._dynamic_size

    def _check_shape(self, shape: TensorShape) -> None:
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(f"Inconsistent shapes: saw {shape} but expected {self.element_shape} ")
        if self._infer_shape:
            self._shared_shape[0] = self.element_shape.merge_with(shape)

    def _value(self, value: Any) -> Tensor:
        tensor = convert_to_tensor(value, preferred_dtype=self._dtype, name="value")
        if tensor.dtype.base_dtype != self._dtype:
            _LOG.error(
                "Input value %s has dtype %s, but the TensorArray has dtype %s: running this will "
                "fail.", tensor, tensor.dtype.name, self._dtype.name,
            )  # fmt: skip
        return tensor

    def identity(self) -> TensorArray:
        """The same array with a copy of the flow."""
        from penstock.ops.identities import identity

        return self._with_flow(identity(self._flow))

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> TensorArray:
        """The array of gradients that belongs to this one.

        Args:
            source: which ``tf.gradients`` call asks; each has its own array.
            flow: the flow after which the size is taken.
            name: the name scope.
        """
        from penstock.ops.identities import identity

        flow = self._flow if flow is None else flow
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle):
            handle, _ = apply("TensorArrayGradV3", self._handle, flow, source=source, name=name)
            with control_dependencies([handle]):
                flow = identity(flow, name="gradient_flow")
            array = TensorArray(
                dtype=self._dtype,
                handle=handle,
                flow=flow,
                infer_shape=self._infer_shape,
                colocate_with_first_write_call=False,
            )
            array._shared_shape = self._shared_shape
            return array

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The element at ``index`` (an ``int32`` scalar)."""
        value = apply("TensorArrayReadV3", self._handle, index, self._flow, dtype=self._dtype,
                      name=name)  # fmt: skip
        value.set_shape(self.element_shape)
        return value

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with ``value`` at ``index``.

        Raises:
            ValueError: when the shape isn't that of the other elements (with ``infer_shape``).
        """
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = self._value(value)
            self._check_shape(value.shape)
            with self._with_first(value):
                flow = apply("TensorArrayWriteV3", self._handle, index, value, self._flow,
                             name=name)  # fmt: skip
            return self._with_flow(flow)

    def stack(self, name: str | None = None) -> Tensor:
        """All elements as one tensor ``[size, *element_shape]``."""
        from penstock.ops.ranges import range as range_

        with (
            colocate_with(self._handle),
            name_scope(name, "TensorArrayStack", [self._handle]),
        ):
            return self.gather(range_(0, self.size()), name=name)

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements at ``indices`` as one tensor ``[n, *element_shape]``."""
        value = apply(
            "TensorArrayGatherV3", self._handle, indices, self._flow, dtype=self._dtype,
            element_shape=self.element_shape, name=name,
        )  # fmt: skip
        if self.element_shape.sizes is not None:
            value.set_shape([None, *self.element_shape.sizes])
        return value

    def concat(self, name: str | None = None) -> Tensor:
        """All elements put together along their first dimension."""
        value, _ = apply(
            "TensorArrayConcatV3", self._handle, self._flow, dtype=self._dtype,
            element_shape_except0=self.element_shape[1:], name=name,
        )  # fmt: skip
        if self.element_shape.sizes is not None:
            value.set_shape([None, *self.element_shape.sizes[1:]])
        return value

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of ``value`` as its elements."""
        from penstock.ops.arrays import shape
        from penstock.ops.ranges import range as range_

        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            count = shape(value)[0]  # type: ignore[index]
            return self.scatter(indices=range_(0, count), value=value, name=name)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with row ``i`` of ``value`` at ``indices[i]``."""
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = self._value(value)
            self._check_shape(value.shape[1:])
            with self._with_first(value):
                flow = apply("TensorArrayScatterV3", self._handle, indices, value, self._flow,
                             name=name)  # fmt: skip
            return self._with_flow(flow)

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """The array with successive parts of ``value``, of the given lengths, as its elements."""
        from penstock.ops.casts import cast

        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            with self._with_first(value):
                lengths = cast(lengths, int64)
                known = constant_value(lengths)
                if value.shape.sizes is not None and known is not None:
                    if known.shape and np.max(known) == np.min(known):
                        self._check_shape(TensorShape([int(known[0])]).concatenate(value.shape[1:]))
                flow = apply("TensorArraySplitV3", self._handle, value, lengths, self._flow,
                             name=name)  # fmt: skip
            return self._with_flow(flow)

    def size(self, name: str | None = None) -> Tensor:
        """How many elements the array has, an ``int32`` scalar."""
        return apply("TensorArraySizeV3", self._handle, self._flow, name=name)

    def close(self, name: str | None = None) -> Any:
        """An operation that ends the array's life in this run."""
        return apply("TensorArrayCloseV3", self._handle, name=name)
