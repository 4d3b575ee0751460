"""Checks that a graph makes when it runs: ``tf.Assert`` and ``tf.assert_*`` (``tf.debugging``)."""

from __future__ import annotations

import collections.abc
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_n_to_tensor, convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.kernels.printing import summarize as summary
from penstock.ops.arrays import rank as rank_of
from penstock.ops.arrays import shape as shape_of
from penstock.ops.comparisons import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_or,
    not_equal,
)
from penstock.ops.control_flow import cond, no_op, with_dependencies

NUMERIC_TYPES = frozenset(
    [
        dtypes.float32,
        dtypes.float64,
        dtypes.int8,
        dtypes.int16,
        dtypes.int32,
        dtypes.int64,
        dtypes.uint8,
        dtypes.qint8,
        dtypes.qint32,
        dtypes.quint8,
        dtypes.complex64,
    ]
)


# -- Assert ----------------------------------------------------------------------------------------
def label_of(tensor: Tensor, fed: Collection[Tensor] = ()) -> np.ndarray | None:
    """The array of a text that is constant, wherever it was brought; ``None`` for other tensors.

    Args:
        tensor: the tensor.
        fed: the tensors that are fed: even a constant may be.
    """
    if tensor.dtype is not dtypes.string:
        return None
    op = tensor.op
    while op.type in ("Switch", "Enter", "Identity") and tensor not in fed:
        tensor = op.inputs[0]
        op = tensor.op
    if tensor in fed:
        return None
    return op._attributes["value"] if op.type == "Const" else None


def _failure(op: Any, data: Sequence[Any], limit: int) -> str:
    shown = " ".join(f"[{summary(np.asarray(value), limit)}]" for value in data)
    return f"assertion failed: {shown}"


@operation(
    "Assert",
    inputs="condition: bool, data: list(T)",
    attrs="T: list(type) >= 1; summarize: int = 3",
    stateful=True,
)
class Assert_:  # noqa: N801 - the public function has the name
    gradient = None

    def lower(condition: Any, data: list[Any], *, op: Any, run: Any, summarize: int) -> Any:
        # Texts can't go through XLA; those of an assertion are constants nearly always.
        labels = [
            label_of(tensor) if tensor.dtype.base_dtype is dtypes.string else None
            for tensor in op.inputs[1:]
        ]
        arrays = [value for value, label in zip(data, labels, strict=True) if label is None]

        def message(*shown: np.ndarray) -> str:
            rest = iter(shown)
            return _failure(op, [next(rest) if a is None else a for a in labels], summarize)

        run.check(condition, message, *arrays)
        return ()

    def host(condition: Any, data: list[Any], *, op: Any, summarize: int) -> Any:
        if not bool(condition):
            raise errors.InvalidArgumentError(None, op, _failure(op, data, summarize))
        return ()


def Assert(  # noqa: N802 - TensorFlow's name
    condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None
) -> Any:
    """An operation that fails when ``condition`` is false.

    It runs only if something waits for it (``tf.control_dependencies``) or it is run itself.

    Args:
        condition: a boolean scalar.
        data: what the error message shows: tensors and texts.
        summarize: how many elements of each tensor to show (3; all for -1).
        name: the name scope.

    Returns:
        The operation.

    Raises:
        InvalidArgumentError: (when run) when ``condition`` is false.
    """
    with name_scope(name, "Assert", [condition, data]):
        tensors = convert_n_to_tensor(list(data))
        if all(t.dtype in (dtypes.string, dtypes.int32) for t in tensors):
            return apply("Assert", condition, list(data), summarize=summarize, name="Assert")
        # What is shown is fetched to the host only if it has to be shown.
        condition = convert_to_tensor(condition, name="Condition")

        def fail() -> Any:
            return apply("Assert", condition, list(data), summarize=summarize, name="Assert")

        return cond(condition, no_op, fail, name="AssertGuard").op


