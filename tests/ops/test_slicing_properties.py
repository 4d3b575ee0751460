"""Indexing agrees with NumPy, and static shapes with the shapes of a run, for any spec."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import penstock as tf
from penstock.ops.strided_spec import Masks, expand, resolve

SHAPE = (4, 3, 5)
X = np.arange(60, dtype=np.float32).reshape(SHAPE)
bounds = st.one_of(st.none(), st.integers(-7, 7))
steps = st.one_of(st.none(), st.integers(-3, 3).filter(bool))


@st.composite
def specs(draw: Any) -> tuple[Any, ...]:
    """What may stand between the brackets: at most three dimensions used, one ellipsis."""
    count = draw(st.integers(0, 3))
    items: list[Any] = []
    for size in SHAPE[:count]:
        if draw(st.booleans()):
            items.append(draw(st.integers(-2, 2)) if size > 2 else 0)
        else:
            items.append(slice(draw(bounds), draw(bounds), draw(steps)))
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    for _ in range(draw(st.integers(0, 2))):
        items.insert(draw(st.integers(0, len(items))), None)
    return tuple(items)


@settings(max_examples=300, deadline=None)
@given(specs())
def test_static_shape_is_numpys(spec: tuple[Any, ...]) -> None:
    with tf.Graph().as_default():
        known = tf.placeholder(tf.float32, SHAPE)[spec]
        partly = tf.placeholder(tf.float32, [None, 3, None])[spec]
    assert known.shape.as_list() == list(X[spec].shape)
    assert partly.shape.is_compatible_with(X[spec].shape)
    assert partly.shape.ndims == X[spec].ndim


@settings(max_examples=12, deadline=None)
@given(st.lists(specs(), min_size=4, max_size=4))
def test_values_and_gradients_are_numpys(several: list[tuple[Any, ...]]) -> None:
    """One graph and run for several specs, since a run costs a compilation."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, None, None])
        slices = [x[spec] for spec in several]
        gradients = [tf.gradients(s * 2.0, x)[0] for s in slices]
        with tf.Session() as sess:
            values, found = sess.run([slices, gradients], {x: X})
    for spec, value, gradient in zip(several, values, found, strict=True):
        np.testing.assert_array_equal(value, X[spec])
        wanted = np.zeros_like(X)
        wanted[spec] = 2.0
        np.testing.assert_array_equal(gradient, wanted)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-7, 7), st.integers(-7, 7), st.integers(-3, 3).filter(bool)),
        max_size=3,
    ),
    st.integers(0, 7),
    st.integers(0, 7),
)
def test_masks_open_the_bounds(rows: list[Any], begin_mask: int, end_mask: int) -> None:
    begin, end, strides = ([row[i] for row in rows] for i in range(3))
    entries, _ = expand(3, begin, end, strides, Masks(begin_mask, end_mask))
    index = tuple(
        slice(None if begin_mask >> i & 1 else b, None if end_mask >> i & 1 else e, s)
        for i, (b, e, s) in enumerate(rows)
    )
    ranges = [resolve(e, size, i) for i, (e, size) in enumerate(zip(entries, SHAPE, strict=True))]
    assert tuple(r.count for r in ranges) == X[index].shape
    np.testing.assert_array_equal(X[tuple(r.as_slice() for r in ranges)], X[index])
