"""Softmax regression on handwritten digits: watch it learn, look inside, and fool it.

    python examples/softmax_tensorboard.py [--steps 2000] [--out softmax]

Leaves these pictures in the folder ``--out``, and logs for TensorBoard in ``--out``/log:

    digits.png      the first training images
    training.png    accuracy and loss over the steps
    weights.png     the weights as images: the ideal digit of each class
    fooled.png      test images with the weights of one class added, and what they are taken for
    confidence.png  how sure the model was where it was right and wrong; accuracy by confidence
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from digits import Digits, find_digits

import penstock as tf


class Model(NamedTuple):
    """The tensors and operations that a run needs."""

    images: tf.Tensor
    labels: tf.Tensor
    weights: tf.Variable
    logits: tf.Tensor
    loss: tf.Tensor
    accuracy: tf.Tensor
    train: tf.Operation
    summaries: tf.Tensor


def summarize(variable: tf.Variable) -> None:
    """Logs a variable's mean, spread, extremes and histogram."""
    with tf.name_scope("summaries"):
        mean, variance = tf.nn.moments(variable, list(range(variable.shape.ndims)))
        tf.summary.scalar("mean", mean)
        tf.summary.scalar("stddev", tf.sqrt(variance))
        tf.summary.scalar("max", tf.reduce_max(variable))
        tf.summary.scalar("min", tf.reduce_min(variable))
        tf.summary.histogram("histogram", variable)


def build(pixels: int, rate: float) -> Model:
    """Adds the model to the default graph. Each scope is a box on TensorBoard's graph page."""
    with tf.name_scope("input"):
        images = tf.placeholder(tf.float32, [None, pixels], name="image")
        labels = tf.placeholder(tf.float32, [None, 10], name="label")
    with tf.name_scope("variables"):
        with tf.name_scope("weights"):
            weights = tf.Variable(tf.zeros([pixels, 10]))
            summarize(weights)
        with tf.name_scope("biases"):
            biases = tf.Variable(tf.zeros([10]))
            summarize(biases)
    with tf.name_scope("logits"):
        logits = tf.matmul(images, weights) + biases
        tf.summary.histogram("histogram", logits)
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(
            tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)
        )
        tf.summary.scalar("cross_entropy", loss)
    with tf.name_scope("train"):
        train = tf.train.GradientDescentOptimizer(rate).minimize(loss)
    with tf.name_scope("evaluation"):
        right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
        tf.summary.scalar("accuracy", accuracy)
    return Model(
        images, labels, weights, logits, loss, accuracy, train, tf.summary.merge_all()
    )  # fmt: skip


def train(sess: tf.Session, model: Model, digits: Digits, steps: int, log: str) -> np.ndarray:
    """Trains, logging 20 times.

    Returns:
        A row for each of these times: step, accuracy on the test images, loss on them.
    """
    curve = []
    test = {model.images: digits.test.images, model.labels: digits.test.labels}
    with (
        tf.summary.FileWriter(os.path.join(log, "train"), sess.graph) as train_writer,
        tf.summary.FileWriter(os.path.join(log, "test")) as test_writer,
    ):
        for step in range(steps):
            images, labels = digits.train.next_batch(100)
            batch = {model.images: images, model.labels: labels}
            sess.run(model.train, batch)
            if step % max(1, steps // 20) == 0:
                train_writer.add_summary(sess.run(model.summaries, batch), step)
                summary, accuracy, loss = sess.run(
                    [model.summaries, model.accuracy, model.loss], test
                )
                test_writer.add_summary(summary, step)
                print(f"step {step:5d}   test accuracy {accuracy:.4f}   test loss {loss:.4f}")
                curve.append((step, accuracy, loss))
    return np.array(curve)


def accuracy_by_confidence(sure: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Rows of confidence in tenths and the part that is right there, where there are images."""
    tenth = np.minimum((sure * 10).astype(int), 9)
    return np.array([(each / 10, right[tenth == each].mean()) for each in np.unique(tenth)])


def save(figure: plt.Figure, folder: str, name: str) -> None:
    figure.tight_layout()
    figure.savefig(os.path.join(folder, name), dpi=72)
    plt.close(figure)


def image_grid(images: np.ndarray, rows: int, titles: Sequence[object] = ()) -> plt.Figure:
    """A figure of square images in rows."""
    size = int(np.sqrt(images.shape[1]))
    columns = -(-len(images) // rows)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * 1.3, rows * 1.4), squeeze=False)
    for place in axes.flat:
        place.axis("off")
    for place, image in zip(axes.flat, images):
        place.imshow(image.reshape(size, size), cmap="viridis")
    for place, title in zip(axes.flat, titles):
        place.set_title(title, fontsize=9)
    return figure


def plot_training(curve: np.ndarray) -> plt.Figure:
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    for place, values, name in zip(axes, curve.T[1:], ("test accuracy", "test loss")):
        place.plot(curve[:, 0], values)
        place.set_xlabel("step")
        place.set_title(name)
    return figure


def plot_confidence(sure: np.ndarray, right: np.ndarray) -> plt.Figure:
    figure, axes = plt.subplots(1, 3, figsize=(10, 3))
    for place, part, name in zip(axes, (right, ~right), ("right", "wrong")):
        place.hist(sure[part], bins=np.linspace(0, 1, 11))
        place.set_title(f"confidence where {name}")
    by_confidence = accuracy_by_confidence(sure, right)
    axes[2].plot(by_confidence[:, 0], by_confidence[:, 1], marker=".")
    axes[2].set_title("accuracy by confidence")
    axes[2].set_ylim(0, 1.02)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="MNIST_data", help="folder of MNIST, or 'small'")
    parser.add_argument("--out", default="softmax", help="folder for the pictures and logs")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--fool", type=int, default=7, metavar="DIGIT", help="whose weights to add")
    options = parser.parse_args()
    digits = find_digits(options.data)
    print(f"Training on {digits.name}.")
    log = os.path.join(options.out, "log")
    if tf.gfile.Exists(log):
        tf.gfile.DeleteRecursively(log)

    model = build(digits.size**2, rate=0.1)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        curve = train(sess, model, digits, options.steps, log)
        test = {model.images: digits.test.images, model.labels: digits.test.labels}
        print(f"test accuracy {sess.run(model.accuracy, test):.4f}")
        weights = sess.run(model.weights)
        probabilities = sess.run(tf.nn.softmax(model.logits), test)
        # The model adds up weight times pixel, so adding a class's own weights speaks for it.
        strange = digits.test.images[:25] + weights[:, options.fool]
        taken_for = sess.run(tf.argmax(model.logits, 1), {model.images: strange})
    print(f"with the weights of {options.fool} added, 25 digits are taken for {taken_for}")
    guess, truth = np.argmax(probabilities, 1), np.argmax(digits.test.labels, 1)
    sure, right = np.max(probabilities, 1), guess == truth
    for confidence, accuracy in accuracy_by_confidence(sure, right):
        print(f"confidence from {confidence:.1f}: {accuracy:.2f} right")

    save(image_grid(digits.train.images[:25], 5), options.out, "digits.png")
    save(image_grid(weights.T, 2, range(10)), options.out, "weights.png")
    save(image_grid(strange, 5, taken_for), options.out, "fooled.png")
    save(plot_training(curve), options.out, "training.png")
    save(plot_confidence(sure, right), options.out, "confidence.png")
    print(f"See the pictures in {options.out}, and: penstock tensorboard --logdir {log}")


if __name__ == "__main__":
    main()
