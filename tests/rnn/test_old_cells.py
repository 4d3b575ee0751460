"""Cells under the behaviour of TensorFlow 0.12: names, values and gradients."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import numpy as np
import old_rnn_cases
import pytest

import penstock as tf
from penstock import behavior

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "old_rnn.npz"


@pytest.fixture(autouse=True)
def old_behavior() -> Iterator[None]:
    behavior.set_version("0.12.1")
    yield
    behavior.set_version(behavior.DEFAULT_VERSION)


@pytest.mark.parametrize("kind", old_rnn_cases.KINDS)
@pytest.mark.parametrize("name", sorted(old_rnn_cases.cells(None)))
def test_as_in_012(name: str, kind: str) -> None:
    names, arrays = old_rnn_cases.run(tf, name, kind)
    with np.load(GOLDEN) as kept:
        assert names == kept[f"{name}|{kind}|names"].tolist()
        if name == "dropout" and kind != "static":
            return  # In TensorFlow the steps of a loop race for the random numbers.
        for i, array in enumerate(arrays):
            np.testing.assert_allclose(array, kept[f"{name}|{kind}|{i}"], 2e-5, 1e-6)


def test_old_cells_are_the_public_classes() -> None:
    with tf.Graph().as_default():
        cell = tf.nn.rnn_cell.BasicLSTMCell(3, input_size=4)
        assert isinstance(cell, tf.nn.rnn_cell.BasicLSTMCell)
        assert isinstance(cell, tf.nn.rnn_cell.RNNCell)


def test_cell_without_init() -> None:
    """Cells of old programs don't call the base class's constructor."""

    class Own(tf.nn.rnn_cell.RNNCell):
        def __init__(self, size: int) -> None:
            self.size = size

        @property
        def state_size(self) -> int:
            return self.size

        @property
        def output_size(self) -> int:
            return self.size

        def __call__(self, inputs, state, scope=None):  # type: ignore[no-untyped-def]
            with tf.variable_scope(scope or type(self).__name__):
                new = tf.tanh(inputs + state)
            return new, new

    with tf.Graph().as_default():
        output, _ = tf.nn.dynamic_rnn(Own(4), tf.ones([2, 3, 4]), dtype=tf.float32)
        with tf.Session() as session:
            value = session.run(output)
    state = np.zeros([2, 4], np.float32)
    for t in range(3):
        state = np.tanh(1 + state)
        np.testing.assert_allclose(value[:, t], state, 1e-6)
