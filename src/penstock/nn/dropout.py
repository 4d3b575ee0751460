"""Dropout (Srivastava et al., 2014)."""

from __future__ import annotations

import numbers
from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape
from penstock.ops.casts import cast
from penstock.ops.random import random_uniform
from penstock.ops.reductions import renamed_argument


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Sets elements to 0 with probability ``rate`` and scales the others by ``1 / (1 - rate)``.

    Args:
        x: a floating tensor.
        keep_prob: ``1 - rate``, the argument of old; a number or a scalar tensor.
        noise_shape: the shape of the mask, which broadcasts with ``x``; that of ``x`` by default.
        seed: the seed of the mask, see ``tf.set_random_seed``.
        name: the name of the scope.
        rate: the probability that an element is dropped.

    Returns:
        A tensor like ``x``; ``x`` itself when the rate is known to be 0.

    Raises:
        ValueError: when the rate isn't in [0, 1), isn't given or comes twice, or ``x`` isn't
            floating.
    """
    try:
        rest = 1.0 - keep_prob if keep_prob is not None else None
    except TypeError:
        raise ValueError(
            f"keep_prob must be a floating point number or Tensor (got {keep_prob!r})"
        ) from None
    rate = renamed_argument("rate", rate, "keep_prob", rest)
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    return dropout_v2(x, rate, noise_shape, seed, name)


def dropout_v2(
    x: Any,
    rate: Any,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """``dropout`` with the arguments of TensorFlow 2."""
    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                "x has to be a floating point tensor since it's going to be scaled. Got a "
                f"{x.dtype} tensor instead."
            )
        if isinstance(rate, numbers.Real):
            if not 0 <= float(rate) < 1:
                raise ValueError(
                    "rate must be a scalar tensor or a float in the range [0, 1), got "
                    f"{float(rate):g}"
                )
            if rate == 0:
                return x
        else:
            rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
            rate.shape.assert_has_rank(0)
            # A rate that is computed may be fed, so only a constant counts as known.
            if rate.op.type == "Const" and constant_value(rate) == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
        mask_shape = _mask_shape(x, noise_shape)
        noise = random_uniform(mask_shape, seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        kept = noise >= rate
        result = x * scale * cast(kept, x.dtype)
        result.set_shape(x.shape)
        return result


def _mask_shape(x: Tensor, noise_shape: Any) -> Any:
    """The shape of the mask; a ``None`` in it stands for the size that ``x`` has there."""
    if noise_shape is None:
        return shape(x)
    try:
        partial = as_shape(noise_shape)
    except (TypeError, ValueError):
        return noise_shape
    if partial.sizes is None:
        return noise_shape
    if x.shape.sizes is not None and len(x.shape.sizes) == len(partial.sizes):
        return TensorShape(
            [
                mine if theirs is None and mine is not None else theirs
                for mine, theirs in zip(x.shape.sizes, partial.sizes, strict=True)
            ]
        )
    return noise_shape
