"""``tf.estimator`` and ``tf.feature_column``, end to end on small problems."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import penstock as tf

X = np.linspace(-1, 1, 40).reshape(20, 2).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int32)


def _model(features, labels, mode, params):  # type: ignore[no-untyped-def]
    logits = tf.layers.dense(features["x"], 2)
    classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"class": classes, "logits": logits})
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    step = tf.train.AdamOptimizer(params["rate"]).minimize(
        loss, global_step=tf.train.get_global_step()
    )
    metrics = {"accuracy": tf.metrics.accuracy(labels, classes)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step, eval_metric_ops=metrics)


def _inputs(epochs: int | None = 1, shuffle: bool = False):  # type: ignore[no-untyped-def]
    return tf.estimator.inputs.numpy_input_fn(
        {"x": X}, Y, batch_size=8, num_epochs=epochs, shuffle=shuffle
    )


def test_own_model(tmp_path: pathlib.Path) -> None:
    estimator = tf.estimator.Estimator(
        _model, str(tmp_path), tf.estimator.RunConfig(tf_random_seed=1), params={"rate": 0.1}
    )
    estimator.train(_inputs(None, True), steps=30)
    metrics = estimator.evaluate(_inputs())
    assert sorted(metrics) == ["accuracy", "global_step", "loss"]
    assert metrics["global_step"] == 30 and metrics["accuracy"] > 0.9
    found = list(estimator.predict(_inputs()))
    assert len(found) == 20 and sorted(found[0]) == ["class", "logits"]
    assert np.mean([p["class"] for p in found] == Y) == pytest.approx(metrics["accuracy"])
    assert set(estimator.get_variable_names()) >= {"dense/kernel", "dense/bias", "global_step"}
    assert estimator.get_variable_value("dense/kernel").shape == (2, 2)
    estimator.train(_inputs(None), max_steps=40)
    assert estimator.latest_checkpoint().endswith("model.ckpt-40")
    estimator.train(_inputs(None), max_steps=40)
    assert (tmp_path / "eval").is_dir()


def test_train_and_evaluate(tmp_path: pathlib.Path) -> None:
    estimator = tf.estimator.Estimator(_model, str(tmp_path), params={"rate": 0.1})
    metrics, _ = tf.estimator.train_and_evaluate(
        estimator,
        tf.estimator.TrainSpec(_inputs(None), max_steps=20),
        tf.estimator.EvalSpec(_inputs(), steps=None),
    )
    assert metrics["global_step"] == 20


def test_export(tmp_path: pathlib.Path) -> None:
    estimator = tf.estimator.Estimator(_model, str(tmp_path / "model"), params={"rate": 0.1})
    estimator.train(_inputs(None), steps=3)

    def receiver():  # type: ignore[no-untyped-def]
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})

    folder = estimator.export_saved_model(str(tmp_path / "export"), receiver).decode()
    wanted = np.array([p["logits"] for p in estimator.predict(_inputs())])
    with tf.Graph().as_default(), tf.Session() as session:
        model = tf.saved_model.loader.load(session, ["serve"], folder)
        signature = model.signature_def["serving_default"]
        got = session.run(signature.outputs["logits"].name, {signature.inputs["x"].name: X})
    np.testing.assert_allclose(got, wanted, 1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_dense_classifier(tmp_path: pathlib.Path, classes: int) -> None:
    column = tf.feature_column.numeric_column("x", shape=[2])
    labels = Y if classes == 2 else np.digitize(X[:, 0], [-0.3, 0.3])
    classifier = tf.estimator.DNNClassifier([8], [column], str(tmp_path), n_classes=classes)
    train = tf.estimator.inputs.numpy_input_fn(
        {"x": X}, labels, batch_size=20, num_epochs=None, shuffle=True
    )
    classifier.train(train, steps=60)
    metrics = classifier.evaluate(
        tf.estimator.inputs.numpy_input_fn({"x": X}, labels, shuffle=False)
    )
    assert metrics["accuracy"] > 0.8
    assert ("auc" in metrics) == (classes == 2)
    prediction = next(
        classifier.predict(tf.estimator.inputs.numpy_input_fn({"x": X}, shuffle=False))
    )
    assert prediction["probabilities"].shape == (classes,)
    assert prediction["classes"].tolist()[0] in [str(i).encode() for i in range(classes)]
    names = classifier.get_variable_names()
    assert "dnn/hiddenlayer_0/kernel" in names and "dnn/logits/bias" in names


def test_linear_regressor(tmp_path: pathlib.Path) -> None:
    columns = [
        tf.feature_column.numeric_column("x"),
        tf.feature_column.categorical_column_with_vocabulary_list("kind", ["a", "b"]),
    ]
    kinds = np.array(["a", "b"] * 10)
    x = X[:, 0]
    y = 2 * x + np.where(kinds == "a", 1.0, -1.0)
    regressor = tf.estimator.LinearRegressor(columns, str(tmp_path))
    features = {"x": x, "kind": kinds}
    train = tf.estimator.inputs.numpy_input_fn(
        features, y.astype(np.float32), batch_size=20, num_epochs=None, shuffle=False
    )
    regressor.train(train, steps=200)
    weights = regressor.get_variable_value("linear/linear_model/kind/weights")
    assert weights.shape == (2, 1)
    metrics = regressor.evaluate(
        tf.estimator.inputs.numpy_input_fn(features, y.astype(np.float32), shuffle=False)
    )
    assert metrics["average_loss"] < 0.05


def test_input_layer() -> None:
    column = tf.feature_column
    columns = [
        column.numeric_column("n", normalizer_fn=lambda x: x * 2),
        column.bucketized_column(column.numeric_column("b"), [0, 10]),
        column.indicator_column(column.categorical_column_with_identity("i", 3)),
        column.indicator_column(column.categorical_column_with_vocabulary_list("v", ["x", "y"])),
    ]
    features = {
        "n": tf.constant([[1.0], [2.0]]),
        "b": tf.constant([[-5.0], [10.0]]),
        "i": tf.constant([[0], [2]]),
        "v": tf.constant([["y"], ["z"]]),
    }
    with features["n"].graph.as_default(), tf.Session() as session:
        layer = column.input_layer(features, columns)
        session.run(tf.tables_initializer())
        got = session.run(layer)
    wanted = [[1, 0, 0, 1, 0, 0, 2, 0, 1], [0, 0, 1, 0, 0, 1, 4, 0, 0]]
    np.testing.assert_array_equal(got, wanted)


def test_errors() -> None:
    with pytest.raises(ValueError, match="shuffle must be provided"):
        tf.estimator.inputs.numpy_input_fn({"x": X}, Y)
    with pytest.raises(ValueError, match="Missing loss"):
        tf.estimator.EstimatorSpec("train", train_op=tf.no_op())
    with pytest.raises(ValueError, match="must include features argument"):
        tf.estimator.Estimator(lambda x, labels: None)
    with pytest.raises(ValueError, match="cannot be both set"):
        tf.estimator.RunConfig(save_checkpoints_steps=1, save_checkpoints_secs=1)


def test_wide_and_deep(tmp_path: pathlib.Path) -> None:
    column = tf.feature_column.numeric_column("x", shape=[2])
    model = tf.estimator.DNNLinearCombinedClassifier(
        str(tmp_path),
        linear_feature_columns=[column],
        dnn_feature_columns=[column],
        dnn_hidden_units=[4],
    )
    model.train(_inputs(None), steps=5)
    assert model.evaluate(_inputs())["global_step"] == 5
    names = model.get_variable_names()
    assert "dnn/logits/kernel" in names and "linear/linear_model/x/weights" in names


def test_slots_are_named_as_in_tensorflow(tmp_path: pathlib.Path) -> None:
    """Checkpoints of TensorFlow 1.15's estimators name the optimizer's slots in this odd way."""
    column = tf.feature_column.numeric_column("x", shape=[2])
    model = tf.estimator.DNNClassifier([2], [column], str(tmp_path))
    model.train(_inputs(None), steps=1)
    assert "dnn/hiddenlayer_0/kernel/t_0/Adagrad" in model.get_variable_names()
