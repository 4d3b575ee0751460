"""``tf.parse_example`` and its kind: features of serialized examples as tensors."""

from __future__ import annotations

import collections
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.ops import example_kernels as kernels
from penstock.ops.constants import constant

VarLenFeature = collections.namedtuple("VarLenFeature", ["dtype"])
VarLenFeature.__doc__ = "A feature with any number of values; it becomes a ``SparseTensor``."


class SparseFeature(
    collections.namedtuple(
        "SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"]
    )
):
    """A ``SparseTensor`` of which one feature has the indices and another the values.

    Args:
        index_key: the feature (or features, one for each dimension) with the indices.
        value_key: the feature with the values.
        dtype: the type of the values.
        size: the size (or sizes) of the dense tensor.
        already_sorted: whether the indices are in order.
    """

    __slots__ = ()

    def __new__(
        cls,
        index_key: Any,
        value_key: str,
        dtype: Any,
        size: Any,
        already_sorted: bool = False,
    ) -> SparseFeature:
        return super().__new__(cls, index_key, value_key, dtype, size, already_sorted)


class FixedLenFeature(
    collections.namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])
):
    """A feature of a fixed shape; it becomes a tensor.

    Args:
        shape: the shape.
        dtype: the type.
        default_value: what stands for a missing feature; without it the feature is required.
    """

    __slots__ = ()

    def __new__(cls, shape: Any, dtype: Any, default_value: Any = None) -> FixedLenFeature:
        return super().__new__(cls, shape, dtype, default_value)


class FixedLenSequenceFeature(
    collections.namedtuple(
        "FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"]
    )
):
    """A feature with any number of rows of a fixed shape; it becomes a padded tensor.

    Args:
        shape: the shape of a row.
        dtype: the type.
        allow_missing: whether the feature may be missing.
        default_value: the number (or text) to pad with.
    """

    __slots__ = ()

    def __new__(
        cls, shape: Any, dtype: Any, allow_missing: bool = False, default_value: Any = None
    ) -> FixedLenSequenceFeature:
        return super().__new__(cls, shape, dtype, allow_missing, default_value)


_SPARSE = "sparse_indices: Nsparse * int64, sparse_values: list(sparse_types), "
_LISTED = "list({float, int64, string}) >= 0"


def _shapes(op: Any, name: str = "dense_shapes") -> list[list[int | None]]:
    return [s.as_list() for s in op.attr(name)]


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _batch_shapes(op: Any) -> list[Any]:
    batch = op.inputs[0].shape
    sparse, dense = op.attr("Nsparse"), op.attr("dense_shapes")
    found: list[Any] = [TensorShape([None, 2])] * sparse
    found += [TensorShape([None])] * sparse + [TensorShape([2])] * sparse
    return found + [batch.concatenate(s) for s in dense]


@operation(
    "ParseExample",
    inputs="serialized: string, names: string, sparse_keys: Nsparse * string, "
    "dense_keys: Ndense * string, dense_defaults: list(Tdense)",
    outputs=_SPARSE + "sparse_shapes: Nsparse * int64, dense_values: list(Tdense)",
    attrs=f"Nsparse: int >= 0; Ndense: int >= 0; sparse_types: {_LISTED}; Tdense: {_LISTED}; "
    "dense_shapes: list(shape) >= 0",
)
class ParseExample:
    shape = _batch_shapes

    def host(serialized, names, sparse_keys, dense_keys, defaults, *, op, sparse_types, Tdense):
        sparse = [(_text(k[()]), t) for k, t in zip(sparse_keys, sparse_types)]
        keys = [_text(k[()]) for k in dense_keys]
        dense = list(zip(keys, Tdense, _shapes(op), defaults))
        return kernels.parse_examples(serialized, names, sparse, dense, op)


def _single_shapes(op: Any) -> list[Any]:
    sparse = op.attr("num_sparse")
    found: list[Any] = [TensorShape([None, 1])] * sparse
    found += [TensorShape([None])] * sparse + [TensorShape([1])] * sparse
    return found + list(op.attr("dense_shapes"))


