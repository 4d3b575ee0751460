"""Relatives of Adam: lazy, with Nesterov's momentum, with the largest gradient, and signs."""

from __future__ import annotations

import math
from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.scopes import colocate_with, control_dependencies
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.clipping import clip_by_global_norm
from penstock.ops.comparisons import greater
from penstock.ops.control_flow import group
from penstock.ops.fills import ones_like
from penstock.ops.gathers import gather
from penstock.ops.linalg_functions import norm
from penstock.ops.math_binary import maximum
from penstock.ops.math_unary import abs as abs_of
from penstock.ops.math_unary import exp, sign, sqrt, square
from penstock.ops.scatter import scatter_sub, scatter_update
from penstock.ops.segments import unsorted_segment_sum
from penstock.ops.selecting import where
from penstock.training.adam import AdamOptimizer
from penstock.training.optimizer import Optimizer


class _Own(Optimizer):
    """An optimizer whose update is written with ordinary operations, for both kinds of variables.

    A subclass defines ``_update(grad, var)``, for dense gradients, and ``_update_rows`` for rows.
    """

    def _update(self, grad: Any, var: Any) -> Any:
        raise TypeError(f"{type(self).__name__} defines no update of a variable")

    def _update_rows(self, grad: Any, var: Any, indices: Any) -> Any:
        size = shape_of(var)
        return self._update(unsorted_segment_sum(grad, indices, size[0]), var)

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        return self._update(grad, var)

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return self._update(grad, var)

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._update_rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._update_rows(grad, var, indices)

    def _setting(self, value: Any, var: Any, name: str) -> Any:
        return cast(convert_to_tensor(self._call_if_callable(value), name=name),
                    var.dtype.base_dtype)  # fmt: skip


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that leaves rows without gradient as they are, moments too.

    The arguments are those of ``AdamOptimizer``.
    """

    def _rows(self, grad: Any, var: Any, indices: Any) -> Any:
        power1, power2, rate, beta1, beta2, epsilon = self._inputs(var.dtype.base_dtype)
        rate = rate * sqrt(1 - power2) / (1 - power1)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = beta1 * gather(m, indices) + (1 - beta1) * grad
        v_t = beta2 * gather(v, indices) + (1 - beta2) * square(grad)
        step = rate * m_t / (sqrt(v_t) + epsilon)
        return group(
            scatter_sub(var, indices, step),
            scatter_update(m, indices, m_t),
            scatter_update(v, indices, v_t),
        )

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._rows(grad, var, indices)


class NadamOptimizer(AdamOptimizer):
    """Adam with Nesterov's momentum (Dozat, ICLR workshop 2016).

    The arguments are those of ``AdamOptimizer``, with the name ``Adam``.
    """

    def _dense(self, grad: Any, var: Any) -> Any:
        power1, power2, rate, beta1, beta2, epsilon = self._inputs(var.dtype.base_dtype)
        rate = rate * sqrt(1 - power2) / (1 - power1)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = m.assign(beta1 * m + (1 - beta1) * grad)
        v_t = v.assign(beta2 * v + (1 - beta2) * square(grad))
        ahead = beta1 * m_t + (1 - beta1) * grad
        return var.assign_sub(rate * ahead / (sqrt(v_t) + epsilon))

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        return self._dense(grad, var)

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return self._dense(grad, var)

    def _rows(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._dense(unsorted_segment_sum(grad, indices, shape_of(var)[0]), var)

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._rows(grad, var, indices)


class AdaMaxOptimizer(AdamOptimizer):
    """Adam with the largest gradient in place of the average of squares (arXiv:1412.6980).

    Args:
        learning_rate: the rate. beta1: decay of the average of gradients.
        beta2: decay of the largest gradient. epsilon: against division by zero.
        use_locking: accepted as in TensorFlow. name: the operations' name.
    """

    def __init__(self, learning_rate: Any = 0.001, beta1: Any = 0.9, beta2: Any = 0.999,
                 epsilon: Any = 1e-8, use_locking: bool = False,
                 name: str = "AdaMax") -> None:  # fmt: skip
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self) -> Any:
        graph = get_default_graph()
        return self._get_non_slot_variable("beta1_power", graph=graph)

    def _create_slots(self, var_list: Any) -> None:
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._beta1, name="beta1_power", colocate_with=first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _settings(self, var: Any) -> list[Any]:
        values = (self._get_beta_accumulators(), self._lr_t, self._beta1_t, self._beta2_t,
                  self._epsilon_t)  # fmt: skip
        return [cast(value, var.dtype.base_dtype) for value in values]

    def _dense(self, grad: Any, var: Any) -> Any:
        power, rate, beta1, beta2, epsilon = self._settings(var)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = m.assign(beta1 * m + (1 - beta1) * grad)
        v_t = v.assign(maximum(beta2 * v, abs_of(grad)))
        return var.assign_sub(rate / (1 - power) * (m_t / (v_t + epsilon)))

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        return self._dense(grad, var)

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return self._dense(grad, var)

    def _rows(self, grad: Any, var: Any, indices: Any) -> Any:
        power, rate, beta1, beta2, epsilon = self._settings(var)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_t = beta1 * gather(m, indices) + (1 - beta1) * grad
        v_t = maximum(beta2 * gather(v, indices), abs_of(grad))
        step = rate / (1 - power) * (m_t / (v_t + epsilon))
        return group(
            scatter_sub(var, indices, step),
            scatter_update(m, indices, m_t),
            scatter_update(v, indices, v_t),
        )

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        return self._rows(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._rows(grad, var, indices)

    def _finish(self, update_ops: Any, name_scope: str) -> Any:
        with control_dependencies(update_ops):
            power = self._get_beta_accumulators()
            with colocate_with(power.op):
                update = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return group(*update_ops, update, name=name_scope)


class PowerSignOptimizer(_Own):
    """Steps grow where gradient and its average agree (Bello et al., arXiv:1709.07417).

    Args:
        learning_rate: the rate. base: the power's base; e by default.
        beta: decay of the average. sign_decay_fn: a function of the step that weakens the sign.
        use_locking: accepted as in TensorFlow. name: the operations' name.
    """

    def __init__(self, learning_rate: Any = 0.1, base: float = math.e, beta: Any = 0.9,
                 sign_decay_fn: Any = None, use_locking: bool = False,
                 name: str = "PowerSignOptimizer") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta = beta
        self._logbase = math.log(base)
        self._sign_decay_fn = sign_decay_fn
        self._sign_decay: Any = None

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None) -> Any:  # fmt: skip
        """Applies gradients."""
        if self._sign_decay_fn is not None:
            self._sign_decay = self._sign_decay_fn(global_step)
        return super().apply_gradients(grads_and_vars, global_step, name)

    def _create_slots(self, var_list: Any) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)

    def _agreement(self, grad: Any, var: Any) -> tuple[Any, Any]:
        beta = self._setting(self._beta, var, "beta")
        m = self.get_slot(var, "m")
        m_t = m.assign(beta * m + (1 - beta) * grad)
        signs = sign(grad) * sign(m_t)
        if self._sign_decay is not None:
            signs = cast(self._sign_decay, var.dtype.base_dtype) * signs
        return signs, m_t

    def _update(self, grad: Any, var: Any) -> Any:
        signs, m_t = self._agreement(grad, var)
        rate = self._setting(self._lr, var, "learning_rate")
        factor = exp(self._setting(self._logbase, var, "logbase") * signs)
        return group(var.assign_sub(rate * factor * grad), m_t)


class AddSignOptimizer(PowerSignOptimizer):
    """Steps grow where gradient and its average agree (Bello et al., arXiv:1709.07417).

    Args:
        learning_rate: the rate. alpha: added to the agreement. beta: decay of the average.
        sign_decay_fn: a function of the step that weakens the sign.
        use_locking: accepted as in TensorFlow. name: the operations' name.
    """

    def __init__(self, learning_rate: Any = 0.1, alpha: Any = 1.0, beta: Any = 0.9,
                 sign_decay_fn: Any = None, use_locking: bool = False,
                 name: str = "AddSignOptimizer") -> None:  # fmt: skip
        super().__init__(learning_rate, math.e, beta, sign_decay_fn, use_locking, name)
        self._alpha = alpha

    def _update(self, grad: Any, var: Any) -> Any:
        signs, m_t = self._agreement(grad, var)
        rate = self._setting(self._lr, var, "learning_rate")
        factor = self._setting(self._alpha, var, "alpha") + signs
        return group(var.assign_sub(rate * factor * grad), m_t)


class LARSOptimizer(_Own):
    """Momentum with a rate for each variable by its norm (You et al., arXiv:1708.03888).

    Args:
        learning_rate: the rate. momentum: the momentum. weight_decay: the decay.
        eeta: the share of a variable's norm. epsilon: against division by zero.
        name: the operations' name. skip_list: parts of names of variables without own rates.
        use_nesterov: Nesterov's momentum.

    Raises:
        ValueError: for a negative momentum.
    """

    def __init__(self, learning_rate: Any, momentum: float = 0.9, weight_decay: float = 0.0001,
                 eeta: float = 0.001, epsilon: float = 0.0, name: str = "LARSOptimizer",
                 skip_list: Any = None, use_nesterov: bool = False) -> None:  # fmt: skip
        if momentum < 0.0:
            raise ValueError(f"momentum should be positive: {momentum}")
        super().__init__(False, name)
        self._learning_rate, self._momentum = learning_rate, momentum
        self._weight_decay, self._eeta, self._epsilon = weight_decay, eeta, epsilon
        self._skip_list, self._nesterov = skip_list, use_nesterov

    def _create_slots(self, var_list: Any) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "momentum", self._name)

    def _update(self, grad: Any, var: Any) -> Any:
        rate = self._setting(self._learning_rate, var, "learning_rate")
        skipped = self._skip_list is not None and any(s in var.name for s in self._skip_list)
        if not skipped:
            # The weight norm and the gradient norm set the rate of a whole variable.
            weight, slope = norm(var, ord=2), norm(grad, ord=2)
            denominator = slope + self._weight_decay * weight + self._epsilon
            ratio = self._eeta * weight / denominator
            trust = where(greater(weight, 0), where(greater(slope, 0), ratio, ones_like(ratio)),
                          ones_like(ratio))  # fmt: skip
            rate = rate * trust
            grad = grad + self._weight_decay * var
        slot = self.get_slot(var, "momentum")
        moved = slot.assign(self._momentum * slot + grad)
        step = grad + self._momentum * moved if self._nesterov else moved
        return group(var.assign_sub(rate * step), moved)


def clip_gradients_by_global_norm(gradients_variables: Any, clip_norm: Any = 20.0) -> list[Any]:
    """Gradients scaled down so that their joint norm is no larger than ``clip_norm``.

    Args:
        gradients_variables: pairs of gradient and variable. clip_norm: the largest norm.

    Returns:
        Pairs of gradient and variable.
    """
    gradients, variables = zip(*gradients_variables, strict=True)
    clipped, _ = clip_by_global_norm(gradients, clip_norm)
    return list(zip(clipped, variables, strict=True))
