"""Ready-made estimators: linear models, dense networks, and both together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from penstock.estimator.estimator import Estimator
from penstock.estimator.feature_columns import input_layer, linear_model
from penstock.estimator.heads import Head, RegressionHead, classification_head
from penstock.estimator.specs import ModeKeys
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import SparseTensor
from penstock.graph.scopes import get_collection
from penstock.layers.core import dense, dropout
from penstock.layers.normalization import batch_normalization
from penstock.nn.dense import zero_fraction
from penstock.nn.weighted_losses import Reduction
from penstock.ops.arrays import shape as shape_of
from penstock.ops.control_flow import group
from penstock.ops.fills import ones
from penstock.ops.initializers import GlorotUniform, Zeros
from penstock.ops.nn_activations import relu
from penstock.ops.partitioned_variables import min_max_variable_partitioner
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.summary.functions import histogram, scalar
from penstock.training.adagrad import AdagradOptimizer
from penstock.training.adam import AdamOptimizer
from penstock.training.ftrl import FtrlOptimizer
from penstock.training.global_step import get_global_step
from penstock.training.gradient_descent import GradientDescentOptimizer
from penstock.training.optimizer import Optimizer
from penstock.training.rmsprop import RMSPropOptimizer

_OPTIMIZERS = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def _optimizer(given: Any, learning_rate: float) -> Optimizer:
    if isinstance(given, str):
        if given not in _OPTIMIZERS:
            raise ValueError(f"Unsupported optimizer name: {given}. Supported names are: "
                             f"{tuple(sorted(_OPTIMIZERS))}")  # fmt: skip
        return _OPTIMIZERS[given](learning_rate=learning_rate)
    made = given() if callable(given) and not isinstance(given, Optimizer) else given
    if not isinstance(made, Optimizer):
        raise ValueError(f"The given object is not an Optimizer instance. Given: {made}")
    return made


def _partitioner(servers: int) -> Any:
    """How TensorFlow splits large variables; with one program it names the only part."""
    return min_max_variable_partitioner(max_partitions=servers, min_slice_size=64 << 20)


class _Deep:
    """The dense network."""

    rate = 0.05
    scope = "dnn"

    def __init__(self, units: Sequence[int], columns: Any, activation: Any, dropout_rate: Any,
                 optimizer: Any, batch_norm: bool) -> None:  # fmt: skip
        if not units:
            raise ValueError("hidden_units must be given for a dense network.")
        self._units = units
        self._columns = columns
        self._activation = activation
        self._dropout = dropout_rate
        self.optimizer = optimizer
        self._batch_norm = batch_norm

    def logits(self, features: Any, mode: str, size: int) -> Any:
        training = mode == ModeKeys.TRAIN
        with variable_scope("input_from_feature_columns"):
            net = input_layer(features, self._columns)
        for i, units in enumerate(self._units):
            with variable_scope(f"hiddenlayer_{i}", values=(net,)) as scope:
                net = dense(
                    net,
                    units=units,
                    activation=self._activation,
                    kernel_initializer=GlorotUniform(),
                    name=scope,
                )
                if self._dropout is not None and training:
                    net = dropout(net, rate=self._dropout, training=True)
                if self._batch_norm:
                    net = batch_normalization(
                        net, momentum=0.999, training=training, name=f"batchnorm_{i}"
                    )
            _summarize(net, scope.name)
        with variable_scope("logits", values=(net,)) as scope:
            logits = dense(
                net,
                units=size,
                activation=None,
                kernel_initializer=GlorotUniform(),
                name=scope,
            )
        _summarize(logits, scope.name)
        return logits


class _Wide:
    """The linear model."""

    scope = "linear"

    def __init__(self, columns: Any, optimizer: Any, combiner: str, most: float = 0.2) -> None:
        self._columns = columns
        self.optimizer = optimizer
        self._combiner = combiner
        count = len(columns) if isinstance(columns, (list, tuple, set)) else 1
        self.rate = min(most, 1.0 / math.sqrt(count))

    def logits(self, features: Any, mode: str, size: int) -> Any:
        logits = linear_model(features, self._columns, units=size, sparse_combiner=self._combiner)
        if size == 1:
            from penstock.ops.variable_collections import global_variables

            bias = [v for v in global_variables() if v.op.name.endswith("bias_weights")]
            if bias:
                scalar("bias", bias[-1][0])
        scalar("fraction_of_zero_weights", zero_fraction(logits))
        return logits


def _summarize(value: Any, name: str) -> None:
    scalar(f"{name}/fraction_of_zero_values", zero_fraction(value))
    histogram(f"{name}/activation", value)


class _Canned(Estimator):
    """An estimator of one or two parts whose logits are added."""

    def __init__(self, parts: Sequence[Any], head: Head, model_dir: Any, config: Any,
                 warm_start_from: Any) -> None:  # fmt: skip
        def model_fn(features: Any, labels: Any, mode: str) -> Any:
            if not isinstance(features, dict):
                raise ValueError(
                    f"features should be a dictionary of `Tensor`s. Given type: {type(features)}"
                )

            def scope_of(part: Any) -> Any:
                split = None if isinstance(part, _Base) else _partitioner(0)
                return variable_scope(part.scope, values=list(features.values()), partitioner=split)

            def train_op(loss: Any) -> Any:
                steps = []
                for i, part in enumerate(parts):
                    optimizer = _optimizer(part.optimizer, part.rate)
                    variables = get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=part.scope)
                    step = get_global_step() if i == len(parts) - 1 else None
                    steps.append(optimizer.minimize(loss, global_step=step, var_list=variables))
                return steps[0] if len(steps) == 1 else group(*steps)

            if len(parts) == 1 and not isinstance(parts[0], _Base):
                # Inside the scope, as in TensorFlow: checkpoints name the slots accordingly.
                with scope_of(parts[0]):
                    logits = parts[0].logits(features, mode, head.logits_dimension)
                    return head.create_estimator_spec(features, mode, logits, labels, train_op)
            found = []
            for part in parts:
                with scope_of(part):
                    found.append(part.logits(features, mode, head.logits_dimension))
            total = found[0] if len(found) == 1 else found[0] + found[1]
            return head.create_estimator_spec(features, mode, total, labels, train_op)

        super().__init__(model_fn, model_dir, config, warm_start_from=warm_start_from)


class LinearRegressor(_Canned):
    """Numbers from a weighted sum of features.

    Args:
        feature_columns: the columns. model_dir: the folder for checkpoints.
        label_dimension: how many numbers an example has.
        weight_column: the feature with the examples' weights.
        optimizer: a name, an optimizer or a function that makes one.
        config: a ``RunConfig``. partitioner: not used.
        warm_start_from: a checkpoint to start from.
        loss_reduction: how the examples' losses become one.
        sparse_combiner: how the weights of an example's categories become one.
    """

    def __init__(self, feature_columns: Any, model_dir: Any = None, label_dimension: int = 1,
                 weight_column: Any = None, optimizer: Any = "Ftrl", config: Any = None,
                 partitioner: Any = None, warm_start_from: Any = None,
                 loss_reduction: str = Reduction.SUM,
                 sparse_combiner: str = "sum") -> None:  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        parts = [_Wide(feature_columns, optimizer, sparse_combiner)]
        super().__init__(parts, head, model_dir, config, warm_start_from)


class LinearClassifier(_Canned):
    """Classes from a weighted sum of features.

    Args:
        n_classes: how many classes there are. label_vocabulary: their names, for text labels.

    The other arguments are those of ``LinearRegressor``.
    """

    def __init__(self, feature_columns: Any, model_dir: Any = None, n_classes: int = 2,
                 weight_column: Any = None, label_vocabulary: Any = None,
                 optimizer: Any = "Ftrl", config: Any = None, partitioner: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 sparse_combiner: str = "sum") -> None:  # fmt: skip
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        parts = [_Wide(feature_columns, optimizer, sparse_combiner)]
        super().__init__(parts, head, model_dir, config, warm_start_from)


class DNNRegressor(_Canned):
    """Numbers from a dense network.

    Args:
        hidden_units: the sizes of the layers. feature_columns: the columns.
        model_dir: the folder for checkpoints. label_dimension: how many numbers an example has.
        weight_column: the feature with the examples' weights.
        optimizer: a name, an optimizer or a function that makes one.
        activation_fn: the layers' activation. dropout: the share of outputs to drop.
        input_layer_partitioner: not used. config: a ``RunConfig``.
        warm_start_from: a checkpoint to start from.
        loss_reduction: how the examples' losses become one.
        batch_norm: whether to normalise the layers' outputs.
    """

    def __init__(self, hidden_units: Sequence[int], feature_columns: Any, model_dir: Any = None,
                 label_dimension: int = 1, weight_column: Any = None,
                 optimizer: Any = "Adagrad", activation_fn: Any = relu, dropout: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False) -> None:  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        parts = [_Deep(hidden_units, feature_columns, activation_fn, dropout, optimizer,
                       batch_norm)]  # fmt: skip
        super().__init__(parts, head, model_dir, config, warm_start_from)


class DNNClassifier(_Canned):
    """Classes from a dense network.

    Args:
        n_classes: how many classes there are. label_vocabulary: their names, for text labels.

    The other arguments are those of ``DNNRegressor``.
    """

    def __init__(self, hidden_units: Sequence[int], feature_columns: Any, model_dir: Any = None,
                 n_classes: int = 2, weight_column: Any = None, label_vocabulary: Any = None,
                 optimizer: Any = "Adagrad", activation_fn: Any = relu, dropout: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False) -> None:  # fmt: skip
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        parts = [_Deep(hidden_units, feature_columns, activation_fn, dropout, optimizer,
                       batch_norm)]  # fmt: skip
        super().__init__(parts, head, model_dir, config, warm_start_from)


def _both(linear_columns: Any, linear_optimizer: Any, deep_columns: Any, deep_optimizer: Any,
          units: Any, activation: Any, dropout: Any, batch_norm: bool,
          combiner: str) -> list[Any]:  # fmt: skip
    parts: list[Any] = []
    if deep_columns:
        parts.append(_Deep(units, deep_columns, activation, dropout, deep_optimizer, batch_norm))
    if linear_columns:
        parts.append(_Wide(linear_columns, linear_optimizer, combiner, 0.005))
    if not parts:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    return parts


class DNNLinearCombinedClassifier(_Canned):
    """Classes from a linear model and a dense network (Cheng et al., arXiv:1606.07792).

    The arguments are those of ``LinearClassifier`` and ``DNNClassifier``, with ``linear_`` and
    ``dnn_`` before them.
    """

    def __init__(self, model_dir: Any = None, linear_feature_columns: Any = None,
                 linear_optimizer: Any = "Ftrl", dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = "Adagrad", dnn_hidden_units: Any = None,
                 dnn_activation_fn: Any = relu, dnn_dropout: Any = None, n_classes: int = 2,
                 weight_column: Any = None, label_vocabulary: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False,
                 linear_sparse_combiner: str = "sum") -> None:  # fmt: skip
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        parts = _both(linear_feature_columns, linear_optimizer, dnn_feature_columns,
                      dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
                      batch_norm, linear_sparse_combiner)  # fmt: skip
        super().__init__(parts, head, model_dir, config, warm_start_from)


class DNNLinearCombinedRegressor(_Canned):
    """Numbers from a linear model and a dense network; see ``DNNLinearCombinedClassifier``."""

    def __init__(self, model_dir: Any = None, linear_feature_columns: Any = None,
                 linear_optimizer: Any = "Ftrl", dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = "Adagrad", dnn_hidden_units: Any = None,
                 dnn_activation_fn: Any = relu, dnn_dropout: Any = None,
                 label_dimension: int = 1, weight_column: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False,
                 linear_sparse_combiner: str = "sum") -> None:  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        parts = _both(linear_feature_columns, linear_optimizer, dnn_feature_columns,
                      dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
                      batch_norm, linear_sparse_combiner)  # fmt: skip
        super().__init__(parts, head, model_dir, config, warm_start_from)


class LinearEstimator(_Canned):
    """A weighted sum of features with any head.

    Args:
        head: the head. The other arguments are those of ``LinearRegressor``.
    """

    def __init__(self, head: Head, feature_columns: Any, model_dir: Any = None,
                 optimizer: Any = "Ftrl", config: Any = None, partitioner: Any = None,
                 sparse_combiner: str = "sum", warm_start_from: Any = None) -> None:  # fmt: skip
        parts = [_Wide(feature_columns, optimizer, sparse_combiner)]
        super().__init__(parts, head, model_dir, config, warm_start_from)


class DNNEstimator(_Canned):
    """A dense network with any head.

    Args:
        head: the head. The other arguments are those of ``DNNRegressor``.
    """

    def __init__(self, head: Head, hidden_units: Sequence[int], feature_columns: Any,
                 model_dir: Any = None, optimizer: Any = "Adagrad", activation_fn: Any = relu,
                 dropout: Any = None, input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, batch_norm: bool = False) -> None:  # fmt: skip
        parts = [_Deep(hidden_units, feature_columns, activation_fn, dropout, optimizer,
                       batch_norm)]  # fmt: skip
        super().__init__(parts, head, model_dir, config, warm_start_from)


class DNNLinearCombinedEstimator(_Canned):
    """A linear model and a dense network with any head.

    Args:
        head: the head. The other arguments are those of ``DNNLinearCombinedRegressor``.
    """

    def __init__(self, head: Head, model_dir: Any = None, linear_feature_columns: Any = None,
                 linear_optimizer: Any = "Ftrl", dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = "Adagrad", dnn_hidden_units: Any = None,
                 dnn_activation_fn: Any = relu, dnn_dropout: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 linear_sparse_combiner: str = "sum",
                 batch_norm: bool = False) -> None:  # fmt: skip
        parts = _both(linear_feature_columns, linear_optimizer, dnn_feature_columns,
                      dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
                      batch_norm, linear_sparse_combiner)  # fmt: skip
        super().__init__(parts, head, model_dir, config, None)


class _Base:
    """Logits that are the same for all examples."""

    scope = "baseline"
    rate = 0.3

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    def logits(self, features: Any, mode: str, size: int) -> Any:
        bias = get_variable("bias", initializer=Zeros(), shape=[size])
        first = next(iter(features.values()))
        rows = first.dense_shape[0] if isinstance(first, SparseTensor) else shape_of(first)[0]
        return ones([rows, 1]) * bias


class BaselineEstimator(_Canned):
    """Predictions that pass over the features, with any head.

    Args:
        head: the head. model_dir: the folder for checkpoints.
        optimizer: a name, an optimizer or a function that makes one. config: a ``RunConfig``.
    """

    def __init__(self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl",
                 config: Any = None) -> None:  # fmt: skip
        super().__init__([_Base(optimizer)], head, model_dir, config, None)


class BaselineClassifier(_Canned):
    """The classes' frequencies, whatever the features.

    Args:
        model_dir: the folder for checkpoints. n_classes: how many classes there are.
        weight_column: the feature with the examples' weights. label_vocabulary: their names.
        optimizer: a name, an optimizer or a function that makes one.
        config: a ``RunConfig``. loss_reduction: how the examples' losses become one.
    """

    def __init__(self, model_dir: Any = None, n_classes: int = 2, weight_column: Any = None,
                 label_vocabulary: Any = None, optimizer: Any = "Ftrl", config: Any = None,
                 loss_reduction: str = Reduction.SUM) -> None:  # fmt: skip
        head = classification_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__([_Base(optimizer)], head, model_dir, config, None)


class BaselineRegressor(_Canned):
    """The labels' mean, whatever the features.

    Args:
        model_dir: the folder for checkpoints. label_dimension: how many numbers an example has.
        weight_column: the feature with the examples' weights.
        optimizer: a name, an optimizer or a function that makes one.
        config: a ``RunConfig``. loss_reduction: how the examples' losses become one.
    """

    def __init__(self, model_dir: Any = None, label_dimension: int = 1, weight_column: Any = None,
                 optimizer: Any = "Ftrl", config: Any = None,
                 loss_reduction: str = Reduction.SUM) -> None:  # fmt: skip
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__([_Base(optimizer)], head, model_dir, config, None)
