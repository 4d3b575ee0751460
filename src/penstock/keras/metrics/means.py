"""Metrics that are sums and means."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras import losses
from penstock.keras import tensor_ops as ops
from penstock.keras.metrics import functions
from penstock.keras.metrics.base import Metric
from penstock.keras.metrics.shapes import squeeze_or_expand
from penstock.keras.utils.objects import with_defaults


class Reduce(Metric):
    """A sum, or a sum over a number."""

    mean = True

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight("total", initializer="zeros")
        if self.mean:
            self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        """Adds ``values``, weighted."""
        values = ops.cast(values, self.dtype)
        if sample_weight is not None:
            sample_weight = ops.cast(sample_weight, self.dtype)
            values, _, sample_weight = squeeze_or_expand(values, None, sample_weight)
            extra = K.ndim(values) - K.ndim(sample_weight)
            if extra > 0 and K.ndim(sample_weight) > 0:
                axes = list(range(K.ndim(sample_weight), K.ndim(values)))
                reduce = ops.reduce_mean if self.mean else ops.reduce_sum
                values = reduce(values, axis=axes)
            values = values * sample_weight
        total = ops.reduce_sum(values)
        with ops.control_dependencies([total]):
            update_total = self.total.assign_add(total, read_value=False)
        if not self.mean:
            return update_total
        if sample_weight is None:
            number = ops.cast(ops.size(values), self.dtype)
        else:
            number = ops.reduce_sum(ops.ones_like(values) * sample_weight)
        with ops.control_dependencies([update_total]):
            return self.count.assign_add(number, read_value=False)

    def result(self) -> Any:
        """The sum, or the mean."""
        if not self.mean:
            return ops.identity(self.total)
        return ops.div_no_nan(self.total, self.count)


class Sum(Reduce):
    """The sum of values.

    Args:
        name: the name. dtype: the type.
    """

    mean = False

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)


class Mean(Reduce):
    """The mean of values.

    Args:
        name: the name. dtype: the type.
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)


