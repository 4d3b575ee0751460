"""The global step: an integer variable that counts training steps."""

from __future__ import annotations

import logging
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.tensor import Tensor
from penstock.ops.variable_scope import get_variable
from penstock.ops.variables import Variable, VariableAggregation


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The value of a global step in a session, as a Python ``int``.

    Args:
        sess: the session.
        global_step_tensor: the step's variable.
    """
    return int(sess.run(global_step_tensor))


def get_global_step(graph: Any = None) -> Any:
    """The global step of a graph, or ``None``.

    Args:
        graph: the graph; the default graph when left out.

    Raises:
        TypeError: when there is a ``'global_step:0'`` that is no integer scalar.
    """
    graph = graph or defaults.get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        logging.getLogger("tensorflow").error("Multiple tensors in global_step collection.")
        return None
    if found:
        step = found[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph: Any = None) -> Any:
    """Makes the global step of a graph.

    Args:
        graph: the graph; the default graph when left out.

    Raises:
        ValueError: when it exists already.
    """
    from penstock.ops.initializers import Zeros

    graph = graph or defaults.get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            "global_step",
            shape=[],
            dtype=dtypes.int64,
            initializer=Zeros(),
            trainable=False,
            aggregation=VariableAggregation.ONLY_FIRST_REPLICA,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Any = None) -> Any:
    """The global step of a graph, made if there is none.

    Args:
        graph: the graph; the default graph when left out.
    """
    graph = graph or defaults.get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def assert_global_step(global_step_tensor: Any) -> None:
    """Raises ``TypeError`` unless the argument is an integer scalar variable or tensor."""
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError(
            f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.'
        )
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(
            f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}'
        )
    shape = global_step_tensor.get_shape()
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


_READ = "global_step_read_op_cache"


def global_step_read(graph: Any = None) -> Any:
    """A tensor with the value of the global step, made when first asked for; ``None`` without one.

    Hooks fetch it in every run, so it must not wait for the training step of the run.
    """
    graph = graph or defaults.get_default_graph()
    found = graph.get_collection(_READ)
    if len(found) > 1:
        raise RuntimeError(
            f"There are multiple items in collection {_READ}. There should be only one."
        )
    if found:
        return found[0]
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"):
        value: Any = step.initialized_value() if isinstance(step, Variable) else step
        read = value + 0
        graph.add_to_collection(_READ, read)
    return read
