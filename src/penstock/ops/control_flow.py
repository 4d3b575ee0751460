"""Conditionals and control dependencies: ``tf.cond``, ``tf.case``, ``tf.group``, ``tf.tuple``."""

from __future__ import annotations

import builtins
import collections
import functools
import logging
from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph import dtypes, nest
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.defaults import get_default_graph
from penstock.graph.operation import Operation
from penstock.graph.scopes import colocate_with, control_dependencies, device, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.flow_contexts import CondContext, with_flows
from penstock.ops.flow_contexts import from_control_flow_context_def as from_context_def
from penstock.ops.flow_primitives import control_trigger as control_trigger
from penstock.ops.flow_primitives import identity as _identity
from penstock.ops.flow_primitives import merge as merge
from penstock.ops.flow_primitives import no_op as no_op
from penstock.ops.flow_primitives import switch as switch
from penstock.ops.flow_primitives import switch_ref_or_tensor as switch_ref_or_tensor

__all__ = [
    "case",
    "cond",
    "control_trigger",
    "from_context_def",
    "group",
    "merge",
    "no_op",
    "switch",
    "switch_case",
    "switch_ref_or_tensor",
    "tuple",
    "with_dependencies",
]

_LOG = logging.getLogger("tensorflow")


# -- control dependencies --------------------------------------------------------------------------
def with_dependencies(
    dependencies: Sequence[Any], output_tensor: Any, name: str | None = None
) -> Any:
    """``output_tensor``, available after ``dependencies`` have run.

    Args:
        dependencies: operations or tensors.
        output_tensor: a tensor or ``IndexedSlices``.
        name: the operation's name.

    Raises:
        TypeError: when ``output_tensor`` is neither.
    """
    with (
        name_scope(name, "control_dependency", [*dependencies, output_tensor]) as scope,
        colocate_with(output_tensor),
        control_dependencies(dependencies),
    ):
        output_tensor = convert_to_tensor_or_indexed_slices(output_tensor)
        if isinstance(output_tensor, Tensor):
            return _identity(output_tensor, name=scope)
        return IndexedSlices(
            _identity(output_tensor.values, name=scope),
            output_tensor.indices,
            output_tensor.dense_shape,
        )


def _group_on(where: str, inputs: Sequence[Any], name: str | None = None) -> Operation:
    with control_dependencies(inputs):
        if not where:
            return no_op(name=name)
        with device(where):
            return no_op(name=name)


