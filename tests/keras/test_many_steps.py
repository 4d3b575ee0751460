"""Steps of training, testing and predicting run as one compiled loop, whatever the layers."""

from __future__ import annotations

import gc

import jax
import numpy as np
import pytest

import penstock as tf
from penstock import keras

layers = keras.layers

MODELS = {
    "dense": lambda: [layers.Flatten(input_shape=(8, 8)), layers.Dense(4)],
    "convolution": lambda: [
        layers.Reshape((8, 8, 1), input_shape=(8, 8)),
        layers.Conv2D(2, 3, activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Flatten(),
    ],
    "lstm": lambda: [layers.LSTM(3, dropout=0.2, recurrent_dropout=0.2, input_shape=(8, 8))],
    "gru": lambda: [layers.GRU(3, dropout=0.2, return_sequences=True, input_shape=(8, 8))],
    "both ways": lambda: [layers.Bidirectional(layers.LSTM(3), input_shape=(8, 8))],
    "masked": lambda: [
        layers.Masking(input_shape=(8, 8)),
        layers.SimpleRNN(3, recurrent_dropout=0.5),
    ],
    "each time": lambda: [layers.TimeDistributed(layers.Dense(3), input_shape=(8, 8))],
}


@pytest.fixture(autouse=True)
def new_graph():
    keras.backend.clear_session()
    yield
    keras.backend.clear_session()


def model_of(name: str) -> keras.Model:
    model = keras.Sequential([*MODELS[name](), layers.Flatten(), layers.Dense(2)])
    model.compile("adam", loss="mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("name", MODELS)
def test_one_program(name):
    model = model_of(name)
    x, y = np.random.RandomState(0).rand(40, 8, 8), np.ones((40, 2))
    model.fit(x, y, batch_size=8, verbose=0)
    model.evaluate(x, y, batch_size=8, verbose=0)
    model.predict(x, batch_size=8)
    assert len(model._functions) == 3
    for function in model._functions.values():
        assert function.many() is not None


def test_memory_stays_the_same_over_epochs():
    model = model_of("dense")
    x, y = np.random.RandomState(0).rand(40, 8, 8), np.ones((40, 2))
    alive = []

    class Count(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            gc.collect()
            alive.append(len(jax.live_arrays()))

    for _ in range(2):
        model.fit(x, y, batch_size=8, epochs=4, verbose=0, callbacks=[Count()])
    assert len(set(alive[1:4])) == 1
    assert alive[7] <= alive[3]
