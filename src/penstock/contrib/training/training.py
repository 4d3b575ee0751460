"""Training steps and loops of ``tf.contrib.training`` and ``tf.contrib.slim.learning``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph.collections import GraphKeys
from penstock.graph.composite import IndexedSlices
from penstock.graph.scopes import (
    control_dependencies,
    get_collection,
    get_collection_ref,
    name_scope,
)
from penstock.graph.tensor import Tensor
from penstock.ops.clipping import clip_by_norm, global_norm
from penstock.ops.control_flow import no_op, with_dependencies
from penstock.ops.identities import check_numerics as check_numbers
from penstock.ops.variable_collections import trainable_variables
from penstock.summary.functions import histogram, scalar
from penstock.training.global_step import get_or_create_global_step

USE_GLOBAL_STEP = 0


def multiply_gradients(grads_and_vars: Any, gradient_multipliers: dict[Any, Any]) -> list[Any]:
    """Scales gradients by variable or its name.

    Raises:
        ValueError: without multipliers, or for a variable without a gradient.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")
    result = []
    for gradient, variable in grads_and_vars:
        for key in (variable, variable.op.name):
            if key not in gradient_multipliers:
                continue
            if gradient is None:
                raise ValueError("Requested multiple of `None` gradient.")
            factor = gradient_multipliers[key]
            if isinstance(gradient, IndexedSlices):
                gradient = IndexedSlices(
                    gradient.values * factor, gradient.indices, gradient.dense_shape
                )
            else:
                gradient = gradient * factor
            break
        result.append((gradient, variable))
    return result


def clip_gradient_norms(gradients_to_variables: Any, max_norm: float) -> list[Any]:
    """Limits the norm of each gradient."""
    result = []
    for gradient, variable in gradients_to_variables:
        if gradient is not None:
            if isinstance(gradient, IndexedSlices):
                gradient = IndexedSlices(
                    clip_by_norm(gradient.values, max_norm), gradient.indices, gradient.dense_shape
                )
            else:
                gradient = clip_by_norm(gradient, max_norm)
        result.append((gradient, variable))
    return result


def clip_gradient_norms_fn(max_norm: float) -> Callable[[Any], list[Any]]:
    """``clip_gradient_norms`` as a ``transform_grads_fn``."""
    return lambda pairs: clip_gradient_norms(pairs, max_norm)


def add_gradients_summaries(grads_and_vars: Any) -> list[Any]:
    """A histogram and a norm of each gradient."""
    made = []
    for gradient, variable in grads_and_vars:
        if gradient is None:
            continue
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        made.append(histogram(f"{variable.op.name}_gradient", values))
        made.append(scalar(f"{variable.op.name}_gradient_norm", global_norm([values])))
    return made


def create_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[Any], Any] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = 1,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor that gives the loss and trains by one step.

    Args:
        total_loss: a scalar. optimizer: an optimizer.
        global_step: the step counter; that of the graph by default, none for ``None``.
        update_ops: what to run before; ``UPDATE_OPS`` by default.
        variables_to_train: what to train; all trainable variables by default.
        transform_grads_fn: a function of ``(gradient, variable)`` pairs.
        summarize_gradients: whether to make summaries of gradients.
        gate_gradients: as for ``compute_gradients``; likewise ``aggregation_method`` and
            ``colocate_gradients_with_ops``.
        check_numerics: fail when the loss isn't finite.
    """
    if global_step is USE_GLOBAL_STEP:
        global_step = get_or_create_global_step()
    updates = get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
    updates = list(dict.fromkeys(updates))
    if updates:
        with control_dependencies(updates):
            barrier = no_op(name="update_barrier")
        total_loss = with_dependencies([barrier], total_loss)
    variables = trainable_variables() if variables_to_train is None else list(variables_to_train)
    if not variables:
        raise ValueError("There are no variables to train.")
    gradients = optimizer.compute_gradients(
        total_loss,
        variables,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        gradients = transform_grads_fn(gradients)
    if summarize_gradients:
        with name_scope("summarize_grads"):
            add_gradients_summaries(gradients)
    step = optimizer.apply_gradients(gradients, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = check_numbers(total_loss, "LossTensor is inf or nan")
        train_op = with_dependencies([step], total_loss)
    kept = get_collection_ref(GraphKeys.TRAIN_OP)
    if not any(train_op is other for other in kept):
        kept.append(train_op)
    return train_op
