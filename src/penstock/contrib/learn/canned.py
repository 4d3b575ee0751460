"""``tf.contrib.learn``'s ready-made estimators: linear models, dense networks, and both."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from penstock.contrib.layers.core import fully_connected
from penstock.contrib.layers.feature_columns import (
    input_from_feature_columns,
    weighted_sum_from_feature_columns,
)
from penstock.contrib.learn.estimators import BaseEstimator, ModelFnOps
from penstock.contrib.learn.model_fn import ModeKeys
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import get_collection
from penstock.nn import metrics
from penstock.nn.dropout import dropout as nn_dropout
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from penstock.nn.metrics_at_thresholds import auc
from penstock.nn.weighted_losses import compute_weighted_loss
from penstock.ops.arrays import expand_dims, reshape, squeeze
from penstock.ops.casts import to_float, to_int64
from penstock.ops.clipping import clip_by_global_norm
from penstock.ops.control_flow import group
from penstock.ops.extremes import argmax
from penstock.ops.fills import zeros_like
from penstock.ops.identities import identity
from penstock.ops.joining import concat
from penstock.ops.lookup import index_table_from_tensor, index_to_string_table_from_tensor
from penstock.ops.math_unary import sigmoid, square
from penstock.ops.nn_activations import relu
from penstock.ops.nn_softmax import softmax
from penstock.ops.variable_scope import variable_scope
from penstock.summary.functions import histogram, scalar
from penstock.training.adagrad import AdagradOptimizer
from penstock.training.ftrl import FtrlOptimizer
from penstock.training.global_step import get_global_step
from penstock.training.optimizer import Optimizer


class _Head:
    """What is predicted: numbers (``classes`` is ``None``) or classes."""

    def __init__(self, classes: int | None, dimension: int, weight_column: str | None,
                 label_keys: Any) -> None:  # fmt: skip
        if classes is not None and classes < 2:
            raise ValueError(f"n_classes must be >= 2. Given: {classes}.")
        self.classes = classes
        self.size = dimension if classes is None else (1 if classes == 2 else classes)
        self._weight_column = weight_column
        self._label_keys = label_keys

    def ops(self, features: Any, labels: Any, mode: str, logits: Any, train: Any) -> ModelFnOps:
        predictions = self._predictions(logits)
        if mode == ModeKeys.INFER:
            return ModelFnOps(mode, predictions)
        if isinstance(labels, dict):
            labels = next(iter(labels.values()))
        labels = convert_to_tensor(labels)
        labels = expand_dims(labels, -1) if labels.get_shape().ndims == 1 else labels
        if self._label_keys is not None:
            keys = convert_to_tensor(list(self._label_keys))
            labels = index_table_from_tensor(keys, name="label_id_lookup").lookup(labels)
        weights: Any = 1.0
        if self._weight_column is not None:
            weights = reshape(to_float(features[self._weight_column]), [-1, 1])
        losses = self._losses(labels, logits)
        loss = compute_weighted_loss(losses, weights)
        scalar("loss", loss)
        if mode == ModeKeys.TRAIN:
            return ModelFnOps(mode, predictions, loss, train(loss))
        return ModelFnOps(
            mode, predictions, loss,
            eval_metric_ops=self._metrics(labels, predictions, losses, weights),
        )  # fmt: skip

    def _predictions(self, logits: Any) -> dict[str, Any]:
        if self.classes is None:
            scores = squeeze(logits, [1]) if self.size == 1 else logits
            return {"scores": identity(scores, name="scores")}
        if self.classes == 2:
            logistic = sigmoid(logits, name="logistic")
            both = concat([zeros_like(logits), logits], 1)
            found = {"logits": logits, "logistic": logistic, "probabilities": softmax(both)}
            ids = argmax(both, 1)
        else:
            found = {"logits": logits, "probabilities": softmax(logits)}
            ids = argmax(logits, 1)
        if self._label_keys is not None:
            keys = convert_to_tensor(list(self._label_keys))
            ids = index_to_string_table_from_tensor(keys, name="label_lookup").lookup(ids)
        found["classes"] = ids
        return found

    def _losses(self, labels: Any, logits: Any) -> Any:
        if self.classes is None:
            return square(logits - to_float(labels))
        if self.classes == 2:
            return sigmoid_cross_entropy_with_logits(labels=to_float(labels), logits=logits)
        flat = reshape(to_int64(labels), [-1])
        found = sparse_softmax_cross_entropy_with_logits(labels=flat, logits=logits)
        return expand_dims(found, -1)

    def _metrics(self, labels: Any, predictions: Any, losses: Any, weights: Any) -> Any:
        if self.classes is None:
            return {}
        ids = predictions["classes"]
        if self._label_keys is not None:
            probabilities = predictions["probabilities"]
            ids = argmax(probabilities, 1)
        wanted = reshape(to_int64(labels), [-1, 1])
        found = {"accuracy": metrics.accuracy(wanted, expand_dims(ids, -1), weights=weights)}
        if self.classes == 2:
            said = predictions["logistic"]
            known = to_float(wanted)
            found["labels/prediction_mean"] = metrics.mean(said, weights=weights)
            found["labels/actual_label_mean"] = metrics.mean(known, weights=weights)
            found["accuracy/baseline_label_mean"] = metrics.mean(known, weights=weights)
            found["auc"] = auc(known, said, weights=weights)
            found["auc_precision_recall"] = auc(known, said, weights=weights, curve="PR")
            chosen = to_float(said > 0.5)
            for kind, name in (
                ("accuracy", "accuracy/threshold_0.500000_mean"),
                ("precision", "precision/positive_threshold_0.500000_mean"),
                ("recall", "recall/positive_threshold_0.500000_mean"),
            ):
                found[name] = getattr(metrics, kind)(known, chosen, weights=weights)
        return found


def _features(features: Any) -> dict[str, Any]:
    return features if isinstance(features, dict) else {"": features}


class _Canned(BaseEstimator):
    """An estimator of one or two parts.

    ``deep`` and ``wide`` are ``None`` or settings: columns, optimizer and so on.
    """

    def __init__(self, head: _Head, model_dir: Any, config: Any, deep: Any, wide: Any,
                 clip: Any, engineer: Any) -> None:  # fmt: skip
        super().__init__(model_dir, config)

        def model_fn(features: Any, labels: Any, mode: str, _: Any, __: Any) -> ModelFnOps:
            if engineer is not None:
                features, labels = engineer(features, labels)
            features = _features(features)
            parts = []
            if deep is not None:
                parts.append(("dnn", self._deep(features, mode, head.size, **deep),
                              deep["optimizer"]))  # fmt: skip
            if wide is not None:
                parts.append(("linear", self._wide(features, head.size, **wide),
                              wide["optimizer"]))  # fmt: skip
            logits = parts[0][1] if len(parts) == 1 else parts[0][1] + parts[1][1]

            def train(loss: Any) -> Any:
                step = get_global_step()
                made = []
                for i, (scope, _, make) in enumerate(parts):
                    optimizer = make()
                    variables = get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)
                    pairs = optimizer.compute_gradients(loss, variables)
                    if clip is not None:
                        slopes, _ = clip_by_global_norm([g for g, _ in pairs], clip)
                        pairs = list(zip(slopes, variables, strict=True))
                    last = i == len(parts) - 1
                    made.append(
                        optimizer.apply_gradients(pairs, global_step=step if last else None)
                    )
                return group(*made)

            return head.ops(features, labels, mode, logits, train)

        self._make(model_fn)

    @staticmethod
    def _deep(features: Any, mode: str, size: int, columns: Any, units: Any, activation: Any,
              rate: Any, optimizer: Any) -> Any:  # fmt: skip
        with variable_scope("dnn", values=list(features.values())):
            with variable_scope("input_from_feature_columns") as scope:
                net = input_from_feature_columns(features, columns, scope=scope)
            for i, count in enumerate(units):
                with variable_scope(f"hiddenlayer_{i}", values=(net,)) as scope:
                    net = fully_connected(net, count, activation_fn=activation, scope=scope)
                    if rate is not None and mode == ModeKeys.TRAIN:
                        net = nn_dropout(net, keep_prob=1.0 - rate)
                histogram(f"{scope.name}/activation", net)
            with variable_scope("logits", values=(net,)) as scope:
                return fully_connected(net, size, activation_fn=None, scope=scope)

    @staticmethod
    def _wide(features: Any, size: int, columns: Any, optimizer: Any) -> Any:
        with variable_scope("linear", values=list(features.values())) as scope:
            return weighted_sum_from_feature_columns(features, columns, size, scope=scope)[0]

    # -- predictions -------------------------------------------------------------------------
    def _key(self, key: str, x: Any, input_fn: Any, batch_size: Any, as_iterable: bool) -> Any:
        found = super().predict(x, input_fn, batch_size, [key], as_iterable)
        if as_iterable:
            return (row[key] for row in found)
        return found[key]


class _Classifier(_Canned):
    """What classifiers share."""

    def predict(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                outputs: Any = None, as_iterable: bool = True,
                iterate_batches: bool = False) -> Any:  # fmt: skip
        """The classes, or the ``outputs`` asked for."""
        if outputs:
            return BaseEstimator.predict(self, x, input_fn, batch_size, outputs, as_iterable)
        return self._key("classes", x, input_fn, batch_size, as_iterable)

    def predict_classes(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                        as_iterable: bool = True) -> Any:  # fmt: skip
        """The classes."""
        return self._key("classes", x, input_fn, batch_size, as_iterable)

    def predict_proba(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                      as_iterable: bool = True) -> Any:  # fmt: skip
        """The classes' probabilities."""
        return self._key("probabilities", x, input_fn, batch_size, as_iterable)