@operation(
    "ParseSingleExample",
    inputs="serialized: string, dense_defaults: list(Tdense)",
    outputs="sparse_indices: num_sparse * int64, sparse_values: list(sparse_types), "
    "sparse_shapes: num_sparse * int64, dense_values: list(Tdense)",
    attrs="num_sparse: int >= 0; sparse_keys: list(string) >= 0; dense_keys: list(string) >= 0; "
    f"sparse_types: {_LISTED}; Tdense: {_LISTED}; dense_shapes: list(shape) >= 0",
)
class ParseSingleExample:
    shape = _single_shapes

    def host(serialized, defaults, *, op, sparse_keys, dense_keys, sparse_types, Tdense):
        sparse = [(_text(k), t) for k, t in zip(sparse_keys, sparse_types)]
        dense = list(zip(map(_text, dense_keys), Tdense, _shapes(op), defaults))
        return kernels.parse_example(serialized[()], sparse, dense, op)


_SEQUENCE_TYPES = (
    "Ncontext_sparse: int >= 0 = 0; Ncontext_dense: int >= 0 = 0; Nfeature_list_sparse: int >= 0 = "
    "0; Nfeature_list_dense: int >= 0 = 0; context_sparse_types: {L} = []; Tcontext_dense: {L} = "
    "[]; feature_list_dense_types: {L} = []; context_dense_shapes: list(shape) >= 0 = []; "
    "feature_list_sparse_types: {L} = []; feature_list_dense_shapes: list(shape) >= 0 = []"
).replace("{L}", _LISTED)
_SEQUENCE_OUTPUTS = (
    "context_sparse_indices: Ncontext_sparse * int64, "
    "context_sparse_values: list(context_sparse_types), "
    "context_sparse_shapes: Ncontext_sparse * int64, context_dense_values: list(Tcontext_dense), "
    "feature_list_sparse_indices: Nfeature_list_sparse * int64, "
    "feature_list_sparse_values: list(feature_list_sparse_types), "
    "feature_list_sparse_shapes: Nfeature_list_sparse * int64, "
    "feature_list_dense_values: list(feature_list_dense_types)"
)


def _sequence_shapes(op: Any) -> list[Any]:
    batch = op.inputs[0].shape
    rank = 1 if op.type == "ParseSingleSequenceExample" else 2
    sparse, lists = op.attr("Ncontext_sparse"), op.attr("Nfeature_list_sparse")
    found: list[Any] = [TensorShape([None, rank])] * sparse + [TensorShape([None])] * sparse
    found += [TensorShape([rank])] * sparse
    found += [batch.concatenate(s) for s in op.attr("context_dense_shapes")]
    found += [TensorShape([None, rank + 1])] * lists + [TensorShape([None])] * lists
    found += [TensorShape([rank + 1])] * lists
    steps = batch.concatenate([None])
    found += [steps.concatenate(s) for s in op.attr("feature_list_dense_shapes")]
    if rank == 2:
        found += [batch] * op.attr("Nfeature_list_dense")
    return found


