"""``tf.data.experimental``: grouping, choosing, scanning, and files of comma-separated values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.data import selection_ops as _selection_ops  # noqa: F401 - registers operations
from penstock.data import structure
from penstock.data.dataset import Dataset, _common, _normalized, _seeds, _Traced
from penstock.data.structure import Spec
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, squeeze
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.checks import assert_less
from penstock.ops.comparisons import less, less_equal, logical_and
from penstock.ops.constants import constant
from penstock.ops.division import div_no_nan
from penstock.ops.fills import ones
from penstock.ops.gathers import gather
from penstock.ops.joining import stack
from penstock.ops.math_unary import log
from penstock.ops.random import random_uniform
from penstock.ops.random_stateless import stateless_multinomial
from penstock.ops.reductions import reduce_max, reduce_min, reduce_sum
from penstock.ops.selecting import one_hot, where

Transformation = Callable[[Dataset], Dataset]
INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


def _whole(traced: Any, what: str) -> Any:
    specs = traced.specs
    if not isinstance(specs, Spec) or specs.dtype != dtypes.int64 or specs.shape.ndims:
        raise ValueError(f"`{what}` must return a single tf.int64 tensor. Got {specs}.")
    return traced


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[..., Any],
    window_size: Any = None,
    window_size_func: Callable[..., Any] | None = None,
) -> Transformation:
    """Groups elements by a key; a function makes a dataset of each full group.

    Args:
        key_func: gives the key of an element, an int64 scalar.
        reduce_func: a function of a key and the dataset of a group that gives a dataset.
        window_size: how many elements make a group full.
        window_size_func: gives that number for a key, in place of ``window_size``.

    Raises:
        ValueError: unless one of the two sizes is given.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Must pass either window_size or window_size_func.")

    def constant_size(_: Any) -> Any:
        return convert_to_tensor(window_size, dtype=dtypes.int64)

    size_func = constant_size if window_size_func is None else window_size_func

    def transform(dataset: Dataset) -> Dataset:
        key = _whole(dataset._traced(key_func, "key_func"), "key_func")
        number = Spec(dtypes.int64, TensorShape([]))
        group = Spec(None, [], Dataset, dataset.element_spec)
        reduce = _Traced(reduce_func, (number, group), "reduce_func")
        size = _Traced(lambda k: cast(size_func(k), dtypes.int64), number, "window_size_func")
        return dataset._derived(
            "GroupByWindowDataset",
            key.captured,
            reduce.captured,
            _whole(size, "window_size_func").captured,
            specs=reduce.dataset_specs("`reduce_func` must return a `Dataset` object."),
            key_func=key.attribute,
            reduce_func=reduce.attribute,
            window_size_func=size.attribute,
        )

    return transform


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Batches elements of like length together, padded.

    Args:
        element_length_func: gives the length of an element, an int32 scalar.
        bucket_boundaries: the upper ends of the buckets, not included.
        bucket_batch_sizes: the batch size of each bucket; one more than boundaries.
        padded_shapes: the shapes to pad to; by default only unknown sizes are padded.
        padding_values: what to pad with; zeros by default.
        pad_to_bucket_boundary: pad to the bucket's boundary less one.
        no_padding: batch without padding. drop_remainder: leave out smaller last batches.

    Raises:
        ValueError: when the numbers of sizes and boundaries don't fit.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
    sizes = np.array(bucket_batch_sizes, np.int64)
    smallest = np.array([np.iinfo(np.int32).min, *bucket_boundaries], np.int32)
    largest = np.array([*bucket_boundaries, np.iinfo(np.int32).max], np.int32)

    def bucket(*element: Any) -> Any:
        length = convert_to_tensor(element_length_func(*element))
        inside = logical_and(less_equal(smallest, length), less(length, largest))
        return reduce_min(where(inside))

    def size_of_bucket(key: Any) -> Any:
        return gather(constant(sizes, dtype=dtypes.int64), key)

    def filled(shapes: Any, size: Any = None) -> Any:
        def one(shape: Any) -> Any:
            known = TensorShape(shape)
            if known.ndims is None:
                raise ValueError("Padding requires known ranks.")
            return _sizes(known.as_list(), size)

        return structure.map_leaves(lambda spec: one(spec.shape), shapes)

    def batched(key: Any, group: Dataset) -> Dataset:
        size = size_of_bucket(key)
        if no_padding:
            return group.batch(size, drop_remainder=drop_remainder)
        end = None
        if pad_to_bucket_boundary:
            check = assert_less(
                key,
                constant(len(bucket_batch_sizes) - 1, dtype=dtypes.int64),
                message="When pad_to_bucket_boundary=True, elements must have length < "
                "max(bucket_boundaries).",
            )
            with control_dependencies([check]):
                ends = constant(list(bucket_boundaries), dtype=dtypes.int64)
                end = gather(ends, key) - np.int64(1)
        shapes = padded_shapes
        if shapes is None:
            shapes = group.output_shapes if end is None else filled(group.element_spec, end)
        elif end is not None:
            flat = structure.flatten(structure.map_leaves(lambda s: s, group.element_spec))
            given = [TensorShape(s).as_list() for s in nest_of_shapes(padded_shapes, len(flat))]
            made = [_sizes(s, end) for s in given]
            shapes = structure.pack_like(group.element_spec, made)
        return group.padded_batch(size, shapes, padding_values, drop_remainder)

    def transform(dataset: Dataset) -> Dataset:
        return dataset.apply(group_by_window(bucket, batched, window_size_func=size_of_bucket))

    return transform


