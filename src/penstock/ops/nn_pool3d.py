"""Three-dimensional pooling, pooling with recorded places, and windows given as tensors."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.kernels import pooling as kernels
from penstock.ops.nn_conv import attributes_of, gradient_shape
from penstock.ops.nn_pool import (
    NAMES,
    WINDOW,
    check_batch,
    shape_of_first,
    shape_of_pool,
    zeros_like_input,
)
from penstock.ops.windows import pool_shape, sequence_of

_WINDOW = "ksize: list(int) >= 5; strides: list(int) >= 5; padding: {'SAME', 'VALID'}"
_FORMAT = "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'"


@operation(
    "MaxPool3D",
    inputs="input: T",
    outputs="output: T",
    attrs=f"{_WINDOW}; {_FORMAT}; T: {{half, bfloat16, float}}",
)
class MaxPool3D:
    shape = shape_of_pool(5)

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
        return apply("MaxPool3DGrad", op.inputs[0], op.outputs[0], grad, **attributes_of(op, NAMES))


@operation(
    "MaxPool3DGrad",
    inputs="orig_input: TInput, orig_output: TInput, grad: T",
    outputs="output: T",
    attrs=(
        f"{_WINDOW}; {_FORMAT}; T: {{half, bfloat16, float}} = float; "
        "TInput: {half, bfloat16, float} = float"
    ),
)
class MaxPool3DGrad:
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
            apply("MaxPool3DGradGrad", x, y, grad, **attributes_of(op, NAMES)),
        ]


@operation(
    "MaxPool3DGradGrad",
    inputs="orig_input: T, orig_output: T, grad: T",
    outputs="output: T",
    attrs=f"{_WINDOW}; {_FORMAT}; T: realnumbertype",
)
class MaxPool3DGradGrad:
    shape = shape_of_pool(5)

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
            apply("MaxPool3DGrad", x, y, grad, **attributes_of(op, NAMES)),
        ]


@operation(
    "AvgPool3D",
    inputs="input: T",
    outputs="output: T",
    attrs=f"{_WINDOW}; {_FORMAT}; T: floattype",
)
class AvgPool3D:
    shape = shape_of_pool(5)

    def lower(
        input: Any,  # noqa: A002
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        data_format: str,
    ) -> Any:
        check_batch(ksize, strides)
        return kernels.avg_pool(input, ksize, strides, padding, data_format)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        from penstock.ops.arrays import shape

        return apply("AvgPool3DGrad", shape(op.inputs[0]), grad, **attributes_of(op, NAMES))


@operation(
    "AvgPool3DGrad",
    inputs="orig_input_shape: int32, grad: T",
    outputs="output: T",
    attrs=f"{_WINDOW}; {_FORMAT}; T: floattype",
)
class AvgPool3DGrad:
    static = "orig_input_shape"
    shape = gradient_shape(0, 5)

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

        return [stop_gradient(op.inputs[0]), apply("AvgPool3D", grad, **attributes_of(op, NAMES))]


def _pool3d(
    op_type: str,
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None,
    name: str | None,
) -> Tensor:
    with name_scope(name, op_type, [input]) as scope:
        data_format = data_format or "NDHWC"
        return apply(
            op_type,
            input,
            ksize=sequence_of(ksize, 3, data_format, "ksize"),
            strides=sequence_of(strides, 3, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            name=scope,
        )


def max_pool3d(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The maximum of each window of volumes.

    Args:
        input: ``[batch, depth, height, width, channels]``, in ``data_format``'s order.
        ksize: the size of the windows: one, three or five numbers.
        strides: the step between windows, likewise.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NDHWC`` or ``NCDHW``.
        name: the operation's name.
    """
    return _pool3d("MaxPool3D", input, ksize, strides, padding, data_format, name)


