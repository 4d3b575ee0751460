"""The workloads as TensorFlow 1 programs: for Penstock, TensorFlow 1.15 and ``compat.v1``.

python graph.py penstock|tensorflow WORKLOAD
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PEER, WORKLOAD = sys.argv[1:3]
if PEER == "penstock":
    import penstock as tf
else:
    import tensorflow

    tf = tensorflow.compat.v1
    tf.disable_eager_execution()
    tf.logging.set_verbosity(tf.logging.ERROR)

from protocol import data, serve  # noqa: E402


def weights(*shape: int) -> Any:
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias(size: int) -> Any:
    return tf.Variable(tf.constant(0.1, shape=[size]))


def neuron() -> Any:
    x = tf.constant(1.0)
    w = tf.Variable(0.8)
    loss = tf.pow(w * x - 0.0, 2)
    return tf.train.GradientDescentOptimizer(0.025).minimize(loss), {}


def softmax() -> Any:
    images, labels = data("softmax")
    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.float32, [None, 10])
    w, b = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))
    guess = tf.nn.softmax(tf.matmul(x, w) + b)
    loss = tf.reduce_mean(-tf.reduce_sum(y * tf.log(guess), axis=[1]))
    return tf.train.GradientDescentOptimizer(0.5).minimize(loss), {x: images, y: labels}


def pool(x: Any, size: int) -> Any:
    return tf.nn.max_pool(x, [1, size, size, 1], [1, 2, 2, 1], "SAME")


def convolved(x: Any, shape: list[int], stride: int = 1) -> Any:
    found = tf.nn.conv2d(x, weights(*shape), [1, stride, stride, 1], "SAME")
    return tf.nn.relu(found + bias(shape[-1]))


def dense(x: Any, rows: int, columns: int) -> Any:
    return tf.matmul(x, weights(rows, columns)) + bias(columns)


def cnn() -> Any:
    images, labels = data("cnn")
    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.float32, [None, 10])
    keep = tf.placeholder(tf.float32)
    h = pool(convolved(tf.reshape(x, [-1, 28, 28, 1]), [5, 5, 1, 32]), 2)
    h = pool(convolved(h, [5, 5, 32, 64]), 2)
    h = tf.nn.relu(dense(tf.reshape(h, [-1, 3136]), 3136, 1024))
    h = tf.nn.dropout(h, keep)
    guess = tf.nn.softmax(dense(h, 1024, 10))
    loss = tf.reduce_mean(-tf.reduce_sum(y * tf.log(guess + 1e-10), axis=[1]))
    return tf.train.AdamOptimizer(1e-4).minimize(loss), {x: images, y: labels, keep: 0.5}


def alexnet() -> Any:
    images, labels = data("alexnet")
    x = tf.placeholder(tf.float32, [None, 224 * 224 * 3])
    y = tf.placeholder(tf.float32, [None, 1000])
    keep = tf.placeholder(tf.float32)
    h = convolved(tf.reshape(x, [-1, 224, 224, 3]), [11, 11, 3, 96], 4)
    h = pool(tf.nn.local_response_normalization(h), 3)
    h = convolved(h, [5, 5, 96, 256])
    h = pool(tf.nn.local_response_normalization(h), 3)
    h = convolved(h, [3, 3, 256, 384])
    h = convolved(h, [3, 3, 384, 384])
    h = pool(convolved(h, [3, 3, 384, 256]), 3)
    h = tf.nn.dropout(tf.nn.relu(dense(tf.reshape(h, [-1, 12544]), 12544, 4096)), keep)
    h = tf.nn.dropout(tf.nn.relu(dense(h, 4096, 4096)), keep)
    logits = dense(h, 4096, 1000)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
    return tf.train.AdamOptimizer(1e-5).minimize(loss), {x: images, y: labels, keep: 0.5}


def main() -> None:
    train, feed = {"neuron": neuron, "softmax": softmax, "cnn": cnn, "alexnet": alexnet}[WORKLOAD]()
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    last = tf.trainable_variables()[-1]
    version = f"{PEER} {tf.__version__}"
    serve(version, lambda: session.run(train, feed), lambda: session.run(last))


main()
