"""How datasets give their elements: one small class for each kind, on NumPy values.

A dataset is described by a ``Source``; ``elements(context)`` iterates over tuples of components.
The iterators are Python generators, so that closing the last one closes all of them.
"""

from __future__ import annotations

import collections
import itertools
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from penstock.data.functions import FunctionCaller, GraphFunction
from penstock.graph import errors
from penstock.ops.queue_kernels import philox_words

Element = tuple[Any, ...]
Elements = Iterator[Element]


class Context:
    """What the iterators of one dataset share.

    Args:
        run: the host run in which the iterator is made.
    """

    def __init__(self, run: Any) -> None:
        self.call = FunctionCaller(run)
        self.kept: dict[Any, Any] = {}


class Source:
    """A dataset."""

    def elements(self, context: Context) -> Elements:
        """The elements, from the first one on."""
        raise errors.UnimplementedError(None, None, "a dataset without elements")


def _invalid(text: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, text)


class Tensors(Source):
    """One element."""

    def __init__(self, components: Sequence[Any]) -> None:
        self.components = tuple(components)

    def elements(self, context: Context) -> Elements:
        yield self.components


class Slices(Source):
    """The rows of some arrays."""

    def __init__(self, components: Sequence[Any]) -> None:
        self.components = [np.array(c) if isinstance(c, np.ndarray) else c for c in components]
        sizes = {len(c) for c in self.components}
        if len(sizes) > 1:
            raise _invalid(
                f"All components must have the same size in the 0th dimension, got {sorted(sizes)}"
            )

    def elements(self, context: Context) -> Elements:
        yield from zip(*self.components)


class Range(Source):
    """Integers."""

    def __init__(self, start: int, stop: int, step: int) -> None:
        self.numbers = range(start, stop, step)

    def elements(self, context: Context) -> Elements:
        for number in self.numbers:
            yield (np.array(number, np.int64),)


