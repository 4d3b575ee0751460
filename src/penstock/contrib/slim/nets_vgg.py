"""AlexNet, OverFeat and VGG, as ``tf.contrib.slim.nets`` had them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.contrib.framework.arg_scope import arg_scope
from penstock.contrib.layers.collections import convert_collection_to_dict
from penstock.contrib.layers.composites import repeat
from penstock.contrib.layers.convolutions import convolution2d
from penstock.contrib.layers.core import dropout, fully_connected
from penstock.contrib.layers.pools import max_pool2d
from penstock.ops.arrays import squeeze
from penstock.ops.initializers import Constant, TruncatedNormal, Zeros
from penstock.ops.nn_activations import relu
from penstock.ops.regularizers import l2_regularizer
from penstock.ops.variable_scope import variable_scope

_OUTPUTS = "_end_points"


def _dense_scope(weight_decay: float, **more: Any) -> Any:
    """Layers with ReLU, decayed weights and zero biases."""
    return arg_scope(
        [convolution2d, fully_connected],
        activation_fn=relu,
        weights_regularizer=l2_regularizer(weight_decay),
        biases_initializer=more.pop("biases", Zeros()),
        **more,
    )


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arguments of AlexNet's layers."""
    with _dense_scope(weight_decay, biases=Constant(0.1)):
        with arg_scope([convolution2d], padding="SAME"):
            with arg_scope([max_pool2d], padding="VALID") as scope:
                return scope


def overfeat_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arguments of OverFeat's layers."""
    with _dense_scope(weight_decay):
        with arg_scope([convolution2d], padding="SAME"):
            with arg_scope([max_pool2d], padding="VALID") as scope:
                return scope


def vgg_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arguments of VGG's layers."""
    with _dense_scope(weight_decay):
        with arg_scope([convolution2d], padding="SAME") as scope:
            return scope


def _classified(net: Any, num_classes: int, squeeze_space: bool, collection: str, scope: Any,
                name: str) -> Any:  # fmt: skip
    points = convert_collection_to_dict(collection)
    if squeeze_space:
        net = squeeze(net, [1, 2], name=f"{name}/squeezed")
        points[f"{scope.name}/{name}"] = net
    return net, points


def alexnet_v2(inputs: Any, num_classes: int = 1000, is_training: bool = True,
               dropout_keep_prob: float = 0.5, spatial_squeeze: bool = True,
               scope: str = "alexnet_v2") -> Any:  # fmt: skip
    """AlexNet without groups (Krizhevsky, arXiv:1404.5997).

    Args:
        inputs: images ``[batch, 224, 224, channels]``. num_classes: how many classes.
        is_training: whether to drop out. dropout_keep_prob: the share that is kept.
        spatial_squeeze: give ``[batch, classes]``. scope: the variable scope.

    Returns:
        ``(logits, outputs of the layers by name)``.
    """
    with variable_scope(scope, "alexnet_v2", [inputs]) as opened:
        collection = opened.name + _OUTPUTS
        with arg_scope(
            [convolution2d, fully_connected, max_pool2d], outputs_collections=[collection]
        ):
            net = convolution2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = max_pool2d(net, [3, 3], 2, scope="pool1")
            net = convolution2d(net, 192, [5, 5], scope="conv2")
            net = max_pool2d(net, [3, 3], 2, scope="pool2")
            net = convolution2d(net, 384, [3, 3], scope="conv3")
            net = convolution2d(net, 384, [3, 3], scope="conv4")
            net = convolution2d(net, 256, [3, 3], scope="conv5")
            net = max_pool2d(net, [3, 3], 2, scope="pool5")
            with arg_scope(
                [convolution2d],
                weights_initializer=TruncatedNormal(0.0, 0.005),
                biases_initializer=Constant(0.1),
            ):
                net = convolution2d(net, 4096, [5, 5], padding="VALID", scope="fc6")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
                net = convolution2d(net, 4096, [1, 1], scope="fc7")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
                net = convolution2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                    biases_initializer=Zeros(), scope="fc8",
                )  # fmt: skip
        return _classified(net, num_classes, spatial_squeeze, collection, opened, "fc8")


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]


