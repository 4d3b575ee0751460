"""``tf.Variable``: values that a session keeps from run to run.

``Variable`` is what programs call and test against; it makes a ``RefVariable`` (a ``VariableV2``
operation, see ``ref_variables.py``) or, with ``use_resource=True``, a ``ResourceVariable``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from penstock import protos
from penstock.graph import defaults
from penstock.graph.convert import register_tensor_conversion_function
from penstock.graph.dtypes import as_dtype
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor

CREATORS = ("__variable_creators",)


class VariableSynchronization(enum.Enum):
    """When copies of a variable on several devices are brought together."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How copies of a variable on several devices are brought together."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = 3  # noqa: PIE796 - the older name

    def __hash__(self) -> int:
        return hash(self.value)


_use_resource_by_default = False


def enable_resource_variables() -> None:
    """Makes ``tf.Variable`` and ``tf.get_variable`` create resource variables from now on."""
    global _use_resource_by_default
    _use_resource_by_default = True


def disable_resource_variables() -> None:
    """Makes ``tf.Variable`` and ``tf.get_variable`` create reference variables again."""
    global _use_resource_by_default
    _use_resource_by_default = False


def resource_variables_enabled() -> bool:
    """Whether variables are resource variables unless asked otherwise."""
    return _use_resource_by_default


def _create(**arguments: Any) -> Any:
    """The innermost creator: decides between reference and resource variables."""
    from penstock.ops.variable_scope import get_variable_scope

    use_resource = arguments.pop("use_resource", None)
    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource is None:
        use_resource = _use_resource_by_default
    if use_resource:
        from penstock.ops.resource_variables import ResourceVariable

        return ResourceVariable(**arguments)
    from penstock.ops.ref_variables import RefVariable

    return RefVariable(**arguments)


