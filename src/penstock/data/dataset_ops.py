"""The operations of datasets: each gives a ``Source`` as a ``variant``."""

from __future__ import annotations

from typing import Any

from penstock.data import iteration
from penstock.data.functions import GraphFunction
from penstock.graph import errors
from penstock.graph.registry import operation
from penstock.ops.shape_rules import scalar_output

_KINDS = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
_FUNCTION = "f: func; Targuments: list(type) >= 0; " + _KINDS
_ONE = "input_dataset: variant"
_MANY = "input_dataset: variant, other_arguments: list(Targuments)"


def function_of(op: Any, attribute: str = "f") -> GraphFunction:
    """The function that an attribute of ``op`` names."""
    name = op.attr(attribute).name
    found = op.graph._functions.get(name)
    if not isinstance(found, GraphFunction):
        raise errors.UnimplementedError(
            None,
            op,
            f"Function {name!r} of '{op.name}' comes from a file; functions of datasets can only "
            "run in the program that made them",
        )
    return found


def _text(value: Any) -> str:
    value = value[()]
    return value.decode() if isinstance(value, bytes) else str(value)


@operation(
    "TensorDataset",
    inputs="components: list(Toutput_types)",
    outputs="handle: variant",
    attrs="Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    stateful=True,
)
class TensorDataset:
    shape = scalar_output

    def host(components):
        return iteration.Tensors(components)


@operation(
    "TensorSliceDataset",
    inputs="components: list(Toutput_types)",
    outputs="handle: variant",
    attrs="Toutput_types: list(type) >= 1; output_shapes: list(shape) >= 1",
    stateful=True,
)
class TensorSliceDataset:
    shape = scalar_output

    def host(components):
        return iteration.Slices(components)


@operation(
    "RangeDataset",
    inputs="start: int64, stop: int64, step: int64",
    outputs="handle: variant",
    attrs=_KINDS,
    stateful=True,
)
class RangeDataset:
    shape = scalar_output

    def host(start, stop, step, *, op):
        if step == 0:
            raise errors.InvalidArgumentError(None, op, "step must be a non-zero integer.")
        return iteration.Range(int(start), int(stop), int(step))


@operation(
    "ZipDataset",
    inputs="input_datasets: N * variant",
    outputs="handle: variant",
    attrs=_KINDS + "; N: int >= 1",
)
class ZipDataset:
    shape = scalar_output

    def host(datasets):
        return iteration.Zip(datasets)


@operation(
    "ConcatenateDataset",
    inputs="input_dataset: variant, another_dataset: variant",
    outputs="handle: variant",
    attrs=_KINDS,
)
class ConcatenateDataset:
    shape = scalar_output

    def host(first, second):
        return iteration.Concatenate(first, second)


@operation("RepeatDataset", inputs=_ONE + ", count: int64", outputs="handle: variant", attrs=_KINDS)
class RepeatDataset:
    shape = scalar_output

    def host(source, count):
        if isinstance(source, iteration.Shuffle) and source.reshuffle and source.epochs == 1:
            # TensorFlow makes one of the two; the numbers drawn are those of the one.
            return iteration.Shuffle(source.source, source.size, *source.seeds, False, int(count))
        return iteration.Repeat(source, int(count))


@operation("TakeDataset", inputs=_ONE + ", count: int64", outputs="handle: variant", attrs=_KINDS)
class TakeDataset:
    shape = scalar_output

    def host(source, count):
        return iteration.Take(source, int(count))


@operation("SkipDataset", inputs=_ONE + ", count: int64", outputs="handle: variant", attrs=_KINDS)
class SkipDataset:
    shape = scalar_output

    def host(source, count):
        return iteration.Skip(source, int(count))


@operation(
    "ShardDataset",
    inputs=_ONE + ", num_shards: int64, index: int64",
    outputs="handle: variant",
    attrs="require_non_empty: bool = false; " + _KINDS,
)
class ShardDataset:
    shape = scalar_output

    def host(source, count, index):
        return iteration.Shard(source, int(count), int(index))


@operation(
    "CacheDataset", inputs=_ONE + ", filename: string", outputs="handle: variant", attrs=_KINDS
)
class CacheDataset:
    shape = scalar_output

    def host(source, filename):
        return iteration.Cache(source, _text(filename))


@operation(
    "ShuffleDataset",
    inputs=_ONE + ", buffer_size: int64, seed: int64, seed2: int64",
    outputs="handle: variant",
    attrs="reshuffle_each_iteration: bool = true; " + _KINDS,
)
class ShuffleDataset:
    shape = scalar_output

    def host(source, size, seed, seed2, *, reshuffle_each_iteration):
        return iteration.Shuffle(source, int(size), int(seed), int(seed2), reshuffle_each_iteration)


