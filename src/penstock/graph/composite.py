"""Values made of several tensors: ``tf.IndexedSlices`` and ``tf.SparseTensor``."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock import behavior
from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor


class IndexedSlices:
    """Some slices of a larger tensor: ``dense[indices[i]] = values[i]``, the rest zero.

    The gradient of ``tf.gather`` is one.

    Args:
        values: a tensor ``[n, ...]``.
        indices: an integer vector ``[n]``; indices that repeat add up.
        dense_shape: the shape of the larger tensor, or ``None``.
    """

    def __init__(self, values: Tensor, indices: Tensor, dense_shape: Tensor | None = None) -> None:
        self._values = values
        self._indices = indices
        self._dense_shape = dense_shape

    @property
    def values(self) -> Tensor:
        """The slices."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """Where the slices go in dimension 0."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the larger tensor, if known."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """What is known of the larger tensor's shape."""
        if self._dense_shape is None:
            return unknown_shape()
        return constant_value_as_shape(self._dense_shape)

    @property
    def name(self) -> str:
        """The name of ``values``."""
        return self._values.name

    @property
    def device(self) -> str:
        """The device of ``values``."""
        return self._values.device

    @property
    def op(self) -> Any:
        """The operation that gives ``values``."""
        return self._values.op

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self._values.dtype

    @property
    def graph(self) -> Any:
        """The graph that holds the parts."""
        return self._values.graph

    def consumers(self) -> list[Any]:
        """The operations that take ``values``."""
        return self._values.consumers()

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)  # type: ignore[operator]

    def __str__(self) -> str:
        dense = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{dense})"


IndexedSlicesValue = collections.namedtuple(
    "IndexedSlicesValue", ["values", "indices", "dense_shape"]
)


def _dense_shape(of: str, dense_shape: Any, shape: Any) -> Any:
    """``dense_shape``, or ``shape``, as TensorFlow 0.x called it."""
    if (dense_shape is None) == (shape is None):
        raise TypeError(f"{of}() needs one of dense_shape and shape, its name before 1.0.")
    return shape if dense_shape is None else dense_shape


class SparseTensorValue(
    collections.namedtuple("SparseTensorValue", ["indices", "values", "dense_shape"])
):
    """The arrays of a ``SparseTensor``, as ``Session.run`` gives and takes them.

    Args:
        indices: ``int64`` ``[count, rank]``: where the values are.
        values: ``[count]``.
        dense_shape: ``int64`` ``[rank]``.
        shape: the name of ``dense_shape`` before TensorFlow 1.0.
    """

    __slots__ = ()

    def __new__(
        cls, indices: Any, values: Any, dense_shape: Any = None, shape: Any = None
    ) -> SparseTensorValue:
        dense_shape = _dense_shape("SparseTensorValue", dense_shape, shape)
        return super().__new__(cls, indices, values, dense_shape)

    @property
    def shape(self) -> Any:
        """``dense_shape``, as TensorFlow 0.x called it."""
        return self.dense_shape


class SparseTensor:
    """A tensor of which only some elements are kept.

    Args:
        indices: ``[n, rank]`` ``int64``, the places of the elements.
        values: ``[n]``, the elements.
        dense_shape: ``[rank]`` ``int64``.
        shape: the name of ``dense_shape`` in TensorFlow 0.x.
    """

    def __init__(
        self, indices: Any, values: Any, dense_shape: Any = None, shape: Any = None
    ) -> None:
        dense_shape = _dense_shape("SparseTensor", dense_shape, shape)
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            indices = convert_to_tensor(indices, name="indices", dtype=dtypes.int64)
            values = convert_to_tensor(values, name="values")
            dense_shape = convert_to_tensor(dense_shape, name="dense_shape", dtype=dtypes.int64)
        self._indices = indices
        self._values = values
        self._dense_shape = dense_shape
        index_shape = indices.shape.with_rank(2)
        value_shape = values.shape.with_rank(1)
        dense_rank = dense_shape.shape.with_rank(1)
        index_shape[0].assert_is_compatible_with(value_shape[0])
        index_shape[1].assert_is_compatible_with(dense_rank[0])

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A ``SparseTensor`` of a ``SparseTensor`` or ``SparseTensorValue``."""
        if isinstance(sparse_tensor_value, SparseTensor):
            return sparse_tensor_value
        if isinstance(sparse_tensor_value, SparseTensorValue):
            return cls(*sparse_tensor_value)
        raise TypeError(f"Neither a SparseTensor nor SparseTensorValue: {sparse_tensor_value}.")

    @property
    def indices(self) -> Tensor:
        """The places of the elements, ``[n, rank]``."""
        return self._indices

    @property
    def values(self) -> Tensor:
        """The elements, ``[n]``."""
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape of the dense tensor, a vector."""
        return self._dense_shape

    @property
    def shape(self) -> Any:
        """What is known of the dense tensor's shape; in TensorFlow 0.x, ``dense_shape``."""
        if behavior.before(1, 0):
            return self._dense_shape
        return constant_value_as_shape(self._dense_shape)

    def get_shape(self) -> TensorShape:
        """What is known of the dense tensor's shape."""
        return self.shape

    @property
    def op(self) -> Any:
        """The operation that gives ``values``."""
        return self._values.op

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self._values.dtype

    @property
    def name(self) -> str:
        """The name of ``values``."""
        return self._values.name

    @property
    def graph(self) -> Any:
        """The graph that holds the parts."""
        return self._indices.graph

    def consumers(self) -> list[Any]:
        """The operations that take one of the parts."""
        parts = (self._indices, self._values, self._dense_shape)
        return list(dict.fromkeys(op for part in parts for op in part.consumers()))

    def eval(self, feed_dict: Any = None, session: Any = None) -> SparseTensorValue:
        """Runs what this needs and returns a ``SparseTensorValue``."""
        session = self.graph._default_session(session, "evaluate tensor")
        return SparseTensorValue(
            *session.run([self._indices, self._values, self._dense_shape], feed_dict)
        )

    def __str__(self) -> str:
        return (
            f"SparseTensor(indices={self._indices}, values={self._values}, "
            f"dense_shape={self._dense_shape})"
        )

    @staticmethod
    def _override_operator(operator: str, function: Any) -> None:
        setattr(SparseTensor, operator, function)


def is_sparse(value: Any) -> bool:
    """True for a ``SparseTensor`` or ``SparseTensorValue``."""
    return isinstance(value, (SparseTensor, SparseTensorValue))


def sparse_value_of(value: Any) -> SparseTensorValue:
    """A fed sparse value, its parts as arrays."""
    indices, values, shape = value
    return SparseTensorValue(
        np.asarray(indices, np.int64), np.asarray(values), np.asarray(shape, np.int64)
    )
