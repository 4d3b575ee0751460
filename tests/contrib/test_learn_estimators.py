"""``tf.contrib.learn``'s estimators on small problems."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import penstock as tf

learn, layers = tf.contrib.learn, tf.contrib.layers
X = np.linspace(-1, 1, 40).reshape(20, 2).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64)


def test_dense_classifier_on_arrays(tmp_path: pathlib.Path) -> None:
    columns = learn.infer_real_valued_columns_from_input(X)
    model = learn.DNNClassifier(
        [8], columns, str(tmp_path), config=learn.RunConfig(tf_random_seed=1)
    )
    model.fit(X, Y, steps=60)
    found = model.evaluate(X, Y)
    assert found["accuracy"] > 0.9 and found["global_step"] == 60 and "auc" in found
    assert np.mean(list(model.predict(X)) == Y) == pytest.approx(found["accuracy"])
    assert next(model.predict_proba(X)).shape == (2,)
    names = model.get_variable_names()
    assert "dnn/hiddenlayer_0/weights" in names and "dnn/logits/biases" in names


def test_three_classes_and_scikit_learns_way(tmp_path: pathlib.Path) -> None:
    labels = np.arange(20) // 7
    columns = [layers.real_valued_column("", dimension=2)]
    model = learn.SKCompat(learn.LinearClassifier(columns, str(tmp_path), n_classes=3))
    model.fit(X, labels, batch_size=20, steps=200)
    assert model.score(X, labels)["accuracy"] > 0.6
    assert model.predict(X).shape == (20,)


def test_columns(tmp_path: pathlib.Path) -> None:
    def inputs():  # type: ignore[no-untyped-def]
        features = {
            "x": tf.constant(X[:, :1]),
            "k": tf.SparseTensor([[i, 0] for i in range(20)], ["a", "b"] * 10, [20, 1]),
        }
        return features, tf.constant((2 * X[:, 0]).astype(np.float32))

    x = layers.real_valued_column("x")
    k = layers.sparse_column_with_keys("k", ["a", "b"])
    crossed = layers.crossed_column([k, layers.bucketized_column(x, [0.0])], 10)
    model = learn.DNNLinearCombinedRegressor(
        str(tmp_path),
        linear_feature_columns=[k, crossed],
        dnn_feature_columns=[x, layers.embedding_column(k, 2), layers.one_hot_column(k)],
        dnn_hidden_units=[4],
        gradient_clip_norm=5.0,
    )
    model.fit(input_fn=inputs, steps=30)
    first = model.evaluate(input_fn=inputs, steps=1)["loss"]
    model.fit(input_fn=inputs, steps=100)
    assert model.evaluate(input_fn=inputs, steps=1)["loss"] < first
    names = model.get_variable_names()
    assert "linear/k/weights" in names and "linear/bias_weight" in names
    assert "dnn/input_from_feature_columns/k_embedding/weights" in names


def _model(features, targets, mode, params):  # type: ignore[no-untyped-def]
    y = layers.fully_connected(features, 1, activation_fn=None)
    if mode == learn.ModeKeys.INFER:
        return learn.ModelFnOps(mode, predictions={"y": y})
    loss = tf.losses.mean_squared_error(tf.expand_dims(targets, 1), y)
    train = layers.optimize_loss(loss, tf.train.get_global_step(), params["rate"], "Adam")
    return learn.ModelFnOps(mode, {"y": y}, loss, train)


def test_own_model_in_an_experiment(tmp_path: pathlib.Path) -> None:
    y = X.sum(1).astype(np.float32)

    def inputs():  # type: ignore[no-untyped-def]
        return tf.constant(X), tf.constant(y)

    def make(run_config, hparams):  # type: ignore[no-untyped-def]
        model = learn.Estimator(_model, config=run_config, params={"rate": 0.1})
        metrics = {
            "seen": learn.MetricSpec(lambda predictions, labels: tf.metrics.mean(predictions), "y")
        }
        return learn.Experiment(
            model, inputs, inputs, metrics, train_steps=40, eval_steps=1, min_eval_frequency=20
        )

    found, _ = learn.learn_runner.run(make, run_config=learn.RunConfig(model_dir=str(tmp_path)))
    assert found["global_step"] == 40 and "seen" in found
    with pytest.raises(ValueError, match="Must set value"):
        learn.learn_runner.run(make)


def test_not_fitted(tmp_path: pathlib.Path) -> None:
    model = learn.DNNRegressor([2], [layers.real_valued_column("")], str(tmp_path))
    with pytest.raises(learn.NotFittedError):
        model.predict(X[:, :1])


def test_numbers_of_tensorflow(tmp_path: pathlib.Path) -> None:
    """TensorFlow 1.15.5 gave these after the same three steps."""

    def inputs():  # type: ignore[no-untyped-def]
        keys = tf.SparseTensor([[i, 0] for i in range(20)], ["a", "b"] * 10, [20, 1])
        return {"x": tf.constant(X[:, :1]), "k": keys}, tf.constant(Y)

    columns = [layers.real_valued_column("x"), layers.sparse_column_with_keys("k", ["a", "b"])]
    model = learn.LinearClassifier(columns, str(tmp_path))
    model.fit(input_fn=inputs, steps=3)
    np.testing.assert_allclose(model.get_variable_value("linear/bias_weight"), [0.00131455], 1e-4)
    np.testing.assert_allclose(model.get_variable_value("linear/x/weight"), [[0.31826326]], 1e-5)
    found = model.evaluate(input_fn=inputs, steps=1)
    assert found["loss"] == pytest.approx(0.61596, abs=1e-5)
    assert found["labels/prediction_mean"] == pytest.approx(0.49847, abs=1e-5)
