"""``keras.layers.Layer``: what every layer is."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.input_spec import InputSpec as InputSpec
from penstock.keras.engine.input_spec import assert_input_compatibility
from penstock.keras.engine.node import Node

_calls = threading.local()

_ALLOWED = {"input_shape", "batch_input_shape", "batch_size", "weights",
            "activity_regularizer", "experimental_autocast", "autocast", "input_dim",
            "input_dtype"}  # fmt: skip


class Layer:
    """Weights, and a function from tensors to tensors.

    Subclasses make their weights in ``build`` (with ``add_weight``) and compute in ``call``.

    Args:
        trainable: whether the weights take part in training.
        name: the name; made from the class when left out.
        dtype: the type of the weights; the default float type when left out.
        dynamic: accepted as in TensorFlow.
        **kwargs: ``input_shape`` or ``batch_input_shape``, ``batch_size``, ``weights``,
            ``activity_regularizer``.
    """

    # What `rnn` and others below this package know a Keras layer by.
    _is_keras_layer = True

    def __init__(self, trainable: bool = True, name: str | None = None, dtype: Any = None,
                 dynamic: bool = False, **kwargs: Any) -> None:  # fmt: skip
        for keyword in kwargs:
            if keyword not in _ALLOWED:
                raise TypeError("Keyword argument not understood:", keyword)
        self._tracked: dict[str, Any] = {}
        self._trainable = trainable
        self.stateful = False
        self.built = False
        self._input_spec: Any = None
        self.supports_masking = False
        self._init_name(name)
        self._activity_regularizer = kwargs.pop("activity_regularizer", None)
        self._own_trainable: list[Any] = []
        self._own_frozen: list[Any] = []
        self._updates: list[Any] = []
        self._losses: list[Any] = []
        self._callable_losses: list[Callable[[], Any]] = []
        self._own_metrics: list[Any] = []
        self._metric_tensors: dict[str, Any] = {}
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []
        self._dynamic = dynamic
        self._obj_reference_counts = None
        if dtype is not None:
            dtype = ops.as_dtype(getattr(dtype, "variable_dtype", dtype)).name
        self._dtype = dtype or K.floatx()
        if "input_dim" in kwargs and "input_shape" not in kwargs:
            kwargs["input_shape"] = (kwargs["input_dim"],)
        if "input_shape" in kwargs or "batch_input_shape" in kwargs:
            if "batch_input_shape" in kwargs:
                shape = tuple(kwargs["batch_input_shape"])
            else:
                given = kwargs["input_shape"]
                given = (given,) if isinstance(given, int) else tuple(given)
                shape = (kwargs.get("batch_size"), *given)
            self._batch_input_shape = shape
        self._initial_weights = kwargs.get("weights")

    # -- what it is -------------------------------------------------------------------------------
    def _init_name(self, name: str | None, zero_based: bool = True) -> None:
        if name:
            self._name = name
        else:
            self._name = K.unique_object_name(
                K.to_snake_case(type(self).__name__), zero_based=zero_based
            )

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The type of the weights."""
        return self._dtype

    @property
    def dynamic(self) -> bool:
        """Whether the layer asked to run eagerly (it runs in the graph all the same)."""
        return self._dynamic

    @property
    def activity_regularizer(self) -> Any:
        """A function of the outputs that is added to the loss."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

    @property
    def trainable(self) -> bool:
        """Whether the weights take part in training."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self._sublayers():
            layer.trainable = value

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        tracked = self.__dict__.get("_tracked")
        if tracked is None or name in _NOT_TRACKED:
            return
        if isinstance(value, (Layer, ops.Variable, list, tuple, dict)):
            tracked[name] = None
            if isinstance(value, ops.Variable):
                self._track_variable(value)
        else:
            tracked.pop(name, None)

    def __delattr__(self, name: str) -> None:
        self.__dict__.get("_tracked", {}).pop(name, None)
        object.__delattr__(self, name)

    def _track_variable(self, variable: Any) -> None:
        if any(variable is v for v in (*self._own_trainable, *self._own_frozen)):
            return
        from penstock.keras.metrics.base import Metric

        if isinstance(self, Metric):
            self._own_frozen.append(variable)
            return
        (self._own_trainable if variable.trainable else self._own_frozen).append(variable)
        K.track_variable(variable)

    def _sublayers(self) -> list[Layer]:
        """The layers (metrics left out) among the attributes, lists and dictionaries too."""
        from penstock.keras.metrics.base import Metric

        found: dict[int, Layer] = {}
        for name in self._tracked:
            for value in _contained(self.__dict__.get(name)):
                if isinstance(value, Layer) and value is not self:
                    if not isinstance(value, Metric):
                        found.setdefault(id(value), value)
        return list(found.values())

    def _nested_layers(self) -> Iterator[Layer]:
        """This layer and all below it."""
        yield self
        for layer in self._sublayers():
            yield from layer._nested_layers()

    def _checkpoint_children(self) -> Iterator[tuple[str, Any]]:
        """The variables, layers and collections of these in it, for object-based checkpoints."""
        layers = self.__dict__.get("_layers")
        if isinstance(layers, list):
            complete = getattr(self, "_is_graph_network", False)
            with_weights = 0
            for number, layer in enumerate(layers):
                if layer.weights:
                    yield f"layer_with_weights-{with_weights}", layer
                    with_weights += 1
                if complete:
                    yield f"layer-{number}", layer
        if not isinstance(layers, list) or not complete:
            for name, value in self.__dict__.items():
                if name in self._tracked and not name.startswith(_NOT_SAVED):
                    if _holds_weights(value):
                        yield name, value
        optimizer = self.__dict__.get("optimizer")
        if hasattr(optimizer, "_checkpoint_children"):
            yield "optimizer", optimizer

    @property
    def submodules(self) -> list[Layer]:
        """All layers below this one."""
        return [layer for layer in self._nested_layers() if layer is not self]

    # -- weights ----------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Makes the weights, once the shape of the inputs is known."""
        self.built = True

    def add_weight(
        self,
        name: str | None = None,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        partitioner: Any = None,
        use_resource: Any = None,
        synchronization: Any = ops.VariableSynchronization.AUTO,
        aggregation: Any = ops.VariableAggregation.NONE,
        **kwargs: Any,
    ) -> Any:
        """Makes a variable of this layer.

        Args:
            name: its name below the layer's. shape: its shape. dtype: its type.
            initializer: an initializer or its name; Glorot's uniform one for floats by default.
            regularizer: a function of the variable that is added to the loss.
            trainable: whether gradients change it.
            constraint: a function that is applied to it after each update.
            partitioner: accepted as in TensorFlow. use_resource: likewise.
            synchronization: likewise. aggregation: likewise.
        """
        from penstock.keras import constraints, initializers, regularizers

        for keyword in kwargs:
            if keyword not in ("getter", "collections", "experimental_autocast", "caching_device"):
                raise TypeError("Unknown keyword argument:", keyword)
        # Keras 1 and 2 take the shape first.
        if isinstance(name, (tuple, list, ops.TensorShape)):
            name, shape = shape if isinstance(shape, str) else kwargs.get("name"), name
        shape = () if shape is None else tuple(ops.TensorShape(shape).as_list())
        kind = ops.as_dtype(dtype or self.dtype or K.floatx())
        initializer = initializers.get(initializer)
        regularizer = regularizers.get(regularizer)
        constraint = constraints.get(constraint)
        if synchronization == ops.VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError(
                    "Synchronization value can be set to VariableSynchronization.ON_READ only "
                    "for non-trainable variables."
                )
            trainable = False
        elif trainable is None:
            trainable = True
        if initializer is None:
            if kind.is_floating:
                initializer = initializers.get("glorot_uniform")
            elif kind.is_integer or kind.name == "bool":
                initializer = initializers.get("zeros")
            else:
                raise ValueError(
                    f"An initializer for variable {name} of type {kind.base_dtype} is required for "
                    f"layer {self.name}"
                )
        variable = K.make_variable(
            _initial_value(initializer, shape, kind),
            name=name or "Variable",
            dtype=kind,
            trainable=trainable,
            constraint=constraint,
        )
        if regularizer is not None:
            self._add_weight_regularizer(name or "Variable", variable, regularizer)
        self._track_variable(variable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """``add_weight``."""
        return self.add_weight(*args, **kwargs)

    def _add_weight_regularizer(self, name: str, variable: Any, regularizer: Any) -> None:
        def loss() -> Any:
            with ops.name_scope(name + "/Regularizer"):
                return regularizer(variable)

        self.add_loss(loss)

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables that training changes."""
        if not self.trainable:
            return []
        nested = [w for layer in self._sublayers() for w in layer.trainable_weights]
        return _distinct([*self._own_trainable, *nested])

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other variables."""
        if self.trainable:
            own = self._own_frozen
            nested = [w for layer in self._sublayers() for w in layer.non_trainable_weights]
        else:
            own = [*self._own_trainable, *self._own_frozen]
            nested = [w for layer in self._sublayers() for w in layer.weights]
        return _distinct([*own, *nested])

    @property
    def weights(self) -> list[Any]:
        """All variables, the trainable ones first."""
        return _distinct([*self.trainable_weights, *self.non_trainable_weights])

    @property
    def trainable_variables(self) -> list[Any]:
        """``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Any]:
        """``non_trainable_weights``."""
        return self.non_trainable_weights

    @property
    def variables(self) -> list[Any]:
        """``weights``."""
        return self.weights

    @property
    def _trainable_weights(self) -> list[Any]:
        return self._own_trainable

    @property
    def _non_trainable_weights(self) -> list[Any]:
        return self._own_frozen

    def get_weights(self) -> list[np.ndarray]:
        """The values of ``weights``, as arrays."""
        return K.batch_get_value(self.weights)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Gives ``weights`` these values.

        Raises:
            ValueError: for another number of arrays, or another shape.
        """
        params = self.weights
        if len(params) != len(weights):
            raise ValueError(
                f'You called `set_weights(weights)` on layer "{self.name}" with a  weight list of '
                f"length {len(weights)}, but the layer was expecting {len(params)} weights. "
                f"Provided weights: {str(weights)[:50]}..."
            )
        for variable, value in zip(params, weights):
            if not variable.shape.is_compatible_with(list(np.shape(value))):
                raise ValueError(
                    f"Layer weight shape {variable.shape} not compatible with provided weight "
                    f"shape {np.shape(value)}"
                )
        K.batch_set_value(list(zip(params, weights)))

    def count_params(self) -> int:
        """The number of elements in all weights.

        Raises:
            ValueError: when the layer isn't built.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on {self.name}, but the layer isn't built. You "
                f"can build it manually via: `{self.name}.build(batch_input_shape)`."
            )
        return int(sum(K.count_params(w) for w in self.weights))

    # -- losses, updates, metrics -----------------------------------------------------------------
    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds tensors, or functions that make them, to the loss of the model.

        Args:
            losses: a tensor, a function without arguments, or a list of these.
            inputs: what they depend on; ``True`` or tensors; unused in finding them.
        """
        for loss in nest.flatten(losses):
            if callable(loss):
                self._callable_losses.append(loss)
                continue
            if loss is None:
                continue
            tensor: Any = loss
            if not isinstance(loss, ops.Tensor):
                tensor = ops.convert_to_tensor(loss, dtype=K.floatx())
            if inputs is None and not hasattr(_calls, "stack"):
                inputs = None
            tensor._unconditional_loss = inputs is None and not _inside(self)
            self._losses.append(tensor)

    @property
    def losses(self) -> list[Any]:
        """The tensors to add to the loss, those of the layers below too."""
        found = []
        for layer in self._nested_layers():
            found += layer._losses
            found += [t for t in layer._regularization_losses() if t is not None]
        return found

    def _regularization_losses(self) -> list[Any]:
        """What the functions given to ``add_loss`` make, once per graph."""
        made = self.__dict__.setdefault("_made_losses", weakref.WeakKeyDictionary())
        known = made.setdefault(ops.get_default_graph(), {})
        tensors = []
        loss: Any
        for function in self._callable_losses:
            if id(function) not in known:
                loss = function()
                if loss is not None:
                    loss = ops.convert_to_tensor(loss, dtype=K.floatx())
                    loss._unconditional_loss = True
                known[id(function)] = loss
            tensors.append(known[id(function)])
        return tensors

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """The losses that depend on ``inputs``; for ``None`` those that depend on none."""
        if inputs is None:
            return [t for t in self.losses if getattr(t, "_unconditional_loss", False)]
        from penstock.keras.engine.reach import reachable

        losses = [t for t in self.losses if not getattr(t, "_unconditional_loss", False)]
        return reachable(nest.flatten(inputs), losses)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds operations that run with each training step.

        Args:
            updates: an operation, tensor or list of these (or functions that make them).
            inputs: what they depend on; unused.
        """
        if inputs is not None and not isinstance(inputs, (list, tuple)):
            inputs = [inputs]
        for update in nest.flatten(updates):
            if callable(update) and not isinstance(update, (ops.Tensor, ops.Variable)):
                update = update()
            if update is None:
                continue
            operation = update if not hasattr(update, "op") else update.op
            operation._unconditional_update = False
            self._updates.append(operation)

    @property
    def updates(self) -> list[Any]:
        """The operations that run with each training step."""
        if not self.trainable and not self.stateful:
            return []
        own = list(self._updates) if self.trainable or self.stateful else []
        return own + [u for layer in self._sublayers() for u in layer.updates]

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """The updates that depend on ``inputs``."""
        if inputs is None:
            return []
        from penstock.keras.engine.reach import reachable_operations

        return reachable_operations(nest.flatten(inputs), self.updates)

    @property
    def metrics(self) -> list[Any]:
        """The metrics added with ``add_metric``, or kept as attributes."""
        from penstock.keras.metrics.base import Metric

        found: dict[int, Any] = {}
        for layer in self._nested_layers():
            for metric in layer._own_metrics:
                found.setdefault(id(metric), metric)
            for name in layer._tracked:
                for value in _contained(layer.__dict__.get(name)):
                    if isinstance(value, Metric):
                        found.setdefault(id(value), value)
        return list(found.values())

    def add_metric(
        self, value: Any, aggregation: str | None = None, name: str | None = None
    ) -> None:
        """Has training report a tensor.

        Args:
            value: the tensor, or what calling a ``Metric`` gave.
            aggregation: ``'mean'``, or ``None`` when ``value`` came from a ``Metric``.
            name: the name to report it under.
        """
        from penstock.keras.metrics.means import Mean

        if aggregation is not None and aggregation != "mean":
            raise ValueError(
                "We currently support only `mean` sample-wise metric aggregation. You provided "
                f"aggregation=`{aggregation}`"
            )
        source = getattr(value, "_metric_obj", None)
        if name is None and source is None:
            raise ValueError(
                "Please provide a name for your metric like `self.add_metric(tf.reduce_sum("
                "inputs), name='mean_activation', aggregation='mean')`"
            )
        if source is not None:
            if all(source is not m for m in self._own_metrics):
                self._own_metrics.append(source)
            self._metric_tensors[source.name] = value
            return
        if aggregation is None:
            raise ValueError(
                "`aggregation` must be specified for a metric tensor that no Metric made: 'mean'."
            )
        existing = next((m for m in self._own_metrics if m.name == name), None)
        metric = existing or Mean(name=name, dtype=value.dtype.base_dtype.name)
        if existing is None:
            self._own_metrics.append(metric)
        self._metric_tensors[metric.name] = metric(value)

    @property
    def input_spec(self) -> Any:
        """What the inputs must look like: an ``InputSpec``, a list of them, or None."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec = value

    # -- calling ----------------------------------------------------------------------------------
    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes: the inputs themselves, unless a subclass says otherwise."""
        return inputs

    @functools.cached_property
    def _call_arguments(self) -> set[str]:
        function = self.call
        try:
            parameters = inspect.signature(function).parameters
        except (TypeError, ValueError):
            return set()
        return set(parameters)

    def _call_takes(self, name: str) -> bool:
        return name in self._call_arguments

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Builds the layer if need be, and computes its outputs.

        Args:
            inputs: a tensor or a nest of tensors.
            *args: further arguments of ``call``. **kwargs: likewise.

        Returns:
            A tensor or a nest of tensors.
        """
        inputs = self._convert_inputs(inputs)
        flat = nest.flatten(inputs)
        if not _calls.__dict__.get("stack") and any(
            isinstance(t, ops.Tensor) and not hasattr(t, "_keras_history")
            and getattr(t.graph, "_has_keras_inputs", False) for t in flat
        ):  # fmt: skip
            from penstock.keras.engine.op_layer import create_history

            create_history(flat)
        if self._call_takes("mask") and kwargs.get("mask") is None and len(args) == 0:
            mask = self._collect_masks(inputs)
            if mask is not None:
                kwargs["mask"] = mask
        training_passed = self._hand_down_training(args, kwargs)
        stack = _calls.__dict__.setdefault("stack", [])
        graph_scope = flat[0].graph.as_default() if flat and hasattr(flat[0], "graph") else None
        with contextlib.ExitStack() as scopes:
            if graph_scope is not None and flat[0].graph is not ops.get_default_graph():
                scopes.enter_context(graph_scope)
            scopes.enter_context(ops.name_scope(self._name_scope()))
            self._maybe_build(inputs)
            stack.append((self, kwargs.get("training")))
            try:
                outputs = self.call(inputs, *args, **kwargs)
            finally:
                stack.pop()
            if outputs is None:
                raise ValueError(
                    "A layer's `call` method should return a Tensor or a list of Tensors, not None "
                    f"(layer: {self.name})."
                )
            if any(isinstance(t, ops.Variable) for t in nest.flatten(outputs)):
                outputs = nest.map_structure(
                    lambda t: ops.convert_to_tensor(t) if isinstance(t, ops.Variable) else t,
                    outputs,
                )
            if any(hasattr(t, "_keras_history") for t in flat) or self._always_node():
                outputs = _distinct_outputs(inputs, outputs)
            self._set_masks(inputs, outputs, kwargs.get("mask"))
            if self._activity_regularizer is not None:
                self._regularize_activity(inputs, outputs)
        if training_passed:
            kwargs.pop("training")
        if any(hasattr(t, "_keras_history") for t in flat) and flat:
            kwargs.pop("mask", None)
            if args:
                names = [n for n in self._call_arguments_in_order() if n != "self"][1:]
                kwargs.update(zip(names, args))
            Node(self, inputs, outputs, kwargs)
        return outputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Calls the layer; the old name of ``__call__``."""
        return self(inputs, *args, **kwargs)

    def _always_node(self) -> bool:
        return False

    def _call_arguments_in_order(self) -> list[str]:
        return list(inspect.signature(self.call).parameters)

    def _name_scope(self) -> str:
        return self.name

    def _convert_inputs(self, inputs: Any) -> Any:
        """NumPy arrays and numbers become tensors."""
        flat = nest.flatten(inputs)
        if any(isinstance(t, (np.ndarray, np.generic, float, int)) for t in flat):

            def convert(value: Any) -> Any:
                if isinstance(value, (np.ndarray, np.generic, float, int)):
                    array = np.asarray(value)
                    if array.dtype == np.float64:
                        array = array.astype(K.floatx())
                    return ops.convert_to_tensor(array)
                return value

            inputs = nest.map_structure(convert, inputs)
        return inputs

    def _hand_down_training(self, args: Any, kwargs: dict[str, Any]) -> bool:
        """Gives ``call`` the ``training`` of the layer that called this one."""
        if not self._call_takes("training") or kwargs.get("training") is not None:
            return False
        order = self._call_arguments_in_order()
        if "training" in order and order.index("training") <= len(args):
            return False
        for _, training in reversed(_calls.__dict__.get("stack", [])):
            if training is not None:
                kwargs["training"] = training
                return True
        return False

    def _maybe_build(self, inputs: Any) -> None:
        if self.built:
            assert_input_compatibility(self.input_spec, inputs, self.name)
            return
        assert_input_compatibility(self.input_spec, inputs, self.name)
        flat = nest.flatten(inputs)
        shapes = None
        if flat and all(hasattr(t, "shape") for t in flat):
            shapes = nest.map_structure(lambda t: t.shape, inputs)
            if "dtype" not in self.__dict__ and self._dtype is None:
                self._dtype = flat[0].dtype.base_dtype.name
        with ops.init_scope():
            self.build(shapes)
        self.built = True
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None
        assert_input_compatibility(self.input_spec, inputs, self.name)

    # -- masks ------------------------------------------------------------------------------------
    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the outputs: that of the inputs if the layer supports masking.

        Raises:
            TypeError: when there is a mask and the layer can't take it.
        """
        if not self.supports_masking:
            if any(m is not None for m in nest.flatten(mask)):
                raise TypeError(
                    f"Layer {self.name} does not support masking, but was passed an input_mask: "
                    f"{mask}"
                )
            return None
        return mask

    def _collect_masks(self, inputs: Any) -> Any:
        flat = nest.flatten(inputs)
        masks = [getattr(t, "_keras_mask", None) for t in flat]
        if all(m is None for m in masks):
            return None
        return nest.pack_sequence_as(inputs, masks)

    def _set_masks(self, inputs: Any, outputs: Any, given: Any) -> None:
        flat = nest.flatten(outputs)
        if getattr(self, "_compute_output_and_mask_jointly", False):
            return
        masks = given if given is not None else self._collect_masks(inputs)
        if masks is None and type(self).compute_mask is Layer.compute_mask:
            return
        if type(self).compute_mask is Layer.compute_mask and not self.supports_masking:
            return
        found = self.compute_mask(inputs, masks)
        if found is None:
            return
        found_flat = nest.flatten(found)
        if len(found_flat) == 1 and len(flat) > 1:
            found_flat = found_flat * len(flat)
        for tensor, mask in zip(flat, found_flat):
            with contextlib.suppress(AttributeError):
                tensor._keras_mask = mask

    def _regularize_activity(self, inputs: Any, outputs: Any) -> None:
        with ops.name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                count = ops.cast(ops.shape(output)[0], loss.dtype)
                self.add_loss(loss / count, inputs=inputs)

    # -- shapes -----------------------------------------------------------------------------------
    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the outputs for inputs of a shape, found by trying in a graph apart."""
        from penstock.graph.graph import Graph

        def is_shape(value: Any) -> bool:
            return isinstance(value, ops.TensorShape) or (
                isinstance(value, (tuple, list))
                and all(s is None or isinstance(s, int) for s in value)
            )

        self._build_from(input_shape)
        inputs: Any
        with Graph().as_default():
            if is_shape(input_shape):
                inputs = ops.placeholder(self._dtype, shape=ops.TensorShape(input_shape))
            else:
                inputs = [
                    ops.placeholder(self._dtype, shape=ops.TensorShape(s)) for s in input_shape
                ]
            try:
                outputs = self.call(inputs)
            except (TypeError, ValueError) as error:
                raise NotImplementedError(
                    f"We could not automatically infer the shape of the output of {self.name}: "
                    "define `compute_output_shape`."
                ) from error
        return nest.map_structure(lambda t: t.shape, outputs)

    def _build_from(self, input_shape: Any) -> None:
        if not self.built:
            with ops.name_scope(self._name_scope()):
                self.build(input_shape)
            self.built = True

    def _node(self, index: int, what: str) -> Node:
        if not self._inbound_nodes:
            raise RuntimeError(f"The layer has never been called and thus has no defined {what}.")
        if index >= len(self._inbound_nodes):
            raise ValueError(
                f"Asked to get {what} at node {index}, but the layer has only "
                f"{len(self._inbound_nodes)} inbound nodes."
            )
        return self._inbound_nodes[index]

    def get_input_at(self, node_index: int) -> Any:
        """The inputs of call number ``node_index``."""
        return self._node(node_index, "input").input_tensors

    def get_output_at(self, node_index: int) -> Any:
        """The outputs of call number ``node_index``."""
        return self._node(node_index, "output").output_tensors

    def get_input_shape_at(self, node_index: int) -> Any:
        """The shapes of the inputs of call number ``node_index``."""
        return self._node(node_index, "input shape").input_shapes

    def get_output_shape_at(self, node_index: int) -> Any:
        """The shapes of the outputs of call number ``node_index``."""
        return self._node(node_index, "output shape").output_shapes

    def get_input_mask_at(self, node_index: int) -> Any:
        """The masks of the inputs of call number ``node_index``."""
        return nest.map_structure(
            lambda t: getattr(t, "_keras_mask", None), self.get_input_at(node_index)
        )

    def get_output_mask_at(self, node_index: int) -> Any:
        """The masks of the outputs of call number ``node_index``."""
        return nest.map_structure(
            lambda t: getattr(t, "_keras_mask", None), self.get_output_at(node_index)
        )

    def _only_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(f"Layer {self.name} has no inbound nodes.")
        if len(self._inbound_nodes) > 1:
            raise AttributeError(
                f"Layer {self.name} has multiple inbound nodes, hence the notion of "
                f'"layer {what}" is ill-defined. Use `get_{what}_at(node_index)` instead.'
            )
        return self._inbound_nodes[0]

    @property
    def input(self) -> Any:
        """The inputs, of a layer that was called once."""
        return self._only_node("input").input_tensors

    @property
    def output(self) -> Any:
        """The outputs, of a layer that was called once."""
        return self._only_node("output").output_tensors

    @property
    def input_mask(self) -> Any:
        """The masks of the inputs."""
        self._only_node("input")
        return self.get_input_mask_at(0)

    @property
    def output_mask(self) -> Any:
        """The masks of the outputs."""
        self._only_node("output")
        return self.get_output_mask_at(0)

    def _common_shape(self, what: str) -> Any:
        if not self._inbound_nodes:
            raise AttributeError(
                f"The layer has never been called and thus has no defined {what} shape."
            )
        shapes = [getattr(node, what + "_shapes") for node in self._inbound_nodes]
        if any(shape != shapes[0] for shape in shapes):
            raise AttributeError(
                f'The layer "{self.name}" has multiple inbound nodes, with different {what} '
                f'shapes. Hence the notion of "{what} shape" is ill-defined for the layer. Use '
                f"`get_{what}_shape_at(node_index)` instead."
            )
        return shapes[0]

    @property
    def input_shape(self) -> Any:
        """The shape of the inputs."""
        return self._common_shape("input")

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs."""
        return self._common_shape("output")

    @property
    def inbound_nodes(self) -> list[Node]:
        """The calls of this layer."""
        return self._inbound_nodes

    @property
    def outbound_nodes(self) -> list[Node]:
        """The calls of other layers on this layer's outputs."""
        return self._outbound_nodes

    # -- configuration ----------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable}
        if hasattr(self, "_batch_input_shape"):
            config["batch_input_shape"] = self._batch_input_shape
        config["dtype"] = self.dtype
        if type(self).get_config is Layer.get_config:
            wanted = [
                p.name
                for p in list(inspect.signature(type(self).__init__).parameters.values())[1:]
                if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
            ]
            if any(name not in {"name", "trainable", "dtype", "dynamic"} for name in wanted):
                raise NotImplementedError(
                    "Layers with arguments in `__init__` must override `get_config`."
                )
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer that ``get_config`` described."""
        return cls(**config)


_NOT_TRACKED = frozenset(
    """_tracked _own_trainable _own_frozen _updates _losses _callable_losses _own_metrics
    _metric_tensors _inbound_nodes _outbound_nodes _batch_input_shape _initial_weights
    input_spec _input_spec _keras_mask""".split()
)


# Attributes with these beginnings aren't part of object-based checkpoints.
_NOT_SAVED = ("_own", "_tracked", "_inbound", "_outbound", "_layers", "_metrics")


def _holds_weights(value: Any) -> bool:
    """Whether a value is, or contains, a variable or a layer (metrics aside)."""
    from penstock.keras.metrics.base import Metric

    return any(
        isinstance(each, (Layer, ops.Variable)) and not isinstance(each, Metric)
        for each in _contained(value)
    )


def _contained(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _contained(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _contained(each)
    else:
        yield value


def _inside(layer: Layer) -> bool:
    return any(each is layer for each, _ in _calls.__dict__.get("stack", []))


def in_layer_call() -> bool:
    """Whether some layer is being called in this thread."""
    return bool(_calls.__dict__.get("stack"))


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list({id(v): v for v in values}.values())


def _distinct_outputs(inputs: Any, outputs: Any) -> Any:
    """Outputs that are inputs themselves become tensors of their own."""
    taken = {id(t) for t in nest.flatten(inputs)}
    if not any(id(t) in taken for t in nest.flatten(outputs)):
        return outputs
    return nest.map_structure(lambda t: ops.identity(t) if id(t) in taken else t, outputs)


def _initial_value(initializer: Any, shape: Any, dtype: Any) -> Any:
    if inspect.isclass(initializer):
        initializer = initializer()

    def make() -> Any:
        if "dtype" in _parameters(initializer):
            return initializer(shape, dtype=dtype)
        return ops.cast(ops.convert_to_tensor(initializer(shape)), dtype)

    return make


def _parameters(function: Any) -> set[str]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {"dtype"}
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return {"dtype"}
    return set(parameters)
