"""What all distributions share: names, shapes, samples and the functions made of others.

A distribution stands for a batch of independent ones: `batch_shape` is that of its parameters
broadcast together, `event_shape` that of one draw.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import DType
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.broadcasting import broadcast_dynamic_shape, broadcast_static_shape
from penstock.ops.constants import constant
from penstock.ops.joining import concat
from penstock.ops.math_unary import exp, log, log1p, sqrt
from penstock.ops.reductions import reduce_prod


class ReparameterizationType:
    """Whether samples of a distribution can be differentiated in its parameters."""

    def __init__(self, rep_type: str) -> None:
        self._rep_type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameteriation Type: {self._rep_type}>"

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


def further_seed(seed: int | None, salt: str) -> int | None:
    """TensorFlow's seed for a second random operation that belongs to one with `seed`."""
    if seed is None:
        return None
    text = (str(seed) + salt).encode("utf-8")
    return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF


class Distribution:
    """Base of the distributions; a subclass gives ``_sample``, ``_log_prob``, ``_mean`` and so on.

    Args:
        dtype: type of samples.
        reparameterization_type: whether samples have gradients.
        validate_args, allow_nan_stats: kept; parameters are not checked while running.
        parameters: the arguments that it was made with.
        graph_parents: tensors it depends on.
        name: scope of its operations.
    """

    def __init__(
        self,
        dtype: DType | Any,
        reparameterization_type: ReparameterizationType,
        validate_args: bool,
        allow_nan_stats: bool,
        parameters: dict[str, Any] | None = None,
        graph_parents: list[Tensor] | None = None,
        name: str | None = None,
    ) -> None:
        name = name or type(self).__name__
        if not name.endswith("/"):
            with name_scope(name) as scope:
                name = scope or name
        self._name = name
        self._dtype = dtype
        self._reparameterization_type = reparameterization_type
        self._validate_args = validate_args
        self._allow_nan_stats = allow_nan_stats
        self._given = dict(parameters or {})
        self._graph_parents = list(graph_parents or [])

    # What subclasses replace.

    def _batch(self) -> tuple[Tensor, ...]:
        """Tensors whose shapes together are the batch's."""
        raise self._lacks("batch_shape")

    def _event_shape(self) -> TensorShape:
        return TensorShape([])

    def _batch_shape(self) -> TensorShape:
        shape = TensorShape([])
        for each in self._batch():
            shape = broadcast_static_shape(shape, each.shape)
        return shape

    def _lacks(self, what: str) -> Exception:
        return NotImplementedError(f"{what} is not implemented: {type(self).__name__}")

    def _function(self, *names: str) -> tuple[str, Callable[..., Any]]:
        for name in names:
            function = getattr(self, name, None)
            if function is not None:
                return name, function
        raise self._lacks(names[0].lstrip("_"))

    # What it is.

    @property
    def name(self) -> str:
        """Scope of its operations, ending in ``/``."""
        return self._name

    @property
    def dtype(self) -> Any:
        """Type of samples."""
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments that it was made with, by name."""
        return dict(self._given)

    @property
    def reparameterization_type(self) -> ReparameterizationType:
        """`FULLY_REPARAMETERIZED` where samples have gradients, else `NOT_REPARAMETERIZED`."""
        return self._reparameterization_type

    @property
    def allow_nan_stats(self) -> bool:
        """Whether undefined statistics are NaN."""
        return self._allow_nan_stats

    @property
    def validate_args(self) -> bool:
        """As it was given."""
        return self._validate_args

    @property
    def batch_shape(self) -> TensorShape:
        """Static shape of the batch of distributions."""
        return self._batch_shape()

    @property
    def event_shape(self) -> TensorShape:
        """Static shape of one draw of one distribution."""
        return self._event_shape()

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The batch's shape as an int32 vector."""
        with self._scope(name):
            static = self.batch_shape
            if static.is_fully_defined():
                return constant(static.as_list(), dtype=np.int32, name="batch_shape")
            return self._batch_shape_tensor()

    def _batch_shape_tensor(self) -> Tensor:
        first, *others = [shape_of(each) for each in self._batch()]
        for other in others:
            first = broadcast_dynamic_shape(first, other)
        return first

    def event_shape_tensor(self, name: str = "event_shape_tensor") -> Tensor:
        """One draw's shape as an int32 vector."""
        with self._scope(name):
            static = self.event_shape
            if static.is_fully_defined():
                return constant(static.as_list(), dtype=np.int32, name="event_shape")
            return self._event_shape_tensor()

    def _event_shape_tensor(self) -> Tensor:
        raise self._lacks("event_shape_tensor")

    def is_scalar_event(self, name: str = "is_scalar_event") -> Tensor:
        """Whether one draw is a single number, as a bool tensor."""
        with self._scope(name):
            return constant(self.event_shape.ndims == 0, name="is_scalar_event")

    def is_scalar_batch(self, name: str = "is_scalar_batch") -> Tensor:
        """Whether it is one distribution only, as a bool tensor."""
        with self._scope(name):
            return constant(self.batch_shape.ndims == 0, name="is_scalar_batch")

    def copy(self, **override_parameters_kwargs: Any) -> Any:
        """The same distribution with some arguments replaced."""
        return type(self)(**{**self._given, **override_parameters_kwargs})

    # What it computes.

    @contextmanager
    def _scope(self, name: str, values: Any = None) -> Iterator[None]:
        with name_scope(self._name), name_scope(name):
            yield

    def sample(self, sample_shape: Any = (), seed: int | None = None, name: str = "sample") -> Any:
        """Draws.

        Args:
            sample_shape: int32 scalar or vector; shape of the draws of each distribution.
            seed: of the random operation.
            name: of the operations.

        Returns:
            A tensor of shape ``sample_shape + batch_shape + event_shape``.
        """
        _, draw = self._function("_sample")
        with self._scope(name):
            wanted = convert_to_tensor(sample_shape, dtype=np.int32, name="sample_shape")
            static = wanted.shape
            n: Any
            if static.ndims == 0:
                count = constant_value(wanted)
                n = wanted
                wanted = reshape(wanted, [1]) if count is None else constant([int(count)])
            else:
                n = reduce_prod(wanted)
            samples = draw(n, seed)
            final = concat([wanted, shape_of(samples)[1:]], 0)
            return reshape(samples, final)

    def _of_value(self, name: str, value: Any, *functions: tuple[str, Callable[..., Any]]) -> Any:
        with self._scope(name):
            value = convert_to_tensor(value, dtype=self._value_dtype(value), name="value")
            for own, finish in functions:
                function = getattr(self, own, None)
                if function is not None:
                    return finish(function(value))
        raise self._lacks(name)

    def _value_dtype(self, value: Any) -> Any:
        return None if isinstance(value, Tensor) else self._dtype

    def log_prob(self, value: Any, name: str = "log_prob") -> Tensor:
        """Logarithm of the density (or probability) at `value`."""
        return self._of_value(name, value, ("_log_prob", _same), ("_prob", log))

    def prob(self, value: Any, name: str = "prob") -> Tensor:
        """Density (or probability) at `value`."""
        return self._of_value(name, value, ("_prob", _same), ("_log_prob", exp))

    def cdf(self, value: Any, name: str = "cdf") -> Tensor:
        """Probability of a draw not above `value`."""
        return self._of_value(name, value, ("_cdf", _same), ("_log_cdf", exp))

    def log_cdf(self, value: Any, name: str = "log_cdf") -> Tensor:
        """Logarithm of `cdf`."""
        return self._of_value(name, value, ("_log_cdf", _same), ("_cdf", log))

    def survival_function(self, value: Any, name: str = "survival_function") -> Tensor:
        """Probability of a draw above `value`."""
        return self._of_value(
            name, value, ("_survival_function", _same), ("_cdf", lambda found: 1.0 - found)
        )

    def log_survival_function(self, value: Any, name: str = "log_survival_function") -> Tensor:
        """Logarithm of `survival_function`."""
        return self._of_value(
            name, value, ("_log_survival_function", _same), ("_cdf", lambda found: log1p(-found))
        )

    def quantile(self, value: Any, name: str = "quantile") -> Tensor:
        """The number below which a draw is with probability `value`."""
        return self._of_value(name, value, ("_quantile", _same))

    def _statistic(self, name: str) -> Tensor:
        _, function = self._function("_" + name)
        with self._scope(name):
            return function()

    def entropy(self, name: str = "entropy") -> Tensor:
        """Shannon's entropy in nats."""
        return self._statistic("entropy")

    def mean(self, name: str = "mean") -> Tensor:
        """Expectation."""
        return self._statistic("mean")

    def mode(self, name: str = "mode") -> Tensor:
        """The most probable value."""
        return self._statistic("mode")

    def variance(self, name: str = "variance") -> Tensor:
        """Variance."""
        own, function = self._function("_variance", "_stddev")
        with self._scope(name):
            found = function()
            return found if own == "_variance" else found * found

    def stddev(self, name: str = "stddev") -> Tensor:
        """Standard deviation."""
        own, function = self._function("_stddev", "_variance")
        with self._scope(name):
            return function() if own == "_stddev" else sqrt(function())

    def covariance(self, name: str = "covariance") -> Tensor:
        """Covariance between the numbers of one draw."""
        return self._statistic("covariance")

    def cross_entropy(self, other: Distribution, name: str = "cross_entropy") -> Tensor:
        """Entropy plus `kl_divergence`."""
        return self.kl_divergence(other) + self.entropy()

    def kl_divergence(self, other: Distribution, name: str = "kl_divergence") -> Tensor:
        """Kullback and Leibler's divergence of `other` from this distribution."""
        from penstock.nn.distributions.divergence import kl_divergence

        return kl_divergence(self, other)

    def __str__(self) -> str:
        return (
            f'tfp.distributions.{type(self).__name__}("{self.name}"'
            f", batch_shape={self.batch_shape}, event_shape={self.event_shape}"
            f", dtype={self._dtype_name()})"
        )

    def __repr__(self) -> str:
        return (
            f"<tfp.distributions.{type(self).__name__} '{self.name}'"
            f" batch_shape={self.batch_shape} event_shape={self.event_shape}"
            f" dtype={self._dtype_name()}>"
        )

    def _dtype_name(self) -> str:
        return str(getattr(self._dtype, "name", self._dtype))


def _same(value: Tensor) -> Tensor:
    return value


def given(frame_locals: dict[str, Any]) -> dict[str, Any]:
    """The arguments of an ``__init__`` from its first ``locals()``."""
    return {
        key: value
        for key, value in frame_locals.items()
        if key != "self" and not key.startswith("__") and not inspect.ismodule(value)
    }
