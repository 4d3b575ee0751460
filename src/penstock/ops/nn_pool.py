"""Two-dimensional pooling: maxima and means of windows, with their gradients."""

from __future__ import annotations

from typing import Any

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.kernels import pooling as kernels
from penstock.ops.nn_conv import attributes_of, gradient_shape
from penstock.ops.windows import pool_shape, sequence_of

WINDOW = "ksize: list(int) >= 4; strides: list(int) >= 4; padding: {'SAME', 'VALID'}"
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
NAMES = ("ksize", "strides", "padding", "data_format")
_MAX_TYPES = (
    "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = float"
)


def shape_of_pool(rank: int) -> Any:
    """The rule of a pool whose windows are attributes."""
    return lambda op: pool_shape(
        op.inputs[0].shape, op.attr("ksize"), op.attr("strides"), op.attr("padding"), rank
    )


def check_batch(ksize: Any, strides: Any) -> None:
    """Raises when windows reach over several examples."""
    if ksize[0] != 1 or strides[0] != 1:
        raise errors.UnimplementedError(
            None, None, "Pooling is not yet supported on the batch dimension."
        )


def shape_of_first(op: Any) -> Any:
    """The gradient of a pool has the shape of what was pooled."""
    return op.inputs[0].shape.with_rank(len(op.attr("ksize")))


def zeros_like_input(op: Any, index: int) -> Tensor:
    """Zeros with the shape of an input."""
    from penstock.ops.arrays import shape, zeros

    return zeros(shape(op.inputs[index]), op.inputs[index].dtype)


@operation(
    "MaxPool",
    inputs="input: T",
    outputs="output: T",
    attrs=f"{_MAX_TYPES}; {WINDOW}; data_format: {{'NHWC', 'NCHW', 'NCHW_VECT_C'}} = 'NHWC'",
)
class MaxPool:
    shape = shape_of_pool(4)

    def lower(
        input: Any,  # noqa: A002
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        data_format: str,
    ) -> Any:
        check_batch(ksize, strides)
        return kernels.max_pool(input, ksize, strides, padding, data_format)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("MaxPoolGrad", op.inputs[0], op.outputs[0], grad, **attributes_of(op, NAMES))


@operation(
    "MaxPoolGrad",
    inputs="orig_input: T, orig_output: T, grad: T",
    outputs="output: T",
    attrs=f"{WINDOW}; {_FORMAT}; T: realnumbertype = float",
)
class MaxPoolGrad:
    shape = shape_of_first

    def lower(
        orig_input: Any,
        orig_output: Any,
        grad: Any,
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        data_format: str,
    ) -> Any:
        return kernels.max_pool_grad(
            orig_input, orig_output, grad, ksize, strides, padding, data_format
        )

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x, y, _ = op.inputs
        return [
            zeros_like_input(op, 0),
            zeros_like_input(op, 1),
            apply("MaxPoolGradGrad", x, y, grad, **attributes_of(op, NAMES)),
        ]


@operation(
    "MaxPoolGradGrad",
    inputs="orig_input: T, orig_output: T, grad: T",
    outputs="output: T",
    attrs=f"{WINDOW}; {_FORMAT}; T: realnumbertype",
)
class MaxPoolGradGrad:
    shape = shape_of_pool(4)

    def lower(
        orig_input: Any,
        orig_output: Any,
        grad: Any,
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        data_format: str,
    ) -> Any:
        return kernels.max_pool_grad_grad(
            orig_input, orig_output, grad, ksize, strides, padding, data_format
        )

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x, y, _ = op.inputs
        return [
            zeros_like_input(op, 0),
            zeros_like_input(op, 1),
            apply("MaxPoolGrad", x, y, grad, **attributes_of(op, NAMES)),
        ]


@operation(
    "AvgPool",
    inputs="value: T",
    outputs="output: T",
    attrs=f"{WINDOW}; {_FORMAT}; T: floattype",
)
class AvgPool:
    shape = shape_of_pool(4)

    def lower(value: Any, *, ksize: Any, strides: Any, padding: str, data_format: str) -> Any:
        check_batch(ksize, strides)
        return kernels.avg_pool(value, ksize, strides, padding, data_format)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        from penstock.ops.arrays import shape

        return apply("AvgPoolGrad", shape(op.inputs[0]), grad, **attributes_of(op, NAMES))


@operation(
    "AvgPoolGrad",
    inputs="orig_input_shape: int32, grad: T",
    outputs="output: T",
    attrs=f"{WINDOW}; {_FORMAT}; T: floattype",
)
class AvgPoolGrad:
    static = "orig_input_shape"
    shape = gradient_shape(0, 4)

    def lower(
        orig_input_shape: Any,
        grad: Any,
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        data_format: str,
    ) -> Any:
        sizes = tuple(int(size) for size in orig_input_shape)
        return kernels.avg_pool_grad(sizes, grad, ksize, strides, padding, data_format)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import stop_gradient

        return [
            stop_gradient(op.inputs[0]),
            apply("AvgPool", grad, **attributes_of(op, NAMES)),
        ]


def _value_argument(value: Any, other: Any) -> Any:
    from penstock.ops.reductions import renamed_argument

    return renamed_argument("input", other, "value", value)


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,  # noqa: A002
) -> Tensor:
    """The maximum of each window.

    Args:
        value: ``[batch, height, width, channels]``, in ``data_format``'s order.
        ksize: the size of the windows: one number, one for each of height and width, or four in
            ``data_format``'s order.
        strides: the step between windows, likewise.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NHWC`` or ``NCHW``.
        name: the operation's name.
        input: the new name of ``value``.

    Raises:
        ValueError: when no window fits.
    """
    value = _value_argument(value, input)
    with name_scope(name, "MaxPool", [value]) as scope:
        return _pool("MaxPool", value, ksize, strides, padding, data_format, scope, "input")


def max_pool2d(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
) -> Tensor:
    """``max_pool`` with the arguments of TensorFlow 2.

    Args:
        input: ``[batch, height, width, channels]``.
        ksize: the window: one, two or four numbers. strides: the steps, likewise.
        padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``"NHWC"``, ``"NCHW"`` or ``"NCHW_VECT_C"``.
        name: the operation's name.
    """
    with name_scope(name, "MaxPool2d", [input]) as scope:
        return _pool("MaxPool", input, ksize, strides, padding, data_format, scope, "input")


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,  # noqa: A002
) -> Tensor:
    """The mean of each window, over the elements that lie on data.

    Args:
        value: ``[batch, height, width, channels]``, in ``data_format``'s order; floating.
        ksize: the size of the windows: one number, one for each of height and width, or four in
            ``data_format``'s order.
        strides: the step between windows, likewise.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NHWC`` or ``NCHW``.
        name: the operation's name.
        input: the new name of ``value``.

    Raises:
        ValueError: when no window fits.
    """
    value = _value_argument(value, input)
    with name_scope(name, "AvgPool", [value]) as scope:
        return _pool("AvgPool", value, ksize, strides, padding, data_format, scope, "value")


def _pool(
    op_type: str,
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    scope: str,
    label: str,
) -> Tensor:
    data_format = data_format or "NHWC"
    return apply(
        op_type,
        convert_to_tensor(value, name=label),
        ksize=sequence_of(ksize, 2, data_format, "ksize"),
        strides=sequence_of(strides, 2, data_format, "strides"),
        padding=padding,
        data_format=data_format,
        name=scope,
    )