class _VariableType(type):
    """Calling ``Variable`` itself asks the creators in force; subclasses are made as usual."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Variable:
            return cls._by_creators(*args, **kwargs)
        return super().__call__(*args, **kwargs)


class Variable(metaclass=_VariableType):
    """A tensor whose value a session keeps and operations change.

    Args:
        initial_value: a tensor or value, or a function without arguments that returns one.
        trainable: add it to ``TRAINABLE_VARIABLES``, where optimizers look. Default ``True``.
        collections: the collections to add it to; ``[GraphKeys.GLOBAL_VARIABLES]`` by default.
        validate_shape: when false, the shape may be unknown or change with an assignment.
        caching_device: the device that reads are cached on.
        name: the name; ``'Variable'`` by default, made unique.
        variable_def: a ``VariableDef`` to rebuild a variable of the graph from, instead of
            ``initial_value``.
        dtype: the type to convert the initial value to.
        expected_shape: ignored, as in TensorFlow.
        import_scope: a name scope to add to the names in ``variable_def``.
        constraint: a function that an optimizer applies to the variable after an update.
        use_resource: make a resource variable.
        synchronization: kept for programs that give it. aggregation: likewise.
        shape: the shape, where it is to be less specific than that of the initial value.

    Raises:
        ValueError: when there is no initial value, or its shape is unknown and
            ``validate_shape`` is true.
    """

    __array_priority__ = 100

    if TYPE_CHECKING:

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    @classmethod
    def _by_creators(
        cls,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Any], Any] | None = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        shape: Any = None,
    ) -> Any:
        arguments = dict(locals())
        del arguments["cls"]
        return create_by_creators(**arguments)

    # -- what every kind of variable tells -----------------------------------------------------
    _graph_element: Tensor
    _snapshot: Tensor | None
    _initializer_op: Any
    _initial_value: Any
    _trainable: bool
    _constraint: Any
    _save_slice_info: Any = None
    _synchronization = VariableSynchronization.AUTO
    _aggregation = VariableAggregation.NONE

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.get_shape()} dtype={self.dtype.name}>"

    @property
    def name(self) -> str:
        """The name, such as ``'Variable:0'``."""
        raise TypeError(f"{type(self).__name__} has no name")

    @property
    def op(self) -> Any:
        """The operation that holds the variable."""
        raise TypeError(f"{type(self).__name__} has no operation")

    @property
    def dtype(self) -> Any:
        """The type of the elements (a reference type for a reference variable)."""
        raise TypeError(f"{type(self).__name__} has no type")

    def value(self) -> Tensor:
        """The tensor that reads of the variable use."""
        raise TypeError(f"{type(self).__name__} has no value")

    def read_value(self) -> Tensor:
        """A new read of the variable, ordered after the control dependencies in force."""
        raise TypeError(f"{type(self).__name__} has no value")

    @property
    def _shared_name(self) -> str:
        return self.name[: self.name.index(":")]

    @property
    def device(self) -> str:
        """The device asked for."""
        return self.op.device

    @property
    def graph(self) -> Any:
        """The graph that holds the variable."""
        return self.op.graph

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        return self._graph_element.shape

    def get_shape(self) -> TensorShape:
        """The shape."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Adds what the caller knows of the shape."""
        self._graph_element.set_shape(shape)
        self.value().set_shape(shape)

    @property
    def trainable(self) -> bool:
        """Whether optimizers train it."""
        return self._trainable

    @property
    def synchronization(self) -> VariableSynchronization:
        """As given."""
        return self._synchronization

    @property
    def aggregation(self) -> VariableAggregation:
        """As given."""
        return self._aggregation

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The function applied after an optimizer's update, or ``None``."""
        return self._constraint

    @property
    def initializer(self) -> Any:
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self) -> Tensor:
        """The tensor that the variable is initialized with."""
        return self._initial_value

    def initialized_value(self) -> Tensor:
        """The variable's value, or its initial value as long as it has none."""
        from penstock.graph.scopes import init_scope
        from penstock.ops.control_flow import cond
        from penstock.ops.state import is_variable_initialized

        with init_scope():
            return cond(is_variable_initialized(self), self.read_value, lambda: self.initial_value)

    def eval(self, session: Any = None) -> Any:
        """The value in a session (the default session when left out), as a NumPy array."""
        return self._graph_element.eval(session=session)

    def load(self, value: Any, session: Any = None) -> None:
        """Puts ``value`` into the variable without adding an operation.

        Args:
            value: an array of the variable's shape.
            session: the session; the default session when left out.
        """
        session = session or defaults.get_default_session()
        if session is None:
            raise ValueError(
                "Either session argument should be provided or default session should be "
                "established"
            )
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    def count_up_to(self, limit: int) -> Tensor:
        """See ``tf.count_up_to``."""
        from penstock.ops.state import count_up_to

        return count_up_to(self, limit)

    def _set_save_slice_info(self, save_slice_info: SaveSliceInfo) -> None:
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self) -> SaveSliceInfo | None:
        return self._save_slice_info

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The variable as a ``VariableDef``; ``None`` when it isn't in ``export_scope``."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        proto = protos.VariableDef()
        proto.variable_name = strip_name_scope(self.name, export_scope)
        if self._initial_value is not None:
            proto.initial_value_name = strip_name_scope(self._initial_value.name, export_scope)
        proto.trainable = self.trainable
        proto.synchronization = self.synchronization.value
        proto.aggregation = self.aggregation.value
        proto.initializer_name = strip_name_scope(self.initializer.name, export_scope)
        if self._snapshot is not None:
            proto.snapshot_name = strip_name_scope(self._snapshot.name, export_scope)
        if self._save_slice_info:
            proto.save_slice_info_def.MergeFrom(
                self._save_slice_info.to_proto(export_scope=export_scope)
            )
        return proto

    @staticmethod
    def from_proto(variable_def: Any, import_scope: str | None = None) -> Any:
        """The variable of the default graph that a ``VariableDef`` describes."""
        if variable_def.is_resource:
            from penstock.ops.resource_variables import ResourceVariable

            return ResourceVariable(variable_def=variable_def, import_scope=import_scope)
        from penstock.ops.ref_variables import RefVariable

        return RefVariable(variable_def=variable_def, import_scope=import_scope)

    def _as_graph_element(self) -> Tensor:
        return self._graph_element

    def experimental_ref(self) -> Any:
        """A hashable reference to the variable."""
        return self

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable.")

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __copy__(self) -> Variable:
        return self

    # In-place operators make a new tensor and leave the variable alone.
    def __iadd__(self, other: Any) -> Any:
        return self + other  # type: ignore[operator]

    def __isub__(self, other: Any) -> Any:
        return self - other  # type: ignore[operator]

    def __imul__(self, other: Any) -> Any:
        return self * other  # type: ignore[operator]

    def __itruediv__(self, other: Any) -> Any:
        return self / other  # type: ignore[operator]

    def __ipow__(self, other: Any) -> Any:
        return self**other  # type: ignore[operator]


