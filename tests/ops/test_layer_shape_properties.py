"""Properties of static shapes: what is partly known agrees with what is known, and both with what
comes out of a run, for convolutions, pools, joining, parting and gathering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import penstock as tf

STATIC = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
RUN = settings(STATIC, max_examples=5)


def partly(draw: Any, shape: tuple[int, ...]) -> list[int | None] | None:
    """A static shape that ``shape`` fits."""
    if draw(st.integers(0, 6)) == 0:
        return None
    return [None if draw(st.booleans()) else size for size in shape]


def agree(
    draw: Any, build: Callable[..., Any], *shapes: tuple[int, ...], run: bool
) -> list[tuple[int, ...]]:
    """Checks the static shapes of ``build(*tensors)``; with ``run`` against a run, too.

    Returns:
        The static shapes that fully known inputs give.
    """
    with tf.Graph().as_default():
        known = _flat(build(*(tf.placeholder(tf.float32, s) for s in shapes)))
        wanted = [t.shape for t in known]
        assert all(shape.is_fully_defined() for shape in wanted)
        tensors = [tf.placeholder(tf.float32, partly(draw, s)) for s in shapes]
        results = _flat(build(*tensors))
        for result, shape in zip(results, wanted, strict=True):
            assert result.shape.is_compatible_with(shape), (result.shape, shape)
        if run:
            feed = {t: np.ones(s, np.float32) for t, s in zip(tensors, shapes, strict=True)}
            with tf.Session() as sess:
                values = sess.run(results, feed)
            for value, shape in zip(values, wanted, strict=True):
                assert np.shape(value) == tuple(shape.as_list())
        return [tuple(shape.as_list()) for shape in wanted]


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


@st.composite
def windows(draw: Any) -> dict[str, Any]:
    size = draw(st.integers(1, 4))
    return {
        "shape": (2, draw(st.integers(5, 12)), draw(st.integers(5, 12)), 2),
        "window": (size, draw(st.integers(1, 4))),
        "stride": draw(st.integers(1, 3)),
        "padding": draw(st.sampled_from(["SAME", "VALID"])),
        "rate": draw(st.integers(1, 2)),
    }


def convolution(w: dict[str, Any]) -> Callable[..., Any]:
    filters = np.ones((*w["window"], 2, 3), np.float32)
    s, r = w["stride"], w["rate"] if w["stride"] == 1 else 1
    if w["rate"] == 2 and max(w["window"]) > 3 and w["padding"] == "VALID":
        r = 1  # Dilated, such a window is larger than the image.

    def build(x: Any) -> list[Any]:
        ones = tf.constant(filters)
        y = tf.nn.conv2d(x, ones, [1, s, s, 1], w["padding"], dilations=[1, r, r, 1])
        d = tf.nn.depthwise_conv2d(x, ones, [1, s, s, 1], w["padding"])
        p = tf.nn.max_pool(x, [1, *w["window"], 1], [1, s, s, 1], w["padding"])
        a = tf.nn.avg_pool(x, [1, *w["window"], 1], [1, s, s, 1], w["padding"])
        e = tf.nn.conv2d(x, ones, [1, s, s, 1], [[0, 0], [1, 2], [0, 1], [0, 0]])
        g = (
            p
            if s > min(w["window"])
            else tf.nn.pool(  # TensorFlow's own limit.
                x, w["window"], "MAX", w["padding"], strides=[s, s]
            )
        )
        return [y, d, p, a, e, g, *tf.gradients([y, d, p, a, e, g], x)]

    return build


def size_after(size: int, window: int, stride: int, padding: str) -> int:
    return -(-(size if padding == "SAME" else size - window + 1) // stride)


@STATIC
@given(st.data(), windows())
def test_windows(data: Any, w: dict[str, Any]) -> None:
    shapes = agree(data.draw, convolution(w), w["shape"], run=False)
    height, width = (
        size_after(w["shape"][i + 1], w["window"][i], w["stride"], w["padding"]) for i in (0, 1)
    )
    assert shapes[2] == shapes[3] == shapes[5] == (2, height, width, 2)
    assert shapes[1] == (2, height, width, 6)
    assert shapes[-1] == w["shape"]


@RUN
@given(st.data(), windows())
def test_windows_in_a_run(data: Any, w: dict[str, Any]) -> None:
    agree(data.draw, convolution(w), w["shape"], run=True)


@st.composite
def joins(draw: Any) -> dict[str, Any]:
    rank = draw(st.integers(1, 4))
    shape = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    axis = draw(st.integers(-rank, rank - 1))
    other = list(shape)
    other[axis] = draw(st.integers(0, 3))
    parts = draw(st.lists(st.integers(0, 2), min_size=1, max_size=3))
    return {
        "shape": shape,
        "other": tuple(other),
        "axis": axis,
        "stack": draw(st.integers(-rank - 1, rank)),
        "parts": [*parts, -1] if sum(parts) <= shape[axis] else [-1],
        "indices": np.array(
            draw(st.lists(st.integers(0, shape[axis] - 1), max_size=3)), np.int32
        ).reshape(draw(st.sampled_from([(-1,), (-1, 1), (1, -1)]))),
        "order": draw(st.permutations(range(rank))),
        "pads": [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(rank)],
    }


def joining(j: dict[str, Any]) -> Callable[..., Any]:
    axis = j["axis"]

    def build(x: Any, y: Any) -> list[Any]:
        joined = tf.concat([x, y, x], axis)
        stacked = tf.stack([x, x], j["stack"])
        parts = tf.split(x, j["parts"], axis)
        gathered = tf.gather(x, j["indices"], axis=axis)
        moved = tf.transpose(tf.pad(x, j["pads"]), j["order"])
        turned = tf.reverse(x, [axis])
        rows = tf.gather_nd(x, np.zeros((2, 1), np.int32))
        whole = tf.expand_dims(tf.reduce_sum(x, axis), axis if axis < 0 else axis)
        back = tf.gradients([joined, stacked, gathered, moved, turned], [x, y])
        return [joined, stacked, *parts, gathered, moved, turned, rows, whole, *back]

    return build


def check_joins(draw: Any, j: dict[str, Any], run: bool) -> None:
    shapes = agree(draw, joining(j), j["shape"], j["other"], run=run)
    x, y = np.zeros(j["shape"]), np.zeros(j["other"])
    assert shapes[0] == np.concatenate([x, y, x], j["axis"]).shape
    assert shapes[1] == np.stack([x, x], j["stack"]).shape
    at = 2 + len(j["parts"])
    assert sum(s[j["axis"]] for s in shapes[2:at]) == j["shape"][j["axis"]]
    assert shapes[at] == np.take(x, j["indices"], j["axis"]).shape
    assert shapes[at + 1] == np.pad(x, j["pads"]).transpose(j["order"]).shape
    assert shapes[-2:] == [j["shape"], j["other"]]


@STATIC
@given(st.data(), joins())
def test_joining_and_parting(data: Any, j: dict[str, Any]) -> None:
    check_joins(data.draw, j, run=False)


@RUN
@given(st.data(), joins())
def test_joining_and_parting_in_a_run(data: Any, j: dict[str, Any]) -> None:
    check_joins(data.draw, j, run=True)


@STATIC
@given(st.data())
def test_matrix_products(data: Any) -> None:
    rows, inner, columns = (data.draw(st.integers(1, 4)) for _ in range(3))
    batch = tuple(data.draw(st.lists(st.integers(1, 3), max_size=2)))
    turn_a, turn_b = data.draw(st.booleans()), data.draw(st.booleans())
    a = (*batch, *((inner, rows) if turn_a else (rows, inner)))
    b = (*batch, *((columns, inner) if turn_b else (inner, columns)))

    def build(x: Any, y: Any) -> list[Any]:
        product = tf.matmul(x, y, transpose_a=turn_a, transpose_b=turn_b)
        return [product, *tf.gradients(product, [x, y])]

    shapes = agree(data.draw, build, a, b, run=False)
    assert shapes == [(*batch, rows, columns), a, b]
