"""The operations on tensor arrays: signatures, static shapes and gradients.

How an array is kept is in ``tensor_array_kernels``; the class ``tf.TensorArray`` in
``tensor_arrays``.
"""

from __future__ import annotations

from typing import Any

from penstock.graph import errors
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops import tensor_array_kernels as kernels


# -- shape rules -----------------------------------------------------------------------------------
def _scalar(op: Any) -> TensorShape:
    return TensorShape([])


def _handle_and_flow(op: Any) -> list[TensorShape]:
    op.inputs[0].shape.with_rank(0 if op.type == "TensorArrayV3" else 1)
    return [TensorShape([2]), TensorShape([])]


def _element_shape(handle: Tensor) -> TensorShape:
    """The element shape that the array's own operation promises."""
    op = handle.op
    while op.type != "TensorArrayV3" and op.inputs:
        op = op.inputs[0].op
    if op.type != "TensorArrayV3" or not op.attr("identical_element_shapes"):
        return unknown_shape()
    return op.attr("element_shape")


def _read_shape(op: Any) -> TensorShape:
    op.inputs[1].shape.with_rank(0)
    return _element_shape(op.inputs[0])


def _gathered_shape(op: Any) -> TensorShape:
    indices = op.inputs[1].shape.with_rank(1)
    return indices.concatenate(_element_shape(op.inputs[0]))


def _concatenated_shapes(op: Any) -> list[TensorShape]:
    return [unknown_shape(), unknown_shape(1)]


# -- gradients -------------------------------------------------------------------------------------
def _gradient_source(tensor: Tensor) -> str:
    """The name scope of the ``tf.gradients`` call: each call has its own gradient arrays."""
    parts = tensor.name.split("/")
    places = [i for i, part in enumerate(parts) if part.startswith("gradients")]
    if not places:
        raise ValueError(
            "Expected op/tensor name to start with gradients (excluding scope), got: "
            f"{tensor.name}. This means that a tf.gradients op with this op in its dependency path "
            "has a custom name that does not start with 'gradients'. Please make sure all calls to "
            "tf.gradients that have non-empty 'name' arguments use names that start with "
            "'gradients'."
        )
    return "/".join(parts[: places[-1] + 1])


def _gradient_of(op: Any, flow: Tensor, arrived: Tensor, dtype: Any) -> Any:
    """The array of gradients for the array that ``op`` works on."""
    from penstock.ops.tensor_arrays import TensorArray

    source = _gradient_source(arrived)
    array = TensorArray(dtype=dtype, handle=op.inputs[0], flow=flow,
                        colocate_with_first_write_call=False)  # fmt: skip
    return array.grad(source=source, flow=flow)


def _read_gradient(op: Any, gradient: Tensor) -> list[Any]:
    array = _gradient_of(op, op.inputs[2], gradient, op.attr("dtype"))
    return [None, None, array.write(op.inputs[1], gradient).flow]


def _write_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, None, array.read(op.inputs[1]), flow]


def _gather_gradient(op: Any, gradient: Tensor) -> list[Any]:
    array = _gradient_of(op, op.inputs[2], gradient, op.attr("dtype"))
    return [None, None, array.scatter(op.inputs[1], gradient).flow]


def _scatter_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, None, array.gather(op.inputs[1]), flow]


def _concat_gradient(op: Any, gradient: Tensor, _: Any) -> list[Any]:
    array = _gradient_of(op, op.inputs[1], gradient, op.attr("dtype"))
    return [None, array.split(gradient, lengths=op.outputs[1]).flow]


def _split_gradient(op: Any, flow: Tensor) -> list[Any]:
    array = _gradient_of(op, flow, flow, op.attr("T"))
    return [None, array.concat(), None, flow]


# -- operations ------------------------------------------------------------------------------------
@operation(
    "TensorArrayV3",
    inputs="size: int32",
    outputs="handle: resource, flow: float",
    attrs=(
        "dtype: type; element_shape: shape = ?; dynamic_size: bool = false; "
        "clear_after_read: bool = true; identical_element_shapes: bool = false; "
        "tensor_array_name: string = ''"
    ),
    stateful=True,
)
class TensorArrayV3:
    shape = _handle_and_flow
    static = "size"
    host = kernels.host_create
    gradient = None

    def lower(
        size: Any, *, op: Any, run: Any, dtype: Any, element_shape: TensorShape, dynamic_size: bool
    ) -> Any:
        return kernels.create(size, op=op, run=run, dtype=dtype, element_shape=element_shape,
                              dynamic_size=dynamic_size)  # fmt: skip