# -- comparisons -----------------------------------------------------------------------------------
def _known_text(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return str(value)
    known = constant_value(value)
    return str(value) if known is None else str(known)


def _compare(
    symbol: str,
    default_name: str,
    function: Callable[[Any, Any], Tensor],
    on_arrays: Callable[[Any, Any], Any],
    x: Any,
    y: Any,
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str | None,
) -> Any:
    from penstock.ops.reductions import reduce_all

    with name_scope(name, default_name, [x, y, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        if data is None:
            data = [
                f"Condition x {symbol} y did not hold element-wise:",
                f"x ({x.name}) = ",
                x,
                f"y ({y.name}) = ",
                y,
            ]
        if message is not None:
            data = [message, *data]
        condition = reduce_all(function(x, y))
        left, right = constant_value(x), constant_value(y)
        if left is not None and right is not None and not np.all(on_arrays(left, right)):
            raise errors.InvalidArgumentError(
                None, None, "\n".join(str(_known_text(item)) for item in data)
            )
        return Assert(condition, data, summarize=summarize)


def assert_equal(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                 message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x == y``, element by element.

    Args:
        x: a tensor. y: a tensor whose shape broadcasts with that of ``x``.
        data: what the error shows instead of ``x`` and ``y``.
        summarize: how many elements of each tensor to show.
        message: text to put before the error.
        name: the name scope.

    Returns:
        The operation.

    Raises:
        InvalidArgumentError: when it doesn't hold: at once if both values are known while the
            graph is built, else when run.
    """
    with name_scope(name, "assert_equal", [x, y, data]):
        if x is y:
            return no_op()
    return _compare("==", "assert_equal", equal, np.equal, x, y, data, summarize, message, name)


def assert_none_equal(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                      message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x != y``, element by element (see ``assert_equal``)."""
    return _compare(
        "!=", "assert_none_equal", not_equal, np.not_equal, x, y, data, summarize, message, name
    )


def assert_less(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x < y``, element by element (see ``assert_equal``)."""
    return _compare("<", "assert_less", less, np.less, x, y, data, summarize, message, name)


def assert_less_equal(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                      message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x <= y``, element by element (see ``assert_equal``)."""
    return _compare(
        "<=", "assert_less_equal", less_equal, np.less_equal, x, y, data, summarize, message, name
    )


def assert_greater(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                   message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x > y``, element by element (see ``assert_equal``)."""
    return _compare(
        ">", "assert_greater", greater, np.greater, x, y, data, summarize, message, name
    )


def assert_greater_equal(x: Any, y: Any, data: Any = None, summarize: int | None = None,
                         message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless ``x >= y``, element by element (see ``assert_equal``)."""
    return _compare(
        ">=", "assert_greater_equal", greater_equal, np.greater_equal, x, y, data, summarize,
        message, name,
    )  # fmt: skip


def _sign_data(x: Tensor, message: str, texts: list[str], data: Any) -> Any:
    if data is not None:
        return data
    return [message, *texts, x]


def assert_negative(x: Any, data: Any = None, summarize: int | None = None,
                    message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless all elements of ``x`` are negative (see ``assert_equal``)."""
    with name_scope(name, "assert_negative", [x, data]):
        x = convert_to_tensor(x, name="x")
        texts = ["Condition x < 0 did not hold element-wise:", f"x ({x.name}) = "]
        data = _sign_data(x, message or "", texts, data)
        zero = convert_to_tensor(0, dtype=x.dtype)
        return assert_less(x, zero, data=data, summarize=summarize)


def assert_positive(x: Any, data: Any = None, summarize: int | None = None,
                    message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless all elements of ``x`` are positive (see ``assert_equal``)."""
    with name_scope(name, "assert_positive", [x, data]):
        x = convert_to_tensor(x, name="x")
        texts = ["Condition x > 0 did not hold element-wise:", f"x ({x.name}) = "]
        data = _sign_data(x, message or "", texts, data)
        zero = convert_to_tensor(0, dtype=x.dtype)
        return assert_less(zero, x, data=data, summarize=summarize)


def assert_non_negative(x: Any, data: Any = None, summarize: int | None = None,
                        message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless all elements of ``x`` are 0 or more (see ``assert_equal``)."""
    with name_scope(name, "assert_non_negative", [x, data]):
        x = convert_to_tensor(x, name="x")
        texts = ["Condition x >= 0 did not hold element-wise:", f"x ({x.name}) = "]
        data = _sign_data(x, message or "", texts, data)
        zero = convert_to_tensor(0, dtype=x.dtype)
        return assert_less_equal(zero, x, data=data, summarize=summarize)


def assert_non_positive(x: Any, data: Any = None, summarize: int | None = None,
                        message: str | None = None, name: str | None = None) -> Any:  # fmt: skip
    """An operation that fails unless all elements of ``x`` are 0 or less (see ``assert_equal``)."""
    with name_scope(name, "assert_non_positive", [x, data]):
        x = convert_to_tensor(x, name="x")
        # One text, as in TensorFlow.
        texts = [f"Condition x <= 0 did not hold element-wise:x ({x.name}) = "]
        data = _sign_data(x, message or "", texts, data)
        zero = convert_to_tensor(0, dtype=x.dtype)
        return assert_less_equal(x, zero, data=data, summarize=summarize)


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless ``|x - y| < atol + rtol * |y|``, element by element.

    Args:
        x: a floating tensor. y: another of its type.
        rtol: the relative tolerance; ten times the type's machine epsilon when left out.
        atol: the absolute tolerance, likewise.
        data: what the error shows. summarize: how many elements. message: text before the error.
        name: the name scope.
    """
    from penstock.ops.math_unary import abs as abs_
    from penstock.ops.reductions import reduce_all

    with name_scope(name, "assert_near", [x, y, rtol, atol, data]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype)
        eps = np.finfo(x.dtype.as_numpy_dtype).eps
        rtol = convert_to_tensor(10 * eps if rtol is None else rtol, name="rtol", dtype=x.dtype)
        atol = convert_to_tensor(10 * eps if atol is None else atol, name="atol", dtype=x.dtype)
        if data is None:
            data = [
                message or "",
                f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
                f"x ({x.name}) = ",
                x,
                f"y ({y.name}) = ",
                y,
            ]
        tolerance = atol + rtol * abs_(y)
        difference = abs_(x - y)  # type: ignore[operator]
        return Assert(reduce_all(less(difference, tolerance)), data, summarize=summarize)


# -- ranks and shapes ------------------------------------------------------------------------------
_FINE = "static_checks_determined_all_ok"


def _known(value: Any) -> int:
    """A number that is known while the graph is built."""
    return int(constant_value(value))  # type: ignore[arg-type]


class _WrongRank(Exception):
    """The rank is known and isn't one of those allowed."""


def _check_ranks(
    x: Tensor,
    ranks: Sequence[Tensor],
    on_numbers: Callable[[int, Sequence[int]], bool],
    on_tensors: Callable[[Tensor], Tensor],
    data: Any,
    summarize: int | None,
) -> Any:
    for rank in ranks:
        assert_type(rank, dtypes.int32)
    known = [constant_value(rank) for rank in ranks]
    if all(value is not None for value in known):
        if any(value.ndim for value in known):  # type: ignore[union-attr]
            raise ValueError("Rank must be a scalar.")
        if x.shape.ndims is not None:
            if not on_numbers(x.shape.ndims, [int(v) for v in known]):  # type: ignore[arg-type]
                raise _WrongRank
            return no_op(name=_FINE)
    condition = on_tensors(rank_of(x))
    for rank, value in zip(ranks, known, strict=True):
        if value is None:
            scalar = assert_rank(rank, 0, data=["Rank must be a scalar. Received rank: ", rank])
            condition = with_dependencies([scalar], condition)
    return Assert(condition, data, summarize=summarize)


def assert_rank(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless ``x`` has ``rank`` dimensions.

    Args:
        x: a tensor.
        rank: an ``int32`` scalar.
        data: what the error shows. summarize: how many elements. message: text before the error.
        name: the name scope.

    Returns:
        The operation; one that does nothing when the rank is known to be right.

    Raises:
        ValueError: when the rank is known to be wrong.
    """
    with name_scope(name, "assert_rank", (x, rank, *(data or ()))):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        message = message or ""
        if data is None:
            data = [
                message, f"Tensor {x.name} must have rank", rank, "Received shape: ", shape_of(x)
            ]  # fmt: skip
        try:
            return _check_ranks(
                x, [rank], lambda actual, wanted: actual == wanted[0],
                lambda actual: equal(actual, rank), data, summarize,
            )  # fmt: skip
        except _WrongRank:
            raise ValueError(
                f"{message}.  Tensor {x.name} must have rank {_known(rank)}.  "
                f"Received rank {x.shape.ndims}, shape {x.shape}"
            ) from None


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless ``x`` has ``rank`` or more dimensions."""
    with name_scope(name, "assert_rank_at_least", (x, rank, *(data or ()))):
        x = convert_to_tensor(x, name="x")
        rank = convert_to_tensor(rank, name="rank")
        message = message or ""
        if data is None:
            data = [
                message, f"Tensor {x.name} must have rank at least", rank, "Received shape: ",
                shape_of(x),
            ]  # fmt: skip
        try:
            return _check_ranks(
                x, [rank], lambda actual, wanted: actual >= wanted[0],
                lambda actual: greater_equal(actual, rank), data, summarize,
            )  # fmt: skip
        except _WrongRank:
            raise ValueError(
                f"{message}.  Tensor {x.name} must have rank at least "
                f"{_known(rank)}.  Received rank {x.shape.ndims}, shape {x.shape}"
            ) from None


def _any_equal(actual: Tensor, ranks: Sequence[Tensor]) -> Tensor:
    if not ranks:
        return convert_to_tensor(False)
    result = equal(ranks[0], actual)
    for rank in ranks[1:]:
        result = logical_or(result, equal(rank, actual))
    return result


def assert_rank_in(
    x: Any,
    ranks: Sequence[Any],
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Any:
    """An operation that fails unless ``x`` has one of ``ranks`` (see ``assert_rank``)."""
    with name_scope(name, "assert_rank_in", (x, *ranks, *(data or ()))):
        x = convert_to_tensor(x, name="x")
        tensors = tuple(convert_to_tensor(rank, name="rank") for rank in ranks)
        message = message or ""
        if data is None:
            data = [
                message, f"Tensor {x.name} must have rank in", *tensors, "Received shape: ",
                shape_of(x),
            ]  # fmt: skip
        try:
            return _check_ranks(
                x, tensors, lambda actual, wanted: actual in wanted,
                lambda actual: _any_equal(actual, tensors), data, summarize,
            )  # fmt: skip
        except _WrongRank:
            shown = "({})".format(
                ", ".join(f"array({_known(t)}, dtype=int32)" for t in tensors)
                + ("," if len(tensors) == 1 else "")
            )
            raise ValueError(
                f"{message}.  Tensor {x.name} must have rank in {shown}.  Received rank "
                f"{x.shape.ndims}, shape {x.shape}"
            ) from None


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """``tensor``, whose static shape must be that of a scalar.

    Raises:
        ValueError: when it isn't.
    """
    with name_scope(name, "assert_scalar", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name=scope)
        if tensor.shape.ndims != 0:
            raise ValueError(
                f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: "
                f"{tensor.shape}."
            )
        return tensor


# -- types -----------------------------------------------------------------------------------------
def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Any:
    """Raises unless ``x`` is of an integer type.

    Raises:
        TypeError: when it isn't.

    Returns:
        An operation that does nothing.
    """
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(
                f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} of dtype '
                f"{x.dtype!r}"
            )
        return no_op("statically_determined_was_integer")


def assert_type(
    tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None
) -> Any:
    """Raises unless ``tensor`` has the type ``tf_type``.

    Raises:
        TypeError: when it hasn't.

    Returns:
        An operation that does nothing.
    """
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype != tf_type:
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {tf_type!r}")
        return no_op("statically_determined_correct_type")


def assert_proper_iterable(values: Any) -> None:
    """Raises unless ``values`` is an iterable other than a tensor, array or string.

    Raises:
        TypeError: when it isn't.
    """
    if isinstance(values, (Tensor, SparseTensor, np.ndarray, str, bytes)):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not isinstance(values, collections.abc.Iterable):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> Any:
    """The one floating type that all ``tensors`` (and ``dtype``) have.

    Args:
        tensors: tensors or ``None`` entries. dtype: a type they must have.

    Returns:
        The type; ``float32`` when nothing says otherwise.

    Raises:
        ValueError: when types differ or aren't floating.
    """
    if tensors:
        dtype = _one_type(tensors, dtype)
    if not dtype:
        return dtypes.float32
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype!r}.")
    return dtype


def _one_type(items: Any, expected: Any) -> Any:
    origin = None
    for item in items:
        if item is None:
            continue
        found = item.dtype.base_dtype
        shown = getattr(item, "name", str(item))
        if not expected:
            expected, origin = found, shown
        elif expected != found:
            source = f" as {origin}" if origin else ""
            raise ValueError(
                f"{shown}, type={found!r}, must be of the same type ({expected!r}){source}."
            )
    return expected


def is_numeric_tensor(tensor: Any) -> bool:
    """True for a tensor of a number type."""
    return isinstance(tensor, Tensor) and tensor.dtype in NUMERIC_TYPES


# -- order -----------------------------------------------------------------------------------------
def _differences(x: Any) -> Any:
    """The difference of each element of ``x`` (flattened) to the one before."""
    from penstock.ops.arrays import reshape, size
    from penstock.ops.strided import strided_slice

    x = reshape(x, [-1])
    if not is_numeric_tensor(x):
        raise TypeError(f"Expected x to be numeric, instead found: {x}")
    short = less(size(x), 2)
    count = shape_of(x) - 1  # type: ignore[operator]
    return cond(
        short,
        lambda: convert_to_tensor([], dtype=x.dtype),
        lambda: strided_slice(x, [1], [1] + count) - strided_slice(x, [0], count),
    )


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """A boolean scalar: whether no element of ``x`` is less than the one before."""
    from penstock.ops.reductions import reduce_all

    with name_scope(name, "is_non_decreasing", [x]):
        difference = _differences(x)
        zero = convert_to_tensor(0, dtype=difference.dtype)
        return reduce_all(less_equal(zero, difference))


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """A boolean scalar: whether each element of ``x`` is greater than the one before."""
    from penstock.ops.reductions import reduce_all

    with name_scope(name, "is_strictly_increasing", [x]):
        difference = _differences(x)
        zero = convert_to_tensor(0, dtype=difference.dtype)
        return reduce_all(less(zero, difference))


# -- not a number ----------------------------------------------------------------------------------
def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None,
    message: str | None = None,
) -> Tensor:  # fmt: skip
    """``t``; running it fails when an element is infinite or not a number.

    Args:
        t: a floating tensor (also called ``x``).
        msg: text for the error (also called ``message``).
        name: the name scope.

    Raises:
        InvalidArgumentError: (when run) when an element isn't finite.
    """
    t = x if t is None else t
    msg = message if msg is None else msg
    with name_scope(name, "VerifyFinite", [t]):
        from penstock.graph.scopes import colocate_with

        t = convert_to_tensor(t, name="t")
        with colocate_with(t):
            check = apply("CheckNumerics", t, message=msg)
            return with_dependencies([check], t)


def add_check_numerics_ops() -> Any:
    """One operation that fails when any floating tensor of the default graph isn't finite.

    Raises:
        ValueError: when the graph has conditionals or loops.
    """
    from penstock.graph.defaults import get_default_graph
    from penstock.graph.scopes import control_dependencies
    from penstock.ops.control_flow import group

    checks: list[Any] = []
    floating = (dtypes.float16, dtypes.float32, dtypes.float64)
    for op in get_default_graph().get_operations():
        for output in op.outputs:
            if output.dtype not in floating:
                continue
            if op._control_flow_context is not None:
                raise ValueError(
                    "`tf.add_check_numerics_ops() is not compatible with TensorFlow control flow "
                    "operations such as `tf.cond()` or `tf.while_loop()`."
                )
            with control_dependencies(checks):
                checks = [apply("CheckNumerics", output, message=f"{op.name}:{output.value_index}")]
    return group(*checks)
