"""Reference variables: a ``VariableV2`` operation with its ``Assign`` and ``read``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import defaults
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.operation import Operation
from penstock.graph.scopes import colocate_with, init_scope, name_scope
from penstock.graph.shapes import as_shape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops import scatter, state
from penstock.ops.variables import (
    SaveSliceInfo,
    Variable,
    VariableAggregation,
    VariableSynchronization,
    prepend_name_scope,
)


def checked_collections(collections: Any, trainable: bool) -> list[Any]:
    """The collections that a new variable goes to.

    Raises:
        ValueError: when ``collections`` isn't a list, tuple or set.
    """
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    if not isinstance(collections, (list, tuple, set)):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. Got "
            f"{collections} of type {type(collections)}"
        )
    collections = list(collections)
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
        collections.append(GraphKeys.TRAINABLE_VARIABLES)
    return collections


class RefVariable(Variable):
    """A variable that is a ``VariableV2`` operation; see ``tf.Variable`` for the arguments."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Any = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> None:
        self._save_slice_info = None
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._restore(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self._trainable = True if trainable is None else trainable
        self._synchronization = synchronization
        self._aggregation = aggregation
        if constraint is not None and not callable(constraint):
            raise ValueError("The `constraint` argument must be a callable.")
        self._constraint = constraint
        self._caching_device = caching_device
        collections = checked_collections(collections, self._trainable)
        with init_scope():
            self._build(initial_value, validate_shape, caching_device, name, dtype, shape)
            defaults.get_default_graph().add_to_collections(collections, self)

    def _build(
        self,
        initial_value: Any,
        validate_shape: bool,
        caching_device: Any,
        name: str | None,
        dtype: Any,
        shape: Any,
    ) -> None:
        graph = defaults.get_default_graph()
        from_function = callable(initial_value)
        values = [] if from_function else [initial_value]
        with name_scope(name, "Variable", values) as scope:
            if from_function:
                groups = [b"loc:@" + scope.rstrip("/").encode()]
                with graph._attr_scope({"_class": groups}):
                    with name_scope("Initializer"), graph.device(None):
                        initial = convert_to_tensor(
                            initial_value(), name="initial_value", dtype=dtype
                        )
                    variable_shape = _shape_of(initial, validate_shape, shape)
                    self._graph_element = state.variable_op_v2(
                        variable_shape, initial.dtype.base_dtype, name=scope
                    )
            else:
                initial = convert_to_tensor(initial_value, name="initial_value", dtype=dtype)
                if initial.op._get_control_flow_context() is not None:
                    raise ValueError(
                        f"Initializer for variable {scope} is from inside a control-flow "
                        "construct, such as a loop or conditional. When creating a variable "
                        "inside a loop or conditional, use a lambda as the initializer."
                    )
                variable_shape = _shape_of(initial, validate_shape, shape)
                self._graph_element = state.variable_op_v2(
                    variable_shape, initial.dtype.base_dtype, name=scope
                )
            self._initial_value = initial
            if validate_shape and not initial.shape.is_fully_defined():
                raise ValueError(f"initial_value must have a shape specified: {initial}")
            self._initializer_op = state.assign(
                self._graph_element,
                guarded_initial_value(scope, initial),
                validate_shape=validate_shape,
            ).op
            self._snapshot = self._read(caching_device)

    def _read(self, caching_device: Any) -> Tensor:
        from penstock.ops.arrays import identity

        if caching_device is not None:
            with self._graph_element.graph.device(caching_device):
                return identity(self._graph_element, name="read")
        with colocate_with(self._graph_element.op):
            return identity(self._graph_element, name="read")

    def _restore(self, proto: Any, import_scope: str | None) -> None:
        graph = defaults.get_default_graph()

        def element(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._graph_element = element(proto.variable_name)
        self._initializer_op = element(proto.initializer_name)
        # Meta graphs of TensorFlow before 1.5 say nothing of the initial value.
        self._initial_value = (
            element(proto.initial_value_name) if proto.initial_value_name else None
        )
        self._snapshot = element(proto.snapshot_name)
        self._trainable = proto.trainable if has_field(proto, "trainable") else True
        self._synchronization = VariableSynchronization(proto.synchronization)
        self._aggregation = VariableAggregation(proto.aggregation)
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=proto.save_slice_info_def, import_scope=import_scope
            )
        self._caching_device = None
        self._constraint = None

    # -- what it is ---------------------------------------------------------------------------
    @property
    def _variable(self) -> Tensor:
        return self._graph_element

    def _ref(self) -> Tensor:
        return self._graph_element

    @property
    def name(self) -> str:
        """The name, such as ``'Variable:0'``."""
        return self._graph_element.name

    @property
    def op(self) -> Operation:
        """The ``VariableV2`` operation."""
        return self._graph_element.op

    @property
    def dtype(self) -> Any:
        """The reference form of the elements' type."""
        return self._graph_element.dtype

    def value(self) -> Tensor:
        """The last snapshot: the tensor that reads of the variable use."""
        return self._snapshot  # type: ignore[return-value]

    def read_value(self) -> Tensor:
        """A new read of the variable, ordered after the control dependencies in force."""
        from penstock.ops.arrays import identity

        return identity(self._graph_element, name="read")

    def __getitem__(self, key: Any) -> Tensor:
        from penstock.ops.slices import slice_helper

        return slice_helper(self.value(), key, self)

    # -- changing it --------------------------------------------------------------------------
    def assign(self, value: Any, use_locking: bool = False, name: str | None = None,
               read_value: bool = True) -> Any:  # fmt: skip
        """``tf.assign`` to this variable; the operation itself when ``read_value`` is false."""
        result = state.assign(self._graph_element, value, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_add(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Any:  # fmt: skip
        """``tf.assign_add``; the operation itself when ``read_value`` is false."""
        result = state.assign_add(self._graph_element, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_sub(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Any:  # fmt: skip
        """``tf.assign_sub``; the operation itself when ``read_value`` is false."""
        result = state.assign_sub(self._graph_element, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def _scatter(self, op_type: str, delta: Any, use_locking: bool, name: str | None) -> Tensor:
        return scatter.apply_slices(op_type, self._graph_element, delta, use_locking, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Subtracts ``IndexedSlices``."""
        return self._scatter("ScatterSub", sparse_delta, use_locking, name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Adds ``IndexedSlices``."""
        return self._scatter("ScatterAdd", sparse_delta, use_locking, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Takes the larger of the variable and ``IndexedSlices``."""
        return self._scatter("ScatterMax", sparse_delta, use_locking, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Takes the smaller of the variable and ``IndexedSlices``."""
        return self._scatter("ScatterMin", sparse_delta, use_locking, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Multiplies by ``IndexedSlices``."""
        return self._scatter("ScatterMul", sparse_delta, use_locking, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:  # fmt: skip
        """Divides by ``IndexedSlices``."""
        return self._scatter("ScatterDiv", sparse_delta, use_locking, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                       name: str | None = None) -> Tensor:  # fmt: skip
        """Assigns ``IndexedSlices``."""
        return self._scatter("ScatterUpdate", sparse_delta, use_locking, name)

    def batch_scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                             name: str | None = None) -> Any:  # fmt: skip
        """Assigns ``IndexedSlices`` whose leading dimensions are batches."""
        return scatter.batch_scatter_update(
            self, sparse_delta.indices, sparse_delta.values, use_locking, name
        )

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """``tf.scatter_nd_sub``."""
        return scatter.scatter_nd_sub(self._graph_element, indices, updates, True, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """``tf.scatter_nd_add``."""
        return scatter.scatter_nd_add(self._graph_element, indices, updates, True, name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """``tf.scatter_nd_update``."""
        return scatter.scatter_nd_update(self._graph_element, indices, updates, True, name)

    def _strided_slice_assign(self, begin: Any, end: Any, strides: Any, value: Any,
                              name: str | None, begin_mask: int, end_mask: int,
                              ellipsis_mask: int, new_axis_mask: int,
                              shrink_axis_mask: int) -> Tensor:  # fmt: skip
        return scatter.strided_slice_assign(
            self._graph_element, begin, end, strides, value, name, begin_mask=begin_mask,
            end_mask=end_mask, ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
            shrink_axis_mask=shrink_axis_mask,
        )  # fmt: skip


def has_field(proto: Any, name: str) -> bool:
    try:
        return bool(proto.HasField(name)) or bool(getattr(proto, name))
    except ValueError:
        return True


def _shape_of(initial: Tensor, validate_shape: bool, shape: Any) -> Any:
    if shape is not None:
        shape = as_shape(shape)
        if not initial.shape.is_compatible_with(shape):
            raise ValueError(
                f"The initial value's shape ({initial.shape}) is not compatible with the "
                f"explicitly supplied `shape` argument ({shape})."
            )
        return shape
    return initial.shape if validate_shape else unknown_shape()


# -- initial values that depend on other variables ------------------------------------------------
_FINAL = {"IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp"}
_VARIABLES = {"Variable", "VariableV2", "VarHandleOp"}


def guarded_initial_value(name: str, initial_value: Tensor) -> Tensor:
    """``initial_value`` with the variables it reads replaced by their initialized values.

    So variables that depend on each other can be initialized in one run, in any order. What has
    to change is copied; a copy is named after the operation and ``name`` (which ends in '/').
    """
    if _has_cycle(initial_value.op):
        return initial_value
    return _guarded(name, initial_value, {})


def _has_cycle(op: Operation) -> bool:
    """Whether the operation depends on itself through a loop."""
    started, finished = set(), set()
    stack = [(op, iter([t.op for t in op.inputs] + list(op.control_inputs)))]
    started.add(op)
    while stack:
        current, following = stack[-1]
        for each in following:
            if each in finished:
                continue
            if each in started:
                return True
            started.add(each)
            stack.append((each, iter([t.op for t in each.inputs] + list(each.control_inputs))))
            break
        else:
            finished.add(current)
            stack.pop()
    return False


def _guarded(name: str, tensor: Tensor, done: dict[Operation, Operation]) -> Tensor:
    op = tensor.op
    if op not in done:
        done[op] = _guarded_op(name, op, done)
    return done[op].outputs[tensor.value_index]


def _guarded_op(name: str, op: Operation, done: dict[Operation, Operation]) -> Operation:
    if op.type in _FINAL:
        return op
    if op.type in _VARIABLES:
        value = _initialized_value_of(op)
        return op if value is None else value.op
    inputs = [_guarded(name, tensor, done) for tensor in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs, strict=True)):
        return op
    # The values are no references any more.
    op_type = "Switch" if op.type == "RefSwitch" else op.type
    return op.graph.create_op(
        op_type,
        inputs,
        [t.dtype if op_type == op.type else t.dtype.base_dtype for t in op.outputs],
        name=(op.name + "_" + name).replace(":", "_"),
        attrs=dict(op._attributes),
    )


def _initialized_value_of(op: Operation) -> Tensor | None:
    for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in op.graph.get_collection(key):
            if variable.name in (op.name, op.name + ":0"):
                return variable.initialized_value()
    return None
