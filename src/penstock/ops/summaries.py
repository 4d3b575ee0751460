"""Operations that give serialized ``Summary`` messages, for event files.

All of them run on the host: their result is a string.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock import protos
from penstock.graph import dtypes, errors
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor_values import as_bytes, proto_of_array
from penstock.kernels import histograms, media
from penstock.ops.shape_rules import scalar_output


def _text(value: Any) -> str:
    """One string element of a host tensor."""
    item = value if isinstance(value, (bytes, str)) else np.asarray(value)[()]
    return as_bytes(item).decode("utf-8", "surrogateescape")


def _bytes_of(summary: Any) -> np.ndarray:
    return np.array(summary.SerializeToString(), object)


def _invalid(op: Any, message: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, op, message)


def _require_tag(op: Any, tag: Any) -> str:
    if np.ndim(tag) != 0:
        raise _invalid(op, "tags must be scalar")
    return _text(tag)


def _single_tag(tags: np.ndarray) -> str:
    """What an error message adds when there is one tag only."""
    return f" (tag '{_text(tags.reshape(-1)[0])}')" if tags.size == 1 else ""


@operation(
    "ScalarSummary",
    inputs="tags: string, values: T",
    outputs="summary: string",
    attrs="T: realnumbertype",
)
class ScalarSummary:
    shape = scalar_output
    gradient = None

    def host(tags: Any, values: Any, *, op: Any) -> Any:
        if tags.shape != values.shape and not (tags.size == 1 and values.size == 1):
            raise _invalid(
                op,
                f"tags and values not the same shape: {_listed(tags.shape)} != "
                f"{_listed(values.shape)}{_single_tag(tags)}",
            )
        summary = protos.Summary()
        for tag, value in zip(tags.reshape(-1), values.reshape(-1)):
            summary.value.add(tag=_text(tag), simple_value=float(np.float32(value)))
        return _bytes_of(summary)


def _listed(sizes: Any) -> str:
    return "[" + ",".join(str(size) for size in sizes) + "]"


@operation(
    "HistogramSummary",
    inputs="tag: string, values: T",
    outputs="summary: string",
    attrs="T: realnumbertype = float",
)
class HistogramSummary:
    shape = scalar_output
    gradient = None

    def host(tag: Any, values: Any, *, op: Any) -> Any:
        name = _require_tag(op, tag)
        flat = values.reshape(-1).astype(np.float64)
        if not np.isfinite(flat).all():
            first = flat[~np.isfinite(flat)][0]
            word = "Nan" if np.isnan(first) else "Infinity"
            raise _invalid(op, f"{word} in summary histogram for: {op.name}")
        summary = protos.Summary()
        entry = summary.value.add(tag=name)
        counts = histograms.histogram(flat)
        entry.histo.min, entry.histo.max = counts.minimum, counts.maximum
        entry.histo.num, entry.histo.sum = counts.count, counts.total
        entry.histo.sum_squares = counts.total_of_squares
        entry.histo.bucket_limit.extend(counts.limits.tolist())
        entry.histo.bucket.extend(counts.buckets.tolist())
        return _bytes_of(summary)


@operation(
    "ImageSummary",
    inputs="tag: string, tensor: T",
    outputs="summary: string",
    attrs="max_images: int >= 1 = 3; T: {uint8, float, half, double} = float; "
    "bad_color: tensor = uint8[255, 0, 0, 255]",
)
class ImageSummary:
    shape = scalar_output
    gradient = None

    def host(tag: Any, tensor: Any, *, op: Any, max_images: int, bad_color: Any) -> Any:
        if np.ndim(tag) != 0:
            raise _invalid(op, f"Tags must be a scalar, but got shape {_listed(np.shape(tag))}")
        name = _text(tag)
        if tensor.ndim != 4 or tensor.shape[-1] not in (1, 3, 4):
            raise _invalid(
                op,
                f"Tensor must be 4-D with last dim 1, 3, or 4, not {_listed(tensor.shape)}",
            )
        count, height, width, depth = tensor.shape
        bad = np.asarray(bad_color)
        if bad.dtype != np.uint8 or bad.ndim != 1 or bad.size < depth:
            raise _invalid(
                op,
                f"expected a uint8 bad_color vector with at least {depth} elements, got "
                f"{bad.dtype} {_listed(bad.shape)}",
            )
        summary = protos.Summary()
        for i in range(min(count, max_images)):
            pixels = tensor[i]
            if pixels.dtype != np.uint8:
                pixels = media.visible_pixels(pixels, bad[:depth])
            suffix = f"image/{i}" if max_images > 1 else "image"
            entry = summary.value.add(tag=f"{name}/{suffix}")
            entry.image.height, entry.image.width = height, width
            entry.image.colorspace = depth
            entry.image.encoded_image_string = media.encode_png(pixels)
        return _bytes_of(summary)


def _audio(op: Any, tag: Any, tensor: Any, sample_rate: Any, max_outputs: int) -> Any:
    name = _require_tag(op, tag)
    if tensor.ndim not in (2, 3):
        raise _invalid(op, f"Tensor must be 3-D or 2-D, got: {_listed(tensor.shape)}")
    rate = float(np.float32(sample_rate))
    if rate <= 0:
        raise _invalid(op, "sample_rate must be > 0")
    if tensor.ndim == 2:
        tensor = tensor[:, :, None]
    count, frames, channels = tensor.shape
    summary = protos.Summary()
    for i in range(min(count, max_outputs)):
        suffix = f"audio/{i}" if max_outputs > 1 else "audio"
        entry = summary.value.add(tag=f"{name}/{suffix}")
        entry.audio.sample_rate = rate
        entry.audio.num_channels = channels
        entry.audio.length_frames = frames
        entry.audio.encoded_audio_string = media.encode_wav(tensor[i], rate)
        entry.audio.content_type = "audio/wav"
    return _bytes_of(summary)


@operation(
    "AudioSummaryV2",
    inputs="tag: string, tensor: float, sample_rate: float",
    outputs="summary: string",
    attrs="max_outputs: int >= 1 = 3",
)
class AudioSummaryV2:
    shape = scalar_output
    gradient = None

    def host(tag: Any, tensor: Any, sample_rate: Any, *, op: Any, max_outputs: int) -> Any:
        if np.ndim(sample_rate) != 0:
            raise _invalid(op, "sample_rate must be a scalar")
        return _audio(op, tag, tensor, sample_rate, max_outputs)


@operation(
    "AudioSummary",
    inputs="tag: string, tensor: float",
    outputs="summary: string",
    attrs="sample_rate: float; max_outputs: int >= 1 = 3",
)
class AudioSummary:
    shape = scalar_output
    gradient = None

    def host(tag: Any, tensor: Any, *, op: Any, sample_rate: float, max_outputs: int) -> Any:
        return _audio(op, tag, tensor, sample_rate, max_outputs)


def _fill_tensor(proto: Any, tensor: Any, op: Any) -> None:
    tensor = np.asarray(tensor)
    if op.attr("T").base_dtype is dtypes.string:
        proto.CopyFrom(proto_of_array(tensor))
        return
    # TensorFlow writes the numbers' bytes here, however few there are.
    proto.dtype = op.attr("T").as_datatype_enum
    proto.tensor_shape.CopyFrom(TensorShape(tensor.shape).as_proto())
    if tensor.size:
        proto.tensor_content = np.ascontiguousarray(tensor).tobytes()


@operation(
    "TensorSummary",
    inputs="tensor: T",
    outputs="summary: string",
    attrs="T: type; description: string = ''; labels: list(string) = []; display_name: string = ''",
)
class TensorSummary:
    shape = scalar_output
    gradient = None

    def host(tensor: Any, *, op: Any) -> Any:
        summary = protos.Summary()
        entry = summary.value.add(node_name=op.name)
        _fill_tensor(entry.tensor, tensor, op)
        return _bytes_of(summary)


@operation(
    "TensorSummaryV2",
    inputs="tag: string, tensor: T, serialized_summary_metadata: string",
    outputs="summary: string",
    attrs="T: type",
)
class TensorSummaryV2:
    shape = scalar_output
    gradient = None

    def host(tag: Any, tensor: Any, serialized_summary_metadata: Any, *, op: Any) -> Any:
        name = _require_tag(op, tag)
        if np.ndim(serialized_summary_metadata) != 0:
            raise _invalid(op, "serialized_summary_metadata must be scalar")
        summary = protos.Summary()
        entry = summary.value.add(tag=name)
        _fill_tensor(entry.tensor, tensor, op)
        data = as_bytes(np.asarray(serialized_summary_metadata)[()])
        entry.metadata.MergeFromString(data)
        return _bytes_of(summary)


@operation(
    "MergeSummary",
    inputs="inputs: N * string",
    outputs="summary: string",
    attrs="N: int >= 1",
)
class MergeSummary:
    shape = scalar_output
    gradient = None

    def host(inputs: list[Any], *, op: Any) -> Any:
        merged = protos.Summary()
        seen: set[str] = set()
        for value in inputs:
            for item in np.asarray(value).reshape(-1):
                merged.MergeFromString(as_bytes(item))
        for entry in merged.value:
            if entry.tag in seen:
                raise _invalid(op, f"Duplicate tag {entry.tag} found in summary inputs")
            if entry.tag:
                seen.add(entry.tag)
        return _bytes_of(merged)
