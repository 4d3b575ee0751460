"""``tf.train.Optimizer``: what all optimizers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock.graph import defaults, dtypes, nest
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.scopes import colocate_with, control_dependencies, init_scope, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops import state
from penstock.ops.variable_collections import trainable_variables
from penstock.ops.variables import Variable
from penstock.training import slot_creator
from penstock.training.slot_creator import is_resource_variable

GradientsAndVariables = Sequence[tuple[Any, Any]]


def deduplicate_indexed_slices(
    values: Tensor, indices: Tensor, padded: bool = False
) -> tuple[Tensor, Tensor]:
    """Slices with each index once: the sums of the slices that had the same index.

    Args:
        values: ``[n, ...]``. indices: ``[n]`` integers.
        padded: whoever takes the result ignores rows whose index is the largest integer; then
            there may be such rows, and no step of the computation depends on data.

    Returns:
        The sums and the distinct indices.
    """
    from penstock.ops import arrays
    from penstock.ops.partitions import PADDED, unique
    from penstock.ops.segments import unsorted_segment_sum

    distinct, positions = unique(indices)
    if padded:
        distinct.op._set_attr(PADDED, True)
    summed = unsorted_segment_sum(values, positions, arrays.shape(distinct)[0])
    return summed, distinct


def _key(variable: Any) -> tuple[Any, str]:
    return variable.op.graph, variable.op.name


class Optimizer:
    """Base of the optimizers: computes gradients and applies them to variables.

    A subclass defines ``_create_slots``, ``_prepare``, ``_apply_dense`` and ``_apply_sparse`` (and
    ``_resource_apply_dense`` / ``_resource_apply_sparse`` for resource variables).

    Args:
        use_locking: accepted as in TensorFlow; updates never interleave here.
        name: the name of the operations that apply gradients.

    Raises:
        ValueError: when ``name`` is empty.
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Any, Any]] = {}
        self._non_slot_dict: dict[Any, Any] = {}

    def get_name(self) -> str:
        """The optimizer's name."""
        return self._name

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Any:
        """An operation that takes one step to make ``loss`` smaller.

        Args:
            loss: a tensor, or a function that returns one.
            global_step: a variable to add one to after the step.
            var_list: the variables to change; all trainable ones by default.
            gate_gradients: ``GATE_NONE``, ``GATE_OP`` or ``GATE_GRAPH``.
            aggregation_method: how gradient terms are added.
            colocate_gradients_with_ops: place gradients with the operations they belong to.
            name: the operation's name.
            grad_loss: the gradient for ``loss``; ones by default.

        Returns:
            The operation.

        Raises:
            ValueError: when no variable has a gradient.
        """
        grads_and_vars = self.compute_gradients(
            loss,
            var_list=var_list,
            gate_gradients=gate_gradients,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
            grad_loss=grad_loss,
        )
        if all(gradient is None for gradient, _ in grads_and_vars):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not "
                f"support gradients, between variables {[str(v) for _, v in grads_and_vars]} and "
                f"loss {loss}."
            )
        return self.apply_gradients(grads_and_vars, global_step=global_step, name=name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The first half of ``minimize``.

        Returns:
            (gradient, variable) pairs; the gradient is a ``Tensor``, ``IndexedSlices`` or ``None``.
        """
        from penstock.autodiff.gradients import gradients

        if callable(loss) and not isinstance(loss, (Tensor, Variable)):
            loss = loss()
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError(
                "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, "
                f"Optimizer.GATE_GRAPH.  Not {gate_gradients}"
            )
        self._assert_valid_dtypes([loss])
        if grad_loss is not None:
            self._assert_valid_dtypes([grad_loss])
        variables = trainable_variables() if var_list is None else nest.flatten(var_list)
        variables = variables + defaults.get_default_graph().get_collection(
            GraphKeys._STREAMING_MODEL_PORTS
        )
        targets = [_target_of(variable) for variable in variables]
        if not variables:
            raise ValueError("No variables to optimize.")
        found = gradients(
            loss,
            targets,
            grad_ys=grad_loss,
            gate_gradients=gate_gradients == self.GATE_OP,
            aggregation_method=aggregation_method,
            colocate_gradients_with_ops=colocate_gradients_with_ops,
        )
        if gate_gradients == self.GATE_GRAPH:
            from penstock.ops import control_flow

            found = control_flow.tuple(found)
        pairs = list(zip(found, variables, strict=True))
        self._assert_valid_dtypes(
            [v for g, v in pairs if g is not None and v.dtype != dtypes.resource]
        )
        return pairs

    def apply_gradients(
        self, grads_and_vars: GradientsAndVariables, global_step: Any = None,
        name: str | None = None,
    ) -> Any:  # fmt: skip
        """The second half of ``minimize``.

        Args:
            grads_and_vars: (gradient, variable) pairs, as ``compute_gradients`` gives them.
            global_step: a variable to add one to afterwards.
            name: the operation's name; that of the optimizer by default.

        Returns:
            The operation that applies the gradients.

        Raises:
            TypeError: when a gradient is no tensor.
            ValueError: when there are no variables, or none has a gradient.
        """
        pairs = tuple(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        converted = [(_as_gradient(g), v) for g, v in pairs]
        variables = [v for g, v in converted if g is not None]
        if not variables:
            raise ValueError(
                f"No gradients provided for any variable: {[str(v) for _, v in converted]}."
            )
        for variable in variables:
            _target_of(variable)
        with init_scope():
            self._create_slots(variables)
        with name_scope(name, self._name) as scope:
            self._prepare()
            updates = []
            for gradient, variable in converted:
                if gradient is None:
                    continue
                with name_scope("update_" + variable.op.name), colocate_with(variable.op):
                    updates.append(self._update(gradient, variable))
            if global_step is None:
                result = self._finish(updates, scope)
            else:
                with (
                    control_dependencies([self._finish(updates, "update")]),
                    colocate_with(global_step.op),
                ):
                    if is_resource_variable(global_step):
                        one = convert_to_tensor(1, dtype=global_step.dtype)
                        result = apply("AssignAddVariableOp", global_step.handle, one, name=scope)
                    else:
                        result = state.assign_add(global_step, 1, name=scope)
        if isinstance(result, Tensor):
            result = result.op
        train_ops = defaults.get_default_graph().get_collection_ref(GraphKeys.TRAIN_OP)
        if result not in train_ops:
            train_ops.append(result)
        return result

    def _update(self, gradient: Any, variable: Any) -> Any:
        """The operation that applies one gradient."""
        if not isinstance(variable, Variable):
            raise NotImplementedError("Trying to update a Tensor ", variable)
        target: Any = variable
        constraint = variable.constraint
        resource = is_resource_variable(variable)
        if isinstance(gradient, IndexedSlices):
            if constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            if resource:
                return self._resource_apply_sparse_duplicate_indices(
                    gradient.values, variable, gradient.indices
                )
            return self._apply_sparse_duplicate_indices(gradient, variable)
        if resource:
            update = self._resource_apply_dense(gradient, variable)
        else:
            update = self._apply_dense(gradient, variable)
        if constraint is None:
            return update
        with control_dependencies([update]):
            return target.assign(constraint(variable))

    # -- slots --------------------------------------------------------------------------------
    def get_slot(self, var: Any, name: str) -> Any:
        """The slot ``name`` of a variable, or ``None``."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        """The names of the slots that have been made."""
        return sorted(self._slots)

    def _checkpoint_children(self) -> Iterator[tuple[str, Any]]:
        graph = defaults.get_default_graph()
        for (name, where), variable in sorted(self._non_slot_dict.items(), key=lambda e: e[0][0]):
            if where is graph:
                yield name, variable

    def variables(self) -> list[Any]:
        """The optimizer's own variables in the default graph, by name."""
        graph = defaults.get_default_graph()
        found = [v for v in self._non_slot_dict.values() if v.graph is graph]
        for slots in self._slots.values():
            found.extend(v for v in slots.values() if v.graph is graph)
        return sorted(found, key=lambda v: v.name)

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any) -> Any:
        key = (name, colocate_with.op.graph)
        variable = self._non_slot_dict.get(key)
        if variable is None:
            with colocate_with.op.graph.colocate_with(colocate_with.op):
                variable = Variable(
                    initial_value,
                    name=name,
                    trainable=False,
                    use_resource=is_resource_variable(colocate_with),
                )
            self._non_slot_dict[key] = variable
        return variable

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Any:
        return self._non_slot_dict.get((name, graph))

    def _slot_dict(self, slot_name: str) -> dict[Any, Any]:
        return self._slots.setdefault(slot_name, {})

    def _slot(self, var: Any, slot_name: str, make: Callable[[], Any]) -> Any:
        slots = self._slot_dict(slot_name)
        key = _key(var)
        if key not in slots:
            slots[key] = make()
        return slots[key]

    def _get_or_make_slot(self, var: Any, val: Any, slot_name: str, op_name: str) -> Any:
        return self._slot(var, slot_name, lambda: slot_creator.create_slot(var, val, op_name))

    def _get_or_make_slot_with_initializer(self, var: Any, initializer: Any, shape: Any,
                                           dtype: Any, slot_name: str,
                                           op_name: str) -> Any:  # fmt: skip
        return self._slot(
            var,
            slot_name,
            lambda: slot_creator.create_slot_with_initializer(
                var, initializer, shape, dtype, op_name
            ),
        )

    def _zeros_slot(self, var: Any, slot_name: str, op_name: str) -> Any:
        return self._slot(var, slot_name, lambda: slot_creator.create_zeros_slot(var, op_name))

    # -- what subclasses define -----------------------------------------------------------------
    def _valid_dtypes(self) -> set[Any]:
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

    def _assert_valid_dtypes(self, tensors: Sequence[Any]) -> None:
        valid = self._valid_dtypes()
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in valid:
                raise ValueError(
                    f"Invalid type {dtype!r} for {tensor.name}, expected: {list(valid)}."
                )

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        """Makes the slots of the variables."""

    def _prepare(self) -> None:
        """Makes the tensors that all updates share."""

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        raise TypeError(f"{type(self).__name__} defines no _apply_dense")

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Any:
        raise TypeError(f"{type(self).__name__} defines no _apply_sparse")

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Any:
        raise TypeError(f"{type(self).__name__} defines no _resource_apply_dense")

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Any:
        raise TypeError(f"{type(self).__name__} defines no _resource_apply_sparse")

    def _takes_padding(self) -> bool:
        """Whether ``_apply_sparse`` ignores rows whose index is the largest integer."""
        return False

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Any:
        summed, distinct = deduplicate_indexed_slices(
            grad.values, grad.indices, self._takes_padding()
        )
        return self._apply_sparse(IndexedSlices(summed, distinct, grad.dense_shape), var)

    def _resource_apply_sparse_duplicate_indices(self, grad: Tensor, var: Any,
                                                 indices: Tensor) -> Any:  # fmt: skip
        summed, distinct = deduplicate_indexed_slices(grad, indices, self._takes_padding())
        return self._resource_apply_sparse(summed, var, distinct)

    def _finish(self, update_ops: Sequence[Any], name_scope: str) -> Any:
        from penstock.ops import control_flow

        return control_flow.group(*update_ops, name=name_scope)

    def _call_if_callable(self, param: Any) -> Any:
        return param() if callable(param) and not isinstance(param, (Tensor, Variable)) else param


def _target_of(variable: Any) -> Any:
    """What gradients are taken with respect to.

    Raises:
        TypeError: when ``variable`` is neither a variable nor a tensor.
    """
    if isinstance(variable, Variable):
        made: Any = variable
        return made.handle if is_resource_variable(variable) else made._ref()
    if isinstance(variable, Tensor):
        if variable.op.type == "VarHandleOp" or variable.op.type == "SubmodelPort":
            return variable
        return variable
    raise TypeError(
        f"Argument {variable!r} is not a tf.Variable; an optimizer changes variables only."
    )


def _as_gradient(gradient: Any) -> Any:
    if gradient is None:
        return None
    try:
        converted = convert_to_tensor_or_indexed_slices(gradient)
    except TypeError:
        raise TypeError(
            f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient}"
        ) from None
    if not isinstance(converted, (Tensor, IndexedSlices)):
        raise TypeError(f"Gradient must be a Tensor, IndexedSlices, or None: {converted}")
    return converted
