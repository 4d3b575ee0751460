"""``tf.contrib.layers.optimize_loss``: a training step from a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph.collections import GraphKeys
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import get_collection
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.clipping import clip_by_global_norm, global_norm
from penstock.ops.constants import constant
from penstock.ops.control_flow import with_dependencies
from penstock.ops.initializers import Constant
from penstock.ops.random import truncated_normal
from penstock.ops.variable_collections import trainable_variables
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.summary.functions import histogram, scalar
from penstock.training.adagrad import AdagradOptimizer
from penstock.training.adam import AdamOptimizer
from penstock.training.ftrl import FtrlOptimizer
from penstock.training.global_step import assert_global_step, get_global_step
from penstock.training.gradient_descent import GradientDescentOptimizer
from penstock.training.momentum import MomentumOptimizer
from penstock.training.optimizer import Optimizer
from penstock.training.rmsprop import RMSPropOptimizer

OPTIMIZER_CLS_NAMES: dict[str, Any] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}

OPTIMIZER_SUMMARIES = [
    "learning_rate",
    "loss",
    "gradients",
    "gradient_norm",
    "global_gradient_norm",
]


def _learning_rate(given: Any) -> Any:
    if given is None:
        return None
    if isinstance(given, Tensor) and given.get_shape().ndims == 0:
        return given
    if isinstance(given, float):
        if given < 0.0:
            raise ValueError("Invalid learning_rate %s.", given)
        return get_variable("learning_rate", [], trainable=False, initializer=Constant(given))
    raise ValueError(
        f"Learning rate should be 0d Tensor or float. Got {given} of type {type(given)}"
    )


def _optimizer(given: Any, rate: Any, has_rate: bool) -> Optimizer:
    made: Any
    if isinstance(given, str):
        if rate is None:
            raise ValueError(
                f"Learning rate is None, but should be specified if optimizer is string ({given})."
            )
        if given not in OPTIMIZER_CLS_NAMES:
            raise ValueError(
                f"Optimizer name should be one of [{', '.join(OPTIMIZER_CLS_NAMES)}], you "
                f"provided {given}."
            )
        return OPTIMIZER_CLS_NAMES[given](learning_rate=rate)
    if isinstance(given, type) and issubclass(given, Optimizer):
        if rate is None:
            raise ValueError(
                f"Learning rate is None, but should be specified if optimizer is class ({given})."
            )
        made = given
        return made(learning_rate=rate)
    if isinstance(given, Optimizer):
        return given
    if not callable(given):
        raise ValueError(
            "Unrecognized optimizer: should be string, subclass of Optimizer, instance of "
            f"subclass of Optimizer or function with one argument. Got {given}."
        )
    made = given(rate) if has_rate else given()
    if not isinstance(made, Optimizer):
        raise ValueError(
            f"Unrecognized optimizer: function should return subclass of Optimizer. Got {made}."
        )
    return made


def optimize_loss(
    loss: Any,
    global_step: Any,
    learning_rate: Any,
    optimizer: Any,
    gradient_noise_scale: float | None = None,
    gradient_multipliers: dict[Any, Any] | None = None,
    clip_gradients: Any = None,
    learning_rate_decay_fn: Callable[[Any, Any], Any] | None = None,
    update_ops: Sequence[Any] | None = None,
    variables: Sequence[Any] | None = None,
    name: str | None = None,
    summaries: Sequence[str] | None = None,
    colocate_gradients_with_ops: bool = False,
    increment_global_step: bool = True,
) -> Tensor:
    """A tensor that gives the loss and trains by one step.

    Args:
        loss: a scalar. global_step: the step counter; that of the graph when ``None``.
        learning_rate: a number or scalar tensor.
        optimizer: the name, class or instance of an optimizer, or a function of the learning rate.
        gradient_noise_scale: how much noise to add to the gradients.
        gradient_multipliers: factors by variable or its name.
        clip_gradients: the largest global norm, or a function of ``(gradient, variable)`` pairs.
        learning_rate_decay_fn: a function of learning rate and step.
        update_ops: what to run before; ``UPDATE_OPS`` by default.
        variables: what to train; all trainable variables by default.
        name: the name of the scope. summaries: names of summaries to make.
        colocate_gradients_with_ops: as for ``compute_gradients``.
        increment_global_step: whether to count the step.

    Raises:
        ValueError: for arguments that don't fit.
    """
    loss = convert_to_tensor(loss)
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        updates = get_collection(GraphKeys.UPDATE_OPS) if update_ops is None else update_ops
        if updates:
            loss = with_dependencies(list(updates), loss)
        rate = _learning_rate(learning_rate)
        if summaries is None:
            summaries = ["loss", "learning_rate", "global_gradient_norm"]
        for each in summaries:
            if each not in OPTIMIZER_SUMMARIES:
                raise ValueError(
                    f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you "
                    f"provided {each}."
                )
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in summaries:
                scalar("learning_rate", rate)
        opt = _optimizer(optimizer, rate, learning_rate is not None)
        gradients = opt.compute_gradients(
            loss,
            trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gradient_noise_scale is not None:
            gradients = _with_noise(gradients, gradient_noise_scale)
        if gradient_multipliers is not None:
            gradients = _multiplied(gradients, gradient_multipliers)
        norms = "global_gradient_norm" in summaries or "gradient_norm" in summaries
        if norms:
            scalar("global_norm/gradient_norm", global_norm([g for g, _ in gradients]))
        if isinstance(clip_gradients, float):
            found = [g for g, _ in gradients]
            clipped, _ = clip_by_global_norm(found, clip_gradients)
            gradients = list(zip(clipped, [v for _, v in gradients], strict=True))
        elif callable(clip_gradients):
            gradients = clip_gradients(gradients)
        elif clip_gradients is not None:
            raise ValueError(f"Unknown type {type(clip_gradients)} for clip_gradients")
        if "loss" in summaries:
            scalar("loss", loss)
        for gradient, variable in gradients:
            values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
            if values is None:
                continue
            label = variable.name.replace(":", "_")
            if "gradients" in summaries:
                histogram(f"gradients/{label}", values)
            if "gradient_norm" in summaries:
                scalar(f"gradient_norm/{label}", global_norm([values]))
        if clip_gradients is not None and norms:
            scalar("global_norm/clipped_gradient_norm", global_norm([g for g, _ in gradients]))
        step = opt.apply_gradients(
            gradients,
            global_step=global_step if increment_global_step else None,
            name="train",
        )
        return with_dependencies([step], loss)


def _with_noise(gradients: Any, scale: float) -> list[Any]:
    noisy = []
    for gradient, variable in gradients:
        if gradient is None:
            noisy.append((None, variable))
            continue
        is_slices = isinstance(gradient, IndexedSlices)
        shape = gradient.dense_shape if is_slices else gradient.get_shape()
        if not is_slices and not shape.is_fully_defined():
            shape = shape_of(gradient)
        noisy.append((gradient + truncated_normal(shape) * scale, variable))
    return noisy


def _multiplied(gradients: Any, factors: dict[Any, Any]) -> list[Any]:
    result = []
    for gradient, variable in gradients:
        key = variable if variable in factors else variable.name
        if gradient is not None and key in factors:
            factor = constant(factors[key], dtype=as_dtype("float32"))
            factor = cast(factor, gradient.dtype)
            if isinstance(gradient, IndexedSlices):
                gradient = IndexedSlices(
                    gradient.values * factor, gradient.indices, gradient.dense_shape
                )
            else:
                gradient = gradient * factor
        result.append((gradient, variable))
    if not result:
        raise ValueError(
            "Empty list of (gradient, var) pairs encountered. This is most likely to be caused by "
            "an improper value of gradient_multipliers."
        )
    return result
