"""``tf.layers.Layer``: variables shared by name, and a call that builds operations.

A layer makes its variables in the variable scope it is first called in, through ``get_variable``,
so variable scopes, partitioners and reuse apply to them.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from penstock.graph import dtypes, nest
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import get_collection_ref, name_scope
from penstock.graph.shapes import as_shape
from penstock.graph.tensor import Tensor
from penstock.layers.input_spec import check_inputs
from penstock.layers.names import to_snake_case, unique_object_name
from penstock.ops import initializers
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.partitioned_variables import PartitionedVariable
from penstock.ops.variable_collections import global_variables, trainable_variables
from penstock.ops.variable_scope import VariableScope, get_variable, variable_scope
from penstock.ops.variables import VariableAggregation, VariableSynchronization


@functools.cache
def _call_arguments(function: Any) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def add_to_collection_once(elements: Iterable[Any], name: str) -> None:
    """Appends what isn't in the collection yet."""
    collection = get_collection_ref(name)
    present = {id(element) for element in collection}
    for element in elements:
        if id(element) not in present:
            collection.append(element)
            present.add(id(element))


def _is_in(variable: Any, variables: Iterable[Any]) -> bool:
    return any(variable is other for other in variables)


class Layer:
    """The base of ``tf.layers`` and of recurrent cells.

    Subclasses make variables in ``build(input_shape)`` with ``add_weight`` and operations in
    ``call(inputs, ...)``.

    Args:
        trainable: whether the variables are added to ``TRAINABLE_VARIABLES``.
        name: the layer's name, also the name of its variable scope; by default the class's name
            in snake case, made unique.
        dtype: the type of the variables; that of the first input when left out.
        activity_regularizer: a function of an output that gives a loss.
    """

    def __init__(
        self,
        trainable: bool = True,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        self._activity_regularizer = kwargs.pop("activity_regularizer", None)
        kwargs.pop("autocast", None)
        kwargs.pop("dynamic", None)
        for unknown in kwargs:
            if unknown not in ("input_shape", "batch_input_shape", "batch_size", "weights"):
                raise TypeError(f"Keyword argument not understood: {unknown}")
        self._trainable = trainable
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._weights_by_name: dict[str, Any] = {}
        self._updates: list[Any] = []
        self._losses: list[tuple[Any, Any]] = []
        self._update_inputs: list[Any] = []
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
        self.built = False
        self.stateful = False
        self.supports_masking = False
        self.input_spec: Any = None
        self._base_name, self._name = self._choose_name(name)
        self._scope: VariableScope | None = None
        self._current_scope: VariableScope | None = None
        self._reusing_scope: Any = None
        if scope:
            with variable_scope(scope) as captured:
                self._scope = captured

    def _choose_name(self, name: Any) -> tuple[str, str]:
        base = to_snake_case(type(self).__name__)
        if isinstance(name, VariableScope):
            return name.name, unique_object_name(base)
        if name:
            return name, name
        return base, unique_object_name(base)

    # -- what it is --------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The layer's name."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The type's name, or ``None`` before it is known."""
        return None if self._dtype is None else self._dtype.name

    @property
    def graph(self) -> None:
        """``None``: as in TensorFlow 1.15, layers no longer know their graph."""
        return None

    @property
    def scope_name(self) -> str:
        """The name of the variable scope.

        Raises:
            ValueError: before the layer's first call.
        """
        if self._scope is None:
            raise ValueError(
                f'No name available for layer scope because the layer "{self._name}" has not been '
                "used yet. The scope name  is determined the first time the layer instance is "
                "called. You must therefore call the layer before querying `scope_name`."
            )
        return self._scope.name

    @property
    def trainable(self) -> bool:
        """Whether the variables are to be trained."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value

    @property
    def activity_regularizer(self) -> Any:
        """The function that gives a loss for an output."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

    def _checkpoint_children(self) -> Iterator[tuple[str, Any]]:
        yield from self._weights_by_name.items()
        for name, value in vars(self).items():
            if isinstance(value, Layer):
                yield name, value

    # -- variables ---------------------------------------------------------------------------
    @property
    def trainable_weights(self) -> list[Any]:
        """The variables to be trained; none when the layer isn't trainable."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other variables."""
        if self.trainable:
            return list(self._non_trainable_weights)
        return self._trainable_weights + self._non_trainable_weights

    @property
    def weights(self) -> list[Any]:
        """All variables, trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    @property
    def variables(self) -> list[Any]:
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Any]:
        """The same as ``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The same as ``non_trainable_weights``."""
        return self.non_trainable_weights

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: bool | None = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Makes a variable in the layer's scope, or gets the one that is there.

        Args:
            name: its name in the layer's scope. shape: its shape.
            dtype: its type; that of the layer, or ``float32``.
            initializer: makes the first value; that of the scope, or Glorot's uniform.
            regularizer: a function whose loss goes to ``REGULARIZATION_LOSSES``.
            trainable: whether to train it. constraint: applied after updates.
            use_resource: make a resource variable. partitioner: splits the variable.
            synchronization: when copies would be joined. aggregation: how.

        Returns:
            The variable.

        Raises:
            ValueError: for a trainable variable that is synchronized on reads, or a type that
                needs an initializer and has none.
        """
        for unknown in kwargs:
            if unknown != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", unknown)
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only for "
                    "non-trainable variables. You have specified trainable=True and "
                    "synchronization=VariableSynchronization.ON_READ."
                )
            trainable = False
        elif trainable is None:
            trainable = True
        before = set(map(id, global_variables()))
        kind = dtypes.as_dtype(dtype or self._dtype or dtypes.float32)
        if self._dtype is None:
            self._dtype = kind.base_dtype
        trainable = trainable and self.trainable
        self._set_scope(None)
        with (
            variable_scope(
                self._scope, reuse=self.built or self._reuse, auxiliary_name_scope=False
            ) as scope,
            name_scope(self._name_scope_of(scope)),
        ):
            if initializer is None:
                initializer = scope.initializer
            variable = get_variable(
                name,
                shape=shape,
                dtype=kind,
                initializer=self._or_default(initializer, kind, name),
                trainable=trainable,
                constraint=constraint,
                partitioner=partitioner,
                use_resource=use_resource or scope.use_resource,
                synchronization=synchronization,
                aggregation=aggregation,
            )
            # A custom getter may have decided otherwise.
            is_trained = trainable and self._is_collected(variable)
            mine = self._trainable_weights if is_trained else self._non_trainable_weights
            if not _is_in(variable, mine):
                mine.append(variable)
            self._weights_by_name[name] = variable
            if regularizer:
                parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
                if not any(id(part) in before for part in parts):
                    for part in parts:
                        self._regularize(name, part, regularizer)
        return variable

    add_variable = add_weight

    @staticmethod
    def _is_collected(variable: Any) -> bool:
        trained = trainable_variables()
        if isinstance(variable, PartitionedVariable):
            return _is_in(next(iter(variable)), trained)
        return _is_in(variable, trained)

    def _or_default(self, initializer: Any, dtype: Any, name: str) -> Any:
        if initializer is not None:
            return initializer
        if dtype.is_floating:
            return initializers.GlorotUniform()
        if dtype.is_integer or dtype.is_unsigned or dtype.is_bool:
            return initializers.Zeros()
        raise ValueError(
            f"An initializer for variable {name} of type {dtype.base_dtype} is required for layer "
            f"{self.name}"
        )

    def _regularize(self, name: str, variable: Any, regularizer: Callable[[Any], Any]) -> None:
        with name_scope(f"{name}/Regularizer"):
            loss = regularizer(variable)
        if loss is not None:
            self._losses.append((loss, None))
            add_to_collection_once([loss], GraphKeys.REGULARIZATION_LOSSES)

    def count_params(self) -> int:
        """How many numbers the variables hold.

        Raises:
            ValueError: before the layer is built.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You "
                f"can build it manually via: `{self.name}.build(batch_input_shape)`."
            )
        return int(sum(np.prod(weight.shape.as_list()) for weight in self.weights))

    # -- losses and updates ------------------------------------------------------------------
    @property
    def losses(self) -> list[Any]:
        """The losses of regularizers and those that ``add_loss`` was given."""
        return [loss for loss, _ in self._losses]

    @property
    def updates(self) -> list[Any]:
        """The update operations; none when the layer isn't trainable."""
        if not self.trainable and not self.stateful:
            return []
        return list(self._updates)

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds losses, to ``REGULARIZATION_LOSSES`` too.

        Args:
            losses: a tensor, a function without arguments, or a list of these.
            inputs: the tensors they depend on; unconditional when left out.
        """
        found = []
        for loss in nest.flatten(losses):
            value = loss() if callable(loss) else loss
            if value is not None:
                found.append(value)
        self._losses += [(loss, inputs) for loss in found]
        add_to_collection_once(found, GraphKeys.REGULARIZATION_LOSSES)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds update operations; after a call they are in ``UPDATE_OPS``.

        Args:
            updates: an operation or tensor, or a list of these.
            inputs: the tensors they depend on; ``True`` for those of the current call.
        """
        for update in nest.flatten(updates):
            op = update.op if hasattr(update, "op") else update
            self._updates.append(op)
            self._update_inputs.append(inputs)

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """The losses that depend on ``inputs``; the unconditional ones for ``None``."""
        return [loss for loss, given in self._losses if _depends(given, inputs)]

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """The updates that depend on ``inputs``; the unconditional ones for ``None``."""
        pairs = zip(self._updates, self._update_inputs, strict=True)
        return [update for update, given in pairs if _depends(given, inputs)]

    # -- calls -------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Makes the variables; subclasses override it."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Makes the operations; subclasses override it."""
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for a shape of the input, where the layer can tell."""
        raise NotImplementedError(
            f"{type(self).__name__} doesn't say what shape it gives for {input_shape}."
        )

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def _set_scope(self, scope: Any) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            opened = variable_scope(self._base_name if scope is None else scope)
        else:
            opened = variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            self._scope = captured

    def _name_scope_of(self, scope: VariableScope) -> str:
        return scope.original_name_scope

    def _scope_of_call(self) -> Any:
        if not self.built:
            return variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        if self._reusing_scope is None:
            self._reusing_scope = variable_scope(
                self._scope, reuse=True, auxiliary_name_scope=False
            )
        return self._reusing_scope

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Calls the layer on ``inputs``; a ``scope`` names where its variables go.

        Raises:
            ValueError: when the inputs don't fit, or the layer gives nothing.
        """
        self._set_scope(kwargs.pop("scope", None))
        with self._scope_of_call() as scope:
            self._current_scope = scope
            if "scope" in _call_arguments(type(self).call):
                kwargs["scope"] = scope
            inputs = _as_tensors(inputs)
            check_inputs(self.input_spec, inputs, self.name)
            with name_scope(self._name_scope_of(scope)):
                self._build_once(inputs)
                outputs = self.call(inputs, *args, **kwargs)
                if outputs is None:
                    raise ValueError(
                        "A layer's `call` method should return a Tensor or a list of Tensors, not "
                        f"None (layer: {self.name})."
                    )
                self._regularize_outputs(inputs, outputs)
        add_to_collection_once(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def _build_once(self, inputs: Any) -> None:
        if self.built:
            return
        check_inputs(self.input_spec, inputs, self.name)
        flat = nest.flatten(inputs)
        if flat and self._dtype is None and isinstance(getattr(flat[0], "dtype", None),
                                                       dtypes.DType):  # fmt: skip
            self._dtype = flat[0].dtype.base_dtype
        shapes = None
        if flat and all(hasattr(x, "shape") for x in flat):
            shapes = nest.map_structure(lambda x: as_shape(x.shape), inputs)
        self.build(shapes)
        self.built = True
        check_inputs(self.input_spec, inputs, self.name)

    def _regularize_outputs(self, inputs: Any, outputs: Any) -> None:
        if not self._activity_regularizer:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                batch_size = cast(shape_of(output)[0], loss.dtype)
                self.add_loss(loss / batch_size, inputs=inputs)

    def __deepcopy__(self, memo: Any) -> Any:
        made = type(self).__new__(type(self))
        memo[id(self)] = made
        for key, value in self.__dict__.items():
            if key in ("_scope", "_reusing_scope"):
                made.__dict__[key] = copy.copy(value)
            elif isinstance(value, Tensor):
                made.__dict__[key] = value
            else:
                made.__dict__[key] = copy.deepcopy(value, memo)
        return made


def _depends(given: Any, inputs: Any) -> bool:
    if inputs is None:
        return given is None
    if given is None or given is True:
        return given is True
    wanted = {id(x) for x in nest.flatten(inputs)}
    return any(id(x) in wanted for x in nest.flatten(given))


def _as_tensors(inputs: Any) -> Any:
    if any(isinstance(x, (np.ndarray, float, int)) for x in nest.flatten(inputs)):
        return nest.map_structure(convert_to_tensor, inputs)
    return inputs
