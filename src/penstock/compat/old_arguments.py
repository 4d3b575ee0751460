"""Argument orders and names that changed between TensorFlow 0.5 and 1.15: the whole table.

The functions here are those of the public API. Each takes the arguments of 1.15 and those of older
versions, and tells them apart by their names and types:

- a keyword that only the old signature has (``concat_dim``) means an old call;
- arguments given by place are those of the old signature when their types say so (a class label
  is an integer, an operation's name is text), and where the two orders look alike, in programs
  that run as TensorFlow 0.x.

The rest of Penstock calls the functions that are wrapped here, which know one signature each.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock import behavior
from penstock.graph import convert
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.dtypes import DType
from penstock.graph.tensor import Tensor
from penstock.nn import convolution, ctc, losses, sampling, transposed
from penstock.ops import (
    extremes,
    functional,
    joining,
    math_unary,
    nn_bias,
    nn_conv,
    nn_conv3d,
    nn_depthwise,
    nn_pool3d,
    parsing,
    quantization,
    selecting,
    slices,
    sparse_layout,
    splitting,
)
from penstock.platform import logging

_DATA_FORMATS = {"NHWC", "NCHW", "NDHWC", "NCDHW", "NWC", "NCW"}


def _accepting(
    function: Callable[..., Any],
    old: str,
    old_when: Callable[..., bool] | None = None,
    **renamed: str | None,
) -> Callable[..., Any]:
    """``function``, taking old calls too.

    Args:
        function: the function of 1.15.
        old: the names of the old signature, in order.
        old_when: told the positional arguments, whether they are in the old order. Left out:
            whether text, other than a data format, stands where the old signature has ``name``.
        **renamed: what an old name is called in 1.15; ``None`` for one that has no use any more.
    """
    old_names = old.replace(",", " ").split()
    new_names = list(inspect.signature(function).parameters)
    only_old = set(old_names).difference(new_names)
    name_place = old_names.index("name") if "name" in old_names else None

    def named(arguments: tuple[Any, ...]) -> bool:
        if name_place is None or len(arguments) <= name_place:
            return False
        given = arguments[name_place]
        return isinstance(given, str) and given not in _DATA_FORMATS

    is_old = old_when or named

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if not (only_old.intersection(keywords) or (arguments and is_old(arguments))):
            return function(*arguments, **keywords)
        if len(arguments) > len(old_names):
            raise TypeError(
                f"{function.__name__}() takes {len(old_names)} arguments in the order of older "
                f"versions ({', '.join(old_names)}), got {len(arguments)}"
            )
        placed = dict(zip(old_names, arguments))
        twice = [name for name in placed if name in keywords]
        if twice:
            raise TypeError(f"{function.__name__}() got multiple values for argument {twice[0]!r}")
        translated = {}
        for name, value in {**placed, **keywords}.items():
            new_name = renamed.get(name, name)
            if new_name is not None:
                translated[new_name] = value
        return function(**translated)

    return call


# --- how old calls are told ----------------------------------------------------------------------
def _is_integer(value: Any) -> bool:
    """Whether something is integers: a number, a list or array of them, or such a tensor."""
    dtype = getattr(value, "dtype", None)
    if dtype is not None and hasattr(dtype, "base_dtype"):
        return dtype.base_dtype.is_integer
    try:
        return np.asarray(value).dtype.kind in "iu"
    except (TypeError, ValueError):
        return False


def _is_scalar_integer(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.shape.ndims == 0 and value.dtype.is_integer
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _axis_first(arguments: tuple[Any, ...]) -> bool:
    """``concat(1, [a, b])``."""
    return _is_scalar_integer(arguments[0]) and not (
        len(arguments) > 1 and _is_scalar_integer(arguments[1])
    )


def _split_axis_first(arguments: tuple[Any, ...]) -> bool:
    """``split(1, 3, value)``: numbers before a value that has dimensions."""
    if len(arguments) < 3 or np.ndim(0 if isinstance(arguments[0], Tensor) else arguments[0]):
        return False
    value = arguments[2]
    if isinstance(arguments[0], Tensor) and arguments[0].shape.ndims != 0:
        return False
    return not _is_scalar_integer(value)


def _in_0_x(arguments: tuple[Any, ...]) -> bool:
    """Nothing in the arguments tells the orders apart, so the program's version decides."""
    return behavior.before(1, 0)


def _inputs_before_labels(arguments: tuple[Any, ...]) -> bool:
    """``nce_loss(weights, biases, inputs, labels, ...)``: labels are integers."""
    if behavior.before(1, 0):
        return True
    return len(arguments) > 3 and _is_integer(arguments[3]) and not _is_integer(arguments[2])


def _any_by_place(arguments: tuple[Any, ...]) -> bool:
    """Functions of 1.x that take keywords only."""
    return arguments[0] is not None


