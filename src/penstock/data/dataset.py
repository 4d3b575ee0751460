"""``tf.data.Dataset``: sequences of elements, and what is made of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.data import dataset_ops, iterator, structure
from penstock.data.functions import GraphFunction, name_attribute
from penstock.data.structure import Spec
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.seeds import get_seed

AUTOTUNE = -1
# What TensorFlow asks of its own optimizer of datasets, unless told otherwise.
_OPTIMIZATIONS = [b"map_and_batch_fusion", b"noop_elimination", b"shuffle_and_repeat_fusion"]
_BUFFER_BYTES = 256 * 1024


class Options:
    """Options of a dataset; Penstock has nothing to choose, and keeps what is set.

    Any attribute may be set and read back; ``None`` when it wasn't set.
    """

    def __init__(self) -> None:
        self.__dict__["_set"] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        self._set[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("experimental_") and name not in self._set:
            self._set[name] = Options() if name.split("_")[1] in _NESTED else None
        return self._set.get(name)

    def merge(self, options: Options) -> Options:
        """These options with those of another added."""
        made = Options()
        made._set.update(self._set)
        made._set.update(options._set)
        return made


_NESTED = {"optimization", "threading", "stats", "distribute"}


def _number(value: Any, name: str, dtype: Any = dtypes.int64) -> Tensor:
    return convert_to_tensor(value, dtype=dtype, name=name)


def _seeds(seed: int | None) -> tuple[Tensor, Tensor]:
    """The two seeds of a shuffle as tensors; never both 0 when there are any."""
    from penstock.ops.comparisons import equal, logical_and
    from penstock.ops.selecting import where

    graph_seed, op_seed = get_seed(seed)
    first = convert_to_tensor(
        0 if graph_seed is None else graph_seed, dtype=dtypes.int64, name="seed"
    )
    if op_seed is None:
        return first, convert_to_tensor(0, dtype=dtypes.int64, name="seed2")
    with name_scope("seed2") as scope:
        second = convert_to_tensor(op_seed, dtype=dtypes.int64)
        both_zero = logical_and(equal(first, 0), equal(second, 0))
        replacement = constant(2**31 - 1, dtype=dtypes.int64)
        return first, where(both_zero, replacement, second, name=scope)


class Dataset:
    """A sequence of elements, each a nest (tuple, dictionary) of tensors.

    Datasets are made by the static methods and by the methods of other datasets; an iterator
    gives their elements to a graph.

    Args:
        variant: the tensor that stands for the dataset.
        specs: the nest of specs of its elements.
        inputs: the datasets that it is made of.
    """

    def __init__(self, variant: Tensor, specs: Any, inputs: Sequence[Dataset] = ()) -> None:
        self._variant_tensor = variant
        self._specs = specs
        self._inputs_ = list(inputs)
        self._options = Options()
        for each in inputs:
            self._options = self._options.merge(each._options)

    # -- what it is -----------------------------------------------------------------------------
    @property
    def element_spec(self) -> Any:
        """The specs of an element's leaves."""
        return self._specs

    @property
    def output_types(self) -> Any:
        """The types of an element's leaves."""
        return structure.types_of(self._specs)

    @property
    def output_shapes(self) -> Any:
        """The shapes of an element's leaves."""
        return structure.shapes_of(self._specs)

    @property
    def output_classes(self) -> Any:
        """The classes of an element's leaves."""
        return structure.classes_of(self._specs)

    def options(self) -> Options:
        """The options of this dataset and those it is made of."""
        return self._options

    def with_options(self, options: Options) -> Dataset:
        """The same dataset with options added."""
        made = Dataset(self._variant_tensor, self._specs, [self])
        made._options = self._options.merge(options)
        return made

    def __repr__(self) -> str:
        shapes = _shown(self.output_shapes)
        return f"<DatasetV1Adapter shapes: {shapes}, types: {_shown(self.output_types)}>"

    def __iter__(self) -> Any:
        raise RuntimeError("dataset.__iter__() is only supported when eager execution is enabled.")

    def _kinds(self, specs: Any = None) -> dict[str, Any]:
        specs = self._specs if specs is None else specs
        return {
            "output_types": structure.flat_types(specs),
            "output_shapes": structure.flat_shapes(specs),
        }

    def _derived(self, op_type: str, *inputs: Any, specs: Any = None, **attributes: Any) -> Dataset:
        specs = self._specs if specs is None else specs
        variant = apply(
            op_type, self._variant_tensor, *inputs, **{**self._kinds(specs), **attributes}
        )
        return Dataset(variant, specs, [self])

    def _apply_options(self) -> Tensor:
        """The dataset as TensorFlow's iterators take it."""
        optimizations = convert_to_tensor(np.array(_OPTIMIZATIONS, object), name="optimizations")
        optimized = apply(
            "OptimizeDataset",
            self._variant_tensor,
            optimizations,
            optimization_configs=["map_vectorization:use_choose_fastest:false"],
            **self._kinds(),
        )
        return apply("ModelDataset", optimized, cpu_budget=0, algorithm=0, **self._kinds())

    # -- iterators --------------------------------------------------------------------------------
    def make_one_shot_iterator(self) -> iterator.Iterator:
        """An iterator that needs no initializer and goes through the dataset once."""
        return iterator.make_one_shot_iterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> iterator.Iterator:
        """An iterator whose ``initializer`` must run first (and may run again)."""
        return iterator.make_initializable_iterator(self, shared_name)

    # -- sources ----------------------------------------------------------------------------------
    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """A dataset of one element."""
        element, specs = _normalized(tensors)
        variant = apply(
            "TensorDataset",
            structure.to_tensors(element),
            output_shapes=structure.flat_shapes(specs),
        )
        return Dataset(variant, specs)

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """A dataset of the rows of tensors.

        Args:
            tensors: a nest of tensors with equal first dimensions.

        Raises:
            ValueError: when they have no, or differing, first dimensions.
        """
        element, specs = _normalized(tensors)
        leaves = structure.flatten(element)
        first = None
        for tensor in leaves:
            if isinstance(tensor, SparseTensor):
                continue
            tensor.shape.with_rank_at_least(1)
            size = tensor.shape[0]
            if first is not None:
                first.assert_is_compatible_with(size)
            first = size
        specs = structure.map_leaves(lambda s: s.with_shape(s.shape[1:]), specs)
        tensors_ = []
        for leaf in leaves:
            if isinstance(leaf, SparseTensor):
                from penstock.ops.serialized_sparse import serialize_many_sparse

                tensors_.append(serialize_many_sparse(leaf, out_type=dtypes.variant))
            else:
                tensors_.append(leaf)
        variant = apply("TensorSliceDataset", tensors_, output_shapes=structure.flat_shapes(specs))
        return Dataset(variant, specs)

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any,
        output_shapes: Any = None,
        args: Any = None,
    ) -> Dataset:
        """A dataset of what a Python generator yields.

        Args:
            generator: a function that returns something to iterate over.
            output_types: a nest of types, structured as what the generator yields.
            output_shapes: a nest of shapes; unknown when left out.
            args: tensors whose values the function gets as arguments.

        Raises:
            TypeError: when ``generator`` can't be called.
        """
        if not callable(generator):
            raise TypeError("`generator` must be callable.")
        specs = structure.specs_from(output_types, output_shapes)
        arguments = [convert_to_tensor(a, name=f"args_{i}") for i, a in enumerate(args or ())]

        def flat_map(_: Any) -> Dataset:
            return _generated(generator, specs, arguments)

        return Dataset.from_tensors(0).flat_map(flat_map)

    @staticmethod
    def range(*args: Any) -> Dataset:
        """The integers of ``range(*args)``, ``int64``."""
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (
            (0, args[0], 1) if len(args) == 1 else (*args, 1) if len(args) == 2 else args
        )
        specs = Spec(dtypes.int64, [])
        variant = apply(
            "RangeDataset",
            _number(start, "start"),
            _number(stop, "stop"),
            _number(step, "step"),
            output_types=[dtypes.int64],
            output_shapes=[TensorShape([])],
        )
        return Dataset(variant, specs)

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """Elements of several datasets side by side.

        Args:
            datasets: a nest of datasets.

        Raises:
            TypeError: when there is something else in it.
        """
        listed = structure.flatten(datasets)
        for each in listed:
            if not isinstance(each, Dataset):
                if isinstance(each, list):
                    raise TypeError(
                        "The argument to `Dataset.zip()` must be a nested structure of `Dataset` "
                        "objects. Nested structures do not support Python lists; please use a "
                        "tuple instead."
                    )
                raise TypeError(
                    "The argument to `Dataset.zip()` must be a nested structure of `Dataset` "
                    "objects."
                )
        specs = structure.pack_like(datasets, [d.element_spec for d in listed])
        variant = apply(
            "ZipDataset",
            [d._variant_tensor for d in listed],
            output_types=structure.flat_types(specs),
            output_shapes=structure.flat_shapes(specs),
        )
        return Dataset(variant, specs, listed)

    @staticmethod
    def list_files(
        file_pattern: Any, shuffle: bool | None = None, seed: int | None = None
    ) -> Dataset:
        """The names of the files that match a pattern.

        Args:
            file_pattern: a pattern, a list of them, or a tensor.
            shuffle: whether in random order; yes when left out.
            seed: the seed.

        Raises:
            InvalidArgumentError: (when run) no file matches.
        """
        from penstock.ops.arrays import shape
        from penstock.ops.checks import Assert
        from penstock.ops.comparisons import greater
        from penstock.ops.files import matching_files
        from penstock.ops.identities import identity
        from penstock.ops.math_binary import add, maximum
        from penstock.ops.strings import reduce_join

        with name_scope("list_files"):
            pattern = convert_to_tensor(file_pattern, dtype=dtypes.string, name="file_pattern")
            files = matching_files(pattern)
            found = greater(shape(files)[0], 0, name="match_not_empty")  # type: ignore[index]
            message = add(
                "No files matched pattern: ", reduce_join(pattern, separator=", "), name="message"
            )
            check = Assert(found, [message], summarize=1, name="assert_not_empty")
            with control_dependencies([check]):
                files = identity(files)
            dataset = Dataset.from_tensor_slices(files)
            if shuffle or shuffle is None:
                size = maximum(shape(files, out_type=dtypes.int64)[0], 1)  # type: ignore[index]
                dataset = dataset.shuffle(size, seed=seed)
            return dataset

    # -- order and number -----------------------------------------------------------------------
    def concatenate(self, dataset: Dataset) -> Dataset:
        """This dataset and then another.

        Raises:
            TypeError: when the types differ.
        """
        ours, theirs = structure.flatten(self._specs), structure.flatten(dataset.element_spec)
        if [s.flat_dtype for s in ours] != [s.flat_dtype for s in theirs]:
            raise TypeError(
                "Two datasets to concatenate have different types "
                f"{self.output_types} and {dataset.output_types}"
            )
        merged = [a.with_shape(_common(a.shape, b.shape)) for a, b in zip(ours, theirs)]
        specs = structure.pack_like(self._specs, merged)
        made = self._derived("ConcatenateDataset", dataset._variant_tensor, specs=specs)
        made._inputs_.append(dataset)
        return made

    def prefetch(self, buffer_size: Any) -> Dataset:
        """The same elements, made ahead of time by a thread, at most ``buffer_size`` of them."""
        size = -1 if buffer_size is None else buffer_size
        return self._derived("PrefetchDataset", _number(size, "buffer_size"), slack_period=0)

    def repeat(self, count: Any = None) -> Dataset:
        """This dataset ``count`` times; without end for ``None`` or -1."""
        return self._derived("RepeatDataset", _number(-1 if count is None else count, "count"))

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = None,
    ) -> Dataset:
        """The elements in random order, each drawn from a buffer of the next ``buffer_size``.

        Args:
            buffer_size: the size of the buffer.
            seed: the seed; see ``tf.set_random_seed``.
            reshuffle_each_iteration: whether each turn has another order; yes when left out.
        """
        size = _number(buffer_size, "buffer_size")
        seed1, seed2 = _seeds(seed)
        again = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        return self._derived("ShuffleDataset", size, seed1, seed2, reshuffle_each_iteration=again)

    def cache(self, filename: Any = "") -> Dataset:
        """The same elements, kept in memory (or a file) when they were gone through once."""
        return self._derived(
            "CacheDataset", convert_to_tensor(filename, dtype=dtypes.string, name="filename")
        )

    def take(self, count: Any) -> Dataset:
        """The first ``count`` elements; all for -1."""
        return self._derived("TakeDataset", _number(count, "count"))

    def skip(self, count: Any) -> Dataset:
        """All but the first ``count`` elements; none for -1."""
        return self._derived("SkipDataset", _number(count, "count"))

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Every ``num_shards``-th element, from number ``index`` on."""
        return self._derived(
            "ShardDataset", _number(num_shards, "num_shards"), _number(index, "index")
        )

    def enumerate(self, start: int = 0) -> Dataset:
        """Pairs of a number and an element."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    # -- batches ----------------------------------------------------------------------------
    def batch(self, batch_size: Any, drop_remainder: bool = False) -> Dataset:
        """``batch_size`` elements stacked along a new first dimension.

        Args:
            batch_size: how many.
            drop_remainder: whether a smaller last batch is left out.
        """
        size = _number(batch_size, "batch_size")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        rows = _rows(size, drop)
        specs = structure.map_leaves(lambda s: _batched(s, rows), self._specs)
        return self._derived("BatchDatasetV2", size, drop, specs=specs)

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any,
        padding_values: Any = None,
        drop_remainder: bool = False,
    ) -> Dataset:
        """``batch_size`` elements padded to one shape and stacked.

        Args:
            batch_size: how many.
            padded_shapes: a nest of shapes; a size of ``None`` is that of the largest element.
            padding_values: a nest of values; 0 or '' when left out.
            drop_remainder: whether a smaller last batch is left out.
        """
        size = _number(batch_size, "batch_size")
        shapes = [
            _shape_tensor(s)
            for s in structure.flatten(
                structure.map_up_to(lambda _, s: _Leaf(s), self._specs, padded_shapes)
            )
        ]
        specs = structure.flatten(self._specs)
        if padding_values is None:
            values: list[Any] = ["" if s.dtype == dtypes.string else 0 for s in specs]
        elif len(specs) > 1 and not structure.is_nest(padding_values):
            values = [padding_values] * len(specs)
        else:
            values = structure.flatten(padding_values)
        paddings = [
            convert_to_tensor(
                np.zeros((), s.dtype.as_numpy_dtype) if v == 0 and s.dtype != dtypes.string else v,
                dtype=s.dtype,
                name="padding_value",
            )
            for s, v in zip(specs, values)
        ]
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        rows = _rows(size, drop)
        made = [
            s.with_shape(TensorShape([rows]).concatenate(constant_value_as_shape(shape)))
            for s, shape in zip(specs, shapes)
        ]
        new_specs = structure.pack_like(self._specs, made)
        variant = apply(
            "PaddedBatchDatasetV2",
            self._variant_tensor,
            size,
            shapes,
            paddings,
            drop,
            output_shapes=structure.flat_shapes(new_specs),
        )
        return Dataset(variant, new_specs, [self])

    def unbatch(self) -> Dataset:
        """The rows of the elements."""
        specs = structure.map_leaves(lambda s: s.with_shape(s.shape[1:]), self._specs)
        return self._derived("UnbatchDataset", specs=specs)

    def window(
        self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: bool = False
    ) -> Dataset:
        """Runs of ``size`` elements, each a nest of datasets.

        Args:
            size: how many elements a window has.
            shift: how far the next window is; ``size`` when left out.
            stride: the step between elements of a window.
            drop_remainder: whether smaller last windows are left out.
        """
        specs = structure.map_leaves(lambda s: Spec(None, [], Dataset, s), self._specs)
        return self._derived(
            "WindowDataset",
            _number(size, "size"),
            _number(size if shift is None else shift, "shift"),
            _number(stride, "stride"),
            convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder"),
            specs=specs,
        )

    # -- functions --------------------------------------------------------------------------
    def _traced(self, function: Callable[..., Any], label: str) -> _Traced:
        return _Traced(function, self._specs, f"Dataset_{label}_{_label(function)}")

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """``map_func`` of each element.

        Args:
            map_func: takes the parts of an element (a dictionary as one argument) as tensors
                and returns a nest of tensors.
            num_parallel_calls: how many calls run at the same time.
        """
        traced = self._traced(map_func, "map")
        common = {"f": traced.attribute, "use_inter_op_parallelism": True}
        if num_parallel_calls is None:
            return self._derived("MapDataset", traced.captured, specs=traced.specs, **common)
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32, name="num_parallel_calls")
        return self._derived(
            "ParallelMapDataset", traced.captured, calls, specs=traced.specs, **common
        )

    map_with_legacy_function = map

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """The elements of the datasets that ``map_func`` makes of the elements, in order.

        Raises:
            TypeError: when it returns something else.
        """
        traced = self._traced(map_func, "flat_map")
        return self._derived(
            "FlatMapDataset",
            traced.captured,
            specs=traced.dataset_specs("`map_func` must return a `Dataset` object."),
            f=traced.attribute,
        )

    def interleave(
        self,
        map_func: Callable[..., Any],
        cycle_length: Any = AUTOTUNE,
        block_length: Any = 1,
        num_parallel_calls: Any = None,
    ) -> Dataset:
        """The elements of the datasets that ``map_func`` makes, several datasets in turns.

        Args:
            map_func: makes a dataset of an element.
            cycle_length: how many datasets take turns.
            block_length: how many elements one gives in its turn.
            num_parallel_calls: how many threads read ahead (the order stays).

        Raises:
            TypeError: when ``map_func`` returns something else.
        """
        traced = self._traced(map_func, "interleave")
        specs = traced.dataset_specs("`map_func` must return a `Dataset` object.")
        cycle = _number(cycle_length, "cycle_length")
        block = _number(block_length, "block_length")
        if num_parallel_calls is None:
            return self._derived(
                "InterleaveDataset",
                traced.captured,
                cycle,
                block,
                specs=specs,
                f=traced.attribute,
            )
        return self._derived(
            "ParallelInterleaveDatasetV2",
            traced.captured,
            cycle,
            block,
            _number(num_parallel_calls, "num_parallel_calls"),
            specs=specs,
            f=traced.attribute,
        )

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which ``predicate`` gives true.

        Raises:
            ValueError: when it doesn't return one ``bool``.
        """
        traced = self._traced(predicate, "filter")
        result = traced.specs
        if (
            not isinstance(result, Spec)
            or result.dtype != dtypes.bool
            or result.shape.ndims not in (0, None)
        ):
            if isinstance(result, Spec):
                result = (
                    f"TensorSpec(shape={result.shape}, dtype=tf.{result.dtype.name}, name=None)"
                )
            raise ValueError(
                "`predicate` return type must be convertible to a scalar boolean tensor. Was "
                f"{result}."
            )
        return self._derived("FilterDataset", traced.captured, predicate=traced.attribute)

    filter_with_legacy_function = filter

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """``transformation_func(self)``.

        Raises:
            TypeError: when that is no dataset.
        """
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(
                "`transformation_func` must return a Dataset. Got {}.".format(dataset)  # noqa: UP032
            )
        dataset._inputs_ = [self]
        return dataset

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """The elements taken together, one after the other.

        Args:
            initial_state: a nest of tensors.
            reduce_func: takes the state and an element, and returns the next state.

        Returns:
            The last state, a nest of tensors.
        """
        state, state_specs = _normalized(initial_state)
        if structure.is_nest(self._specs) and not isinstance(self._specs, dict):
            element_spec: Any = self._specs
        else:
            element_spec = self._specs
        traced = _Traced(
            reduce_func, (state_specs, element_spec), f"Dataset_reduce_{_label(reduce_func)}"
        )
        specs = traced.specs
        if [s.flat_dtype for s in structure.flatten(specs)] != structure.flat_types(state_specs):
            raise TypeError(
                "The element types for the new state must match the initial state. Expected "
                f"{structure.types_of(state_specs)}; got {structure.types_of(specs)}."
            )
        merged = structure.map_leaves(
            lambda a, b: a.with_shape(_common(a.shape, b.shape)), state_specs, specs
        )
        tensors = apply(
            "ReduceDataset",
            self._variant_tensor,
            structure.to_tensors(state),
            traced.captured,
            f=traced.attribute,
            output_types=structure.flat_types(merged),
            output_shapes=structure.flat_shapes(merged),
        )
        return structure.from_tensors(merged, tensors)


class _Leaf:
    """Keeps a shape (which is a list) together as one leaf."""

    def __init__(self, value: Any) -> None:
        self.value = value


class VariantDataset(Dataset):
    """The dataset that a variant tensor stands for."""


class _Traced:
    """A function of a dataset's elements, traced.

    Args:
        function: a Python function of the parts of an element.
        specs: the specs of an element.
        label: names the function in the graph.
    """

    def __init__(self, function: Callable[..., Any], specs: Any, label: str) -> None:
        self.specs: Any = None

        def flat(tensors: list[Tensor]) -> list[Tensor]:
            element = structure.from_tensors(specs, tensors)
            unpacked = isinstance(specs, tuple)
            result = function(*element) if unpacked else function(element)
            if isinstance(result, list):
                # Lists become tensors, as everywhere in datasets.
                result = tuple(result) if any(_is_symbolic(r) for r in result) else result
            nest = structure.map_leaves(lambda v: structure.leaf(v, "component"), result)
            self.specs = structure.map_leaves(structure.spec_of, nest)
            self.result = nest
            return structure.to_tensors(nest)

        self.function = GraphFunction(
            flat, structure.flat_types(specs), structure.flat_shapes(specs), label
        )
        self.captured = self.function.captured
        self.attribute = name_attribute(self.function.name)

    def dataset_specs(self, message: str) -> Any:
        """The specs of the dataset that the function returns."""
        if not isinstance(self.result, Dataset):
            raise TypeError(f"{message} Got {type(self.result)}")
        return self.result.element_spec


def _is_symbolic(value: Any) -> bool:
    return isinstance(value, (Tensor, SparseTensor, Dataset))


def _label(function: Any) -> str:
    return getattr(function, "__name__", "function")


def _normalized(element: Any) -> tuple[Any, Any]:
    """An element's leaves as tensors, and their specs."""
    with name_scope("normalize_element"):
        leaves = []
        for i, value in enumerate(structure.flatten(element)):
            if isinstance(value, SparseTensorValue):
                value = SparseTensor(*value)
            leaves.append(structure.leaf(value, f"component_{i}"))
    made = structure.pack_like(element, leaves)
    return made, structure.map_leaves(structure.spec_of, made)


