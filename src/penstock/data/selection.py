"""Sources that choose, group and remember: what ``tf.data.experimental`` adds."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.data.iteration import Context, Element, Elements, Source, _Elements, _open, _scalar
from penstock.graph import dtypes, errors
from penstock.graph.dtypes import as_dtype
from penstock.ops.queue_kernels import philox_words


class GroupByWindow(Source):
    """Elements grouped by a key; each full group becomes a dataset that a function makes."""

    def __init__(self, source: Source, key: Any, reduce: Any, size: Any,
                 captured: Sequence[Sequence[Any]]) -> None:  # fmt: skip
        self.source, self.key, self.reduce, self.size = source, key, reduce, size
        self.captured = [list(c) for c in captured]

    def _made(self, context: Context, key: Any, group: list[Element]) -> Elements:
        arguments = [key, _Elements(group), *self.captured[1]]
        made = context.call(self.reduce, arguments)[0]
        return made.elements(context)

    def elements(self, context: Context) -> Elements:
        groups: dict[int, list[Element]] = {}
        sizes: dict[int, int] = {}
        for element in self.source.elements(context):
            key = context.call(self.key, [*element, *self.captured[0]])[0]
            number = int(key)
            if number not in sizes:
                size = int(context.call(self.size, [key, *self.captured[2]])[0])
                if size <= 0:
                    raise errors.InvalidArgumentError(
                        None, None, f"Window size must be greater than zero, but got {size}."
                    )
                sizes[number] = size
            group = groups.setdefault(number, [])
            group.append(element)
            if len(group) == sizes[number]:
                del groups[number], sizes[number]
                yield from self._made(context, key, group)
        for number in sorted(groups):
            yield from self._made(context, np.int64(number), groups[number])


class GroupByReducer(Source):
    """Elements grouped by a key, each group reduced to one element."""

    def __init__(self, source: Source, functions: Sequence[Any],
                 captured: Sequence[Sequence[Any]]) -> None:  # fmt: skip
        self.source, self.functions = source, list(functions)
        self.captured = [list(c) for c in captured]

    def _call(self, context: Context, i: int, arguments: Sequence[Any]) -> Any:
        return context.call(self.functions[i], [*arguments, *self.captured[i]])

    def elements(self, context: Context) -> Elements:
        states: dict[int, Any] = {}
        for element in self.source.elements(context):
            key = self._call(context, 0, element)[0]
            number = int(key)
            if number not in states:
                states[number] = self._call(context, 1, [key])
            states[number] = self._call(context, 2, [*states[number], *element])
        for number in sorted(states):
            yield tuple(self._call(context, 3, states[number]))


class DirectedInterleave(Source):
    """The next element of the dataset that a dataset of numbers names."""

    def __init__(self, selector: Source, sources: Sequence[Source]) -> None:
        self.selector, self.sources = selector, list(sources)

    def elements(self, context: Context) -> Elements:
        open_: list[Elements | None] = [s.elements(context) for s in self.sources]
        left = len(open_)
        for (choice,) in self.selector.elements(context):
            number = int(choice)
            if not 0 <= number < len(open_):
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Selector index out of range: {number} >= {len(open_)}",
                )
            chosen = open_[number]
            if chosen is None:
                continue
            element = next(chosen, None)
            if element is not None:
                yield element
                continue
            open_[number] = None
            left -= 1
            if not left:
                return


class Random(Source):
    """Random numbers without end."""

    def __init__(self, seed: int, seed2: int) -> None:
        self.seeds = (seed, seed2)

    def elements(self, context: Context) -> Elements:
        for word in philox_words(*self.seeds):
            yield (np.int64(word),)


class Scan(Source):
    """A function of state and element that gives the next state and what to hand on."""

    def __init__(self, source: Source, function: Any, state: Sequence[Any],
                 captured: Sequence[Any]) -> None:  # fmt: skip
        self.source, self.function = source, function
        self.state, self.captured = list(state), list(captured)

    def elements(self, context: Context) -> Elements:
        state = list(self.state)
        for element in self.source.elements(context):
            found = context.call(self.function, [*state, *element, *self.captured])
            state = list(found[: len(state)])
            yield tuple(found[len(state) :])


class TakeWhile(Source):
    """Elements up to the first for which a function gives false."""

    def __init__(self, source: Source, function: Any, captured: Sequence[Any]) -> None:
        self.source, self.function, self.captured = source, function, list(captured)

    def elements(self, context: Context) -> Elements:
        for element in self.source.elements(context):
            if not bool(context.call(self.function, [*element, *self.captured])[0]):
                return
            yield element


class Unique(Source):
    """Elements that weren't there before."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def elements(self, context: Context) -> Elements:
        seen = set()
        for element in self.source.elements(context):
            value = np.asarray(element[0])
            key = tuple(value.ravel().tolist()) if value.dtype.kind == "O" else value.tobytes()
            if key not in seen:
                seen.add(key)
                yield element