class _Regressor(_Canned):
    """What regressors share."""

    def predict(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                outputs: Any = None, as_iterable: bool = True,
                iterate_batches: bool = False) -> Any:  # fmt: skip
        """The numbers, or the ``outputs`` asked for."""
        if outputs:
            return BaseEstimator.predict(self, x, input_fn, batch_size, outputs, as_iterable)
        return self._key("scores", x, input_fn, batch_size, as_iterable)

    def predict_scores(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                       as_iterable: bool = True) -> Any:  # fmt: skip
        """The numbers."""
        return self._key("scores", x, input_fn, batch_size, as_iterable)


def _factory(optimizer: Any, default: Callable[[], Any]) -> Callable[[], Any]:
    """A function that gives the optimizer for one graph."""

    def make() -> Any:
        if optimizer is None:
            return default()
        return optimizer if isinstance(optimizer, Optimizer) else optimizer()

    return make


def _deep_part(columns: Any, units: Any, activation: Any, rate: Any, optimizer: Any) -> Any:
    made = _factory(optimizer, lambda: AdagradOptimizer(0.05))
    return dict(columns=columns, units=units, activation=activation, rate=rate, optimizer=made)


def _wide_part(columns: Any, optimizer: Any, most: float = 0.2) -> Any:
    rate = min(most, 1.0 / math.sqrt(len(list(columns))))
    return dict(columns=columns, optimizer=_factory(optimizer, lambda: FtrlOptimizer(rate)))


