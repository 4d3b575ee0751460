"""``keras.optimizers.Optimizer``: hyperparameters, slots, and steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.optimizers.schedules import LearningRateSchedule

_ALLOWED = ("clipnorm", "clipvalue", "lr", "decay")


class Optimizer:
    """Changes variables to make a loss smaller.

    Subclasses name their hyperparameters with ``_set_hyper``, make slots in ``_create_slots`` and
    change variables in ``_resource_apply_dense`` and ``_resource_apply_sparse``.

    Args:
        name: the name. **kwargs: ``clipnorm`` (the largest norm of a gradient), ``clipvalue``
            (the largest element), ``decay`` (``lr / (1 + decay * iterations)``), ``lr``.
    """

    # Whether `_resource_apply_sparse` ignores rows whose index is the largest integer.
    _takes_padding = False

    def __init__(self, name: str, **kwargs: Any) -> None:
        for keyword, value in kwargs.items():
            if keyword not in _ALLOWED:
                raise TypeError(f"Unexpected keyword argument passed to optimizer: {keyword}")
            if value is not None and value < 0:
                raise ValueError(f"Expected {keyword} >= 0, received: {value}")
        self._name = name
        self._hyper: dict[str, Any] = {}
        self._variables: dict[str, Any] = {}
        self._hypers_created = False
        self._weights: list[Any] = []
        self._slots: dict[Any, dict[str, Any]] = {}
        self._slot_names: list[str] = []
        self._iterations: Any = None
        self._initial_decay = kwargs.pop("decay", 0.0) or 0.0
        if "clipnorm" in kwargs:
            self.clipnorm = kwargs.pop("clipnorm")
        if "clipvalue" in kwargs:
            self.clipvalue = kwargs.pop("clipvalue")
        self._prepared: dict[Any, Any] = {}

    # -- hyperparameters --------------------------------------------------------------------------
    def _set_hyper(self, name: str, value: Any) -> None:
        if name not in self._hyper:
            self._hyper[name] = value
            return
        current = self._hyper[name]
        if isinstance(current, ops.Variable) and not isinstance(value, (ops.Tensor, ops.Variable)):
            if not callable(value) and not isinstance(value, LearningRateSchedule):
                K.set_value(current, value)
                return
        self._hyper[name] = value

    def _get_hyper(self, name: str, dtype: Any = None) -> Any:
        if not self._hypers_created:
            self._create_hypers()
        value = self._hyper[name]
        if isinstance(value, LearningRateSchedule):
            return value
        if callable(value) and not isinstance(value, (ops.Variable, ops.Tensor)):
            value = value()
        return ops.cast(value, dtype) if dtype is not None else value

    def _create_hypers(self) -> None:
        if self._hypers_created:
            return
        _ = self.iterations
        for name, value in sorted(self._hyper.items()):
            if isinstance(value, (ops.Tensor, ops.Variable)) or callable(value):
                continue
            self._hyper[name] = self.add_weight(name, shape=[], trainable=False, initializer=value)
        self._hypers_created = True

    def __getattr__(self, name: str) -> Any:
        if name == "_hyper" or name.startswith("__"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if name == "lr":
            name = "learning_rate"
        if name in self.__dict__.get("_hyper", ()):
            return self._get_hyper(name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "lr":
            name = "learning_rate"
        if name in self.__dict__.get("_hyper", ()):
            self._set_hyper(name, value)
        else:
            object.__setattr__(self, name, value)

    def _serialize_hyperparameter(self, name: str) -> Any:
        value = self._hyper[name]
        if isinstance(value, LearningRateSchedule):
            from penstock.keras.optimizers.schedules import serialize

            return serialize(value)
        if callable(value) and not isinstance(value, (ops.Variable, ops.Tensor)):
            return value()
        if isinstance(value, (ops.Variable, ops.Tensor)):
            return np.asarray(K.get_value(value)).item()
        return value

    @property
    def iterations(self) -> Any:
        """The variable that counts steps."""
        if self._iterations is None:
            self._iterations = self.add_weight(
                "iter", shape=[], dtype="int64", trainable=False, initializer="zeros"
            )
            self._weights.insert(0, self._weights.pop())
        return self._iterations

    @iterations.setter
    def iterations(self, variable: Any) -> None:
        if self._iterations is not None:
            raise RuntimeError(
                "Cannot set `iterations` to a new Variable after the Optimizer weights have been "
                "created"
            )
        self._iterations = variable
        self._weights.insert(0, variable)

    def _decayed_lr(self, dtype: Any) -> Any:
        rate = self._get_hyper("learning_rate", dtype)
        if isinstance(rate, LearningRateSchedule):
            rate = ops.cast(rate(ops.cast(self.iterations, dtype)), dtype)
        if self._initial_decay > 0.0:
            step = ops.cast(self.iterations, dtype)
            rate = rate / (1.0 + self._get_hyper("decay", dtype) * step)
        return rate

    # -- variables --------------------------------------------------------------------------------
    def add_weight(self, name: str, shape: Any, dtype: Any = None, initializer: Any = "zeros",
                   trainable: bool | None = None, **options: Any) -> Any:  # fmt: skip
        """Makes a variable of the optimizer.

        Args:
            name: its name. shape: its shape. dtype: its type.
            initializer: an initializer, its name, or a value. trainable: whether to train it.
            **options: accepted as in TensorFlow.
        """
        from penstock.keras import initializers

        kind = ops.as_dtype(dtype or K.floatx())
        if isinstance(initializer, str) or callable(initializer):
            make = initializers.get(initializer)

            def initial() -> Any:
                return make(tuple(shape), dtype=kind)
        else:
            value = initializer

            def initial() -> Any:
                return ops.constant(value, dtype=kind, shape=shape, name="initial_value")

        variable = K.make_variable(initial, name=name, dtype=kind, trainable=bool(trainable))
        self._variables[name] = variable
        if name in ("iter",) or name not in self._hyper:
            self._weights.append(variable)
        return variable

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        """Makes the slots; a subclass with slots defines it."""

    def add_slot(self, var: Any, slot_name: str, initializer: Any = "zeros") -> Any:
        """The slot ``slot_name`` of a variable, made if it isn't there."""
        from penstock.keras import initializers

        if slot_name not in self._slot_names:
            self._slot_names.append(slot_name)
        slots = self._slots.setdefault(id(var), {})
        if slot_name not in slots:
            make = initializers.get(initializer) if isinstance(initializer, str) else initializer
            dtype = var.dtype.base_dtype

            def initial() -> Any:
                return make(var.shape, dtype=dtype) if callable(make) else make

            name = f"{var.op.name}/{slot_name}"
            slots[slot_name] = K.make_variable(initial, name=name, dtype=dtype, trainable=False)
            self._weights.append(slots[slot_name])
        return slots[slot_name]

    def get_slot(self, var: Any, slot_name: str) -> Any:
        """The slot ``slot_name`` of a variable."""
        return self._slots[id(var)][slot_name]

    def _checkpoint_children(self) -> Iterator[tuple[str, Any]]:
        yield from self._variables.items()

    def get_slot_names(self) -> list[str]:
        """The names of the slots."""
        return self._slot_names

    @property
    def weights(self) -> list[Any]:
        """The count of steps, then the slots."""
        return self._weights

    def variables(self) -> list[Any]:
        """``weights``."""
        return self._weights

    def get_weights(self) -> list[Any]:
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
                f'You called `set_weights(weights)` on optimizer "{self._name}" with a  weight '
                f"list of length {len(weights)}, but the optimizer was expecting {len(params)} "
                f"weights. Provided weights: {str(weights)[:50]}..."
            )
        for variable, value in zip(params, weights):
            if tuple(variable.shape.as_list()) != np.shape(value):
                raise ValueError(
                    f"Optimizer weight shape {variable.shape} not compatible with provided weight "
                    f"shape {np.shape(value)}"
                )
        K.batch_set_value(list(zip(params, weights)))

    # -- steps ------------------------------------------------------------------------------------
    def _clip(self, grads: list[Any]) -> list[Any]:
        if getattr(self, "clipnorm", None) is not None:
            grads = [g if g is None else _clip_by_norm(g, self.clipnorm) for g in grads]
        if getattr(self, "clipvalue", None) is not None:
            low, high = -self.clipvalue, self.clipvalue
            grads = [g if g is None else _mapped(g, lambda t: ops.clip_by_value(t, low, high))
                     for g in grads]  # fmt: skip
        return grads

    def get_gradients(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The clipped gradients of ``loss``.

        Raises:
            ValueError: when there is none for a variable.
        """
        params = list(params)
        with ops.get_default_graph().as_default(), ops.name_scope(f"{self._name}/gradients"):
            grads = ops.gradients(loss, params)
            for grad, param in zip(grads, params):
                if grad is None:
                    raise ValueError(
                        f"Variable {param} has `None` for gradient. Please make sure that all of "
                        "your ops have a gradient defined (i.e. are differentiable). Common ops "
                        "without gradient: K.argmax, K.round, K.eval."
                    )
            return self._clip(grads)

    def get_updates(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The operations of one step."""
        params = list(params)
        grads = self.get_gradients(loss, params)
        return [self.apply_gradients(list(zip(grads, params)))]

    def _compute_gradients(self, loss: Any, var_list: Any, grad_loss: Any = None) -> Any:
        if callable(loss) and not isinstance(loss, ops.Tensor):
            loss = loss()
        variables = list(var_list() if callable(var_list) else var_list)
        with ops.name_scope(f"{self._name}/gradients"):
            grads = ops.gradients(loss, variables, grad_loss)
        return list(zip(self._clip(grads), variables))

    def minimize(self, loss: Any, var_list: Any, grad_loss: Any = None, name: Any = None) -> Any:
        """One step: ``apply_gradients`` of the gradients of ``loss``.

        Args:
            loss: a tensor, or a function that makes one.
            var_list: the variables, or a function that gives them.
            grad_loss: the gradient to start from. name: the operation's name.
        """
        return self.apply_gradients(self._compute_gradients(loss, var_list, grad_loss), name=name)

    def apply_gradients(self, grads_and_vars: Any, name: str | None = None) -> Any:
        """One step with given gradients.

        Args:
            grads_and_vars: pairs of a gradient and a variable. name: the operation's name.

        Raises:
            ValueError: when no variable has a gradient.
        """
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            names = [v.name for _, v in grads_and_vars] if grads_and_vars else []
            raise ValueError(f"No gradients provided for any variable: {names}.")
        variables = [v for _, v in pairs]
        with ops.name_scope(self._name), ops.init_scope():
            _ = self.iterations
            self._create_hypers()
            self._create_slots(variables)
        with ops.name_scope(self._name):
            self._prepare(variables)
            with ops.name_scope(name or self._name) as scope:
                updates = []
                for grad, variable in pairs:
                    with ops.name_scope("update_" + variable.op.name):
                        updates.append(self._update(grad, variable))
                flat = [u for group in updates for u in _as_list(group)]
                with ops.control_dependencies([u for u in flat if u is not None]):
                    return (
                        self.iterations.assign_add(ops.constant(1, "int64"), read_value=False)
                        if scope
                        else None
                    )

    def _update(self, grad: Any, variable: Any) -> Any:
        if isinstance(grad, IndexedSlices):
            if variable.constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            values, indices = _distinct_rows(grad, self._takes_padding)
            return self._resource_apply_sparse(values, variable, indices)
        update = self._resource_apply_dense(grad, variable)
        if variable.constraint is not None:
            with ops.control_dependencies([u for u in _as_list(update) if u is not None]):
                return variable.assign(variable.constraint(variable), read_value=False)
        return update

    def _prepare(self, var_list: Sequence[Any]) -> None:
        """Computes, once a step, what the updates of all variables share."""
        self._prepared = {"lr_t": ops.identity(self._decayed_lr("float32"))}

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define `_resource_apply_dense`.")

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        """A step for some rows; as a dense one with zeros elsewhere unless a subclass differs."""
        raise NotImplementedError(f"{type(self).__name__} must define `_resource_apply_sparse`.")

    def _hyper_value(self, name: str, var: Any) -> Any:
        """A hyperparameter in the type of a variable, read once a step."""
        key = (name, var.dtype.base_dtype.name)
        if key not in self._prepared:
            if name == "lr_t":
                value = ops.cast(self._prepared["lr_t"], var.dtype.base_dtype)
            else:
                with ops.control_dependencies(None):
                    value = ops.identity(self._get_hyper(name, var.dtype.base_dtype))
            self._prepared[key] = value
        return self._prepared[key]

    # -- configuration ----------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config: dict[str, Any] = {"name": self._name}
        if getattr(self, "clipnorm", None) is not None:
            config["clipnorm"] = self.clipnorm
        if getattr(self, "clipvalue", None) is not None:
            config["clipvalue"] = self.clipvalue
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The optimizer that ``get_config`` described."""
        config = dict(config)
        if "lr" in config:
            config["learning_rate"] = config.pop("lr")
        if isinstance(config.get("learning_rate"), dict):
            from penstock.keras.optimizers.schedules import deserialize

            config["learning_rate"] = deserialize(config["learning_rate"], custom_objects)
        return cls(**config)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _mapped(grad: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(function(grad.values), grad.indices, grad.dense_shape)
    return function(grad)


def _clip_by_norm(grad: Any, limit: float) -> Any:
    return _mapped(grad, lambda t: ops.clip_by_norm(t, limit))


def _distinct_rows(grad: IndexedSlices, padded: bool) -> tuple[Any, Any]:
    """Gradients of rows, each row once."""
    from penstock.training.optimizer import deduplicate_indexed_slices

    return deduplicate_indexed_slices(grad.values, grad.indices, padded)


def take_rows(variable: Any, indices: Any) -> Any:
    """The rows of a variable at distinct ``indices``; some row for those that are padding."""
    last = ops.constant(variable.shape.as_list()[0] - 1, indices.dtype)
    return ops.gather(variable, ops.minimum(indices, last))


def scatter_add(variable: Any, indices: Any, values: Any) -> Any:
    """The variable after ``values`` were added to its rows."""
    with ops.control_dependencies([apply("ResourceScatterAdd", variable.handle, indices, values)]):
        return variable.value()
