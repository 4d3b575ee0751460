"""Training: data of every kind, callbacks, models of every kind."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import pytest

import penstock.api.v1 as tf

keras = tf.keras
L = keras.layers


def data(n: int = 20) -> tuple[np.ndarray, np.ndarray]:
    r = np.random.RandomState(0)
    x = r.randn(n, 3).astype("float32")
    return x, (x @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")


def linear(**settings: object) -> object:
    model = keras.Sequential([L.Dense(1, input_shape=(3,))])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **settings})
    return model


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    model = keras.Sequential([
        L.Flatten(input_shape=(28, 28)), L.Dense(128, activation="relu"),
        L.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.summary()
    line = "_" * 65
    assert capsys.readouterr().out.splitlines() == [
        'Model: "sequential"', line,
        "Layer (type)                 Output Shape              Param #   ", "=" * 65,
        "flatten (Flatten)            (None, 784)               0         ", line,
        "dense (Dense)                (None, 128)               100480    ", line,
        "dense_1 (Dense)              (None, 10)                1290      ", "=" * 65,
        "Total params: 101,770", "Trainable params: 101,770", "Non-trainable params: 0", line,
    ]  # fmt: skip
    assert [w.name for w in model.weights] == [
        "dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0"
    ]  # fmt: skip


def test_many_steps_are_like_single_ones() -> None:
    x, y = data()
    model = linear(optimizer=keras.optimizers.Adam(0.1))
    start = model.get_weights()
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    many = model.get_weights()
    again = linear(optimizer=keras.optimizers.Adam(0.1))
    again.set_weights(start)
    for _ in range(2):
        for first in (0, 8, 16):
            again.train_on_batch(x[first : first + 8], y[first : first + 8])
    for a, b in zip(many, again.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)


def test_callbacks_for_each_batch() -> None:
    x, y = data()
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_batch_begin(self, batch: int, logs: object = None) -> None:
            seen.append(("begin", batch, logs["size"]))

        def on_batch_end(self, batch: int, logs: object = None) -> None:
            seen.append(("end", batch, sorted(logs)))
            keras.backend.set_value(self.model.optimizer.lr, 0.0)

    model = linear()
    start = model.get_weights()[0]
    model.fit(x, y, batch_size=8, verbose=0, shuffle=False, callbacks=[Watch()])
    logs = ["batch", "loss", "size"]
    assert seen == [("begin", 0, 8), ("end", 0, logs), ("begin", 1, 8), ("end", 1, logs),
                    ("begin", 2, 4), ("end", 2, logs)]  # fmt: skip
    once = linear()
    once.set_weights([start, np.zeros(1)])
    once.train_on_batch(x[:8], y[:8])
    np.testing.assert_allclose(model.get_weights()[0], once.get_weights()[0], rtol=1e-6)


def test_epoch_callbacks(tmp_path: pathlib.Path) -> None:
    x, y = data()
    model = linear(metrics=["mae"])
    file = tmp_path / "log.csv"
    rates = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    stop = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=1e9)
    history = model.fit(x, y, epochs=9, verbose=0,
                        callbacks=[rates, keras.callbacks.CSVLogger(file), stop])  # fmt: skip
    assert history.epoch == [0, 1]
    assert sorted(history.history) == ["loss", "lr", "mae"]
    np.testing.assert_allclose(history.history["lr"], [0.1, 0.05], rtol=1e-6)
    rows = list(csv.DictReader(file.open()))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert history.history["mean_absolute_error"] == history.history["mae"]


def test_plateau_and_nan() -> None:
    x, y = data()
    model = linear()
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    model.fit(x, y, epochs=4, verbose=0, callbacks=[plateau])
    assert keras.backend.get_value(model.optimizer.lr) < 0.01
    broken = linear()
    history = broken.fit(x * np.nan, y, epochs=4, verbose=0,
                         callbacks=[keras.callbacks.TerminateOnNaN()])  # fmt: skip
    assert len(history.epoch) == 1


def test_generators_and_sequences() -> None:
    x, y = data()

    def batches() -> object:
        while True:
            for first in range(0, 20, 5):
                yield x[first : first + 5], y[first : first + 5]

    class Batches(keras.utils.Sequence):
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int) -> object:
            return x[5 * index : 5 * index + 5], y[5 * index : 5 * index + 5]

    start = [np.ones((3, 1)), np.zeros(1)]
    found = []
    for source, steps in ((batches(), 4), (Batches(), None)):
        model = linear()
        model.set_weights(start)
        model.fit(source, steps_per_epoch=steps, epochs=2, verbose=0, shuffle=False)
        found.append(model.get_weights()[0])
        values = model.evaluate(source if steps is None else batches(), steps=steps, verbose=0)
        np.testing.assert_allclose(values, model.evaluate(x, y, verbose=0, batch_size=5), rtol=1e-5)
    model = linear()
    model.set_weights(start)
    model.fit(x, y, epochs=2, batch_size=5, verbose=0, shuffle=False)
    for each in found:
        np.testing.assert_allclose(each, model.get_weights()[0], rtol=1e-5)
    out = model.predict_generator((x[i : i + 5] for i in range(0, 20, 5)), steps=4)
    np.testing.assert_allclose(out, model.predict(x), rtol=1e-5)
    model.fit_generator(Batches(), epochs=1, verbose=0, workers=2)


def test_subclassed_and_deferred() -> None:
    x, y = data()

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.parts = [L.Dense(4, activation="relu"), L.Dropout(0.5)]
            self.last = L.Dense(1)

        def call(self, inputs: object, training: object = None) -> object:
            for part in self.parts:
                inputs = part(inputs)
            return self.last(inputs)

    for model in (Net(), keras.Sequential([L.Dense(4), L.Dropout(0.5), L.Dense(1)])):
        model.compile("adam", "mse")
        with pytest.raises(ValueError, match="not yet been"):
            model.summary()
        model.fit(x, y, verbose=0)
        assert len(model.trainable_weights) == 4
        assert model.predict(x).shape == (20, 1)
        np.testing.assert_array_equal(model.predict(x), model.predict(x))


def test_configurations() -> None:
    a = keras.Input((4,), name="a")
    inner = keras.Sequential([L.Dense(3, input_shape=(4,))], name="inner")
    shared = L.Dense(4, name="shared")
    out = L.concatenate([inner(shared(a)), inner(a), L.BatchNormalization()(shared(a))])
    model = keras.Model(a, [out, L.Lambda(lambda t: t * 2.0)(a)])
    x = np.random.RandomState(0).randn(3, 4)
    for copy in (
        keras.models.model_from_json(model.to_json()),
        keras.models.clone_model(model),
        keras.Model.from_config(model.get_config()),
    ):
        assert [w.shape for w in copy.get_weights()] == [w.shape for w in model.get_weights()]
        copy.set_weights(model.get_weights())
        for one, two in zip(copy.predict(x), model.predict(x)):
            np.testing.assert_allclose(one, two, rtol=1e-6)
    stack = keras.Sequential([L.Dense(3, input_shape=(2,)), L.LeakyReLU(0.1)])
    again = keras.models.model_from_json(stack.to_json())
    again.set_weights(stack.get_weights())
    np.testing.assert_allclose(again.predict(x[:, :2]), stack.predict(x[:, :2]), rtol=1e-6)


def test_with_sessions_and_savers(tmp_path: pathlib.Path) -> None:
    image = tf.placeholder(tf.float32, (None, 4))
    dense = L.Dense(3, activation="relu", kernel_regularizer="l2")
    dropped = L.Dropout(0.5)(dense(image))
    loss = tf.reduce_mean(dropped) + sum(dense.losses)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    saver = tf.train.Saver()
    with tf.Session() as session:
        keras.backend.set_session(session)
        session.run(tf.global_variables_initializer())
        feeds = {image: np.ones((2, 4)), keras.backend.learning_phase(): 1}
        session.run(step, feeds)
        weights = dense.get_weights()
        path = saver.save(session, str(tmp_path / "model"))
    with tf.Session() as session:
        saver.restore(session, path)
        np.testing.assert_array_equal(session.run(dense.kernel), weights[0])


def test_labels_out_of_range_leave_the_earlier_steps() -> None:
    x, _ = data()
    model = keras.Sequential([L.Dense(2, activation="softmax", input_shape=(3,))])
    model.compile("sgd", "sparse_categorical_crossentropy")
    y = np.zeros(20, int)
    y[11] = 7
    start = model.get_weights()
    with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 7"):
        model.fit(x, y, batch_size=5, shuffle=False, verbose=0)
    again = keras.Sequential([L.Dense(2, activation="softmax", input_shape=(3,))])
    again.set_weights(start)
    again.compile("sgd", "sparse_categorical_crossentropy")
    for first in (0, 5):
        again.train_on_batch(x[first : first + 5], y[first : first + 5])
    np.testing.assert_allclose(model.get_weights()[0], again.get_weights()[0], rtol=1e-6)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: linear(optimizer="adamm"), "Unknown optimizer: adamm.*adam"),
        (lambda: linear(loss="mean_square"), "Unknown loss function: mean_square.*mean_squared"),
        (lambda: linear(metrics=["acuracy"]), "Unknown metric function: acuracy"),
        (lambda: L.Dense(3, activation="rely"), "Unknown activation function: rely.*relu"),
        (lambda: L.Dense(3, kernel_initializer="xavier"), "Unknown initializer: xavier"),
        (lambda: linear().fit(np.ones((4, 2)), np.ones(4)), r"shape \(3,\) but got array"),
        (lambda: linear().fit(np.ones((4, 3)), np.ones(5)), "4 input samples and 5 target"),
        (lambda: keras.Sequential([L.Dense(1)])([1.0]), "min_ndim=2"),
    ],
)
def test_errors(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()


def test_not_compiled() -> None:
    with pytest.raises(RuntimeError, match="compile"):
        keras.Sequential([L.Dense(1, input_shape=(3,))]).fit(*data())


def test_a_generator_needs_a_number_of_steps() -> None:
    x, y = data()
    batches = ((x, y) for _ in range(3))
    with pytest.raises(ValueError, match="the number of steps via the `steps_per_epoch` argument"):
        linear().fit(batches)
    with pytest.raises(ValueError, match="the number of steps via the `steps` argument"):
        linear().evaluate(batches)


def test_each_validation_begins_its_data_anew() -> None:
    x, y = data()
    model = linear(optimizer=keras.optimizers.SGD(0.0))
    batches = tf.data.Dataset.from_tensor_slices((x, y))
    history = model.fit(batches.batch(5).repeat(), steps_per_epoch=1, epochs=3, verbose=0,
                        validation_data=batches.batch(4), validation_steps=2).history  # fmt: skip
    assert len(set(history["val_loss"])) == 1
    np.testing.assert_allclose(
        history["val_loss"][0], model.evaluate(x[:8], y[:8], verbose=0), rtol=1e-5
    )
    # Training goes on where the epoch before ended.
    assert len(set(history["loss"])) == 3