def avg_pool3d(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of volumes.

    Args: as for ``max_pool3d``.
    """
    return _pool3d("AvgPool3D", input, ksize, strides, padding, data_format, name)


# -- with the places of the maxima ----------------------------------------------------------------
_PLACES = f"{WINDOW}; include_batch_in_index: bool = false"


@operation(
    "MaxPoolWithArgmax",
    inputs="input: T",
    outputs="output: T, argmax: Targmax",
    attrs=(
        "ksize: list(int) >= 4; strides: list(int) >= 4; Targmax: indextype = int64; "
        "padding: {'SAME', 'VALID'}; include_batch_in_index: bool = false; T: realnumbertype"
    ),
)
class MaxPoolWithArgmax:
    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        shape = shape_of_pool(4)(op)
        return [shape, shape]

    def lower(
        input: Any,  # noqa: A002
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        include_batch_in_index: bool,
        Targmax: Any,  # noqa: N803
    ) -> Any:
        check_batch(ksize, strides)
        return kernels.max_pool_with_argmax(
            input,
            ksize,
            strides,
            padding,
            include_batch_in_index=include_batch_in_index,
            index_dtype=Targmax,
        )

    def gradient(op: Any, grad: Tensor, _: Any) -> Tensor:
        names = ("ksize", "strides", "padding", "include_batch_in_index")
        return apply(
            "MaxPoolGradWithArgmax", op.inputs[0], grad, op.outputs[1], **attributes_of(op, names)
        )


@operation(
    "MaxPoolGradWithArgmax",
    inputs="input: T, grad: T, argmax: Targmax",
    outputs="output: T",
    attrs=f"{_PLACES}; Targmax: indextype; T: realnumbertype",
)
class MaxPoolGradWithArgmax:
    shape = shape_of_first

    def lower(
        input: Any,  # noqa: A002
        grad: Any,
        argmax: Any,
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        include_batch_in_index: bool,
    ) -> Any:
        return kernels.max_pool_grad_with_argmax(
            input, grad, argmax, ksize, strides, padding,
            include_batch_in_index=include_batch_in_index,
        )  # fmt: skip


@operation(
    "MaxPoolGradGradWithArgmax",
    inputs="input: T, grad: T, argmax: Targmax",
    outputs="output: T",
    attrs=f"{_PLACES}; Targmax: indextype; T: realnumbertype",
)
class MaxPoolGradGradWithArgmax:
    shape = shape_of_pool(4)

    def lower(
        input: Any,  # noqa: A002
        grad: Any,
        argmax: Any,
        *,
        ksize: Any,
        strides: Any,
        padding: str,
        include_batch_in_index: bool,
    ) -> Any:
        return kernels.max_pool_grad_grad_with_argmax(
            input, grad, argmax, ksize, strides, padding,
            include_batch_in_index=include_batch_in_index,
        )  # fmt: skip


def max_pool_with_argmax(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    Targmax: Any = None,  # noqa: N803
    name: str | None = None,
    output_dtype: Any = None,
    include_batch_in_index: bool = False,
) -> Any:
    """The maximum of each window, and where it is.

    Args:
        input: ``[batch, height, width, channels]``.
        ksize: the size of the windows, four numbers.
        strides: the step between windows, four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NHWC``.
        Targmax: the type of the places: ``int64`` (the default) or ``int32``.
        name: the operation's name.
        output_dtype: the new name of ``Targmax``.
        include_batch_in_index: count places over the whole batch.

    Returns:
        ``(maxima, places)``; a place is ``(row * width + column) * channels + channel``.

    Raises:
        ValueError: for another ``data_format``.
    """
    from penstock.ops.reductions import renamed_argument

    if data_format != "NHWC":
        raise ValueError("data_format values other than 'NHWC' are not supported")
    kind = renamed_argument("argmax", Targmax, "output_dtype", output_dtype)
    return tuple(
        apply(
            "MaxPoolWithArgmax",
            input,
            ksize=ksize,
            strides=strides,
            padding=padding,
            Targmax=dtypes.int64 if kind is None else kind,
            include_batch_in_index=include_batch_in_index,
            name=name,
        )
    )


# -- windows given as tensors ---------------------------------------------------------------------
_V2 = "padding: {'SAME', 'VALID'}; data_format: {'NHWC', 'NCHW'} = 'NHWC'"


def _v2_shape(first: int) -> Any:
    def rule(op: Any) -> TensorShape:
        ksize, strides = constant_value(op.inputs[first]), constant_value(op.inputs[first + 1])
        if ksize is None or strides is None:
            return unknown_shape(4)
        sizes = [int(v) for v in ksize]
        return pool_shape(
            op.inputs[0].shape, sizes, [int(v) for v in strides], op.attr("padding"), 4
        )

    return rule


def _numbers(values: Any) -> list[int]:
    return [int(value) for value in values]


@operation(
    "MaxPoolV2",
    inputs="input: T, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=(
        "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = "
        "float; padding: {'SAME', 'VALID'}; "
        "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"
    ),
)
class MaxPoolV2:
    static = ("ksize", "strides")
    shape = _v2_shape(1)

    def lower(
        input: Any,  # noqa: A002
        ksize: Any,
        strides: Any,
        *,
        padding: str,
        data_format: str,
    ) -> Any:
        check_batch(ksize, strides)
        return kernels.max_pool(input, _numbers(ksize), _numbers(strides), padding, data_format)

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        x, ksize, strides = op.inputs
        attributes = attributes_of(op, ("padding", "data_format"))
        dx = apply("MaxPoolGradV2", x, op.outputs[0], grad, ksize, strides, **attributes)
        return [dx, None, None]


@operation(
    "MaxPoolGradV2",
    inputs="orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=f"{_V2}; T: realnumbertype = float",
)
class MaxPoolGradV2:
    static = ("ksize", "strides")

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape.with_rank(4)

    def lower(
        orig_input: Any,
        orig_output: Any,
        grad: Any,
        ksize: Any,
        strides: Any,
        *,
        padding: str,
        data_format: str,
    ) -> Any:
        return kernels.max_pool_grad(
            orig_input,
            orig_output,
            grad,
            _numbers(ksize),
            _numbers(strides),
            padding,
            data_format,
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        x, y, _, ksize, strides = op.inputs
        attributes = attributes_of(op, ("padding", "data_format"))
        return [
            zeros_like_input(op, 0),
            zeros_like_input(op, 1),
            apply("MaxPoolGradGradV2", x, y, grad, ksize, strides, **attributes),
            None,
            None,
        ]


@operation(
    "MaxPoolGradGradV2",
    inputs="orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=f"{_V2}; T: realnumbertype",
)
class MaxPoolGradGradV2:
    static = ("ksize", "strides")
    shape = _v2_shape(3)

    def lower(
        orig_input: Any,
        orig_output: Any,
        grad: Any,
        ksize: Any,
        strides: Any,
        *,
        padding: str,
        data_format: str,
    ) -> Any:
        return kernels.max_pool_grad_grad(
            orig_input,
            orig_output,
            grad,
            _numbers(ksize),
            _numbers(strides),
            padding,
            data_format,
        )
