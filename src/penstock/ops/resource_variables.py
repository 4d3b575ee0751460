"""Resource variables: a ``VarHandleOp`` whose value every read fetches anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import defaults
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import DType
from penstock.graph.operation import Operation
from penstock.graph.scopes import (
    colocate_with,
    control_dependencies,
    device,
    init_scope,
    name_scope,
)
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.ops import resource_state, scatter
from penstock.ops.ref_variables import checked_collections, guarded_initial_value, has_field
from penstock.ops.variables import (
    SaveSliceInfo,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    prepend_name_scope,
)


class ResourceVariable(Variable):
    """A variable that is a ``VarHandleOp`` operation; see ``tf.Variable`` for the arguments."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        dtype: Any = None,
        variable_def: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        expected_shape: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        self._save_slice_info = None
        self._cached_value: Tensor | None = None
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._restore(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        self._trainable = True if trainable is None else trainable
        self._synchronization = synchronization
        self._aggregation = aggregation
        self._constraint = constraint
        collections = checked_collections(collections, self._trainable)
        with init_scope():
            self._build(initial_value, caching_device, name, dtype, shape)
            defaults.get_default_graph().add_to_collections(collections, self)

    def _build(self, initial_value: Any, caching_device: Any, name: str | None, dtype: Any,
               shape: Any) -> None:  # fmt: skip
        from penstock.ops.arrays import identity

        graph = defaults.get_default_graph()
        from_function = callable(initial_value)
        values = [] if from_function else [initial_value]
        with name_scope(name, "Variable", values) as scope:
            handle_name = scope.rstrip("/")
            with graph._attr_scope({"_class": [b"loc:@" + handle_name.encode()]}):
                with name_scope("Initializer"), graph.device(None):
                    initial = convert_to_tensor(
                        initial_value() if from_function else initial_value,
                        name="initial_value",
                        dtype=dtype,
                    )
                if shape is not None and not initial.shape.is_compatible_with(shape):
                    raise ValueError(
                        f"The initial value's shape ({initial.shape}) is not compatible with the "
                        f"explicitly supplied `shape` argument ({shape})."
                    )
                self._shape = initial.shape if shape is None else as_shape(shape)
                self._dtype = initial.dtype.base_dtype
                self._handle = apply("VarHandleOp", name=scope, dtype=self._dtype,
                                     shape=self._shape, shared_name=handle_name)  # fmt: skip
            if initial.op._get_control_flow_context() is not None:
                raise ValueError(
                    f"Initializer for variable {scope} is from inside a control-flow construct, "
                    "such as a loop or conditional. When creating a variable inside a loop or "
                    "conditional, use a lambda as the initializer."
                )
            self._initial_value = initial
            with name_scope("IsInitialized"):
                self._is_initialized_op = apply("VarIsInitializedOp", self._handle)
            with (
                name_scope("Assign") as assign_scope,
                colocate_with(None, ignore_existing=True),
                device(self._handle.device),
            ):
                self._initializer_op = apply(
                    "AssignVariableOp",
                    self._handle,
                    guarded_initial_value(scope, initial),
                    name=assign_scope,
                )
            with name_scope("Read"), device(self._handle.device):
                self._graph_element = self._read_op()
            if caching_device is not None:
                with colocate_with(None, ignore_existing=True), device(caching_device):
                    self._cached_value = identity(self._graph_element)
        self._snapshot = self._graph_element if self._cached_value is None else self._cached_value

    def _restore(self, proto: Any, import_scope: str | None) -> None:
        if not proto.is_resource:
            raise ValueError("Trying to restore Variable as ResourceVariable.")
        graph = defaults.get_default_graph()

        def element(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._handle = element(proto.variable_name)
        self._shape = resource_state.handle_shape(self._handle)
        self._dtype = self._handle.op.attr("dtype")
        self._initializer_op = element(proto.initializer_name)
        self._initial_value = (
            element(proto.initial_value_name) if proto.initial_value_name else None
        )
        self._is_initialized_op = None
        self._trainable = proto.trainable if has_field(proto, "trainable") else True
        self._synchronization = VariableSynchronization(proto.synchronization)
        self._aggregation = VariableAggregation(proto.aggregation)
        self._constraint = None
        snapshot = element(proto.snapshot_name) if proto.snapshot_name else None
        if snapshot is not None and snapshot.op.type != "ReadVariableOp":
            self._cached_value = snapshot
            snapshot = graph.get_tensor_by_name(f"{self._handle.op.name}/Read/ReadVariableOp:0")
        self._graph_element = snapshot if snapshot is not None else self._read_op()
        self._snapshot = self._graph_element if self._cached_value is None else self._cached_value
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=proto.save_slice_info_def, import_scope=import_scope
            )

    # -- what it is ---------------------------------------------------------------------------
    @property
    def handle(self) -> Tensor:
        """The handle, a tensor of type ``resource``."""
        return self._handle

    @property
    def name(self) -> str:
        """The name, such as ``'Variable:0'``."""
        return self._handle.name

    @property
    def op(self) -> Operation:
        """The ``VarHandleOp`` operation."""
        return self._handle.op

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Adds what the caller knows of the shape."""
        self._shape = self._shape.merge_with(as_shape(shape))
        self._graph_element.set_shape(self._shape)

    @property
    def create(self) -> Operation:
        """The operation that initializes the variable."""
        return self._initializer_op

    def _read_op(self) -> Tensor:
        value = apply("ReadVariableOp", self._handle, dtype=self._dtype)
        value.set_shape(self._shape)
        return value

    def value(self) -> Tensor:
        """A read of the variable (the cached one, if there is a caching device)."""
        if self._cached_value is not None:
            return self._cached_value
        with colocate_with(None, ignore_existing=True), device(self._handle.device):
            return self._read_op()

    def read_value(self) -> Tensor:
        """A new read of the variable, ordered after the control dependencies in force."""
        from penstock.ops.arrays import identity

        with name_scope("Read"):
            value = self._read_op()
        return identity(value)

    def _ref(self) -> Tensor:
        return self.read_value().op.inputs[0]

    def is_initialized(self, name: str | None = None) -> Tensor:
        """Whether the variable has a value."""
        return apply("VarIsInitializedOp", self._handle, name=name)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The slices of the variable at ``indices``."""
        from penstock.ops.arrays import identity

        with name_scope("Gather" if name is None else name) as scope:
            value = apply("ResourceGather", self._handle, indices, dtype=self._dtype, name=scope)
        return identity(value)

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements or slices of the variable at multi-dimensional ``indices``."""
        from penstock.ops.arrays import identity

        with name_scope("GatherNd" if name is None else name) as scope:
            value = apply("ResourceGatherNd", self._handle, indices, dtype=self._dtype, name=scope)
        return identity(value)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The variable as a ``VariableDef``; ``None`` when it isn't in ``export_scope``."""
        proto = super().to_proto(export_scope)
        if proto is not None:
            proto.is_resource = True
        return proto

    def __getitem__(self, key: Any) -> Tensor:
        from penstock.ops.slices import slice_helper

        return slice_helper(self.value(), key, self)

    # -- changing it --------------------------------------------------------------------------
    def _lazy_read(self, op: Operation) -> ResourceVariable:
        return _UnreadVariable(self, op)

    def _changed(self, op: Operation, read_value: bool = True) -> Any:
        return self._lazy_read(op) if read_value else op

    def assign(self, value: Any, use_locking: bool | None = None, name: str | None = None,
               read_value: bool = True) -> Any:  # fmt: skip
        """Puts ``value`` into the variable; the operation itself when ``read_value`` is false."""
        tensor = convert_to_tensor(value, dtype=self._dtype)
        self._shape.assert_is_compatible_with(tensor.shape)
        return self._changed(apply("AssignVariableOp", self._handle, tensor, name=name), read_value)

    def assign_add(self, delta: Any, use_locking: bool | None = None, name: str | None = None,
                   read_value: bool = True) -> Any:  # fmt: skip
        """Adds ``delta``; returns the operation itself when ``read_value`` is false."""
        tensor = convert_to_tensor(delta, dtype=self._dtype)
        op = apply("AssignAddVariableOp", self._handle, tensor, name=name)
        return self._changed(op, read_value)

    def assign_sub(self, delta: Any, use_locking: bool | None = None, name: str | None = None,
                   read_value: bool = True) -> Any:  # fmt: skip
        """Subtracts ``delta``; returns the operation itself when ``read_value`` is false."""
        tensor = convert_to_tensor(delta, dtype=self._dtype)
        op = apply("AssignSubVariableOp", self._handle, tensor, name=name)
        return self._changed(op, read_value)

    def _scatter(self, kind: str, slices: Any, name: str | None) -> Any:
        from penstock.graph.composite import IndexedSlices

        if not isinstance(slices, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {slices}")
        values = convert_to_tensor(slices.values, self._dtype)
        return self._lazy_read(
            apply(f"ResourceScatter{kind}", self._handle, slices.indices, values, name=name)
        )

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Subtracts ``IndexedSlices``."""
        return self._scatter("Sub", sparse_delta, name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Adds ``IndexedSlices``."""
        return self._scatter("Add", sparse_delta, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Takes the larger of the variable and ``IndexedSlices``."""
        return self._scatter("Max", sparse_delta, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Takes the smaller of the variable and ``IndexedSlices``."""
        return self._scatter("Min", sparse_delta, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Multiplies by ``IndexedSlices``."""
        return self._scatter("Mul", sparse_delta, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Any:  # fmt: skip
        """Divides by ``IndexedSlices``."""
        return self._scatter("Div", sparse_delta, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                       name: str | None = None) -> Any:  # fmt: skip
        """Assigns ``IndexedSlices``."""
        return self._scatter("Update", sparse_delta, name)

    def batch_scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                             name: str | None = None) -> Any:  # fmt: skip
        """Assigns ``IndexedSlices`` whose leading dimensions are batches."""
        return scatter.batch_scatter_update(
            self, sparse_delta.indices, sparse_delta.values, use_locking, name
        )

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """``tf.scatter_nd_sub``."""
        return scatter.scatter_nd_sub(self, indices, updates, name=name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """``tf.scatter_nd_add``."""
        return scatter.scatter_nd_add(self, indices, updates, name=name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """``tf.scatter_nd_update``."""
        return scatter.scatter_nd_update(self, indices, updates, name=name)

    def _strided_slice_assign(self, begin: Any, end: Any, strides: Any, value: Any,
                              name: str | None, begin_mask: int, end_mask: int,
                              ellipsis_mask: int, new_axis_mask: int,
                              shrink_axis_mask: int) -> Any:  # fmt: skip
        tensor = convert_to_tensor(value, dtype=self._dtype)
        return self._lazy_read(
            apply("ResourceStridedSliceAssign", self._handle, begin, end, strides, tensor,
                  name=name, begin_mask=begin_mask, end_mask=end_mask,
                  ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
                  shrink_axis_mask=shrink_axis_mask)
        )  # fmt: skip


class _UnreadVariable(ResourceVariable):
    """What an assignment to a resource variable returns: reads come after the assignment."""

    def __init__(self, variable: ResourceVariable, parent_op: Operation) -> None:
        self.__dict__.update(variable.__dict__)
        self._cached_value = None
        self._parent_op = parent_op
        with control_dependencies([parent_op]):
            self._graph_element = self._read_op()

    @property
    def name(self) -> str:
        """The name of the assignment."""
        return self._parent_op.name

    @property
    def op(self) -> Operation:
        """The assignment."""
        return self._parent_op

    def value(self) -> Tensor:
        """A read of the variable after the assignment."""
        with control_dependencies([self._parent_op]):
            return super().value()

    def read_value(self) -> Tensor:
        """A read of the variable after the assignment."""
        with control_dependencies([self._parent_op]):
            return super().read_value()
