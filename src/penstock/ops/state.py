"""Operations on variables held by reference (``VariableV2`` and what changes it).

A variable's value lives in the session.  While a run is traced, the value of a ``Ref`` output is a
marker for the variable; ``run.read`` and ``run.assign`` give and replace what it holds.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import scalar_output


def merged_shape(first: TensorShape, second: TensorShape) -> TensorShape:
    """What two shapes that must be one say together.

    Raises:
        ValueError: in the words of TensorFlow's shape inference.
    """
    if first.sizes is None:
        return second
    if second.sizes is None:
        return first
    if len(first.sizes) != len(second.sizes):
        raise ValueError(
            f"Shapes must be equal rank, but are {len(first.sizes)} and {len(second.sizes)}"
        )
    for i, (a, b) in enumerate(zip(first.sizes, second.sizes, strict=True)):
        if a is not None and b is not None and a != b:
            raise ValueError(
                f"Dimension {i} in both shapes must be equal, but are {a} and {b}. Shapes are "
                f"{_listed(first)} and {_listed(second)}."
            )
    return first.merge_with(second)


def _listed(shape: TensorShape) -> str:
    sizes = shape.sizes or ()
    return "[" + ",".join("?" if size is None else str(size) for size in sizes) + "]"


def _declared_shape(op: Any) -> TensorShape:
    return op.attr("shape")


@operation(
    "VariableV2",
    outputs="ref: Ref(dtype)",
    attrs="shape: shape; dtype: type; container: string = ''; shared_name: string = ''",
    stateful=True,
)
class VariableV2:
    shape = _declared_shape

    def lower(*, run: Any, op: Any) -> Any:
        return run.variable(op)

    def host(*, run: Any, op: Any) -> Any:
        return run.variable(op)


@operation(
    "Variable",
    outputs="ref: Ref(dtype)",
    attrs="shape: shape; dtype: type; container: string = ''; shared_name: string = ''",
    stateful=True,
)
class Variable:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        # The operation of TensorFlow 0.x: an empty shape stands for an unknown one.
        declared = op.attr("shape")
        return unknown_shape() if declared.ndims == 0 else declared

    def lower(*, run: Any, op: Any) -> Any:
        return run.variable(op)

    def host(*, run: Any, op: Any) -> Any:
        return run.variable(op)


@operation(
    "TemporaryVariable",
    outputs="ref: Ref(dtype)",
    attrs="shape: shape; dtype: type; var_name: string = ''",
    stateful=True,
)
class TemporaryVariable:
    shape = _declared_shape

    def lower(*, run: Any, op: Any, shape: Any, dtype: Any) -> Any:
        # TensorFlow's temporary has a value nobody may rely on until it is assigned.
        ref = run.variable(op)
        run.assign(ref, jnp.zeros(shape.as_list(), dtype))
        return ref


@operation(
    "DestroyTemporaryVariable",
    inputs="ref: Ref(T)",
    outputs="value: T",
    attrs="T: type; var_name: string",
)
class DestroyTemporaryVariable:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape

    def lower(ref: Any, *, run: Any) -> Any:
        return run.read(ref)


def variable_op_v2(
    shape: Any, dtype: Any, name: str = "Variable", container: str = "", shared_name: str = ""
) -> Tensor:
    """A ``VariableV2`` operation's output, of a reference type.

    Args:
        shape: the shape. dtype: the element type. name: the operation's name.
        container: the container that holds the value. shared_name: the key it is kept under.
    """
    return apply("VariableV2", name=name, shape=shape, dtype=dtype, container=container,
                 shared_name=shared_name)  # fmt: skip


@operation(
    "IsVariableInitialized",
    inputs="ref: Ref(dtype)",
    outputs="is_initialized: bool",
    attrs="dtype: type",
)
class IsVariableInitialized:
    shape = scalar_output

    def lower(ref: Any, *, run: Any) -> Any:
        return np.asarray(run.is_initialized(ref))

    def host(ref: Any, *, run: Any) -> Any:
        return np.asarray(run.is_initialized(ref))


def check_assigned_shape(run: Any, op: Any, ref: Any, value: Any, declared: TensorShape) -> None:
    """Raises ``InvalidArgumentError`` when ``value`` hasn't the shape of the variable."""
    sizes = tuple(np.shape(value))
    if declared.is_fully_defined():
        wanted: Any = declared.sizes
    elif run.is_initialized(ref):
        wanted = tuple(np.shape(run.read(ref)))
    else:
        return
    if wanted != sizes:
        raise errors.InvalidArgumentError(
            None,
            op,
            "Assign requires shapes of both tensors to match. lhs shape= "
            f"{_listed(TensorShape(wanted))} rhs shape= {_listed(TensorShape(sizes))}",
        )


