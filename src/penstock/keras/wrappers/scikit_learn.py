"""Keras models with scikit-learn's interface: ``fit``, ``predict``, ``score``, ``get_params``.

scikit-learn itself isn't needed.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.keras.engine.sequential import Sequential
from penstock.keras.utils.arrays import to_categorical


def _takes(function: Callable[..., Any], name: str) -> bool:
    parameters = inspect.signature(function).parameters
    return name in parameters


class BaseWrapper:
    """What classifiers and regressors have in common.

    Args:
        build_fn: a function (or object with ``__call__``) that makes and compiles a model;
            ``None`` when a subclass's ``__call__`` does.
        **sk_params: arguments of ``build_fn``, and of ``fit``, ``predict`` and ``evaluate``.

    Raises:
        ValueError: for an argument that none of these takes.
    """

    def __init__(self, build_fn: Any = None, **sk_params: Any) -> None:
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.model: Any = None
        self.check_params(sk_params)

    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is None:
            return self.__call__  # type: ignore[operator,no-any-return]
        if inspect.isfunction(self.build_fn) or inspect.ismethod(self.build_fn):
            return self.build_fn
        return self.build_fn.__call__

    def check_params(self, params: dict[str, Any]) -> None:
        """Raises unless something takes each of the arguments."""
        functions: list[Callable[..., Any]] = [
            Sequential.fit, Sequential.predict, Sequential.predict_classes, Sequential.evaluate,
            self._builder(),
        ]  # fmt: skip
        for name in params:
            if name != "nb_epoch" and not any(_takes(f, name) for f in functions):
                raise ValueError(f"{name} is not a legal parameter")

    def get_params(self, **params: Any) -> dict[str, Any]:
        """The arguments, ``build_fn`` too."""
        found = copy.deepcopy(self.sk_params)
        found["build_fn"] = self.build_fn
        return found

    def set_params(self, **params: Any) -> BaseWrapper:
        """Changes arguments."""
        if "build_fn" in params:
            self.build_fn = params.pop("build_fn")
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def filter_sk_params(
        self, fn: Callable[..., Any], override: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The arguments that a function takes, and ``override``."""
        found = {k: v for k, v in self.sk_params.items() if _takes(fn, k)}
        return {**found, **(override or {})}

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Makes a model and trains it.

        Args:
            x: samples. y: their labels. **kwargs: arguments of ``fit``.

        Returns:
            The ``History``.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        loss = self.model.loss
        name = getattr(loss, "__name__", loss)
        if name == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y)
        arguments = copy.deepcopy(self.filter_sk_params(Sequential.fit))
        arguments.update(kwargs)
        return self.model.fit(x, y, **arguments)

    def _fitted(self) -> Any:
        if self.model is None:
            raise ValueError(f"{type(self).__name__} must be fitted first: call `fit(x, y)`.")
        return self.model


class KerasClassifier(BaseWrapper):
    """A classifier; see ``BaseWrapper`` for the arguments."""

    classes_: Any
    n_classes_: int

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Makes a model and trains it.

        Args:
            x: samples. y: classes, or one-hot rows. **kwargs: arguments of ``fit``.

        Raises:
            ValueError: for labels of another shape.
        """
        y = np.array(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(f"Invalid shape for y: {y.shape}")
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """The class of each sample; ``kwargs`` go to ``predict_classes``."""
        arguments = self.filter_sk_params(Sequential.predict_classes, kwargs)
        numbers = np.asarray(self._fitted().predict_classes(x, **arguments))
        return self.classes_[numbers]

    def predict_proba(self, x: Any, **kwargs: Any) -> Any:
        """The probability of each class; ``kwargs`` go to ``predict``."""
        found = self._fitted().predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return np.hstack([1 - found, found]) if found.shape[1] == 1 else found

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The accuracy.

        Raises:
            ValueError: when the model was compiled without the metric.
        """
        y = np.searchsorted(self.classes_, y)
        model = self._fitted()
        loss = getattr(model.loss, "__name__", model.loss)
        if loss == "categorical_crossentropy" and np.ndim(y) != 2:
            y = to_categorical(y)
        outputs = model.evaluate(x, y, **self.filter_sk_params(Sequential.evaluate, kwargs))
        values = outputs if isinstance(outputs, list) else [outputs]
        for name, value in zip(model.metrics_names, values):
            if name in ("accuracy", "acc"):
                return value
        raise ValueError(
            "The model is not configured to compute accuracy. You should pass "
            '`metrics=["accuracy"]` to the `model.compile()` method.'
        )


class KerasRegressor(BaseWrapper):
    """A regressor; see ``BaseWrapper`` for the arguments."""

    def predict(self, x: Any, **kwargs: Any) -> Any:
        """The prediction for each sample; ``kwargs`` go to ``predict``."""
        arguments = self.filter_sk_params(Sequential.predict, kwargs)
        return np.squeeze(self._fitted().predict(x, **arguments))

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:
        """The loss with its sign changed: higher is better."""
        arguments = self.filter_sk_params(Sequential.evaluate, kwargs)
        loss = self._fitted().evaluate(x, y, **arguments)
        return -loss[0] if isinstance(loss, list) else -loss