@operation(
    "ParseSingleSequenceExample",
    inputs="serialized: string, feature_list_dense_missing_assumed_empty: string, "
    "context_sparse_keys: Ncontext_sparse * string, context_dense_keys: Ncontext_dense * string, "
    "feature_list_sparse_keys: Nfeature_list_sparse * string, "
    "feature_list_dense_keys: Nfeature_list_dense * string, "
    "context_dense_defaults: list(Tcontext_dense), debug_name: string",
    outputs=_SEQUENCE_OUTPUTS,
    attrs=_SEQUENCE_TYPES,
)
class ParseSingleSequenceExample:
    shape = _sequence_shapes

    def host(
        serialized, missing, sparse_keys, dense_keys, list_sparse_keys, list_dense_keys, defaults,
        debug_name, *, op, context_sparse_types, Tcontext_dense, feature_list_sparse_types,
        feature_list_dense_types,
    ):  # fmt: skip
        name = _text(debug_name.ravel()[0]) if debug_name.size else ""
        parser = kernels.SequenceParser(serialized[()], name, op)
        may_miss = {_text(k) for k in missing.ravel()}
        values = [
            parser.context_sparse(_text(k[()]), t)
            for k, t in zip(sparse_keys, context_sparse_types)
        ]
        dense = [
            parser.context_dense(_text(k[()]), t, s, d)
            for k, t, s, d in zip(
                dense_keys, Tcontext_dense, _shapes(op, "context_dense_shapes"), defaults
            )
        ]
        indices, list_values, list_shapes = [], [], []
        for key, dtype in zip(list_sparse_keys, feature_list_sparse_types):
            rows = parser.list_sparse(_text(key[()]), dtype)
            index, value, shape = kernels.join_sparse(rows, parser.empty(0, dtype).dtype)
            indices.append(index)
            list_values.append(value)
            list_shapes.append(shape)
        arrays = [
            parser.list_dense(_text(k[()]), t, s, _text(k[()]) in may_miss)
            for k, t, s in zip(
                list_dense_keys, feature_list_dense_types, _shapes(op, "feature_list_dense_shapes")
            )
        ]
        return (
            [np.arange(len(v), dtype=np.int64)[:, None] for v in values],
            values,
            [np.array([len(v)], np.int64) for v in values],
            dense,
            indices,
            list_values,
            list_shapes,
            arrays,
        )


@operation(
    "ParseSequenceExample",
    inputs="serialized: string, debug_name: string, context_dense_defaults: list(Tcontext_dense)",
    outputs=_SEQUENCE_OUTPUTS + ", feature_list_dense_lengths: Nfeature_list_dense * int64",
    attrs="feature_list_dense_missing_assumed_empty: list(string) >= 0; "
    "context_sparse_keys: list(string) >= 0; context_dense_keys: list(string) >= 0; "
    "feature_list_sparse_keys: list(string) >= 0; feature_list_dense_keys: list(string) >= 0; "
    + _SEQUENCE_TYPES,
)
class ParseSequenceExample:
    shape = _sequence_shapes

    def host(
        serialized, debug_name, defaults, *, op, feature_list_dense_missing_assumed_empty,
        context_sparse_keys, context_dense_keys, feature_list_sparse_keys,
        feature_list_dense_keys, context_sparse_types, Tcontext_dense, feature_list_sparse_types,
        feature_list_dense_types,
    ):  # fmt: skip
        may_miss = {_text(k) for k in feature_list_dense_missing_assumed_empty}
        parsers = [
            kernels.SequenceParser(text, _text(debug_name[i]) if debug_name.size else "", op)
            for i, text in enumerate(serialized)
        ]
        context = [
            kernels.join_sparse(
                [p.context_sparse(_text(k), t) for p in parsers],
                kernels.SequenceParser.empty(0, t).dtype,
            )
            for k, t in zip(context_sparse_keys, context_sparse_types)
        ]
        dense = [
            np.stack([p.context_dense(_text(k), t, s, d) for p in parsers])
            for k, t, s, d in zip(
                context_dense_keys, Tcontext_dense, _shapes(op, "context_dense_shapes"), defaults
            )
        ]
        lists = [
            _join_steps([p.list_sparse(_text(k), t) for p in parsers], t)
            for k, t in zip(feature_list_sparse_keys, feature_list_sparse_types)
        ]
        arrays, lengths = [], []
        for k, t, s in zip(
            feature_list_dense_keys,
            feature_list_dense_types,
            _shapes(op, "feature_list_dense_shapes"),
        ):
            rows = [p.list_dense(_text(k), t, s, _text(k) in may_miss) for p in parsers]
            empty = kernels.SequenceParser.empty(1, t)
            arrays.append(kernels.pad_rows(rows, [None, *s], empty[0], empty.dtype))
            lengths.append(np.array([len(row) for row in rows], np.int64))
        return (
            [c[0] for c in context], [c[1] for c in context], [c[2] for c in context], dense,
            [c[0] for c in lists], [c[1] for c in lists], [c[2] for c in lists], arrays, lengths,
        )  # fmt: skip


