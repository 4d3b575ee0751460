"""``tf.contrib.learn``'s estimators: ``fit``, ``evaluate`` and ``predict`` on arrays or inputs."""

from __future__ import annotations

import collections
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.contrib.learn.model_fn import ModeKeys
from penstock.estimator.estimator import Estimator as CoreEstimator
from penstock.estimator.export import ServingInputReceiver
from penstock.estimator.feature_columns import numeric_column
from penstock.estimator.inputs import numpy_input_fn
from penstock.estimator.specs import EstimatorSpec
from penstock.graph.graph import Graph


class NotFittedError(ValueError, AttributeError):
    """The estimator wasn't trained."""


class ModelFnOps(
    collections.namedtuple(
        "ModelFnOps",
        ["predictions", "loss", "train_op", "eval_metric_ops", "output_alternatives",
         "training_chief_hooks", "training_hooks", "scaffold", "mode"],
    )
):  # fmt: skip
    """What a model function gives.

    Args:
        mode: the mode. predictions: tensors. loss: a scalar. train_op: trains by one step.
        eval_metric_ops: metrics by name. output_alternatives: outputs of exported models.
        training_chief_hooks: hooks. training_hooks: hooks. scaffold: a ``Scaffold``.
    """

    __slots__ = ()

    def __new__(cls, mode: str, predictions: Any = None, loss: Any = None, train_op: Any = None,
                eval_metric_ops: Any = None, output_alternatives: Any = None,
                training_chief_hooks: Any = None, training_hooks: Any = None,
                scaffold: Any = None) -> ModelFnOps:  # fmt: skip
        if train_op is None and mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        if loss is None and mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        if predictions is None and mode == ModeKeys.INFER:
            raise ValueError("Missing predictions.")
        return super().__new__(
            cls, predictions, loss, train_op, eval_metric_ops or {}, output_alternatives,
            training_chief_hooks or (), training_hooks or (), scaffold, mode,
        )  # fmt: skip


class MetricSpec:
    """A metric for ``evaluate``.

    Args:
        metric_fn: a function of predictions, labels and maybe weights.
        prediction_key: the prediction's name. label_key: the label's. weight_key: the feature's.
    """

    def __init__(self, metric_fn: Callable[..., Any], prediction_key: str | None = None,
                 label_key: str | None = None, weight_key: str | None = None) -> None:  # fmt: skip
        self.metric_fn = metric_fn
        self.prediction_key = prediction_key
        self.label_key = label_key
        self.weight_key = weight_key

    def create_metric_ops(self, inputs: Any, labels: Any, predictions: Any) -> Any:
        """The metric's value and update."""

        def chosen(values: Any, key: str | None, what: str) -> Any:
            if isinstance(values, dict):
                if key is None and len(values) == 1:
                    return next(iter(values.values()))
                if key not in values:
                    raise KeyError(f"{what} {key} missing ({sorted(map(str, values))}).")
                return values[key]
            return values

        names = list(inspect.signature(self.metric_fn).parameters)
        arguments: dict[str, Any] = {}
        for name in names:
            if name in ("predictions", "prediction", "y_pred"):
                arguments[name] = chosen(predictions, self.prediction_key, "Prediction")
            elif name in ("labels", "label", "targets", "target", "y_true"):
                arguments[name] = chosen(labels, self.label_key, "Label")
            elif name in ("weights", "weight") and self.weight_key is not None:
                arguments[name] = inputs[self.weight_key]
        if len(arguments) < 2:
            return self.metric_fn(
                chosen(predictions, self.prediction_key, "Prediction"),
                chosen(labels, self.label_key, "Label"),
            )
        return self.metric_fn(**arguments)


