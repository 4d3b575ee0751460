"""Fractional pooling (Graham, 2014): windows of varying sizes at random places, on the host."""

from __future__ import annotations

import math

import numpy as np

from penstock.kernels.random.sampling import WordStream


def pooling_sequence(stream: WordStream, size: int, count: int, pseudo_random: bool) -> np.ndarray:
    """Where `count` windows begin on an axis of `size` elements, and the end.

    Args:
        stream: random words, TensorFlow's.
        size: the elements of the axis.
        count: how many windows; at most `size`.
        pseudo_random: place the windows by one random number, not by shuffling their sizes.

    Returns:
        int64[count + 1], from 0 to `size`.
    """
    if pseudo_random:
        alpha, least = size / count, size // count
        largest = min((least + 2) / alpha - 1, (size + 1 - least) / alpha - (count - 1))
        start = stream.double() * largest
        inner = [math.ceil(alpha * (i + start)) - 1 for i in range(1, count)]
        return np.array([0, *inner, size], np.int64)
    sizes = [size // count + (i < size % count) for i in range(count)]
    for place in range(count - 1):
        other = place + stream.below(count - place)
        sizes[place], sizes[other] = sizes[other], sizes[place]
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _windows(sequence: np.ndarray, overlapping: bool) -> list[slice]:
    last = int(sequence[-1])
    return [
        slice(int(low), min(int(high) + overlapping, last))
        for low, high in zip(sequence, sequence[1:], strict=False)
    ]


def fractional_max_pool(
    x: np.ndarray, rows: np.ndarray, columns: np.ndarray, overlapping: bool
) -> np.ndarray:
    """The maximum of each window of `[batch, height, width, channels]`."""
    lines = [x[:, w].max(axis=1) for w in _windows(rows, overlapping)]
    half = np.stack(lines, axis=1)
    return np.stack([half[:, :, w].max(axis=2) for w in _windows(columns, overlapping)], axis=2)


def fractional_max_pool_grad(
    x: np.ndarray, dy: np.ndarray, rows: np.ndarray, columns: np.ndarray, overlapping: bool
) -> np.ndarray:
    """The gradient of `fractional_max_pool`: to the first maximum of each window."""
    result = np.zeros(x.shape, dy.dtype)
    batch, channel = np.ogrid[: x.shape[0], : x.shape[3]]
    for i, row in enumerate(_windows(rows, overlapping)):
        for j, column in enumerate(_windows(columns, overlapping)):
            window = x[:, row, column]
            width = window.shape[2]
            first = window.reshape(x.shape[0], -1, x.shape[3]).argmax(axis=1)
            place = (batch, row.start + first // width, column.start + first % width, channel)
            np.add.at(result, place, dy[:, i, j])
    return result


def fractional_avg_pool(
    x: np.ndarray, rows: np.ndarray, columns: np.ndarray, overlapping: bool
) -> np.ndarray:
    """The mean of each window of `[batch, height, width, channels]`."""
    result = [
        [
            x[:, row, column].sum(axis=(1, 2), dtype=x.dtype)
            / np.asarray((row.stop - row.start) * (column.stop - column.start), x.dtype)
            for column in _windows(columns, overlapping)
        ]
        for row in _windows(rows, overlapping)
    ]
    stacked = np.array(result)
    return np.moveaxis(stacked, 2, 0).astype(x.dtype)


def fractional_avg_pool_grad(
    shape: tuple[int, ...],
    dy: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    overlapping: bool,
) -> np.ndarray:
    """The gradient of `fractional_avg_pool`: a share to every element of each window."""
    result = np.zeros(shape, np.float64)
    for i, row in enumerate(_windows(rows, overlapping)):
        for j, column in enumerate(_windows(columns, overlapping)):
            area = (row.stop - row.start) * (column.stop - column.start)
            result[:, row, column] += dy[:, i, j][:, None, None].astype(np.float64) / area
    return result.astype(dy.dtype)
