"""Recurrent layers against TensorFlow 1.15: outputs, gradients, shapes and names."""

from __future__ import annotations

import os
from types import SimpleNamespace

import numpy as np
import pytest
from keras_recurrent_cases import MASKED, X, cases, run

import penstock as tf
from penstock.keras import backend as K
from penstock.keras.layers import (
    convolutional_recurrent,
    core,
    cudnn_recurrent,
    recurrent,
    recurrent_cells,
    wrappers,
)

layers = SimpleNamespace()
for module in (core, recurrent_cells, recurrent, wrappers, convolutional_recurrent,
               cudnn_recurrent):  # fmt: skip
    layers.__dict__.update(vars(module))

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden", "keras_recurrent.npz")


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.fixture(autouse=True)
def fresh():
    K.clear_session()


QUICK = ("simple_all", "lstm", "lstm_masked_back", "gru_after", "stacked", "both_masked", "each",
         "conv")  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.long) for n in cases],
)
def test_equals_tensorflow(name, golden):
    values, shapes, names = run(tf, layers, tf.Session, name)
    assert "|".join(names) == str(golden[name + "/names"])
    assert repr(shapes) == str(golden[name + "/shapes"])
    assert f"{name}/{len(values)}" not in golden
    for i, value in enumerate(values):
        np.testing.assert_allclose(value, golden[f"{name}/{i}"], rtol=2e-4, atol=2e-5)


def test_configurations_there_and_back():
    for layer in (
        layers.LSTM(3, activation="relu", dropout=0.2, stateful=True, unit_forget_bias=False),
        layers.GRU(3, reset_after=True, go_backwards=True),
        layers.SimpleRNN(2, recurrent_dropout=0.5),
        layers.ConvLSTM2D(2, 3, padding="same"),
        layers.CuDNNLSTM(3, return_sequences=True),
    ):
        config = layer.get_config()
        assert type(layer).from_config(config).get_config() == config
    twice = layers.Bidirectional(layers.LSTM(3), merge_mode="mul")
    assert twice.get_config()["layer"]["config"]["units"] == 3


def test_states_stay_from_batch_to_batch():
    x = tf.placeholder("float32", (3, 5, 4))
    layer = layers.LSTM(2, stateful=True)
    y = layer(x)
    whole = layers.LSTM(2)
    z = whole(tf.placeholder("float32", (3, 10, 4), name="both"))
    session = K.get_session()
    whole.set_weights(layer.get_weights())
    step = K.function([x], [y], updates=layer.updates)
    assert len(layer.updates) == 2 and len(layer.weights) == 3
    step([X])
    (second,) = step([X[:, ::-1]])
    both = np.concatenate([X, X[:, ::-1]], axis=1)
    wanted = session.run(z, {"both:0": both})
    np.testing.assert_allclose(second, wanted, rtol=1e-5, atol=1e-6)
    layer.reset_states()
    (first,) = step([X])
    layer.reset_states([np.zeros((3, 2)), np.zeros((3, 2))])
    np.testing.assert_array_equal(step([X])[0], first)
    with pytest.raises(ValueError, match="expects 2 states"):
        layer.reset_states([np.zeros((3, 2))])
    with pytest.raises(ValueError, match="incompatible"):
        layer.reset_states([np.zeros((3, 2)), np.zeros((3, 3))])


def test_dropout_is_the_same_in_all_steps():
    np.random.seed(0)
    x = tf.placeholder("float32", (None, 6, 4))
    for implementation in (1, 2):
        layer = layers.SimpleRNN(4, activation="linear", dropout=0.5) if implementation == 2 else (
            layers.LSTM(4, recurrent_dropout=0.4, dropout=0.5, implementation=1))  # fmt: skip
        y = layer(x, training=True)
        z = layer(x, training=False)
        a, b, c = K.get_session().run([y, z, layer(x)], {x: np.ones((50, 6, 4))})
        assert np.abs(a - b).max() > 0.01
        np.testing.assert_array_equal(b, c)
    layer = layers.SimpleRNN(4, activation="linear", dropout=0.5, return_sequences=True,
                             kernel_initializer="identity", recurrent_initializer="zeros")  # fmt: skip
    y = layer(x, training=True)
    kept = K.get_session().run(y, {x: np.ones((20, 6, 4))})
    np.testing.assert_array_equal(kept, np.repeat(kept[:, :1], 6, axis=1))
    assert set(np.unique(kept)) == {0.0, 2.0}


def test_a_cell_of_ones_own():
    class Sum(recurrent_cells.AbstractRNNCell):
        state_size = 4
        output_size = 4

        def call(self, inputs, states, constants):
            total = states[0] + inputs * constants[0]
            return total, [total]

    x = tf.placeholder("float32", (None, None, 4))
    y = layers.RNN(Sum())(x, constants=tf.constant(2.0))
    found = K.get_session().run(y, {x: X})
    np.testing.assert_allclose(found, 2 * X.sum(1), rtol=1e-5)
    with pytest.raises(ValueError, match="state_size"):
        layers.RNN(layers.Dense(3))


def test_cudnn_layers_are_gru_and_lstm_with_two_biases():
    x = tf.placeholder("float32", (None, 5, 4))
    draw = np.random.RandomState(0)
    for fast, slow in (
        (layers.CuDNNLSTM(3), layers.LSTM(3, recurrent_activation="sigmoid")),
        (layers.CuDNNGRU(3), layers.GRU(3, recurrent_activation="sigmoid", reset_after=True)),
    ):
        y, z = fast(x), slow(x)
        first = fast.get_weights()
        if isinstance(fast, layers.CuDNNLSTM):
            np.testing.assert_array_equal(first[2].reshape(8, 3)[:, 0], [0] * 5 + [1, 0, 0])
        weights = [draw.normal(size=w.shape) for w in first]
        fast.set_weights(weights)
        bias = weights[2].reshape(2, -1)
        both = bias.sum(0) if isinstance(fast, layers.CuDNNLSTM) else bias
        slow.set_weights([*weights[:2], both])
        a, b = K.get_session().run([y, z], {x: X})
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_messages():
    x = tf.placeholder("float32", (None, None, 4))
    with pytest.raises(ValueError, match="Cannot unroll"):
        layers.LSTM(2, unroll=True)(x)
    with pytest.raises(ValueError, match="needs to know its batch size"):
        layers.LSTM(2, stateful=True)(x)
    with pytest.raises(ValueError, match="Invalid merge mode"):
        layers.Bidirectional(layers.LSTM(2), merge_mode="max")
    with pytest.raises(TypeError, match="Unrolling"):
        layers.ConvLSTM2D(2, 3, unroll=True)
    with pytest.raises(ValueError, match=r"not compatible with `cell.state_size`.*\[2, 2\]"):
        layers.LSTM(2)(x, initial_state=[tf.zeros((1, 2))])
    assert MASKED.shape == X.shape
