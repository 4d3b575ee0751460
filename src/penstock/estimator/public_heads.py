"""``tf.estimator``'s heads: what a model predicts, its loss and its metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.checkpoint.saved_model.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from penstock.estimator.heads import BinaryHead, Head, MultiClassHead, RegressionHead, training_step
from penstock.estimator.specs import ClassificationOutput, EstimatorSpec, ModeKeys, PredictOutput
from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn import metrics
from penstock.nn.losses import log_poisson_loss, sigmoid_cross_entropy_with_logits
from penstock.nn.metrics_at_thresholds import auc
from penstock.nn.weighted_losses import Reduction
from penstock.ops.arrays import expand_dims
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import to_float, to_int64
from penstock.ops.control_flow import no_op
from penstock.ops.lookup import index_table_from_tensor
from penstock.ops.math_unary import exp, sigmoid
from penstock.ops.reductions import reduce_mean
from penstock.ops.slices import tile
from penstock.ops.sparse_rows import sparse_to_indicator
from penstock.ops.splitting import split
from penstock.ops.sums import add_n

_MEAN = Reduction.SUM_OVER_BATCH_SIZE


class PublicRegressionHead(RegressionHead):
    """Numbers, with the squared difference as loss.

    Args:
        label_dimension: how many numbers an example has.
        weight_column: the feature with the examples' weights.
        loss_reduction: how losses become one. loss_fn: a function of labels and logits.
        inverse_link_fn: makes predictions of logits. name: kept for programs that give it.
    """

    def __init__(self, label_dimension: int = 1, weight_column: Any = None,
                 loss_reduction: str = _MEAN, loss_fn: Any = None, inverse_link_fn: Any = None,
                 name: str | None = None) -> None:  # fmt: skip
        super().__init__(label_dimension, weight_column, loss_reduction)
        self._loss_fn = loss_fn
        self._inverse_link = inverse_link_fn
        self.name = name

    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """``predictions``, and ``logits`` if they differ."""
        if self._inverse_link is None:
            return super().predictions(logits)
        return {"predictions": self._inverse_link(to_float(logits)), "logits": to_float(logits)}

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The examples' losses."""
        if self._loss_fn is None:
            return super().losses(labels, logits)
        labels = to_float(labels)
        labels = expand_dims(labels, -1) if labels.get_shape().ndims == 1 else labels
        return self._loss_fn(labels=labels, logits=logits), labels


class PoissonRegressionHead(PublicRegressionHead):
    """Counts, with the log-likelihood of a Poisson distribution as loss.

    Args:
        label_dimension: how many numbers an example has.
        weight_column: the feature with the examples' weights.
        loss_reduction: how losses become one.
        compute_full_loss: with Stirling's approximation of the labels' factorials.
        name: kept for programs that give it.
    """

    def __init__(self, label_dimension: int = 1, weight_column: Any = None,
                 loss_reduction: str = _MEAN, compute_full_loss: bool = True,
                 name: str | None = None) -> None:  # fmt: skip
        def loss(labels: Any, logits: Any) -> Any:
            return log_poisson_loss(labels, logits, compute_full_loss=compute_full_loss)

        super().__init__(label_dimension, weight_column, loss_reduction, loss, exp, name)


class LogisticRegressionHead(PublicRegressionHead):
    """Probabilities, with the cross-entropy as loss.

    Args:
        weight_column: the feature with the examples' weights.
        loss_reduction: how losses become one. name: kept for programs that give it.
    """

    def __init__(self, weight_column: Any = None, loss_reduction: str = _MEAN,
                 name: str | None = None) -> None:  # fmt: skip
        def loss(labels: Any, logits: Any) -> Any:
            return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)

        super().__init__(1, weight_column, loss_reduction, loss, sigmoid, name)


