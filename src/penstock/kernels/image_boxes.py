"""Boxes in images: crops, glimpses, outlines, random samples, and the best of many."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.kernels.random import philox
from penstock.kernels.random.shuffle import host_words

Array = jax.Array
# Red, green and blue of the outlines, one box after the other.
_COLORS = np.array(
    [
        [1, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
        [0.5, 0, 0.5],
        [0.5, 0.5, 0],
        [0.5, 0, 0],
        [0, 0, 0.5],
        [0, 1, 1],
        [1, 0, 1],
    ],
    np.float32,
)


# -- crops ----------------------------------------------------------------------------------------
def _crop_positions(low: Array, high: Array, source: int, target: int) -> Array:
    """[boxes, target]: where the pixels of each crop are in the image."""
    extent = np.float32(source - 1)
    if target > 1:
        step = (high - low) * extent / np.float32(target - 1)
        return low[:, None] * extent + np.arange(target, dtype=np.float32) * step[:, None]
    return (np.float32(0.5) * (low + high) * extent)[:, None]


def crop_and_resize(
    image: Array,
    boxes: Array,
    index: Array,
    size: tuple[int, int],
    method: str,
    outside: float,
) -> Array:
    """[boxes, height, width, channels] ``float32``.

    Args:
        image: [batch, height, width, channels].
        boxes: [boxes, 4], top, left, bottom and right edge from 0 to 1.
        index: [boxes], the image of each box.
        size: the height and width of the crops.
        method: ``bilinear`` or ``nearest``.
        outside: the value of pixels outside of the image.
    """
    _, height, width, _ = image.shape
    y = _crop_positions(boxes[:, 0], boxes[:, 2], height, size[0])
    x = _crop_positions(boxes[:, 1], boxes[:, 3], width, size[1])
    inside = ((y >= 0) & (y <= height - 1))[:, :, None] & ((x >= 0) & (x <= width - 1))[:, None, :]
    index = jnp.clip(index, 0, image.shape[0] - 1)[:, None, None]

    def pixels(rows: Array, columns: Array) -> Array:
        rows = jnp.clip(rows, 0, height - 1).astype(jnp.int32)[:, :, None]
        columns = jnp.clip(columns, 0, width - 1).astype(jnp.int32)[:, None, :]
        return image[index, rows, columns]

    if method == "nearest":
        found = pixels(jnp.floor(y + np.float32(0.5)), jnp.floor(x + np.float32(0.5)))
    else:
        top, left = jnp.floor(y), jnp.floor(x)
        bottom, right = jnp.ceil(y), jnp.ceil(x)
        down = (y - jax.lax.stop_gradient(top))[:, :, None, None]
        across = (x - jax.lax.stop_gradient(left))[:, None, :, None]
        upper_left, lower_left = pixels(top, left), pixels(bottom, left)
        upper = upper_left + (pixels(top, right) - upper_left) * across
        lower = lower_left + (pixels(bottom, right) - lower_left) * across
        found = upper + (lower - upper) * down
    return jnp.where(inside[..., None], found, np.float32(outside)).astype(jnp.float32)


def extract_glimpse(
    images: Array,
    size: tuple[int, int],
    offsets: Array,
    centered: bool,
    normalized: bool,
    noise: str,
) -> Array:
    """[batch, height, width, channels]: a window of each image, noise outside of it."""
    batch, height, width, channels = images.shape
    extent = np.array([height, width], np.float32)
    places = offsets
    if normalized:
        places = places * extent
    if centered:
        places = places / np.float32(2) + extent / np.float32(2)
    places = places - np.array(size, np.float32) / np.float32(2)
    start = jnp.trunc(places).astype(jnp.int32)
    rows = start[:, 0:1] + np.arange(size[0], dtype=np.int32)
    columns = start[:, 1:2] + np.arange(size[1], dtype=np.int32)
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None, :
    ]
    picked = images[
        np.arange(batch)[:, None, None],
        jnp.clip(rows, 0, height - 1)[:, :, None],
        jnp.clip(columns, 0, width - 1)[:, None, :],
    ]
    shape = (batch, *size, channels)
    if noise == "zero":
        filling = jnp.zeros(shape, images.dtype)
    elif noise == "uniform":
        filling = jax.random.uniform(jax.random.key(0), shape, images.dtype)
    else:
        filling = jax.random.normal(jax.random.key(0), shape, images.dtype)
    return jnp.where(inside[..., None], picked, filling)


# -- outlines -------------------------------------------------------------------------------------
def draw_bounding_boxes(images: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The images with the outlines of the boxes, one pixel wide."""
    drawn = images.copy()
    _, height, width, depth = images.shape
    colors = np.ones((len(_COLORS), 4), np.float32)
    colors[:, :3] = _COLORS
    if depth == 1:
        colors[:, 0] = 1
    for image, of_image in zip(drawn, boxes):
        for number, (ymin, xmin, ymax, xmax) in enumerate(of_image.astype(np.float32)):
            color = colors[number % len(colors), : min(depth, 4)]
            top, bottom = int(ymin * np.float32(height - 1)), int(ymax * np.float32(height - 1))
            left, right = int(xmin * np.float32(width - 1)), int(xmax * np.float32(width - 1))
            rows = slice(max(top, 0), min(bottom, height - 1) + 1)
            columns = slice(max(left, 0), min(right, width - 1) + 1)
            if top > bottom or left > right:
                continue
            if top >= height or bottom < 0 or left >= width or right < 0:
                continue
            if top >= 0:
                image[top, columns, :4] = color
            if bottom < height:
                image[bottom, columns, :4] = color
            if left >= 0:
                image[rows, left, :4] = color
            if right < width:
                image[rows, right, :4] = color
    return drawn


