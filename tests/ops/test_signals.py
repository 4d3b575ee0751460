"""Frames of signals are TensorFlow's; coordinates of indices, fingerprints, the time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("signals", rtol=1e-4, atol=2e-5)


def test_unravel_index() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        places = session.run(tf.unravel_index([22, 41, 37], [7, 6]))
        np.testing.assert_array_equal(places, np.unravel_index([22, 41, 37], (7, 6)))
        assert session.run(tf.unravel_index(1621, [6, 7, 8, 9])).tolist() == [3, 1, 4, 1]
        with pytest.raises(tf.errors.InvalidArgumentError, match="out of bound"):
            session.run(tf.unravel_index([42], [7, 6]))


def test_fingerprint() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        got = session.run(tf.fingerprint([b"hello", b"farm"]))
        numbers = session.run(tf.fingerprint(np.arange(6, dtype=np.int32).reshape(2, 3)))
    assert got.shape == numbers.shape == (2, 8)
    hashed = tf.strings.to_hash_bucket_fast(["hello"], 2**62)
    with tf.Session() as session:
        number = int.from_bytes(got[0].tobytes(), "little")
        assert session.run(hashed)[0] == number % 2**62


def test_timestamp_runs_each_time() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        now = tf.timestamp()
        first, second = session.run(now), session.run(now)
        assert abs(first - time.time()) < 60
        assert second > first
