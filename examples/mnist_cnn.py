"""Handwritten digits with a convolutional network.

    python examples/mnist_cnn.py [--steps 1000] [--out mnist_cnn]

Two convolutions with pooling and two dense layers with dropout between. 1,000 steps reach about
96 % on MNIST, 20,000 about 99.2 %. Leaves a picture of the accuracy while training and of the
kernels that the first layer learned in the folder ``--out``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from digits import find_digits
from tqdm import tqdm, trange

import penstock as tf
from penstock.data.mnist import DataSet


def weight(shape: list[int]) -> tf.Variable:
    """A weight with small random values, so that no two neurons are alike."""
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1), name="weight")


def bias(size: int) -> tf.Variable:
    """A bias, slightly positive, so that no neuron is silent at first."""
    return tf.Variable(tf.constant(0.1, shape=[size]), name="bias")


def convolution(x: tf.Tensor, channels: int, name: str) -> tf.Tensor:
    """Convolves with kernels of 5x5, drops what is negative, and halves the image."""
    with tf.name_scope(name):
        kernel = weight([5, 5, int(x.shape[-1]), channels])
        hidden = tf.nn.relu(tf.nn.conv2d(x, kernel, [1, 1, 1, 1], padding="SAME") + bias(channels))
        return tf.nn.max_pool(hidden, [1, 2, 2, 1], [1, 2, 2, 1], padding="SAME")


def dense(x: tf.Tensor, size: int, name: str) -> tf.Tensor:
    """A layer of neurons that each see all of ``x``."""
    with tf.name_scope(name):
        return tf.matmul(x, weight([int(x.shape[1]), size])) + bias(size)


def batches(data: DataSet, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All images and labels, in pieces that fit into a small memory."""
    for start in range(0, data.num_examples, size):
        yield data.images[start : start + size], data.labels[start : start + size]


def plot(steps: list[int], accuracies: list[float], kernels: np.ndarray, path: str) -> None:
    """Draws the accuracy over the steps, and the kernels."""
    figure = plt.figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    axes.plot(steps, accuracies)
    axes.set_xlabel("step")
    axes.set_ylabel("training accuracy")
    axes.set_ylim(0, 1.02)
    for place, kernel in zip(right.subplots(4, 8).flat, np.moveaxis(kernels[:, :, 0], -1, 0)):
        place.imshow(kernel, cmap="gray")
        place.axis("off")
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="MNIST_data", help="folder of MNIST, or 'small'")
    parser.add_argument("--out", default="mnist_cnn", help="folder for the picture")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1e-4, help="Adam's learning rate")
    options = parser.parse_args()
    digits = find_digits(options.data)
    print(f"Training on {digits.name}.")

    x = tf.placeholder(tf.float32, [None, digits.size**2], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    hidden = tf.reshape(x, [-1, digits.size, digits.size, 1])
    hidden = convolution(hidden, 32, "conv1")
    hidden = convolution(hidden, 64, "conv2")
    hidden = tf.reshape(hidden, [-1, (digits.size // 4) ** 2 * 64])
    hidden = tf.nn.relu(dense(hidden, 1024, "dense1"))
    hidden = tf.nn.dropout(hidden, keep)
    logits = dense(hidden, 10, "dense2")
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
    train = tf.train.AdamOptimizer(options.rate).minimize(loss)
    right = tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1)), tf.float32)

    steps, accuracies = [], []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in trange(options.steps, unit="step", disable=None):
            images, wanted = digits.train.next_batch(50)
            if step % 100 == 0:
                got = sess.run(right, {x: images, labels: wanted}).mean()
                steps.append(step)
                accuracies.append(float(got))
                tqdm.write(f"step {step}, training accuracy {got:g}")
            sess.run(train, {x: images, labels: wanted, keep: 0.5})
        hits = [
            sess.run(right, {x: images, labels: wanted})
            for images, wanted in batches(digits.test, 1000)
        ]
        print(f"test accuracy {np.concatenate(hits).mean():.4f}")
        kernels = sess.run("conv1/weight:0")
    os.makedirs(options.out, exist_ok=True)
    plot(steps, accuracies, kernels, os.path.join(options.out, "mnist_cnn.png"))
    print(f"See {options.out}/mnist_cnn.png")


if __name__ == "__main__":
    main()