def group(*inputs: Any, **kwargs: Any) -> Operation:
    """One operation that is done when all of ``inputs`` are.

    Args:
        *inputs: operations, tensors, or nested lists of them.
        name: the operation's name.

    Returns:
        An operation without outputs.

    Raises:
        TypeError: when an input is neither an operation nor a tensor.
        ValueError: for another keyword argument.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise ValueError("Unknown keyword arguments: " + ", ".join(kwargs))
    with name_scope(name, "group_deps", inputs) as scope:
        if not inputs:
            return no_op(name=scope)
        by_device: dict[str, list[Any]] = {}
        for each in nest.flatten(inputs, expand_composites=True):
            if not hasattr(each, "device"):
                raise TypeError(
                    f"Expected tf.group() expected Tensor arguments not '{each}' with type "
                    f"'{type(each)}'"
                )
            by_device.setdefault(each.device or "", []).append(each)
        if len(by_device) == 1:
            ((where, members),) = by_device.items()
            return _group_on(where, members, name=scope)
        groups = [_group_on(where, by_device[where]) for where in sorted(by_device)]
        with control_dependencies(groups):
            return no_op(name=scope)


def _is_tensor(value: Any) -> bool:
    return (
        isinstance(value, Tensor) or nest.is_composite(value) or hasattr(value, "_as_graph_element")
    )


def tuple(  # noqa: A001
    tensors: Sequence[Any], name: str | None = None, control_inputs: Any = None
) -> list[Any]:
    """Copies of ``tensors``, none of which is available before all of them are computed.

    Args:
        tensors: tensors, ``IndexedSlices`` or ``None``, at least one of them a tensor.
        name: the name scope.
        control_inputs: further operations to wait for.

    Returns:
        A list like ``tensors``.

    Raises:
        ValueError: when there is no tensor.
        TypeError: when a control input is neither an operation nor a tensor.
    """
    with name_scope(name, "tuple", tensors):
        values = [
            t if t is None or isinstance(t, Operation) or _is_tensor(t) else convert_to_tensor(t)
            for t in tensors
        ]
        gates = [t if isinstance(t, Operation) else t.op for t in values if t is not None]
        for control in control_inputs or ():
            if isinstance(control, Tensor):
                control = control.op
            elif not isinstance(control, Operation):
                raise TypeError(f"Control input must be Operation or Tensor: {control}")
            gates.append(control)
        gates = sorted(set(gates), key=lambda op: op._id)
        if not gates:
            raise ValueError(f"Must have at least one Tensor: {values}")
        gate = group(*gates)
        result: list[Any] = []
        for value in values:
            if value is None:
                result.append(None)
            elif isinstance(value, Operation):
                with control_dependencies([gate]):
                    result.append(group(value))
            else:
                result.append(with_dependencies([gate], value))
        return result


# -- conditionals ----------------------------------------------------------------------------------
def _single(value: Any) -> Any:
    """The element of a list or tuple of one; anything else as it is."""
    if isinstance(value, (list, builtins.tuple)) and len(value) == 1:
        return value[0]
    return value


def _branch(
    function: Callable[[], Any], what: str, context: CondContext
) -> builtins.tuple[Any, Any]:
    context.enter()
    try:
        original, result = context.build_branch(function)
        if original is None:
            raise ValueError(f"{what} must have a return value.")
        context.exit_result(result)
    finally:
        context.exit()
    return original, result


tuple_ = builtins.tuple


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    strict: bool = False,
    name: str | None = None,
    fn1: Callable[[], Any] | None = None,
    fn2: Callable[[], Any] | None = None,
) -> Any:
    """The result of ``true_fn()`` or ``false_fn()``, depending on ``pred`` when the graph runs.

    Both functions are called now, to build their part of the graph; only one part runs.  What
    they use from outside is computed in any case.

    Args:
        pred: a boolean scalar tensor.
        true_fn: builds the part that runs when ``pred`` is true (formerly ``fn1``).
        false_fn: builds the other part (formerly ``fn2``); it must return the same structure with
            the same types.
        strict: whether a list of one element stays a list.
        name: the name scope.

    Returns:
        Tensors structured like the functions' results.

    Raises:
        TypeError: when ``pred`` is a Python ``bool``, or a function isn't callable.
        ValueError: when the functions' results differ in structure or type.
    """
    for new, old, new_name, old_name in (
        (true_fn, fn1, "true_fn", "fn1"),
        (false_fn, fn2, "false_fn", "fn2"),
    ):
        if new is not None and old is not None:
            raise TypeError(f"cond(): {new_name} and {old_name} may not be set simultaneously.")
        if new is None and old is None:
            raise TypeError(f"cond(): {new_name} argument required")
    true_fn, false_fn = fn1 or true_fn, fn2 or false_fn
    if not callable(true_fn):
        raise TypeError("true_fn must be callable.")
    if not callable(false_fn):
        raise TypeError("false_fn must be callable.")
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError("pred must not be a Python bool")
        when_false, when_true = switch(pred, pred)
        pivot_true = apply("Identity", when_true, name="switch_t")
        pivot_false = apply("Identity", when_false, name="switch_f")
        pred = apply("Identity", pred, name="pred_id")
        for tensor in (when_true, when_false, pivot_true, pivot_false, pred):
            tensor.graph.prevent_fetching(tensor.op)
        context_true = CondContext(pred, pivot_true, branch=1)
        original_true, result_true = _branch(true_fn, "true_fn", context_true)
        context_false = CondContext(pred, pivot_false, branch=0)
        original_false, result_false = _branch(false_fn, "false_fn", context_false)
        if not strict:
            original_true, original_false = _single(original_true), _single(original_false)
        _check_same_results(original_true, original_false, result_true, result_false)
        if not result_true:
            raise ValueError("true_fn and false_fn must return at least one result.")
        merged = _merged_results(
            nest.flatten(result_true, expand_composites=True),
            nest.flatten(result_false, expand_composites=True),
        )
        merged = with_flows(nest.flatten(original_true, expand_composites=True), merged)
        if context_true.outer_context is None:
            graph = get_default_graph()
            graph.add_to_collection(GraphKeys.COND_CONTEXT, context_true)
            graph.add_to_collection(GraphKeys.COND_CONTEXT, context_false)
        packed = nest.pack_sequence_as(original_true, merged, expand_composites=True)
        return packed if strict else _single(packed)


def _merged_results(when_true: list[Tensor], when_false: list[Tensor]) -> list[Tensor]:
    for x, y in zip(when_true, when_false, strict=True):
        if x.dtype.base_dtype != y.dtype.base_dtype:
            raise ValueError(
                "Outputs of true_fn and false_fn must have the same type: "
                f"{x.dtype.name}, {y.dtype.name}"
            )
    return [merge([y, x])[0] for x, y in zip(when_true, when_false, strict=True)]


def _check_same_results(
    original_true: Any, original_false: Any, result_true: Any, result_false: Any
) -> None:
    try:
        nest.assert_same_structure(original_true, original_false, expand_composites=True)
        return
    except (TypeError, ValueError):
        nest.map_structure(_widen_indices, original_true, original_false)
        nest.map_structure(_widen_indices, result_true, result_false)
    try:
        nest.assert_same_structure(original_true, original_false, expand_composites=True)
    except TypeError as error:
        raise TypeError(f"Incompatible return types of true_fn and false_fn: {error}") from None
    except ValueError as error:
        raise ValueError(f"Incompatible return values of true_fn and false_fn: {error}") from None


def _widen_indices(first: Any, second: Any) -> None:
    """Gives the indices of two ``IndexedSlices`` one type."""
    if not (isinstance(first, IndexedSlices) and isinstance(second, IndexedSlices)):
        return
    if first.indices.dtype != second.indices.dtype:
        for each in (first, second):
            if each.indices.dtype != dtypes.int64:
                each._indices = apply("Cast", each.indices, DstT=dtypes.int64)


# -- several cases ---------------------------------------------------------------------------------
def _check_at_most(count: int, predicates: Sequence[Any], message: str) -> Any:
    """An operation that fails when more than ``count`` of ``predicates`` are true."""
    from penstock.ops.casts import cast
    from penstock.ops.checks import Assert
    from penstock.ops.comparisons import less_equal
    from penstock.ops.constants import constant
    from penstock.ops.joining import stack
    from penstock.ops.reductions import reduce_sum

    all_predicates = stack(predicates, name="preds_c")
    true_count = reduce_sum(cast(all_predicates, dtypes.int32), name="num_true_conds")
    fine = less_equal(true_count, constant(count, name="n_true_conds"))
    names = ", ".join(getattr(p, "name", "?") for p in predicates)
    text = f"{message}: more than {count} conditions ({names}) evaluated as True:"
    return Assert(fine, data=[text, all_predicates], summarize=len(predicates))


def _last_as_default(
    predicates: Sequence[Any], actions: Sequence[Callable[[], Any]]
) -> builtins.tuple[Callable[[], Any], Sequence[Any], Sequence[Callable[[], Any]]]:
    """Without a default the last action is taken, after a check that its predicate is true."""
    from penstock.ops.checks import Assert
    from penstock.ops.joining import stack

    last = len(predicates) - 1
    predicate, action = predicates[last], actions[last]
    others = predicates[:last]

    def default_action() -> Any:
        text = (
            f"Implementation error: selected default action #{last} was called, but some of other "
            "predicates are True: "
        )
        data = ("Input error: None of conditions evaluated as True:",
                stack(predicates, name="preds_c"))  # fmt: skip
        with control_dependencies([_check_at_most(0, others, text), Assert(predicate, data=data)]):
            return action()

    return default_action, others, actions[:last]


def _case_pairs(pairs: Any, exclusive: bool, name: str | None) -> builtins.tuple[Any, Any]:
    if not isinstance(pairs, (list, builtins.tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, collections.OrderedDict):
        pairs = list(pairs.items())
    elif isinstance(pairs, dict):
        pairs = sorted(pairs.items(), key=lambda item: item[0].name)
        if not exclusive:
            _LOG.warning(
                "%s: An unordered dictionary of predicate/fn pairs was provided, but "
                "exclusive=False. The order of conditional tests is deterministic but not "
                "guaranteed.",
                name,
            )
    for pair in pairs:
        if not isinstance(pair, builtins.tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        predicate, function = pair
        if not isinstance(predicate, Tensor):
            raise TypeError(f"pred must be a Tensor, got: {predicate}")
        if predicate.dtype != dtypes.bool:
            raise TypeError(f"pred must be Tensor of type bool: {predicate.name}")
        if not callable(function):
            raise TypeError(f"fn for pred {predicate.name} must be callable.")
    predicates, actions = zip(*pairs, strict=True)
    return predicates, actions


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str | None = "case",
) -> Any:
    """The result of the function that belongs to the first true predicate.

    Args:
        pred_fn_pairs: (boolean scalar tensor, function) pairs, or a dictionary of them.
        default: what is called when no predicate is true; without it that is an error.
        exclusive: whether it is an error that more than one predicate is true.
        strict: whether a list of one element stays a list.
        name: the name scope.

    Returns:
        Tensors structured like the functions' results.

    Raises:
        TypeError: when a predicate or a function isn't one.
        InvalidArgumentError: (when run) when no predicate is true and there is no default, or
            with ``exclusive`` when several are.
    """
    predicates, actions = _case_pairs(pred_fn_pairs, exclusive, name)
    with name_scope(name, "case", [predicates]):
        if default is None:
            default, predicates, actions = _last_as_default(predicates, actions)
        function = default
        for predicate, action in reversed(list(zip(predicates, actions, strict=True))):
            function = functools.partial(
                cond, predicate, true_fn=action, false_fn=function, strict=strict
            )
        if not exclusive:
            return function()
        with control_dependencies([_check_at_most(1, predicates, "Input error: exclusive=True")]):
            return function()


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str | None = "switch_case",
) -> Any:
    """The result of the function number ``branch_index``.

    Args:
        branch_index: an integer scalar tensor.
        branch_fns: functions, or (number, function) pairs, or a dictionary of them.
        default: what is called when there is no such number; the last function when left out.
        name: the name scope.

    Raises:
        TypeError: when ``branch_index`` is no integer tensor or a function isn't callable.
        ValueError: when the numbers aren't 0, 1, 2 ...
    """
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype}")
    functions = _numbered(branch_fns)
    if default is not None:
        functions.append(default)
    with name_scope(name, "case", [branch_index]):
        function = functions[-1]
        for number in range(len(functions) - 2, -1, -1):
            function = functools.partial(
                cond,
                apply("Equal", branch_index, number),
                true_fn=functions[number],
                false_fn=function,
            )
        return function()


def _numbered(branch_fns: Any) -> list[Callable[[], Any]]:
    if not branch_fns:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(branch_fns, (list, builtins.tuple, dict)):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    pairs = list(branch_fns.items()) if isinstance(branch_fns, dict) else list(branch_fns)
    if all(callable(function) for function in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, builtins.tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        number, function = pair
        if not isinstance(number, int):
            raise TypeError(f"key must be a Python `int`, got {type(number)}")
        if not callable(function):
            raise TypeError(f"fn for key {number} must be callable.")
    numbers = sorted(number for number, _ in pairs)
    if numbers != list(range(len(pairs))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{{{','.join(map(str, numbers))}}}"
        )
    return [function for _, function in sorted(pairs, key=lambda pair: pair[0])]
