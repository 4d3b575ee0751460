"""Optimizers whose update of a variable is one operation of ``ops/training_ops.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.ops.casts import cast
from penstock.ops.training_ops import apply_rule
from penstock.training.optimizer import Optimizer


@dataclass
class Update:
    """How to update one variable.

    Attributes:
        rule: the rule's name, such as ``'Momentum'``.
        slots: the slots it changes, in the operation's order.
        before: the inputs before the gradient. after: those after it (and its indices).
        attributes: further attributes of the operation.
    """

    rule: str
    slots: Sequence[Any]
    before: Sequence[Any] = ()
    after: Sequence[Any] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


class RuleOptimizer(Optimizer):
    """An optimizer that only says, for each variable, which rule with which inputs.

    A subclass defines ``_rule``.
    """

    def _rule(self, var: Any, dtype: Any) -> Update:
        """The update of ``var``; its inputs are of type ``dtype``."""
        raise TypeError(f"{type(self).__name__} defines no _rule")

    def _tensor(self, value: Any, name: str) -> Tensor:
        """A setting (a value, or a function that gives it) as a tensor."""
        return convert_to_tensor(self._call_if_callable(value), name=name)

    def _emit(self, form: str, var: Any, dtype: Any, gradient: Sequence[Any]) -> Any:
        update = self._rule(var, dtype)
        changed: list[Any] = [var, *update.slots]
        if form.startswith("Resource"):
            changed = [each.handle for each in changed]
        return apply_rule(
            form + update.rule,
            *changed,
            *update.before,
            *gradient,
            *update.after,
            use_locking=self._use_locking,
            **update.attributes,
        )

    def _takes_padding(self) -> bool:
        kind = type(self)
        return (
            kind._apply_sparse is RuleOptimizer._apply_sparse
            and kind._resource_apply_sparse is RuleOptimizer._resource_apply_sparse
        )

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        return self._emit("Apply", var, var.dtype.base_dtype, [grad])

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Any:
        return self._emit("ResourceApply", var, grad.dtype.base_dtype, [grad])

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        return self._emit("SparseApply", var, var.dtype.base_dtype, [grad.values, grad.indices])

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Any:
        return self._emit("ResourceSparseApply", var, grad.dtype.base_dtype, [grad, indices])


def cast_all(values: Sequence[Any], dtype: Any) -> list[Tensor]:
    """Each of ``values`` as a tensor of type ``dtype``."""
    return [cast(value, dtype) for value in values]