class Zip(Source):
    """Elements of several datasets side by side."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = list(sources)

    def elements(self, context: Context) -> Elements:
        for parts in zip(*(source.elements(context) for source in self.sources)):
            yield tuple(component for part in parts for component in part)


class Concatenate(Source):
    """One dataset after another."""

    def __init__(self, first: Source, second: Source) -> None:
        self.sources = (first, second)

    def elements(self, context: Context) -> Elements:
        for source in self.sources:
            yield from source.elements(context)


class Repeat(Source):
    """A dataset several times, or without end."""

    def __init__(self, source: Source, count: int) -> None:
        self.source, self.count = source, count

    def elements(self, context: Context) -> Elements:
        turns = itertools.count() if self.count < 0 else range(self.count)
        for _ in turns:
            empty = True
            for element in self.source.elements(context):
                empty = False
                yield element
            if empty and self.count < 0:
                return  # Or it would never end.


class Take(Source):
    """The first elements."""

    def __init__(self, source: Source, count: int) -> None:
        self.source, self.count = source, count

    def elements(self, context: Context) -> Elements:
        if self.count < 0:
            yield from self.source.elements(context)
        else:
            yield from itertools.islice(self.source.elements(context), self.count)


class Skip(Source):
    """All but the first elements."""

    def __init__(self, source: Source, count: int) -> None:
        self.source, self.count = source, count

    def elements(self, context: Context) -> Elements:
        if self.count >= 0:
            yield from itertools.islice(self.source.elements(context), self.count, None)


class Shard(Source):
    """Every n-th element."""

    def __init__(self, source: Source, count: int, index: int) -> None:
        self.source, self.count, self.index = source, count, index
        if count < 1:
            raise _invalid(
                f"Number of shards must be greater than zero (currently num_shards = {count})."
            )
        if not 0 <= index < count:
            raise _invalid(f"Index must be between 0 and {count - 1} (currently index = {index}).")

    def elements(self, context: Context) -> Elements:
        yield from itertools.islice(self.source.elements(context), self.index, None, self.count)


class Cache(Source):
    """A dataset that is kept when it was gone through once, in memory or in a file."""

    def __init__(self, source: Source, filename: str) -> None:
        self.source, self.filename = source, filename

    def elements(self, context: Context) -> Elements:
        if self.filename:
            yield from self._from_file(context)
            return
        kept = context.kept.get(self)
        if kept is not None:
            yield from kept
            return
        kept = []
        for element in self.source.elements(context):
            kept.append(element)
            yield element
        context.kept[self] = kept

    def _from_file(self, context: Context) -> Elements:
        from penstock import protos
        from penstock.data import records
        from penstock.graph.tensor_values import array_of_tensor_proto, proto_of_array

        path = self.filename + ".data"
        if os.path.exists(path):
            for record in records.tf_record_iterator(path):
                parts = protos.BytesList.FromString(record).value
                yield tuple(array_of_tensor_proto(protos.TensorProto.FromString(p)) for p in parts)
            return
        partial = f"{path}.{os.getpid()}.partial"
        with records.TFRecordWriter(partial) as writer:
            for element in self.source.elements(context):
                parts = [proto_of_array(np.asarray(c)).SerializeToString() for c in element]
                writer.write(protos.BytesList(value=parts).SerializeToString())
                yield element
        os.replace(partial, path)


class Shuffle(Source):
    """Elements in random order, drawn from a buffer, as TensorFlow 1.15 draws them."""

    def __init__(
        self, source: Source, size: int, seed: int, seed2: int, reshuffle: bool, epochs: int = 1
    ) -> None:
        self.source, self.size, self.epochs = source, size, epochs
        self.seeds, self.reshuffle = (seed, seed2), reshuffle
        if size < 1:
            raise _invalid("buffer_size must be greater than zero.")

    def _words(self, context: Context) -> Iterator[int]:
        if not self.reshuffle or self.seeds == (0, 0):
            return philox_words(*self.seeds)
        # Each turn gets two new seeds from a stream that belongs to the iterator.
        stream = context.kept.setdefault(self, philox_words(*self.seeds))
        first = next(stream)
        return philox_words(first, next(stream))

    def _input(self, context: Context) -> Iterator[Element | None]:
        """All turns, ``None`` after each."""
        turns = itertools.count() if self.epochs < 0 else range(self.epochs)
        for _ in turns:
            empty = True
            for element in self.source.elements(context):
                empty = False
                yield element
            yield None
            if empty and self.epochs < 0:
                return

    def elements(self, context: Context) -> Elements:
        words = self._words(context)
        buffer: list[Any] = [None] * self.size
        # The places of each turn's elements in the buffer, which is a ring: [start, end].
        slices = collections.deque([[0, 0]])
        incoming = self._input(context)
        held, more = 0, True
        while True:
            while more and held < self.size:
                try:
                    element = next(incoming)
                except StopIteration:
                    more = False
                    break
                if element is None:
                    slices.append([slices[-1][1]] * 2)
                    continue
                buffer[slices[-1][1] % self.size] = element
                slices[-1][1] += 1
                held += 1
            if held == 0:
                return
            while slices[0][0] == slices[0][1]:
                slices.popleft()
            start, end = slices[0]
            place = (start + next(words) % (end - start)) % self.size
            first = start % self.size
            chosen = buffer[place]
            buffer[place], buffer[first] = buffer[first], None
            slices[0][0] += 1
            held -= 1
            yield chosen


def stack(values: Sequence[Any], component: int, after_map: bool = False) -> Any:
    """Values of one component along a new first dimension.

    Args:
        values: the values.
        component: the number of the component, for errors.
        after_map: whether errors speak as TensorFlow's fused map and batch do.
    """
    if not isinstance(values[0], np.ndarray) and not np.isscalar(values[0]):
        joined = getattr(values[0], "stack", None)
        if joined is not None:
            return joined(values)
    arrays = [np.asarray(v) for v in values]
    for i, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            if after_map:
                raise _invalid(
                    "Cannot add tensor to the batch: number of elements does not match. Shapes "
                    f"are: [tensor]: {_shape(array)}, [batch]: {_shape(arrays[0])}"
                )
            raise _invalid(
                f"Cannot batch tensors with different shapes in component {component}. First "
                f"element had shape {_shape(arrays[0])} and element {i} had shape {_shape(array)}."
            )
    if arrays[0].dtype.kind in "OSU":
        made = np.empty((len(arrays), *arrays[0].shape), object)
        for i, array in enumerate(arrays):
            made[i] = array if array.ndim else array[()]
        return made
    return np.stack(arrays)


def _shape(array: np.ndarray) -> str:
    return "[" + ",".join(map(str, array.shape)) + "]"


def _groups(elements: Elements, size: int, drop: bool) -> Iterator[list[Element]]:
    if size <= 0:
        raise _invalid("Batch size must be greater than zero.")
    while group := list(itertools.islice(elements, size)):
        if len(group) < size and drop:
            return
        yield group


class Batch(Source):
    """Elements stacked."""

    def __init__(self, source: Source, size: int, drop_remainder: bool) -> None:
        self.source, self.size, self.drop = source, size, drop_remainder
        self.after_map = isinstance(source, Map)

    def elements(self, context: Context) -> Elements:
        for group in _groups(self.source.elements(context), self.size, self.drop):
            yield tuple(stack(values, i, self.after_map) for i, values in enumerate(zip(*group)))


class PaddedBatch(Source):
    """Elements padded to one shape and stacked."""

    def __init__(
        self,
        source: Source,
        size: int,
        shapes: Sequence[Any],
        values: Sequence[Any],
        drop_remainder: bool,
    ) -> None:
        self.source, self.size, self.drop = source, size, drop_remainder
        self.shapes = [[int(s) for s in shape] for shape in shapes]
        self.values = list(values)

    def _joined(self, arrays: Sequence[np.ndarray], component: int) -> np.ndarray:
        wanted = self.shapes[component]
        arrays = [np.asarray(a) for a in arrays]
        for array in arrays:
            if array.ndim != len(wanted):
                raise _invalid(
                    "All elements in a batch must have the same rank as the padded shape for "
                    f"component{component}: expected rank {len(wanted)} but got element with rank "
                    f"{array.ndim}"
                )
        sizes = []
        for axis, size in enumerate(wanted):
            longest = max(a.shape[axis] for a in arrays)
            if size >= 0 and longest > size:
                raise errors.DataLossError(
                    None, None, "Attempted to pad to a smaller size than the input element."
                )
            sizes.append(longest if size < 0 else size)
        made = np.full([len(arrays), *sizes], self.values[component], arrays[0].dtype)
        for i, array in enumerate(arrays):
            place: tuple[Any, ...] = (i, *(slice(0, s) for s in array.shape))
            made[place] = array if array.ndim else array[()]
        return made

    def elements(self, context: Context) -> Elements:
        for group in _groups(self.source.elements(context), self.size, self.drop):
            yield tuple(self._joined(values, i) for i, values in enumerate(zip(*group)))


class Unbatch(Source):
    """The rows of elements."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def elements(self, context: Context) -> Elements:
        for element in self.source.elements(context):
            yield from zip(*(list(component) for component in element))


