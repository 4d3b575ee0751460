"""How tensor arrays are kept: on the device as one buffer, on the host as a Python list.

Compiled, the state of an array is ``(values, written)``: a buffer ``[size, *element_shape]``
(``None`` until the first write tells the element shape) and a mask ``[size]``.  An array of
gradients adds up what is written to one index.  An array that grows, or whose elements differ in
shape, can't be a buffer: it is kept on the host.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.shapes import TensorShape
from penstock.ops.traced import is_known

NO_FLOW = np.zeros((), np.float32)
_numbers = itertools.count()


# -- compiled --------------------------------------------------------------------------------------
def is_gradient(handle: Any) -> bool:
    """True for the handle of an array of gradients."""
    return len(handle.key) == 3


def create(size: Any, *, op: Any, run: Any, dtype: Any, element_shape: TensorShape,
           dynamic_size: bool) -> Any:  # fmt: skip
    """Lowers TensorArrayV3."""
    import jax.numpy as jnp

    if dynamic_size:
        run.needs_host("the tensor array may grow")
    count = int(size)
    if count < 0:
        raise errors.InvalidArgumentError(None, op, "Size should be >= 0.")
    handle = run.new_handle(op)
    values = None
    if element_shape.is_fully_defined():
        values = jnp.zeros((count, *element_shape.as_list()), dtype)
    run.state_set(handle, (values, jnp.zeros((count,), bool)))
    return handle, NO_FLOW


def _state(handle: Any, run: Any) -> tuple[Any, Any]:
    state = run.state_get(handle)
    if state is None:
        run.needs_host("the tensor array was not made in the compiled part")
    return state


def _with_values(state: tuple[Any, Any], shape: tuple[int, ...], dtype: Any, run: Any) -> Any:
    """The buffer, made now if this is the first write."""
    import jax.numpy as jnp

    values, written = state
    if values is None:
        return jnp.zeros((written.shape[0], *shape), dtype)
    if values.shape[1:] != tuple(shape):
        run.needs_host(
            f"the elements of a tensor array differ in shape: {values.shape[1:]} and {shape}"
        )
    return values


def gradient_array(handle: Any, *, op: Any, run: Any) -> Any:
    """Lowers TensorArrayGradV3: the same array for the same source, made when first asked for."""
    import jax.numpy as jnp

    made = run.new_handle(op)
    if run.state_get(made) is None:
        values, written = _state(handle, run)
        zeros = None if values is None else jnp.zeros(values.shape, values.dtype)
        run.state_set(made, (zeros, jnp.zeros(written.shape, bool)))
    return made


def _check_read(index: Any, size: int, run: Any) -> None:
    inside = (index >= 0) & (index < size)
    if not (is_known(index) and bool(np.all(inside))):
        run.check(inside, f"Tried to read from index {{0}} but array size is: {size}", index)


def write(handle: Any, index: Any, value: Any, *, run: Any) -> Any:
    """Lowers TensorArrayWriteV3."""
    import jax.numpy as jnp
    from jax import lax

    state = _state(handle, run)
    written = state[1]
    size = written.shape[0]
    values = _with_values(state, np.shape(value), value.dtype, run)
    if size == 0:
        run.check(np.array(False), _write_message(size), index, np.array(False))
        return NO_FLOW
    at = jnp.clip(index, 0, size - 1)
    inside = (index >= 0) & (index < size)
    if is_gradient(handle):
        run.check(inside, _write_message(size), index, jnp.array(False))
        old = lax.dynamic_index_in_dim(values, at, 0, keepdims=False)
        value = old + value
    else:
        already = written[at]
        run.check(inside & ~already, _write_message(size), index, already)
    values = lax.dynamic_update_index_in_dim(values, jnp.asarray(value, values.dtype), at, 0)
    run.state_set(handle, (values, written.at[at].set(True)))
    return NO_FLOW


def _write_message(size: int) -> Any:
    def message(index: Any, already: Any) -> str:
        if 0 <= int(index) < size and bool(already):
            return (
                f"Could not write to TensorArray index {index} because it has already been "
                "written to."
            )
        return f"Tried to write to index {index} but array is not resizeable and size is: {size}"

    return message


def _declared(op: Any, name: str = "element_shape") -> TensorShape:
    return op.attr(name)


def read(handle: Any, index: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    """Lowers TensorArrayReadV3."""
    import jax.numpy as jnp
    from jax import lax

    values, written = _state(handle, run)
    size = written.shape[0]
    _check_read(index, size, run)
    if values is None:
        # Never written: the result's static shape may still say what the zeros look like.
        shape = op.outputs[0].shape
        if not shape.is_fully_defined():
            run.needs_host("an element of a tensor array is read whose shape isn't known")
        return jnp.zeros(shape.as_list(), dtype)
    if size == 0:
        return jnp.zeros(values.shape[1:], values.dtype)
    return lax.dynamic_index_in_dim(values, jnp.clip(index, 0, size - 1), 0, keepdims=False)


def _is_whole(indices: Any, size: int) -> bool:
    """True when ``indices`` are known to be 0, 1, ... size - 1."""
    return (
        is_known(indices)
        and np.shape(indices) == (size,)
        and bool(np.array_equal(indices, np.arange(size)))
    )


def gather(handle: Any, indices: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    """Lowers TensorArrayGatherV3."""
    import jax.numpy as jnp

    values, written = _state(handle, run)
    size = written.shape[0]
    if values is None:
        shape = _declared(op)
        if not shape.is_fully_defined():
            run.needs_host("a tensor array is gathered whose element shape isn't known")
        values = jnp.zeros((size, *shape.as_list()), dtype)
    if _is_whole(indices, size):
        return values
    _check_indices(indices, size, run)
    if size == 0:
        return jnp.zeros((np.shape(indices)[0], *values.shape[1:]), values.dtype)
    return jnp.take(values, jnp.clip(indices, 0, size - 1), axis=0)


def _check_indices(indices: Any, size: int, run: Any) -> None:
    import jax.numpy as jnp

    bad = (indices < 0) | (indices >= size)
    if is_known(indices):
        for index in np.asarray(indices).ravel():
            if not 0 <= index < size:
                run.check(
                    np.array(False),
                    f"Tried to read from index {index} but array size is: {size}",
                )
        return
    if np.shape(indices)[0]:
        first = indices[jnp.argmax(bad)]
        run.check(~jnp.any(bad), f"Tried to read from index {{0}} but array size is: {size}", first)


def scatter(handle: Any, indices: Any, value: Any, *, op: Any, run: Any) -> Any:
    """Lowers TensorArrayScatterV3."""
    import jax.numpy as jnp

    state = _state(handle, run)
    written = state[1]
    size = written.shape[0]
    if np.shape(value)[0] != np.shape(indices)[0]:
        raise errors.InvalidArgumentError(
            None, op, "Input value must have the same first dimension size as indices: "
            f"{np.shape(value)[0]} vs. {np.shape(indices)[0]}",
        )  # fmt: skip
    values = _with_values(state, np.shape(value)[1:], value.dtype, run)
    if _is_whole(indices, size):
        whole = values + value if is_gradient(handle) else value
        run.state_set(handle, (jnp.asarray(whole), jnp.ones((size,), bool)))
        return NO_FLOW
    if np.shape(indices)[0]:
        most = np.max(indices) if is_known(indices) else jnp.max(indices)
        least = np.min(indices) if is_known(indices) else jnp.min(indices)
        text = f"Max scatter index must be < array size ({{0}} vs. {size})"
        run.check((most < size) & (least >= 0), text, most)
    if is_gradient(handle):
        values = values.at[indices].add(value)
    else:
        values = values.at[indices].set(value)
    run.state_set(handle, (values, written.at[indices].set(True)))
    return NO_FLOW


def concat(handle: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    """Lowers TensorArrayConcatV3 (elements of one length)."""
    import jax.numpy as jnp

    values, written = _state(handle, run)
    size = written.shape[0]
    if values is None:
        rest = _declared(op, "element_shape_except0")
        if size or not rest.is_fully_defined():
            run.needs_host("a tensor array is concatenated whose element shape isn't known")
        return jnp.zeros((0, *rest.as_list()), dtype), np.zeros((0,), np.int64)
    if values.ndim < 2:
        raise errors.InvalidArgumentError(
            None, op, "Concat saw a scalar shape at index 0 but requires at least vectors.  Did "
            "you mean to call pack?"
        )  # fmt: skip
    length = values.shape[1]
    whole = values.reshape((size * length, *values.shape[2:]))
    return whole, np.full((size,), length, np.int64)


def split(handle: Any, value: Any, lengths: Any, *, op: Any, run: Any) -> Any:
    """Lowers TensorArraySplitV3 (into parts of one length)."""
    import jax.numpy as jnp

    if not is_known(lengths):
        run.needs_host("the lengths of a split aren't known")
    state = _state(handle, run)
    size = state[1].shape[0]
    _check_split(op, np.shape(value), lengths, size, False)
    if size == 0:
        return NO_FLOW
    if np.min(lengths) != np.max(lengths):
        run.needs_host("the lengths of a split differ")
    shape = (int(lengths[0]), *np.shape(value)[1:])
    values = _with_values(state, shape, value.dtype, run)
    parts = jnp.reshape(value, (size, *shape))
    whole = values + parts if is_gradient(handle) else parts
    run.state_set(handle, (whole, jnp.ones((size,), bool)))
    return NO_FLOW


def _check_split(op: Any, shape: Any, lengths: Any, size: int, dynamic: bool) -> None:
    if len(shape) < 1:
        raise errors.InvalidArgumentError(
            None, op, "Expected value to be at least a vector, but received shape: []"
        )
    if int(np.sum(lengths)) != shape[0]:
        shown = ",".join(map(str, shape))
        raise errors.InvalidArgumentError(
            None, op, "Expected sum of lengths to be equal to values.shape[0], but sum of lengths "
            f"is {int(np.sum(lengths))} and value's shape is: [{shown}]",
        )  # fmt: skip
    if size != len(lengths) and not dynamic:
        raise errors.InvalidArgumentError(
            None, op, "TensorArray's size is not equal to the size of lengths "
            f"({size} vs. {len(lengths)}), and the TensorArray is not marked as dynamically "
            "resizeable",
        )  # fmt: skip


def size_of(handle: Any, *, run: Any) -> Any:
    """Lowers TensorArraySizeV3."""
    return np.array(_state(handle, run)[1].shape[0], np.int32)


# -- on the host -----------------------------------------------------------------------------------
class HostArray:
    """A tensor array as a list of NumPy arrays (``None`` where nothing was written)."""

    def __init__(self, op: Any, size: int, dtype: Any, element_shape: TensorShape, dynamic: bool,
                 clear: bool, uniform: bool, is_gradient: bool = False) -> None:  # fmt: skip
        self.op = op
        self.values: list[Any] = [None] * size
        self.cleared: set[int] = set()
        self.dtype = dtype
        self.element_shape = element_shape
        self.dynamic = dynamic
        self.clear = clear
        self.uniform = uniform
        self.is_gradient = is_gradient
        self.shapes: list[Any] = [None] * size
        self.gradients: dict[str, Any] = {}
        self.closed = False

    def fail(self, op: Any, message: str) -> None:
        """Raises ``InvalidArgumentError``."""
        raise errors.InvalidArgumentError(None, op, message)

    def named(self, message: str) -> str:
        return f"TensorArray {self.op.name}: {message}"

    def check_open(self, op: Any) -> None:
        """Raises when the array was closed."""
        if self.closed:
            self.fail(op, f"TensorArray {self.op.name} has already been closed.")

    def write(self, index: int, value: Any, op: Any) -> None:
        """Writes an element (adds to it, in an array of gradients)."""
        self.check_open(op)
        if index < 0 or (index >= len(self.values) and not self.dynamic):
            self.fail(op, self.named(
                f"Tried to write to index {index} but array is not resizeable and size is: "
                f"{len(self.values)}"
            ))  # fmt: skip
        while index >= len(self.values):
            self.values.append(None)
            self.shapes.append(None)
        if not self.element_shape.is_compatible_with(list(value.shape)):
            self.fail(op, self.named(
                f"Could not write to TensorArray index {index} because the value shape is "
                f"{_brackets(value.shape)} which is incompatible with the TensorArray's inferred "
                f"element shape: {_brackets(self.element_shape.sizes)} (consider setting "
                "infer_shape=False)."
            ))  # fmt: skip
        if self.uniform and not self.is_gradient:
            self.element_shape = self.element_shape.merge_with(list(value.shape))
        if self.is_gradient:
            old = self.values[index]
            self.values[index] = value if old is None else old + value
        else:
            if self.values[index] is not None or index in self.cleared:
                self.fail(op, self.named(
                    f"Could not write to TensorArray index {index} because it has already been "
                    + ("read." if index in self.cleared else "written to.")
                ))  # fmt: skip
            self.values[index] = np.array(value)
        self.shapes[index] = value.shape

    def read(self, index: int, op: Any) -> Any:
        """Reads an element; with ``clear_after_read`` it can't be read again."""
        self.check_open(op)
        if not 0 <= index < len(self.values):
            self.fail(op, f"Tried to read from index {index} but array size is: "
                          f"{len(self.values)}")  # fmt: skip
        if index in self.cleared:
            self.fail(op, self.named(
                f"Could not read index {index} twice because it was cleared after a previous "
                "read (perhaps try setting clear_after_read = false?)."
            ))  # fmt: skip
        value = self.values[index]
        if value is None:
            value = self._unwritten(index, op)
        if self.clear:
            self.values[index] = None
            self.cleared.add(index)
        return value

    def _unwritten(self, index: int, op: Any) -> Any:
        shape = self.shapes[index]
        if shape is None and self.element_shape.is_fully_defined():
            shape = tuple(self.element_shape.as_list())
        if shape is None:
            self.fail(op, self.named(
                f"Could not read from TensorArray index {index}.  Furthermore, the element shape "
                f"is not fully defined: {self.element_shape}.  It is possible you are working "
                "with a resizeable TensorArray and stop_gradients is not allowing the gradients "
                "to be written.  If you set the full element_shape property on the forward "
                "TensorArray, the proper all-zeros tensor will be returned instead of incurring "
                "this error."
            ))  # fmt: skip
        zero = np.zeros(shape, object if self.dtype is object else self.dtype)
        if zero.dtype == object:
            zero[...] = b""
        return zero


