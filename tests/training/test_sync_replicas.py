"""Accumulators and ``SyncReplicasOptimizer`` do what TensorFlow 1.15.5's do."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from golden_snippets import snippet_tests

import penstock as tf

test_accumulators = snippet_tests("accumulators")


def test_two_replicas_make_one_step() -> None:
    x = tf.placeholder(tf.float32, [])
    w = tf.Variable(0.0)
    step = tf.train.get_or_create_global_step()
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.GradientDescentOptimizer(1.0), replicas_to_aggregate=2, total_num_replicas=2
    )
    train = optimizer.minimize(w * x, global_step=step)
    tokens = optimizer.get_init_tokens_op()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(optimizer.chief_init_op)
        coordinator = tf.train.Coordinator()
        threads = optimizer.get_chief_queue_runner().create_threads(
            sess, coordinator, daemon=True, start=True
        )
        errors: list[Any] = []

        def replica(value: float) -> None:
            try:
                for _ in range(3):
                    sess.run(train, {x: value}, options=tf.RunOptions(timeout_in_ms=60_000))
            except Exception as error:
                errors.append(error)

        workers = [threading.Thread(target=replica, args=(v,)) for v in (1.0, 3.0)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(90)
        assert not errors
        # Each step subtracts the mean of two gradients, which are 1 or 3.
        made = int(sess.run(step))
        assert made == 3
        np.testing.assert_allclose(sess.run(w), -6.0)
        # The chief waits for gradients until the session ends, as in TensorFlow.
        coordinator.request_stop()
        coordinator.join(threads, stop_grace_period_secs=1, ignore_live_threads=True)
    assert tokens is not None
