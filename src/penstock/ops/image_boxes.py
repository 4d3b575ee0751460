"""Boxes in images: cropping, drawing, sampling, and picking the best of many."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import image_boxes as kernels
from penstock.ops.seeds import get_seed
from penstock.ops.shape_rules import same_as_input

_PIXELS = "{uint8, uint16, int8, int16, int32, int64, half, float, double}"


def _crops_shape(op: Any) -> TensorShape:
    image = op.inputs[0].shape.with_rank(4).as_list()
    boxes = op.inputs[1].shape.with_rank(2).as_list()
    index = op.inputs[2].shape.with_rank(1).as_list()
    if boxes[1] not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {boxes[1]}")
    height, width = constant_value_as_shape(op.inputs[3]).with_rank(2).as_list()
    count = boxes[0] if boxes[0] is not None else index[0]
    return TensorShape([count, height, width, image[3]])


@operation(
    "CropAndResize",
    inputs="image: T, boxes: float, box_ind: int32, crop_size: int32",
    outputs="crops: float",
    attrs=f"T: {_PIXELS}; method: {{'bilinear', 'nearest'}} = 'bilinear'; "
    "extrapolation_value: float = 0.0",
)
class CropAndResize:
    shape = _crops_shape
    static = "crop_size"

    def lower(image, boxes, box_ind, crop_size, *, method, extrapolation_value, run):
        image, index = jnp.asarray(image), jnp.asarray(box_ind)
        if boxes.shape[0]:
            run.check(
                jnp.all((index >= 0) & (index < image.shape[0])),
                "box_index has values outside [0, batch_size)",
                error=errors.OutOfRangeError,
            )
        return kernels.crop_and_resize(
            image.astype(jnp.float32),
            jnp.asarray(boxes),
            index,
            (int(crop_size[0]), int(crop_size[1])),
            method,
            extrapolation_value,
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        image, boxes, index, _ = op.inputs
        size = image.shape.as_list() if image.shape.is_fully_defined() else shape(image)
        found = None
        if image.dtype in (dtypes.float16, dtypes.float32, dtypes.float64):
            found = apply(
                "CropAndResizeGradImage",
                grad,
                boxes,
                index,
                size,
                T=op.attr("T"),
                method=op.attr("method"),
            )
        return [found, apply("CropAndResizeGradBoxes", grad, image, boxes, index), None, None]


@operation(
    "CropAndResizeGradImage",
    inputs="grads: float, boxes: float, box_ind: int32, image_size: int32",
    outputs="output: T",
    attrs="T: {float, half, double}; method: {'bilinear', 'nearest'} = 'bilinear'",
)
class CropAndResizeGradImage:
    static = "image_size"

    def shape(op: Any) -> TensorShape:
        return constant_value_as_shape(op.inputs[3]).with_rank(4)

    def lower(grads, boxes, box_ind, image_size, *, T, method):
        sizes = tuple(int(s) for s in image_size)
        height, width = np.shape(grads)[1:3]

        def forward(image: Any) -> Any:
            return kernels.crop_and_resize(
                image,
                jnp.asarray(boxes),
                jnp.asarray(box_ind),
                (height, width),
                method,
                0.0,
            )

        _, backward = jax.vjp(forward, jnp.zeros(sizes, jnp.float32))
        return backward(jnp.asarray(grads))[0].astype(T)


@operation(
    "CropAndResizeGradBoxes",
    inputs="grads: float, image: T, boxes: float, box_ind: int32",
    outputs="output: float",
    attrs=f"T: {_PIXELS}; method: {{'bilinear'}} = 'bilinear'",
)
class CropAndResizeGradBoxes:
    def shape(op: Any) -> TensorShape:
        return op.inputs[2].shape.with_rank(2)

    def lower(grads, image, boxes, box_ind):
        height, width = np.shape(grads)[1:3]

        def forward(places: Any) -> Any:
            return kernels.crop_and_resize(
                jnp.asarray(image).astype(jnp.float32),
                places,
                jnp.asarray(box_ind),
                (height, width),
                "bilinear",
                0.0,
            )

        _, backward = jax.vjp(forward, jnp.asarray(boxes))
        return backward(jnp.asarray(grads))[0]


@operation(
    "DrawBoundingBoxes",
    inputs="images: T, boxes: float",
    outputs="output: T",
    attrs="T: {float, half} = float",
)
class DrawBoundingBoxes:
    shape = same_as_input()
    gradient = None

    def host(images, boxes):
        return kernels.draw_bounding_boxes(images, boxes)


def _glimpse_shape(op: Any) -> TensorShape:
    image = op.inputs[0].shape.with_rank(4).as_list()
    offsets = op.inputs[2].shape.with_rank(2).as_list()
    height, width = constant_value_as_shape(op.inputs[1]).with_rank(2).as_list()
    batch = image[0] if image[0] is not None else offsets[0]
    return TensorShape([batch, height, width, image[3]])


@operation(
    "ExtractGlimpse",
    inputs="input: float, size: int32, offsets: float",
    outputs="glimpse: float",
    attrs="centered: bool = true; normalized: bool = true; uniform_noise: bool = true; "
    "noise: string = 'uniform'",
)
class ExtractGlimpse:
    shape = _glimpse_shape
    static = "size"
    gradient = None

    def lower(images, size, offsets, *, centered, normalized, uniform_noise, noise):
        return kernels.extract_glimpse(
            jnp.asarray(images),
            (int(size[0]), int(size[1])),
            jnp.asarray(offsets),
            centered,
            normalized,
            "uniform" if uniform_noise else noise,
        )


# -- sampling -------------------------------------------------------------------------------------
def _sampled_shapes(op: Any) -> list[TensorShape]:
    return [TensorShape([3]), TensorShape([3]), TensorShape([1, 1, 4])]


def _sample(size: Any, boxes: Any, covered: Any, aspect: Any, area: Any, attempts: Any,
            whole: Any, op: Any, run: Any) -> Any:  # fmt: skip
    key, offset = run.random_state(op)
    try:
        found = kernels.sample_box(
            size, boxes, float(covered), aspect, area, attempts, whole, key, int(offset)
        )
    except ValueError as error:
        raise errors.InvalidArgumentError(None, op, str(error)) from None
    run.set_random_state(op, int(offset) + attempts)
    return found


_SAMPLE = (
    "seed: int = 0; seed2: int = 0; {covered}aspect_ratio_range: list(float) = "
    "[0.75, 1.3300000429153442]; area_range: list(float) = [0.05000000074505806, 1.0]; "
    "max_attempts: int = 100; use_image_if_no_bounding_boxes: bool = false"
)


@operation(
    "SampleDistortedBoundingBoxV2",
    inputs="image_size: T, bounding_boxes: float, min_object_covered: float",
    outputs="begin: T, size: T, bboxes: float",
    attrs="T: {uint8, int8, int16, int32, int64}; " + _SAMPLE.replace("{covered}", ""),
    stateful=True,
)
class SampleDistortedBoundingBoxV2:
    shape = _sampled_shapes
    gradient = None

    def host(size, boxes, covered, *, aspect_ratio_range, area_range, max_attempts,
             use_image_if_no_bounding_boxes, op, run):  # fmt: skip
        return _sample(size, boxes, covered, aspect_ratio_range, area_range, max_attempts,
                       use_image_if_no_bounding_boxes, op, run)  # fmt: skip


@operation(
    "SampleDistortedBoundingBox",
    inputs="image_size: T, bounding_boxes: float",
    outputs="begin: T, size: T, bboxes: float",
    attrs="T: {uint8, int8, int16, int32, int64}; "
    + _SAMPLE.replace("{covered}", "min_object_covered: float = 0.10000000149011612; "),
    stateful=True,
)
class SampleDistortedBoundingBox:
    shape = _sampled_shapes
    gradient = None

    def host(size, boxes, *, min_object_covered, aspect_ratio_range, area_range, max_attempts,
             use_image_if_no_bounding_boxes, op, run):  # fmt: skip
        return _sample(size, boxes, min_object_covered, aspect_ratio_range, area_range,
                       max_attempts, use_image_if_no_bounding_boxes, op, run)  # fmt: skip


# -- the best boxes -------------------------------------------------------------------------------
def _selected_shape(op: Any) -> TensorShape:
    boxes = op.inputs[0].shape.with_rank(2).as_list()
    scores = op.inputs[1].shape.with_rank(1).as_list()
    if boxes[0] is not None and scores[0] is not None and boxes[0] != scores[0]:
        raise ValueError(f"Dimensions must be equal, but are {boxes[0]} and {scores[0]}")
    return TensorShape([None])


def _picked(boxes: Any, scores: Any, size: Any, overlap: Any, least: Any = -np.inf,
            sigma: Any = 0.0) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    return kernels.non_max_suppression(
        scores, int(size), float(overlap), float(least), float(sigma), kernels.overlaps_of(boxes)
    )


@operation(
    "NonMaxSuppression",
    inputs="boxes: float, scores: float, max_output_size: int32",
    outputs="selected_indices: int32",
    attrs="iou_threshold: float = 0.5",
)
class NonMaxSuppression:
    shape = _selected_shape
    gradient = None

    def host(boxes, scores, size, *, iou_threshold):
        return _picked(boxes, scores, size, iou_threshold)[0]


@operation(
    "NonMaxSuppressionV2",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold",
    outputs="selected_indices: int32",
    attrs="T: {half, float} = float; T_threshold: {half, float} = float",
)
class NonMaxSuppressionV2:
    shape = _selected_shape
    gradient = None

    def host(boxes, scores, size, overlap):
        return _picked(boxes, scores, size, overlap)[0]


@operation(
    "NonMaxSuppressionV3",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
    "score_threshold: T_threshold",
    outputs="selected_indices: int32",
    attrs="T: {half, float} = float; T_threshold: {half, float} = float",
)
class NonMaxSuppressionV3:
    shape = _selected_shape

    def host(boxes, scores, size, overlap, least):
        return _picked(boxes, scores, size, overlap, least)[0]


def _padded_shapes(op: Any) -> list[TensorShape]:
    size = constant_value(op.inputs[2]) if op.attr("pad_to_max_output_size") else None
    vector = TensorShape([None if size is None else int(size)])
    count = 1 if op.type == "NonMaxSuppressionV4" else 2
    return [vector] * count + [TensorShape([])]


def _padded(found: np.ndarray, size: Any, wanted: bool) -> np.ndarray:
    if not wanted:
        return found
    return np.concatenate([found, np.zeros(int(size) - len(found), found.dtype)])


@operation(
    "NonMaxSuppressionV4",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold, "
    "score_threshold: T_threshold",
    outputs="selected_indices: int32, valid_outputs: int32",
    attrs="T: {half, float} = float; T_threshold: {half, float} = float; "
    "pad_to_max_output_size: bool = false",
)
class NonMaxSuppressionV4:
    shape = _padded_shapes

    def host(boxes, scores, size, overlap, least, *, pad_to_max_output_size):
        found, _ = _picked(boxes, scores, size, overlap, least)
        return _padded(found, size, pad_to_max_output_size), np.array(len(found), np.int32)


@operation(
    "NonMaxSuppressionV5",
    inputs="boxes: T, scores: T, max_output_size: int32, iou_threshold: T, score_threshold: T, "
    "soft_nms_sigma: T",
    outputs="selected_indices: int32, selected_scores: T, valid_outputs: int32",
    attrs="T: {half, float} = float; pad_to_max_output_size: bool = false",
)
class NonMaxSuppressionV5:
    shape = _padded_shapes

    def host(boxes, scores, size, overlap, least, sigma, *, pad_to_max_output_size):
        found, kept = _picked(boxes, scores, size, overlap, least, sigma)
        pad = pad_to_max_output_size
        return (
            _padded(found, size, pad),
            _padded(kept.astype(scores.dtype), size, pad),
            np.array(len(found), np.int32),
        )


@operation(
    "NonMaxSuppressionWithOverlaps",
    inputs="overlaps: float, scores: float, max_output_size: int32, overlap_threshold: float, "
    "score_threshold: float",
    outputs="selected_indices: int32",
)
class NonMaxSuppressionWithOverlaps:
    shape = _selected_shape
    gradient = None

    def host(overlaps, scores, size, threshold, least):
        return kernels.non_max_suppression(
            scores, int(size), float(threshold), float(least), 0.0, lambda i, j: overlaps[i, j]
        )[0]


def _combined_shapes(op: Any) -> list[TensorShape]:
    boxes = op.inputs[0].shape.with_rank(4).as_list()
    per_class, total = (constant_value(op.inputs[i]) for i in (2, 3))
    size = None if total is None else int(total)
    if op.attr("pad_per_class"):
        classes = op.inputs[1].shape.with_rank(3).as_list()[2]
        if size is None or per_class is None or classes is None:
            size = None
        else:
            size = min(size, int(per_class) * classes)
    batch = boxes[0]
    return [
        TensorShape([batch, size, 4]),
        TensorShape([batch, size]),
        TensorShape([batch, size]),
        TensorShape([batch]),
    ]


@operation(
    "CombinedNonMaxSuppression",
    inputs="boxes: float, scores: float, max_output_size_per_class: int32, "
    "max_total_size: int32, iou_threshold: float, score_threshold: float",
    outputs="nmsed_boxes: float, nmsed_scores: float, nmsed_classes: float, "
    "valid_detections: int32",
    attrs="pad_per_class: bool = false; clip_boxes: bool = true",
)
class CombinedNonMaxSuppression:
    shape = _combined_shapes

    def host(boxes, scores, per_class, total, overlap, least, *, pad_per_class, clip_boxes):
        return kernels.combined_non_max_suppression(
            boxes, scores, int(per_class), int(total), float(overlap), float(least),
            pad_per_class, clip_boxes,
        )  # fmt: skip


# -- public ---------------------------------------------------------------------------------------
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_ind: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices: Any = None,
) -> Tensor:
    """Rectangles cut out of images and brought to one size.

    Args:
        image: ``[batch, height, width, channels]``.
        boxes: ``float32`` ``[n, 4]``: top, left, bottom and right edge, from 0 to 1.
        box_ind: ``int32`` ``[n]``, the image that each box is in.
        crop_size: ``int32`` ``[2]``, the height and width of the crops.
        method: ``'bilinear'`` or ``'nearest'``.
        extrapolation_value: what stands for pixels outside of the image.
        name: the name of the operation.
        box_indices: the newer name of ``box_ind``.

    Returns:
        ``float32`` ``[n, height, width, channels]``.
    """
    if box_indices is not None:
        if box_ind is not None:
            raise ValueError("Cannot specify both 'box_ind' and 'box_indices'")
        box_ind = box_indices
    return apply(
        "CropAndResize",
        image,
        boxes,
        box_ind,
        crop_size,
        method=method,
        extrapolation_value=extrapolation_value,
        name=name,
    )


def draw_bounding_boxes(images: Any, boxes: Any, name: str | None = None) -> Tensor:
    """Images with the outlines of boxes drawn into them.

    Args:
        images: ``[batch, height, width, channels]`` ``float32``, from 0 to 1.
        boxes: ``[batch, n, 4]``: top, left, bottom and right edge, from 0 to 1.
        name: the name of the operation.
    """
    return apply("DrawBoundingBoxes", images, boxes, name=name)


def extract_glimpse(
    input: Any,  # noqa: A002 - TensorFlow's name
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Tensor:
    """A window of each image; what lies outside of the image is noise.

    Args:
        input: ``float32`` ``[batch, height, width, channels]``.
        size: ``int32`` ``[2]``, the height and width of the windows.
        offsets: ``float32`` ``[batch, 2]``, the windows' centres (y, x).
        centered: whether (0, 0) is the image's centre, else its upper left corner.
        normalized: whether offsets are in image sizes (halves of them when centred), not pixels.
        uniform_noise: whether the noise is uniform.
        name: the name of the operation.
    """
    return apply(
        "ExtractGlimpse",
        input,
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        uniform_noise=uniform_noise,
        name=name,
    )


def sample_distorted_bounding_box(
    image_size: Any,
    bounding_boxes: Any,
    seed: int | None = None,
    seed2: int | None = None,
    min_object_covered: Any = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Any:
    """A random part of an image that shows enough of one of some objects.

    Args:
        image_size: ``[3]``: height, width, channels.
        bounding_boxes: ``[batch, n, 4]``, the objects: top, left, bottom, right, from 0 to 1.
        seed, seed2: the two seeds.
        min_object_covered: the share of an object that must be visible.
        aspect_ratio_range: the least and greatest width over height.
        area_range: the least and greatest share of the image.
        max_attempts: how often to try before the whole image is taken.
        use_image_if_no_bounding_boxes: whether the image is the object when none is given.
        name: the name of the scope.

    Returns:
        (begin, size, boxes): for ``tf.slice``, and ``[1, 1, 4]`` for ``draw_bounding_boxes``.
    """
    with name_scope(name, "sample_distorted_bounding_box"):
        found = apply(
            "SampleDistortedBoundingBoxV2",
            image_size,
            bounding_boxes,
            min_object_covered,
            seed=seed,
            seed2=seed2,
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            max_attempts=max_attempts,
            use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
            name=name,
        )
        return tuple(found)


def _threshold(value: Any, name: str, dtype: Any = None) -> Tensor:
    return convert_to_tensor(value, dtype=dtype, name=name)


def non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The numbers of the best boxes, none of which overlaps a better one too much.

    Args:
        boxes: ``float32`` ``[n, 4]``: two opposite corners (y, x, y, x).
        scores: ``float32`` ``[n]``.
        max_output_size: ``int32``, the most that are taken.
        iou_threshold: the greatest overlap (intersection over union).
        score_threshold: boxes must have a greater score.
        name: the name of the scope.

    Returns:
        ``int32`` ``[m]``, best first.
    """
    with name_scope(name, "non_max_suppression"):
        return apply(
            "NonMaxSuppressionV3",
            boxes,
            scores,
            max_output_size,
            _threshold(iou_threshold, "iou_threshold"),
            _threshold(score_threshold, "score_threshold"),
        )


