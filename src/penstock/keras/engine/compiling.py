"""What ``compile`` was given, and the graph of losses and metrics made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.keras import backend as K
from penstock.keras import losses, metrics
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.reach import reachable, reachable_operations
from penstock.keras.loss_reduction import Reduction
from penstock.keras.metrics.base import Metric
from penstock.keras.metrics.means import MeanMetricWrapper


def per_output(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """One entry of ``value`` for each output.

    Args:
        value: a list, a dictionary by output name, or one value for all outputs.
        names: the outputs' names. what: what the values are, for messages.
    """
    if isinstance(value, Mapping):
        unknown = [k for k in value if k not in names]
        if unknown:
            raise ValueError(
                f"Unknown entries in {what} dictionary: {unknown}. Only expected following keys: "
                f"{list(names)}"
            )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"When passing a list as {what}, it should have one entry per model output. The "
                f"model has {len(names)} outputs, but you passed {what}={value}"
            )
        return list(value)
    return [value] * len(names)


def as_loss(identifier: Any) -> Any:
    """A ``Loss`` for a name, function or loss; ``None`` for ``None``."""
    found = losses.get(identifier)
    if found is None or isinstance(found, losses.Loss):
        return found
    if isinstance(found, type) and issubclass(found, losses.Loss):
        return found()
    name = getattr(found, "__name__", type(found).__name__)
    return losses.LossFunctionWrapper(found, name=name, reduction=Reduction.SUM_OVER_BATCH_SIZE)


def _loss_function(loss: Any) -> Any:
    if isinstance(loss, losses.LossFunctionWrapper):
        return loss.fn
    return loss


def is_sparse_loss(loss: Any) -> bool:
    """Whether the labels are class numbers."""
    return _loss_function(loss) is losses.sparse_categorical_crossentropy


def is_custom_loss(loss: Any) -> bool:
    """Whether the shape of the labels is the user's business."""
    return loss is None or _loss_function(loss) not in losses.FUNCTIONS.values()


class _Endpoint:
    """One output of the model: its loss, labels and metrics."""

    def __init__(self, name: str, output: Any, loss: Any, weight: float) -> None:
        self.name = name
        self.output = output
        self.loss = loss
        self.weight = weight
        self.target: Any = None
        self.target_given = False
        self.sample_weight: Any = None
        self.mode: str | None = None
        self.metrics: list[tuple[str, Any]] = []
        self.weighted_metrics: list[tuple[str, Any]] = []

    @property
    def target_shape(self) -> Any:
        """The shape of a batch of labels, ``None`` when anything goes."""
        if is_custom_loss(self.loss):
            return None
        shape = K.int_shape(self.output)
        return (*shape[:-1], 1) if is_sparse_loss(self.loss) else shape

    @property
    def weight_rank(self) -> int:
        """The rank of sample weights."""
        return 2 if self.mode == "temporal" else 1


class StepGraph:
    """The tensors of one kind of step: with or without sample weights for each output."""

    def __init__(self) -> None:
        self.total_loss: Any = None
        self.output_losses: list[Any] = []
        self.metric_results: list[Any] = []
        self.train_updates: list[Any] | None = None