def _sizes(sizes: Sequence[Any], end: Any) -> Any:
    """The sizes as a tensor, ``end`` where they aren't known."""
    if None not in sizes:
        return constant(list(sizes), dtype=dtypes.int64)
    return stack([end if d is None else constant(d, dtype=dtypes.int64) for d in sizes])


def nest_of_shapes(shapes: Any, count: int) -> list[Any]:
    """The shapes in a nest that holds ``count`` of them."""
    if isinstance(shapes, TensorShape) or (count == 1 and not isinstance(shapes, dict)):
        inner = shapes[0] if isinstance(shapes, tuple) and len(shapes) == 1 else shapes
        return [inner]
    values = [shapes[k] for k in sorted(shapes)] if isinstance(shapes, dict) else list(shapes)
    found: list[Any] = []
    for value in values:
        if isinstance(value, (tuple, dict)) and not isinstance(value, TensorShape):
            found.extend(nest_of_shapes(value, len(value)))
        else:
            found.append(value)
    return found


class Reducer:
    """How to reduce a group to one element.

    Args:
        init_func: gives the first state for a key. reduce_func: the next state for a state and an
            element. finalize_func: the result for the last state.
    """

    def __init__(self, init_func: Any, reduce_func: Any, finalize_func: Any) -> None:
        self.init_func = init_func
        self.reduce_func = reduce_func
        self.finalize_func = finalize_func


def group_by_reducer(key_func: Callable[..., Any], reducer: Reducer) -> Transformation:
    """Groups elements by a key and reduces each group to one element, at the end.

    Args:
        key_func: gives the key of an element, an int64 scalar. reducer: a ``Reducer``.
    """

    def transform(dataset: Dataset) -> Dataset:
        key = _whole(dataset._traced(key_func, "key_func"), "key_func")
        number = Spec(dtypes.int64, TensorShape([]))
        init = _Traced(reducer.init_func, number, "init_func")
        inner = dataset.element_spec

        def step(state: Any, element: Any) -> Any:
            return reducer.reduce_func(state, element)

        reduce = _Traced(step, (init.specs, inner), "reduce_func")
        state = init.specs

        def last(*parts: Any) -> Any:
            return reducer.finalize_func(*parts)

        finalize = _Traced(last, state, "finalize_func")
        return dataset._derived(
            "GroupByReducerDataset",
            key.captured,
            init.captured,
            reduce.captured,
            finalize.captured,
            specs=finalize.specs,
            key_func=key.attribute,
            init_func=init.attribute,
            reduce_func=reduce.attribute,
            finalize_func=finalize.attribute,
        )

    return transform


