"""``tf.summary``: functions that add summary operations to a graph."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf import json_format

from penstock import protos
from penstock.graph import defaults, dtypes
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.platform import logging

_NOT_IN_A_TAG = re.compile(r"[^-/\w\.]")


def clean_tag(name: str | None) -> str | None:
    """``name`` with what an operation name can't hold replaced by ``_``."""
    if name is None:
        return None
    cleaned = _NOT_IN_A_TAG.sub("_", name).lstrip("/")
    if cleaned != name:
        logging.info("Summary name %s is illegal; using %s instead.", name, cleaned)
    return cleaned


@contextlib.contextmanager
def _summary_scope(
    name: str, family: str | None, values: Sequence[Any], default_name: str | None = None
) -> Iterator[tuple[str, str]]:
    """Yields (tag, name scope): the tag is the scope's name, after the family if there is one."""
    name = clean_tag(name)  # type: ignore[assignment]
    family = clean_tag(family)
    base = name if family is None else f"{family}/{name}"
    with name_scope(base, default_name, values) as scope:
        path = scope.rstrip("/")
        if not path:
            raise ValueError(f"'{path}' is not a valid node name")
        yield (path if family is None else f"{family}/{path}"), scope


def collect(value: Tensor, collections: Sequence[str] | None, default: Sequence[str]) -> None:
    """Adds ``value`` to collections of its graph."""
    graph = defaults.get_default_graph()
    for key in default if collections is None else collections:
        graph.add_to_collection(key, value)


def scalar(
    name: str, tensor: Any, collections: Sequence[str] | None = None, family: str | None = None
) -> Tensor:
    """A summary of one number.

    Args:
        name: the tag, in the name scope in force; made unique.
        tensor: a real scalar.
        collections: where to add the result; ``[GraphKeys.SUMMARIES]`` by default.
        family: a prefix of the tag, for TensorBoard to group by.

    Returns:
        A scalar string tensor: the serialized ``Summary``.
    """
    with _summary_scope(name, family, [tensor]) as (tag, scope):
        value = apply("ScalarSummary", tag, tensor, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def histogram(
    name: str, values: Any, collections: Sequence[str] | None = None, family: str | None = None
) -> Tensor:
    """A summary of how values are distributed.

    Args:
        name: the tag. values: a real tensor of any shape, all finite.
        collections: where to add the result. family: a prefix of the tag.

    Returns:
        A scalar string tensor: the serialized ``Summary``.
    """
    with _summary_scope(name, family, [values], "HistogramSummary") as (tag, scope):
        value = apply("HistogramSummary", tag, values, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def image(
    name: str,
    tensor: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """A summary of pictures.

    Args:
        name: the tag; the pictures' tags are ``name/image/0`` ... (``name/image`` when
            ``max_outputs`` is 1).
        tensor: ``[batch, height, width, channels]`` of ``uint8`` or a floating type, with 1, 3 or
            4 channels. Floating values are scaled, each picture by itself.
        max_outputs: at most this many of the batch.
        collections: where to add the result. family: a prefix of the tag.

    Returns:
        A scalar string tensor: the serialized ``Summary``.
    """
    with _summary_scope(name, family, [tensor]) as (tag, scope):
        value = apply("ImageSummary", tag, tensor, max_images=max_outputs, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """A summary of sounds.

    Args:
        name: the tag; the sounds' tags are ``name/audio/0`` ...
        tensor: ``float32``, ``[batch, frames]`` or ``[batch, frames, channels]``, from -1 to 1.
        sample_rate: a scalar, in hertz.
        max_outputs: at most this many of the batch.
        collections: where to add the result. family: a prefix of the tag.

    Returns:
        A scalar string tensor: the serialized ``Summary``.
    """
    with _summary_scope(name, family, [tensor]) as (tag, scope):
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        value = apply("AudioSummaryV2", tag, tensor, rate, max_outputs=max_outputs, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def text(name: str, tensor: Any, collections: Sequence[str] | None = None) -> Tensor:
    """A summary of text, which TensorBoard shows as Markdown (a matrix as a table).

    Args:
        name: the tag. tensor: a string tensor. collections: where to add the result.

    Raises:
        ValueError: when ``tensor`` holds no strings.
    """
    if tensor.dtype != dtypes.string:
        raise ValueError(
            f"Expected tensor {tensor.name} to have dtype string, got "
            f"<dtype: '{tensor.dtype.name}'>"
        )
    metadata = protos.SummaryMetadata(
        plugin_data=protos.SummaryMetadata.PluginData(plugin_name="text")
    )
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: str | None = None,
    collections: Sequence[str] | None = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Tensor:
    """A summary that keeps a whole tensor, for a plugin of TensorBoard.

    Args:
        name: the tag. tensor: a tensor of any type and shape.
        summary_description: what the summary means.
        collections: where to add the result.
        summary_metadata: a ``SummaryMetadata``. family: a prefix of the tag.
        display_name: the name to show.
    """
    if summary_metadata is None:
        summary_metadata = protos.SummaryMetadata()
    if summary_description is not None:
        summary_metadata.summary_description = summary_description
    if display_name is not None:
        summary_metadata.display_name = display_name
    serialized = summary_metadata.SerializeToString()
    with _summary_scope(name, family, [tensor]) as (tag, scope):
        value = apply("TensorSummaryV2", tag, tensor, serialized, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def merge(
    inputs: Sequence[Any], collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """Several summaries as one.

    Args:
        inputs: string tensors that hold serialized ``Summary`` messages; no tag twice.
        collections: where to add the result; nowhere by default. name: a name.
    """
    cleaned = clean_tag(name)
    with name_scope(cleaned, "Merge", inputs):
        value = apply("MergeSummary", inputs, name=cleaned)
        collect(value, collections, [])
    return value


def merge_all(
    key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None
) -> Tensor | None:
    """All summaries of a collection as one; ``None`` when there are none.

    Args:
        key: the collection. scope: a pattern that the operations' names must start with.
        name: a name.
    """
    found = defaults.get_default_graph().get_collection(key, scope)
    return merge(found, name=name) if found else None


def get_summary_description(node_def: Any) -> Any:
    """The ``SummaryDescription`` that a ``TensorSummary`` node carries.

    Raises:
        ValueError: for a node of another type.
    """
    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    text_form = node_def.attr["description"].s.decode()
    return json_format.Parse(text_form or "{}", protos.SummaryDescription())


def initialize(graph: Any = None, session: Any = None) -> None:
    """For programs that call it: summaries here need no writer resource to be started.

    Raises:
        RuntimeError: when there is no default session and none is given.
    """
    if session is None and defaults.get_default_session() is None:
        raise ValueError("Argument `session must be passed if no default session exists")


def all_v2_summary_ops() -> list[Tensor] | None:
    """The summaries of TensorFlow 2's style in the graph: there are never any."""
    return list(defaults.get_default_graph().get_collection(GraphKeys._SUMMARY_COLLECTION))
