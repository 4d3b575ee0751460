"""Metrics of right and wrong answers at thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.metrics.base import Metric
from penstock.keras.metrics.shapes import squeeze_or_expand


def _thresholds(value: Any, default: float = 0.5) -> list[float]:
    found = [default if value is None else value] if not isinstance(value, (list, tuple)) else (
        list(value)
    )  # fmt: skip
    wrong = [t for t in found if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Invalid values: {wrong}")
    return [float(t) for t in found]


def _only_top_k(y_pred: Any, k: int) -> Any:
    """Predictions outside the ``k`` highest become so low that no threshold lets them pass."""
    _, indices = ops.top_k(y_pred, k, sorted=False)
    mask = ops.reduce_sum(ops.one_hot(indices, y_pred.shape.as_list()[-1], axis=-1), axis=-2)
    return y_pred * mask + -1e10 * (1 - mask)


def confusion_counts(
    y_true: Any,
    y_pred: Any,
    thresholds: Any,
    top_k: int | None = None,
    class_id: int | None = None,
    sample_weight: Any = None,
) -> dict[str, Any]:
    """True and false positives and negatives, weighted, for each threshold.

    Args:
        y_true: labels 0 and 1. y_pred: predictions in [0, 1], the same shape.
        thresholds: what a prediction must exceed. top_k: count only the highest of each row.
        class_id: count only this column. sample_weight: weights.
    """
    y_true = ops.cast(y_true, "float32")
    y_pred = ops.cast(y_pred, "float32")
    y_pred, y_true, sample_weight = squeeze_or_expand(
        y_pred, y_true, None if sample_weight is None else ops.cast(sample_weight, "float32")
    )
    if top_k is not None:
        y_pred = _only_top_k(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    limits = ops.constant(np.asarray(thresholds, np.float32)[:, None])
    above = ops.greater(ops.reshape(y_pred, [1, -1]), limits)
    labels = ops.cast(ops.reshape(y_true, [1, -1]), "bool")
    if sample_weight is not None:
        weight = ops.reshape(sample_weight * ops.ones_like(y_pred), [1, -1])
    else:
        weight = None

    def count(first: Any, second: Any) -> Any:
        hits = ops.cast(ops.logical_and(first, second), "float32")
        return ops.reduce_sum(hits if weight is None else hits * weight, 1)

    below, wrong = ops.logical_not(above), ops.logical_not(labels)
    return {
        "tp": count(labels, above),
        "fp": count(wrong, above),
        "tn": count(wrong, below),
        "fn": count(labels, below),
    }


class _ConditionCount(Metric):
    kind = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = _thresholds(thresholds)
        self.accumulator = self.add_weight(
            "accumulator", shape=(len(self.thresholds),), initializer="zeros"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts a batch."""
        counts = confusion_counts(y_true, y_pred, self.thresholds, sample_weight=sample_weight)
        return self.accumulator.assign_add(counts[self.kind], read_value=False)

    def result(self) -> Any:
        """The count, one number for one threshold."""
        if len(self.thresholds) == 1:
            return self.accumulator[0]
        return ops.convert_to_tensor(self.accumulator)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"thresholds": self.init_thresholds, **super().get_config()}


class TruePositives(_ConditionCount):
    """How many positives were found.

    Args:
        thresholds: what a prediction must exceed, 0.5 by default. name: the name. dtype: the type.
    """

    kind = "tp"


class TrueNegatives(_ConditionCount):
    """How many negatives were left alone; arguments as for ``TruePositives``."""

    kind = "tn"


class FalsePositives(_ConditionCount):
    """How many negatives were taken for positives; arguments as for ``TruePositives``."""

    kind = "fp"


class FalseNegatives(_ConditionCount):
    """How many positives were missed; arguments as for ``TruePositives``."""

    kind = "fn"