def create_by_creators(**arguments: Any) -> Any:
    """Makes a variable through the creators of ``tf.variable_creator_scope``, innermost first."""
    if arguments.get("aggregation") is None:
        arguments["aggregation"] = VariableAggregation.NONE

    def wrapped(creator: Any, following: Any) -> Any:
        return lambda **kwargs: creator(following, **kwargs)

    make: Any = _create
    for creator in defaults.get_default_graph().get_collection(CREATORS):
        make = wrapped(creator, make)
    return make(**arguments)


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """``name`` without the leading ``export_scope``."""
    if not export_scope:
        return name
    prefix = export_scope.rstrip("/") + "/"
    return name[len(prefix) :] if name.startswith(prefix) else name


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """``name`` inside ``import_scope``."""
    return f"{import_scope.rstrip('/')}/{name}" if import_scope else name


class SaveSliceInfo:
    """Which part of a larger variable a variable holds, for checkpoints.

    Args:
        full_name: the name of the whole. full_shape: its shape.
        var_offset: where the part begins in each dimension. var_shape: the part's shape.
        save_slice_info_def: a ``SaveSliceInfoDef`` to read all this from.
        import_scope: a name scope to add to the name in it.
    """

    def __init__(
        self,
        full_name: str | None = None,
        full_shape: Any = None,
        var_offset: Any = None,
        var_shape: Any = None,
        save_slice_info_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if save_slice_info_def is not None:
            proto = save_slice_info_def
            self.full_name: Any = prepend_name_scope(proto.full_name, import_scope)
            self.full_shape = list(proto.full_shape)
            self.var_offset = list(proto.var_offset)
            self.var_shape = list(proto.var_shape)
        else:
            self.full_name = full_name
            self.full_shape = full_shape
            self.var_offset = var_offset
            self.var_shape = var_shape

    @property
    def spec(self) -> str:
        """The text that V1 checkpoints use: the full shape, then ``offset,size`` of each."""
        sizes = " ".join(str(d) for d in self.full_shape) + " "
        parts = zip(self.var_offset, self.var_shape, strict=True)
        return sizes + ":".join(f"{offset},{size}" for offset, size in parts)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """This as a ``SaveSliceInfoDef``; ``None`` when it isn't in ``export_scope``."""
        if export_scope is not None and not self.full_name.startswith(export_scope):
            return None
        proto = protos.SaveSliceInfoDef()
        proto.full_name = strip_name_scope(self.full_name, export_scope)
        proto.full_shape.extend(int(d) for d in self.full_shape)
        proto.var_offset.extend(int(d) for d in self.var_offset)
        proto.var_shape.extend(int(d) for d in self.var_shape)
        return proto


Variable.SaveSliceInfo = SaveSliceInfo  # type: ignore[attr-defined]


def _install_operators() -> None:
    """Gives variables the operators of tensors, on their values."""

    def forward(operator: str) -> Any:
        def method(self: Variable, *args: Any) -> Any:
            return getattr(Tensor, operator)(self.value(), *args)

        method.__name__ = operator
        return method

    for operator in Tensor.OVERLOADABLE_OPERATORS - {"__eq__", "__ne__", "__getitem__"}:
        setattr(Variable, operator, forward(operator))


_install_operators()


def convert_variable(
    variable: Any, dtype: Any = None, name: str | None = None, as_ref: bool = False
) -> Tensor:
    """The conversion of variables to tensors."""
    if dtype is not None and not as_dtype(dtype).is_compatible_with(variable.dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{as_dtype(dtype).name}' for "
            f"variable of type '{variable.dtype.name}'"
        )
    return variable._ref() if as_ref else variable.value()


register_tensor_conversion_function(Variable, convert_variable, 50)
