"""``SparseCross``: every combination of the values of several features."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import hashes
from penstock.ops.casts import to_int64

_MASK = (1 << 64) - 1
_MULTIPLIER = 0xC6A4A7935BD1E995
_DEFAULT_KEY = 0xDECAFCAFFE


def _mix(value: int) -> int:
    return value ^ (value >> 47)


def _joined(first: int, second: int) -> int:
    """One 64-bit fingerprint of two, as TensorFlow joins them."""
    result = first ^ _MULTIPLIER
    result ^= (_mix((second * _MULTIPLIER) & _MASK) * _MULTIPLIER) & _MASK
    result = (result * _MULTIPLIER) & _MASK
    result = (_mix(result) * _MULTIPLIER) & _MASK
    return _mix(result)


def _rows(indices: np.ndarray, values: np.ndarray, batch: int) -> list[list[Any]]:
    found: list[list[Any]] = [[] for _ in range(batch)]
    for place, value in zip(indices, values):
        found[int(place[0])].append(value)
    return found


def _fingerprint(value: Any) -> int:
    if isinstance(value, (bytes, str)):
        return hashes.fingerprint64(value if isinstance(value, bytes) else value.encode())
    return int(value) & _MASK


def _text(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value).encode()


@operation(
    "SparseCross",
    inputs=(
        "indices: N * int64, values: list(sparse_types), shapes: N * int64, "
        "dense_inputs: list(dense_types)"
    ),
    outputs="output_indices: int64, output_values: out_type, output_shape: int64",
    attrs=(
        "N: int >= 0; hashed_output: bool; num_buckets: int >= 0; hash_key: int; "
        "sparse_types: list({int64, string}) >= 0; dense_types: list({int64, string}) >= 0; "
        "out_type: {int64, string}; internal_type: {int64, string}"
    ),
)
class SparseCross:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]

    def host(indices: Any, values: Any, shapes: Any, dense_inputs: Any, *, hashed_output: bool,
             num_buckets: int, hash_key: int) -> Any:  # fmt: skip
        batch = int(shapes[0][0]) if shapes else len(dense_inputs[0])
        columns = [_rows(i, v, batch) for i, v in zip(indices, values)]
        columns += [[list(row) for row in array] for array in dense_inputs]
        places: list[tuple[int, int]] = []
        made: list[Any] = []
        longest = 0
        for row in range(batch):
            features = [column[row] for column in columns]
            count = 0
            if hashed_output:
                features = [[_fingerprint(v) for v in feature] for feature in features]
            for combination in itertools.product(*features):
                if hashed_output:
                    value = hash_key & _MASK
                    for each in combination:
                        value = _joined(value, each)
                    made.append(value % (num_buckets or (1 << 63) - 1))
                else:
                    made.append(b"_X_".join(_text(v) for v in combination))
                places.append((row, count))
                count += 1
            longest = max(longest, count)
        kind = np.int64 if hashed_output else object
        result = np.empty(len(made), kind)
        result[:] = made
        return (
            np.array(places, np.int64).reshape(-1, 2),
            result,
            np.array([batch, longest], np.int64),
        )


def _whole(values: Tensor) -> Tensor:
    return values if values.dtype == dtypes.string else to_int64(values)


def _cross(inputs: Any, hashed: bool, num_buckets: int, hash_key: int | None,
           name: str | None) -> SparseTensor:  # fmt: skip
    if not isinstance(inputs, (list, tuple)):
        raise TypeError("Inputs must be a list")
    given = [i if isinstance(i, SparseTensor) else convert_to_tensor(i) for i in inputs]
    sparse = [i for i in given if isinstance(i, SparseTensor)]
    dense = [_whole(i) for i in given if not isinstance(i, SparseTensor)]
    for each in given:
        kind = each.dtype
        if not (kind == dtypes.string or kind.is_integer):
            raise TypeError(f"Inputs must be strings or integers, got {kind}.")
    values = [_whole(i.values) for i in sparse]
    found = apply(
        "SparseCross",
        [i.indices for i in sparse],
        values,
        [to_int64(i.dense_shape) for i in sparse],
        dense,
        hashed_output=hashed,
        num_buckets=num_buckets,
        hash_key=_DEFAULT_KEY if hash_key is None else hash_key,
        out_type=dtypes.int64 if hashed else dtypes.string,
        internal_type=dtypes.string,
        name=name,
    )
    return SparseTensor(*found)


def sparse_cross(inputs: Any, name: str | None = None) -> SparseTensor:
    """Every combination of the features of each example, as texts joined by ``_X_``.

    Args:
        inputs: a list of matrices or sparse matrices ``[batch, ...]`` of texts or whole numbers.
        name: the operation's name.

    Returns:
        A sparse matrix of texts.
    """
    return _cross(inputs, False, 0, None, name)


def sparse_cross_hashed(
    inputs: Any, num_buckets: int = 0, hash_key: int | None = None, name: str | None = None
) -> SparseTensor:
    """Every combination of the features of each example, as hashes.

    Args:
        inputs: a list of matrices or sparse matrices ``[batch, ...]`` of texts or whole numbers.
        num_buckets: the hashes' range; all of int64 for 0. hash_key: the key of the hash.
        name: the operation's name.

    Returns:
        A sparse matrix of int64.
    """
    return _cross(inputs, True, num_buckets, hash_key, name)