def _assign(ref: Any, value: Any, *, validate_shape: bool, run: Any, op: Any) -> Any:
    if validate_shape:
        check_assigned_shape(run, op, ref, value, op.inputs[0].shape)
    run.assign(ref, value)
    return ref


@operation(
    "Assign",
    inputs="ref: Ref(T), value: T",
    outputs="output_ref: Ref(T)",
    attrs="T: type; validate_shape: bool = true; use_locking: bool = true",
)
class Assign:
    lower = host = _assign
    gradient = None

    def shape(op: Any) -> TensorShape:  # noqa: N805
        ref, value = op.inputs
        if not op.attr("validate_shape"):
            return value.shape
        return merged_shape(ref.shape, value.shape)


def _same_shape(op: Any) -> TensorShape:
    return merged_shape(op.inputs[0].shape, op.inputs[1].shape)


@operation(
    "AssignAdd",
    inputs="ref: Ref(T), value: T",
    outputs="output_ref: Ref(T)",
    attrs="T: numbertype; use_locking: bool = false",
)
class AssignAdd:
    shape = _same_shape
    gradient = None

    def lower(ref: Any, value: Any, *, run: Any) -> Any:
        run.assign(ref, run.read(ref) + value)
        return ref


@operation(
    "AssignSub",
    inputs="ref: Ref(T), value: T",
    outputs="output_ref: Ref(T)",
    attrs="T: numbertype; use_locking: bool = false",
)
class AssignSub:
    shape = _same_shape
    gradient = None

    def lower(ref: Any, value: Any, *, run: Any) -> Any:
        run.assign(ref, run.read(ref) - value)
        return ref


@operation(
    "CountUpTo",
    inputs="ref: Ref(T)",
    outputs="output: T",
    attrs="limit: int; T: indextype",
)
class CountUpTo:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape.with_rank(0)

    def lower(ref: Any, *, limit: int, run: Any) -> Any:
        value = run.read(ref)
        run.check(value < limit, f"Reached limit of {limit}", error=errors.OutOfRangeError)
        run.assign(ref, value + np.ones((), value.dtype))
        return value


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """Increments a scalar variable until it is ``limit``.

    Args:
        ref: an integer scalar variable.
        limit: the value at which to stop.
        name: the operation's name.

    Returns:
        The value before the increment. Running it at the limit is an ``OutOfRangeError``.
    """
    if ref.dtype._is_ref_dtype:
        return apply("CountUpTo", ref, name=name, limit=limit)
    return apply("ResourceCountUpTo", ref.handle, name=name, limit=limit, T=ref.dtype)


def is_variable_initialized(ref: Any, name: str | None = None) -> Tensor:
    """Whether a variable has a value.

    Args:
        ref: a variable or a tensor of a reference type.
        name: the operation's name.

    Returns:
        A ``bool`` scalar.
    """
    if ref.dtype._is_ref_dtype:
        return apply("IsVariableInitialized", ref, name=name)
    return ref.is_initialized(name=name)


def assign(
    ref: Any,
    value: Any,
    validate_shape: bool | None = None,
    use_locking: bool | None = None,
    name: str | None = None,
) -> Any:
    """Puts ``value`` into a variable.

    Args:
        ref: the variable.
        value: the new value, of the variable's type and shape.
        validate_shape: when false, the variable takes on the shape of ``value``.
        use_locking: accepted as in TensorFlow; updates never interleave here.
        name: the operation's name.

    Returns:
        A tensor that holds the variable's value after the assignment.
    """
    if ref.dtype._is_ref_dtype:
        return apply("Assign", ref, value, name=name, validate_shape=validate_shape,
                     use_locking=use_locking)  # fmt: skip
    return ref.assign(value, name=name)


def assign_add(ref: Any, value: Any, use_locking: bool | None = None,
               name: str | None = None) -> Any:  # fmt: skip
    """Adds ``value`` to a variable.

    Args:
        ref: the variable, of a number type. value: what to add, of the same type and shape.
        use_locking: accepted as in TensorFlow. name: the operation's name.

    Returns:
        A tensor that holds the variable's value after the addition.
    """
    if ref.dtype._is_ref_dtype:
        return apply("AssignAdd", ref, value, name=name, use_locking=use_locking)
    return ref.assign_add(value)


def assign_sub(ref: Any, value: Any, use_locking: bool | None = None,
               name: str | None = None) -> Any:  # fmt: skip
    """Subtracts ``value`` from a variable.

    Args:
        ref: the variable, of a number type. value: what to subtract, of the same type and shape.
        use_locking: accepted as in TensorFlow. name: the operation's name.

    Returns:
        A tensor that holds the variable's value after the subtraction.
    """
    if ref.dtype._is_ref_dtype:
        return apply("AssignSub", ref, value, name=name, use_locking=use_locking)
    return ref.assign_sub(value)