class Csv(Source):
    """Rows of files of comma-separated values."""

    def __init__(self, filenames: Any, compression: str, header: bool, delimiter: str,
                 quotes: bool, na_value: str, columns: Sequence[int], defaults: Sequence[Any],
                 kinds: Sequence[Any]) -> None:  # fmt: skip
        self.filenames, self.compression, self.header = filenames, compression, header
        self.delimiter, self.quotes, self.na_value = delimiter, quotes, na_value
        self.columns, self.defaults, self.kinds = (
            list(columns),
            list(defaults),
            [as_dtype(k) for k in kinds],
        )

    def elements(self, context: Context) -> Elements:
        for (path,) in _Paths(self.filenames).elements(context):
            with _open(path, self.compression) as raw:
                # Bytes outside of UTF-8 pass through unharmed.
                text = io.TextIOWrapper(raw, "utf-8", "surrogateescape", newline="")
                quoting: Any = csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE
                rows = csv.reader(text, delimiter=self.delimiter, quoting=quoting)
                if self.header:
                    next(rows, None)
                for row in rows:
                    if row:
                        yield self._converted(row)

    def _converted(self, row: list[str]) -> Element:
        columns = self.columns or range(len(self.kinds))
        if not self.columns and len(row) != len(self.kinds):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Expect {len(self.kinds)} fields but have "
                f"{'more' if len(row) > len(self.kinds) else len(row)} in record",
            )
        made = []
        for i, column in enumerate(columns):
            if column >= len(row):
                raise errors.InvalidArgumentError(
                    None, None, f"Expect {len(self.kinds)} fields but have {len(row)} in record"
                )
            made.append(self._field(row[column], i))
        return tuple(made)

    def _field(self, text: str, i: int) -> Any:
        kind = self.kinds[i]
        if not text or text == self.na_value:
            if not np.size(self.defaults[i]):
                raise errors.InvalidArgumentError(
                    None, None, f"Field {i} is required but missing in record!"
                )
            default = np.asarray(self.defaults[i]).ravel()[0]
            return _scalar(default) if kind == dtypes.string else default
        if kind == dtypes.string:
            return _scalar(text.encode("utf-8", "surrogateescape"))
        try:
            if kind.is_integer:
                return kind.as_numpy_dtype(int(text))
            return kind.as_numpy_dtype(float(text))
        except (ValueError, OverflowError):
            raise errors.InvalidArgumentError(
                None, None, f"Field {i} in record is not a valid {kind.name}: {text}"
            ) from None


class _Paths(Source):
    def __init__(self, filenames: Any) -> None:
        self.filenames = filenames

    def elements(self, context: Context) -> Elements:
        for name in np.ravel(self.filenames):
            yield (name.decode() if isinstance(name, bytes) else str(name),)


def cardinality(source: Any) -> int:
    """How many elements a source has: -1 for no end, -2 when that isn't known."""
    infinite, unknown = -1, -2
    kind = type(source).__name__
    if kind == "Tensors":
        return 1
    if kind == "Slices":
        return len(source.components[0]) if source.components else 0
    if kind == "Range":
        return len(source.numbers)
    if kind == "Random":
        return infinite
    if kind in ("Map", "Prefetch", "Scan", "Cache") and hasattr(source, "source"):
        return cardinality(source.source)
    if kind == "Shuffle":
        inner = cardinality(source.source)
        if source.epochs < 0:
            return infinite if inner else 0
        return inner * source.epochs if inner >= 0 else inner
    if kind == "Repeat":
        inner = cardinality(source.source)
        if source.count < 0:
            return 0 if inner == 0 else infinite
        if inner < 0:
            return 0 if source.count == 0 else inner
        return inner * source.count
    if kind in ("Take", "Skip"):
        inner = cardinality(source.source)
        count = source.count
        if inner == unknown:
            return unknown
        if kind == "Take":
            if count < 0:
                return inner
            return count if inner == infinite else min(inner, count)
        if count < 0:
            return 0
        return infinite if inner == infinite else max(0, inner - count)
    if kind in ("Batch", "PaddedBatch"):
        inner = cardinality(source.source)
        if inner < 0:
            return inner
        return inner // source.size if source.drop else -(-inner // source.size)
    if kind == "Shard":
        inner = cardinality(source.source)
        return inner if inner < 0 else len(range(source.index, inner, source.count))
    if kind == "Zip":
        found = [cardinality(s) for s in source.sources]
        if unknown in found and all(n < 0 for n in found):
            return unknown
        finite = [n for n in found if n >= 0]
        return unknown if unknown in found else min(finite) if finite else infinite
    if kind == "Concatenate":
        found = [cardinality(s) for s in source.sources]
        if infinite in found:
            return infinite
        return unknown if unknown in found else sum(found)
    return unknown