class BinaryClassHead(BinaryHead):
    """Two classes, with the cross-entropy of a sigmoid as loss.

    Args:
        weight_column: the feature with the examples' weights.
        thresholds: accuracy, precision and recall are computed at each.
        label_vocabulary: the classes' names. loss_reduction: how losses become one.
        loss_fn: a function of labels and logits. name: kept for programs that give it.

    Raises:
        ValueError: for thresholds outside of (0, 1).
    """

    def __init__(self, weight_column: Any = None, thresholds: Any = None,
                 label_vocabulary: Any = None, loss_reduction: str = _MEAN, loss_fn: Any = None,
                 name: str | None = None) -> None:  # fmt: skip
        thresholds = tuple(thresholds) if thresholds else ()
        for threshold in thresholds:
            if not 0.0 < threshold < 1.0:
                raise ValueError(f"thresholds not in (0, 1): {thresholds}.")
        super().__init__(1, 2, label_vocabulary, weight_column, loss_reduction)
        self._thresholds = thresholds
        self._loss_fn = loss_fn
        self.name = name

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The examples' losses."""
        losses, labels = super().losses(labels, logits)
        if self._loss_fn is not None:
            losses = self._loss_fn(labels=labels, logits=logits)
        return losses, labels

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """The metrics of two classes, and three at each threshold."""
        found = super().metrics(labels, predictions, losses, weights)
        for threshold in self._thresholds:
            said = to_float(predictions["logistic"] > threshold)
            for kind in ("accuracy", "precision", "recall"):
                make = getattr(metrics, kind)
                key = f"{kind}/positive_threshold_{threshold:g}"
                found[key] = make(labels, said, weights=weights)
        return found


class PublicMultiClassHead(MultiClassHead):
    """Several classes, with the cross-entropy of softmax as loss.

    Args:
        n_classes: how many there are, more than two.
        weight_column: the feature with the examples' weights.
        label_vocabulary: the classes' names. loss_reduction: how losses become one.
        loss_fn: a function of labels and logits. name: kept for programs that give it.

    Raises:
        ValueError: for two classes or fewer.
    """

    def __init__(self, n_classes: int, weight_column: Any = None, label_vocabulary: Any = None,
                 loss_reduction: str = _MEAN, loss_fn: Any = None,
                 name: str | None = None) -> None:  # fmt: skip
        if n_classes is None or n_classes <= 2:
            raise ValueError(f"n_classes must be > 2: {n_classes}.")
        super().__init__(n_classes, n_classes, label_vocabulary, weight_column, loss_reduction)
        self._loss_fn = loss_fn
        self.name = name

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The examples' losses."""
        losses, labels = super().losses(labels, logits)
        if self._loss_fn is not None:
            losses = self._loss_fn(labels=labels, logits=logits)
        return losses, labels


class MultiLabelHead(Head):
    """Classes of which an example may have any number, each with a sigmoid.

    Args:
        n_classes: how many there are. weight_column: the feature with the examples' weights.
        thresholds: accuracy, precision and recall are computed at each.
        label_vocabulary: the classes' names. loss_reduction: how losses become one.
        loss_fn: a function of labels and logits.
        classes_for_class_based_metrics: kept for programs that give it.
        name: kept for programs that give it.

    Raises:
        ValueError: for fewer than two classes.
    """

    def __init__(self, n_classes: int, weight_column: Any = None, thresholds: Any = None,
                 label_vocabulary: Any = None, loss_reduction: str = _MEAN, loss_fn: Any = None,
                 classes_for_class_based_metrics: Any = None,
                 name: str | None = None) -> None:  # fmt: skip
        if n_classes is None or n_classes < 2:
            raise ValueError(f"n_classes must be > 1 for multi-label classification. Given: "
                             f"{n_classes}")  # fmt: skip
        super().__init__(n_classes, weight_column, loss_reduction)
        self._thresholds = tuple(thresholds or ())
        self._vocabulary = label_vocabulary
        self._loss_fn = loss_fn
        self.name = name

    def predictions(self, logits: Any) -> dict[str, Tensor]:
        """``logits`` and ``probabilities``."""
        return {"logits": logits, "probabilities": sigmoid(logits, name="probabilities")}

    def losses(self, labels: Any, logits: Any) -> tuple[Tensor, Tensor]:
        """The mean over classes of each example's losses."""
        if isinstance(labels, SparseTensor):
            values = labels.values
            if labels.dtype == dtypes.string:
                names = convert_to_tensor(list(self._vocabulary))
                values = index_table_from_tensor(names, name="class_id_lookup").lookup(values)
            ids = SparseTensor(labels.indices, to_int64(values), labels.dense_shape)
            labels = to_int64(sparse_to_indicator(ids, self.logits_dimension))
        labels = to_float(labels)
        loss_fn = self._loss_fn or sigmoid_cross_entropy_with_logits
        losses = loss_fn(labels=labels, logits=logits)
        return reduce_mean(losses, axis=-1, keepdims=True), labels

    def metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> dict[str, Any]:
        """The mean loss and areas under curves, and three metrics at each threshold."""
        said = predictions["probabilities"]
        found = {
            "average_loss": metrics.mean(losses, weights=weights),
            "auc": auc(labels, said, weights=weights),
            "auc_precision_recall": auc(
                labels, said, weights=weights, curve="PR",
                summation_method="careful_interpolation",
            ),
        }  # fmt: skip
        for threshold in self._thresholds:
            for kind in ("accuracy", "precision", "recall"):
                key = f"{kind}/positive_threshold_{threshold:g}"
                make = getattr(metrics, kind)
                found[key] = make(labels, to_float(said > threshold), weights=weights)
        return found

    def outputs(self, predictions: dict[str, Tensor]) -> dict[str, Any]:
        """Scores of classes, and the predictions."""
        scores = predictions["probabilities"]
        names = self._vocabulary or [str(i) for i in range(self.logits_dimension)]
        classes = tile(expand_dims(convert_to_tensor(list(names)), 0), [shape_of(scores)[0], 1])
        classification = ClassificationOutput(scores=scores, classes=classes)
        return {
            DEFAULT_SERVING_SIGNATURE_DEF_KEY: classification,
            "classification": classification,
            "predict": PredictOutput(predictions),
        }


