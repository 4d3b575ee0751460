"""Weight decay apart from the gradient (Loshchilov and Hutter, arXiv:1711.05101)."""

from __future__ import annotations

from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies
from penstock.ops.casts import cast
from penstock.ops.control_flow import no_op
from penstock.ops.gathers import gather
from penstock.ops.scatter import scatter_sub
from penstock.training.adam import AdamOptimizer
from penstock.training.momentum import MomentumOptimizer
from penstock.training.optimizer import Optimizer


class DecoupledWeightDecayExtension:
    """Mixed into an optimizer: variables shrink by ``weight_decay`` before each step.

    Args:
        weight_decay: the factor, multiplied with neither gradient nor learning rate.
        kwargs: the optimizer's arguments.
    """

    def __init__(self, weight_decay: Any, **kwargs: Any) -> None:
        self._decay_var_list: set[str] | None = None
        self._weight_decay = weight_decay
        self._weight_decay_tensor: Any = None
        super().__init__(**kwargs)

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None,
                 gate_gradients: int = Optimizer.GATE_OP, aggregation_method: Any = None,
                 colocate_gradients_with_ops: bool = False, name: str | None = None,
                 grad_loss: Any = None, decay_var_list: Any = None) -> Any:  # fmt: skip
        """A step of training; of ``decay_var_list`` (all by default) the weights decay."""
        self._decay_var_list = None if decay_var_list is None else {v.name for v in decay_var_list}
        return super().minimize(  # type: ignore[misc]
            loss,
            global_step=global_step,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            name=name,
            grad_loss=grad_loss,
        )

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None, decay_var_list: Any = None) -> Any:  # fmt: skip
        """Applies gradients; of ``decay_var_list`` (all by default) the weights decay."""
        if decay_var_list is not None:
            self._decay_var_list = {v.name for v in decay_var_list}
        return super().apply_gradients(  # type: ignore[misc]
            grads_and_vars, global_step=global_step, name=name
        )

    def _prepare(self) -> None:
        decay = self._weight_decay() if callable(self._weight_decay) else self._weight_decay
        self._weight_decay_tensor = convert_to_tensor(decay, name="weight_decay")
        super()._prepare()  # type: ignore[misc]

    def _decayed(self, var: Any, indices: Any = None) -> Any:
        """Shrinks a variable, or only the rows that a sparse gradient touches."""
        if self._decay_var_list is not None and var.name not in self._decay_var_list:
            return no_op()
        rate = cast(self._weight_decay_tensor, var.dtype.base_dtype)
        if indices is None:
            return var.assign_sub(rate * var, use_locking=False)
        return scatter_sub(var, indices, rate * gather(var, indices))

    def _apply_dense(self, grad: Any, var: Any) -> Any:
        with control_dependencies([self._decayed(var)]):
            return super()._apply_dense(grad, var)  # type: ignore[misc]

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        with control_dependencies([self._decayed(var)]):
            return super()._resource_apply_dense(grad, var)  # type: ignore[misc]

    def _apply_sparse(self, grad: Any, var: Any) -> Any:
        with control_dependencies([self._decayed(var, grad.indices)]):
            return super()._apply_sparse(grad, var)  # type: ignore[misc]

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        with control_dependencies([self._decayed(var, indices)]):
            return super()._resource_apply_sparse(grad, var, indices)  # type: ignore[misc]


def extend_with_decoupled_weight_decay(base_optimizer: type) -> type:
    """The class of an optimizer with weight decay as first argument.

    Args:
        base_optimizer: the optimizer's class.
    """

    class OptimizerWithDecoupledWeightDecay(DecoupledWeightDecayExtension, base_optimizer):  # type: ignore[misc,valid-type]
        """The optimizer, with weight decay."""

        def __init__(self, weight_decay: Any, *args: Any, **kwargs: Any) -> None:
            self._decay_var_list = None
            self._weight_decay = weight_decay
            self._weight_decay_tensor = None
            base_optimizer.__init__(self, *args, **kwargs)  # type: ignore[misc]

    return OptimizerWithDecoupledWeightDecay


class MomentumWOptimizer(DecoupledWeightDecayExtension, MomentumOptimizer):
    """``MomentumOptimizer`` with weight decay.

    Args:
        weight_decay: the decay. The others are those of ``MomentumOptimizer``.
    """

    def __init__(self, weight_decay: Any, learning_rate: Any, momentum: Any,
                 use_locking: bool = False, name: str = "MomentumW",
                 use_nesterov: bool = False) -> None:  # fmt: skip
        super().__init__(
            weight_decay, learning_rate=learning_rate, momentum=momentum,
            use_locking=use_locking, name=name, use_nesterov=use_nesterov,
        )  # fmt: skip


class AdamWOptimizer(DecoupledWeightDecayExtension, AdamOptimizer):
    """``AdamOptimizer`` with weight decay.

    Args:
        weight_decay: the decay. The others are those of ``AdamOptimizer``.
    """

    def __init__(self, weight_decay: Any, learning_rate: Any = 0.001, beta1: Any = 0.9,
                 beta2: Any = 0.999, epsilon: Any = 1e-8, use_locking: bool = False,
                 name: str = "AdamW") -> None:  # fmt: skip
        super().__init__(
            weight_decay, learning_rate=learning_rate, beta1=beta1, beta2=beta2,
            epsilon=epsilon, use_locking=use_locking, name=name,
        )  # fmt: skip
