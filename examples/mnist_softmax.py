"""Handwritten digits with a single layer: softmax regression.

    python examples/mnist_softmax.py [--steps 1000] [--out mnist_softmax]

About 91 % on MNIST. Leaves a picture of the accuracy while training, and of digits that were
mistaken for others, in the folder ``--out``.
"""

from __future__ import annotations

import argparse
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from digits import find_digits

import penstock as tf


def plot(steps: list[int], accuracies: list[float], mistaken: list, path: str) -> None:
    """Draws the accuracy over the steps, and images with what they are and were taken for."""
    figure = plt.figure(figsize=(9, 3.2))
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    axes.plot(steps, accuracies)
    axes.set_xlabel("step")
    axes.set_ylabel("test accuracy")
    axes.set_ylim(0, 1)
    for place, (image, label, guess) in zip(right.subplots(3, 5).flat, mistaken):
        place.imshow(image, cmap="gray_r")
        place.set_title(f"{label}, not {guess}", fontsize=7)
    for place in right.axes:
        place.axis("off")
    figure.savefig(path, dpi=80)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="MNIST_data", help="folder of MNIST, or 'small'")
    parser.add_argument("--out", default="mnist_softmax", help="folder for the picture")
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    digits = find_digits(options.data)
    pixels = digits.size**2
    print(f"Training on {digits.name}.")

    x = tf.placeholder(tf.float32, [None, pixels], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    weights = tf.Variable(tf.zeros([pixels, 10]), name="weights")
    biases = tf.Variable(tf.zeros([10]), name="biases")
    logits = tf.matmul(x, weights) + biases
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    guess = tf.argmax(logits, 1)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(guess, tf.argmax(labels, 1)), tf.float32))

    test = {x: digits.test.images, labels: digits.test.labels}
    steps, accuracies = [], []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(options.steps + 1):
            if step % max(1, options.steps // 20) == 0:
                steps.append(step)
                accuracies.append(float(sess.run(accuracy, test)))
            images, wanted = digits.train.next_batch(50)
            sess.run(train, {x: images, labels: wanted})
        guesses = sess.run(guess, test)
        print(f"test accuracy {sess.run(accuracy, test):.4f}")

    truth = np.argmax(digits.test.labels, 1)
    wrong = np.flatnonzero(guesses != truth)[:15]
    shape = (digits.size, digits.size)
    mistaken = [(digits.test.images[i].reshape(shape), truth[i], guesses[i]) for i in wrong]
    os.makedirs(options.out, exist_ok=True)
    plot(steps, accuracies, mistaken, os.path.join(options.out, "mnist_softmax.png"))
    print(f"See {options.out}/mnist_softmax.png")


if __name__ == "__main__":
    main()
