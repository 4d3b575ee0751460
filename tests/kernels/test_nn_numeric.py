"""Neural-network kernels against JAX's own differentiation, and their dtypes and edges."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from jax import lax

from penstock.kernels import (
    convolution,
    depthwise,
    dilation,
    losses,
    normalization,
    ordering,
    pooling,
    products,
    windows,
)

RNG = np.random.default_rng(3)
FLOATS = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
POOL = ((1, 3, 3, 1), (1, 2, 2, 1), "SAME")


def normal(*shape: int, dtype: np.typing.DTypeLike = np.float32) -> np.ndarray:
    return RNG.standard_normal(shape).astype(dtype)


@pytest.fixture(autouse=True)
def wide_types() -> object:
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("dtype", FLOATS)
def test_every_float_dtype_is_kept(dtype: np.typing.DTypeLike) -> None:
    x, w = normal(2, 6, 6, 4, dtype=dtype), normal(3, 3, 4, 2, dtype=dtype)
    scale = np.ones(4, np.float32)
    flat = x.reshape(-1, 4)

    @jax.jit
    def kernels(x: jax.Array, w: jax.Array, flat: jax.Array) -> dict[str, jax.Array]:
        y = convolution.conv2d(x, w, (1, 1, 1, 1), "SAME")
        return {
            "conv2d": y,
            "conv2d_backprop_input": convolution.conv2d_backprop_input(
                x.shape, w, y, (1, 1, 1, 1), "SAME"
            ),
            "conv2d_backprop_filter": convolution.conv2d_backprop_filter(
                x, w.shape, y, (1, 1, 1, 1), "SAME"
            ),
            "depthwise": depthwise.depthwise_conv2d(x, w, (1, 1, 1, 1), "SAME"),
            "max_pool": pooling.max_pool(x, *POOL),
            "max_pool_grad": pooling.max_pool_grad(
                x, pooling.max_pool(x, *POOL), pooling.max_pool(x, *POOL), *POOL
            ),
            "avg_pool": pooling.avg_pool(x, *POOL),
            "avg_pool_grad": pooling.avg_pool_grad(x.shape, pooling.avg_pool(x, *POOL), *POOL),
            "lrn": normalization.lrn(x),
            "lrn_grad": normalization.lrn_grad(x, x, normalization.lrn(x)),
            "softmax": losses.softmax(flat),
            "log_softmax": losses.log_softmax(flat),
            "xent": losses.softmax_cross_entropy_with_logits(flat, flat)[0],
            "xent backprop": losses.softmax_cross_entropy_with_logits(flat, flat)[1],
            "sparse": losses.sparse_softmax_cross_entropy_with_logits(
                flat, np.zeros(len(flat), np.int32)
            )[1],
            "dilation2d": dilation.dilation2d(x, w[..., 0], (1, 1, 1, 1), (1, 1, 1, 1), "SAME"),
            "matmul": products.matmul(flat, flat, transpose_a=True),
        }

    made = kernels(x, w, flat)
    assert {name: a.dtype for name, a in made.items() if a.dtype != dtype} == {}
    if dtype != np.float64:
        norm = normalization.fused_batch_norm(x, scale, scale, scale, scale)
        assert [a.dtype for a in norm] == [np.dtype(dtype)] + [np.dtype(np.float32)] * 4


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (3, 1), (1, 2)])
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
def test_convolution_gradients_are_the_transposes(
    padding: str, stride: int, dilation: int, data_format: str
) -> None:
    first = data_format == "NCHW"
    x, w = normal(2, 9, 8, 3, dtype=np.float64), normal(3, 2, 3, 4, dtype=np.float64)
    x = x.transpose(0, 3, 1, 2) if first else x
    strides = (1, 1, stride, stride) if first else (1, stride, stride, 1)
    dilations = (1, 1, dilation, dilation) if first else (1, dilation, dilation, 1)
    at = (strides, padding, data_format, dilations)
    y, pull = jax.vjp(lambda x, w: convolution.conv2d(x, w, *at), x, w)
    dy = normal(*y.shape, dtype=np.float64)
    dx, dw = pull(jnp.asarray(dy))
    got = convolution.conv2d_backprop_input(x.shape, w, dy, *at)
    np.testing.assert_allclose(got, dx, rtol=1e-10, atol=1e-10)
    got = convolution.conv2d_backprop_filter(x, w.shape, dy, *at)
    np.testing.assert_allclose(got, dw, rtol=1e-10, atol=1e-10)


def test_grouped_convolution_and_its_gradients() -> None:
    x, w = normal(2, 5, 5, 6, dtype=np.float64), normal(3, 3, 2, 9, dtype=np.float64)
    at = ((1, 1, 1, 1), "SAME")
    y = convolution.conv2d(x, w, *at)
    parts = [
        convolution.conv2d(x[..., 2 * g : 2 * g + 2], w[..., 3 * g : 3 * g + 3], *at)
        for g in range(3)
    ]
    np.testing.assert_allclose(y, np.concatenate(parts, -1), rtol=1e-10)
    dw = convolution.conv2d_backprop_filter(x, w.shape, y, *at)
    assert dw.shape == w.shape


@pytest.mark.parametrize("shape", [(0, 5, 5, 2), (2, 5, 5, 2)])
def test_empty_batches(shape: tuple[int, ...]) -> None:
    x, w = normal(*shape), normal(3, 3, 2, 4)
    y = convolution.conv2d(x, w, (1, 1, 1, 1), "SAME")
    assert y.shape == (shape[0], 5, 5, 4)
    dw = convolution.conv2d_backprop_filter(x, w.shape, y, (1, 1, 1, 1), "SAME")
    assert dw.shape == w.shape and np.isfinite(dw).all()
    assert (
        pooling.max_pool_grad(
            x, pooling.max_pool(x, *POOL), pooling.max_pool(x, *POOL), *POOL
        ).shape
        == shape
    )


@pytest.mark.parametrize("k", [(1, 12, 12, 1), (1, 6, 6, 1), (1, 1, 1, 3), (1, 11, 11, 1)])
def test_large_and_depthwise_windows(k: tuple[int, ...]) -> None:
    x = normal(2, 12, 12, 6, dtype=np.float64)
    at = (k, (1, 1, 1, 1), "VALID")
    dy = normal(*(n - size + 1 for n, size in zip(x.shape, k, strict=True)), dtype=np.float64)

    @jax.jit
    def ours(x: jax.Array, dy: jax.Array) -> list[jax.Array]:
        y = pooling.max_pool(x, *at)
        return [
            y,
            pooling.max_pool_grad(x, y, dy, *at),
            pooling.avg_pool(x, *at),
            pooling.avg_pool_grad(x.shape, dy, *at),
        ]

    @jax.jit
    def theirs(x: jax.Array, dy: jax.Array) -> list[jax.Array]:
        made = []
        for start, reduce in ((-np.inf, lax.max), (0.0, lax.add)):
            y, pull = jax.vjp(
                lambda x, start=start, reduce=reduce: lax.reduce_window(
                    x, start, reduce, k, (1, 1, 1, 1), "VALID"
                ),
                x,
            )
            share = 1 if reduce is lax.max else np.prod(k)
            made += [y / share, pull(dy / share)[0]]
        return made

    for got, expected in zip(ours(x, dy), theirs(x, dy), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-12)


def test_integer_pooling_prefers_data_to_padding() -> None:
    x = np.zeros((2, 3, 3, 1), np.uint8)
    pool = jax.jit(pooling.max_pool_with_argmax, static_argnums=(1, 2, 3))
    y, where = pool(x, (1, 2, 2, 1), (1, 1, 1, 1), "SAME")
    assert y.dtype == np.uint8 and where.dtype == np.int64
    np.testing.assert_array_equal(where[0, :, :, 0], np.arange(9).reshape(3, 3))
    x = np.zeros((1, 2, 2, 1), np.uint8)
    pads = ((0, 0), (1, 0), (1, 0), (0, 0))
    where = pool(x, (1, 2, 2, 1), (1, 2, 2, 1), pads)[1]
    assert where.reshape(-1).tolist() == [0]


def test_lrn_gradient_is_numerically_right() -> None:
    x, dy = normal(1, 2, 2, 9, dtype=np.float64), normal(1, 2, 2, 9, dtype=np.float64)
    for at in ((2, 1.0, 0.5, 0.5), (3, 2.0, 0.1, 0.75), (1, 1.0, 1.0, 1.0), (4, 1.5, 0.3, 0.6)):
        lrn = jax.jit(lambda x, at=at: normalization.lrn(x, *at))
        gradient = jax.jit(lambda d, x, y, at=at: normalization.lrn_grad(d, x, y, *at))
        got = np.asarray(gradient(dy, x, lrn(x)))
        step = 1e-6
        for i in range(0, x.size, 5):
            move = np.zeros(x.size)
            move[i] = step
            move = move.reshape(x.shape)
            up, down = lrn(x + move), lrn(x - move)
            slope = float(np.sum(np.asarray(up - down) * dy)) / (2 * step)
            assert abs(slope - got.reshape(-1)[i]) < 1e-6


def test_batch_norm_of_nothing_and_of_one() -> None:
    one = np.ones(3, np.float32)
    none = normalization.fused_batch_norm(normal(0, 2, 2, 3), one, one, one, one)
    assert none[0].shape == (0, 2, 2, 3) and np.isnan(none[1]).all()
    single = normalization.fused_batch_norm(normal(1, 1, 1, 3), one, one, one, one)
    np.testing.assert_array_equal(single[2], 0)


def test_sparse_labels_out_of_range_are_nan() -> None:
    loss, backprop = losses.sparse_softmax_cross_entropy_with_logits(
        normal(3, 4), np.array([0, 4, -1])
    )
    assert np.isnan(loss).tolist() == [False, True, True]
    assert np.isnan(backprop).any(axis=1).tolist() == [False, True, True]
    assert not losses.labels_in_range(np.array([0, 4]), 4)
    assert losses.labels_in_range(np.array([0, 3]), 4)


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("sizes", [(5, 7, 3), (1100, 4, 1000), (3, 1500, 1500)])
def test_matmul(sizes: tuple[int, int, int], transpose_a: bool, transpose_b: bool) -> None:
    rows, inner, columns = sizes
    a = normal(inner, rows) if transpose_a else normal(rows, inner)
    b = normal(columns, inner) if transpose_b else normal(inner, columns)
    expected = (a.T if transpose_a else a) @ (b.T if transpose_b else b)
    got = products.matmul(a, b, transpose_a, transpose_b)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)


def test_after_keeps_the_value_and_avoids_the_copy() -> None:
    for reader in (np.array([np.nan]), np.array([np.inf]), np.array([-1.0]), np.zeros((0,))):
        assert float(ordering.after(jnp.float32(0.5), jnp.asarray(reader))) == 0.5

    def step(order: bool) -> str:
        def update(w: jax.Array, x: jax.Array, dy: jax.Array) -> tuple[jax.Array, jax.Array]:
            dx = dy @ w.T
            rate = jnp.float32(0.1)
            if order:
                rate = ordering.after(rate, dx)
            return w - rate * (x.T @ dy), dx

        shapes = [jax.ShapeDtypeStruct(s, np.float32) for s in ((64, 32), (50, 64), (50, 32))]
        return jax.jit(update, donate_argnums=0).lower(*shapes).compile().as_text()

    assert "f32[64,32]{1,0} copy(" in step(order=False)
    assert "f32[64,32]{1,0} copy(" not in step(order=True)


def test_window_placement_errors() -> None:
    with pytest.raises(ValueError, match="SAME"):
        windows.place([4], [2], [1], "sam")
    with pytest.raises(ValueError, match="8 numbers"):
        windows.place([4] * 4, [2] * 4, [1] * 4, [1, 2])
    with pytest.raises(ValueError, match="input depth 3"):
        convolution.conv2d(normal(1, 4, 4, 3), normal(2, 2, 2, 4), (1, 1, 1, 1), "SAME")


def test_factors_are_found_in_their_trace_only() -> None:
    seen = []

    @jax.jit
    def trace(a: jax.Array, b: jax.Array) -> jax.Array:
        product = products.matmul(a, b, transpose_a=True)
        seen.append(products.factors_of(product))
        seen.append(products.factors_of(product + 1))
        seen.append(products.factors_of(products.matmul(b, a)))
        return product

    trace(normal(3, 4), normal(3, 3))
    assert seen[0] is not None and [f.shape for f in seen[0]] == [(3, 4), (3, 3)]
    assert seen[1:] == [None, None]
    del seen[:]
    assert not products._factors
