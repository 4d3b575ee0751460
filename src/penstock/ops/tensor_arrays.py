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

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype, int64
from penstock.graph.scopes import colocate_with, control_dependencies, device, name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops import tensor_array_ops as _operations  # noqa: F401 - registers them

_LOG = logging.getLogger("tensorflow")


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

    def pack(self, name: str | None = None) -> Tensor:
        """``stack``, as TensorFlow 0.x called it."""
        return self.stack(name)

    def unpack(self, value: Any, name: str | None = None) -> TensorArray:
        """``unstack``, as TensorFlow 0.x called it."""
        return self.unstack(value, name)

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