# -- random samples -------------------------------------------------------------------------------
class _Words:
    """Numbers drawn one after the other from a Philox stream."""

    def __init__(self, key: Any, offset: int, count: int) -> None:
        key = philox.PhiloxKey(*(np.asarray(part) for part in key))
        self._words: Iterator[int] = iter(host_words(key, offset, count).tolist())

    def uniform(self) -> np.float32:
        """A ``float32`` from 0 to 1."""
        word = next(self._words)
        bits = np.uint32((127 << 23) | (word & 0x7FFFFF))
        return bits.view(np.float32) - np.float32(1)

    def below(self, limit: int) -> int:
        """An integer from 0 to ``limit - 1``, each with equal chance."""
        if limit & (limit - 1) == 0:
            return next(self._words) & (limit - 1)
        least = 0xFFFFFFFF % limit + 1
        while True:
            word = next(self._words)
            if word >= least:
                return word % limit


def _rounded(value: Any) -> int:
    return int(np.rint(np.float32(value)))


def _random_box(
    width: int, height: int, areas: Sequence[float], ratio: np.float32, words: _Words
) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of a random box of about this ratio, or ``None``."""
    f32 = np.float32
    if areas[1] <= 0 or ratio <= 0 or width <= 0 or height <= 0 or areas[0] > areas[1]:
        return None
    least, most = (f32(area) * f32(width) * f32(height) for area in areas)
    box_height = _rounded(np.sqrt(least / ratio))
    highest = _rounded(np.sqrt(most / ratio))
    if _rounded(f32(highest) * ratio) > width:
        highest = int((f32(width) + f32(0.5) - f32(1e-7)) / ratio)
        if _rounded(f32(highest) * ratio) > width:
            highest -= 1
    highest = min(highest, height)
    box_height = min(box_height, highest)
    if box_height < highest:
        box_height += words.below(highest - box_height + 1)
    box_width = _rounded(f32(box_height) * ratio)
    area = f32(box_width * box_height)
    if area < least:
        # Rounding may have made it a little too small, or too large.
        box_height += 1
        box_width = _rounded(f32(box_height) * ratio)
        area = f32(box_width * box_height)
    if area > most:
        box_height -= 1
        box_width = _rounded(f32(box_height) * ratio)
        area = f32(box_width * box_height)
    if (
        area < least
        or area > most
        or box_width > width
        or box_height > height
        or box_width <= 0
        or box_height <= 0
    ):
        return None
    top = words.below(height - box_height) if box_height < height else 0
    left = words.below(width - box_width) if box_width < width else 0
    return left, top, left + box_width, top + box_height


def _area(box: Sequence[int]) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _shows_enough(box: Sequence[int], objects: Sequence[Sequence[int]], share: float) -> bool:
    if _area(box) < 1:
        return False
    for each in objects:
        area = _area(each)
        if area < 1:
            continue
        common = (
            max(box[0], each[0]),
            max(box[1], each[1]),
            min(box[2], each[2]),
            min(box[3], each[3]),
        )
        if np.float32(_area(common)) / np.float32(area) >= np.float32(share):
            return True
    return False


def sample_box(
    image_size: np.ndarray,
    boxes: np.ndarray,
    covered: float,
    ratios: Sequence[float],
    areas: Sequence[float],
    attempts: int,
    whole_image: bool,
    key: Any,
    offset: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(begin, size, [1, 1, 4] box) of a random part of an image.

    Raises:
        ValueError: when there are no objects, or a box is no box.
    """
    height, width = int(image_size[0]), int(image_size[1])
    f32 = np.float32
    objects = []
    for ymin, xmin, ymax, xmax in boxes.reshape(-1, 4).astype(f32):
        for low, high, what in ((xmin, xmax, "x"), (ymin, ymax, "y")):
            if low < 0 or high > 1 or low >= high:
                raise ValueError(
                    f"All bounding box coordinates must be in [0.0, 1.0]: {what} from {low} to "
                    f"{high}"
                )
        objects.append(
            (int(xmin * f32(width)), int(ymin * f32(height)), int(xmax * f32(width)),
             int(ymax * f32(height)))
        )  # fmt: skip
    image = (0, 0, width, height)
    if not objects:
        if not whole_image:
            raise ValueError(
                "No bounding boxes provided as input. One must enable "
                "use_image_if_no_bounding_boxes if you wish to not provide any bounding boxes."
            )
        objects = [image]
    words = _Words(key, offset, 4 * attempts + 256)
    low, high = f32(ratios[0]), f32(ratios[1])
    chosen: tuple[int, int, int, int] = image
    for _ in range(attempts):
        ratio = f32(words.uniform() * (high - low) + low)
        found = _random_box(width, height, areas, ratio, words)
        if found is not None and _shows_enough(found, objects, covered):
            chosen = found
            break
    left, top, right, bottom = chosen
    dtype = image_size.dtype
    box = np.array([top / height, left / width, bottom / height, right / width], f32)
    return (
        np.array([top, left, 0], dtype),
        np.array([bottom - top, right - left, -1], dtype),
        box.reshape(1, 1, 4),
    )