def _join_steps(examples: list[list[np.ndarray]], dtype: Any) -> tuple[Any, Any, Any]:
    """Values by example and step as a sparse tensor of rank 3."""
    indices: list[Any] = []
    values: list[Any] = []
    most_steps = most_values = 0
    for i, steps in enumerate(examples):
        most_steps = max(most_steps, len(steps))
        for j, row in enumerate(steps):
            most_values = max(most_values, len(row))
            indices.extend((i, j, k) for k in range(len(row)))
            values.append(row)
    joined = np.concatenate(values) if values else kernels.SequenceParser.empty(0, dtype)
    shape = np.array([len(examples), most_steps, most_values], np.int64)
    return np.array(indices, np.int64).reshape(-1, 3), joined, shape


# -- features -> arguments ------------------------------------------------------------------------
class _Arguments:
    """The features that a program asks for, sorted out for the operations."""

    def __init__(self, features: Any, kinds: tuple[type, ...]) -> None:
        self.sparse_keys: list[str] = []
        self.sparse_types: list[Any] = []
        self.dense_keys: list[str] = []
        self.dense_types: list[Any] = []
        self.dense_defaults: dict[str, Any] = {}
        self.dense_shapes: list[Any] = []
        for key in sorted((features or {}).keys()):
            feature = features[key]
            if isinstance(feature, VarLenFeature):
                self._check(feature, VarLenFeature, kinds, key)
                self.sparse_keys.append(key)
                self.sparse_types.append(as_dtype(feature.dtype))
            elif isinstance(feature, SparseFeature):
                self._add_sparse(feature, kinds, key)
            elif isinstance(feature, (FixedLenFeature, FixedLenSequenceFeature)):
                self._add_dense(feature, kinds, key)
            else:
                raise ValueError(f"Invalid feature {key}:{feature}.")

    def _check(self, feature: Any, kind: type, kinds: tuple[type, ...], key: str) -> None:
        if kind not in kinds:
            raise ValueError(f"Unsupported {kind.__name__} {feature}.")
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}.")

    def _add_sparse(self, feature: Any, kinds: tuple[type, ...], key: str) -> None:
        if SparseFeature not in kinds:
            raise ValueError(f"Unsupported SparseFeature {feature}.")
        if not feature.index_key:
            raise ValueError(f"Missing index_key for SparseFeature {feature}.")
        if not feature.value_key:
            raise ValueError(f"Missing value_key for SparseFeature {feature}.")
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}.")
        keys = feature.index_key
        for index in sorted([keys] if isinstance(keys, str) else keys):
            self._once(index, dtypes.int64)
        self._once(feature.value_key, as_dtype(feature.dtype))

    def _once(self, key: str, dtype: Any) -> None:
        if key in self.sparse_keys:
            known = self.sparse_types[self.sparse_keys.index(key)]
            if known != dtype:
                raise ValueError(f"Conflicting type {known} vs {dtype} for feature {key}.")
            return
        self.sparse_keys.append(key)
        self.sparse_types.append(dtype)

    def _add_dense(self, feature: Any, kinds: tuple[type, ...], key: str) -> None:
        self._check(feature, type(feature), kinds, key)
        if feature.shape is None:
            raise ValueError(f"Missing shape for feature {key}.")
        shape = as_shape(feature.shape)
        if isinstance(feature, FixedLenFeature):
            if feature.shape and shape.ndims and shape.as_list()[0] is None:
                raise ValueError(
                    f"First dimension of shape for feature {key} unknown. Consider using "
                    "FixedLenSequenceFeature."
                )
            if not shape.is_fully_defined():
                raise ValueError(
                    f"All dimensions of shape for feature {key} need to be known but received "
                    f"{feature.shape}."
                )
        elif feature.allow_missing:
            self.dense_defaults[key] = None
        self.dense_keys.append(key)
        self.dense_shapes.append(shape)
        self.dense_types.append(as_dtype(feature.dtype))
        if feature.default_value is not None:
            self.dense_defaults[key] = feature.default_value

    def check(self) -> None:
        """Raises unless there is something to parse, and no key is both sparse and dense."""
        if not self.sparse_keys and not self.dense_keys:
            raise ValueError("Must provide at least one sparse key or dense key")
        both = set(self.dense_keys) & set(self.sparse_keys)
        if both:
            raise ValueError(f"Dense and sparse keys must not intersect; intersection: {both}")

    def defaults(self, variable: bool = True, shaped: bool = True) -> list[Tensor]:
        """The tensors that stand for missing dense features."""
        from penstock.ops.arrays import reshape

        found = []
        for key, dtype, shape in zip(self.dense_keys, self.dense_types, self.dense_shapes):
            value = self.dense_defaults.get(key)
            safe = re.sub("[^A-Za-z0-9_.\\-/]", "_", key)
            if variable and shape.ndims and shape.as_list()[0] is None:
                if value is None:
                    value = convert_to_tensor("" if dtype == dtypes.string else 0, dtype=dtype)
                else:
                    value = convert_to_tensor(value, dtype=dtype, name="padding_" + safe)
                    value = reshape(value, [])
            elif value is None:
                value = constant([], dtype=dtype)
            elif not isinstance(value, Tensor):
                value = convert_to_tensor(value, dtype=dtype, name="key_" + safe)
                if shaped:
                    value = reshape(value, shape)
            found.append(value)
        return found


