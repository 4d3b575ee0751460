"""Residual networks, as ``tf.contrib.slim.nets`` had them (He et al., 1512.03385, 1603.05027)."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope, arg_scope
from penstock.contrib.layers.collections import collect_named_outputs, convert_collection_to_dict
from penstock.contrib.layers.composites import softmax as contrib_softmax
from penstock.contrib.layers.convolutions import convolution2d
from penstock.contrib.layers.normalization import batch_norm
from penstock.contrib.layers.pools import max_pool2d
from penstock.graph.collections import GraphKeys
from penstock.ops.initializers import contrib_variance_scaling as variance_scaling
from penstock.ops.nn_activations import relu
from penstock.ops.padding import pad
from penstock.ops.reductions import reduce_mean
from penstock.ops.regularizers import l2_regularizer
from penstock.ops.variable_scope import variable_scope


class Block(collections.namedtuple("Block", ["scope", "unit_fn", "args"])):
    """A row of residual units.

    Args:
        scope: its name. unit_fn: the unit. args: arguments of each unit: dictionaries with
            ``depth``, ``depth_bottleneck`` and ``stride``.
    """

    __slots__ = ()


def subsample(inputs: Any, factor: int, scope: str | None = None) -> Any:
    """Every ``factor``-th pixel of ``[batch, height, width, channels]``."""
    return inputs if factor == 1 else max_pool2d(inputs, [1, 1], stride=factor, scope=scope)


def conv2d_same(inputs: Any, num_outputs: int, kernel_size: int, stride: int, rate: int = 1,
                scope: str | None = None) -> Any:  # fmt: skip
    """A convolution padded alike for every image size.

    Args:
        inputs: images. num_outputs: channels. kernel_size: the kernel's size.
        stride: the stride. rate: the dilation. scope: the variable scope.
    """
    if stride == 1:
        return convolution2d(inputs, num_outputs, kernel_size, stride=1, rate=rate,
                             padding="SAME", scope=scope)  # fmt: skip
    total = kernel_size + (kernel_size - 1) * (rate - 1) - 1
    before = total // 2
    edges = [before, total - before]
    inputs = pad(inputs, [[0, 0], edges, edges, [0, 0]])
    return convolution2d(inputs, num_outputs, kernel_size, stride=stride, rate=rate,
                         padding="VALID", scope=scope)  # fmt: skip


@add_arg_scope
def stack_blocks_dense(net: Any, blocks: Sequence[Block], output_stride: int | None = None,
                       outputs_collections: Any = None) -> Any:  # fmt: skip
    """Blocks one after another, with dilation once the output stride is reached.

    Args:
        net: the input. blocks: the blocks. output_stride: the largest reduction of the size.
        outputs_collections: where outputs go.

    Raises:
        ValueError: when the stride can't be reached.
    """
    current, rate = 1, 1
    for block in blocks:
        with variable_scope(block.scope, "block", [net]) as scope:
            for i, unit in enumerate(block.args):
                if output_stride is not None and current > output_stride:
                    raise ValueError("The target output_stride cannot be reached.")
                with variable_scope(f"unit_{i + 1}", values=[net]):
                    if output_stride is not None and current == output_stride:
                        net = block.unit_fn(net, rate=rate, **dict(unit, stride=1))
                        rate *= unit.get("stride", 1)
                    else:
                        net = block.unit_fn(net, rate=1, **unit)
                        current *= unit.get("stride", 1)
            net = collect_named_outputs(outputs_collections, scope.name, net)
    if output_stride is not None and current != output_stride:
        raise ValueError("The target output_stride cannot be reached.")
    return net


def resnet_arg_scope(weight_decay: float = 0.0001, batch_norm_decay: float = 0.997,
                     batch_norm_epsilon: float = 1e-5,
                     batch_norm_scale: bool = True) -> Any:  # fmt: skip
    """The arguments of a residual network's layers.

    Args:
        weight_decay: of the weights. batch_norm_decay: of the moving averages.
        batch_norm_epsilon: against division by zero. batch_norm_scale: learn a scale.
    """
    settings = {
        "decay": batch_norm_decay,
        "epsilon": batch_norm_epsilon,
        "scale": batch_norm_scale,
        "updates_collections": GraphKeys.UPDATE_OPS,
    }
    with arg_scope(
        [convolution2d],
        weights_regularizer=l2_regularizer(weight_decay),
        weights_initializer=variance_scaling(),
        activation_fn=relu,
        normalizer_fn=batch_norm,
        normalizer_params=settings,
    ):
        with arg_scope([batch_norm], **settings):
            with arg_scope([max_pool2d], padding="SAME") as scope:
                return scope


@add_arg_scope
def bottleneck_v1(inputs: Any, depth: int, depth_bottleneck: int, stride: int, rate: int = 1,
                  outputs_collections: Any = None, scope: Any = None) -> Any:  # fmt: skip
    """A unit with three convolutions, normalised after each."""
    with variable_scope(scope, "bottleneck_v1", [inputs]) as opened:
        if depth == inputs.get_shape()[-1].value:
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = convolution2d(
                inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut"
            )
        residual = convolution2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = convolution2d(
            residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3"
        )
        return collect_named_outputs(outputs_collections, opened.name, relu(shortcut + residual))


@add_arg_scope
def bottleneck_v2(inputs: Any, depth: int, depth_bottleneck: int, stride: int, rate: int = 1,
                  outputs_collections: Any = None, scope: Any = None) -> Any:  # fmt: skip
    """A unit with three convolutions, normalised before them."""
    with variable_scope(scope, "bottleneck_v2", [inputs]) as opened:
        before = batch_norm(inputs, activation_fn=relu, scope="preact")
        if depth == inputs.get_shape()[-1].value:
            shortcut = subsample(inputs, stride, "shortcut")
        else:
            shortcut = convolution2d(
                before, depth, [1, 1], stride=stride, normalizer_fn=None, activation_fn=None,
                scope="shortcut",
            )  # fmt: skip
        residual = convolution2d(before, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = conv2d_same(residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        residual = convolution2d(
            residual, depth, [1, 1], stride=1, normalizer_fn=None, activation_fn=None,
            scope="conv3",
        )  # fmt: skip
        return collect_named_outputs(outputs_collections, opened.name, shortcut + residual)


def _network(version: int, inputs: Any, blocks: Sequence[Block], num_classes: int | None,
             is_training: Any, global_pool: bool, output_stride: int | None, root: bool,
             reuse: Any, scope: Any) -> Any:  # fmt: skip
    name = f"resnet_v{version}"
    unit = bottleneck_v1 if version == 1 else bottleneck_v2
    with variable_scope(scope, name, [inputs], reuse=reuse) as opened:
        collection = opened.original_name_scope + "_end_points"
        with (
            arg_scope([convolution2d, unit, stack_blocks_dense], outputs_collections=collection),
            arg_scope([batch_norm], is_training=is_training),
        ):
            net = inputs
            if root:
                if output_stride is not None:
                    if output_stride % 4 != 0:
                        raise ValueError("The output_stride needs to be a multiple of 4.")
                    output_stride //= 4
                if version == 1:
                    net = conv2d_same(net, 64, 7, stride=2, scope="conv1")
                else:
                    with arg_scope([convolution2d], activation_fn=None, normalizer_fn=None):
                        net = conv2d_same(net, 64, 7, stride=2, scope="conv1")
                net = max_pool2d(net, [3, 3], stride=2, scope="pool1")
            net = stack_blocks_dense(net, blocks, output_stride)
            if version == 2:
                net = batch_norm(net, activation_fn=relu, scope="postnorm")
            if global_pool:
                net = reduce_mean(net, [1, 2], name="pool5", keepdims=True)
            if num_classes is not None:
                net = convolution2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                    scope="logits",
                )  # fmt: skip
            points = convert_collection_to_dict(collection)
            if num_classes is not None:
                points["predictions"] = contrib_softmax(net, scope="predictions")
            return net, points


def resnet_v1(inputs: Any, blocks: Sequence[Block], num_classes: int | None = None,
              is_training: Any = True, global_pool: bool = True,
              output_stride: int | None = None, include_root_block: bool = True,
              reuse: Any = None, scope: Any = None) -> Any:  # fmt: skip
    """A residual network of some blocks.

    Args:
        inputs: images ``[batch, height, width, channels]``. blocks: the blocks.
        num_classes: how many classes; features are given for ``None``.
        is_training: how batches are normalised. global_pool: average over the places.
        output_stride: the largest reduction of the size. include_root_block: begin with a
            convolution and pooling. reuse: whether to share variables. scope: the variable scope.

    Returns:
        ``(outputs, outputs of the layers by name)``.
    """
    return _network(1, inputs, blocks, num_classes, is_training, global_pool, output_stride,
                    include_root_block, reuse, scope)  # fmt: skip


def resnet_v2(inputs: Any, blocks: Sequence[Block], num_classes: int | None = None,
              is_training: Any = True, global_pool: bool = True,
              output_stride: int | None = None, include_root_block: bool = True,
              reuse: Any = None, scope: Any = None) -> Any:  # fmt: skip
    """A residual network of some blocks, normalised before convolutions; see ``resnet_v1``."""
    return _network(2, inputs, blocks, num_classes, is_training, global_pool, output_stride,
                    include_root_block, reuse, scope)  # fmt: skip


def _block(version: int, scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    unit = bottleneck_v1 if version == 1 else bottleneck_v2
    plain = {"depth": base_depth * 4, "depth_bottleneck": base_depth, "stride": 1}
    return Block(scope, unit, [plain] * (num_units - 1) + [dict(plain, stride=stride)])


def resnet_v1_block(scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of ``num_units`` units of depth ``4 * base_depth``; the last one has the stride."""
    return _block(1, scope, base_depth, num_units, stride)