@operation(
    "ShuffleAndRepeatDataset",
    inputs=_ONE + ", buffer_size: int64, seed: int64, seed2: int64, count: int64",
    outputs="handle: variant",
    attrs=_KINDS,
)
class ShuffleAndRepeatDataset:
    shape = scalar_output

    def host(source, size, seed, seed2, count):
        return iteration.Shuffle(source, int(size), int(seed), int(seed2), False, int(count))


@operation(
    "BatchDatasetV2",
    inputs=_ONE + ", batch_size: int64, drop_remainder: bool",
    outputs="handle: variant",
    attrs="parallel_copy: bool = false; " + _KINDS,
)
class BatchDatasetV2:
    shape = scalar_output

    def host(source, size, drop):
        return iteration.Batch(source, int(size), bool(drop))


@operation(
    "PaddedBatchDatasetV2",
    inputs=_ONE + ", batch_size: int64, padded_shapes: N * int64, "
    "padding_values: list(Toutput_types), drop_remainder: bool",
    outputs="handle: variant",
    attrs="parallel_copy: bool = false; Toutput_types: list(type) >= 1; "
    "output_shapes: list(shape) >= 1; N: int >= 1",
)
class PaddedBatchDatasetV2:
    shape = scalar_output

    def host(source, size, shapes, values, drop):
        values = [value[()] for value in values]
        return iteration.PaddedBatch(source, int(size), shapes, values, bool(drop))


@operation("UnbatchDataset", inputs=_ONE, outputs="handle: variant", attrs=_KINDS)
class UnbatchDataset:
    shape = scalar_output

    def host(source):
        return iteration.Unbatch(source)


@operation(
    "MapDataset",
    inputs=_MANY,
    outputs="handle: variant",
    attrs=_FUNCTION + "; use_inter_op_parallelism: bool = true; preserve_cardinality: bool = false",
)
class MapDataset:
    shape = scalar_output

    def host(source, captured, *, op):
        return iteration.Map(source, function_of(op), captured)


@operation(
    "ParallelMapDataset",
    inputs=_MANY + ", num_parallel_calls: int32",
    outputs="handle: variant",
    attrs=_FUNCTION + "; use_inter_op_parallelism: bool = true; sloppy: bool = false; "
    "preserve_cardinality: bool = false",
)
class ParallelMapDataset:
    shape = scalar_output

    def host(source, captured, count, *, op):
        return iteration.Map(source, function_of(op), captured, int(count))


@operation(
    "MapAndBatchDataset",
    inputs=_MANY + ", batch_size: int64, num_parallel_calls: int64, drop_remainder: bool",
    outputs="handle: variant",
    attrs=_FUNCTION + "; preserve_cardinality: bool = false",
)
class MapAndBatchDataset:
    shape = scalar_output

    def host(source, captured, size, count, drop, *, op):
        mapped = iteration.Map(source, function_of(op), captured, int(count))
        return iteration.Batch(mapped, int(size), bool(drop))


@operation("FlatMapDataset", inputs=_MANY, outputs="handle: variant", attrs=_FUNCTION)
class FlatMapDataset:
    shape = scalar_output

    def host(source, captured, *, op):
        return iteration.FlatMap(source, function_of(op), captured)


@operation(
    "InterleaveDataset",
    inputs=_MANY + ", cycle_length: int64, block_length: int64",
    outputs="handle: variant",
    attrs=_FUNCTION,
)
class InterleaveDataset:
    shape = scalar_output

    def host(source, captured, cycle, block, *, op):
        return iteration.Interleave(source, function_of(op), captured, int(cycle), int(block))


@operation(
    "ParallelInterleaveDatasetV2",
    inputs=_MANY + ", cycle_length: int64, block_length: int64, num_parallel_calls: int64",
    outputs="handle: variant",
    attrs=_FUNCTION + "; sloppy: bool = false",
)
class ParallelInterleaveDatasetV2:
    shape = scalar_output

    def host(source, captured, cycle, block, count, *, op):
        return iteration.Interleave(source, function_of(op), captured, int(cycle), int(block))


@operation(
    "FilterDataset",
    inputs=_MANY,
    outputs="handle: variant",
    attrs="predicate: func; Targuments: list(type) >= 0; " + _KINDS,
)
class FilterDataset:
    shape = scalar_output

    def host(source, captured, *, op):
        return iteration.Filter(source, function_of(op, "predicate"), captured)


