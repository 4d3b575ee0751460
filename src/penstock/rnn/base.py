"""``tf.nn.rnn_cell.RNNCell``: what a recurrent cell is."""

from __future__ import annotations

from typing import Any

from penstock import behavior
from penstock.graph import nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import name_scope
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.layers.base import Layer
from penstock.ops.arrays import shape as shape_of
from penstock.ops.partitioned_variables import PartitionedVariable
from penstock.ops.variable_collections import trainable_variables
from penstock.ops.variable_scope import get_variable_scope, variable_scope
from penstock.rnn.states import zero_tensors

# Class -> the class that behaves as it did before TensorFlow 1.0; filled by rnn/old_cells.py.
OLD_CELLS: dict[type, type] = {}


class RNNCell(Layer):
    """A cell: ``output, new_state = cell(inputs, state)``.

    Subclasses give ``state_size`` and ``output_size`` (numbers, shapes, or nested tuples of
    these) and ``call(inputs, state)``.

    Args:
        trainable: whether the variables are trained. name: the cell's name.
        dtype: the type of the variables.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if behavior.before(1, 0):
            import penstock.rnn.old_cells  # noqa: F401 - fills the table

            cls = OLD_CELLS.get(cls, cls)
        return super().__new__(cls)

    def __init__(self, trainable: bool = True, name: str | None = None, dtype: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._is_tf_rnn_cell = True

    def __getattr__(self, name: str) -> Any:
        # Cells of old programs don't call Layer.__init__; they get what it sets when it is needed.
        if name.startswith("__") or "_trainable" in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        kept = dict(self.__dict__)
        Layer.__init__(self)
        self.__dict__.update(kept)
        return getattr(self, name)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """Runs one step.

        Args:
            inputs: ``[batch_size, input_size]``, or a structure of such tensors.
            state: a tensor ``[batch_size, state_size]``, or a structure like ``state_size``.
            scope: the variable scope to use.

        Returns:
            ``(output, new_state)``.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=self._keep_variable) as opened:
                return super().__call__(inputs, state, scope=opened)
        own = self.__dict__.get("rnncell_scope")
        if own is None:
            own = variable_scope(get_variable_scope(), custom_getter=self._keep_variable)
            self.rnncell_scope = own
        with own:
            return super().__call__(inputs, state)

    def _keep_variable(self, getter: Any, *args: Any, **kwargs: Any) -> Any:
        """Notes the variables that ``call`` gets."""
        variable = getter(*args, **kwargs)
        part = next(iter(variable)) if isinstance(variable, PartitionedVariable) else variable
        is_trained = any(part is v for v in trainable_variables())
        mine = self._trainable_weights if is_trained else self._non_trainable_weights
        if all(variable is not v for v in mine):
            mine.append(variable)
        return variable

    @property
    def state_size(self) -> Any:
        """The sizes of the state, without the batch dimension."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """The size of the output, without the batch dimension."""
        raise NotImplementedError("Abstract method")

    def build(self, input_shape: Any) -> None:
        """Nothing: ``call`` may get its variables itself."""

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None,
                          dtype: Any = None) -> Any:  # fmt: skip
        """A zero state, for a batch size and type or for inputs that have them.

        Raises:
            ValueError: when they contradict each other or are missing.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            known = inputs.shape.dims[0].value
            if batch_size is not None:
                given = constant_value(batch_size) if isinstance(batch_size, Tensor) else batch_size
                if known != given:
                    raise ValueError(
                        "batch size from input tensor is different from the input param. Input "
                        f"tensor batch: {known}, batch_size: {batch_size}"
                    )
            if dtype is not None and inputs.dtype != dtype:
                raise ValueError(
                    "dtype from input tensor is different from the input param. Input tensor "
                    f"dtype: {inputs.dtype}, dtype: {dtype}"
                )
            batch_size = known or shape_of(inputs)[0]
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                "batch_size and dtype cannot be None while constructing initial state: "
                f"batch_size={batch_size}, dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros in the structure of ``state_size``.

        Args:
            batch_size: a number or scalar tensor. dtype: the type.
        """
        size = self.state_size
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return zero_tensors(size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables once, in ``build``."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any,
                 **kwargs: Any) -> Any:  # fmt: skip
        """Runs one step; see ``RNNCell``."""
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


def check_dtype(dtype: Any) -> None:
    """Raises ``ValueError`` unless the type is floating or complex (or unknown)."""
    if dtype is None:
        return
    dtype = as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise ValueError(f"RNN cell only supports floating point inputs, but saw dtype: {dtype}")


def check_dtypes(*tensors: Any) -> None:
    """``check_dtype`` of every tensor in the structures."""
    for tensor in nest.flatten(list(tensors)):
        check_dtype(tensor.dtype)


def _has(value: Any, name: str) -> bool:
    return hasattr(value, name)


def assert_like_rnncell(what: str, cell: Any) -> None:
    """Raises ``TypeError`` unless ``cell`` can be used as a cell.

    Args:
        what: the argument's name. cell: what was given.
    """
    problems = []
    if not _has(cell, "output_size"):
        problems.append("'output_size' property is missing")
    if not _has(cell, "state_size"):
        problems.append("'state_size' property is missing")
    if not (_has(cell, "get_initial_state") or _has(cell, "zero_state")):
        problems.append("either 'zero_state' or 'get_initial_state' method is required")
    if not callable(cell):
        problems.append("is not callable")
    if problems:
        raise TypeError(f"The argument {what!r} ({cell}) is not an RNNCell: {', '.join(problems)}.")


def initial_state(cell: Any, batch_size: Any, dtype: Any) -> Any:
    """The state that a cell starts from."""
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)