class DNNClassifier(_Classifier):
    """Classes from a dense network.

    Args:
        hidden_units: the sizes of the layers. feature_columns: the columns.
        model_dir: the folder for checkpoints. n_classes: how many classes there are.
        weight_column_name: the feature with the examples' weights. optimizer: the optimizer.
        activation_fn: the layers' activation. dropout: the share of outputs to drop.
        gradient_clip_norm: the gradients' largest norm. enable_centered_bias: not used.
        config: a ``RunConfig``. feature_engineering_fn: changes features and labels first.
        embedding_lr_multipliers: not used. input_layer_min_slice_size: not used.
        label_keys: the classes' names, for text labels.
    """

    def __init__(self, hidden_units: Any, feature_columns: Any, model_dir: Any = None,
                 n_classes: int = 2, weight_column_name: Any = None, optimizer: Any = None,
                 activation_fn: Any = relu, dropout: Any = None, gradient_clip_norm: Any = None,
                 enable_centered_bias: bool = False, config: Any = None,
                 feature_engineering_fn: Any = None, embedding_lr_multipliers: Any = None,
                 input_layer_min_slice_size: Any = None,
                 label_keys: Any = None) -> None:  # fmt: skip
        head = _Head(n_classes, 1, weight_column_name, label_keys)
        deep = _deep_part(feature_columns, hidden_units, activation_fn, dropout, optimizer)
        super().__init__(head, model_dir, config, deep, None, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip


class DNNRegressor(_Regressor):
    """Numbers from a dense network; the arguments are those of ``DNNClassifier``."""

    def __init__(self, hidden_units: Any, feature_columns: Any, model_dir: Any = None,
                 weight_column_name: Any = None, optimizer: Any = None, activation_fn: Any = relu,
                 dropout: Any = None, gradient_clip_norm: Any = None,
                 enable_centered_bias: bool = False, config: Any = None,
                 feature_engineering_fn: Any = None, label_dimension: int = 1,
                 embedding_lr_multipliers: Any = None,
                 input_layer_min_slice_size: Any = None) -> None:  # fmt: skip
        head = _Head(None, label_dimension, weight_column_name, None)
        deep = _deep_part(feature_columns, hidden_units, activation_fn, dropout, optimizer)
        super().__init__(head, model_dir, config, deep, None, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip


class LinearClassifier(_Classifier):
    """Classes from a weighted sum; the arguments are those of ``DNNClassifier``."""

    def __init__(self, feature_columns: Any, model_dir: Any = None, n_classes: int = 2,
                 weight_column_name: Any = None, optimizer: Any = None,
                 gradient_clip_norm: Any = None, enable_centered_bias: bool = False,
                 _joint_weight: bool = False, config: Any = None,
                 feature_engineering_fn: Any = None, label_keys: Any = None) -> None:  # fmt: skip
        head = _Head(n_classes, 1, weight_column_name, label_keys)
        wide = _wide_part(feature_columns, optimizer)
        super().__init__(head, model_dir, config, None, wide, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip


class LinearRegressor(_Regressor):
    """Numbers from a weighted sum; the arguments are those of ``DNNClassifier``."""

    def __init__(self, feature_columns: Any, model_dir: Any = None,
                 weight_column_name: Any = None, optimizer: Any = None,
                 gradient_clip_norm: Any = None, enable_centered_bias: bool = False,
                 label_dimension: int = 1, _joint_weights: bool = False, config: Any = None,
                 feature_engineering_fn: Any = None) -> None:  # fmt: skip
        head = _Head(None, label_dimension, weight_column_name, None)
        wide = _wide_part(feature_columns, optimizer)
        super().__init__(head, model_dir, config, None, wide, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip


def _both(wide_columns: Any, wide_optimizer: Any, deep_columns: Any, deep_optimizer: Any,
          units: Any, activation: Any, rate: Any) -> tuple[Any, Any]:  # fmt: skip
    if not wide_columns and not deep_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    deep = wide = None
    if deep_columns:
        deep = _deep_part(deep_columns, units, activation, rate, deep_optimizer)
    if wide_columns:
        wide = _wide_part(wide_columns, wide_optimizer)
    return deep, wide


class DNNLinearCombinedClassifier(_Classifier):
    """Classes from a linear model and a dense network; see ``DNNClassifier``."""

    def __init__(self, model_dir: Any = None, n_classes: int = 2, weight_column_name: Any = None,
                 linear_feature_columns: Any = None, linear_optimizer: Any = None,
                 _joint_linear_weights: bool = False, dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = None, dnn_hidden_units: Any = None,
                 dnn_activation_fn: Any = relu, dnn_dropout: Any = None,
                 gradient_clip_norm: Any = None, enable_centered_bias: bool = False,
                 config: Any = None, feature_engineering_fn: Any = None,
                 embedding_lr_multipliers: Any = None, input_layer_min_slice_size: Any = None,
                 label_keys: Any = None,
                 fix_global_step_increment_bug: bool = False) -> None:  # fmt: skip
        head = _Head(n_classes, 1, weight_column_name, label_keys)
        deep, wide = _both(linear_feature_columns, linear_optimizer, dnn_feature_columns,
                           dnn_optimizer, dnn_hidden_units, dnn_activation_fn,
                           dnn_dropout)  # fmt: skip
        super().__init__(head, model_dir, config, deep, wide, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip


class DNNLinearCombinedRegressor(_Regressor):
    """Numbers from a linear model and a dense network; see ``DNNClassifier``."""

    def __init__(self, model_dir: Any = None, weight_column_name: Any = None,
                 linear_feature_columns: Any = None, linear_optimizer: Any = None,
                 _joint_linear_weights: bool = False, dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = None, dnn_hidden_units: Any = None,
                 dnn_activation_fn: Any = relu, dnn_dropout: Any = None,
                 gradient_clip_norm: Any = None, enable_centered_bias: bool = False,
                 label_dimension: int = 1, config: Any = None, feature_engineering_fn: Any = None,
                 embedding_lr_multipliers: Any = None, input_layer_min_slice_size: Any = None,
                 fix_global_step_increment_bug: bool = False) -> None:  # fmt: skip
        head = _Head(None, label_dimension, weight_column_name, None)
        deep, wide = _both(linear_feature_columns, linear_optimizer, dnn_feature_columns,
                           dnn_optimizer, dnn_hidden_units, dnn_activation_fn,
                           dnn_dropout)  # fmt: skip
        super().__init__(head, model_dir, config, deep, wide, gradient_clip_norm,
                         feature_engineering_fn)  # fmt: skip
