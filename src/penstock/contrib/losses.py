"""``tf.contrib.losses``: ``tf.losses`` with predictions before labels."""

from __future__ import annotations

from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.graph.tensor import Tensor
from penstock.nn import weighted_losses as losses


@add_arg_scope
def add_loss(loss: Any, loss_collection: str | None = "losses") -> None:
    """Adds a loss to a collection."""
    losses.add_loss(loss, loss_collection)


def get_losses(scope: str | None = None, loss_collection: str = "losses") -> list[Any]:
    """The losses of a collection."""
    return losses.get_losses(scope, loss_collection)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The losses in ``REGULARIZATION_LOSSES``."""
    return losses.get_regularization_losses(scope)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Tensor:
    """The sum of all losses."""
    return losses.get_total_loss(add_regularization_losses, name)


def compute_weighted_loss(losses_: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The weighted mean of losses; see ``tf.losses.compute_weighted_loss``."""
    return losses.compute_weighted_loss(losses_, weights, scope)


@add_arg_scope
def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0,
                        scope: str | None = None) -> Tensor:  # fmt: skip
    """The mean absolute difference."""
    return losses.absolute_difference(labels, predictions, weights, scope)


@add_arg_scope
def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0,
                       scope: str | None = None) -> Tensor:  # fmt: skip
    """The mean squared difference."""
    return losses.mean_squared_error(labels, predictions, weights, scope)


sum_of_squares = mean_squared_error


@add_arg_scope
def mean_pairwise_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0,
                                scope: str | None = None) -> Tensor:  # fmt: skip
    """The mean squared difference of pairwise differences."""
    return losses.mean_pairwise_squared_error(labels, predictions, weights, scope)


sum_of_pairwise_squares = mean_pairwise_squared_error


@add_arg_scope
def log_loss(predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7,
             scope: str | None = None) -> Tensor:  # fmt: skip
    """The cross-entropy of probabilities."""
    return losses.log_loss(labels, predictions, weights, epsilon, scope)


@add_arg_scope
def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Tensor:
    """The hinge loss of each element."""
    return losses.hinge_loss(labels, logits, 1.0, scope, reduction=losses.Reduction.NONE)


@add_arg_scope
def cosine_distance(predictions: Any, labels: Any = None, axis: int | None = None,
                    weights: Any = 1.0, scope: str | None = None,
                    dim: int | None = None) -> Tensor:  # fmt: skip
    """One minus the cosine of unit vectors."""
    place = dim if axis is None else axis
    return losses.cosine_distance(labels, predictions, axis=place, weights=weights, scope=scope)


@add_arg_scope
def sigmoid_cross_entropy(logits: Any, multi_class_labels: Any, weights: Any = 1.0,
                          label_smoothing: float = 0, scope: str | None = None
                          ) -> Tensor:  # fmt: skip
    """The cross-entropy of sigmoids."""
    return losses.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing, scope)


@add_arg_scope
def softmax_cross_entropy(logits: Any, onehot_labels: Any, weights: Any = 1.0,
                          label_smoothing: float = 0, scope: str | None = None
                          ) -> Tensor:  # fmt: skip
    """The cross-entropy of softmax with one-hot labels."""
    return losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing, scope)


@add_arg_scope
def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0,
                                 scope: str | None = None) -> Tensor:  # fmt: skip
    """The cross-entropy of softmax with labels that are class numbers."""
    return losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)