class MultiHead(Head):
    """Several heads on one model; labels and logits are joined or by the heads' names.

    Args:
        heads: heads with names. head_weights: how much each head's loss counts.

    Raises:
        ValueError: without heads, for heads without names, or weights of another number.
    """

    def __init__(self, heads: Sequence[Any], head_weights: Sequence[float] | None = None) -> None:
        if not heads:
            raise ValueError(f"Must specify heads. Given: {heads}")
        if head_weights and len(head_weights) != len(heads):
            raise ValueError(
                f"heads and head_weights must have the same size. Given len(heads): {len(heads)}. "
                f"Given len(head_weights): {len(head_weights)}."
            )
        for head in heads:
            if getattr(head, "name", None) is None:
                raise ValueError(f"All given heads must have name specified. Given: {head}")
        super().__init__(sum(h.logits_dimension for h in heads), None, _MEAN)
        self._heads = tuple(heads)
        self._head_weights = tuple(head_weights or [1.0] * len(heads))

    def _split(self, logits: Any) -> dict[str, Any]:
        if isinstance(logits, dict):
            return logits
        parts = split(logits, [h.logits_dimension for h in self._heads], -1)
        return {head.name: part for head, part in zip(self._heads, parts, strict=True)}

    def create_estimator_spec(self, features: Any, mode: str, logits: Any, labels: Any = None,
                              train_op_fn: Callable[[Any], Any] | None = None,
                              optimizer: Any = None, **kwargs: Any) -> EstimatorSpec:  # fmt: skip
        """The ``EstimatorSpec`` of all heads; names carry the heads' names."""
        parts = self._split(logits)
        specs = []
        for head in self._heads:
            with name_scope(head.name):
                specs.append(
                    head.create_estimator_spec(
                        features,
                        mode,
                        parts[head.name],
                        None if labels is None else labels[head.name],
                        lambda _: no_op(),
                    )  # fmt: skip
                )
        predictions: dict[Any, Any] = {}
        outputs: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for head, spec in zip(self._heads, specs, strict=True):
            predictions.update({(head.name, k): v for k, v in spec.predictions.items()})
            for key, output in (spec.export_outputs or {}).items():
                if key == DEFAULT_SERVING_SIGNATURE_DEF_KEY:
                    outputs[head.name] = output
                    outputs.setdefault(key, output)
                else:
                    outputs[f"{head.name}/{key}"] = output
            found.update({f"{k}/{head.name}": v for k, v in spec.eval_metric_ops.items()})
        if mode == ModeKeys.PREDICT:
            merged = PredictOutput({"/".join(k): v for k, v in predictions.items()})
            outputs["predict"] = merged
            return EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
        losses = [s.loss * w for s, w in zip(specs, self._head_weights, strict=True)]
        loss = add_n(losses)
        if mode == ModeKeys.EVAL:
            for head, spec in zip(self._heads, specs, strict=True):
                found[f"loss/{head.name}"] = metrics.mean(spec.loss)
            return EstimatorSpec(mode, predictions=predictions, loss=loss, eval_metric_ops=found)
        if train_op_fn is None:
            if optimizer is None:
                raise ValueError("train_op_fn and optimizer cannot both be None.")
            train_op_fn = training_step(optimizer)
        return EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=train_op_fn(loss))
