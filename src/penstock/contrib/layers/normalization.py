"""Batch, layer and instance normalisation of ``tf.contrib.layers``."""

from __future__ import annotations

from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.contrib.framework.variables import model_variable
from penstock.contrib.layers.collections import (
    add_variable_to_collections,
    collect_named_outputs,
    constant_value,
    get_variable_collections,
    model_variable_getter,
    smart_cond,
)
from penstock.graph import dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import add_to_collections, control_dependencies
from penstock.graph.tensor import Tensor
from penstock.layers.normalization import BatchNormalization
from penstock.nn.moments import batch_normalization as nn_batch_normalization
from penstock.nn.moments import fused_batch_norm, moments, weighted_moments
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.constants import constant
from penstock.ops.identities import identity
from penstock.ops.initializers import Ones, Zeros
from penstock.ops.variable_scope import get_variable_scope, variable_scope
from penstock.training.moving_averages import assign_moving_average

_FIRST = {"beta": Zeros(), "gamma": Ones(), "moving_mean": Zeros(), "moving_variance": Ones()}


class _Parameters:
    """Makes ``beta``, ``gamma`` and the moving averages, each when it is asked for."""

    def __init__(self, shape: Any, dtype: Any, trainable: bool, collections: Any,
                 initializers: Any = None, regularizers: Any = None) -> None:  # fmt: skip
        self.shape = shape
        self.dtype = dtype
        self.trainable = trainable
        self.collections = collections
        self.initializers = {**_FIRST, **(initializers or {})}
        self.regularizers = regularizers or {}

    def trained(self, name: str) -> Any:
        return self._make(name, self.trainable)

    def averages(self) -> tuple[Any, Any]:
        with variable_scope(get_variable_scope()) as scope:
            scope.set_partitioner(None)
            return self._make("moving_mean", False), self._make("moving_variance", False)

    def _make(self, name: str, trainable: bool) -> Any:
        return model_variable(
            name,
            shape=self.shape,
            dtype=self.dtype,
            initializer=self.initializers[name],
            regularizer=self.regularizers.get(name) if trainable else None,
            collections=get_variable_collections(self.collections, name),
            trainable=trainable,
        )


