"""``tf.train.GradientDescentOptimizer``."""

from __future__ import annotations

from typing import Any

from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.ops.casts import cast
from penstock.ops.training_ops import apply_rule
from penstock.training.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """Gradient descent: ``variable -= learning_rate * gradient``.

    Args:
        learning_rate: a float, tensor, or function without arguments.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False,
                 name: str = "GradientDescent") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor: Any = None

    def _prepare(self) -> None:
        rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return apply_rule("ApplyGradientDescent", var, rate, grad, use_locking=self._use_locking)

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = cast(self._learning_rate_tensor, grad.dtype.base_dtype)
        return apply_rule("ResourceApplyGradientDescent", var.handle, rate, grad,
                          use_locking=self._use_locking)  # fmt: skip

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, var: Any,
                                                 indices: Tensor) -> Any:  # fmt: skip
        from penstock.graph.build import apply

        return apply("ResourceScatterAdd", var.handle, indices, -grad * self._learning_rate)

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Any:
        delta = IndexedSlices(
            grad.values * cast(self._learning_rate_tensor, var.dtype.base_dtype),
            grad.indices,
            grad.dense_shape,
        )
        return var.scatter_sub(delta, use_locking=self._use_locking)
