"""Sums of many tensors of one shape: ``tf.add_n`` and ``tf.accumulate_n``."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import (
    convert_n_to_tensor,
    convert_to_tensor,
    convert_to_tensor_or_indexed_slices,
)
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.shapes import as_shape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import brackets
from penstock.ops.shape_rules import same_shapes


def _sum(inputs: list[Any]) -> Any:
    shape = np.shape(inputs[0])
    for index, each in enumerate(inputs):
        if np.shape(each) != shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Inputs to operation of type AddN must have the same size and shape. "
                f"Input 0: {brackets(shape)} != input {index}: {brackets(np.shape(each))}",
            )
    return functools.reduce(operator.add, inputs)


@operation(
    "AddN",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs="N: int >= 1; T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, "
    "quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64, variant}",
    commutative=True,
    aggregate=True,
)
class AddN:
    shape = same_shapes

    def lower(inputs: list[Any]) -> Any:
        return _sum(inputs)

    def fold(inputs: list[np.ndarray]) -> np.ndarray:
        return _sum(inputs)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return [dz] * len(op.inputs)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of tensors that have one shape and one type.

    Args:
        inputs: a sequence of tensors (or ``IndexedSlices``, which are made dense).
        name: the operation's name.

    Returns:
        A tensor of the same shape; the tensor itself when there is only one.

    Raises:
        ValueError: when ``inputs`` is empty or the shapes differ.
    """
    wanted = (
        "inputs must be a list of at least one Tensor/IndexedSlices with the same dtype and shape"  # noqa: E501
    )
    if not inputs or isinstance(inputs, Tensor) or not hasattr(inputs, "__iter__"):
        raise ValueError(wanted)
    values = [convert_to_tensor_or_indexed_slices(v) for v in inputs]
    if not values or not all(isinstance(v, (Tensor, IndexedSlices)) for v in values):
        raise ValueError(wanted)
    if len(values) == 1:
        single = values[0]
        if isinstance(single, IndexedSlices):
            single = convert_to_tensor(single)
        return apply("Identity", single, name=name) if name else single
    return apply("AddN", values, name=name)


@operation(
    "AccumulateNV2",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs="N: int >= 1; T: numbertype; shape: shape",
    commutative=True,
    aggregate=True,
)
class AccumulateNV2:
    def shape(op: Any) -> Any:
        return op.attr("shape")

    def lower(inputs: list[Any]) -> Any:
        return _sum(inputs)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return [dz] * len(op.inputs)


def accumulate_n(
    inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None
) -> Tensor:
    """The sum of tensors that have one shape and one type, as ``add_n``.

    Args:
        inputs: a sequence of tensors.
        shape: the shape that the inputs have, if they don't tell.
        tensor_dtype: their type, checked when given.
        name: the operation's name.

    Raises:
        ValueError: when ``inputs`` is no list, or shapes differ.
        TypeError: when a type differs from ``tensor_dtype``.
    """
    wanted = ValueError(
        "inputs must be a list of at least one Tensor with the same dtype and shape"
    )
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise wanted
    values = convert_n_to_tensor(inputs)
    if not all(isinstance(v, Tensor) for v in values):
        raise wanted
    if not all(v.dtype == values[0].dtype for v in values):
        raise wanted
    total = unknown_shape() if shape is None else as_shape(shape)
    for value in values:
        total = total.merge_with(value.shape)
    if tensor_dtype is not None and as_dtype(tensor_dtype) != values[0].dtype:
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but input is of type {values[0].dtype}")
    if len(values) == 1 and name is None:
        return values[0]
    if len(values) == 1:
        return apply("Identity", values[0], name=name)
    return apply("AccumulateNV2", values, name=name, shape=total)