class Map(Source):
    """A function of each element, several at a time if wanted, in order."""

    def __init__(
        self, source: Source, function: GraphFunction, captured: Sequence[Any], parallel: int = 1
    ) -> None:
        self.source, self.function, self.captured = source, function, list(captured)
        self.parallel = parallel if parallel > 0 else min(8, os.cpu_count() or 1)

    def elements(self, context: Context) -> Elements:
        incoming = self.source.elements(context)
        if self.parallel == 1:
            for element in incoming:
                yield tuple(context.call(self.function, [*element, *self.captured]))
            return
        pool = ThreadPoolExecutor(self.parallel, thread_name_prefix="dataset-map")
        waiting: collections.deque[Any] = collections.deque()
        try:
            while True:
                while len(waiting) < self.parallel:
                    following = next(incoming, None)
                    if following is None:
                        break
                    arguments = [*following, *self.captured]
                    waiting.append(pool.submit(context.call, self.function, arguments))
                if not waiting:
                    return
                yield tuple(waiting.popleft().result())
        finally:
            for future in waiting:
                future.cancel()
            pool.shutdown(wait=True)


class Filter(Source):
    """Elements for which a function gives true."""

    def __init__(self, source: Source, function: GraphFunction, captured: Sequence[Any]) -> None:
        self.source, self.function, self.captured = source, function, list(captured)

    def elements(self, context: Context) -> Elements:
        for element in self.source.elements(context):
            if bool(context.call(self.function, [*element, *self.captured])[0]):
                yield element