# -- the best boxes -------------------------------------------------------------------------------
def overlaps_of(boxes: np.ndarray) -> Callable[[int, int], float]:
    """Intersection over union of two of ``boxes``, [n, 4], two opposite corners each."""
    wide = boxes.astype(np.float32)
    low = np.minimum(wide[:, :2], wide[:, 2:])
    high = np.maximum(wide[:, :2], wide[:, 2:])
    areas = (high[:, 0] - low[:, 0]) * (high[:, 1] - low[:, 1])

    def overlap(i: int, j: int) -> float:
        if areas[i] <= 0 or areas[j] <= 0:
            return 0.0
        extent = np.maximum(np.minimum(high[i], high[j]) - np.maximum(low[i], low[j]), 0)
        common = extent[0] * extent[1]
        return common / (areas[i] + areas[j] - common)

    return overlap


def non_max_suppression(
    scores: np.ndarray,
    size: int,
    threshold: float,
    least: float,
    sigma: float,
    overlap: Callable[[int, int], float],
) -> tuple[np.ndarray, np.ndarray]:
    """(numbers, scores) of the best boxes; with ``sigma``, overlaps lower scores."""
    f32 = np.float32
    decay = f32(-0.5) / f32(sigma) if sigma > 0 else f32(0)
    # (-score, number, how many of the chosen were compared already)
    queue = [(-f32(s), i, 0) for i, s in enumerate(scores) if s > least]
    heapq.heapify(queue)
    chosen: list[int] = []
    kept: list[Any] = []
    while queue and len(chosen) < size:
        negative, number, begin = heapq.heappop(queue)
        score = original = -negative
        suppressed = False
        for other in reversed(chosen[begin:]):
            common = f32(overlap(number, other))
            if common > f32(threshold):
                score = f32(0) if sigma > 0 else score
                suppressed = True
                if sigma <= 0:
                    break
            score = score * np.exp(decay * common * common)
            if score <= least:
                break
        if suppressed:
            continue
        if score == original:
            chosen.append(number)
            kept.append(score)
        elif score > least:
            heapq.heappush(queue, (-score, number, len(chosen)))
    return np.array(chosen, np.int32), np.array(kept, np.float32)


def combined_non_max_suppression(
    boxes: np.ndarray,
    scores: np.ndarray,
    per_class: int,
    total: int,
    threshold: float,
    least: float,
    pad_per_class: bool,
    clip: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(boxes, scores, classes, counts) of the best boxes of all classes, for each image."""
    batch, _, classes = scores.shape
    length = min(total, per_class * classes) if pad_per_class else total
    made = np.zeros((batch, length, 4), np.float32)
    made_scores = np.zeros((batch, length), np.float32)
    made_classes = np.zeros((batch, length), np.float32)
    counts = np.zeros(batch, np.int32)
    for b in range(batch):
        found: list[tuple[float, int, np.ndarray]] = []
        for c in range(classes):
            own = boxes[b, :, c if boxes.shape[2] > 1 else 0]
            numbers, kept = non_max_suppression(
                scores[b, :, c], per_class, threshold, least, 0.0, overlaps_of(own)
            )
            found.extend((float(s), c, own[n]) for n, s in zip(numbers, kept))
        found.sort(key=lambda each: -each[0])
        found = found[:length]
        counts[b] = len(found)
        for i, (score, c, box) in enumerate(found):
            made[b, i] = np.clip(box, 0, 1) if clip else box
            made_scores[b, i] = score
            made_classes[b, i] = c
    return made, made_scores, made_classes, counts