class _Ratio(Metric):
    first, other = "tp", "fp"
    names = ("true_positives", "false_positives")

    def __init__(self, thresholds: Any = None, top_k: int | None = None,
                 class_id: int | None = None, name: str | None = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = _thresholds(thresholds, 0.5 if top_k is None else -1e10) if not (
            thresholds is None and top_k is not None
        ) else [-1e10]  # fmt: skip
        shape = (len(self.thresholds),)
        self._right = self.add_weight(self.names[0], shape=shape, initializer="zeros")
        self._wrong = self.add_weight(self.names[1], shape=shape, initializer="zeros")
        for name_, variable in zip(self.names, (self._right, self._wrong)):
            setattr(self, name_, variable)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts a batch."""
        counts = confusion_counts(
            y_true, y_pred, self.thresholds, self.top_k, self.class_id, sample_weight
        )
        return ops.group(
            self._right.assign_add(counts[self.first], read_value=False),
            self._wrong.assign_add(counts[self.other], read_value=False),
        )

    def result(self) -> Any:
        """The ratio, one number for one threshold."""
        found = ops.div_no_nan(self._right, self._right + self._wrong)
        return found[0] if len(self.thresholds) == 1 else found

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"thresholds": self.init_thresholds, "top_k": self.top_k,
                "class_id": self.class_id, **super().get_config()}  # fmt: skip


class Precision(_Ratio):
    """True positives over all that were taken for positives.

    Args:
        thresholds: what a prediction must exceed, 0.5 by default.
        top_k: take the highest ``top_k`` of each row for positives.
        class_id: look only at this column. name: the name. dtype: the type.
    """


class Recall(_Ratio):
    """True positives over all positives; arguments as for ``Precision``."""

    first, other = "tp", "fn"
    names = ("true_positives", "false_negatives")


def _even_thresholds(count: int) -> list[float]:
    inner = [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)]
    return [0.0 - K.epsilon(), *inner, 1.0 + K.epsilon()]


class _FourCounts(Metric):
    """All four counts at many thresholds."""

    thresholds: list[float]

    def _make(self, count: int) -> None:
        self.true_positives = self.add_weight("true_positives", shape=(count,))
        self.true_negatives = self.add_weight("true_negatives", shape=(count,))
        self.false_positives = self.add_weight("false_positives", shape=(count,))
        self.false_negatives = self.add_weight("false_negatives", shape=(count,))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts a batch."""
        counts = confusion_counts(y_true, y_pred, self.thresholds, sample_weight=sample_weight)
        return ops.group(
            self.true_positives.assign_add(counts["tp"], read_value=False),
            self.true_negatives.assign_add(counts["tn"], read_value=False),
            self.false_positives.assign_add(counts["fp"], read_value=False),
            self.false_negatives.assign_add(counts["fn"], read_value=False),
        )


class _AtOther(_FourCounts):
    def __init__(self, value: float, what: str, num_thresholds: int, name: Any, dtype: Any) -> None:
        if num_thresholds <= 0:
            raise ValueError("`num_thresholds` must be > 0.")
        if value < 0 or value > 1:
            raise ValueError(f"`{what}` must be in the range [0, 1].")
        super().__init__(name=name, dtype=dtype)
        self.value = value
        self.num_thresholds = num_thresholds
        self.thresholds = [0.5] if num_thresholds == 1 else (
            [0.0, *[(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)], 1.0]
        )  # fmt: skip
        self._make(len(self.thresholds))

    def _nearest(self, values: Any) -> Any:
        return ops.argmin(ops.abs(values - self.value), axis=0)


class SensitivityAtSpecificity(_AtOther):
    """The sensitivity at the threshold whose specificity is nearest to a value.

    Args:
        specificity: the value, in [0, 1]. num_thresholds: how many thresholds to try.
        name: the name. dtype: the type.
    """

    def __init__(self, specificity: float, num_thresholds: int = 200, name: str | None = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__(specificity, "specificity", num_thresholds, name, dtype)
        self.specificity = specificity

    def result(self) -> Any:
        """The sensitivity."""
        index = self._nearest(
            ops.div_no_nan(self.true_negatives, self.true_negatives + self.false_positives)
        )
        right, wrong = (ops.gather(v, index) for v in (self.true_positives, self.false_negatives))
        return ops.div_no_nan(right, right + wrong)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"num_thresholds": self.num_thresholds, "specificity": self.specificity,
                **super().get_config()}  # fmt: skip


class SpecificityAtSensitivity(_AtOther):
    """The specificity at the threshold whose sensitivity is nearest to a value.

    Args:
        sensitivity: the value, in [0, 1]. num_thresholds: how many thresholds to try.
        name: the name. dtype: the type.
    """

    def __init__(self, sensitivity: float, num_thresholds: int = 200, name: str | None = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__(sensitivity, "sensitivity", num_thresholds, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> Any:
        """The specificity."""
        index = self._nearest(
            ops.div_no_nan(self.true_positives, self.true_positives + self.false_negatives)
        )
        right, wrong = (ops.gather(v, index) for v in (self.true_negatives, self.false_positives))
        return ops.div_no_nan(right, right + wrong)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"num_thresholds": self.num_thresholds, "sensitivity": self.sensitivity,
                **super().get_config()}  # fmt: skip


class AUC(_FourCounts):
    """The area under a curve, from counts at many thresholds.

    Args:
        num_thresholds: how many thresholds. curve: ``'ROC'`` or ``'PR'``.
        summation_method: ``'interpolation'``, ``'minoring'`` or ``'majoring'``; for ``'PR'``,
            ``'interpolation'`` is that of Davis and Goadrich (2006).
        name: the name. dtype: the type. thresholds: the thresholds themselves.
    """

    def __init__(self, num_thresholds: int = 200, curve: str = "ROC",
                 summation_method: str = "interpolation", name: str | None = None,
                 dtype: Any = None, thresholds: Any = None) -> None:  # fmt: skip
        if curve not in ("ROC", "PR"):
            raise ValueError(f"Invalid curve: {curve!r}. There are: 'ROC', 'PR'.")
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise ValueError(
                f"Invalid summation_method: {summation_method!r}. There are: 'interpolation', "
                "'minoring', 'majoring'."
            )
        super().__init__(name=name, dtype=dtype)
        self.curve, self.summation_method = curve, summation_method
        if thresholds is not None:
            inner = sorted(_thresholds(list(thresholds)))
            self.num_thresholds = len(inner) + 2
            self.thresholds = [0.0 - K.epsilon(), *inner, 1.0 + K.epsilon()]
        else:
            if num_thresholds <= 1:
                raise ValueError("`num_thresholds` must be > 1.")
            self.num_thresholds = num_thresholds
            self.thresholds = _even_thresholds(num_thresholds)
        self._make(self.num_thresholds)

    def result(self) -> Any:
        """The area."""
        tp, fp = self.true_positives, self.false_positives
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._interpolated_pr()
        n = self.num_thresholds
        recall = ops.div_no_nan(tp, tp + self.false_negatives)
        if self.curve == "ROC":
            x, y = ops.div_no_nan(fp, fp + self.true_negatives), recall
        else:
            x, y = recall, ops.div_no_nan(tp, tp + fp)
        if self.summation_method == "interpolation":
            heights = (y[: n - 1] + y[1:]) / 2.0
        elif self.summation_method == "minoring":
            heights = ops.minimum(y[: n - 1], y[1:])
        else:
            heights = ops.maximum(y[: n - 1], y[1:])
        return ops.reduce_sum(ops.multiply(x[: n - 1] - x[1:], heights))

    def _interpolated_pr(self) -> Any:
        n = self.num_thresholds
        tp = ops.convert_to_tensor(self.true_positives)
        fp = ops.convert_to_tensor(self.false_positives)
        change = tp[: n - 1] - tp[1:]
        positives = tp + fp
        change_p = positives[: n - 1] - positives[1:]
        slope = ops.div_no_nan(change, ops.maximum(change_p, 0))
        intercept = tp[1:] - slope * positives[1:]
        both = ops.logical_and(positives[: n - 1] > 0, positives[1:] > 0)
        ratio = ops.where(
            both,
            ops.div_no_nan(positives[: n - 1], ops.maximum(positives[1:], 0)),
            ops.ones_like(positives[1:]),
        )
        total = ops.maximum(tp[1:] + ops.convert_to_tensor(self.false_negatives)[1:], 0)
        return ops.reduce_sum(ops.div_no_nan(slope * (change + intercept * ops.log(ratio)), total))

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"num_thresholds": self.num_thresholds, "curve": self.curve,
                "summation_method": self.summation_method,
                "thresholds": self.thresholds[1:-1], **super().get_config()}  # fmt: skip
