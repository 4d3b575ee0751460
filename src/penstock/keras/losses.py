"""``keras.losses``: functions, and classes with a reduction."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.loss_reduction import Reduction as Reduction
from penstock.keras.loss_reduction import compute_weighted_loss
from penstock.keras.utils.objects import (
    deserialize_keras_object,
    serialize_keras_object,
    with_defaults,
)


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.cast(y_true, y_pred.dtype), y_pred


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((y_pred - y_true) ** 2)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return K.mean(ops.squared_difference(y_pred, y_true), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """``mean(|y_pred - y_true|)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return K.mean(ops.abs(y_pred - y_true), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """``100 * mean(|y_true - y_pred| / |y_true|)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    diff = ops.abs((y_true - y_pred) / K.clip(ops.abs(y_true), K.epsilon(), None))
    return 100.0 * K.mean(diff, axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """``mean((log(y_true + 1) - log(y_pred + 1)) ** 2)`` over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    first = ops.log(K.clip(y_pred, K.epsilon(), None) + 1.0)
    second = ops.log(K.clip(y_true, K.epsilon(), None) + 1.0)
    return K.mean(ops.squared_difference(first, second), axis=-1)


def _as_signs(y_true: Any) -> Any:
    """Labels 0 and 1 as -1 and 1; other labels as they are."""
    zeros, ones = ops.equal(y_true, 0), ops.equal(y_true, 1)
    binary = ops.reduce_all(ops.logical_or(zeros, ones))
    return ops.cond(binary, lambda: 2.0 * y_true - 1.0, lambda: ops.identity(y_true))


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true * y_pred, 0) ** 2)``; labels -1 and 1 (or 0 and 1)."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _as_signs(y_true)
    return K.mean(ops.square(ops.maximum(1.0 - y_true * y_pred, 0.0)), axis=-1)


def hinge(y_true: Any, y_pred: Any) -> Any:
    """``mean(max(1 - y_true * y_pred, 0))``; labels -1 and 1 (or 0 and 1)."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _as_signs(y_true)
    return K.mean(ops.maximum(1.0 - y_true * y_pred, 0.0), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """``max(highest wrong - right + 1, 0)`` over one-hot labels."""
    y_true, y_pred = _pair(y_true, y_pred)
    right = ops.reduce_sum(y_true * y_pred, axis=-1)
    wrong = ops.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(0.0, wrong - right + 1.0)


def huber_loss(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Squares up to ``delta``, straight lines beyond (Huber 1964)."""
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    size = ops.abs(error)
    limit = ops.constant(delta, y_pred.dtype)
    quadratic = ops.minimum(size, limit)
    linear = size - quadratic
    return 0.5 * quadratic * quadratic + limit * linear


def logcosh(y_true: Any, y_pred: Any) -> Any:
    """``mean(log(cosh(y_pred - y_true)))``."""
    y_true, y_pred = _pair(y_true, y_pred)
    x = y_pred - y_true
    log2 = ops.cast(0.6931471805599453, x.dtype)
    return K.mean(x + ops.softplus(-2.0 * x) - log2, axis=-1)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0
) -> Any:
    """The cross-entropy of class probabilities (one-hot labels)."""
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        classes = ops.cast(ops.shape(y_true)[1], y_pred.dtype)
        y_true = y_true * (1.0 - label_smoothing) + (label_smoothing / classes)
    return K.categorical_crossentropy(y_true, y_pred, from_logits=from_logits)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of class numbers."""
    return K.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0
) -> Any:
    """The mean cross-entropy of each element's probability."""
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return K.mean(K.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=-1)


def kullback_leibler_divergence(y_true: Any, y_pred: Any) -> Any:
    """``sum(y_true * log(y_true / y_pred))``."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = K.clip(y_true, K.epsilon(), 1)
    y_pred = K.clip(y_pred, K.epsilon(), 1)
    return ops.reduce_sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """``mean(y_pred - y_true * log(y_pred))``."""
    y_true, y_pred = _pair(y_true, y_pred)
    return K.mean(y_pred - y_true * ops.log(y_pred + K.epsilon()), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between labels and predictions, negated as a loss."""
    y_true = ops.l2_normalize(y_true, axis=axis)
    y_pred = ops.l2_normalize(y_pred, axis=axis)
    return -ops.reduce_sum(y_true * y_pred, axis=axis)


