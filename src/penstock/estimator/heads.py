"""What the ready-made estimators compute from logits: losses, predictions and metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.checkpoint.saved_model.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from penstock.estimator.specs import (
    ClassificationOutput,
    EstimatorSpec,
    ModeKeys,
    PredictOutput,
    RegressionOutput,
)
from penstock.graph import dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, get_collection, name_scope
from penstock.graph.tensor import Tensor
from penstock.nn import metrics
from penstock.nn.losses import sigmoid_cross_entropy_with_logits
from penstock.nn.metrics_at_thresholds import auc
from penstock.nn.weighted_losses import (
    Reduction,
    compute_weighted_loss,
    mean_squared_error,
    sparse_softmax_cross_entropy,
)
from penstock.ops.arrays import expand_dims, reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import to_float, to_int64
from penstock.ops.control_flow import group
from penstock.ops.extremes import argmax
from penstock.ops.fills import zeros_like
from penstock.ops.joining import concat
from penstock.ops.math_binary import maximum
from penstock.ops.math_unary import sigmoid
from penstock.ops.nn_softmax import softmax
from penstock.ops.ranges import range as range_of
from penstock.ops.slices import tile
from penstock.ops.string_numbers import as_string
from penstock.summary.functions import scalar
from penstock.training.global_step import get_global_step


def _column(value: Any) -> Tensor:
    """``[batch]`` as ``[batch, 1]``."""
    value = convert_to_tensor(value)
    return expand_dims(value, -1) if value.get_shape().ndims == 1 else value


class Head:
    """What a model predicts, its loss and its metrics.

    Args:
        logits_dimension: the size of the logits.
        weight_column: the feature with the examples' weights: its name or a column.
        loss_reduction: how losses become one.
    """

    def __init__(self, logits_dimension: int, weight_column: Any,
                 loss_reduction: str) -> None:  # fmt: skip
        self.logits_dimension = logits_dimension
        self._weight_column = weight_column
        self._reduction = loss_reduction

    def _weights(self, features: Any) -> Any:
        if self._weight_column is None:
            return 1.0
        key = getattr(self._weight_column, "key", self._weight_column)
        return _column(to_float(features[key]))

    # -- what subclasses say -----------------------------------------------------------------
    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """The predictions by name."""
        raise NotImplementedError("Abstract method")

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The loss of each example, and the labels as the metrics want them."""
        raise NotImplementedError("Abstract method")

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """The metrics by name."""
        raise NotImplementedError("Abstract method")

    def outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        """The outputs of exported models."""
        raise NotImplementedError("Abstract method")

    # -- the whole ---------------------------------------------------------------------------
    def create_estimator_spec(
        self,
        features: Any,
        mode: str,
        logits: Any,
        labels: Any = None,
        train_op_fn: Callable[[Any], Any] | None = None,
    ) -> EstimatorSpec:
        """The ``EstimatorSpec`` for some logits.

        Args:
            features: tensors by name. mode: the mode. logits: ``[batch, logits_dimension]``.
            labels: the labels. train_op_fn: a function of the loss that gives a training step.
        """
        with name_scope("head"):
            predictions = self.predictions(logits)
            if mode == ModeKeys.PREDICT:
                return EstimatorSpec(
                    mode=mode, predictions=predictions, export_outputs=self.outputs(predictions)
                )
            if labels is None:
                raise ValueError(
                    "You must provide a labels Tensor. Given: None. Suggested troubleshooting "
                    "steps: Check that your data contains your label feature. Check that your "
                    "input_fn properly parses and returns labels."
                )
            losses, labels = self.losses(labels, logits)
            weights = self._weights(features)
            loss = compute_weighted_loss(losses, weights=weights, reduction=self._reduction)
            if mode == ModeKeys.EVAL:
                found = self.metrics(labels, predictions, losses, weights)
                return EstimatorSpec(
                    mode=mode, predictions=predictions, loss=loss, eval_metric_ops=found
                )
            if train_op_fn is None:
                raise ValueError("train_op_fn can not be None.")
            penalties = get_collection(GraphKeys.REGULARIZATION_LOSSES)
            for penalty in penalties:
                loss = loss + penalty
            train_op = train_op_fn(loss)
            updates = get_collection(GraphKeys.UPDATE_OPS)
            if updates:
                train_op = group(train_op, *updates)
        with name_scope(""):
            scalar("loss", loss)
        return EstimatorSpec(mode=mode, predictions=predictions, loss=loss, train_op=train_op)


