"""The operations behind ``tf.data.experimental``; see ``dataset_ops``."""

from __future__ import annotations

import numpy as np

from penstock.data import selection
from penstock.data.dataset_ops import _text, function_of
from penstock.graph.registry import operation
from penstock.ops.shape_rules import scalar_output

_KINDS = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"


def _others(*names: str) -> tuple[str, str]:
    """Inputs and attributes for what functions capture."""
    inputs = ", ".join(f"{n}_other_arguments: list(T{n}_other_arguments)" for n in names)
    attrs = "; ".join(f"T{n}_other_arguments: list(type) >= 0" for n in names)
    return inputs, attrs


_WINDOW = _others("key_func", "reduce_func", "window_size_func")
_REDUCER = _others("key_func", "init_func", "reduce_func", "finalize_func")


@operation(
    "GroupByWindowDataset",
    inputs="input_dataset: variant, " + _WINDOW[0],
    outputs="handle: variant",
    attrs="key_func: func; reduce_func: func; window_size_func: func; "
    + _WINDOW[1]
    + "; "
    + _KINDS,
)
class GroupByWindowDataset:
    shape = scalar_output

    def host(source, key, reduce, size, *, op):
        functions = [function_of(op, f"{n}_func") for n in ("key", "reduce", "window_size")]
        return selection.GroupByWindow(source, *functions, [key, reduce, size])


@operation(
    "GroupByReducerDataset",
    inputs="input_dataset: variant, " + _REDUCER[0],
    outputs="handle: variant",
    attrs="key_func: func; init_func: func; reduce_func: func; finalize_func: func; "
    + _REDUCER[1]
    + "; "
    + _KINDS,
    stateful=True,
)
class GroupByReducerDataset:
    shape = scalar_output

    def host(source, key, init, reduce, finalize, *, op):
        functions = [function_of(op, f"{n}_func") for n in ("key", "init", "reduce", "finalize")]
        return selection.GroupByReducer(source, functions, [key, init, reduce, finalize])


@operation(
    "DirectedInterleaveDataset",
    inputs="selector_input_dataset: variant, data_input_datasets: N * variant",
    outputs="handle: variant",
    attrs=_KINDS + "; N: int >= 1",
)
class DirectedInterleaveDataset:
    shape = scalar_output

    def host(selector, sources):
        return selection.DirectedInterleave(selector, sources)


@operation(
    "RandomDataset",
    inputs="seed: int64, seed2: int64",
    outputs="handle: variant",
    attrs=_KINDS,
    stateful=True,
)
class RandomDataset:
    shape = scalar_output

    def host(seed, seed2):
        return selection.Random(int(seed), int(seed2))


@operation(
    "ScanDataset",
    inputs=(
        "input_dataset: variant, initial_state: list(Tstate), other_arguments: list(Targuments)"
    ),
    outputs="handle: variant",
    attrs="f: func; Tstate: list(type) >= 1; Targuments: list(type) >= 0; "
    + _KINDS
    + "; preserve_cardinality: bool = false",
)
class ScanDataset:
    shape = scalar_output

    def host(source, state, captured, *, op):
        return selection.Scan(source, function_of(op), state, captured)


@operation(
    "TakeWhileDataset",
    inputs="input_dataset: variant, other_arguments: list(Targuments)",
    outputs="handle: variant",
    attrs="predicate: func; Targuments: list(type) >= 0; " + _KINDS,
)
class TakeWhileDataset:
    shape = scalar_output

    def host(source, captured, *, op):
        return selection.TakeWhile(source, function_of(op, "predicate"), captured)


@operation(
    "UniqueDataset", inputs="input_dataset: variant", outputs="handle: variant", attrs=_KINDS
)
class UniqueDataset:
    shape = scalar_output

    def host(source):
        return selection.Unique(source)


@operation("DatasetCardinality", inputs="input_dataset: variant", outputs="cardinality: int64")
class DatasetCardinality:
    shape = scalar_output

    def host(source):
        return np.int64(selection.cardinality(source))


@operation(
    "CSVDataset",
    inputs=(
        "filenames: string, compression_type: string, buffer_size: int64, header: bool, "
        "field_delim: string, use_quote_delim: bool, na_value: string, select_cols: int64, "
        "record_defaults: list(output_types)"
    ),
    outputs="handle: variant",
    attrs=(
        "output_types: list({float, double, int32, int64, string}) >= 1; "
        "output_shapes: list(shape) >= 1"
    ),
    stateful=True,
)
class CSVDataset:
    shape = scalar_output

    def host(filenames, compression, buffer_size, header, delimiter, quotes, na_value, columns,
             defaults, *, output_types):  # fmt: skip
        return selection.Csv(
            filenames, _text(compression), bool(header), _text(delimiter), bool(quotes),
            _text(na_value), [int(c) for c in columns], defaults, output_types,
        )  # fmt: skip