def _directed(selector: Dataset, datasets: Sequence[Dataset]) -> Dataset:
    first = datasets[0]
    for other in datasets[1:]:
        if str(first.output_types) != str(other.output_types):
            raise TypeError(
                f"All datasets in the sequence must have the same types: {first.output_types} "
                f"and {other.output_types}."
            )
    specs = first.element_spec
    for other in datasets[1:]:
        specs = structure.map_leaves(
            lambda a, b: a.with_shape(_common(a.shape, b.shape)), specs, other.element_spec
        )
    variant = apply(
        "DirectedInterleaveDataset",
        selector._variant_tensor,
        [d._variant_tensor for d in datasets],
        output_types=structure.flat_types(specs),
        output_shapes=structure.flat_shapes(specs),
    )
    return Dataset(variant, specs, [selector, *datasets])


class RandomDataset(Dataset):
    """Random int64 numbers below 2**32 without end.

    Args:
        seed: the seed.
    """

    def __init__(self, seed: int | None = None) -> None:
        specs = Spec(dtypes.int64, TensorShape([]))
        first, second = _seeds(seed)
        variant = apply(
            "RandomDataset",
            first,
            second,
            output_types=structure.flat_types(specs),
            output_shapes=structure.flat_shapes(specs),
        )
        super().__init__(variant, specs)


def sample_from_datasets(
    datasets: Sequence[Dataset], weights: Any = None, seed: int | None = None
) -> Dataset:
    """Elements of several datasets, each time of one drawn at random.

    Args:
        datasets: the datasets. weights: how likely each is, ``[len(datasets)]`` or a dataset of
            such vectors; all the same by default. seed: the seed.

    Raises:
        TypeError: when datasets or weights have other types.
        ValueError: when there are more or fewer weights than datasets.
    """
    count = len(datasets)
    if isinstance(weights, Dataset):
        logits_of = weights.map(lambda *p: log(p[0]))

        def choose(logits: Any, seeds: Any) -> Any:
            drawn = stateless_multinomial(expand_dims(logits, 0), 1, seed=seeds)
            return squeeze(drawn, axis=[0, 1])

        selector = Dataset.zip((logits_of, RandomDataset(seed).batch(2))).map(choose)
        return _directed(selector, datasets)
    if weights is None:
        logits: Any = [[1.0] * count]
    else:
        weights = convert_to_tensor(weights, name="weights")
        if weights.dtype not in (dtypes.float32, dtypes.float64):
            raise TypeError("`weights` must be convertible to a tensor of `tf.float32` or "
                            "`tf.float64` elements.")  # fmt: skip
        if not weights.shape.is_compatible_with([count]):
            raise ValueError("`weights` must be a vector of length `len(datasets)`.")
        logits = expand_dims(log(weights), 0)

    def choose_constant(seeds: Any) -> Any:
        return squeeze(stateless_multinomial(logits, 1, seed=seeds), axis=[0, 1])

    return _directed(RandomDataset(seed).batch(2).map(choose_constant), datasets)


def choose_from_datasets(datasets: Sequence[Dataset], choice_dataset: Dataset) -> Dataset:
    """Elements of several datasets, each time of the one that a dataset of numbers names.

    Args:
        datasets: the datasets. choice_dataset: int64 scalars from 0 to their number less one.

    Raises:
        TypeError: when the choices aren't int64 scalars, or the datasets' types differ.
    """
    spec = choice_dataset.element_spec
    if not isinstance(spec, Spec) or spec.dtype != dtypes.int64 or spec.shape.ndims != 0:
        raise TypeError("`choice_dataset` must be a dataset of scalar `tf.int64` tensors.")
    return _directed(choice_dataset, datasets)


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """A function of state and element, one element after the other.

    Args:
        initial_state: the first state.
        scan_func: a function of ``(state, element)`` that gives ``(state, output)``.

    Raises:
        TypeError: when it gives something else.
    """

    def transform(dataset: Dataset) -> Dataset:
        state, specs = _normalized(initial_state)

        def step(old: Any, element: Any) -> Any:
            result = scan_func(old, element)
            if not isinstance(result, (list, tuple)) or len(result) != 2:
                raise TypeError("The scan function must return a pair comprising the new state "
                                "and the output value.")  # fmt: skip
            return tuple(result)

        traced = _Traced(step, (specs, dataset.element_spec), "scan_func")
        return dataset._derived(
            "ScanDataset",
            structure.to_tensors(state),
            traced.captured,
            specs=traced.specs[1],
            f=traced.attribute,
        )

    return transform