def _labels_second(arguments: tuple[Any, ...]) -> bool:
    if behavior.before(1, 0):
        return True
    return not isinstance(arguments[0], SparseTensor) and (
        len(arguments) > 1 and isinstance(arguments[1], (SparseTensor, SparseTensorValue))
    )


def _type_fifth(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) > 4 and isinstance(arguments[4], DType)


def _never(arguments: tuple[Any, ...]) -> bool:
    """Only the keyword changed."""
    return False


def _reference_flag_fourth(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) > 3 and isinstance(arguments[3], bool)


# --- the table: order and names ------------------------------------------------------------------
concat = _accepting(joining.concat, "concat_dim, values, name", _axis_first, concat_dim="axis")
split = _accepting(
    splitting.split,
    "split_dim, num_split, value, name",
    _split_axis_first,
    split_dim="axis",
    num_split="num_or_size_splits",
)
sparse_split = _accepting(
    sparse_layout.sparse_split, "split_dim, num_split, sp_input, name", _any_by_place
)
reverse = _accepting(slices.reverse, "tensor, dims, name", _never, dims="axis")
convert_to_tensor = _accepting(
    convert.convert_to_tensor,
    "value, dtype, name, as_ref, preferred_dtype",
    _reference_flag_fourth,
    as_ref=None,
)
convert_to_tensor_or_indexed_slices = _accepting(
    convert.convert_to_tensor_or_indexed_slices,
    "value, dtype, name, as_ref",
    _reference_flag_fourth,
    as_ref=None,
)
set_verbosity = _accepting(logging.set_verbosity, "verbosity", _never, verbosity="v")

# --- losses: logits came before labels -----------------------------------------------------------
sigmoid_cross_entropy_with_logits = _accepting(
    losses.sigmoid_cross_entropy_with_logits,
    "logits, targets, name",
    _any_by_place,
    targets="labels",
)
softmax_cross_entropy_with_logits = _accepting(
    losses.softmax_cross_entropy_with_logits, "logits, labels, dim, name", _any_by_place
)
sparse_softmax_cross_entropy_with_logits = _accepting(
    losses.sparse_softmax_cross_entropy_with_logits, "logits, labels, name", _any_by_place
)
weighted_cross_entropy_with_logits = _accepting(
    losses.weighted_cross_entropy_with_logits,
    "logits, targets, pos_weight, name",
    _in_0_x,
)
log_poisson_loss = _accepting(
    losses.log_poisson_loss, "log_input, targets, compute_full_loss, name", _in_0_x
)
ctc_loss = _accepting(
    ctc.ctc_loss,
    "inputs, labels, sequence_length, preprocess_collapse_repeated, ctc_merge_repeated, time_major",
    _labels_second,
)
_NEGATIVE_SAMPLING = """weights, biases, inputs, labels, num_sampled, num_classes, num_true,
    sampled_values, remove_accidental_hits, partition_strategy, name"""
nce_loss = _accepting(sampling.nce_loss, _NEGATIVE_SAMPLING, _inputs_before_labels)
sampled_softmax_loss = _accepting(
    sampling.sampled_softmax_loss, _NEGATIVE_SAMPLING, _inputs_before_labels
)

