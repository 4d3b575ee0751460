"""``tf.contrib.opt`` against TensorFlow 1.15.5."""

from __future__ import annotations

import numpy as np
import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("contrib_opt")


def test_scipy() -> None:
    pytest.importorskip("scipy")
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.get_variable("x", initializer=np.float32([7.0, 8.0]))
        loss = tf.reduce_sum(tf.square(x - [1.0, 2.0]))
        optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, options={"maxiter": 50})
        session.run(tf.global_variables_initializer())
        optimizer.minimize(session)
        np.testing.assert_allclose(session.run(x), [1, 2], atol=1e-3)
        limited = tf.contrib.opt.ScipyOptimizerInterface(
            loss, inequalities=[x[0] - 3.0], method="SLSQP"
        )
        limited.minimize(session)
        np.testing.assert_allclose(session.run(x), [3, 2], atol=1e-3)


def test_averages_are_saved_under_the_names_of_variables(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.get_variable("x", initializer=4.0)
        optimizer = tf.contrib.opt.MovingAverageOptimizer(
            tf.train.GradientDescentOptimizer(0.5), 0.5
        )
        step = optimizer.minimize(x * 2.0)
        saver = optimizer.swapping_saver()
        session.run(tf.global_variables_initializer())
        session.run(step)
        path = saver.save(session, str(tmp_path / "m"))
        assert session.run(x) == 3.0
    assert tf.train.load_variable(path, "x") == 3.5
