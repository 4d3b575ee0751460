"""Histograms with the buckets of TensorFlow's summaries.

The bucket limits grow by 10 % from 1e-12 to 1e20, mirrored for negative values, with one limit at
zero and the largest number at either end.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

LARGEST = float(np.finfo(np.float64).max)


@dataclasses.dataclass(frozen=True)
class Histogram:
    """``buckets[i]`` values lie below ``limits[i]`` (and not below ``limits[i - 1]``)."""

    minimum: float
    maximum: float
    count: float
    total: float
    total_of_squares: float
    limits: np.ndarray
    buckets: np.ndarray


@functools.cache
def default_limits() -> np.ndarray:
    """The upper limits of all buckets, ascending."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(LARGEST)
    return np.array([*(-v for v in reversed(positive)), 0.0, *positive])


def histogram(values: np.ndarray) -> Histogram:
    """The histogram of finite values, runs of empty buckets joined into one.

    Args:
        values: a vector of finite ``float64``.
    """
    limits = default_limits()
    if not values.size:
        return Histogram(LARGEST, -LARGEST, 0.0, 0.0, 0.0, limits[-1:], np.zeros(1))
    places = np.searchsorted(limits, values, side="right")
    counts = np.bincount(np.minimum(places, limits.size - 1), minlength=limits.size)
    filled = counts > 0
    # A bucket is kept when it holds something, or is the last of a run of empty ones.
    kept = filled | np.append(filled[1:], True)
    return Histogram(
        float(values.min()),
        float(values.max()),
        float(values.size),
        # One after the other, as TensorFlow adds, so that the sums agree to the bit.
        float(np.add.accumulate(values)[-1]),
        float(np.add.accumulate(values * values)[-1]),
        limits[kept],
        counts[kept].astype(np.float64),
    )
