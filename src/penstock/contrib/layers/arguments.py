"""What the layers of ``tf.contrib.layers`` do with their arguments and results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.contrib.layers.collections import (
    collect_named_outputs,
)
from penstock.graph.tensor import Tensor

RENAMED = {"bias": "biases", "kernel": "weights"}


def layout(data_format: str | None) -> str:
    """The layout as ``tf.layers`` names it."""
    return "channels_first" if data_format and data_format.startswith("NC") else "channels_last"


def check_layout(data_format: Any, allowed: tuple[Any, ...]) -> None:
    """Raises ``ValueError`` for a layout that a layer doesn't take."""
    if data_format not in allowed:
        raise ValueError(f"Invalid data_format: {data_format!r}")


def finished(
    outputs: Tensor,
    normalizer_fn: Callable[..., Tensor] | None,
    normalizer_params: dict[str, Any] | None,
    activation_fn: Callable[[Tensor], Tensor] | None,
    collections: Any,
    scope: Any,
) -> Tensor:
    """Normalises and activates a layer's output, and collects it."""
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return collect_named_outputs(collections, scope.name, outputs)


def check_2d(data_format: str) -> None:
    """Raises ``ValueError`` unless a layout is one of images."""
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