_ALL = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)


def _with_open_rows(features: Any) -> Any:
    """Gives sequence features their open first size."""
    made = dict(features)
    for key, feature in features.items():
        if isinstance(feature, FixedLenSequenceFeature):
            if not feature.allow_missing:
                raise ValueError(
                    "Unsupported: FixedLenSequenceFeature requires allow_missing to be True."
                )
            made[key] = FixedLenSequenceFeature(
                [None, *feature.shape], feature.dtype, feature.allow_missing, feature.default_value
            )
    return made


def _with_sparse_features(features: Mapping[str, Any], tensors: dict[str, Any]) -> dict[str, Any]:
    """Joins the parts of each ``SparseFeature``; drops what wasn't asked for itself."""
    found = dict(tensors)
    for key in sorted(features):
        feature = features[key]
        if isinstance(feature, SparseFeature):
            from penstock.ops.sparse_rows import sparse_merge

            index = feature.index_key
            ids = found[index] if isinstance(index, str) else [found[k] for k in index]
            found[key] = sparse_merge(
                ids,
                found[feature.value_key],
                vocab_size=feature.size,
                already_sorted=feature.already_sorted,
            )
    return {key: value for key, value in found.items() if key in features}


def _sparse_tensors(indices: Any, values: Any, shapes: Any) -> list[SparseTensor]:
    return [SparseTensor(i, v, s) for i, v, s in zip(indices, values, shapes)]


def _parse_batch(serialized: Any, names: Any, a: _Arguments, name: str | None) -> dict[str, Any]:
    with name_scope(name, "ParseExample", [serialized, names]):
        a.check()
        indices, values, shapes, dense = apply(
            "ParseExample",
            serialized,
            [] if names is None else names,
            a.sparse_keys,
            a.dense_keys,
            a.defaults(),
            sparse_types=a.sparse_types,
            Tdense=a.dense_types,
            dense_shapes=a.dense_shapes,
            name=name,
        )
        sparse = _sparse_tensors(indices, values, shapes)
        return dict(zip(a.sparse_keys + a.dense_keys, sparse + dense))


