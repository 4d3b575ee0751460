"""Small functions of ``tf.estimator``: further metrics, and how to parse examples with labels."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from penstock.estimator.estimator import Estimator
from penstock.estimator.feature_columns import make_parse_example_spec, numeric_column
from penstock.estimator.specs import EstimatorSpec, ModeKeys
from penstock.graph import dtypes
from penstock.ops.examples import FixedLenFeature


def add_metrics(estimator: Estimator, metric_fn: Callable[..., dict[str, Any]]) -> Estimator:
    """An estimator with further metrics.

    Args:
        estimator: the estimator.
        metric_fn: a function of any of ``features``, ``labels``, ``predictions`` and ``config``
            that gives metrics by name.

    Raises:
        ValueError: when the function takes something else.
    """
    names = list(inspect.signature(metric_fn).parameters)
    wrong = set(names) - {"features", "labels", "predictions", "config", "self"}
    if wrong:
        raise ValueError(f"metric_fn ({metric_fn}) has following not expected args: "
                         f"{sorted(wrong)}")  # fmt: skip

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        have = {"features": features, "labels": labels, "predictions": spec.predictions,
                "config": config}  # fmt: skip
        found = metric_fn(**{name: have[name] for name in names if name in have})
        return spec._replace(eval_metric_ops={**spec.eval_metric_ops, **found})

    return Estimator(model_fn, model_dir=estimator.model_dir, config=estimator.config)


def _with_label(feature_columns: Any, label_key: str, label_spec: Any,
                weight_column: Any) -> dict[str, Any]:  # fmt: skip
    found = make_parse_example_spec(feature_columns)
    if label_key in found:
        raise ValueError(
            f"label should not be used as feature. label_key: {label_key}, features: {list(found)}"
        )
    found[label_key] = label_spec
    if weight_column is not None:
        if isinstance(weight_column, str):
            weight_column = numeric_column(weight_column)
        found.update(weight_column.parse_example_spec)
    return found


def classifier_parse_example_spec(
    feature_columns: Any, label_key: str, label_dtype: Any = dtypes.int64,
    label_default: Any = None, weight_column: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """How to parse examples for a classifier.

    Args:
        feature_columns: the columns. label_key: the label's name. label_dtype: its type.
        label_default: for examples without label. weight_column: the examples' weights.
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)


def regressor_parse_example_spec(
    feature_columns: Any, label_key: str, label_dtype: Any = dtypes.float32,
    label_default: Any = None, label_dimension: int = 1, weight_column: Any = None,
) -> dict[str, Any]:  # fmt: skip
    """How to parse examples for a regressor.

    Args:
        feature_columns: the columns. label_key: the label's name. label_dtype: its type.
        label_default: for examples without label. label_dimension: how many numbers it has.
        weight_column: the examples' weights.
    """
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label(feature_columns, label_key, label, weight_column)
