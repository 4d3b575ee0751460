"""Limiting values and norms: ``tf.clip_by_value``, ``tf.clip_by_global_norm`` and the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input


@operation("ClipByValue", inputs="t: T, clip_value_min: T, clip_value_max: T", outputs="output: T",
           attrs="T: numbertype")  # fmt: skip
class ClipByValue:
    shape = same_as_input()

    def lower(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
        return jnp.minimum(jnp.maximum(t, clip_value_min), clip_value_max)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        """All of it goes to ``t`` where it was within the limits, else to the limit it met."""
        from penstock.ops.arrays import reshape, shape, zeros
        from penstock.ops.math_binary import greater, less, logical_or
        from penstock.ops.reductions import reduce_sum

        x, y, z = op.inputs
        shape_x, shape_y, shape_z = shape(x), shape(y), shape(z)
        nothing = zeros(shape(dy), dy.dtype)
        below, above = less(x, y), greater(x, z)
        _, axes_y = apply("BroadcastGradientArgs", shape_x, shape_y)
        _, axes_z = apply("BroadcastGradientArgs", shape_x, shape_z)
        dx = apply("Select", logical_or(below, above), nothing, dy)
        dy_low = apply("Select", below, dy, nothing)
        dy_high = apply("Select", above, dy, nothing)
        return [
            dx,
            reshape(reduce_sum(dy_low, axes_y), shape_y),
            reshape(reduce_sum(dy_high, axes_z), shape_z),
        ]


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """``t`` with each element brought between two limits.

    Args:
        t: a real tensor or ``IndexedSlices``.
        clip_value_min: the lower limit: a scalar, or a tensor that broadcasts to ``t``.
        clip_value_max: the upper limit.
        name: the name of the scope.

    Returns:
        A tensor of the same shape; ``IndexedSlices`` if such came.

    Raises:
        ValueError: when the limits would enlarge ``t``.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name="t")
        capped = apply("Minimum", values, clip_value_max)
        values.shape.merge_with(capped.shape)
        result = apply("Maximum", capped, clip_value_min, name=scope)
        values.shape.merge_with(result.shape)
        if isinstance(t, IndexedSlices):
            return IndexedSlices(result, t.indices, t.dense_shape)
        return result


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """``t``, scaled down if its L2 norm exceeds ``clip_norm``.

    Args:
        t: a floating tensor or ``IndexedSlices``.
        clip_norm: a positive scalar.
        axes: the axes over which norms are taken; all by default.
        name: the name of the scope.

    Returns:
        A tensor of the same shape; ``IndexedSlices`` if such came.
    """
    from penstock.ops.arrays import identity, ones_like
    from penstock.ops.math_binary import maximum
    from penstock.ops.reductions import reduce_sum

    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name="t")
        total = reduce_sum(values * values, axes, keepdims=True)
        positive = total > 0
        # The square root's slope at 0 is infinite: keep 0 away from it.
        safe = apply("Select", positive, total, ones_like(total))
        norm = apply("Select", positive, apply("Sqrt", safe), total)
        scaled = values * clip_norm
        values.shape.merge_with(scaled.shape)
        result = identity(scaled / maximum(norm, clip_norm), name=scope)
        if isinstance(t, IndexedSlices):
            return IndexedSlices(result, t.indices, t.dense_shape)
        return result


def global_norm(t_list: Sequence[Any], name: str | None = None) -> Tensor:
    """The L2 norm of several tensors taken together.

    Args:
        t_list: tensors or ``IndexedSlices``; ``None`` entries are left out.
        name: the name of the scope.

    Returns:
        A scalar.

    Raises:
        TypeError: when ``t_list`` is no sequence.
    """
    from penstock.ops.constants import constant
    from penstock.ops.reductions import reduce_sum
    from penstock.ops.slices import stack

    _require_sequence(t_list)
    t_list = list(t_list)
    with name_scope(name, "global_norm", t_list):
        values = [
            convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=f"t_{i}")
            if t is not None
            else None
            for i, t in enumerate(t_list)
        ]
        halves = []
        for value in values:
            if value is not None:
                with colocate_with(value):
                    halves.append(apply("L2Loss", value))
        half = reduce_sum(stack(halves))
        two = constant(2.0, dtype=half.dtype)
        return apply("Sqrt", half * two, name="global_norm")


def _require_sequence(t_list: Any) -> None:
    if not isinstance(t_list, Sequence) or isinstance(t_list, (str, bytes)):
        raise TypeError("t_list should be a sequence")


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Tensors, all scaled down by one factor if their common norm exceeds ``clip_norm``
    (Pascanu et al. 2012).

    Args:
        t_list: floating tensors or ``IndexedSlices``; ``None`` entries are kept.
        clip_norm: a positive scalar.
        use_norm: the common norm, if it is known already.
        name: the name of the scope.

    Returns:
        The list of scaled tensors, and the norm. If the norm isn't finite, neither are the
        results.

    Raises:
        TypeError: when ``t_list`` is no sequence.
    """
    from penstock.ops.arrays import identity
    from penstock.ops.constants import constant
    from penstock.ops.math_binary import minimum

    _require_sequence(t_list)
    t_list = list(t_list)
    if use_norm is None:
        use_norm = global_norm(t_list, name)
    with name_scope(name, "clip_by_global_norm", [*t_list, clip_norm]) as scope:
        wanted = minimum(1.0 / use_norm, constant(1.0, dtype=use_norm.dtype) / clip_norm)
        scale_for_finite = clip_norm * wanted
        scale = apply(
            "Select",
            apply("IsFinite", use_norm),
            scale_for_finite,
            constant(float("nan"), dtype=use_norm.dtype),
        )
        values = [
            convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=f"t_{i}")
            if t is not None
            else None
            for i, t in enumerate(t_list)
        ]
        clipped: list[Any] = []
        for i, value in enumerate(values):
            if value is None:
                clipped.append(None)
            else:
                with colocate_with(value):
                    clipped.append(identity(value * scale, name=f"{scope}_{i}"))
        results = [
            IndexedSlices(c, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else c
            for c, t in zip(clipped, t_list, strict=True)
        ]
        return results, use_norm


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """``t``, scaled down if its L2 norm divided by its number of elements exceeds ``clip_norm``.

    Args:
        t: a floating tensor.
        clip_norm: a positive scalar.
        name: the name of the scope.
    """
    from penstock.ops.arrays import identity, rank, size
    from penstock.ops.casts import cast
    from penstock.ops.constants import constant
    from penstock.ops.math_binary import minimum
    from penstock.ops.ranges import range as number_range
    from penstock.ops.reductions import reduce_sum

    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        count = cast(size(t), dtypes.float32)
        inverse = apply("Rsqrt", reduce_sum(t * t, number_range(rank(t))))
        scaled = t * clip_norm
        smaller = minimum(inverse * count, constant(1.0) / clip_norm)
        return identity(scaled * smaller, name=scope)