def take_while(predicate: Callable[..., Any]) -> Transformation:
    """Elements up to the first for which ``predicate`` gives false.

    Raises:
        ValueError: when it doesn't return one ``bool``.
    """

    def transform(dataset: Dataset) -> Dataset:
        traced = dataset._traced(predicate, "take_while")
        spec = traced.specs
        if not isinstance(spec, Spec) or spec.dtype != dtypes.bool or spec.shape.ndims:
            raise ValueError("`predicate` must return a scalar boolean tensor.")
        return dataset._derived("TakeWhileDataset", traced.captured, predicate=traced.attribute)

    return transform


def unique() -> Transformation:
    """Elements that weren't there before.

    Raises:
        TypeError: unless the elements are int32, int64 or string tensors.
    """

    def transform(dataset: Dataset) -> Dataset:
        spec = dataset.element_spec
        if not isinstance(spec, Spec) or spec.dtype not in (
            dtypes.int32, dtypes.int64, dtypes.string,
        ):  # fmt: skip
            raise TypeError(
                "`tf.data.experimental.unique()` only supports inputs with a single `tf.int32`, "
                "`tf.int64`, or `tf.string` component."
            )
        return dataset._derived("UniqueDataset")

    return transform


def rejection_resample(
    class_func: Callable[..., Any], target_dist: Any, initial_dist: Any = None,
    seed: int | None = None,
) -> Transformation:  # fmt: skip
    """Leaves out elements so that the classes have other frequencies.

    Args:
        class_func: gives the class of an element, an int32 scalar.
        target_dist: the frequencies wanted. initial_dist: the frequencies there are; they are
            counted on the way unless given. seed: the seed.

    Returns:
        A transformation to pairs of class and element.
    """

    def transform(dataset: Dataset) -> Dataset:
        unpacked = isinstance(dataset.element_spec, tuple)

        def with_class(*parts: Any) -> Any:
            element = parts if unpacked else parts[0]
            return cast(class_func(*parts), dtypes.int32), element

        wanted = cast(convert_to_tensor(target_dist), dtypes.float32)
        classes = wanted.shape[0].value
        if initial_dist is not None:
            given = cast(convert_to_tensor(initial_dist), dtypes.float32)

            def counted(number: Any, element: Any) -> Any:
                return number, given, element

            pairs = dataset.map(with_class).map(counted)
        else:
            # Begins with one of each, as TensorFlow's estimate does.
            start = np.ones([classes], np.float32) * np.float32(16.0 / classes)

            def count(state: Any, pair: Any) -> Any:
                state = state + one_hot(pair[0], classes)
                return state, (pair[0], state / reduce_sum(state), pair[1])

            pairs = dataset.map(with_class).apply(scan(start, count))

        def kept(number: Any, found: Any, element: Any) -> Any:
            ratio = div_no_nan(wanted, found)
            chance = div_no_nan(ratio, reduce_max(ratio))
            return random_uniform([], seed=seed) < gather(chance, number)

        return pairs.filter(kept).map(lambda number, _, element: (number, element))

    return transform


def cardinality(dataset: Dataset) -> Tensor:
    """How many elements a dataset has, as far as that is known without reading it.

    Returns:
        int64; ``INFINITE_CARDINALITY`` or ``UNKNOWN_CARDINALITY`` if there is no number.
    """
    return apply("DatasetCardinality", dataset._variant_tensor)


def dense_to_sparse_batch(batch_size: Any, row_shape: Any) -> Transformation:
    """Batches of tensors of different sizes, as sparse tensors.

    Args:
        batch_size: how many rows. row_shape: what every row fits into.
    """

    def transform(dataset: Dataset) -> Dataset:
        known = TensorShape(row_shape).as_list()

        def sparse_row(value: Any) -> Any:
            places = where(ones(shape_of(value), dtype=dtypes.bool))
            size = shape_of(value, out_type=dtypes.int64)
            full = stack(
                [
                    size[i] if d is None else constant(d, dtype=dtypes.int64)
                    for i, d in enumerate(known)
                ]
            )
            return SparseTensor(places, reshape(value, [-1]), full)

        return dataset.map(sparse_row).batch(batch_size)

    return transform
