"""Draws in chunks equal draws in one piece."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from penstock.kernels import random
from penstock.kernels.random import chunks, uniform_on_host


def compiled(name: object, function: object, arguments: list) -> object:
    def call(*values: object) -> object:
        with jax.enable_x64(True):
            return jax.jit(function)(*values)

    return call


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        ("uniform", random.random_uniform),
        ("normal", random.random_standard_normal),
        ("truncated", random.truncated_normal),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_chunks_are_pieces_of_the_whole(
    kind: str, whole: object, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "SMALL", 64)
    monkeypatch.setattr(chunks, "LARGE", 256)
    key = random.philox_key(3, 4)
    for count in (1, 63, 200, 1030):
        got, offset = chunks.draw(kind, key, 512, (count,), np.dtype(dtype), compiled)
        with jax.enable_x64(True):
            wanted, after = jax.jit(lambda n=count: whole(key, 512, (n,), np.dtype(dtype)))()
        np.testing.assert_allclose(got, np.asarray(wanted), rtol=1e-6, atol=1e-7)
        assert offset == int(after)


@pytest.mark.parametrize("offset", [0, 513, (1 << 32) - 7])
@pytest.mark.parametrize("count", [1, 5, 70_001])
def test_numpy_draws_the_same_uniform_numbers(count: int, offset: int) -> None:
    key = random.philox_key(-3, 1 << 40)
    with jax.enable_x64(True):
        wanted = jax.jit(lambda: random.random_uniform(key, offset, (count,), np.float32)[0])()
    got = uniform_on_host.random_uniform(key, offset, count)
    np.testing.assert_array_equal(got, np.asarray(wanted))
