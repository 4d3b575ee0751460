"""Copies of fed arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import penstock as tf
from penstock.runtime.staging import Staging, aligned_copy, is_aligned


@pytest.fixture
def sess() -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def never() -> None:
    raise AssertionError("nothing needs to wait here")


@pytest.mark.parametrize("shape", [(1000,), (30, 70), (0, 500), (3, 4, 5, 6)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8", "bool", "complex128"])
def test_copies_are_equal_and_aligned(shape: tuple[int, ...], dtype: str) -> None:
    array = (np.arange(np.prod(shape)) % 7).reshape(shape).astype(dtype)
    for view in (array, array[::-1], np.asfortranarray(array)):
        for made in (aligned_copy(view), Staging().copy(view, never)):
            np.testing.assert_array_equal(made, view)
            assert made.dtype == view.dtype and not np.shares_memory(made, view)
            assert made.nbytes < 512 or is_aligned(made)


def test_memory_is_used_again_only_when_free() -> None:
    staging = Staging()
    array = np.zeros(1000, np.float32)
    held = [staging.copy(array + i, never) for i in range(3)]
    waited: list[int] = []
    extra = staging.copy(array + 3, lambda: waited.append(1))
    assert waited
    for i, made in enumerate([*held, extra]):
        assert made[0] == i
    addresses = {m.ctypes.data for m in [*held, extra]}
    del held, extra, made
    again = staging.copy(array, never)
    assert again.ctypes.data in addresses


def test_the_callers_array_is_free_after_a_run(sess: Any) -> None:
    x = tf.placeholder(tf.float32, [300, 300])
    total = tf.Variable(tf.zeros([300, 300]))
    step = total.assign_add(tf.matmul(x, x) * 0.0 + x).op
    sess.run(total.initializer)
    array = np.zeros([300, 300], np.float32)
    for i in range(50):
        array[:] = i
        sess.run(step, {x: array})
        array[:] = -1e6
    np.testing.assert_array_equal(sess.run(total), np.full([300, 300], sum(range(50))))
