"""Input gradients of convolutions whose filter is as large as the input along an axis."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.kernels import convolution

CASES = [
    # input sizes, filter sizes, strides, padding, dilation, format
    ((5, 6), (5, 6), (1, 1), "VALID", 1, "NHWC"),
    ((7, 6), (3, 6), (1, 1), "VALID", 1, "NHWC"),
    ((7, 9), (3, 5), (1, 1), "VALID", 2, "NHWC"),
    ((7, 7), (7, 7), (2, 2), "VALID", 1, "NCHW"),
    ((12, 8), (2, 8), (3, 3), "VALID", 1, "NCHW"),
    ((8, 8), (8, 8), (8, 8), "SAME", 1, "NHWC"),
    ((6, 6), (6, 6), (6, 6), [[0, 0], [1, 2], [3, 0], [0, 0]], 1, "NHWC"),
    ((11, 30), (3, 7), (1, 30), "SAME", 1, "NHWC"),
]


@pytest.mark.parametrize(("sizes", "window", "strides", "padding", "dilation", "layout"), CASES)
def test_gradient_by_taps_is_the_convolution_turned_round(
    sizes, window, strides, padding, dilation, layout
):
    rng = np.random.default_rng(0)
    last = layout == "NHWC"
    shape = (2, *sizes, 3) if last else (2, 3, *sizes)
    steps = [1, *strides, 1] if last else [1, 1, *strides]
    rates = [1, dilation, dilation, 1] if last else [1, 1, dilation, dilation]
    w = rng.normal(size=(*window, 3, 4)).astype(np.float32)
    c = convolution.describe(shape, w.shape, steps, padding, layout, rates)
    assert convolution._mostly_padding(shape, c)
    out = [a.out for a in c.axes]
    dy = rng.normal(size=(2, *out, 4) if last else (2, 4, *out)).astype(np.float32)
    expected = convolution._transpose_input(w, dy, shape, c)
    found = convolution._input_by_taps(w, dy, shape, c)
    assert found.shape == shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_small_filters_keep_the_convolution():
    c = convolution.describe((2, 28, 28, 1), (5, 5, 1, 32), [1, 1, 1, 1], "SAME", "NHWC", None)
    assert not convolution._mostly_padding((2, 28, 28, 1), c)
