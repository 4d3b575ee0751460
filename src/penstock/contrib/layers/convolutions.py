"""Convolutions of ``tf.contrib.layers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.contrib.layers.arguments import RENAMED, check_layout, finished, layout
from penstock.contrib.layers.collections import (
    add_variable_to_collections,
    model_variable_getter,
)
from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.layers.convolutional import (
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    SeparableConv2D,
)
from penstock.nn.convolution import depthwise_conv2d
from penstock.ops.initializers import Zeros, xavier_initializer
from penstock.ops.nn_activations import relu
from penstock.ops.nn_bias import bias_add as nn_bias_add
from penstock.ops.variable_scope import variable_scope


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = xavier_initializer(),
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros(),
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
    conv_dims: int | None = None,
) -> Tensor:
    """A convolution over one, two or three spatial axes.

    Args:
        inputs: ``[batch, spatial axes ..., channels]``.
        num_outputs: the number of output channels.
        kernel_size: the window. stride: the step. padding: ``"SAME"`` or ``"VALID"``.
        data_format: starts with ``NC`` when channels are on axis 1.
        rate: the distance between taps.
        conv_dims: the number of spatial axes that is expected.

    The other arguments are those of ``fully_connected``.

    Raises:
        ValueError: when rank or arguments don't fit.
    """
    check_layout(data_format, (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW"))
    with variable_scope(
        scope, "Conv", [inputs], reuse=reuse, custom_getter=model_variable_getter(RENAMED)
    ) as sc:
        inputs = convert_to_tensor(inputs)
        rank = inputs.get_shape().ndims
        if conv_dims is not None and conv_dims + 2 != rank:
            raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
        classes: dict[Any, Any] = {3: Conv1D, 4: Conv2D, 5: Conv3D}
        if rank not in classes:
            raise ValueError("Convolution not supported for input with rank", rank)
        layer = classes[rank](
            filters=num_outputs,
            kernel_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layout(data_format),
            dilation_rate=rate,
            use_bias=not normalizer_fn and bool(biases_initializer),
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            dtype=inputs.dtype.base_dtype,
            _scope=sc,
            _reuse=reuse,
        )
        outputs = layer.apply(inputs)
        add_variable_to_collections(layer.kernel, variables_collections, "weights")
        if layer.use_bias:
            add_variable_to_collections(layer.bias, variables_collections, "biases")
        return finished(
            outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc
        )


def _of_rank(dims: int, name: str) -> Callable[..., Tensor]:
    def layer(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str | None = None,
        rate: Any = 1,
        activation_fn: Any = relu,
        normalizer_fn: Any = None,
        normalizer_params: Any = None,
        weights_initializer: Any = xavier_initializer(),
        weights_regularizer: Any = None,
        biases_initializer: Any = Zeros(),
        biases_regularizer: Any = None,
        reuse: Any = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
    ) -> Tensor:
        return convolution(
            inputs,
            num_outputs,
            kernel_size,
            stride,
            padding,
            data_format,
            rate,
            activation_fn,
            normalizer_fn,
            normalizer_params,
            weights_initializer,
            weights_regularizer,
            biases_initializer,
            biases_regularizer,
            reuse,
            variables_collections,
            outputs_collections,
            trainable,
            scope,
            conv_dims=dims,
        )

    layer.__name__ = layer.__qualname__ = name
    layer.__doc__ = f"``convolution`` over {dims} spatial axes; see there."
    return add_arg_scope(layer)


convolution1d = _of_rank(1, "convolution1d")
convolution2d = _of_rank(2, "convolution2d")
convolution3d = _of_rank(3, "convolution3d")


def _transposed(
    cls: Any, inputs: Any, num_outputs: int, kernel_size: Any, stride: Any, padding: str,
    data_format: str, activation_fn: Any, normalizer_fn: Any, normalizer_params: Any,
    weights_initializer: Any, weights_regularizer: Any, biases_initializer: Any,
    biases_regularizer: Any, reuse: Any, variables_collections: Any, outputs_collections: Any,
    trainable: bool, scope: Any, default: str,
) -> Tensor:  # fmt: skip
    with variable_scope(
        scope, default, [inputs], reuse=reuse, custom_getter=model_variable_getter(RENAMED)
    ) as sc:
        inputs = convert_to_tensor(inputs)
        layer = cls(
            filters=num_outputs,
            kernel_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layout(data_format),
            use_bias=not normalizer_fn and bool(biases_initializer),
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=sc.name,
            dtype=inputs.dtype.base_dtype,
            _scope=sc,
            _reuse=reuse,
        )
        outputs = layer.apply(inputs)
        add_variable_to_collections(layer.kernel, variables_collections, "weights")
        if layer.bias is not None:
            add_variable_to_collections(layer.bias, variables_collections, "biases")
        return finished(
            outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc
        )


@add_arg_scope
def convolution2d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = xavier_initializer(),
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros(),
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """The transpose of a convolution of images; arguments as for ``convolution``."""
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    return _transposed(
        Conv2DTranspose, inputs, num_outputs, kernel_size, stride, padding, data_format,
        activation_fn, normalizer_fn, normalizer_params, weights_initializer,
        weights_regularizer, biases_initializer, biases_regularizer, reuse,
        variables_collections, outputs_collections, trainable, scope, "Conv2d_transpose",
    )  # fmt: skip


@add_arg_scope
def convolution3d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NDHWC",
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = xavier_initializer(),
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros(),
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """The transpose of a convolution of volumes; arguments as for ``convolution``."""
    if data_format not in ("NDHWC", "NCDHW"):
        raise ValueError("data_format has to be either NCDHW or NDHWC.")
    return _transposed(
        Conv3DTranspose, inputs, num_outputs, kernel_size, stride, padding, data_format,
        activation_fn, normalizer_fn, normalizer_params, weights_initializer,
        weights_regularizer, biases_initializer, biases_regularizer, reuse,
        variables_collections, outputs_collections, trainable, scope, "Conv3d_transpose",
    )  # fmt: skip


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = xavier_initializer(),
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = Zeros(),
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A convolution of each channel for itself, then one that mixes them.

    Args:
        num_outputs: the number of output channels; ``None`` leaves out the mixing.
        depth_multiplier: how many outputs each channel has before they are mixed.
        pointwise_initializer: for the mixing weights.

    The other arguments are those of ``convolution``.
    """
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    renamed = {
        "bias": "biases",
        "depthwise_kernel": "depthwise_weights",
        "pointwise_kernel": "pointwise_weights",
    }
    with variable_scope(
        scope, "SeparableConv2d", [inputs], reuse=reuse,
        custom_getter=model_variable_getter(renamed),
    ) as sc:  # fmt: skip
        inputs = convert_to_tensor(inputs)
        if num_outputs is None:
            outputs = _depthwise(
                inputs, kernel_size, depth_multiplier, stride, padding, data_format, rate,
                weights_initializer, weights_regularizer, trainable, variables_collections,
                None if normalizer_fn else biases_initializer, biases_regularizer,
            )  # fmt: skip
        else:
            layer = SeparableConv2D(
                filters=num_outputs,
                kernel_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=layout(data_format),
                dilation_rate=_pair(rate),
                depth_multiplier=depth_multiplier,
                use_bias=not normalizer_fn and bool(biases_initializer),
                depthwise_initializer=weights_initializer,
                pointwise_initializer=pointwise_initializer or weights_initializer,
                bias_initializer=biases_initializer,
                depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=sc.name,
                dtype=inputs.dtype.base_dtype,
                _scope=sc,
                _reuse=reuse,
            )
            outputs = layer.apply(inputs)
            add_variable_to_collections(layer.depthwise_kernel, variables_collections, "weights")
            add_variable_to_collections(layer.pointwise_kernel, variables_collections, "weights")
            if layer.bias is not None:
                add_variable_to_collections(layer.bias, variables_collections, "biases")
        return finished(
            outputs, normalizer_fn, normalizer_params, activation_fn, outputs_collections, sc
        )


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _depthwise(
    inputs: Tensor, kernel_size: Any, multiplier: int, stride: Any, padding: str,
    data_format: str, rate: Any, weights_initializer: Any, weights_regularizer: Any,
    trainable: bool, collections: Any, biases_initializer: Any, biases_regularizer: Any,
) -> Tensor:  # fmt: skip
    from penstock.contrib.framework.variables import model_variable
    from penstock.contrib.layers.collections import get_variable_collections

    axis = 1 if data_format == "NCHW" else 3
    channels: Any = inputs.get_shape().with_rank(4).as_list()[axis]
    dtype = inputs.dtype.base_dtype
    weights = model_variable(
        "depthwise_weights",
        shape=[*_pair(kernel_size), channels, multiplier],
        dtype=dtype,
        initializer=weights_initializer,
        regularizer=weights_regularizer,
        trainable=trainable,
        collections=get_variable_collections(collections, "weights"),
    )
    steps = _pair(stride)
    outputs = depthwise_conv2d(
        inputs,
        weights,
        [1, 1, *steps] if axis == 1 else [1, *steps, 1],
        padding,
        rate=_pair(rate),
        data_format=data_format,
    )
    if not biases_initializer:
        return outputs
    biases = model_variable(
        "biases",
        shape=[channels * multiplier],
        dtype=dtype,
        initializer=biases_initializer,
        regularizer=biases_regularizer,
        trainable=trainable,
        collections=get_variable_collections(collections, "biases"),
    )
    return nn_bias_add(outputs, biases, data_format=data_format)