def resnet_v2_block(scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of ``num_units`` units of depth ``4 * base_depth``; the last one has the stride."""
    return _block(2, scope, base_depth, num_units, stride)


def _sized(version: int, layers: int, counts: Sequence[int]) -> Any:
    name = f"resnet_v{version}_{layers}"

    def network(inputs: Any, num_classes: int | None = None, is_training: Any = True,
                global_pool: bool = True, output_stride: int | None = None, reuse: Any = None,
                scope: str = name) -> Any:  # fmt: skip
        strides = (2, 2, 2, 1)
        blocks = [
            _block(version, f"block{i + 1}", 64 * 2**i, count, strides[i])
            for i, count in enumerate(counts)
        ]
        return _network(version, inputs, blocks, num_classes, is_training, global_pool,
                        output_stride, True, reuse, scope)  # fmt: skip

    network.__name__ = name
    network.__doc__ = f"A residual network of {layers} layers; see ``resnet_v{version}``."
    network.default_image_size = 224  # type: ignore[attr-defined]
    return network


resnet_v1_50 = _sized(1, 50, (3, 4, 6, 3))
resnet_v1_101 = _sized(1, 101, (3, 4, 23, 3))
resnet_v1_152 = _sized(1, 152, (3, 8, 36, 3))
resnet_v1_200 = _sized(1, 200, (3, 24, 36, 3))
resnet_v2_50 = _sized(2, 50, (3, 4, 6, 3))
resnet_v2_101 = _sized(2, 101, (3, 4, 23, 3))
resnet_v2_152 = _sized(2, 152, (3, 8, 36, 3))
resnet_v2_200 = _sized(2, 200, (3, 24, 36, 3))
