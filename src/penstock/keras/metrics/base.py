"""``keras.metrics.Metric``: a value gathered over batches."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer


class Metric(Layer):
    """A value gathered over batches.

    Subclasses make variables with ``add_weight``, change them in ``update_state`` and compute
    the value in ``result``.

    Args:
        name: the name. dtype: the type. **kwargs: as for ``Layer``.
    """

    def __init__(self, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.stateful = True
        self.built = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gathers a batch and gives the value so far.

        Args:
            *args: as for ``update_state``. **kwargs: likewise.
        """
        update = self._updated(*args, **kwargs)
        with ops.control_dependencies([update] if update is not None else []):
            value: Any = self.result()
            if isinstance(value, dict):
                return value
            value = ops.identity(value)
        value._metric_obj = self
        self._call_result = value
        return value

    def _updated(self, *args: Any, **kwargs: Any) -> Any:
        """Runs ``update_state`` and returns one operation for all that it does."""
        graph = ops.get_default_graph()
        before = len(graph._names) if hasattr(graph, "_names") else 0
        del before
        seen = graph.version
        update = self.update_state(*args, **kwargs)
        if update is None:
            made = [op for op in graph.get_operations() if op._id > seen and _changes_state(op)]
            update = ops.group(*made) if made else None
        operation = getattr(update, "op", update)
        if operation is not None:
            self._updates.append(operation)
        return operation

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Gathers a batch; returns the operation that does."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def result(self) -> Any:
        """The value so far."""
        raise NotImplementedError("Must be implemented in subclasses.")

    def reset_states(self) -> None:
        """Sets the variables to zero."""
        K.batch_set_value([(v, _zeros(v)) for v in self.variables])

    def reset_state(self) -> None:
        """``reset_states``."""
        self.reset_states()

    def add_weight(self, name: Any = None, shape: Any = (), aggregation: Any = None,
                   synchronization: Any = None, initializer: Any = None,
                   dtype: Any = None, **kwargs: Any) -> Any:  # fmt: skip
        """Makes a variable, which is not trained.

        Args:
            name: its name. shape: its shape. aggregation: accepted as in TensorFlow.
            synchronization: likewise. initializer: an initializer or its name. dtype: the type.
            **kwargs: further arguments of ``Layer.add_weight``.
        """
        kwargs.pop("trainable", None)
        with ops.init_scope(), ops.name_scope(None):
            return super().add_weight(
                name=name,
                shape=shape,
                dtype=dtype or self.dtype,
                trainable=False,
                initializer=initializer or "zeros",
                **kwargs,
            )

    @property
    def trainable_weights(self) -> list[Any]:
        """None."""
        return []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The variables."""
        return list(self._own_frozen)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"name": self.name, "dtype": self.dtype}


def _zeros(variable: Any) -> Any:
    import numpy as np

    return np.zeros(variable.shape.as_list(), variable.dtype.base_dtype.as_numpy_dtype)


def _changes_state(op: Any) -> bool:
    return op.type.startswith(("Assign", "ResourceScatter")) and any(
        t.dtype.base_dtype.name == "resource" for t in op.inputs
    )
