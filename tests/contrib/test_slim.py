"""``tf.contrib.slim``, ``tf.contrib.training`` and friends, end to end."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import penstock as tf

X = np.linspace(-1, 1, 40).reshape(8, 5).astype(np.float32)
Y = (X.sum(1, keepdims=True) > 0).astype(np.float32)


def _loss() -> tf.Tensor:
    slim = tf.contrib.slim
    with slim.arg_scope([slim.fully_connected], weights_regularizer=slim.l2_regularizer(0.001)):
        hidden = slim.fully_connected(tf.constant(X), 6, scope="hidden")
        logits = slim.fully_connected(hidden, 1, activation_fn=None, scope="logits")
    slim.losses.sigmoid_cross_entropy(logits, tf.constant(Y))
    return slim.losses.get_total_loss()


def test_train_and_restore(tmp_path: pathlib.Path) -> None:
    slim = tf.contrib.slim
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        step = slim.learning.create_train_op(_loss(), tf.train.AdamOptimizer(0.05))
        first = slim.learning.train(step, str(tmp_path), number_of_steps=1, log_every_n_steps=0)
        last = slim.learning.train(step, str(tmp_path), number_of_steps=30, log_every_n_steps=0)
    assert last < first
    newest = tf.train.latest_checkpoint(str(tmp_path))
    assert newest.endswith("model.ckpt-30")
    with tf.Graph().as_default():
        _loss()
        restore = slim.assign_from_checkpoint_fn(newest, slim.get_model_variables())
        assign, feed = slim.assign_from_checkpoint(newest, slim.get_variables("hidden"))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            restore(session)
            session.run(assign, feed)
            value = session.run("logits/weights:0")
    np.testing.assert_array_equal(value, tf.train.load_variable(newest, "logits/weights"))


def test_losses_put_predictions_first() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        a = tf.contrib.losses.log_loss(tf.constant([0.9]), tf.constant([1.0]))
        b = tf.losses.log_loss(tf.constant([1.0]), tf.constant([0.9]))
        assert session.run(a) == session.run(b)
        assert len(tf.losses.get_losses()) == 2


def test_metrics_put_predictions_first() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        value, update = tf.contrib.metrics.streaming_precision(
            tf.constant([1, 1, 0]), tf.constant([1, 0, 0])
        )
        session.run(tf.local_variables_initializer())
        session.run(update)
        assert session.run(value) == 0.5
        share = tf.contrib.metrics.accuracy(tf.constant([1, 2]), tf.constant([1, 3]))
        assert session.run(share) == 0.5


def test_hyperparameters() -> None:
    values = tf.contrib.training.HParams(rate=0.1, layers=[2, 3], name="x", deep=True)
    values.parse("rate=0.5,layers=[4,5,6],deep=false")
    assert values.rate == 0.5 and values.layers == [4, 5, 6] and values.deep is False
    values.parse("layers[1]=9")
    assert values.layers == [4, 9, 6]
    values.parse_json('{"name": "y"}')
    assert values.values() == {"rate": 0.5, "layers": [4, 9, 6], "name": "y", "deep": False}
    assert "rate" in values and values.get("nothing", 3) == 3
    with pytest.raises(ValueError, match="Could not parse hparam 'rate'"):
        values.parse("rate=abc")
    with pytest.raises(ValueError, match="Unknown hyperparameter type for other"):
        values.parse("other=1")
    with pytest.raises(ValueError, match="Must pass a list for multi-valued"):
        values.set_hparam("layers", 3)


def test_eager_execution_is_refused() -> None:
    with pytest.raises(RuntimeError, match="tf.Session"):
        tf.contrib.eager.enable_eager_execution()


def test_model_analyzer(capsys):
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 5])
        weights = tf.get_variable("w", [5, 3], initializer=tf.zeros_initializer())
        tf.get_variable("s", [], initializer=tf.zeros_initializer())
        tf.matmul(x, weights)
        tf.placeholder(tf.float32)
        analyzer = tf.contrib.slim.model_analyzer
        assert analyzer.analyze_vars(tf.trainable_variables(), print_info=True) == (16, 64)
        # As TensorFlow 1.15 prints it.
        assert capsys.readouterr().out == (
            "---------\nVariables: name (type shape) [size]\n---------\n"
            "w:0 (float32_ref 5x3) [15, bytes: 60]\ns:0 (float32_ref ) [1, bytes: 4]\n"
            "Total size of variables: 16\nTotal bytes of variables: 64\n"
        )
        analyzer.analyze_ops(graph, print_info=True)
        out = capsys.readouterr().out
    assert "MatMul \t-> (float32 ?x3) [0]\nPlaceholder_1 \t->  [0]\n" in out
    assert "w \t-> (float32_ref 5x3) [15]\n" in out
