"""Train a small convolutional network on handwritten digits, and watch it learn.

    python examples/demo.py [--steps 1000] [--data MNIST_data]

Uses the real MNIST where it is found (in ``--data`` or ``$MNIST_DATA``) or can be downloaded, else
the 1,797 digits of 8x8 pixels that scikit-learn carries; it says which.
"""

from __future__ import annotations

import argparse
import time

from digits import find_digits

import penstock as tf


def weights(*shape: int) -> tf.Variable:
    """A weight with small random values."""
    return tf.Variable(tf.truncated_normal(shape, stddev=0.1))


def bias(size: int) -> tf.Variable:
    """A bias, slightly positive."""
    return tf.Variable(tf.constant(0.1, shape=[size]))


def pooled(x: tf.Tensor) -> tf.Tensor:
    """The largest of each 2x2 block."""
    return tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")


def convolved(x: tf.Tensor, w: tf.Variable, b: tf.Variable) -> tf.Tensor:
    """A convolution, a bias, and what is positive of it."""
    return tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--data", default="MNIST_data")
    options = parser.parse_args()
    digits = find_digits(options.data)
    print(f"Training on {digits.name}.")

    size = digits.size
    x = tf.placeholder(tf.float32, [None, size * size], name="images")
    y = tf.placeholder(tf.float32, [None, 10], name="labels")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    with tf.name_scope("conv1"):
        hidden = pooled(
            convolved(tf.reshape(x, [-1, size, size, 1]), weights(5, 5, 1, 32), bias(32))
        )
    with tf.name_scope("conv2"):
        hidden = pooled(convolved(hidden, weights(5, 5, 32, 64), bias(64)))
    with tf.name_scope("dense"):
        flat = (size // 4) ** 2 * 64
        hidden = tf.nn.relu(
            tf.matmul(tf.reshape(hidden, [-1, flat]), weights(flat, 1024)) + bias(1024)
        )
        hidden = tf.nn.dropout(hidden, keep)
    logits = tf.matmul(hidden, weights(1024, 10)) + bias(10)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        began, every = time.perf_counter(), max(1, options.steps // 10)
        for step in range(1, options.steps + 1):
            images, labels = digits.train.next_batch(50)
            sess.run(train, {x: images, y: labels, keep: 0.5})
            if step % every == 0:
                got = sess.run(accuracy, {x: images, y: labels})
                now = time.perf_counter()
                speed = every / (now - began)
                print(f"step {step:5d}   training accuracy {got:.3f}   {speed:6.1f} steps/s")
                began = time.perf_counter()
        parts = [
            sess.run(accuracy, {x: digits.test.images[i : i + 1000],
                                y: digits.test.labels[i : i + 1000]}) * min(1000, left)
            for i in range(0, digits.test.num_examples, 1000)
            if (left := digits.test.num_examples - i)
        ]  # fmt: skip
        print(f"test accuracy {sum(parts) / digits.test.num_examples:.4f}")


if __name__ == "__main__":
    main()