def _rows(size: Tensor, drop: Tensor) -> int | None:
    if constant_value(drop) is None or not constant_value(drop):
        return None
    rows = constant_value(size)
    return None if rows is None else int(rows)


def _batched(spec: Spec, rows: int | None) -> Spec:
    if spec.element is not None:
        from penstock.graph.errors import UnimplementedError

        raise UnimplementedError(None, None, "Datasets can't be batched")
    return spec.with_shape(TensorShape([rows]).concatenate(spec.shape))


def _common(first: TensorShape, second: TensorShape) -> TensorShape:
    if first.ndims is None or second.ndims is None or first.ndims != second.ndims:
        return TensorShape(None)
    return TensorShape([a if a == b else None for a, b in zip(first.as_list(), second.as_list())])


def _shape_tensor(leaf: Any) -> Tensor:
    shape = leaf.value if isinstance(leaf, _Leaf) else leaf
    if isinstance(shape, Tensor):
        return shape
    sizes = as_shape(shape).as_list()
    return constant([-1 if s is None else s for s in sizes], dtype=dtypes.int64)


def _shown(nest: Any) -> str:
    """A nest as TensorFlow prints it: without quotes."""
    if isinstance(nest, dict):
        return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in nest.items()) + "}"
    if structure.is_nest(nest):
        return "(" + ", ".join(_shown(v) for v in nest) + (",)" if len(nest) == 1 else ")")
    if isinstance(nest, TensorShape):
        return str(nest)
    return f"tf.{nest.name}" if hasattr(nest, "name") else str(nest)