# --- arguments put in before `name`: text in their place is the name ------------------------------
arg_max = _accepting(extremes.arg_max, "input, dimension, name")
arg_min = _accepting(extremes.arg_min, "input, dimension, name")
scan = _accepting(
    functional.scan,
    "fn, elems, initializer, parallel_iterations, back_prop, swap_memory, infer_shape, name",
)
decode_csv = _accepting(parsing.decode_csv, "records, record_defaults, field_delim, name")
fake_quant_with_min_max_args = _accepting(
    quantization.fake_quant_with_min_max_args, "inputs, min, max, name"
)
fake_quant_with_min_max_args_gradient = _accepting(
    quantization.fake_quant_with_min_max_args_gradient, "gradients, inputs, min, max, name"
)
fake_quant_with_min_max_vars = _accepting(
    quantization.fake_quant_with_min_max_vars, "inputs, min, max, name"
)
fake_quant_with_min_max_vars_gradient = _accepting(
    quantization.fake_quant_with_min_max_vars_gradient, "gradients, inputs, min, max, name"
)
fake_quant_with_min_max_vars_per_channel = _accepting(
    quantization.fake_quant_with_min_max_vars_per_channel, "inputs, min, max, name"
)
fake_quant_with_min_max_vars_per_channel_gradient = _accepting(
    quantization.fake_quant_with_min_max_vars_per_channel_gradient,
    "gradients, inputs, min, max, name",
)
conv2d = _accepting(
    nn_conv.conv2d, "input, filter, strides, padding, use_cudnn_on_gpu, data_format, name"
)
conv2d_backprop_filter = _accepting(
    nn_conv.conv2d_backprop_filter,
    "input, filter_sizes, out_backprop, strides, padding, use_cudnn_on_gpu, data_format, name",
)
conv2d_backprop_input = _accepting(
    nn_conv.conv2d_backprop_input,
    "input_sizes, filter, out_backprop, strides, padding, use_cudnn_on_gpu, data_format, name",
)
# The 3-D functions and the depthwise ones got `data_format` with 1.0 and `dilations` with 1.6.
conv3d = _accepting(
    _accepting(nn_conv3d.conv3d, "input, filter, strides, padding, name"),
    "input, filter, strides, padding, data_format, name",
)
conv3d_backprop_filter_v2 = _accepting(
    _accepting(
        nn_conv3d.conv3d_backprop_filter,
        "input, filter_sizes, out_backprop, strides, padding, name",
    ),
    "input, filter_sizes, out_backprop, strides, padding, data_format, name",
)
conv3d_transpose = _accepting(
    transposed.conv3d_transpose, "value, filter, output_shape, strides, padding, name"
)
avg_pool3d = _accepting(nn_pool3d.avg_pool3d, "input, ksize, strides, padding, name")
max_pool3d = _accepting(nn_pool3d.max_pool3d, "input, ksize, strides, padding, name")
max_pool_with_argmax = _accepting(
    nn_pool3d.max_pool_with_argmax,
    "input, ksize, strides, padding, Targmax, name",
    _type_fifth,
)
depthwise_conv2d = _accepting(convolution.depthwise_conv2d, "input, filter, strides, padding, name")
depthwise_conv2d_native = _accepting(
    _accepting(nn_depthwise.depthwise_conv2d_native, "input, filter, strides, padding, name"),
    "input, filter, strides, padding, data_format, name",
)
separable_conv2d = _accepting(
    convolution.separable_conv2d,
    "input, depthwise_filter, pointwise_filter, strides, padding, name",
)
_DEPTHWISE_FILTER = "input, filter_sizes, out_backprop, strides, padding, "
depthwise_conv2d_native_backprop_filter = _accepting(
    _accepting(nn_depthwise.depthwise_conv2d_native_backprop_filter, _DEPTHWISE_FILTER + "name"),
    _DEPTHWISE_FILTER + "data_format, name",
)
_DEPTHWISE_INPUT = "input_sizes, filter, out_backprop, strides, padding, "
depthwise_conv2d_native_backprop_input = _accepting(
    _accepting(nn_depthwise.depthwise_conv2d_native_backprop_input, _DEPTHWISE_INPUT + "name"),
    _DEPTHWISE_INPUT + "data_format, name",
)


bias_add = _accepting(nn_bias.bias_add, "value, bias, name")


# --- functions that are gone ---------------------------------------------------------------------
def select(condition: Any, t: Any, e: Any, name: str | None = None) -> Tensor:
    """Elements of ``t`` where ``condition`` is true, else of ``e`` (``tf.where`` since 0.12)."""
    return selecting.where(condition, t, e, name=name)


def concat_v2(values: Any, axis: Any, name: str = "concat_v2") -> Tensor:
    """``tf.concat`` as 0.12 also called it.

    Args:
        values: tensors of one type.
        axis: the dimension along which they are put together.
        name: the operation's name.
    """
    return joining.concat(values, axis, name)


def pack(values: Any, axis: int = 0, name: str = "pack") -> Tensor:
    """``tf.stack`` as it was called before 1.0.

    Args:
        values: tensors of one shape and type.
        axis: where the new dimension goes.
        name: the operation's name.
    """
    return joining.stack(values, axis, name)


def unpack(value: Any, num: int | None = None, axis: int = 0, name: str = "unpack") -> list[Tensor]:
    """``tf.unstack`` as it was called before 1.0.

    Args:
        value: a tensor.
        num: how many parts there are, where the shape doesn't tell.
        axis: the dimension that is taken apart.
        name: the operation's name.
    """
    return joining.unstack(value, num, axis, name)


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor or something that stands for one, as a variable does."""
    return convert.is_tensor_like(x)


def split_v(
    value: Any, size_splits: Any, split_dim: Any = 0, num: int | None = None, name: str = "split_v"
) -> list[Tensor]:
    """``tf.split`` into parts of given sizes, as 0.12 called it.

    Args:
        value: a tensor.
        size_splits: the sizes of the parts.
        split_dim: the dimension that is cut.
        num: how many parts there are, where ``size_splits`` is a tensor of unknown length.
        name: the operation's name.
    """
    return splitting.split(value, size_splits, split_dim, num, name)


def complex_abs(x: Any, name: str | None = None) -> Tensor:
    """The modulus of complex numbers (``tf.abs`` since 1.0).

    Args:
        x: a complex tensor.
        name: the operation's name.
    """
    return math_unary.abs(x, name)


class RegisterShape:
    """A decorator of 0.x for functions that infer shapes; Penstock's operations know theirs.

    Args:
        op_type: the type of the operation.
    """

    def __init__(self, op_type: str) -> None:
        self.op_type = op_type

    def __call__(self, function: Any) -> Any:
        """Gives ``function`` back."""
        return function
