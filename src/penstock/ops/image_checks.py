"""What the functions of ``tf.image`` ask of their images."""

from __future__ import annotations

from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.ops.checks import Assert, assert_equal, assert_greater_equal, assert_positive
from penstock.ops.control_flow import with_dependencies


def is_dynamic(value: Any) -> bool:
    """Whether a value is known only when the graph runs."""
    from penstock.ops.variables import Variable

    return isinstance(value, (Tensor, Variable))


def required(condition: Any, message: str, error: type = ValueError) -> list[Any]:
    """Raises unless ``condition`` holds; operations that check it when it is a tensor."""
    if is_dynamic(condition):
        return [Assert(condition, [message])]
    if not condition:
        raise error(message)
    return []


def sizes_of(image: Tensor, rank: int) -> list[Any]:
    """The sizes of an image: numbers where they are known, else tensors."""
    from penstock.ops.arrays import shape
    from penstock.ops.joining import unstack

    if image.shape.is_fully_defined():
        return image.shape.as_list()
    known = image.shape.with_rank(rank).as_list()
    dynamic = unstack(shape(image), rank)
    return [s if s is not None else d for s, d in zip(known, dynamic)]


def checks_at_least_3d(image: Tensor) -> list[Any]:
    """Operations that check that an image has three dimensions, none of them 0.

    Raises:
        ValueError: when it is known now that it hasn't.
    """
    from penstock.ops.arrays import rank, shape

    try:
        if image.shape.ndims is None:
            static = image.shape.with_rank(3)
        else:
            static = image.shape.with_rank_at_least(3)
    except ValueError:
        raise ValueError("'image' must be at least three-dimensional.") from None
    if any(size == 0 for size in static.as_list()):
        raise ValueError(f"all dims of 'image.shape' must be > 0: {static}")
    if static.is_fully_defined():
        return []
    return [
        assert_positive(shape(image), ["all dims of 'image.shape' must be > 0."]),
        assert_greater_equal(rank(image), 3, message="'image' must be at least three-dimensional."),
    ]


def checks_3d(image: Tensor) -> list[Any]:
    """Operations that check that an image has exactly three dimensions, none of them 0."""
    from penstock.ops.arrays import shape

    try:
        static = image.shape.with_rank(3)
    except ValueError:
        raise ValueError(f"'image' (shape {image.shape}) must be three-dimensional.") from None
    if any(size == 0 for size in static.as_list()):
        raise ValueError(f"all dims of 'image.shape' must be > 0: {static}")
    if static.is_fully_defined():
        return []
    return [assert_positive(shape(image), ["all dims of 'image.shape' must be > 0."])]


def as_at_least_3d(image: Tensor) -> Tensor:
    """The image, checked."""
    return with_dependencies(checks_at_least_3d(image), image)


def as_grayscale(image: Any) -> Tensor:
    """A grey image, checked: its last dimension is 1."""
    from penstock.ops.arrays import rank, shape

    image = convert_to_tensor(image)
    try:
        static = (
            image.shape.with_rank(2)
            if image.shape.ndims is None
            else image.shape.with_rank_at_least(2)
        )
    except ValueError:
        raise ValueError("A grayscale image must be at least two-dimensional.") from None
    message = "Last dimension of a grayscale image should be size 1."
    if static.is_fully_defined():
        if static.as_list()[-1] != 1:
            raise ValueError(message)
        return with_dependencies([], image)
    checks = [
        assert_equal(shape(image)[-1], 1, message=message),  # type: ignore[index]
        assert_greater_equal(
            rank(image), 3, message="A grayscale image must be at least two-dimensional."
        ),
    ]
    return with_dependencies(checks, image)
