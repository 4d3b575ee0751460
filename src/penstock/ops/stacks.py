"""Stacks: where a loop keeps the values that its gradient needs.

Compiled, a stack is a buffer ``[capacity, *element_shape]`` and the number of elements in it.  The
capacity is an upper bound of the number of pushes, which the runtime works out from the loop's
trip count; the element shape is found at the first push.  On the host it is a Python list.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape


def _handle_shape(op: Any) -> TensorShape:
    # What TensorFlow says of a handle, though it is none of its users' business.
    return TensorShape([2])


def _make(_: Any = None, *, op: Any, run: Any) -> Any:
    handle = run.new_handle(op)
    run.state_set(handle, None)
    return handle


def _make_on_host(_: Any = None, *, op: Any, run: Any) -> Any:
    handle = run.new_handle(op)
    run.state_set(handle, [])
    return handle


class Known:
    """A stack that holds one value, known while tracing, as often as it was pushed.

    A loop's body is traced once, so a shape in it is one and the same in all iterations; the
    gradient loop needs it as a value.  (A pytree without leaves, so compiled loops carry it along.)
    """

    def __init__(self, value: np.ndarray) -> None:
        self.value = value
        self._key = (value.dtype.str, value.shape, value.tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@functools.cache
def _register() -> None:
    import jax

    jax.tree_util.register_pytree_node(Known, lambda known: ((), known), lambda known, _: known)


def _push(handle: Any, elem: Any, *, run: Any) -> Any:
    import jax.numpy as jnp
    from jax import lax

    _register()
    state = run.state_get(handle)
    if isinstance(elem, (np.ndarray, np.generic)) and (state is None or isinstance(state, Known)):
        if state is not None and state != Known(np.asarray(elem)):
            run.needs_host("the values on a stack differ from iteration to iteration")
        run.state_set(handle, Known(np.asarray(elem)))
        return elem
    if not hasattr(elem, "dtype"):
        run.needs_host("a tensor array made in a loop is needed for its gradient")
    if state is None or isinstance(state, Known):
        if run.capacity is None:
            run.needs_host("the number of iterations has no bound that is known")
        empty = jnp.zeros((max(run.capacity, 1), *np.shape(elem)), elem.dtype)
        state = (empty, jnp.int32(0))
    buffer, count = state
    if buffer.shape[1:] != np.shape(elem):
        run.needs_host(
            f"the values on a stack differ in shape: {buffer.shape[1:]} and {np.shape(elem)}"
        )
    buffer = lax.dynamic_update_index_in_dim(buffer, elem, count, 0)
    run.state_set(handle, (buffer, count + jnp.int32(1)))
    return elem


def _push_on_host(handle: Any, elem: Any, *, run: Any) -> Any:
    run.state_get(handle).append(elem)
    return elem


def _pop(handle: Any, *, run: Any) -> Any:
    import jax.numpy as jnp
    from jax import lax

    state = run.state_get(handle)
    if state is None:
        run.needs_host("nothing was pushed on the stack in the compiled part")
    if isinstance(state, Known):
        return state.value
    buffer, count = state
    count = count - jnp.int32(1)
    run.state_set(handle, (buffer, count))
    return lax.dynamic_index_in_dim(buffer, count, 0, keepdims=False)


def _pop_on_host(handle: Any, *, op: Any, run: Any) -> Any:
    values = run.state_get(handle)
    if not values:
        raise errors.InvalidArgumentError(
            None, op, f"Stack[{handle.key}] is empty when calling Pop()."
        )
    return values.pop()


def _close(handle: Any, *, run: Any) -> tuple[()]:
    return ()


_PUSH_ATTRS = "T: type; swap_memory: bool = false"
_STACK_ATTRS = "elem_type: type; stack_name: string = ''"


@operation("StackV2", inputs="max_size: int32", outputs="handle: resource", attrs=_STACK_ATTRS,
           stateful=True)  # fmt: skip
class StackV2:
    shape = _handle_shape
    lower = _make
    host = _make_on_host


@operation("StackPushV2", inputs="handle: resource, elem: T", outputs="output: T",
           attrs=_PUSH_ATTRS, stateful=True)  # fmt: skip
class StackPushV2:
    lower = _push
    host = _push_on_host

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[1].shape


@operation("StackPopV2", inputs="handle: resource", outputs="elem: elem_type",
           attrs="elem_type: type", stateful=True)  # fmt: skip
class StackPopV2:
    lower = _pop
    host = _pop_on_host

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return unknown_shape()


@operation("StackCloseV2", inputs="handle: resource", stateful=True)
class StackCloseV2:
    lower = _close
    host = _close


# The first generation, found in graphs of older versions.
@operation("Stack", outputs="handle: Ref(string)", attrs=_STACK_ATTRS, stateful=True)
class Stack:
    gradient = None
    host = _make_on_host

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return TensorShape([2])


@operation("StackPush", inputs="handle: Ref(string), elem: T", outputs="output: T",
           attrs=_PUSH_ATTRS)  # fmt: skip
class StackPush:
    gradient = None
    host = _push_on_host

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[1].shape


@operation("StackPop", inputs="handle: Ref(string)", outputs="elem: elem_type",
           attrs="elem_type: type")  # fmt: skip
class StackPop:
    gradient = None
    host = _pop_on_host

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return unknown_shape()


@operation("StackClose", inputs="handle: Ref(string)")
class StackClose:
    gradient = None
    host = _close