def _brackets(sizes: Any) -> str:
    if sizes is None:
        return "<unknown>"
    return "[" + ",".join("?" if s is None else str(s) for s in sizes) + "]"


def _array(handle: Any, run: Any) -> HostArray:
    return run.state_get(handle)


def host_create(size: Any, *, op: Any, run: Any, dtype: Any, element_shape: TensorShape,
                dynamic_size: bool, clear_after_read: bool) -> Any:  # fmt: skip
    """Runs TensorArrayV3."""
    if int(size) < 0:
        raise errors.InvalidArgumentError(None, op, "Size should be >= 0.")
    plain = run.new_handle(op)
    # Each iteration of a loop makes an array of its own.
    handle = type(plain)((plain.key[0], (plain.key[1], next(_numbers))), op)
    uniform = "identical_element_shapes" in op._attributes and op.attr("identical_element_shapes")
    array = HostArray(op, int(size), dtype, element_shape, dynamic_size, clear_after_read, uniform)
    run.state_set(handle, array)
    return handle, NO_FLOW


def host_gradient(handle: Any, *, op: Any, run: Any, source: str) -> Any:
    """Runs TensorArrayGradV3."""
    array = _array(handle, run)
    array.check_open(op)
    made = array.gradients.get(source)
    if made is None:
        made = type(handle)((*handle.key, source), handle.op)
        array.gradients[source] = made
        gradient = HostArray(
            array.op, len(array.values), array.dtype, array.element_shape, False, False,
            array.uniform, is_gradient=True,
        )  # fmt: skip
        gradient.shapes = list(array.shapes)
        run.state_set(made, gradient)
    return made