class Interleave(Source):
    """The elements of datasets that a function makes, in turns; one at a time is ``flat_map``."""

    def __init__(
        self,
        source: Source,
        function: GraphFunction,
        captured: Sequence[Any],
        cycle: int = 1,
        block: int = 1,
    ) -> None:
        self.source, self.function, self.captured = source, function, list(captured)
        self.cycle = cycle if cycle > 0 else min(8, os.cpu_count() or 1)
        self.block = block

    def elements(self, context: Context) -> Elements:
        incoming = self.source.elements(context)
        open_: list[Elements | None] = [None] * self.cycle
        more, place, given = True, 0, 0
        while more or any(each is not None for each in open_):
            current = open_[place]
            if current is None and more:
                element = next(incoming, None)
                if element is None:
                    more = False
                else:
                    made = context.call(self.function, [*element, *self.captured])[0]
                    open_[place] = made.elements(context)
                continue
            if current is not None:
                element = next(current, None)
                if element is not None:
                    yield element
                    given += 1
                    if given < self.block:
                        continue
                else:
                    open_[place] = None
            place, given = (place + 1) % self.cycle, 0


class FlatMap(Source):
    """The elements of datasets that a function makes, one dataset after the other."""

    def __init__(self, source: Source, function: GraphFunction, captured: Sequence[Any]) -> None:
        self.source, self.function, self.captured = source, function, list(captured)

    def elements(self, context: Context) -> Elements:
        for element in self.source.elements(context):
            made = context.call(self.function, [*element, *self.captured])[0]
            yield from made.elements(context)


class Window(Source):
    """Runs of elements as datasets."""

    def __init__(self, source: Source, size: int, shift: int, stride: int, drop: bool) -> None:
        self.source, self.size, self.shift, self.stride, self.drop = (
            source,
            size,
            shift,
            stride,
            drop,
        )
        for value, name in ((size, "size"), (shift, "shift"), (stride, "stride")):
            if value <= 0:
                raise _invalid(f"Window {name} must be greater than zero.")

    def elements(self, context: Context) -> Elements:
        incoming = self.source.elements(context)
        held: list[Element] = []
        span = (self.size - 1) * self.stride + 1
        while True:
            held.extend(itertools.islice(incoming, max(0, span - len(held))))
            window = held[: span : self.stride]
            if not held or (self.drop and len(window) < self.size):
                return
            yield tuple(_Elements([(e[i],) for e in window]) for i in range(len(held[0])))
            skipped = self.shift - len(held)
            held = held[self.shift :]
            if skipped > 0:
                collections.deque(itertools.islice(incoming, skipped), maxlen=0)


class _Elements(Source):
    def __init__(self, listed: list[Element]) -> None:
        self.listed = listed

    def elements(self, context: Context) -> Elements:
        yield from self.listed


