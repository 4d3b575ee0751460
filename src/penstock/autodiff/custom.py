"""``tf.custom_gradient``: functions that say what their gradient is."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import Any

from penstock.graph import nest
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.registry import RegisterGradient
from penstock.graph.tensor import Tensor

_numbers = itertools.count(1)
_VARIABLES = frozenset({"VarHandleOp", "VariableV2", "Variable"})


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a function that returns its result and its gradient.

    Args:
        f: takes tensors; returns ``(result, grad)``. ``grad`` takes one gradient for each result
            and returns one for each argument of ``f``. When ``f`` uses (resource) variables,
            ``grad`` also takes ``variables``, a list of them, and returns a second list with the
            gradients for these.

    Returns:
        A function that takes what ``f`` takes and returns the result alone.

    Raises:
        ValueError: (when called) for keyword arguments.
        TypeError: (when called) when variables are used and ``grad`` doesn't take ``variables``.
    """

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        return _with_gradient(f, args, kwargs)

    return decorated


def _with_gradient(f: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    from penstock.ops.identities import identity, identity_n

    if kwargs:
        raise ValueError(
            "The custom_gradient decorator currently supports keywords arguments only when eager "
            "execution is enabled."
        )
    graph = get_default_graph()
    name = f"CustomGradient-{next(_numbers)}"
    inputs = [convert_to_tensor(x) for x in args]
    result, grad_fn = f(*inputs)
    flat = [convert_to_tensor(x) for x in nest.flatten(result)]
    for each in flat:
        identity(each)  # TensorFlow's, and it counts in the names of what follows.
    variables = _variables_between(flat, inputs)
    signature = inspect.getfullargspec(grad_fn)
    takes_variables = "variables" in signature.args + signature.kwonlyargs or bool(signature.varkw)
    for variable in variables:
        if not hasattr(variable, "handle"):
            raise TypeError(
                "All variables used by a function wrapped with @custom_gradient must be "
                "`ResourceVariable`s. Ensure that no `variable_scope` is created with "
                "`use_resource=False`."
            )
    if variables and not takes_variables:
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must "
            "accept a keyword argument 'variables'."
        )

    @RegisterGradient(name)
    def gradient(op: Any, *arrived: Any) -> list[Any]:
        arrived = arrived[: len(flat)]
        variable_gradients: list[Any] = []
        if variables:
            found, variable_gradients = grad_fn(*arrived, variables=variables)
            if len(variable_gradients) != len(variables):
                raise ValueError(
                    "Must return gradient for each variable from @custom_gradient grad_fn."
                )
        else:
            found = grad_fn(*arrived)
        return [*[None] * len(flat), *nest.flatten(found), *variable_gradients]

    handles = [variable.handle for variable in variables]
    with graph.gradient_override_map({"IdentityN": name}):
        copies = identity_n([*flat, *inputs, *handles])
    return nest.pack_sequence_as(result, copies[: len(flat)])


def _variables_between(outputs: list[Tensor], inputs: list[Tensor]) -> list[Any]:
    """The trainable variables that ``outputs`` depend on otherwise than through ``inputs``."""
    stop = set(inputs)
    seen: set[Any] = set()
    found: dict[str, None] = {}
    queue = [tensor for tensor in outputs if tensor not in stop]
    while queue:
        op = queue.pop().op
        if op in seen:
            continue
        seen.add(op)
        if op.type in _VARIABLES:
            found[op.name] = None
        queue.extend(tensor for tensor in op.inputs if tensor not in stop)
    graph = get_default_graph()
    trainable = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
    by_name = {variable.op.name: variable for variable in trainable}
    return [by_name[name] for name in found if name in by_name]


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """``f`` with the gradient of the identity: what arrives is handed to the arguments.

    Args:
        f: a function of tensors.
    """

    @custom_gradient
    def passed(*args: Any) -> Any:
        def gradient(*arrived: Any, **options: Any) -> Any:
            variables = options.get("variables")
            return arrived if variables is None else (arrived, [None] * len(variables))

        return f(*args), gradient

    return functools.wraps(f)(passed)


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """``f``, computed a second time when its gradient is needed, so that less has to be kept.

    Args:
        f: a function of tensors that returns one tensor.
    """

    @custom_gradient
    def recomputed(*args: Any) -> Any:
        result = f(*args)

        def gradient(arrived: Any, variables: Any = None) -> Any:
            from penstock.autodiff.gradients import gradients
            from penstock.graph.scopes import control_dependencies

            with control_dependencies([arrived]):
                again = f(*args)
            found = gradients(again, [*args, *(variables or ())], arrived)
            count = len(args)
            return found[:count] if variables is None else (found[:count], found[count:])

        return result, gradient

    return functools.wraps(f)(recomputed)
