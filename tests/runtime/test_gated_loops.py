"""Gradients of loops that are gated, as every optimizer's `minimize` has them."""

from __future__ import annotations

import numpy as np

import penstock as tf


def test_a_decoder_that_starts_from_an_encoder_trains():
    # Losses are those of TensorFlow 1.15.5 with the same seeds.
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, [None, None, 3])
        z = tf.placeholder(tf.float32, [None, None, 3])
        cell = tf.nn.rnn_cell.LSTMCell
        _, state = tf.nn.dynamic_rnn(cell(3), x, dtype=tf.float32, time_major=True)
        outputs, _ = tf.nn.dynamic_rnn(
            cell(3), z, initial_state=state, dtype=tf.float32, time_major=True, scope="dec"
        )
        loss = tf.reduce_mean(tf.square(outputs))
        train = tf.train.AdamOptimizer(0.01).minimize(loss)
        feeds = {x: np.ones([3, 2, 3]), z: np.ones([5, 2, 3])}
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            losses = [sess.run([train, loss], feeds)[1] for _ in range(3)]
    np.testing.assert_allclose(losses, [0.018224, 0.014000, 0.010726], atol=2e-6)


def test_a_gated_exit_gives_the_loops_result():
    with tf.Graph().as_default():
        start = tf.Variable(2.0)
        factor = tf.Variable(3.0)
        _, product = tf.while_loop(
            lambda i, p: i < 3, lambda i, p: (i + 1, p * factor), [tf.constant(0), start]
        )
        optimizer = tf.train.GradientDescentOptimizer(0.0)
        pairs = optimizer.compute_gradients(
            product, [start, factor], gate_gradients=optimizer.GATE_OP
        )
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            assert sess.run([g for g, _ in pairs]) == [27.0, 54.0]