def non_max_suppression_with_scores(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """``non_max_suppression`` that lowers scores of overlapping boxes (Bodla et al., 2017).

    Returns:
        (numbers, scores) of the boxes taken.
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        indices, kept, _ = apply(
            "NonMaxSuppressionV5",
            boxes,
            scores,
            max_output_size,
            _threshold(iou_threshold, "iou_threshold"),
            _threshold(score_threshold, "score_threshold"),
            _threshold(soft_nms_sigma, "soft_nms_sigma"),
            pad_to_max_output_size=False,
        )
        return indices, kept


def non_max_suppression_padded(
    boxes: Any,
    scores: Any,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
) -> Any:
    """``non_max_suppression`` whose result may be filled up with zeros.

    Returns:
        (numbers, how many of them count).
    """
    with name_scope(name, "non_max_suppression_padded"):
        return tuple(
            apply(
                "NonMaxSuppressionV4",
                boxes,
                scores,
                max_output_size,
                _threshold(iou_threshold, "iou_threshold"),
                _threshold(score_threshold, "score_threshold"),
                pad_to_max_output_size=pad_to_max_output_size,
            )
        )


def non_max_suppression_overlaps(
    overlaps: Any,
    scores: Any,
    max_output_size: Any,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """``non_max_suppression`` with the overlaps given, ``[n, n]``."""
    with name_scope(name, "non_max_suppression_overlaps"):
        return apply(
            "NonMaxSuppressionWithOverlaps",
            overlaps,
            scores,
            max_output_size,
            _threshold(overlap_threshold, "overlap_threshold"),
            score_threshold,
        )


def combined_non_max_suppression(
    boxes: Any,
    scores: Any,
    max_output_size_per_class: Any,
    max_total_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> Any:
    """``non_max_suppression`` for each class and image, and the best of all classes.

    Args:
        boxes: ``[batch, n, classes or 1, 4]``.
        scores: ``[batch, n, classes]``.
        max_output_size_per_class: the most of one class.
        max_total_size: the most of one image.
        iou_threshold, score_threshold: as for ``non_max_suppression``.
        pad_per_class: whether results are no longer than the classes can fill.
        clip_boxes: whether corners are brought into 0 to 1.
        name: the name of the scope.

    Returns:
        (boxes ``[batch, m, 4]``, scores, classes, how many count for each image).
    """
    with name_scope(name, "combined_non_max_suppression"):
        return tuple(
            apply(
                "CombinedNonMaxSuppression",
                boxes,
                scores,
                max_output_size_per_class,
                max_total_size,
                _threshold(iou_threshold, "iou_threshold", dtypes.float32),
                _threshold(score_threshold, "score_threshold", dtypes.float32),
                pad_per_class=pad_per_class,
                clip_boxes=clip_boxes,
            )
        )


def sample_distorted_bounding_box_v2(
    image_size: Any, bounding_boxes: Any, seed: int = 0, **options: Any
) -> Any:
    """``sample_distorted_bounding_box`` with one seed."""
    first, second = get_seed(seed) if seed else (0, 0)
    return sample_distorted_bounding_box(image_size, bounding_boxes, first, second, **options)
