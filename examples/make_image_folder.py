"""Draw a folder of small pictures to train on: one sub-folder per shape.

    python examples/make_image_folder.py FOLDER [--classes 4] [--per-class 100] [--size 96]

Each picture shows one shape of random place, size, angle and colours on a noisy, darker background.
Photographs can take their place: any folder with a sub-folder of JPEG or PNG files per class.
"""

from __future__ import annotations

import argparse
import math
import os

import numpy as np
from PIL import Image, ImageDraw

Points = list[tuple[float, float]]


def _polygon(corners: int, inner: float = 1.0) -> Points:
    """A regular polygon of radius 1, or a star whose notches have radius ``inner``."""
    count = corners if inner == 1.0 else 2 * corners
    radii = [1.0 if inner == 1.0 or each % 2 == 0 else inner for each in range(count)]
    angles = [2 * math.pi * each / count for each in range(count)]
    return [(r * math.cos(angle), r * math.sin(angle)) for r, angle in zip(radii, angles)]


SHAPES: dict[str, Points] = {
    "circle": _polygon(40),
    "triangle": _polygon(3),
    "star": _polygon(5, 0.4),
    "bar": [(-1, -0.2), (1, -0.2), (1, 0.2), (-1, 0.2)],
    "square": _polygon(4),
    "crescent": [
        *((math.cos(a), math.sin(a)) for a in np.linspace(0.6, 2 * math.pi - 0.6, 30)),
        *((0.45 + 0.65 * math.cos(a), 0.65 * math.sin(a))
          for a in np.linspace(2 * math.pi - 1.0, 1.0, 30)),
    ],
    "cross": [(x * s, y * t) for s, t in ((1, 1), (-1, 1), (-1, -1), (1, -1))
              for x, y in (((1, 0.25), (0.25, 0.25), (0.25, 1)) if s * t > 0
                           else ((0.25, 1), (0.25, 0.25), (1, 0.25)))],
    "hexagon": _polygon(6),
}  # fmt: skip


def draw(shape: str, size: int, random: np.random.RandomState) -> Image.Image:
    """One picture of a shape, ``size`` pixels high and up to a half wider."""
    width = size + random.randint(size // 2 + 1)
    background, colour = random.randint(0, 110, 3), random.randint(130, 256, 3)
    noise = random.normal(0, 12, (size, width, 3))
    image = Image.fromarray(np.clip(background + noise, 0, 255).astype(np.uint8))
    radius = size * random.uniform(0.3, 0.42)
    x, y = random.uniform(radius, width - radius), random.uniform(radius, size - radius)
    turn = random.uniform(0, 2 * math.pi)
    cosine, sine = radius * math.cos(turn), radius * math.sin(turn)
    points = [(x + cosine * u - sine * v, y + sine * u + cosine * v) for u, v in SHAPES[shape]]
    ImageDraw.Draw(image).polygon(points, fill=tuple(int(each) for each in colour))
    return image


def make(folder: str, classes: int, per_class: int, size: int, seed: int = 0) -> None:
    """Writes the pictures: JPEG, and PNG for every fourth."""
    random = np.random.RandomState(seed)
    for shape in list(SHAPES)[:classes]:
        os.makedirs(os.path.join(folder, shape), exist_ok=True)
        for number in range(per_class):
            ending = "png" if number % 4 == 3 else "jpg"
            path = os.path.join(folder, shape, f"{number:04d}.{ending}")
            draw(shape, size, random).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--classes", type=int, default=4, choices=range(2, len(SHAPES) + 1))
    parser.add_argument("--per-class", type=int, default=100)
    parser.add_argument("--size", type=int, default=96)
    options = parser.parse_args()
    make(options.folder, options.classes, options.per_class, options.size)
    print(f"{options.classes} x {options.per_class} pictures in {options.folder}")


if __name__ == "__main__":
    main()
