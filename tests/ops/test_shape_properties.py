"""Properties: results equal NumPy's, and the static shape always agrees with what comes out."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import penstock as tf

QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
OPERATIONS = {
    "add": (tf.add, np.add),
    "multiply": (tf.multiply, np.multiply),
    "maximum": (tf.maximum, np.maximum),
    "less": (tf.less, np.less),
}
REDUCTIONS = {
    "sum": (tf.reduce_sum, np.sum),
    "max": (tf.reduce_max, np.max),
    "prod": (tf.reduce_prod, np.prod),
}


def partly_known(draw: Any, shape: tuple[int, ...]) -> list[int | None] | None:
    """A static shape that ``shape`` fits: some sizes unknown, or all."""
    if draw(st.integers(0, 5)) == 0:
        return None
    return [None if draw(st.booleans()) else size for size in shape]


def check(result: Any, feed: dict[Any, np.ndarray], wanted: np.ndarray) -> None:
    static = result.shape
    with tf.Session() as sess:
        value = sess.run(result, feed)
    np.testing.assert_array_equal(value, wanted)
    assert static.is_compatible_with(np.shape(value))


@QUICK
@given(st.data())
def test_broadcasting(data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(OPERATIONS)))
    shapes = data.draw(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    with tf.Graph().as_default():
        values = [np.random.RandomState(i).randint(-5, 5, s).astype(np.float32)
                  for i, s in enumerate(shapes.input_shapes)]  # fmt: skip
        tensors = [
            tf.placeholder(tf.float32, partly_known(data.draw, value.shape)) for value in values
        ]
        ours, numpys = OPERATIONS[name]
        check(ours(*tensors), dict(zip(tensors, values, strict=True)), numpys(*values))


@QUICK
@given(st.data())
def test_reductions(data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(REDUCTIONS)))
    shape = data.draw(arrays.array_shapes(min_dims=0, max_dims=3, max_side=3))
    axes = data.draw(st.one_of(st.none(), arrays.valid_tuple_axes(len(shape)).map(list)))
    keep = data.draw(st.booleans())
    with tf.Graph().as_default():
        value = np.random.RandomState(1).randint(-3, 4, shape).astype(np.int32)
        tensor = tf.placeholder(tf.int32, partly_known(data.draw, shape))
        ours, numpys = REDUCTIONS[name]
        wanted = numpys(value, axis=None if axes is None else tuple(axes), keepdims=keep)
        check(ours(tensor, axes, keepdims=keep), {tensor: value}, wanted)


@QUICK
@given(st.data())
def test_reshape_transpose_tile_and_pad(data: Any) -> None:
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=3, max_side=3))
    order = data.draw(st.permutations(range(len(shape))))
    times = data.draw(st.lists(st.integers(1, 2), min_size=len(shape), max_size=len(shape)))
    pads = data.draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2)),
            min_size=len(shape),
            max_size=len(shape),
        )  # fmt: skip
    )
    with tf.Graph().as_default():
        value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        tensor = tf.placeholder(tf.float32, partly_known(data.draw, shape))
        result = tf.pad(tf.tile(tf.transpose(tensor, order), times), pads)
        wanted = np.pad(np.tile(value.transpose(order), times), pads)
        check(result, {tensor: value}, wanted)
        check(tf.reshape(result, [-1]), {tensor: value}, wanted.reshape(-1))


@QUICK
@given(st.data())
def test_gradients_have_the_shape_of_their_input(data: Any) -> None:
    shapes = data.draw(arrays.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    with tf.Graph().as_default():
        values = [np.asarray(np.random.RandomState(i).rand(*s) + 1, np.float32)
                  for i, s in enumerate(shapes.input_shapes)]  # fmt: skip
        tensors = [
            tf.placeholder(tf.float32, partly_known(data.draw, value.shape)) for value in values
        ]
        x, y = tensors
        gradients = tf.gradients(x * y, tensors)
        ones = np.ones(shapes.result_shape, np.float32)
        for gradient, value, other in zip(gradients, values, values[::-1], strict=True):
            full = ones * other
            lead = full.ndim - value.ndim
            wanted = full.sum(tuple(range(lead)))
            over = tuple(i for i, s in enumerate(value.shape) if s == 1)
            wanted = wanted.sum(over, keepdims=True)
            with tf.Session() as sess:
                got = sess.run(gradient, dict(zip(tensors, values, strict=True)))
            np.testing.assert_allclose(got, wanted, rtol=1e-5)
            assert gradient.shape.is_compatible_with(value.shape)