# -- generators -----------------------------------------------------------------------------------
_generators = itertools.count()


def _generated(generator: Callable[..., Any], specs: Any, arguments: Sequence[Tensor]) -> Dataset:
    from penstock.graph import errors

    token = f"generator_{next(_generators)}"
    leaves = structure.flatten(specs)

    def converted(value: Any) -> tuple[Any, ...]:
        try:
            parts = structure.flatten(structure.map_up_to(lambda _, v: _Leaf(v), specs, value))
        except (TypeError, KeyError, IndexError):
            raise errors.InvalidArgumentError(
                None,
                None,
                "TypeError: `generator` yielded an element that did not match the expected "
                f"structure. The expected structure was {structure.types_of(specs)}, but the "
                f"yielded element was {value}.",
            ) from None
        made = []
        for spec, part in zip(leaves, parts):
            made.append(_as_array(part.value, spec))
        return tuple(made)

    def make(*values: Any) -> Any:
        return (converted(value) for value in iter(generator(*values)))

    dataset_ops.GENERATORS[token] = make
    variant = apply(
        "_PythonGeneratorDataset",
        list(arguments),
        token=token,
        output_types=structure.flat_types(specs),
        output_shapes=structure.flat_shapes(specs),
        name="GeneratorDataset",
    )
    return Dataset(variant, specs)


