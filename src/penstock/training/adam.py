"""``tf.train.AdamOptimizer``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops import state
from penstock.ops.casts import cast
from penstock.ops.training_ops import apply_rule
from penstock.training.optimizer import Optimizer


class AdamOptimizer(Optimizer):
    """Adam (Kingma and Ba, 2014).

    With ``t`` the step, ``m`` and ``v`` the moving averages of the gradient and its square::

        lr_t = learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t)
        variable -= lr_t * m / (sqrt(v) + epsilon)

    As in TensorFlow, a sparse gradient moves the whole of ``m``, ``v`` and the variable.

    Args:
        learning_rate: a float, tensor, or function without arguments.
        beta1: decay of the average of gradients. beta2: decay of the average of their squares.
        epsilon: a small number against division by zero ("epsilon hat" in the paper).
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
    """

    def __init__(self, learning_rate: Any = 0.001, beta1: Any = 0.9, beta2: Any = 0.999,
                 epsilon: Any = 1e-8, use_locking: bool = False,
                 name: str = "Adam") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon
        self._lr_t: Any = None
        self._beta1_t: Any = None
        self._beta2_t: Any = None
        self._epsilon_t: Any = None

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        from penstock.graph import defaults

        graph = defaults.get_default_graph()
        return (
            self._get_non_slot_variable("beta1_power", graph=graph),
            self._get_non_slot_variable("beta2_power", graph=graph),
        )

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        # One pair of powers for all, with the variable that comes first by name.
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._beta1, name="beta1_power", colocate_with=first)
        self._create_non_slot_variable(self._beta2, name="beta2_power", colocate_with=first)
        for variable in var_list:
            self._zeros_slot(variable, "m", self._name)
            self._zeros_slot(variable, "v", self._name)

    def _prepare(self) -> None:
        self._lr_t = convert_to_tensor(self._call_if_callable(self._lr), name="learning_rate")
        self._beta1_t = convert_to_tensor(self._call_if_callable(self._beta1), name="beta1")
        self._beta2_t = convert_to_tensor(self._call_if_callable(self._beta2), name="beta2")
        self._epsilon_t = convert_to_tensor(self._call_if_callable(self._epsilon), name="epsilon")

    def _inputs(self, dtype: Any) -> list[Tensor]:
        powers = self._get_beta_accumulators()
        settings = (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        return [cast(value, dtype) for value in (*powers, *settings)]

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        inputs = self._inputs(var.dtype.base_dtype)
        return apply_rule("ApplyAdam", var, m, v, *inputs, grad, use_locking=self._use_locking)

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Any:
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        inputs = self._inputs(grad.dtype.base_dtype)
        return apply_rule("ResourceApplyAdam", var.handle, m.handle, v.handle, *inputs, grad,
                          use_locking=self._use_locking)  # fmt: skip

    def _apply_sparse_shared(self, grad: Tensor, var: Any, indices: Tensor,
                             scatter_add: Callable[..., Any]) -> Any:  # fmt: skip
        from penstock.ops import control_flow, math_unary

        inputs = self._inputs(var.dtype.base_dtype)
        beta1_power, beta2_power, lr, beta1, beta2, epsilon = inputs
        lr = lr * math_unary.sqrt(1 - beta2_power) / (1 - beta1_power)
        m = self.get_slot(var, "m")
        scaled = grad * (1 - beta1)
        m_t = state.assign(m, m * beta1, use_locking=self._use_locking)
        with control_dependencies([m_t]):
            m_t = scatter_add(m, indices, scaled)
        v = self.get_slot(var, "v")
        scaled = (grad * grad) * (1 - beta2)
        v_t = state.assign(v, v * beta2, use_locking=self._use_locking)
        with control_dependencies([v_t]):
            v_t = scatter_add(v, indices, scaled)
        root = math_unary.sqrt(v_t)
        update = state.assign_sub(var, lr * m_t / (root + epsilon), use_locking=self._use_locking)
        return control_flow.group(update, m_t, v_t)

    def _takes_padding(self) -> bool:
        names = ("_apply_sparse", "_resource_apply_sparse", "_apply_sparse_shared")
        return all(getattr(type(self), name) is getattr(AdamOptimizer, name) for name in names)

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        from penstock.ops.scatter import scatter_add

        def add(x: Any, indices: Any, values: Any) -> Any:
            return scatter_add(x, indices, values, use_locking=self._use_locking)

        return self._apply_sparse_shared(grad.values, var, grad.indices, add)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Any:
        def add(x: Any, indices: Any, values: Any) -> Any:
            with control_dependencies([apply("ResourceScatterAdd", x.handle, indices, values)]):
                return x.value()

        return self._apply_sparse_shared(grad, var, indices, add)

    def _finish(self, update_ops: Sequence[Any], name_scope: str) -> Any:
        from penstock.ops import control_flow

        with control_dependencies(update_ops):
            power1, power2 = self._get_beta_accumulators()
            with colocate_with(power1.op):
                update1 = power1.assign(power1 * self._beta1_t, use_locking=self._use_locking)
                update2 = power2.assign(power2 * self._beta2_t, use_locking=self._use_locking)
        return control_flow.group(*update_ops, update1, update2, name=name_scope)
