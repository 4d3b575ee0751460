"""Baselines, estimators with heads, exporters, early stopping and warm starts."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

import penstock as tf

X = np.linspace(-1, 1, 20).astype(np.float32)
Y = (X > 0).astype(np.int32)
COLUMN = tf.feature_column.numeric_column("x")


def _inputs(y=Y, epochs: int | None = None):  # type: ignore[no-untyped-def]
    return tf.estimator.inputs.numpy_input_fn(
        {"x": X}, y, batch_size=20, num_epochs=epochs, shuffle=False
    )


def _receiver():  # type: ignore[no-untyped-def]
    x = tf.placeholder(tf.float32, [None], name="x")
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


def test_baselines(tmp_path: pathlib.Path) -> None:
    # The same runs in TensorFlow 1.15.5 gave these numbers.
    model = tf.estimator.BaselineClassifier(str(tmp_path / "c"), n_classes=3)
    model.train(_inputs(np.arange(20) % 3), steps=2)
    bias = model.get_variable_value("baseline/bias")
    np.testing.assert_allclose(bias, [-0.02768189, -0.02768191, -0.00987754], 1e-4)
    assert "baseline/bias/Ftrl" in model.get_variable_names()
    model = tf.estimator.BaselineRegressor(str(tmp_path / "r"), optimizer="SGD")
    model.train(_inputs((3 * Y).astype(np.float32)), steps=1)
    assert model.get_variable_value("baseline/bias") == pytest.approx(18)


@pytest.mark.parametrize(
    "head, labels",
    [
        (lambda h: h.RegressionHead(), X),
        (lambda h: h.PoissonRegressionHead(), (Y + 1).astype(np.float32)),
        (lambda h: h.LogisticRegressionHead(), Y.astype(np.float32)),
        (lambda h: h.BinaryClassHead(thresholds=[0.3]), Y),
        (lambda h: h.MultiClassHead(3), np.arange(20) % 3),
        (lambda h: h.MultiLabelHead(2), np.stack([Y, 1 - Y], 1)),
    ],
)
def test_heads(tmp_path: pathlib.Path, head, labels) -> None:  # type: ignore[no-untyped-def]
    model = tf.estimator.LinearEstimator(
        head(tf.estimator), [COLUMN], str(tmp_path), optimizer=lambda: tf.train.AdamOptimizer(0.1)
    )
    model.train(_inputs(labels), steps=1)
    before = model.evaluate(_inputs(labels, 1))
    model.train(_inputs(labels), steps=30)
    after = model.evaluate(_inputs(labels, 1))
    assert after["loss"] < before["loss"]
    assert after["average_loss"] == pytest.approx(after["loss"], rel=1e-4)


def test_several_heads(tmp_path: pathlib.Path) -> None:
    heads = tf.estimator
    both = heads.MultiHead(
        [heads.RegressionHead(name="a"), heads.MultiClassHead(3, name="b")], [1.0, 0.5]
    )
    model = heads.DNNEstimator(both, [4], [COLUMN], str(tmp_path))
    labels = {"a": X, "b": np.arange(20) % 3}
    model.train(_inputs(labels), steps=2)
    found = model.evaluate(_inputs(labels, 1))
    assert found["loss"] == pytest.approx(found["loss/a"] + 0.5 * found["loss/b"], rel=1e-5)
    first = next(model.predict(_inputs(None, 1)))
    assert ("a", "predictions") in first and ("b", "class_ids") in first


def test_exporters(tmp_path: pathlib.Path) -> None:
    model = tf.estimator.LinearClassifier([COLUMN], str(tmp_path))
    best = tf.estimator.BestExporter("best", _receiver, exports_to_keep=1)
    final = tf.estimator.FinalExporter("final", _receiver)
    latest = tf.estimator.LatestExporter("latest", _receiver, exports_to_keep=2)
    metrics, exported = tf.estimator.train_and_evaluate(
        model,
        tf.estimator.TrainSpec(_inputs(), max_steps=20),
        tf.estimator.EvalSpec(_inputs(epochs=1), exporters=[best, final, latest]),
    )
    assert metrics["accuracy"] > 0.9
    for name in ("best", "final", "latest"):
        assert len(list((tmp_path / "export" / name).iterdir())) == 1
    folder = exported[0].decode()
    assert best.export(model, str(tmp_path / "export/best"), None, {"loss": 9.9}, False) is None
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], folder)


def test_exports_begin_with_their_tables(tmp_path: pathlib.Path) -> None:
    kinds = np.array(["a", "b"] * 10)
    words = tf.feature_column.categorical_column_with_vocabulary_list("k", ["a", "b"])
    model = tf.estimator.LinearRegressor([words], str(tmp_path / "m"))
    model.train(tf.estimator.inputs.numpy_input_fn({"k": kinds}, X, shuffle=False, num_epochs=1))

    def receiver():  # type: ignore[no-untyped-def]
        k = tf.placeholder(tf.string, [None], name="k")
        return tf.estimator.export.ServingInputReceiver({"k": k}, {"k": k})

    folder = model.export_saved_model(str(tmp_path / "e"), receiver).decode()
    with tf.Graph().as_default(), tf.Session() as session:
        loaded = tf.saved_model.loader.load(session, ["serve"], folder)
        signature = loaded.signature_def["predict"]
        got = session.run(
            signature.outputs["predictions"].name, {signature.inputs["k"].name: ["b", "c"]}
        )
    assert got.shape == (2, 1)


def test_early_stopping(tmp_path: pathlib.Path) -> None:
    model = tf.estimator.LinearClassifier([COLUMN], str(tmp_path))
    model.train(_inputs(), steps=5)
    model.evaluate(_inputs(epochs=1))
    hook = tf.estimator.experimental.stop_if_higher_hook(
        model, "accuracy", 0.1, run_every_secs=None, run_every_steps=3
    )
    model.train(_inputs(), hooks=[hook], steps=50)
    assert model.get_variable_value("global_step") < 20
    hook = tf.estimator.experimental.stop_if_no_decrease_hook(model, "loss", 1000)
    model.train(_inputs(), hooks=[hook], steps=2)
    seen = tf.estimator.experimental.InMemoryEvaluatorHook(model, _inputs(epochs=1), name="here")
    model.train(_inputs(), hooks=[seen], steps=2)
    assert (tmp_path / "eval_here").is_dir()


def test_warm_start(tmp_path: pathlib.Path) -> None:
    first = tf.estimator.LinearClassifier([COLUMN], str(tmp_path / "a"))
    first.train(_inputs(), steps=5)
    settings = tf.estimator.WarmStartSettings(str(tmp_path / "a"), ".*x/weights")
    rate = tf.train.GradientDescentOptimizer(0.0)
    second = tf.estimator.LinearClassifier(
        [COLUMN], str(tmp_path / "b"), optimizer=rate, warm_start_from=settings
    )
    second.train(_inputs(), steps=1)
    name = "linear/linear_model/x/weights"
    np.testing.assert_array_equal(first.get_variable_value(name), second.get_variable_value(name))
    assert second.get_variable_value("linear/linear_model/bias_weights") == 0


def test_more_metrics(tmp_path: pathlib.Path) -> None:
    def more(labels, predictions):  # type: ignore[no-untyped-def]
        return {"mine": tf.metrics.mean(predictions["logistic"])}

    model = tf.estimator.add_metrics(tf.estimator.LinearClassifier([COLUMN], str(tmp_path)), more)
    model.train(_inputs(), steps=1)
    assert "mine" in model.evaluate(_inputs(epochs=1))


def test_specs() -> None:
    spec = tf.estimator.classifier_parse_example_spec([COLUMN], "y", weight_column="w")
    assert sorted(spec) == ["w", "x", "y"]
    with pytest.raises(ValueError, match="label should not be used as feature"):
        tf.estimator.regressor_parse_example_spec([COLUMN], "x")
