"""``tf.data.experimental``: datasets of files of comma-separated values, and of examples."""

from __future__ import annotations

import collections
import csv
import glob
import gzip
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from penstock.data import structure
from penstock.data.dataset import Dataset, TFRecordDataset, _number
from penstock.data.experimental import ignore_errors as skip_errors
from penstock.data.experimental import shuffle_and_repeat
from penstock.data.structure import Spec
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.shapes import TensorShape
from penstock.ops.constants import constant
from penstock.ops.examples import parse_example

_KINDS = (dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64, dtypes.string)


class CsvDataset(Dataset):
    """The rows of files of comma-separated values.

    Args:
        filenames: the files. record_defaults: a type (the field must be there) or a default value
            for each column. compression_type: ``""``, ``"ZLIB"`` or ``"GZIP"``.
        buffer_size: kept for programs that give it. header: pass over the first line.
        field_delim: between fields. use_quote_delim: whether quotes hold fields together.
        na_value: stands for a missing field. select_cols: the numbers of the columns wanted.

    Raises:
        TypeError: for a column of another type.
    """

    def __init__(self, filenames: Any, record_defaults: Sequence[Any],
                 compression_type: str | None = None, buffer_size: int | None = None,
                 header: bool = False, field_delim: str = ",", use_quote_delim: bool = True,
                 na_value: str = "", select_cols: Sequence[int] | None = None) -> None:  # fmt: skip
        defaults = []
        for default in record_defaults:
            if isinstance(default, (dtypes.DType, type)):
                kind = as_dtype(default)
                made = constant([], dtype=kind)
            else:
                made = convert_to_tensor(default)
            if made.dtype not in _KINDS:
                raise TypeError(f"Columns can't have type {made.dtype.name}.")
            defaults.append(made)
        specs = tuple(Spec(d.dtype, TensorShape([])) for d in defaults)
        variant = apply(
            "CSVDataset",
            convert_to_tensor(filenames, dtype=dtypes.string, name="filenames"),
            convert_to_tensor(compression_type or "", name="compression_type"),
            _number(buffer_size or 4 * 1024 * 1024, "buffer_size"),
            convert_to_tensor(header, dtype=dtypes.bool, name="header"),
            convert_to_tensor(field_delim, name="field_delim"),
            convert_to_tensor(use_quote_delim, dtype=dtypes.bool, name="use_quote_delim"),
            convert_to_tensor(na_value, name="na_value"),
            constant(list(select_cols or []), dtype=dtypes.int64, name="select_cols"),
            defaults,
            output_shapes=structure.flat_shapes(specs),
        )
        super().__init__(variant, specs)


def _files(pattern: Any) -> list[str]:
    patterns = [pattern] if isinstance(pattern, (str, bytes)) else list(pattern)
    found: list[str] = []
    for each in patterns:
        matches = glob.glob(each.decode() if isinstance(each, bytes) else each)
        found.extend(sorted(matches))
    if not found:
        raise ValueError(f"No files match {pattern}.")
    return found


def _rows_of(path: str, delimiter: str, quotes: bool, compression: str | None) -> Iterator[Any]:
    opened = gzip.open(path, "rt", newline="") if compression == "GZIP" else open(path, newline="")
    with opened as lines:
        quoting: Any = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
        yield from csv.reader(lines, delimiter=delimiter, quoting=quoting)


def _guessed(text: str, kind: Any, na_value: str) -> Any:
    """The narrowest type of a column so far that holds a text, too."""
    order = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.string]
    if text == na_value:
        return kind
    for each in order[order.index(kind) if kind is not None else 0 :]:
        if each == dtypes.string:
            return each
        try:
            value = int(text) if each.is_integer else float(text)
        except ValueError:
            continue
        limits = np.iinfo(each.as_numpy_dtype) if each.is_integer else np.finfo(
            each.as_numpy_dtype)  # fmt: skip
        if each.is_floating and (not np.isfinite(value) or abs(value) <= limits.max):
            return each
        if each.is_integer and limits.min <= value <= limits.max:
            return each
    return dtypes.string


