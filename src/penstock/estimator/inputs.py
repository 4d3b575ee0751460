"""``tf.estimator.inputs``: batches from arrays."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.dtypes import as_dtype
from penstock.graph.tensor import Tensor
from penstock.ops.script import py_func


def _batches(count: int, batch_size: int, num_epochs: int | None,
             shuffle: bool) -> Iterator[np.ndarray]:  # fmt: skip
    """Row numbers of batches; epochs follow each other without a gap."""
    waiting = np.zeros([0], np.int64)
    epoch = 0
    while num_epochs is None or epoch < num_epochs:
        epoch += 1
        rows = np.random.permutation(count) if shuffle else np.arange(count)
        waiting = np.concatenate([waiting, rows])
        while len(waiting) >= batch_size:
            yield waiting[:batch_size]
            waiting = waiting[batch_size:]
    if len(waiting):
        yield waiting


def _dequeue(columns: list[np.ndarray], batch_size: int, num_epochs: int | None,
             shuffle: bool) -> list[Tensor]:  # fmt: skip
    """Tensors of the next batch of every column, until the epochs end."""
    steps = _batches(len(columns[0]), batch_size, num_epochs, shuffle)

    def next_batch() -> list[np.ndarray]:
        rows = next(steps)
        return [column[rows] for column in columns]

    types = [dtypes.string if c.dtype.kind in "OUS" else as_dtype(c.dtype) for c in columns]
    tensors = py_func(next_batch, [], types, stateful=True)
    tensors = tensors if isinstance(tensors, (list, tuple)) else [tensors]
    for tensor, column in zip(tensors, columns, strict=True):
        tensor.set_shape([None, *column.shape[1:]])
    return list(tensors)


def _checked(array: Any) -> np.ndarray:
    """An array whose texts are bytes."""
    array = np.asarray(array)
    if array.dtype.kind not in "USO":
        return array
    texts = [x.encode() if isinstance(x, str) else x for x in array.ravel().tolist()]
    made = np.empty(len(texts), object)
    made[:] = texts
    return made.reshape(array.shape)


def numpy_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
) -> Callable[[], Any]:
    """An input function that gives batches of NumPy arrays.

    Args:
        x: an array, or a dictionary of arrays of one length.
        y: an array or a dictionary of arrays of that length, or ``None``.
        batch_size: how many rows a batch has; the last one may be smaller.
        num_epochs: how often to go through the rows; without end for ``None``.
        shuffle: whether to mix the rows; must be given.
        queue_capacity: kept for programs that give it. num_threads: likewise.

    Returns:
        A function that gives ``(features, labels)``, or only the features without ``y``.

    Raises:
        ValueError: when lengths differ, something is empty, or ``shuffle`` is missing.
        TypeError: when ``x`` is neither an array nor a dictionary.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(f"shuffle must be provided and explicitly set as boolean (it is "
                         f"recommended to set it as True for training); got {shuffle}")  # fmt: skip

    def input_fn() -> Any:
        if not isinstance(x, (dict, np.ndarray)):
            raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
        if isinstance(x, dict) and not x:
            raise ValueError("x cannot be an empty dict")
        if isinstance(y, dict) and not y:
            raise ValueError("y cannot be empty dict, use None instead.")
        features = OrderedDict((k, _checked(x[k])) for k in sorted(x)) if isinstance(x, dict) \
            else OrderedDict(features=_checked(x))  # fmt: skip
        labels = None
        if y is not None:
            labels = OrderedDict((k, _checked(y[k])) for k in sorted(y)) if isinstance(y, dict) \
                else OrderedDict(target=_checked(y))  # fmt: skip
        columns = [*features.values(), *(labels or {}).values()]
        lengths = {len(column) for column in columns}
        if len(lengths) > 1:
            raise ValueError(
                "Length of tensors in x and y is mismatched. All elements in x and y must have the "
                f"same length. Shapes in x and y: {[c.shape for c in columns]}"
            )
        tensors = _dequeue(columns, batch_size, num_epochs, shuffle)
        found: Any = dict(zip(features, tensors, strict=False))
        found = found if isinstance(x, dict) else found["features"]
        if labels is None:
            return found
        rest = tensors[len(features) :]
        targets: Any = dict(zip(labels, rest, strict=True)) if isinstance(y, dict) else rest[0]
        return found, targets

    return input_fn


def pandas_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    target_column: str = "target",
) -> Callable[[], Any]:
    """An input function that gives batches of a pandas ``DataFrame``.

    Args:
        x: a ``DataFrame``. y: a ``Series`` or ``DataFrame`` with the same index, or ``None``.
        target_column: the name of ``y``'s column.

    The other arguments are those of ``numpy_input_fn``.

    Returns:
        A function that gives a dictionary of features and the labels.

    Raises:
        ValueError: when the indices differ or ``shuffle`` is missing.
    """
    if not isinstance(shuffle, bool):
        raise ValueError(f"shuffle must be provided and explicitly set as boolean (it is "
                         f"recommended to set it as True for training); got {shuffle}")  # fmt: skip
    if y is not None and not np.array_equal(x.index, y.index):
        raise ValueError(f"Index for x and y are mismatched.\nIndex for x: {x.index}\n"
                         f"Index for y: {y.index}\n")  # fmt: skip
    if y is not None and not hasattr(y, "columns") and target_column in x:
        raise TypeError(
            f"target_column '{target_column}' is already a column of x; choose another name."
        )
    features = {str(name): np.asarray(x[name]) for name in x.columns}
    labels: Any = None
    if y is not None:
        if hasattr(y, "columns"):
            labels = {str(name): np.asarray(y[name]) for name in y.columns}
        else:
            labels = np.asarray(y)
    return numpy_input_fn(features, labels, batch_size, num_epochs, shuffle)