class Compiled:
    """Losses, metrics and labels of a model.

    Args:
        model: the model; its inputs and outputs are known.
        settings: what ``compile`` was given.
    """

    def __init__(self, model: Any, settings: Any) -> None:
        self.model = model
        names, outputs = model.output_names, model.outputs
        given = per_output(settings.loss, names, "loss")
        weights = per_output(settings.loss_weights, names, "loss_weights")
        modes = per_output(settings.sample_weight_mode, names, "sample_weight_mode")
        targets = per_output(settings.target_tensors, names, "target_tensors")
        self.endpoints: list[_Endpoint] = []
        for name, output, loss, weight, mode, target in zip(
            names, outputs, given, weights, modes, targets
        ):
            endpoint = _Endpoint(name, output, as_loss(loss), 1.0 if weight is None else weight)
            endpoint.mode = mode
            if target is not None:
                endpoint.target, endpoint.target_given = target, True
            elif loss is not None:
                rank = K.ndim(output)
                endpoint.target = K.placeholder(
                    ndim=rank, shape=None if rank else (), name=name + "_target",
                    dtype=output.dtype.base_dtype.name,
                )  # fmt: skip
            self.endpoints.append(endpoint)
        self.training_endpoints = [e for e in self.endpoints if e.loss is not None]
        self._make_metrics(settings)
        self._graphs: dict[Any, StepGraph] = {}

    # -- metrics ----------------------------------------------------------------------------------
    def _make_metrics(self, settings: Any) -> None:
        several = len(self.endpoints) > 1
        used: set[str] = set()
        for kind in ("metrics", "weighted_metrics"):
            for endpoint, entries in zip(
                self.endpoints, self._metrics_per_output(getattr(settings, kind), kind)
            ):
                if endpoint.loss is None:
                    continue
                for entry in entries:
                    found = self._metric(entry, endpoint)
                    name = found[0]
                    if several:
                        name = f"{endpoint.name}_{name}"
                    base, number = name, 1
                    while name in used:
                        name, number = f"{base}_{number}", number + 1
                    used.add(name)
                    getattr(endpoint, kind).append((name, found[1]))

    def _metrics_per_output(self, given: Any, what: str) -> list[list[Any]]:
        count = len(self.endpoints)
        names = [e.name for e in self.endpoints]
        if not given:
            return [[] for _ in names]
        if isinstance(given, Mapping):
            unknown = [k for k in given if k not in names]
            if unknown:
                raise ValueError(
                    f"Unknown entries in {what} dictionary: {unknown}. Only expected following "
                    f"keys: {names}"
                )
            return [_listed(given.get(name)) for name in names]
        if not isinstance(given, (list, tuple)):
            raise TypeError(
                f"Type of `{what}` argument not understood. Expected a list or dictionary, found: "
                f"{given}"
            )
        if any(isinstance(m, (list, tuple)) for m in given):
            if len(given) != count:
                raise ValueError(
                    f"When passing a list of lists as `{what}`, it should have one entry per "
                    f"model output. The model has {count} outputs, but you passed {what}={given}"
                )
            return [_listed(m) for m in given]
        if count == 1:
            return [list(given)]
        # One metric object can gather only one output; the others get copies.
        found: list[list[Any]] = [list(given)]
        for _ in names[1:]:
            found.append([_copy(m) for m in given])
        return found

    def _metric(self, entry: Any, endpoint: _Endpoint) -> tuple[str, Any]:
        shape = K.int_shape(endpoint.output)
        if isinstance(entry, str) and entry in ("accuracy", "acc", "crossentropy", "ce"):
            binary = shape[-1] == 1 or (_loss_function(endpoint.loss) is losses.binary_crossentropy)
            kind = "binary" if binary else "categorical"
            if kind == "categorical" and is_sparse_loss(endpoint.loss):
                kind = "sparse_categorical"
            full = f"{kind}_{'accuracy' if entry in ('accuracy', 'acc') else 'crossentropy'}"
            return entry, MeanMetricWrapper(metrics.FUNCTIONS[full], name=entry)
        found = metrics.get(entry)
        if isinstance(found, type) and issubclass(found, Metric):
            found = found()
        if isinstance(found, Metric):
            return found.name, found
        name = entry if isinstance(entry, str) else getattr(found, "__name__", None)
        name = name or type(found).__name__
        return name, MeanMetricWrapper(found, name=name)

    @property
    def metric_objects(self) -> list[Any]:
        """The metrics, in the order of their results."""
        return [m for _, m in self._named_metrics()]

    def _named_metrics(self) -> list[tuple[str, Any]]:
        found = [pair for e in self.endpoints for pair in (*e.metrics, *e.weighted_metrics)]
        return found + [(m.name, m) for m in self.model._layer_metrics()]

    @property
    def names(self) -> list[str]:
        """The names of what a step gives: the loss, losses of outputs, metrics."""
        found = ["loss"]
        if len(self.endpoints) > 1:
            found += [f"{e.name}_loss" for e in self.training_endpoints]
        return found + [name for name, _ in self._named_metrics()]

    # -- the graph --------------------------------------------------------------------------------
    def graph(self, weighted: tuple[bool, ...]) -> StepGraph:
        """Losses and metrics, with sample weights where ``weighted`` says so."""
        found = self._graphs.get(weighted)
        if found is None:
            with self.model._graph().as_default():
                found = self._graphs[weighted] = self._build(weighted)
        return found

    def _build(self, weighted: tuple[bool, ...]) -> StepGraph:
        graph = StepGraph()
        weights = []
        for endpoint, has_weight in zip(self.training_endpoints, weighted):
            if has_weight and endpoint.sample_weight is None:
                endpoint.sample_weight = K.placeholder(
                    ndim=endpoint.weight_rank, name=endpoint.name + "_sample_weights"
                )
            weights.append(endpoint.sample_weight if has_weight else None)
        with ops.name_scope("metrics"):
            for endpoint, weight in zip(self.training_endpoints, weights):
                mask = getattr(endpoint.output, "_keras_mask", None)
                for pairs, sample_weight in (
                    (endpoint.metrics, None), (endpoint.weighted_metrics, weight)
                ):  # fmt: skip
                    for name, metric in pairs:
                        with ops.name_scope(name):
                            graph.metric_results.append(
                                _metric_result(metric, endpoint, sample_weight, mask)
                            )
        for metric in self.model._layer_metrics():
            graph.metric_results.append(self.model._layer_metric_result(metric))
        total: Any = None
        with ops.name_scope("loss"):
            for endpoint, weight in zip(self.training_endpoints, weights):
                with ops.name_scope(f"{endpoint.name}_loss"):
                    loss = _output_loss(endpoint, weight)
                graph.output_losses.append(loss)
                if endpoint.loss._reduction() == Reduction.NONE:
                    loss = K.mean(loss)
                term = endpoint.weight * loss
                total = term if total is None else total + term
            extra = _extra_losses(self.model)
            if total is None:
                if not extra:
                    raise ValueError(
                        "The model cannot be compiled because it has no loss to optimize."
                    )
                total = 0.0
            for loss in extra:
                total = total + (loss if loss.shape.ndims == 0 else ops.reduce_mean(loss))
        graph.total_loss = total
        if len(self.endpoints) == 1:
            graph.output_losses = []
        else:
            graph.output_losses = [
                t if t.shape.ndims == 0 else ops.reduce_mean(t) for t in graph.output_losses
            ]
        return graph

    def train_updates(self, graph: StepGraph) -> list[Any]:
        """The operations that a training step runs."""
        if graph.train_updates is None:
            model = self.model
            with model._graph().as_default():
                updates = []
                variables = model.trainable_weights
                if variables:
                    with ops.name_scope("training"):
                        updates = model.optimizer.get_updates(
                            loss=graph.total_loss, params=variables
                        )
                updates = [getattr(u, "op", u) for u in updates]
                graph.train_updates = updates + layer_updates(model)
        return graph.train_updates


