"""``tf.while_loop``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import nest
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.ops.constants import constant
from penstock.ops.while_context import WhileContext, shapes_of


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations: Any = None,
    return_same_structure: bool = False,
) -> Any:
    """Repeats ``body`` while ``cond`` is true, when the graph runs.

    Args:
        cond: takes the loop variables, returns a boolean scalar tensor.
        body: takes the loop variables, returns their next values in the same structure.
        loop_vars: the first values: a (nested) list or tuple of tensors, ``TensorArray``,
            ``IndexedSlices`` or ``SparseTensor``.
        shape_invariants: in the structure of ``loop_vars``, shapes that hold in all iterations;
            needed when a shape changes from one iteration to the next.
        parallel_iterations: kept in the graph; XLA decides for itself.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        name: the name scope.
        maximum_iterations: an integer scalar: the loop ends after that many iterations.
        return_same_structure: whether a single loop variable comes back in its list.

    Returns:
        The final values, structured like ``loop_vars``.

    Raises:
        TypeError: when ``cond`` or ``body`` isn't callable.
        ValueError: when there are no loop variables, when ``body`` returns another structure, or
            when a shape changes without a shape invariant.
    """
    if not callable(cond):
        raise TypeError("cond must be callable.")
    if not callable(body):
        raise TypeError("body must be callable.")
    if parallel_iterations < 1:
        raise TypeError("parallel_iterations must be a positive integer.")
    with name_scope(name, "while", loop_vars):
        if not loop_vars:
            raise ValueError("No loop variables provided")
        if maximum_iterations is not None:
            limit, loop_vars, cond, body = _limited(
                maximum_iterations, loop_vars, cond, body,
                len(loop_vars) == 1 and not return_same_structure,
            )  # fmt: skip
            maximum_iterations = limit
        if shape_invariants is not None:
            if maximum_iterations is not None:
                shape_invariants = (TensorShape([]), shape_invariants)
            nest.assert_same_structure(loop_vars, shape_invariants)
            shape_invariants = nest.map_structure(
                lambda value, shape: shapes_of(value, shape), loop_vars, shape_invariants
            )
        context = WhileContext(
            maximum_iterations=maximum_iterations,
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
        )
        if context.outer_context is None:
            get_default_graph().add_to_collection(GraphKeys.WHILE_CONTEXT, context)
        result = context.build(cond, body, loop_vars, shape_invariants, return_same_structure)
        return result if maximum_iterations is None else result[1]


def _limited(
    maximum_iterations: Any, loop_vars: Any, cond: Any, body: Any, single: bool
) -> tuple[Any, Any, Any, Any]:
    """A loop with a counter as its first variable, that ends after ``maximum_iterations``."""
    limit = convert_to_tensor(maximum_iterations, name="maximum_iterations")
    if limit.shape.ndims != 0:
        raise ValueError(f"maximum_iterations must be a scalar, saw shape: {limit.shape}")
    counter = constant(0, dtype=limit.dtype, name="iteration_counter")

    def limited_cond(i: Any, values: Any) -> Any:
        more = i < limit
        return apply("LogicalAnd", more, cond(values) if single else cond(*values))

    def limited_body(i: Any, values: Any) -> Any:
        following = i + 1
        return following, body(values) if single else body(*values)

    return limit, (counter, loop_vars[0] if single else loop_vars), limited_cond, limited_body
