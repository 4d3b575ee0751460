"""``tf.data.experimental`` and the functions of ``tf.contrib.data``, for ``Dataset.apply``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.data import structure
from penstock.data.dataset import AUTOTUNE, Dataset, _number, _rows, _seeds, _Traced
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.shapes import TensorShape

Transformation = Callable[[Dataset], Dataset]


def shuffle_and_repeat(
    buffer_size: Any, count: Any = None, seed: int | None = None
) -> Transformation:
    """Shuffles and repeats with one buffer, so that turns run into each other."""

    def transform(dataset: Dataset) -> Dataset:
        size = _number(buffer_size, "buffer_size")
        turns = _number(-1 if count is None else count, "count")
        first, second = _seeds(seed)
        return dataset._derived("ShuffleAndRepeatDataset", size, first, second, turns)

    return transform


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: int | None = None,
    drop_remainder: bool = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """``map`` and then ``batch``.

    Args:
        map_func: as for ``Dataset.map``.
        batch_size: as for ``Dataset.batch``.
        num_parallel_batches: how many batches are made at the same time.
        drop_remainder: whether a smaller last batch is left out.
        num_parallel_calls: how many calls run at the same time.

    Raises:
        ValueError: when both numbers are given.
    """
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError(
            "The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive."
        )

    def transform(dataset: Dataset) -> Dataset:
        calls = num_parallel_calls
        if num_parallel_batches is not None:
            calls = batch_size * num_parallel_batches
        traced: _Traced = dataset._traced(map_func, "map")
        size = _number(batch_size, "batch_size")
        parallel = _number(1 if calls is None else calls, "num_parallel_calls")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        rows = _rows(size, drop)
        specs = structure.map_leaves(
            lambda s: s.with_shape(TensorShape([rows]).concatenate(s.shape)), traced.specs
        )
        return dataset._derived(
            "MapAndBatchDataset",
            traced.captured,
            size,
            parallel,
            drop,
            specs=specs,
            f=traced.attribute,
        )

    return transform


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: bool = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """``Dataset.interleave``; the order is always the same."""

    def transform(dataset: Dataset) -> Dataset:
        return dataset.interleave(map_func, cycle_length, block_length)

    return transform


def ignore_errors() -> Transformation:
    """Leaves out elements that fail."""
    return lambda dataset: dataset._derived("IgnoreErrorsDataset")


def unbatch() -> Transformation:
    """The rows of the elements."""
    return lambda dataset: dataset.unbatch()


def enumerate_dataset(start: int = 0) -> Transformation:
    """Pairs of a number and an element."""
    return lambda dataset: dataset.enumerate(start)


def batch_and_drop_remainder(batch_size: Any) -> Transformation:
    """``Dataset.batch`` without a smaller last batch."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def prefetch_to_device(device: Any, buffer_size: Any = None) -> Transformation:
    """``Dataset.prefetch``; the device takes elements when they are used."""
    return lambda dataset: dataset.prefetch(buffer_size)


def Counter(start: int = 0, step: int = 1, dtype: Any = dtypes.int64) -> Dataset:
    """The integers from ``start`` on, without end."""
    from penstock.ops.casts import cast

    limit = 2**63 - 1 if step > 0 else -(2**63)
    numbers = Dataset.range(start, limit, step)
    if dtype == dtypes.int64:
        return numbers
    return numbers.map(lambda number: cast(number, dtype))


def get_single_element(dataset: Dataset) -> Any:
    """The only element of a dataset, a nest of tensors.

    Raises:
        InvalidArgumentError: (when run) there is none, or another.
    """
    specs = dataset.element_spec
    tensors = apply(
        "DatasetToSingleElement",
        dataset._variant_tensor,
        output_types=structure.flat_types(specs),
        output_shapes=structure.flat_shapes(specs),
    )
    return structure.from_tensors(specs, tensors)


__all__ = ["AUTOTUNE"]
