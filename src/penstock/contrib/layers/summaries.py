"""Summaries of layers (``tf.contrib.layers.summarize_*``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import get_collection
from penstock.nn.dense import zero_fraction
from penstock.ops.casts import cast
from penstock.ops.comparisons import less
from penstock.ops.reductions import reduce_mean
from penstock.summary.functions import histogram, scalar


def summarize_tensor(tensor: Any, tag: str | None = None) -> Any:
    """A scalar summary for numbers, otherwise a histogram.

    Args:
        tensor: the tensor. tag: the tag; the tensor's name with ``_summary`` by default.
    """
    tag = tag or f"{tensor.op.name}_summary"
    if tensor.get_shape().ndims == 0:
        return scalar(tag, tensor)
    return histogram(tag, tensor)


def summarize_activation(op: Any) -> Any:
    """Summaries of an activation: its histogram and, for some, how much is zero or saturated."""
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        scalar(f"{op.op.name}/zeros", zero_fraction(op))
    if op.op.type == "Relu6":
        over = reduce_mean(cast(less(6.0, op), "float32"))
        scalar(f"{op.op.name}/sixes", over)
    return histogram(f"{op.op.name}/activation", op)


def summarize_tensors(tensors: Sequence[Any],
                      summarizer: Callable[[Any], Any] = summarize_tensor
                      ) -> list[Any]:  # fmt: skip
    """A summary of each tensor."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str,
    name_filter: str | None = None,
    summarizer: Callable[[Any], Any] = summarize_tensor,
) -> list[Any]:
    """A summary of each tensor in a collection.

    Args:
        collection: the collection. name_filter: a regular expression for the names to take.
        summarizer: makes the summary.
    """
    tensors = [
        tensor
        for tensor in get_collection(collection)
        if name_filter is None or re.match(name_filter, tensor.op.name)
    ]
    return summarize_tensors(tensors, summarizer)


def summarize_activations(
    name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_activation
) -> list[Any]:
    """``summarize_collection`` of ``ACTIVATIONS``."""
    return summarize_collection(GraphKeys.ACTIVATIONS, name_filter, summarizer)


def summarize_variables(name_filter: str | None = None) -> list[Any]:
    """``summarize_collection`` of the trained variables."""
    return summarize_collection(GraphKeys.TRAINABLE_VARIABLES, name_filter)


def summarize_weights(name_filter: str | None = None) -> list[Any]:
    """``summarize_collection`` of ``WEIGHTS``."""
    return summarize_collection(GraphKeys.WEIGHTS, name_filter)


def summarize_biases(name_filter: str | None = None) -> list[Any]:
    """``summarize_collection`` of ``BIASES``."""
    return summarize_collection(GraphKeys.BIASES, name_filter)