def overfeat(inputs: Any, num_classes: int = 1000, is_training: bool = True,
             dropout_keep_prob: float = 0.5, spatial_squeeze: bool = True,
             scope: str = "overfeat") -> Any:  # fmt: skip
    """OverFeat's fast network (Sermanet et al., arXiv:1312.6229); see ``alexnet_v2``."""
    with variable_scope(scope, "overfeat", [inputs]) as opened:
        collection = opened.name + _OUTPUTS
        with arg_scope(
            [convolution2d, fully_connected, max_pool2d], outputs_collections=collection
        ):
            net = convolution2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = max_pool2d(net, [2, 2], scope="pool1")
            net = convolution2d(net, 256, [5, 5], padding="VALID", scope="conv2")
            net = max_pool2d(net, [2, 2], scope="pool2")
            net = convolution2d(net, 512, [3, 3], scope="conv3")
            net = convolution2d(net, 1024, [3, 3], scope="conv4")
            net = convolution2d(net, 1024, [3, 3], scope="conv5")
            net = max_pool2d(net, [2, 2], scope="pool5")
            with arg_scope(
                [convolution2d],
                weights_initializer=TruncatedNormal(0.0, 0.005),
                biases_initializer=Constant(0.1),
            ):
                net = convolution2d(net, 3072, [6, 6], padding="VALID", scope="fc6")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
                net = convolution2d(net, 4096, [1, 1], scope="fc7")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
                net = convolution2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                    biases_initializer=Zeros(), scope="fc8",
                )  # fmt: skip
        return _classified(net, num_classes, spatial_squeeze, collection, opened, "fc8")


overfeat.default_image_size = 231  # type: ignore[attr-defined]


def _vgg(default: str, counts: Sequence[int]) -> Any:
    """VGG with these numbers of layers in its blocks (Simonyan and Zisserman, arXiv:1409.1556)."""

    def network(inputs: Any, num_classes: int = 1000, is_training: bool = True,
                dropout_keep_prob: float = 0.5, spatial_squeeze: bool = True,
                scope: str = default) -> Any:  # fmt: skip
        with variable_scope(scope, default, [inputs]) as opened:
            collection = opened.name + _OUTPUTS
            with arg_scope(
                [convolution2d, fully_connected, max_pool2d], outputs_collections=collection
            ):
                net = inputs
                for i, (count, depth) in enumerate(
                    zip(counts, (64, 128, 256, 512, 512), strict=True), 1
                ):
                    net = repeat(net, count, convolution2d, depth, [3, 3], scope=f"conv{i}")
                    net = max_pool2d(net, [2, 2], scope=f"pool{i}")
                # Fully connected layers as convolutions, so that images may be larger.
                net = convolution2d(net, 4096, [7, 7], padding="VALID", scope="fc6")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
                net = convolution2d(net, 4096, [1, 1], scope="fc7")
                net = dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
                net = convolution2d(
                    net, num_classes, [1, 1], activation_fn=None, normalizer_fn=None,
                    scope="fc8",
                )  # fmt: skip
            return _classified(net, num_classes, spatial_squeeze, collection, opened, "fc8")

    network.__name__ = default
    network.__doc__ = (
        f"``{default}``: a VGG network for images ``[batch, 224, 224, channels]``; the arguments "
        "and what it gives are those of ``alexnet_v2``."
    )
    network.default_image_size = 224  # type: ignore[attr-defined]
    return network


vgg_a = _vgg("vgg_a", (1, 1, 2, 2, 2))
vgg_16 = _vgg("vgg_16", (2, 2, 3, 3, 3))
vgg_19 = _vgg("vgg_19", (2, 2, 4, 4, 4))
vgg_d = vgg_16
vgg_e = vgg_19