def _as_array(value: Any, spec: Spec) -> Any:
    from penstock.graph import errors
    from penstock.graph.tensor_values import array_of_value

    try:
        array = array_of_value(value, as_dtype(spec.dtype))
    except (TypeError, ValueError):
        raise errors.InvalidArgumentError(
            None,
            None,
            "TypeError: `generator` yielded an element that could not be converted to the expected "
            f"type. The expected type was {spec.dtype.name}, but the yielded element was {value}.",
        ) from None
    if not spec.shape.is_compatible_with(array.shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"ValueError: `generator` yielded an element of shape {array.shape} where an element "
            f"of shape {spec.shape} was expected.",
        )
    return array


# -- files ----------------------------------------------------------------------------------------
def _file_names(filenames: Any) -> Dataset:
    from penstock.ops.arrays import reshape

    if isinstance(filenames, Dataset):
        return filenames
    names = convert_to_tensor(filenames, dtype=dtypes.string)
    flat = reshape(names, [-1], name="flat_filenames")
    return Dataset.from_tensor_slices(flat)


class _FileDataset(Dataset):
    """A dataset of records of files, one file after the other."""

    def __init__(
        self, filenames: Any, read: Callable[[Any], Dataset], parallel: Any = None
    ) -> None:
        names = _file_names(filenames)
        if parallel is None:
            made = names.flat_map(read)
        else:
            made = names.interleave(read, cycle_length=parallel, num_parallel_calls=parallel)
        super().__init__(made._variant_tensor, made._specs, [names])

    def __repr__(self) -> str:
        shapes, types = _shown(self.output_shapes), _shown(self.output_types)
        return f"<{type(self).__name__}V1 shapes: {shapes}, types: {types}>"


