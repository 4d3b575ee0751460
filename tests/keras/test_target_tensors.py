"""Models whose inputs and labels are tensors, as with queues and data sets."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as tf


@pytest.fixture(autouse=True)
def fresh():
    tf.keras.backend.clear_session()
    yield
    tf.keras.backend.clear_session()


def test_a_model_of_tensors_trains_without_being_fed():
    layers = tf.keras.layers
    x = tf.constant(np.random.RandomState(0).rand(4, 3).astype(np.float32))
    y = tf.constant(np.eye(2, dtype=np.float32)[[0, 1, 1, 0]])
    inputs = layers.Input(tensor=x)
    model = tf.keras.Model(inputs, layers.Dense(2, activation="softmax")(inputs))
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"], target_tensors=[y])
    history = model.fit(epochs=3, steps_per_epoch=4, verbose=0).history["loss"]
    assert len(history) == 3 and history[2] < history[0]
    assert np.isfinite(model.evaluate(steps=1, verbose=0)).all()


def test_one_output_of_two_has_a_given_target():
    layers = tf.keras.layers
    given = tf.constant(np.full([8, 1], 2.0, np.float32))
    inputs = layers.Input([3])
    a, b = layers.Dense(1, name="a")(inputs), layers.Dense(1, name="b")(inputs)
    model = tf.keras.Model(inputs, [a, b])
    model.compile(tf.keras.optimizers.SGD(0.05), "mse", target_tensors={"a": given})
    x = np.random.RandomState(0).rand(8, 3)
    before = model.evaluate(x, {"b": x[:, :1]}, batch_size=8, verbose=0)
    model.fit(x, {"b": x[:, :1]}, sample_weight={"b": np.ones(8)}, batch_size=8, epochs=20,
              verbose=0)  # fmt: skip
    after = model.evaluate(x, {"b": x[:, :1]}, batch_size=8, verbose=0)
    assert after[1] < before[1] / 2 and after[0] < before[0] / 2