class IgnoreErrors(Source):
    """Elements without those that fail."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def elements(self, context: Context) -> Elements:
        source = self.source
        if isinstance(source, Map):
            for element in source.source.elements(context):
                try:
                    made = context.call(source.function, [*element, *source.captured])
                except errors.OpError:
                    continue
                yield tuple(made)
            return
        incoming = source.elements(context)
        while True:
            try:
                following = next(incoming, None)
            except errors.OpError:
                continue
            if following is None:
                return
            yield following


class Prefetch(Source):
    """Elements made by a thread, some of them ahead of time."""

    def __init__(self, source: Source, size: int) -> None:
        self.source, self.size = source, size

    def elements(self, context: Context) -> Elements:
        if self.size == 0:
            yield from self.source.elements(context)
            return
        size = self.size if self.size > 0 else 2
        ready: queue.Queue[Any] = queue.Queue(size)
        stop = threading.Event()
        incoming = self.source.elements(context)
        thread = threading.Thread(
            target=_fill, args=(incoming, ready, stop), name="dataset-prefetch", daemon=True
        )
        thread.start()
        try:
            while True:
                kind, value = ready.get()
                if kind == "end":
                    return
                if kind == "error":
                    raise value
                yield value
        finally:
            stop.set()
            while not ready.empty():
                ready.get_nowait()
            thread.join(5)


def _fill(incoming: Elements, ready: queue.Queue[Any], stop: threading.Event) -> None:
    def put(item: Any) -> bool:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    try:
        for element in incoming:
            if not put(("element", element)):
                incoming.close()  # type: ignore[attr-defined]
                return
        put(("end", None))
    except Exception as error:  # noqa: BLE001 - raised where the element is asked for
        put(("error", error))


class PythonGenerator(Source):
    """What a Python generator yields."""

    def __init__(self, make: Callable[[], Iterator[Element]]) -> None:
        self.make = make

    def elements(self, context: Context) -> Elements:
        yield from self.make()


# -- files ----------------------------------------------------------------------------------------
def _paths(filenames: np.ndarray) -> list[str]:
    return [n.decode() if isinstance(n, bytes) else str(n) for n in np.ravel(filenames)]


def _scalar(value: bytes) -> np.ndarray:
    made = np.empty((), object)
    made[()] = value
    return made


def _open(path: str, compression: str) -> Any:
    from penstock.platform.file_errors import translated

    with translated(path):
        if compression == "GZIP":
            import gzip

            return gzip.open(path, "rb")
        if compression == "ZLIB":
            import io
            import zlib

            with open(path, "rb") as file:
                return io.BytesIO(zlib.decompress(file.read()))
        if compression:
            raise _invalid(f"Unsupported compression_type: {compression}.")
        return open(path, "rb")  # noqa: SIM115 - closed by who asked


class TextLines(Source):
    """The lines of text files."""

    def __init__(self, filenames: np.ndarray, compression: str) -> None:
        self.paths, self.compression = _paths(filenames), compression

    def elements(self, context: Context) -> Elements:
        for path in self.paths:
            with _open(path, self.compression) as file:
                for line in file:
                    yield (_scalar(line.removesuffix(b"\n").replace(b"\r", b"")),)


class Records(Source):
    """The records of TFRecord files."""

    def __init__(self, filenames: np.ndarray, compression: str) -> None:
        self.paths, self.compression = _paths(filenames), compression

    def elements(self, context: Context) -> Elements:
        from penstock.data import records
        from penstock.platform.file_errors import translated

        for path in self.paths:
            with translated(path):
                file = records.open_records(path, self.compression)
            with file:
                position = 0
                while (record := records.read_record(file, position, path)) is not None:
                    position += len(record) + 16
                    yield (_scalar(record),)


class FixedLengthRecords(Source):
    """Records of a fixed number of bytes."""

    def __init__(
        self, filenames: np.ndarray, header: int, record: int, footer: int, compression: str
    ) -> None:
        self.paths, self.compression = _paths(filenames), compression
        self.header, self.record, self.footer = header, record, footer

    def elements(self, context: Context) -> Elements:
        for path in self.paths:
            with _open(path, self.compression) as file:
                content = file.read()
            body = len(content) - self.header - self.footer
            if body % self.record:
                raise _invalid(
                    f"Excluding the header ({self.header} bytes) and footer ({self.footer} bytes), "
                    f'input file "{path}" has body length {body} bytes, which is not an exact '
                    f"multiple of the record length ({self.record} bytes)."
                )
            for start in range(self.header, self.header + body, self.record):
                yield (_scalar(content[start : start + self.record]),)
