"""Neural-network kernels against values from TensorFlow 1.15.5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from penstock.kernels import convolution, depthwise, dilation, losses, normalization, pooling

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "nn_kernels.npz")


def case(name: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    def values(kind: str) -> list[np.ndarray]:
        found = []
        while f"{name}/{kind}{len(found)}" in GOLDEN:
            found.append(GOLDEN[f"{name}/{kind}{len(found)}"])
        return found

    inputs, outputs = values("i"), values("o")
    assert inputs and outputs, f"no golden case {name}"
    return inputs, outputs


def run(function: Callable[..., object], *arguments: np.ndarray) -> list[np.ndarray]:
    """Runs `function` compiled with 64-bit types on, as a session does."""
    with jax.enable_x64(True):
        result = jax.jit(function)(*[jnp.asarray(a) for a in arguments])
    return [np.asarray(r) for r in (result if isinstance(result, tuple) else (result,))]


def compare(
    name: str, function: Callable[..., object], rtol: float = 2e-5, atol: float = 2e-5
) -> None:
    inputs, expected = case(name)
    got = run(function, *inputs)
    for g, e in zip(got, expected, strict=False):
        assert g.dtype == e.dtype and g.shape == e.shape
        np.testing.assert_allclose(g, e, rtol=rtol, atol=atol)


def to_first(x: jax.Array) -> jax.Array:
    """Moves the channels of an NHWC-like array to axis 1."""
    return jnp.moveaxis(x, -1, 1)


def to_last(x: jax.Array) -> jax.Array:
    return jnp.moveaxis(x, 1, -1)


def first(four: Sequence[int]) -> list[int]:
    """Rewrites per-axis attributes from channels-last to channels-first order."""
    return [four[0], four[-1], *four[1:-1]]


POOLS = {
    "2s": ((2, 2), (2, 2), "SAME"),
    "2v": ((2, 2), (2, 2), "VALID"),
    "3s": ((3, 3), (2, 2), "SAME"),
    "3v": ((3, 3), (2, 2), "VALID"),
    "32": ((3, 2), (1, 3), "SAME"),
    "11": ((3, 3), (1, 1), "SAME"),
    "gap": ((2, 2), (3, 3), "VALID"),
}


@pytest.mark.parametrize("name", POOLS)
def test_pooling(name: str) -> None:
    k, s, padding = POOLS[name]
    ks, ss = [1, *k, 1], [1, *s, 1]
    at = (ks, ss, padding)
    at_first = (first(ks), first(ss), padding, "NCHW")
    shape = case(f"max/{name}")[0][0].shape
    shape_first = first(shape)
    compare(f"max/{name}", lambda x: pooling.max_pool(x, *at), 0, 0)
    compare(f"max/{name}", lambda x: to_last(pooling.max_pool(to_first(x), *at_first)), 0, 0)
    compare(f"maxgrad/{name}", lambda x, y, dy: pooling.max_pool_grad(x, y, dy, *at))
    compare(
        f"maxgrad/{name}",
        lambda x, y, dy: to_last(
            pooling.max_pool_grad(to_first(x), to_first(y), to_first(dy), *at_first)
        ),
    )
    compare(f"maxgradgrad/{name}", lambda x, y, d: pooling.max_pool_grad_grad(x, y, d, *at), 0, 0)
    compare(f"avg/{name}", lambda x: pooling.avg_pool(x, *at))
    compare(f"avg/{name}", lambda x: to_last(pooling.avg_pool(to_first(x), *at_first)))
    compare(f"avggrad/{name}", lambda dy: pooling.avg_pool_grad(shape, dy, *at))
    compare(
        f"avggrad/{name}",
        lambda dy: to_last(pooling.avg_pool_grad(shape_first, to_first(dy), *at_first)),
    )


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("name", POOLS)
def test_pooling_with_argmax(name: str, batch: bool) -> None:
    k, s, padding = POOLS[name]
    at = ([1, *k, 1], [1, *s, 1], padding)
    compare(
        f"argmax/{name}/{batch:d}",
        lambda x: pooling.max_pool_with_argmax(x, *at, include_batch_in_index=batch),
        0,
        0,
    )
    compare(
        f"argmaxgrad/{name}/{batch:d}",
        lambda x, dy, i: pooling.max_pool_grad_with_argmax(
            x, dy, i, *at, include_batch_in_index=batch
        ),
    )


def test_other_pooling() -> None:
    compare("max/depth", lambda x: pooling.max_pool(x, [1, 1, 1, 2], [1, 1, 1, 2], "SAME"), 0, 0)
    compare("max/special", lambda x: pooling.max_pool(x, [1, 1, 3, 1], [1] * 4, "SAME"), 0, 0)
    compare("maxhalf", lambda x: pooling.max_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "SAME"), 0, 0)
    at = ([1, 3, 2, 2, 1], [1, 2, 2, 1, 1], "SAME")
    at_first = (first(at[0]), first(at[1]), "SAME", "NCDHW")
    compare("max3d", lambda x: pooling.max_pool(x, *at), 0, 0)
    compare("max3d", lambda x: to_last(pooling.max_pool(to_first(x), *at_first)), 0, 0)
    compare("max3dgrad", lambda x, y, dy: pooling.max_pool_grad(x, y, dy, *at))
    compare("avg3d", lambda x: pooling.avg_pool(x, *at))
    shape = case("avg3d")[0][0].shape
    compare("avg3dgrad", lambda dy: pooling.avg_pool_grad(shape, dy, *at))


CONVS = {
    "s1": ((2, 7, 6, 3), (3, 3, 3, 4), (1, 1), "SAME"),
    "s2": ((2, 8, 7, 3), (3, 3, 3, 4), (2, 2), "SAME"),
    "v": ((2, 8, 7, 3), (4, 3, 3, 4), (3, 2), "VALID"),
    "one": ((3, 9, 9, 1), (5, 5, 1, 6), (1, 1), "SAME"),
    "wide": ((1, 6, 6, 32), (3, 3, 32, 5), (2, 2), "SAME"),
    "big": ((1, 19, 19, 3), (11, 11, 3, 4), (4, 4), "SAME"),
    "unused": ((1, 8, 8, 2), (2, 2, 2, 3), (3, 3), "VALID"),
    "1x1": ((2, 5, 5, 4), (1, 1, 4, 3), (2, 2), "SAME"),
}


@pytest.mark.parametrize("name", CONVS)
def test_convolution(name: str) -> None:
    xs, ws, s, padding = CONVS[name]
    at = ([1, *s, 1], padding)
    at_first = ([1, 1, *s], padding, "NCHW")
    c = convolution
    tolerance = 1e-4
    compare(f"conv/{name}", lambda x, w: c.conv2d(x, w, *at), tolerance, tolerance)
    compare(
        f"conv/{name}",
        lambda x, w: to_last(c.conv2d(to_first(x), w, *at_first)),
        tolerance,
        tolerance,
    )
    compare(
        f"convin/{name}",
        lambda w, dy: c.conv2d_backprop_input(xs, w, dy, *at),
        tolerance,
        tolerance,
    )
    compare(
        f"convin/{name}",
        lambda w, dy: to_last(c.conv2d_backprop_input(first(xs), w, to_first(dy), *at_first)),
        tolerance,
        tolerance,
    )
    compare(
        f"convfilter/{name}",
        lambda x, dy: c.conv2d_backprop_filter(x, ws, dy, *at),
        tolerance,
        tolerance,
    )
    compare(
        f"convfilter/{name}",
        lambda x, dy: c.conv2d_backprop_filter(to_first(x), ws, to_first(dy), *at_first),
        tolerance,
        tolerance,
    )


def test_dilated_and_explicitly_padded_convolution() -> None:
    compare(
        "conv/dilated",
        lambda x, w: convolution.conv2d(x, w, [1] * 4, "SAME", "NHWC", [1, 2, 3, 1]),
    )
    pads = [0, 0, 1, 2, 0, 3, 0, 0]
    compare("conv/explicit", lambda x, w: convolution.conv2d(x, w, [1, 2, 1, 1], pads))
    pairs = [[0, 0], [0, 0], [1, 2], [0, 3]]
    compare(
        "conv/explicit",
        lambda x, w: to_last(convolution.conv2d(to_first(x), w, [1, 1, 2, 1], pairs, "NCHW")),
    )


def test_convolution_3d() -> None:
    at = ([1, 2, 1, 2, 1], "SAME")
    at_first = ([1, 1, 2, 1, 2], "SAME", "NCDHW")
    xs, ws = (a.shape for a in case("conv3d")[0])
    c = convolution
    compare("conv3d", lambda x, w: c.conv3d(x, w, *at))
    compare("conv3d", lambda x, w: to_last(c.conv3d(to_first(x), w, *at_first)))
    compare("conv3din", lambda w, dy: c.conv3d_backprop_input(xs, w, dy, *at))
    compare("conv3dfilter", lambda x, dy: c.conv3d_backprop_filter(x, ws, dy, *at))
    compare(
        "conv3dfilter",
        lambda x, dy: c.conv3d_backprop_filter(to_first(x), ws, to_first(dy), *at_first),
    )


@pytest.mark.parametrize("name", ["s1", "s2", "v"])
def test_depthwise_and_dilation(name: str) -> None:
    stride, padding = {"s1": (1, "SAME"), "s2": (2, "SAME"), "v": (2, "VALID")}[name]
    at = ([1, stride, stride, 1], padding)
    at_first = ([1, 1, stride, stride], padding, "NCHW")
    xs, ws = (a.shape for a in case(f"depthwise/{name}")[0])
    d = depthwise
    compare(f"depthwise/{name}", lambda x, w: d.depthwise_conv2d(x, w, *at))
    compare(
        f"depthwise/{name}",
        lambda x, w: to_last(d.depthwise_conv2d(to_first(x), w, *at_first)),
    )
    compare(f"depthwisein/{name}", lambda w, dy: d.depthwise_conv2d_backprop_input(xs, w, dy, *at))
    compare(
        f"depthwisein/{name}",
        lambda w, dy: to_last(
            d.depthwise_conv2d_backprop_input(first(xs), w, to_first(dy), *at_first)
        ),
    )
    compare(
        f"depthwisefilter/{name}",
        lambda x, dy: d.depthwise_conv2d_backprop_filter(x, ws, dy, *at),
    )
    compare(
        f"depthwisefilter/{name}",
        lambda x, dy: d.depthwise_conv2d_backprop_filter(to_first(x), ws, to_first(dy), *at_first),
    )
    rates = ([1, stride, stride, 1], [1, 2, 1, 1], padding)
    compare(f"dilation/{name}", lambda x, w: dilation.dilation2d(x, w, *rates))
    compare(
        f"dilationin/{name}",
        lambda x, w, dy: dilation.dilation2d_backprop_input(x, w, dy, *rates),
    )
    compare(
        f"dilationfilter/{name}",
        lambda x, w, dy: dilation.dilation2d_backprop_filter(x, w, dy, *rates),
    )


LRNS = {
    "default": (5, 1.0, 1.0, 0.5),
    "alexnet": (2, 1.0, 1e-4, 0.75),
    "one": (1, 2.0, 0.3, 1.0),
    "odd": (3, 1.5, 0.2, 0.6),
    "wide": (12, 1.0, 0.1, 0.75),
}


@pytest.mark.parametrize("name", LRNS)
def test_lrn(name: str) -> None:
    compare(f"lrn/{name}", lambda x: normalization.lrn(x, *LRNS[name]))
    compare(f"lrngrad/{name}", lambda dy, x, y: normalization.lrn_grad(dy, x, y, *LRNS[name]))


def test_fused_batch_norm() -> None:
    n = normalization
    none = np.zeros((0,), np.float32)
    compare("bn/train", lambda x, s, o: n.fused_batch_norm(x, s, o, none, none, 1e-3))
    compare(
        "bn/train",
        lambda x, s, o: (
            to_last((r := n.fused_batch_norm(to_first(x), s, o, none, none, 1e-3, "NCHW"))[0]),
            *r[1:],
        ),
    )
    compare("bn/infer", lambda *a: n.fused_batch_norm(*a, 1e-3, is_training=False))
    compare("bngrad/train", lambda *a: n.fused_batch_norm_grad(*a, 1e-3), 1e-4, 1e-4)
    compare(
        "bngrad/infer",
        lambda *a: n.fused_batch_norm_grad(*a, 1e-3, is_training=False),
        1e-4,
        1e-4,
    )


def test_losses() -> None:
    compare("softmax", losses.softmax)
    compare("logsoftmax", losses.log_softmax)
    for name in ("xent", "xent/row", "xent/labels"):
        compare(name, losses.softmax_cross_entropy_with_logits)
    compare("xent/half", losses.softmax_cross_entropy_with_logits, 2e-3, 2e-2)
    compare("sparse", losses.sparse_softmax_cross_entropy_with_logits)