def _input_fn(x: Any, y: Any, batch_size: int | None, epochs: int | None,
              shuffle: bool) -> Callable[[], Any]:  # fmt: skip
    """Batches of arrays, as ``fit(x, y)`` fed them."""
    named = isinstance(x, dict)
    values: Any = {k: np.asarray(v) for k, v in x.items()} if named else np.asarray(x)
    if not named and values.dtype == np.float64:
        values = values.astype(np.float32)
    first = next(iter(values.values())) if named else values
    size = batch_size or len(first)
    if not named and values.ndim == 1:
        values = values[:, None]
    labels: Any = None
    if y is not None:
        labels = y if isinstance(y, dict) else np.asarray(y)
        if not isinstance(y, dict) and labels.dtype == np.float64:
            labels = labels.astype(np.float32)
    return numpy_input_fn(values, labels, size, epochs, shuffle)


class BaseEstimator:
    """What the estimators share.

    Args:
        model_dir: the folder for checkpoints. config: a ``RunConfig``.
    """

    def __init__(self, model_dir: Any = None, config: Any = None) -> None:
        self._model_dir_given = model_dir
        self._config_given = config
        self._metrics: Any = None
        self._estimator: Any = None

    def _make(self, model_fn: Callable[..., Any]) -> None:
        def adapted(features: Any, labels: Any, mode: str, params: Any, config: Any) -> Any:
            return self._spec(model_fn(features, labels, mode, params, config), mode, features,
                              labels)  # fmt: skip

        self._estimator = CoreEstimator(
            adapted, self._model_dir_given, self._config_given, params={}
        )

    def _spec(self, found: Any, mode: str, features: Any, labels: Any) -> EstimatorSpec:
        if isinstance(found, EstimatorSpec):
            return found
        if isinstance(found, (list, tuple)) and not isinstance(found, ModelFnOps):
            if len(found) != 3:
                raise ValueError("Unrecognized value returned by model_fn, please return "
                                 "ModelFnOps.")  # fmt: skip
            predictions, loss, train_op = found
            found = ModelFnOps(mode, predictions, loss, train_op)
        metrics = dict(found.eval_metric_ops)
        if mode == ModeKeys.EVAL:
            for name, spec in (self._metrics or {}).items():
                if isinstance(name, tuple):
                    key, name = name[1], name[0]
                    spec = MetricSpec(spec, prediction_key=key)
                if not hasattr(spec, "create_metric_ops"):
                    spec = MetricSpec(spec)
                metrics[name] = spec.create_metric_ops(features, labels, found.predictions)
        return EstimatorSpec(
            mode=mode,
            predictions=found.predictions,
            loss=found.loss,
            train_op=found.train_op,
            eval_metric_ops=metrics,
            training_chief_hooks=found.training_chief_hooks,
            training_hooks=found.training_hooks,
            scaffold=found.scaffold,
        )

    # -- what it is --------------------------------------------------------------------------
    @property
    def model_dir(self) -> str:
        """The folder for checkpoints."""
        return self._estimator.model_dir

    @property
    def config(self) -> Any:
        """The configuration."""
        return self._estimator.config

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the estimator, as scikit-learn asks for them."""
        names = inspect.signature(type(self).__init__).parameters
        return {n: getattr(self, n, None) for n in names if n != "self"}

    def get_variable_names(self) -> list[str]:
        """The names of the variables in the newest checkpoint."""
        return self._estimator.get_variable_names()

    def get_variable_value(self, name: str) -> Any:
        """The value of a variable in the newest checkpoint."""
        return self._estimator.get_variable_value(name)

    # -- using it ----------------------------------------------------------------------------
    def fit(self, x: Any = None, y: Any = None, input_fn: Any = None, steps: int | None = None,
            batch_size: int | None = None, monitors: Any = None,
            max_steps: int | None = None) -> Any:  # fmt: skip
        """Trains.

        Args:
            x: an array or a dictionary of arrays. y: the labels.
            input_fn: gives features and labels, in place of ``x`` and ``y``.
            steps: how many steps. batch_size: rows of a batch; all by default.
            monitors: hooks. max_steps: up to which step.

        Returns:
            The estimator.
        """
        if (steps is not None) and (max_steps is not None):
            raise ValueError("Can not provide both steps and max_steps.")
        if input_fn is None:
            if x is None:
                raise ValueError("Either x or input_fn must be provided.")
            input_fn = _input_fn(x, y, batch_size, None, True)
        self._estimator.train(input_fn, hooks=_hooks(monitors), steps=steps, max_steps=max_steps)
        return self

    def partial_fit(self, x: Any = None, y: Any = None, input_fn: Any = None, steps: int = 1,
                    batch_size: int | None = None, monitors: Any = None) -> Any:  # fmt: skip
        """Trains by a few steps; see ``fit``."""
        return self.fit(x, y, input_fn, steps, batch_size, monitors)

    def evaluate(self, x: Any = None, y: Any = None, input_fn: Any = None, feed_fn: Any = None,
                 batch_size: int | None = None, steps: int | None = None, metrics: Any = None,
                 name: str | None = None, checkpoint_path: str | None = None, hooks: Any = None,
                 log_progress: bool = True) -> dict[str, Any]:  # fmt: skip
        """Computes the loss and the metrics.

        Args:
            x: an array or a dictionary of arrays. y: the labels. input_fn: in their place.
            feed_fn: not used. batch_size: rows of a batch. steps: how many batches.
            metrics: further metrics: ``MetricSpec`` by name. name: part of the folder's name.
            checkpoint_path: the checkpoint. hooks: hooks. log_progress: not used.
        """
        if input_fn is None:
            if x is None:
                raise ValueError("Either x or input_fn must be provided.")
            input_fn = _input_fn(x, y, batch_size, 1, False)
        self._metrics = metrics
        try:
            return self._estimator.evaluate(
                input_fn, steps=steps, hooks=hooks, checkpoint_path=checkpoint_path, name=name
            )
        finally:
            self._metrics = None

    def predict(self, x: Any = None, input_fn: Any = None, batch_size: int | None = None,
                outputs: Any = None, as_iterable: bool = True,
                iterate_batches: bool = False) -> Any:  # fmt: skip
        """The predictions.

        Args:
            x: an array or a dictionary of arrays. input_fn: in its place.
            batch_size: rows of a batch. outputs: the names of the predictions wanted.
            as_iterable: give them one after another. iterate_batches: give batches.
        """
        if input_fn is None:
            if x is None:
                raise ValueError("Either x or input_fn must be provided.")
            input_fn = _input_fn(x, None, batch_size, 1, False)
        if self._estimator.latest_checkpoint() is None:
            raise NotFittedError(f"Couldn't find trained model at {self._estimator.model_dir}.")
        found = self._estimator.predict(
            input_fn, outputs, yield_single_examples=not iterate_batches
        )
        if as_iterable:
            return found
        rows = list(found)
        if rows and isinstance(rows[0], dict):
            return {key: np.array([row[key] for row in rows]) for key in rows[0]}
        return np.array(rows)

    def export_savedmodel(self, export_dir_base: Any, serving_input_fn: Callable[[], Any],
                          default_output_alternative_key: str | None = None,
                          assets_extra: Any = None, as_text: bool = False,
                          checkpoint_path: str | None = None, **kwargs: Any) -> bytes:  # fmt: skip
        """Writes the model as a SavedModel.

        Args:
            export_dir_base: where to make the folder. serving_input_fn: gives the inputs.
            default_output_alternative_key: not used. assets_extra: further files.
            as_text: write text. checkpoint_path: the checkpoint.
        """

        def receiver() -> Any:
            found = serving_input_fn()
            if isinstance(found, InputFnOps):
                return ServingInputReceiver(found.features, found.default_inputs)
            return found

        return self._estimator.export_saved_model(
            export_dir_base, receiver, assets_extra, as_text, checkpoint_path
        )


InputFnOps = collections.namedtuple("InputFnOps", ["features", "labels", "default_inputs"])


def _hooks(monitors: Any) -> list[Any]:
    if monitors is None:
        return []
    return list(monitors) if isinstance(monitors, (list, tuple)) else [monitors]


class Estimator(BaseEstimator):
    """A model, from a function that builds it.

    Args:
        model_fn: a function of features, labels and maybe ``mode``, ``params``, ``config`` and
            ``model_dir``, that gives ``ModelFnOps`` or ``(predictions, loss, train_op)``.
        model_dir: the folder for checkpoints. config: a ``RunConfig``.
        params: a dictionary for ``model_fn``.
        feature_engineering_fn: changes features and labels first.
    """

    def __init__(self, model_fn: Callable[..., Any] | None = None, model_dir: Any = None,
                 config: Any = None, params: Any = None,
                 feature_engineering_fn: Any = None) -> None:  # fmt: skip
        super().__init__(model_dir, config)
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        self.params = params
        names = inspect.signature(model_fn).parameters
        if params is not None and "params" not in names:
            raise ValueError(f"Estimator's model_fn ({model_fn}) does not have a params argument, "
                             f"but params ({params}) were passed to the Estimator's "
                             "constructor.")  # fmt: skip

        def call(features: Any, labels: Any, mode: str, _: Any, config: Any) -> Any:
            if feature_engineering_fn is not None:
                features, labels = feature_engineering_fn(features, labels)
            have = {"mode": mode, "params": params or {}, "config": config,
                    "model_dir": self.model_dir}  # fmt: skip
            return model_fn(features, labels, **{k: v for k, v in have.items() if k in names})

        self._make(call)


class SKCompat:
    """An estimator with scikit-learn's way to call it.

    Args:
        estimator: the estimator.
    """

    def __init__(self, estimator: Any) -> None:
        self._estimator = estimator

    def fit(self, x: Any, y: Any, batch_size: int = 128, steps: int | None = None,
            max_steps: int | None = None, monitors: Any = None) -> SKCompat:  # fmt: skip
        """Trains on arrays."""
        self._estimator.fit(x, y, None, steps, batch_size, monitors, max_steps)
        return self

    def score(self, x: Any, y: Any, batch_size: int = 128, steps: int | None = None,
              metrics: Any = None, name: str | None = None) -> dict[str, Any]:  # fmt: skip
        """Computes the loss and the metrics."""
        return self._estimator.evaluate(
            x, y, batch_size=batch_size, steps=steps, metrics=metrics, name=name
        )

    def predict(self, x: Any, batch_size: int = 128, outputs: Any = None) -> Any:
        """The predictions as arrays."""
        return self._estimator.predict(x, batch_size=batch_size, outputs=outputs, as_iterable=False)

    def set_params(self, **params: Any) -> SKCompat:
        """Sets attributes of the estimator."""
        for name, value in params.items():
            setattr(self._estimator, name, value)
        return self


def infer_real_valued_columns_from_input(x: Any) -> list[Any]:
    """A column of numbers for an array (or for each of a dictionary).

    Args:
        x: an array ``[rows, size]``, or a dictionary of arrays.
    """
    if isinstance(x, dict):
        return [_real_column(k, np.asarray(v).shape, np.asarray(v).dtype) for k, v in x.items()]
    array = np.asarray(x)
    return [_real_column("", array.shape, array.dtype)]


def infer_real_valued_columns_from_input_fn(input_fn: Callable[..., Any]) -> list[Any]:
    """A column of numbers for each feature that an input function gives.

    Args:
        input_fn: gives features and labels.
    """
    with Graph().as_default():
        features = input_fn()
        features = features[0] if isinstance(features, (list, tuple)) else features
        if not isinstance(features, dict):
            features = {"": features}
        return [
            _real_column(name, value.get_shape().as_list(), value.dtype.as_numpy_dtype)
            for name, value in features.items()
        ]


def _real_column(name: str, shape: Any, dtype: Any) -> Any:
    kind = np.dtype(dtype)
    if kind.kind in "OSU":
        raise ValueError(
            f"Error converting feature {name}: only numbers become real valued columns."
        )
    size = int(shape[1]) if len(shape) > 1 else 1
    return numeric_column(name, shape=(size,))