class MeanTensor(Metric):
    """The mean of each element of values of one shape.

    Args:
        name: the name. dtype: the type.
    """

    def __init__(self, name: str | None = "mean_tensor", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self._shape: Any = None
        self.built = False

    def build(self, shape: Any) -> None:
        """Makes the variables."""
        self._shape = tuple(ops.TensorShape(shape).as_list())
        self.total = self.add_weight("total", shape=self._shape, initializer="zeros")
        self.count = self.add_weight("count", shape=self._shape, initializer="zeros")
        self.built = True

    def update_state(self, values: Any, sample_weight: Any = None) -> Any:
        """Adds ``values``, weighted."""
        values = ops.cast(values, self.dtype)
        if not self.built:
            self.build(values.shape)
        elif tuple(values.shape.as_list()) != self._shape:
            raise ValueError(
                "MeanTensor input values must always have the same shape. Expected shape (set "
                f"during the first call): {self._shape}. Got: {values.shape}"
            )
        number = ops.ones_like(values)
        if sample_weight is not None:
            sample_weight = ops.cast(sample_weight, self.dtype)
            values, _, sample_weight = squeeze_or_expand(values, None, sample_weight)
            number = number * sample_weight
            values = values * sample_weight
        update = self.total.assign_add(values, read_value=False)
        with ops.control_dependencies([update]):
            return self.count.assign_add(number, read_value=False)

    def result(self) -> Any:
        """The means."""
        return ops.div_no_nan(self.total, self.count)


class MeanMetricWrapper(Mean):
    """The mean of a function of labels and predictions.

    Args:
        fn: the function. name: the name. dtype: the type. **kwargs: further arguments of ``fn``.
    """

    def __init__(self, fn: Any, name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Adds the values for a batch."""
        if self._fn in _EXACT_LABELS:
            y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        else:
            y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        if K.ndim(y_true) != K.ndim(y_pred) or True:
            y_pred, y_true, _ = squeeze_or_expand(y_pred, y_true)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        return super().update_state(values, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        plain = {k: v for k, v in self._fn_kwargs.items()
                 if not isinstance(v, (ops.Tensor, ops.Variable))}  # fmt: skip
        config = {**super().get_config(), **plain}
        if type(self) is MeanMetricWrapper:
            config["fn"] = self._fn
        return config


_EXACT_LABELS = frozenset(
    [functions.sparse_categorical_accuracy, losses.sparse_categorical_crossentropy]
)


def _metric_class(class_name: str, fn: Any, default_name: str, summary: str,
                  before: Any = (), after: Any = ()) -> Any:  # fmt: skip
    """A class over ``fn``; ``before`` and ``after`` are its arguments around name and dtype."""
    names = [k for k, _ in before] + ["name", "dtype"] + [k for k, _ in after]
    defaults = {**dict(before), "name": default_name, "dtype": None, **dict(after)}

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(args) > len(names) or set(kwargs) - set(names):
            raise TypeError(f"{class_name} takes the arguments {', '.join(names)}")
        given = {**defaults, **dict(zip(names, args)), **kwargs}
        name, dtype = given.pop("name"), given.pop("dtype")
        for key, value in given.items():
            setattr(self, key, value)
        MeanMetricWrapper.__init__(self, fn, name, dtype=dtype, **given)

    shown = {name: defaults[name] for name in names}
    __init__.__signature__ = with_defaults(shown)  # type: ignore[attr-defined]
    return type(class_name, (MeanMetricWrapper,),
                {"__init__": __init__, "__doc__": summary, "__module__": __name__})  # fmt: skip


_L, _F = losses, functions
_LOGITS = (("from_logits", False), ("label_smoothing", 0))
Accuracy = _metric_class("Accuracy", _F.accuracy, "accuracy", "How often predictions equal labels.")
BinaryAccuracy = _metric_class(
    "BinaryAccuracy", _F.binary_accuracy, "binary_accuracy",
    "How often predictions are on the label's side of a threshold.", after=(("threshold", 0.5),),
)  # fmt: skip
CategoricalAccuracy = _metric_class(
    "CategoricalAccuracy", _F.categorical_accuracy, "categorical_accuracy",
    "How often the highest prediction is that of the one-hot label.",
)  # fmt: skip
SparseCategoricalAccuracy = _metric_class(
    "SparseCategoricalAccuracy", _F.sparse_categorical_accuracy, "sparse_categorical_accuracy",
    "How often the highest prediction is that of the class number.",
)  # fmt: skip
TopKCategoricalAccuracy = _metric_class(
    "TopKCategoricalAccuracy", _F.top_k_categorical_accuracy, "top_k_categorical_accuracy",
    "How often the one-hot label is among the k highest predictions.", before=(("k", 5),),
)  # fmt: skip
SparseTopKCategoricalAccuracy = _metric_class(
    "SparseTopKCategoricalAccuracy", _F.sparse_top_k_categorical_accuracy,
    "sparse_top_k_categorical_accuracy",
    "How often the class number is among the k highest predictions.", before=(("k", 5),),
)  # fmt: skip
BinaryCrossentropy = _metric_class(
    "BinaryCrossentropy", _L.binary_crossentropy, "binary_crossentropy",
    "The cross-entropy of two classes.", after=_LOGITS,
)  # fmt: skip
CategoricalCrossentropy = _metric_class(
    "CategoricalCrossentropy", _L.categorical_crossentropy, "categorical_crossentropy",
    "The cross-entropy of one-hot labels.", after=_LOGITS,
)  # fmt: skip
SparseCategoricalCrossentropy = _metric_class(
    "SparseCategoricalCrossentropy", _L.sparse_categorical_crossentropy,
    "sparse_categorical_crossentropy", "The cross-entropy of class numbers.",
    after=(("from_logits", False), ("axis", -1)),
)  # fmt: skip
Hinge = _metric_class("Hinge", _L.hinge, "hinge", "The hinge loss.")
SquaredHinge = _metric_class(
    "SquaredHinge", _L.squared_hinge, "squared_hinge", "The squared hinge loss."
)
CategoricalHinge = _metric_class(
    "CategoricalHinge", _L.categorical_hinge, "categorical_hinge", "The categorical hinge loss."
)
CosineSimilarity = _metric_class(
    "CosineSimilarity", _F.cosine_proximity, "cosine_similarity", "The mean cosine.",
    after=(("axis", -1),),
)  # fmt: skip
MeanSquaredError = _metric_class(
    "MeanSquaredError", _L.mean_squared_error, "mean_squared_error", "The mean squared error."
)
MeanAbsoluteError = _metric_class(
    "MeanAbsoluteError", _L.mean_absolute_error, "mean_absolute_error", "The mean absolute error."
)
MeanAbsolutePercentageError = _metric_class(
    "MeanAbsolutePercentageError", _L.mean_absolute_percentage_error,
    "mean_absolute_percentage_error", "The mean relative error, in percent.",
)  # fmt: skip
MeanSquaredLogarithmicError = _metric_class(
    "MeanSquaredLogarithmicError", _L.mean_squared_logarithmic_error,
    "mean_squared_logarithmic_error", "The mean squared error of logarithms.",
)  # fmt: skip
LogCoshError = _metric_class("LogCoshError", _L.logcosh, "logcosh", "``log(cosh(error))``.")
Poisson = _metric_class("Poisson", _L.poisson, "poisson", "The Poisson loss.")
KLDivergence = _metric_class(
    "KLDivergence", _L.kullback_leibler_divergence, "kullback_leibler_divergence",
    "Kullback and Leibler's divergence.",
)  # fmt: skip


class RootMeanSquaredError(Mean):
    """The root of the mean squared error.

    Args:
        name: the name. dtype: the type.
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Adds the squared errors of a batch."""
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        y_pred, y_true, _ = squeeze_or_expand(y_pred, y_true)
        return super().update_state(ops.squared_difference(y_pred, y_true), sample_weight)

    def result(self) -> Any:
        """The root of the mean."""
        return ops.sqrt(ops.div_no_nan(self.total, self.count))


class MeanRelativeError(Mean):
    """The mean of ``|y_true - y_pred| / normalizer``.

    Args:
        normalizer: values to divide by. name: the name. dtype: the type.
    """

    def __init__(self, normalizer: Any, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.normalizer = ops.cast(normalizer, self.dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Adds the errors of a batch."""
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        y_pred, y_true, _ = squeeze_or_expand(y_pred, y_true)
        errors = ops.div_no_nan(ops.abs(y_true - y_pred), self.normalizer)
        return super().update_state(errors, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"normalizer": np.asarray(K.eval(self.normalizer)), **super().get_config()}


class MeanIoU(Metric):
    """The mean over classes of intersection over union.

    Args:
        num_classes: the number of classes. name: the name. dtype: the type.
    """

    def __init__(self, num_classes: int, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.num_classes = num_classes
        self.total_cm = self.add_weight(
            "total_confusion_matrix", shape=(num_classes, num_classes), initializer="zeros",
            dtype="float64",
        )  # fmt: skip

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Counts the classes of a batch."""
        y_true = ops.reshape(ops.cast(y_true, "int64"), [-1])
        y_pred = ops.reshape(ops.cast(y_pred, "int64"), [-1])
        rows = ops.one_hot(y_true, self.num_classes, dtype="float64")
        columns = ops.one_hot(y_pred, self.num_classes, dtype="float64")
        if sample_weight is not None:
            weight = ops.reshape(ops.cast(sample_weight, "float64"), [-1, 1])
            rows = rows * weight
        counts = ops.matmul(rows, columns, transpose_a=True)
        return self.total_cm.assign_add(counts, read_value=False)

    def result(self) -> Any:
        """The mean over the classes that occurred."""
        matrix = ops.identity(self.total_cm)
        rows = ops.cast(ops.reduce_sum(matrix, axis=0), self.dtype)
        columns = ops.cast(ops.reduce_sum(matrix, axis=1), self.dtype)
        eye = ops.eye(self.num_classes, dtype=matrix.dtype)
        right = ops.cast(ops.reduce_sum(matrix * eye, axis=0), self.dtype)
        denominator = rows + columns - right
        valid = ops.reduce_sum(ops.cast(ops.not_equal(denominator, 0), self.dtype))
        ratio = ops.div_no_nan(right, denominator)
        return ops.div_no_nan(ops.reduce_sum(ratio, name="mean_iou"), valid)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"num_classes": self.num_classes, **super().get_config()}