def host_write(handle: Any, index: Any, value: Any, *, op: Any, run: Any) -> Any:
    """Runs TensorArrayWriteV3."""
    _array(handle, run).write(int(index), value, op)
    return NO_FLOW


def host_read(handle: Any, index: Any, *, op: Any, run: Any) -> Any:
    """Runs TensorArrayReadV3."""
    return _array(handle, run).read(int(index), op)


def host_gather(handle: Any, indices: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    """Runs TensorArrayGatherV3."""
    array = _array(handle, run)
    declared = op.attr("element_shape")
    if len(indices) == 0:
        shape = declared if declared.is_fully_defined() else array.element_shape
        if not shape.is_fully_defined():
            raise errors.UnimplementedError(
                None, op, f"TensorArray has size zero, but element shape {shape} is not fully "
                "defined. Currently only static shapes are supported when packing zero-size "
                "TensorArrays.",
            )  # fmt: skip
        return np.zeros((0, *shape.as_list()), dtype)
    if not array.element_shape.is_fully_defined() and declared.is_fully_defined():
        array.element_shape = declared
    values = [array.read(int(i), op) for i in indices]
    for position, value in enumerate(values):
        if value.shape != values[0].shape:
            array.fail(op, "TensorArray has inconsistent shapes.  Index 0 has shape: "
                           f"{_brackets(values[0].shape)} but index {position} has shape: "
                           f"{_brackets(value.shape)}")  # fmt: skip
    return np.stack(values)


def host_scatter(handle: Any, indices: Any, value: Any, *, op: Any, run: Any) -> Any:
    """Runs TensorArrayScatterV3."""
    array = _array(handle, run)
    if len(indices) and not array.dynamic and int(np.max(indices)) >= len(array.values):
        array.fail(op, f"Max scatter index must be < array size ({int(np.max(indices))} vs. "
                       f"{len(array.values)})")  # fmt: skip
    for index, element in zip(indices, value, strict=True):
        array.write(int(index), np.asarray(element), op)
    return NO_FLOW


def host_concat(handle: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    """Runs TensorArrayConcatV3."""
    array = _array(handle, run)
    if not array.values:
        rest = op.attr("element_shape_except0")
        if not rest.is_fully_defined():
            raise errors.UnimplementedError(
                None, op, f"TensorArray has size zero, but element_shape_except0 {rest} is not "
                "fully defined. Currently only static shapes are supported when concatenating "
                "zero-size TensorArrays.",
            )  # fmt: skip
        return np.zeros((0, *rest.as_list()), dtype), np.zeros((0,), np.int64)
    values = [array.read(i, op) for i in range(len(array.values))]
    for position, value in enumerate(values):
        if value.ndim == 0:
            array.fail(op, f"Concat saw a scalar shape at index {position} but requires at least "
                           "vectors.  Did you mean to call pack?")  # fmt: skip
        if value.shape[1:] != values[0].shape[1:]:
            array.fail(op, "TensorArray has inconsistent shapes.  Index 0 has (excepting "
                           f"dimension 0) shape: {_brackets(values[0].shape[1:])} but index "
                           f"{position} has (excepting dimension 0) shape: "
                           f"{_brackets(value.shape[1:])}")  # fmt: skip
    return np.concatenate(values), np.array([len(v) for v in values], np.int64)


def host_split(handle: Any, value: Any, lengths: Any, *, op: Any, run: Any) -> Any:
    """Runs TensorArraySplitV3."""
    array = _array(handle, run)
    _check_split(op, value.shape, lengths, len(array.values), array.dynamic)
    start = 0
    for index, length in enumerate(lengths):
        array.write(index, value[start : start + int(length)], op)
        start += int(length)
    return NO_FLOW


def host_size(handle: Any, *, op: Any, run: Any) -> Any:
    """Runs TensorArraySizeV3."""
    array = _array(handle, run)
    array.check_open(op)
    return np.array(len(array.values), np.int32)


def host_close(handle: Any, *, run: Any) -> tuple[()]:
    """Runs TensorArrayCloseV3."""
    array = _array(handle, run)
    array.closed = True
    array.values = []
    return ()


def close(handle: Any, *, run: Any) -> tuple[()]:
    """Lowers TensorArrayCloseV3: the buffer goes when the run ends."""
    return ()
