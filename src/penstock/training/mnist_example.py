"""``tensorflow.examples.tutorials.mnist.mnist``: the model of the tutorial "MNIST mechanics".

Two hidden layers with ReLU; ``inference``, ``loss``, ``training`` and ``evaluation`` each build
one part of the graph. TensorFlow 0.5 to 1.4 brought this module along, and programs import it.
"""

from __future__ import annotations

import math
from typing import Any

from penstock.graph.dtypes import int32
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.losses import sparse_softmax_cross_entropy_with_logits
from penstock.ops.casts import cast, to_int64
from penstock.ops.extremes import in_top_k
from penstock.ops.fills import zeros
from penstock.ops.matrices import matmul
from penstock.ops.nn_activations import relu
from penstock.ops.random import truncated_normal
from penstock.ops.reductions import reduce_mean, reduce_sum
from penstock.ops.variables import Variable
from penstock.summary.functions import scalar
from penstock.training.gradient_descent import GradientDescentOptimizer

NUM_CLASSES = 10
IMAGE_SIZE = 28
IMAGE_PIXELS = IMAGE_SIZE * IMAGE_SIZE


def _layer(x: Any, inputs: int, units: int, name: str, activation: Any) -> Tensor:
    with name_scope(name):
        deviation = 1.0 / math.sqrt(float(inputs))
        weights = Variable(truncated_normal([inputs, units], stddev=deviation), name="weights")
        biases = Variable(zeros([units]), name="biases")
        return activation(matmul(x, weights) + biases)


def inference(images: Any, hidden1_units: int, hidden2_units: int) -> Tensor:
    """The logits ``[batch, 10]`` of images ``[batch, 784]``.

    Args:
        images: the images, ``float32``.
        hidden1_units: the units of the first hidden layer. hidden2_units: of the second.
    """
    hidden1 = _layer(images, IMAGE_PIXELS, hidden1_units, "hidden1", relu)
    hidden2 = _layer(hidden1, hidden1_units, hidden2_units, "hidden2", relu)
    return _layer(hidden2, hidden2_units, NUM_CLASSES, "softmax_linear", lambda x: x)


def loss(logits: Any, labels: Any) -> Tensor:
    """The mean cross-entropy of logits ``[batch, 10]`` against labels ``[batch]``."""
    each = sparse_softmax_cross_entropy_with_logits(
        labels=to_int64(labels), logits=logits, name="xentropy"
    )
    return reduce_mean(each, name="xentropy_mean")


def training(loss: Any, learning_rate: float) -> Any:  # noqa: F811 - TensorFlow's name
    """The operation of one step of gradient descent, which counts ``global_step`` up."""
    scalar("loss", loss)
    global_step = Variable(0, name="global_step", trainable=False)
    return GradientDescentOptimizer(learning_rate).minimize(loss, global_step=global_step)


def evaluation(logits: Any, labels: Any) -> Tensor:
    """How many of a batch are classified rightly, an ``int32`` scalar."""
    return reduce_sum(cast(in_top_k(logits, labels, 1), int32))
