"""The summary functions of TensorFlow 0.x: the tag is given apart from the operation's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.summary.functions import collect

_SUMMARIES = [GraphKeys.SUMMARIES]


def scalar_summary(
    tags: Any, values: Any, collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """Numbers under the given tags (``tf.scalar_summary``).

    Args:
        tags: strings, of the shape of ``values``; taken as they are. values: real numbers.
        collections: where to add the result. name: the operation's name.
    """
    with name_scope(name, "ScalarSummary", [tags, values]) as scope:
        value = apply("ScalarSummary", tags, values, name=scope)
        collect(value, collections, _SUMMARIES)
    return value


def histogram_summary(
    tag: Any, values: Any, collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """How values are distributed (``tf.histogram_summary``); arguments as ``scalar_summary``."""
    with name_scope(name, "HistogramSummary", [tag, values]) as scope:
        value = apply("HistogramSummary", tag, values, name=scope)
        collect(value, collections, _SUMMARIES)
    return value


def image_summary(
    tag: Any, tensor: Any, max_images: int = 3, collections: Sequence[str] | None = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Pictures (``tf.image_summary``); arguments as ``tf.summary.image``."""
    with name_scope(name, "ImageSummary", [tag, tensor]) as scope:
        value = apply("ImageSummary", tag, tensor, max_images=max_images, name=scope)
        collect(value, collections, _SUMMARIES)
    return value


def audio_summary(
    tag: Any, tensor: Any, sample_rate: Any, max_outputs: int = 3,
    collections: Sequence[str] | None = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Sounds (``tf.audio_summary``); arguments as ``tf.summary.audio``."""
    with name_scope(name, "AudioSummary", [tag, tensor]) as scope:
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        value = apply("AudioSummaryV2", tag, tensor, rate, max_outputs=max_outputs, name=scope)
        collect(value, collections, _SUMMARIES)
    return value


def merge_summary(
    inputs: Sequence[Any], collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """Several summaries as one (``tf.merge_summary``)."""
    with name_scope(name, "MergeSummary", inputs):
        value = apply("MergeSummary", inputs, name=name)
        collect(value, collections, [])
    return value


def merge_all_summaries(key: str = GraphKeys.SUMMARIES) -> Tensor | None:
    """All summaries of a collection as one.

    Args:
        key: the collection's key.

    Returns:
        A scalar string tensor to fetch and write; ``None`` when there are no summaries.
    """
    found = defaults.get_default_graph().get_collection(key)
    return merge_summary(found) if found else None
