"""A small training run that writes every kind of summary, a graph and run metadata."""

from __future__ import annotations

import sys

import numpy as np

import penstock as tf


def build_model() -> tuple:
    """A softmax classifier with its summaries; returns inputs, training operation and summary."""
    with tf.name_scope("input"):
        x = tf.placeholder(tf.float32, [None, 64], name="image")
        y = tf.placeholder(tf.float32, [None, 2], name="label")
        tf.summary.image("pictures", tf.reshape(x, [-1, 8, 8, 1]), max_outputs=2)
    with tf.name_scope("model"):
        weights = tf.Variable(tf.truncated_normal([64, 2], stddev=0.1, seed=1), name="weights")
        biases = tf.Variable(tf.zeros([2]), name="biases")
        logits = tf.matmul(x, weights) + biases
        tf.summary.histogram("weights", weights)
        tf.summary.histogram("logits", logits)
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
        tf.summary.scalar("cross_entropy", loss)
    with tf.name_scope("train"):
        train = tf.train.GradientDescentOptimizer(0.2).minimize(loss)
    with tf.name_scope("evaluation"):
        right = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
        tf.summary.scalar("accuracy", accuracy)
    tf.summary.text("notes", tf.constant("A run that **Penstock** logged."))
    return x, y, train, tf.summary.merge_all()


def write(logdir: str, steps: int = 40) -> None:
    """Trains the classifier on made-up pictures of two kinds; logs go to ``logdir``."""
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 200)
    images = random.rand(200, 8, 8).astype(np.float32) * 0.4
    images[labels == 0, :, :4] += 0.6
    images[labels == 1, :, 4:] += 0.6
    with tf.Graph().as_default() as graph, tf.Session() as session:
        x, y, train, merged = build_model()
        session.run(tf.global_variables_initializer())
        feed = {x: images.reshape(200, 64), y: np.eye(2, dtype=np.float32)[labels]}
        with tf.summary.FileWriter(logdir, graph) as writer:
            for step in range(steps):
                if step == steps // 2:
                    metadata = tf.RunMetadata()
                    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
                    summary, _ = session.run([merged, train], feed, options, metadata)
                    writer.add_run_metadata(metadata, f"step{step}", step)
                else:
                    summary, _ = session.run([merged, train], feed)
                writer.add_summary(summary, step)


if __name__ == "__main__":
    write(sys.argv[1])