class Loss:
    """A loss with a reduction; subclasses define ``call(y_true, y_pred)``.

    Args:
        reduction: ``'auto'``, ``'none'``, ``'sum'`` or ``'sum_over_batch_size'``.
        name: the name.
    """

    def __init__(self, reduction: str = Reduction.AUTO, name: str | None = None) -> None:
        Reduction.validate(reduction)
        self.reduction = reduction
        self.name = name

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The reduced loss.

        Args:
            y_true: the labels. y_pred: the predictions.
            sample_weight: a weight for each sample, or for everything.
        """
        with ops.name_scope(self.name or type(self).__name__):
            losses = self.call(y_true, y_pred)
            return compute_weighted_loss(losses, sample_weight, self._reduction())

    def _reduction(self) -> str:
        return Reduction.SUM_OVER_BATCH_SIZE if self.reduction == Reduction.AUTO else self.reduction

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"reduction": self.reduction, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The loss that ``get_config`` described."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A function of labels and predictions as a ``Loss``."""

    def __init__(self, fn: Any, reduction: str = Reduction.AUTO, name: str | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(reduction=reduction, name=name)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample."""
        if isinstance(y_pred, ops.Tensor) and isinstance(y_true, ops.Tensor):
            from penstock.keras.metrics.shapes import squeeze_or_expand

            y_pred, y_true, _ = squeeze_or_expand(y_pred, y_true)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        plain = {
            k: v
            for k, v in self._fn_kwargs.items()
            if not isinstance(v, (ops.Tensor, ops.Variable))
        }
        return {**super().get_config(), **plain}


def _loss_class(fn: Any, class_name: str, default_name: str, summary: str, **defaults: Any) -> Any:
    order = list(defaults)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        names = [*order, "reduction", "name"]
        if len(args) > len(names):
            raise TypeError(f"{class_name} takes at most {len(names)} arguments")
        given = {**defaults, "reduction": Reduction.AUTO, "name": default_name}
        placed = dict(zip(names, args))
        unknown = set(kwargs) - set(names)
        if unknown or set(placed) & set(kwargs):
            raise TypeError(f"{class_name} got an unexpected argument: {sorted(unknown) or kwargs}")
        given.update(placed)
        given.update(kwargs)
        reduction, name = given.pop("reduction"), given.pop("name")
        LossFunctionWrapper.__init__(self, fn, reduction=reduction, name=name, **given)

    shown = {**defaults, "reduction": Reduction.AUTO, "name": default_name}
    __init__.__signature__ = with_defaults(shown)  # type: ignore[attr-defined]
    return type(class_name, (LossFunctionWrapper,),
                {"__init__": __init__, "__doc__": summary, "__module__": __name__})  # fmt: skip


MeanSquaredError = _loss_class(
    mean_squared_error, "MeanSquaredError", "mean_squared_error", "Mean of squared differences."
)
MeanAbsoluteError = _loss_class(
    mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error", "Mean of absolute differences."
)
MeanAbsolutePercentageError = _loss_class(
    mean_absolute_percentage_error,
    "MeanAbsolutePercentageError",
    "mean_absolute_percentage_error",
    "Mean of relative differences, in percent.",
)
MeanSquaredLogarithmicError = _loss_class(
    mean_squared_logarithmic_error,
    "MeanSquaredLogarithmicError",
    "mean_squared_logarithmic_error",
    "Mean of squared differences of logarithms.",
)
BinaryCrossentropy = _loss_class(
    binary_crossentropy, "BinaryCrossentropy", "binary_crossentropy",
    "Cross-entropy of two classes.", from_logits=False, label_smoothing=0,
)  # fmt: skip
CategoricalCrossentropy = _loss_class(
    categorical_crossentropy, "CategoricalCrossentropy", "categorical_crossentropy",
    "Cross-entropy of one-hot labels.", from_logits=False, label_smoothing=0,
)  # fmt: skip
SparseCategoricalCrossentropy = _loss_class(
    sparse_categorical_crossentropy, "SparseCategoricalCrossentropy",
    "sparse_categorical_crossentropy", "Cross-entropy of class numbers.", from_logits=False,
)  # fmt: skip
Hinge = _loss_class(hinge, "Hinge", "hinge", "``max(1 - y_true * y_pred, 0)``.")
SquaredHinge = _loss_class(
    squared_hinge, "SquaredHinge", "squared_hinge", "``max(1 - y_true * y_pred, 0) ** 2``."
)
CategoricalHinge = _loss_class(
    categorical_hinge, "CategoricalHinge", "categorical_hinge", "The hinge loss of one-hot labels."
)
Poisson = _loss_class(poisson, "Poisson", "poisson", "``y_pred - y_true * log(y_pred)``.")
LogCosh = _loss_class(logcosh, "LogCosh", "logcosh", "``log(cosh(y_pred - y_true))``.")
KLDivergence = _loss_class(
    kullback_leibler_divergence, "KLDivergence", "kullback_leibler_divergence",
    "Kullback and Leibler's divergence.",
)  # fmt: skip
Huber = _loss_class(huber_loss, "Huber", "huber_loss", "Huber's loss.", delta=1.0)
CosineSimilarity = _loss_class(
    cosine_similarity, "CosineSimilarity", "cosine_similarity", "The negated cosine.", axis=-1
)

bce = BCE = binary_crossentropy
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence
cosine = cosine_proximity = cosine_similarity

FUNCTIONS: dict[str, Any] = {
    name: value
    for name, value in dict(globals()).items()
    if callable(value) and name in (
        "mean_squared_error mean_absolute_error mean_absolute_percentage_error "
        "mean_squared_logarithmic_error squared_hinge hinge categorical_hinge huber_loss logcosh "
        "categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy "
        "kullback_leibler_divergence poisson cosine_similarity cosine cosine_proximity bce BCE mse "
        "MSE mae MAE mape MAPE msle MSLE kld KLD").split()
}  # fmt: skip
CLASSES: dict[str, Any] = {
    name: value
    for name, value in dict(globals()).items()
    if isinstance(value, type) and issubclass(value, Loss)
}


def is_categorical_crossentropy(loss: Any) -> bool:
    """Whether ``loss`` is the cross-entropy of one-hot labels."""
    return (
        isinstance(loss, CategoricalCrossentropy)
        or isinstance(loss, LossFunctionWrapper)
        and loss.fn is categorical_crossentropy
        or getattr(loss, "__name__", None) == "categorical_crossentropy"
        or loss == "categorical_crossentropy"
    )


def serialize(loss: Any) -> Any:
    """The name of a loss function, or class name and configuration."""
    return serialize_keras_object(loss)


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """The loss that ``serialize`` described."""
    return deserialize_keras_object(name, {**FUNCTIONS, **CLASSES}, custom_objects, "loss function")


def get(identifier: Any) -> Any:
    """The loss that ``identifier`` names; ``None`` for ``None``.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret loss function identifier: {identifier}")