def _optional(value: Any, name: str, default: Any, dtype: Any = dtypes.int64) -> Tensor:
    return convert_to_tensor(default if value is None else value, dtype=dtype, name=name)


class TFRecordDataset(_FileDataset):
    """The records of TFRecord files, ``string`` scalars.

    Args:
        filenames: the names of the files: a tensor, or a dataset of them.
        compression_type: ``''``, ``'ZLIB'`` or ``'GZIP'``.
        buffer_size: kept in the graph.
        num_parallel_reads: how many files are read in turns.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def read_one_file(filename: Any) -> Dataset:
            variant = apply(
                "TFRecordDataset",
                filename,
                _optional(compression_type, "compression_type", "", dtypes.string),
                _optional(buffer_size, "buffer_size", _BUFFER_BYTES),
            )
            return Dataset(variant, Spec(dtypes.string, []))

        super().__init__(filenames, read_one_file, num_parallel_reads)


class TextLineDataset(_FileDataset):
    """The lines of text files, without their ends, ``string`` scalars.

    Args:
        filenames: the names of the files.
        compression_type: ``''``, ``'ZLIB'`` or ``'GZIP'``.
        buffer_size: kept in the graph.
        num_parallel_reads: how many files are read in turns.
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: Any = None,
        buffer_size: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def read_one_file(filename: Any) -> Dataset:
            variant = apply(
                "TextLineDataset",
                filename,
                _optional(compression_type, "compression_type", "", dtypes.string),
                _optional(buffer_size, "buffer_size", _BUFFER_BYTES),
            )
            return Dataset(variant, Spec(dtypes.string, []))

        super().__init__(filenames, read_one_file, num_parallel_reads)


