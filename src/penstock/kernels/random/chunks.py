"""Draws of any size from programs of two fixed sizes.

Compiling a random operation takes far longer than running it once, and initial values are drawn
once.  Their streams are linear in the counter, so a large draw is a row of chunks, all drawn by
the same program at different counters: a program compiled for one model serves every other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.kernels.random import normal, uniform, uniform_on_host
from penstock.kernels.random.philox import RESERVED_BLOCKS_PER_OUTPUT, PhiloxKey, element_count

SMALL, LARGE = 1 << 13, 1 << 18
# Up to here many small chunks cost less than compiling the program for large ones.
_MOST_SMALL = 1 << 23
# And up to here NumPy draws uniform numbers sooner than a program is compiled.
_MOST_ON_HOST = 1 << 21
Compile = Callable[[Any, Callable[..., Any], list[Any]], Callable[..., Any]]
_MASK = (1 << 64) - 1
_KERNELS = {
    "uniform": uniform.random_uniform,
    "normal": normal.random_standard_normal,
    "truncated": normal.truncated_normal,
}


def _blocks_per_chunk(kind: str, dtype: np.dtype, size: int) -> int:
    """How far apart the counters of two neighbouring chunks of ``size`` outputs are."""
    per_block = normal.normals_per_block(dtype)
    if kind == "truncated":
        return size // per_block * (per_block * RESERVED_BLOCKS_PER_OUTPUT // 4)
    return size // per_block


def draw(
    kind: str,
    key: PhiloxKey,
    offset: int,
    shape: Sequence[int],
    dtype: np.dtype,
    compile_program: Compile,
) -> tuple[np.ndarray, int]:
    """Draws an array of any shape.

    Args:
        kind: ``'uniform'``, ``'normal'`` or ``'truncated'``.
        key: the stream. offset: blocks reserved by earlier runs.
        shape: the shape. dtype: a floating type.
        compile_program: from (name, function, example arguments) to a compiled program.

    Returns:
        The values and the offset for the next run, as the function of that name gives them.
    """
    dtype = np.dtype(dtype)
    count = element_count(shape)
    after = (offset + count * RESERVED_BLOCKS_PER_OUTPUT) & _MASK
    words, stream = (np.asarray(part, np.uint32) for part in key)
    if kind == "uniform" and dtype == np.float32 and count <= _MOST_ON_HOST:
        drawn = uniform_on_host.random_uniform(PhiloxKey(words, stream), offset, count)
        return drawn.reshape(shape), after
    size = SMALL if count <= _MOST_SMALL else LARGE
    kernel = _KERNELS[kind]

    def chunk(words: Any, stream: Any, start: Any) -> list[Any]:
        return [kernel(PhiloxKey(words, stream), start, (size,), dtype)[0]]

    example = [words, stream, np.zeros((), np.uint64)]
    program = compile_program(("random", kind, dtype.name, size), chunk, example)
    step = _blocks_per_chunk(kind, dtype, size)
    values = np.empty(count, dtype)
    for i, first in enumerate(range(0, count, size)):
        start = np.asarray((offset + i * step) & _MASK, np.uint64)
        part = np.asarray(program(words, stream, start)[0])
        values[first : first + size] = part[: count - first]
    return values.reshape(shape), after