@operation(
    "PrefetchDataset",
    inputs=_ONE + ", buffer_size: int64",
    outputs="handle: variant",
    attrs=_KINDS + "; slack_period: int = 0; legacy_autotune: bool = true",
)
class PrefetchDataset:
    shape = scalar_output

    def host(source, size):
        return iteration.Prefetch(source, int(size))


@operation(
    "WindowDataset",
    inputs=_ONE + ", size: int64, shift: int64, stride: int64, drop_remainder: bool",
    outputs="handle: variant",
    attrs=_KINDS,
)
class WindowDataset:
    shape = scalar_output

    def host(source, size, shift, stride, drop):
        return iteration.Window(source, int(size), int(shift), int(stride), bool(drop))


@operation("IgnoreErrorsDataset", inputs=_ONE, outputs="handle: variant", attrs=_KINDS)
class IgnoreErrorsDataset:
    shape = scalar_output

    def host(source):
        return iteration.IgnoreErrors(source)


@operation(
    "OptimizeDataset",
    inputs=_ONE + ", optimizations: string",
    outputs="handle: variant",
    attrs=_KINDS + "; optimization_configs: list(string) = []",
)
class OptimizeDataset:
    shape = scalar_output

    def host(source, optimizations):
        return source


@operation(
    "ModelDataset",
    inputs=_ONE,
    outputs="handle: variant",
    attrs="algorithm: int = 0; cpu_budget: int = 0; " + _KINDS,
)
class ModelDataset:
    shape = scalar_output

    def host(source):
        return source


_FILES = "filenames: string, compression_type: string, buffer_size: int64"


@operation("TFRecordDataset", inputs=_FILES, outputs="handle: variant", stateful=True)
class TFRecordDataset:
    shape = scalar_output

    def host(filenames, compression, size):
        return iteration.Records(filenames, _text(compression))


@operation("TextLineDataset", inputs=_FILES, outputs="handle: variant", stateful=True)
class TextLineDataset:
    shape = scalar_output

    def host(filenames, compression, size):
        return iteration.TextLines(filenames, _text(compression))


@operation(
    "FixedLengthRecordDatasetV2",
    inputs="filenames: string, header_bytes: int64, record_bytes: int64, footer_bytes: int64, "
    "buffer_size: int64, compression_type: string",
    outputs="handle: variant",
    stateful=True,
)
class FixedLengthRecordDatasetV2:
    shape = scalar_output

    def host(filenames, header, record, footer, size, compression):
        return iteration.FixedLengthRecords(
            filenames, int(header), int(record), int(footer), _text(compression)
        )


def _listed_shapes(op: Any) -> Any:
    return list(op.attr("output_shapes"))


@operation(
    "ReduceDataset",
    inputs="input_dataset: variant, initial_state: list(Tstate), other_arguments: list(Targuments)",
    outputs="components: list(output_types)",
    attrs="f: func; Tstate: list(type) >= 1; Targuments: list(type) >= 0; "
    + _KINDS
    + "; use_inter_op_parallelism: bool = true",
    stateful=True,
)
class ReduceDataset:
    shape = _listed_shapes
    gradient = None

    def host(source, state, captured, *, op, run):
        function = function_of(op)
        context = iteration.Context(run)
        for element in source.elements(context):
            state = context.call(function, [*state, *element, *captured])
        return list(state)


@operation(
    "DatasetToSingleElement",
    inputs="dataset: variant",
    outputs="components: list(output_types)",
    attrs=_KINDS,
    stateful=True,
)
class DatasetToSingleElement:
    shape = _listed_shapes

    def host(source, *, op, run):
        elements = source.elements(iteration.Context(run))
        first = next(elements, None)
        if first is None:
            raise errors.InvalidArgumentError(None, op, "Dataset was empty.")
        if next(elements, None) is not None:
            raise errors.InvalidArgumentError(None, op, "Dataset had more than one element.")
        return list(first)


# A dataset of what a Python generator yields; the generator stays in the program.
GENERATORS: dict[str, Any] = {}


@operation(
    "_PythonGeneratorDataset",
    inputs="arguments: list(Targuments)",
    outputs="handle: variant",
    attrs="Targuments: list(type) >= 0; token: string; " + _KINDS,
    stateful=True,
)
class PythonGeneratorDataset:
    shape = scalar_output

    def host(arguments, *, token, op):
        make = GENERATORS.get(token)
        if make is None:
            raise errors.NotFoundError(
                None, op, f"The generator of '{op.name}' is not in this program"
            )
        values = [a[()] if a.ndim == 0 else a for a in arguments]
        return iteration.PythonGenerator(lambda: make(*values))