class RegressionHead(Head):
    """Numbers, with the squared difference as loss."""

    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """``predictions``."""
        return {"predictions": to_float(logits)}

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The squared differences."""
        labels = to_float(_column(labels))
        return mean_squared_error(labels, logits, reduction=Reduction.NONE), labels

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """The mean loss, and means of labels and predictions."""
        return {
            "average_loss": metrics.mean(losses, weights=weights),
            "label/mean": metrics.mean(labels, weights=weights),
            "prediction/mean": metrics.mean(predictions["predictions"], weights=weights),
        }

    def outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        """Regression and prediction."""
        regression = RegressionOutput(predictions["predictions"])
        return {
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: regression,
            "regression": regression,
            "predict": PredictOutput(predictions),
        }


class _Classes(Head):
    """What classification heads share: names of classes."""

    def __init__(self, dimension: int, n_classes: int, vocabulary: Any, weight_column: Any,
                 loss_reduction: str) -> None:  # fmt: skip
        super().__init__(dimension, weight_column, loss_reduction)
        self.n_classes = n_classes
        self._vocabulary = vocabulary

    def _ids(self, labels: Any) -> Tensor:
        labels = _column(labels)
        if self._vocabulary is None:
            if labels.dtype == dtypes.string:
                raise ValueError(
                    "Labels dtype should be integer. Instead got string; give label_vocabulary."
                )
            return to_int64(labels)
        from penstock.ops.lookup import index_table_from_tensor

        names = convert_to_tensor(list(self._vocabulary))
        return index_table_from_tensor(names, name="class_id_lookup").lookup(labels)

    def _named(self, ids: Tensor) -> Tensor:
        if self._vocabulary is None:
            return as_string(ids, name="str_classes")
        from penstock.ops.lookup import index_to_string_table_from_tensor

        names = convert_to_tensor(list(self._vocabulary))
        return index_to_string_table_from_tensor(names, name="class_string_lookup").lookup(ids)

    def _all(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Every class, for every example."""
        batch = shape_of(logits)[0]
        ids = reshape(range_of(self.n_classes), [1, self.n_classes])
        if self._vocabulary is None:
            names = as_string(ids)
        else:
            names = reshape(convert_to_tensor(list(self._vocabulary)), [1, self.n_classes])
        return tile(ids, [batch, 1]), tile(names, [batch, 1])

    def outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        """Classification and prediction."""
        classification = ClassificationOutput(
            scores=predictions["probabilities"], classes=predictions["all_classes"]
        )
        return {
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: classification,
            "classification": classification,
            "predict": PredictOutput(predictions),
        }


class BinaryHead(_Classes):
    """Two classes, with the cross-entropy of a sigmoid as loss."""

    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """``logits``, ``logistic``, ``probabilities`` and classes."""
        logistic = sigmoid(logits, name="logistic")
        both = concat((zeros_like(logits), logits), axis=-1, name="two_class_logits")
        ids = expand_dims(argmax(both, axis=-1, name="classes"), -1)
        all_ids, all_names = self._all(logits)
        return {
            "logits": logits,
            "logistic": logistic,
            "probabilities": softmax(both, name="probabilities"),
            "class_ids": ids,
            "classes": self._named(ids),
            "all_class_ids": all_ids,
            "all_classes": all_names,
        }

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The cross-entropies."""
        labels = to_float(self._ids(labels))
        return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits), labels

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """Accuracy, precision, recall, areas under curves, and means."""
        logistic, ids = predictions["logistic"], predictions["class_ids"]
        label_mean = metrics.mean(labels, weights=weights)
        baseline = [maximum(m, 1.0 - m) for m in label_mean]
        return {
            "average_loss": metrics.mean(losses, weights=weights),
            "accuracy": metrics.accuracy(labels, ids, weights=weights),
            "precision": metrics.precision(labels, ids, weights=weights),
            "recall": metrics.recall(labels, ids, weights=weights),
            "prediction/mean": metrics.mean(logistic, weights=weights),
            "label/mean": label_mean,
            "accuracy_baseline": (baseline[0], baseline[1]),
            "auc": auc(labels, logistic, weights=weights),
            "auc_precision_recall": auc(
                labels,
                logistic,
                weights=weights,
                curve="PR",
                summation_method="careful_interpolation",
            ),
        }


class MultiClassHead(_Classes):
    """Several classes, with the cross-entropy of softmax as loss."""

    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """``logits``, ``probabilities`` and classes."""
        ids = expand_dims(argmax(logits, axis=-1), -1)
        all_ids, all_names = self._all(logits)
        return {
            "logits": logits,
            "probabilities": softmax(logits),
            "class_ids": ids,
            "classes": self._named(ids),
            "all_class_ids": all_ids,
            "all_classes": all_names,
        }

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The cross-entropies."""
        ids = self._ids(labels)
        losses = sparse_softmax_cross_entropy(ids, logits, reduction=Reduction.NONE)
        return (losses if losses.get_shape().ndims == 2 else expand_dims(losses, -1)), ids

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """Accuracy and the mean loss."""
        return {
            "average_loss": metrics.mean(losses, weights=weights),
            "accuracy": metrics.accuracy(labels, predictions["class_ids"], weights=weights),
        }


def classification_head(
    n_classes: int, weight_column: Any = None, label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM,
) -> Head:  # fmt: skip
    """The head for a number of classes.

    Raises:
        ValueError: for fewer than two classes or a vocabulary of another length.
    """
    if n_classes < 2:
        raise ValueError(f"n_classes must be > 1 for classification: {n_classes}.")
    if label_vocabulary is not None and len(label_vocabulary) != n_classes:
        raise ValueError(
            f"Length of label_vocabulary must be n_classes: {n_classes}. Given: {label_vocabulary}"
        )
    kind = BinaryHead if n_classes == 2 else MultiClassHead
    dimension = 1 if n_classes == 2 else n_classes
    return kind(dimension, n_classes, label_vocabulary, weight_column, loss_reduction)


def training_step(optimizer: Any) -> Callable[[Any], Any]:
    """A function of a loss that gives a step of an optimizer, after the pending updates."""

    def step(loss: Any) -> Any:
        with control_dependencies(get_collection(GraphKeys.UPDATE_OPS)):
            return optimizer.minimize(loss, global_step=get_global_step())

    return step
