"""How the losses of samples become one number."""

from __future__ import annotations

from typing import Any

from penstock.keras import tensor_ops as ops


class Reduction:
    """The ways to reduce: all samples, their sum, or their sum over their number."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All ways."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises ``ValueError`` unless ``key`` is one of the ways."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}. There are: {', '.join(cls.all())}.")


def compute_weighted_loss(losses: Any, sample_weight: Any = None,
                          reduction: str = Reduction.SUM_OVER_BATCH_SIZE) -> Any:  # fmt: skip
    """The weighted and reduced loss.

    Args:
        losses: any shape. sample_weight: broadcastable to it, or ``None``.
        reduction: one of ``Reduction``.
    """
    Reduction.validate(reduction)
    losses = ops.convert_to_tensor(losses)
    dtype = losses.dtype
    if sample_weight is not None:
        from penstock.keras.metrics.shapes import squeeze_or_expand

        weight = ops.cast(sample_weight, dtype)
        losses, _, weight = squeeze_or_expand(losses, None, weight)
        losses = losses * weight
    if reduction == Reduction.NONE:
        return losses
    total = ops.reduce_sum(losses)
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        total = ops.div_no_nan(total, ops.cast(ops.size(losses), dtype))
    return total