def _shuffled(dataset: Dataset, shuffle: bool, buffer_size: int, seed: int | None,
              num_epochs: int | None) -> Dataset:  # fmt: skip
    if shuffle and num_epochs != 1:
        return dataset.apply(shuffle_and_repeat(buffer_size, num_epochs, seed))
    if shuffle:
        return dataset.shuffle(buffer_size, seed)
    return dataset if num_epochs == 1 else dataset.repeat(num_epochs)


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[Any] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,
) -> Dataset:
    """Batches of columns by name, from files of comma-separated values.

    Args:
        file_pattern: files or patterns. batch_size: rows of a batch.
        column_names: names of the columns; the first line's by default.
        column_defaults: types or default values; guessed from the rows unless given.
        label_name: the column to give apart, as label.
        select_columns: names or numbers of the columns wanted.
        field_delim: between fields. use_quote_delim: whether quotes hold fields together.
        na_value: stands for a missing field. header: whether files begin with names.
        num_epochs: how often to go through the rows; without end for ``None``.
        shuffle: whether to mix the rows. shuffle_buffer_size: the buffer for that.
        shuffle_seed: the seed. prefetch_buffer_size: how many batches to read ahead.
        num_parallel_reads: how many files to read in turns. sloppy: not used.
        num_rows_for_inference: how many rows to guess types from; all for ``None``.
        compression_type: ``""``, ``"ZLIB"`` or ``"GZIP"``.
        ignore_errors: pass over rows that can't be read.

    Returns:
        A dataset of dictionaries, or of pairs of dictionary and label.

    Raises:
        ValueError: when files, names or columns are missing or don't fit.
    """
    names = _files(file_pattern)
    if column_names is None:
        if not header:
            raise ValueError("Cannot infer column names without a header line.")
        column_names = next(_rows_of(names[0], field_delim, use_quote_delim, compression_type))
        for other in names[1:]:
            if next(_rows_of(other, field_delim, use_quote_delim, compression_type)) != (
                column_names
            ):
                raise ValueError("Files have different column names in the header row.")
    column_names = list(column_names)
    if len(column_names) != len(set(column_names)):
        raise ValueError("Cannot have duplicate column names.")
    columns = list(range(len(column_names)))
    if select_columns is not None:
        columns = sorted(
            c if isinstance(c, int) else _place(c, column_names) for c in select_columns
        )
    if column_defaults is not None:
        defaults = list(column_defaults)
    else:
        kinds: list[Any] = [None] * len(columns)
        seen = 0
        for path in names:
            rows = _rows_of(path, field_delim, use_quote_delim, compression_type)
            for i, row in enumerate(rows):
                if header and i == 0:
                    continue
                if num_rows_for_inference is not None and seen >= num_rows_for_inference:
                    break
                seen += 1
                if len(row) != len(column_names):
                    raise ValueError(
                        "Problem inferring types: CSV row has different number of fields than "
                        "expected."
                    )
                for k, c in enumerate(columns):
                    kinds[k] = _guessed(row[c], kinds[k], na_value)
        defaults = [
            constant([""] if kind == dtypes.string else [0], dtype=kind or dtypes.string)
            if kind is not None else constant([""])
            for kind in kinds
        ]  # fmt: skip
    if len(defaults) != len(columns):
        raise ValueError("If specified, column_defaults and select_columns must have same length.")
    chosen = [column_names[c] for c in columns]
    if label_name is not None and label_name not in chosen:
        raise ValueError("`label_name` provided must be one of the columns.")

    def rows_of(name: Any) -> Dataset:
        made: Dataset = CsvDataset(
            name, defaults, compression_type, None, header, field_delim, use_quote_delim,
            na_value, columns if select_columns is not None else None,
        )  # fmt: skip
        return made.apply(skip_errors()) if ignore_errors else made

    def named(*values: Any) -> Any:
        features = collections.OrderedDict(zip(chosen, values, strict=True))
        if label_name is None:
            return features
        label = features.pop(label_name)
        return features, label

    files = Dataset.from_tensor_slices(np.array(names, object))
    if shuffle:
        files = files.shuffle(len(names), shuffle_seed)
    if num_parallel_reads and num_parallel_reads > 1:
        dataset = files.interleave(rows_of, cycle_length=num_parallel_reads)
    else:
        dataset = files.flat_map(rows_of)
    dataset = _shuffled(dataset, shuffle, shuffle_buffer_size, shuffle_seed, num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None).map(named)
    return dataset.prefetch(1 if prefetch_buffer_size is None else prefetch_buffer_size)


def _place(name: str, names: Sequence[str]) -> int:
    if name not in names:
        raise ValueError(f"Value '{name}' is not in column names {list(names)}.")
    return list(names).index(name)


def parse_example_dataset(
    features: dict[str, Any], num_parallel_calls: int = 1
) -> Callable[[Dataset], Dataset]:
    """Parses batches of serialized ``tf.train.Example`` messages.

    Args:
        features: as for ``tf.parse_example``. num_parallel_calls: how many calls run at once.

    Raises:
        ValueError: without features.
    """
    if features is None:
        raise ValueError("Missing: features was None.")
    return lambda dataset: dataset.map(lambda texts: parse_example(texts, features),
                                       num_parallel_calls)  # fmt: skip


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: int,
    features: dict[str, Any],
    reader: Any = None,
    label_key: str | None = None,
    reader_args: Sequence[Any] | None = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = None,
    parser_num_threads: int | None = None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset:
    """Batches of parsed examples from files of records.

    Args:
        file_pattern: files or patterns. batch_size: examples of a batch.
        features: as for ``tf.parse_example``. reader: makes a dataset of a file;
            ``TFRecordDataset`` by default. label_key: the feature to give apart, as label.
        reader_args: further arguments of the reader. num_epochs: how often to go through them.
        shuffle: whether to mix them. shuffle_buffer_size: the buffer for that.
        shuffle_seed: the seed. prefetch_buffer_size: how many batches to read ahead.
        reader_num_threads: how many files to read in turns. parser_num_threads: parsers.
        sloppy_ordering: not used. drop_final_batch: leave out a smaller last batch.

    Raises:
        ValueError: when no file matches or the label is no feature.
    """
    names = _files(file_pattern)
    reader = reader or TFRecordDataset
    if label_key is not None and label_key not in features:
        raise ValueError(f"The `label_key` provided ({label_key!r}) must be one of the `features` "
                         "keys.")  # fmt: skip
    files = Dataset.from_tensor_slices(np.array(names, object))
    if shuffle:
        files = files.shuffle(len(names), shuffle_seed)
    dataset = files.interleave(
        lambda name: reader(name, *(reader_args or ())), cycle_length=reader_num_threads or 1
    )
    if structure.flatten(dataset.element_spec)[1:]:
        dataset = dataset.map(lambda _, value: value)
    dataset = _shuffled(dataset, shuffle, shuffle_buffer_size, shuffle_seed, num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features, parser_num_threads or 2))

    def split_label(values: dict[str, Any]) -> Any:
        label = values.pop(str(label_key))
        return values, label

    if label_key is not None:
        dataset = dataset.map(split_label)
    return dataset.prefetch(1 if prefetch_buffer_size is None else prefetch_buffer_size)