def layer_updates(model: Any, stateful_only: bool = False) -> list[Any]:
    """The updates of layers (moving averages, states) that depend on the model's inputs."""
    updates = model.state_updates if stateful_only else model.updates
    distinct = list({id(u): u for u in updates}.values())
    return reachable_operations(model.inputs, distinct)


def _extra_losses(model: Any) -> list[Any]:
    """Regularization and ``add_loss``, without what belongs to other calls of the layers."""
    everything = list({id(t): t for t in model.losses}.values())
    free = [t for t in everything if getattr(t, "_unconditional_loss", False)]
    bound = [t for t in everything if not getattr(t, "_unconditional_loss", False)]
    return free + reachable(model.inputs, bound)


def _output_loss(endpoint: _Endpoint, weight: Any) -> Any:
    mask = getattr(endpoint.output, "_keras_mask", None)
    loss = endpoint.loss
    if mask is None:
        return loss(endpoint.target, endpoint.output, sample_weight=weight)
    mask = ops.cast(mask, endpoint.output.dtype)
    if weight is None:
        weight = mask
    else:
        values = loss.call(endpoint.target, endpoint.output)
        if K.ndim(weight) < K.ndim(values):
            for _ in range(K.ndim(values) - K.ndim(weight)):
                weight = ops.expand_dims(weight, -1)
        weight = weight * mask
    return loss(endpoint.target, endpoint.output, sample_weight=weight)


def _metric_result(metric: Any, endpoint: _Endpoint, weight: Any, mask: Any) -> Any:
    if mask is not None:
        mask = ops.cast(mask, endpoint.output.dtype)
        if weight is None:
            weight = mask
        else:
            while K.ndim(weight) < K.ndim(mask):
                weight = ops.expand_dims(weight, -1)
            weight = weight * mask
    if weight is None:
        return metric(endpoint.target, endpoint.output)
    return metric(endpoint.target, endpoint.output, sample_weight=weight)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _copy(metric: Any) -> Any:
    return type(metric).from_config(metric.get_config()) if isinstance(metric, Metric) else metric