def _lower_gradient(handle: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.gradient_array(handle, op=op, run=run), flow


def _host_gradient(handle: Any, flow: Any, *, op: Any, run: Any, source: str) -> Any:
    return kernels.host_gradient(handle, op=op, run=run, source=source), flow


@operation(
    "TensorArrayGradV3", inputs="handle: resource, flow_in: float",
    outputs="grad_handle: resource, flow_out: float", attrs="source: string", stateful=True,
)  # fmt: skip
class TensorArrayGradV3:
    shape = _handle_and_flow
    lower = _lower_gradient
    host = _host_gradient
    gradient = None


@operation(
    "TensorArrayGradWithShape",
    inputs="handle: resource, flow_in: float, shape_to_prepend: int32",
    outputs="grad_handle: resource, flow_out: float",
    attrs="source: string",
    stateful=True,
)
class TensorArrayGradWithShape:
    gradient = None
    shape = _handle_and_flow

    def host(handle: Any, flow: Any, shape: Any, *, op: Any, run: Any, source: str) -> Any:
        prefix = [int(size) for size in shape]
        made = kernels.host_gradient(handle, op=op, run=run, source=source)
        array = run.state_get(made)
        array.element_shape = TensorShape(prefix).concatenate(array.element_shape)
        array.shapes = [None if s is None else (*prefix, *s) for s in array.shapes]
        return made, flow


def _lower_write(handle: Any, index: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    _check_type(op, handle, "T", "write")
    return kernels.write(handle, index, value, run=run)


def _host_write(handle: Any, index: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    _check_type(op, handle, "T", "write")
    return kernels.host_write(handle, index, value, op=op, run=run)


def _check_type(op: Any, handle: Any, attribute: str, verb: str) -> None:
    own, wanted = op.attr(attribute), handle.op.attr("dtype")
    if own != wanted:
        raise errors.InvalidArgumentError(
            None, op, f"TensorArray dtype is {wanted.name} but Op is trying to {verb} dtype "
            f"{own.name}."
        )  # fmt: skip


@operation(
    "TensorArrayWriteV3", inputs="handle: resource, index: int32, value: T, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArrayWriteV3:
    lower = _lower_write
    host = _host_write
    gradient = _write_gradient

    def shape(op: Any) -> TensorShape:  # noqa: N805
        op.inputs[1].shape.with_rank(0)
        return TensorShape([])


def _lower_read(handle: Any, index: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.read(handle, index, op=op, run=run, dtype=dtype)


def _host_read(handle: Any, index: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_read(handle, index, op=op, run=run)


@operation(
    "TensorArrayReadV3", inputs="handle: resource, index: int32, flow_in: float",
    outputs="value: dtype", attrs="dtype: type", stateful=True,
)  # fmt: skip
class TensorArrayReadV3:
    shape = _read_shape
    lower = _lower_read
    host = _host_read
    gradient = _read_gradient


def _lower_gather(handle: Any, indices: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.gather(handle, indices, op=op, run=run, dtype=dtype)


def _host_gather(handle: Any, indices: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.host_gather(handle, indices, op=op, run=run, dtype=dtype)


@operation(
    "TensorArrayGatherV3", inputs="handle: resource, indices: int32, flow_in: float",
    outputs="value: dtype", attrs="dtype: type; element_shape: shape = ?", stateful=True,
)  # fmt: skip
class TensorArrayGatherV3:
    shape = _gathered_shape
    lower = _lower_gather
    host = _host_gather
    gradient = _gather_gradient


def _lower_scatter(handle: Any, indices: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.scatter(handle, indices, value, op=op, run=run)


def _host_scatter(handle: Any, indices: Any, value: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_scatter(handle, indices, value, op=op, run=run)


@operation(
    "TensorArrayScatterV3", inputs="handle: resource, indices: int32, value: T, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArrayScatterV3:
    lower = _lower_scatter
    host = _host_scatter
    gradient = _scatter_gradient

    def shape(op: Any) -> TensorShape:  # noqa: N805
        op.inputs[1].shape.with_rank(1)
        return TensorShape([])


def _lower_concat(handle: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.concat(handle, op=op, run=run, dtype=dtype)


def _host_concat(handle: Any, flow: Any, *, op: Any, run: Any, dtype: Any) -> Any:
    return kernels.host_concat(handle, op=op, run=run, dtype=dtype)


@operation(
    "TensorArrayConcatV3", inputs="handle: resource, flow_in: float",
    outputs="value: dtype, lengths: int64",
    attrs="dtype: type; element_shape_except0: shape = ?", stateful=True,
)  # fmt: skip
class TensorArrayConcatV3:
    shape = _concatenated_shapes
    lower = _lower_concat
    host = _host_concat
    gradient = _concat_gradient


def _lower_split(handle: Any, value: Any, lengths: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.split(handle, value, lengths, op=op, run=run)


def _host_split(handle: Any, value: Any, lengths: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_split(handle, value, lengths, op=op, run=run)


@operation(
    "TensorArraySplitV3", inputs="handle: resource, value: T, lengths: int64, flow_in: float",
    outputs="flow_out: float", attrs="T: type", stateful=True,
)  # fmt: skip
class TensorArraySplitV3:
    shape = _scalar
    lower = _lower_split
    host = _host_split
    gradient = _split_gradient


def _lower_size(handle: Any, flow: Any, *, run: Any) -> Any:
    return kernels.size_of(handle, run=run)


def _host_size(handle: Any, flow: Any, *, op: Any, run: Any) -> Any:
    return kernels.host_size(handle, op=op, run=run)


@operation("TensorArraySizeV3", inputs="handle: resource, flow_in: float", outputs="size: int32",
           stateful=True)  # fmt: skip
class TensorArraySizeV3:
    shape = _scalar
    lower = _lower_size
    host = _host_size
    gradient = None


@operation("TensorArrayCloseV3", inputs="handle: resource", stateful=True)
class TensorArrayCloseV3:
    lower = kernels.close
    host = kernels.host_close
    gradient = None