def _check_layout(data_format: str) -> None:
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: Any = None,
    param_regularizers: Any = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """Batch normalisation (Ioffe and Szegedy, arXiv:1502.03167).

    Args:
        inputs: ``[batch, ..., channels]``, or in ``data_format``'s order.
        decay: of the moving averages. center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``. epsilon: added to the variance.
        activation_fn: applied to the result.
        param_initializers: initializers by variable name.
        param_regularizers: regularizers by variable name.
        updates_collections: where the updates go; ``None`` to do them in place.
        is_training: a boolean or tensor: whether to use the batch's moments.
        reuse: whether to share existing variables.
        variables_collections: collections for the variables.
        outputs_collections: collections for the output.
        trainable: whether the variables are trained.
        batch_weights: how much each example counts.
        fused: whether to use one operation, where possible.
        data_format: ``NHWC`` or ``NCHW``.
        zero_debias_moving_mean: correct the moving mean for its first value.
        scope: the variable scope.
        renorm: batch renormalisation. renorm_clipping: its limits. renorm_decay: its decay.
        adjustment: as for ``tf.layers.BatchNormalization``.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    fused = True if fused is None else fused
    inputs = convert_to_tensor(inputs)
    rank = inputs.get_shape().ndims
    _check_layout(data_format)
    in_updates = updates_collections is GraphKeys.UPDATE_OPS or (
        updates_collections == GraphKeys.UPDATE_OPS
    )
    fusable = batch_weights is None and not renorm and rank in (2, 4) and adjustment is None
    if fused and fusable and (zero_debias_moving_mean or rank == 2 or not in_updates):
        return _fused(
            inputs, decay, center, scale, epsilon, activation_fn, param_initializers,
            param_regularizers, updates_collections, is_training, reuse, variables_collections,
            outputs_collections, trainable, data_format, zero_debias_moving_mean, scope,
        )  # fmt: skip
    with variable_scope(
        scope, "BatchNorm", [inputs], reuse=reuse, custom_getter=model_variable_getter()
    ) as sc:
        inputs = convert_to_tensor(inputs)
        if batch_weights is None and in_updates and not zero_debias_moving_mean:
            first = {**_FIRST, **(param_initializers or {})}
            losses = param_regularizers or {}
            layer = BatchNormalization(
                axis=1 if data_format == "NCHW" else -1,
                momentum=decay,
                epsilon=epsilon,
                center=center,
                scale=scale,
                **{f"{name}_initializer": value for name, value in first.items()},
                beta_regularizer=losses.get("beta"),
                gamma_regularizer=losses.get("gamma"),
                trainable=trainable,
                renorm=renorm,
                renorm_clipping=renorm_clipping,
                renorm_momentum=renorm_decay,
                adjustment=adjustment,
                name=sc.name,
                _scope=sc,
                _reuse=reuse,
                fused=fused,
            )
            outputs = layer.apply(inputs, training=is_training)
            for name in ("moving_mean", "moving_variance", "beta", "gamma"):
                if getattr(layer, name) is not None:
                    add_variable_to_collections(getattr(layer, name), variables_collections, name)
        else:
            if renorm:
                raise ValueError(
                    "renorm is not supported with batch_weights, updates_collections or "
                    "zero_debias_moving_mean"
                )
            parameters = (center, scale, param_initializers, variables_collections, trainable)
            outputs = _in_parts(
                inputs, decay, epsilon, parameters, updates_collections, is_training,
                batch_weights, data_format, zero_debias_moving_mean,
            )  # fmt: skip
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def _moved(mean_var: Any, mean: Any, variance_var: Any, variance: Any, decay: float,
           debias: bool) -> tuple[Any, Any]:  # fmt: skip
    return (
        assign_moving_average(mean_var, mean, decay, zero_debias=debias),
        assign_moving_average(variance_var, variance, decay, zero_debias=False),
    )


def _fused(
    inputs: Any, decay: float, center: bool, scale: bool, epsilon: float, activation_fn: Any,
    initializers: Any, regularizers: Any, updates_collections: Any, is_training: Any, reuse: Any,
    variables_collections: Any, outputs_collections: Any, trainable: bool, data_format: str,
    debias: bool, scope: Any,
) -> Tensor:  # fmt: skip
    """Batch normalisation as one operation, with updates where they are wanted."""
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as sc:
        original = inputs
        rank = inputs.get_shape().ndims
        if rank == 2:
            channels = inputs.get_shape().dims[-1].value
            if channels is None:
                raise ValueError("`C` dimension must be known but is None")
            sizes = [-1, 1, 1, channels] if data_format == "NHWC" else [-1, channels, 1, 1]
            inputs = reshape(inputs, sizes)
        shape = inputs.get_shape()
        params = shape[-1:] if data_format == "NHWC" else shape[1:2]
        if not params.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined `C` dimension {params}.")
        kind = dtypes.float32
        make = _Parameters(params, kind, trainable, variables_collections, initializers,
                           regularizers)  # fmt: skip
        beta = make.trained("beta") if center else constant(0.0, dtype=kind, shape=params)
        gamma = make.trained("gamma") if scale else constant(1.0, dtype=kind, shape=params)
        mean_var, variance_var = make.averages()

        def trained() -> Any:
            return fused_batch_norm(inputs, gamma, beta, epsilon=epsilon, data_format=data_format)

        def inferred() -> Any:
            return fused_batch_norm(
                inputs, gamma, beta, mean=mean_var, variance=variance_var, epsilon=epsilon,
                is_training=False, data_format=data_format,
            )  # fmt: skip

        outputs, mean, variance = smart_cond(is_training, trained, inferred)
        known = constant_value(is_training)
        if known is None or known:

            def updates() -> Any:
                return _moved(mean_var, mean, variance_var, variance, decay, debias)

            if updates_collections is None:
                normalised = outputs

                def after_updates() -> Tensor:
                    with control_dependencies(list(updates())):
                        return identity(normalised)

                outputs = smart_cond(is_training, after_updates, lambda: normalised)
            else:
                for update in smart_cond(is_training, updates, lambda: (mean_var, variance_var)):
                    add_to_collections(updates_collections, update)
        outputs.set_shape(shape)
        if rank == 2:
            outputs = reshape(outputs, shape_of(original))
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


def _in_parts(
    inputs: Any, decay: float, epsilon: float, parameters: tuple[Any, ...],
    updates_collections: Any, is_training: Any, batch_weights: Any, data_format: str,
    debias: bool,
) -> Tensor:  # fmt: skip
    """Batch normalisation from moments, with weights or updates in place."""
    center, scale, initializers, collections, trainable = parameters
    shape = inputs.get_shape()
    rank = shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    if batch_weights is not None:
        batch_weights = convert_to_tensor(batch_weights)
        shape[0:1].assert_is_compatible_with(batch_weights.get_shape())
        batch_weights = reshape(batch_weights, [-1] + [1] * (rank - 1))
    first = data_format == "NCHW"
    params = shape[1:2] if first else shape[-1:]
    if not params.is_fully_defined():
        raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {params}.")
    axes = [0, *range(2, rank)] if first else list(range(rank - 1))
    make = _Parameters(params, inputs.dtype.base_dtype, trainable, collections, initializers)
    beta = make.trained("beta") if center else None
    gamma = make.trained("gamma") if scale else None
    mean_var, variance_var = make.averages()
    known = constant_value(is_training)
    if known is None or known:
        if batch_weights is None:
            mean, variance = moments(inputs, axes, keep_dims=first)
        else:
            mean, variance = weighted_moments(inputs, axes, batch_weights, keep_dims=first)
        if first:
            mean, variance = reshape(mean, [-1]), reshape(variance, [-1])
        found = mean, variance

        def updates() -> Any:
            return _moved(mean_var, found[0], variance_var, found[1], decay, debias)

        def after_updates() -> Any:
            with control_dependencies(list(updates())):
                return identity(found[0]), identity(found[1])

        def averages() -> Any:
            return mean_var, variance_var

        if updates_collections is None:
            mean, variance = smart_cond(is_training, after_updates, averages)
        else:
            for update in smart_cond(is_training, updates, averages):
                add_to_collections(updates_collections, update)
            mean, variance = smart_cond(is_training, lambda: found, averages)
    else:
        mean, variance = mean_var, variance_var
    if first:
        spread = [1, shape.dims[1].value] + [1] * (rank - 2)
        mean, variance = reshape(mean, spread), reshape(variance, spread)
        beta = None if beta is None else reshape(beta, spread)
        gamma = None if gamma is None else reshape(gamma, spread)
    outputs = nn_batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
    outputs.set_shape(shape)
    return outputs


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450).

    Args:
        inputs: a tensor of known rank. center: whether to add ``beta``.
        scale: whether to multiply by ``gamma``. activation_fn: applied to the result.
        begin_norm_axis: the first axis that is normalised over.
        begin_params_axis: the first axis of ``beta`` and ``gamma``.

    The other arguments are those of ``batch_norm``.
    """
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as sc:
        inputs = convert_to_tensor(inputs)
        shape = inputs.shape
        rank = shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        if begin_norm_axis < 0:
            begin_norm_axis += rank
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis "
                f"({begin_norm_axis}) must be < rank(inputs) ({rank})"
            )
        params = shape[begin_params_axis:]
        if not params.is_fully_defined():
            raise ValueError(
                f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: "
                f"{shape}"
            )
        dtype = inputs.dtype.base_dtype
        make = _Parameters(params, dtype, trainable, variables_collections)
        beta = make.trained("beta") if center else None
        gamma = make.trained("gamma") if scale else None
        mean, variance = moments(inputs, list(range(begin_norm_axis, rank)), keep_dims=True)
        epsilon = 1e-3 if dtype == dtypes.float16 else 1e-12
        outputs = nn_batch_normalization(
            inputs, mean, variance, offset=beta, scale=gamma, variance_epsilon=epsilon
        )
        outputs.set_shape(shape)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """Normalises each channel of each example (Ulyanov et al., arXiv:1607.08022).

    Args:
        inputs: ``[batch, ..., channels]``, or in ``data_format``'s order.

    The other arguments are those of ``batch_norm``.
    """
    inputs = convert_to_tensor(inputs)
    shape = inputs.shape
    rank = shape.ndims
    if rank is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    _check_layout(data_format)
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as sc:
        axis = 1 if data_format == "NCHW" else rank - 1
        params = shape[axis : axis + 1]
        if not params.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {params}.")
        make = _Parameters(params, inputs.dtype.base_dtype, trainable, variables_collections,
                           param_initializers)  # fmt: skip

        def spread(value: Any) -> Any:
            if data_format == "NHWC":
                return value
            return reshape(value, [1, shape[1].value] + [1] * (rank - 2))

        beta = spread(make.trained("beta")) if center else None
        gamma = spread(make.trained("gamma")) if scale else None
        axes = [i for i in range(1, rank) if i != axis]
        mean, variance = moments(inputs, axes, keep_dims=True)
        outputs = nn_batch_normalization(
            inputs, mean, variance, beta, gamma, epsilon, name="instancenorm"
        )
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return collect_named_outputs(outputs_collections, sc.name, outputs)