def parse_example(
    serialized: Any, features: Any, name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of a batch of serialized ``tf.train.Example`` messages.

    Args:
        serialized: a vector of ``string``.
        features: from keys to ``FixedLenFeature``, ``VarLenFeature``, ``SparseFeature`` or
            ``FixedLenSequenceFeature``.
        name: the name of the operations.
        example_names: names of the examples, for errors.

    Returns:
        From keys to tensors and ``SparseTensor``, each with a first dimension for the batch.

    Raises:
        ValueError: when a feature doesn't make sense.
        InvalidArgumentError: (when run) when an example doesn't fit.
    """
    if not features:
        raise ValueError(f"Missing: features was {features}.")
    arguments = _Arguments(_with_open_rows(features), _ALL)
    found = _parse_batch(serialized, example_names, arguments, name)
    return _with_sparse_features(features, found)


def parse_single_example(
    serialized: Any, features: Any, name: str | None = None, example_names: Any = None
) -> dict[str, Any]:
    """The features of one serialized ``tf.train.Example``.

    Args:
        serialized: a ``string`` scalar.
        features: as for ``parse_example``.
        name: the name of the operations.
        example_names: the name of the example, for errors.

    Returns:
        From keys to tensors and ``SparseTensor``.
    """
    if not features:
        raise ValueError("Missing features.")
    arguments = _Arguments(_with_open_rows(features), _ALL)
    if example_names is None:
        found = _parse_one(serialized, arguments, name)
    else:
        found = _parse_one_named(serialized, example_names, arguments, name)
    return _with_sparse_features(features, found)


def _parse_one(serialized: Any, a: _Arguments, name: str | None) -> dict[str, Any]:
    with name_scope(name, "ParseSingleExample", [serialized]):
        serialized = convert_to_tensor(serialized, name="serialized")
        a.check()
        indices, values, shapes, dense = apply(
            "ParseSingleExample",
            serialized,
            a.defaults(),
            num_sparse=len(a.sparse_keys),
            sparse_keys=a.sparse_keys,
            sparse_types=a.sparse_types,
            dense_keys=a.dense_keys,
            Tdense=a.dense_types,
            dense_shapes=a.dense_shapes,
            name=name,
        )
        sparse = _sparse_tensors(indices, values, shapes)
        return dict(zip(a.sparse_keys + a.dense_keys, sparse + dense))


def _parse_one_named(serialized: Any, names: Any, a: _Arguments, name: str | None) -> Any:
    """One example through ``ParseExample``, which can name it in errors."""
    from penstock.ops.arrays import expand_dims, squeeze
    from penstock.ops.slices import slice as tf_slice

    with name_scope(name, "ParseSingleExample", [serialized, names]):
        serialized = convert_to_tensor(serialized)
        if serialized.shape.ndims not in (None, 0):
            raise ValueError("Input serialized must be a scalar")
        serialized = expand_dims(serialized, 0)
        names = convert_to_tensor(names)
        if names.shape.ndims not in (None, 0):
            raise ValueError("Input names must be a scalar")
        found = _parse_batch(serialized, expand_dims(names, 0), a, name)
        for key in a.dense_keys:
            safe = re.sub("[^A-Za-z0-9_.\\-/]", "_", key)
            found[key] = squeeze(found[key], [0], name=f"Squeeze_{safe}")
        for key in a.sparse_keys:
            safe = re.sub("[^A-Za-z0-9_.\\-/]", "_", key)
            sparse = found[key]
            found[key] = SparseTensor(
                tf_slice(sparse.indices, [0, 1], [-1, -1], name=f"Slice_Indices_{safe}"),
                sparse.values,
                tf_slice(sparse.dense_shape, [1], [-1], name=f"Squeeze_Shape_{safe}"),
            )
        return found


def _sequence_arguments(context: Any, sequence: Any) -> tuple[_Arguments, _Arguments, list[str]]:
    if not (context or sequence):
        raise ValueError("Missing features.")
    c = _Arguments(context, (VarLenFeature, FixedLenFeature))
    s = _Arguments(sequence, (VarLenFeature, FixedLenSequenceFeature))
    both = set(c.dense_keys) & set(c.sparse_keys)
    if both:
        raise ValueError(
            f"context_dense and context_sparse keys must not intersect; intersection: {both}"
        )
    empty = []
    for key, value in s.dense_defaults.items():
        if value is not None:
            raise ValueError(f"Value feature_list_dense_defaults[{key}] must be None")
        empty.append(key)
    return c, s, empty


def parse_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The features of a batch of serialized ``tf.train.SequenceExample`` messages.

    Args:
        serialized: a vector of ``string``.
        context_features: from keys to ``FixedLenFeature`` or ``VarLenFeature``.
        sequence_features: from keys to ``FixedLenSequenceFeature`` or ``VarLenFeature``.
        example_names: names of the examples, for errors.
        name: the name of the operations.

    Returns:
        (context features, sequence features, lengths of the dense sequence features).
    """
    c, s, empty = _sequence_arguments(context_features, sequence_features)
    with name_scope(name, "ParseSequenceExample", [serialized]):
        found = apply(
            "ParseSequenceExample",
            serialized,
            [] if example_names is None else example_names,
            c.defaults(variable=False, shaped=False),
            Ncontext_sparse=len(c.sparse_keys),
            Ncontext_dense=len(c.dense_keys),
            Nfeature_list_sparse=len(s.sparse_keys),
            Nfeature_list_dense=len(s.dense_keys),
            context_sparse_keys=c.sparse_keys,
            context_sparse_types=c.sparse_types,
            context_dense_keys=c.dense_keys,
            Tcontext_dense=c.dense_types,
            context_dense_shapes=c.dense_shapes,
            feature_list_sparse_keys=s.sparse_keys,
            feature_list_sparse_types=s.sparse_types,
            feature_list_dense_keys=s.dense_keys,
            feature_list_dense_types=s.dense_types,
            feature_list_dense_shapes=s.dense_shapes,
            feature_list_dense_missing_assumed_empty=empty,
            name=name,
        )
        context = _sparse_tensors(*found[:3])
        lists = _sparse_tensors(*found[4:7])
        return (
            dict(zip(c.sparse_keys + c.dense_keys, context + found[3])),
            dict(zip(s.sparse_keys + s.dense_keys, lists + found[7])),
            dict(zip(s.dense_keys, found[8])),
        )


def parse_single_sequence_example(
    serialized: Any,
    context_features: Any = None,
    sequence_features: Any = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The features of one serialized ``tf.train.SequenceExample``.

    Args:
        serialized: a ``string`` scalar.
        context_features: from keys to ``FixedLenFeature`` or ``VarLenFeature``.
        sequence_features: from keys to ``FixedLenSequenceFeature`` or ``VarLenFeature``; their
            first dimension is the steps.
        example_name: the name of the example, for errors.
        name: the name of the operations.

    Returns:
        (context features, sequence features).
    """
    c, s, empty = _sequence_arguments(context_features, sequence_features)
    with name_scope(name, "ParseSingleSequenceExample", [serialized, example_name]):
        found = apply(
            "ParseSingleSequenceExample",
            serialized,
            empty,
            c.sparse_keys,
            c.dense_keys,
            s.sparse_keys,
            s.dense_keys,
            c.defaults(variable=False),
            "" if example_name is None else example_name,
            context_sparse_types=c.sparse_types,
            Tcontext_dense=c.dense_types,
            context_dense_shapes=c.dense_shapes,
            feature_list_sparse_types=s.sparse_types,
            feature_list_dense_types=s.dense_types,
            feature_list_dense_shapes=s.dense_shapes,
            name=name,
        )
        context = _sparse_tensors(*found[:3])
        lists = _sparse_tensors(*found[4:7])
        return (
            dict(zip(c.sparse_keys + c.dense_keys, context + found[3])),
            dict(zip(s.sparse_keys + s.dense_keys, lists + found[7])),
        )