class FixedLengthRecordDataset(_FileDataset):
    """Records of a fixed number of bytes, ``string`` scalars.

    Args:
        filenames: the names of the files.
        record_bytes: the length of a record.
        header_bytes: bytes to leave out at the beginning of each file.
        footer_bytes: bytes to leave out at its end.
        buffer_size: kept in the graph.
        compression_type: ``''``, ``'ZLIB'`` or ``'GZIP'``.
        num_parallel_reads: how many files are read in turns.
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: Any,
        header_bytes: Any = None,
        footer_bytes: Any = None,
        buffer_size: Any = None,
        compression_type: Any = None,
        num_parallel_reads: Any = None,
    ) -> None:
        def read_one_file(filename: Any) -> Dataset:
            variant = apply(
                "FixedLengthRecordDatasetV2",
                filename,
                _optional(header_bytes, "header_bytes", 0),
                _number(record_bytes, "record_bytes"),
                _optional(footer_bytes, "footer_bytes", 0),
                _optional(buffer_size, "buffer_size", _BUFFER_BYTES),
                _optional(compression_type, "compression_type", "", dtypes.string),
            )
            return Dataset(variant, Spec(dtypes.string, []))

        super().__init__(filenames, read_one_file, num_parallel_reads)


def get_output_types(dataset_or_iterator: Any) -> Any:
    """The types of the leaves of an element."""
    return dataset_or_iterator.output_types


def get_output_shapes(dataset_or_iterator: Any) -> Any:
    """The shapes of the leaves of an element."""
    return dataset_or_iterator.output_shapes


def get_output_classes(dataset_or_iterator: Any) -> Any:
    """The classes of the leaves of an element."""
    return dataset_or_iterator.output_classes
