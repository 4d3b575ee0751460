"""``tf.layers.batch_normalization`` (Ioffe and Szegedy, arXiv:1502.03167)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, control_dependencies, name_scope
from penstock.graph.shapes import as_shape
from penstock.graph.tensor import Tensor
from penstock.layers import lookup
from penstock.layers.arguments import smart_cond, truth
from penstock.layers.base import Layer
from penstock.layers.input_spec import InputSpec
from penstock.nn.moments import batch_normalization as nn_batch_normalization
from penstock.nn.moments import fused_batch_norm, moments
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.constants import constant
from penstock.ops.fills import ones_like, zeros_like
from penstock.ops.identities import identity, stop_gradient
from penstock.ops.initializers import Ones, Zeros
from penstock.ops.math_binary import maximum, minimum
from penstock.ops.math_unary import sqrt
from penstock.ops.nn_activations import relu
from penstock.ops.reductions import reduce_mean
from penstock.ops.state import assign, assign_sub
from penstock.ops.variables import VariableAggregation, VariableSynchronization


class BatchNormalization(Layer):
    """Normalises each channel with the mean and variance of a batch, or with moving averages.

    The updates of the averages are in ``UPDATE_OPS``; a training step must run them.

    Args:
        axis: the axis (or axes) of the channels.
        momentum: of the moving averages.
        epsilon: added to the variance.
        center: whether to add ``beta``. scale: whether to multiply by ``gamma``.
        beta_initializer: for ``beta``. gamma_initializer: for ``gamma``.
        moving_mean_initializer: for the moving mean.
        moving_variance_initializer: for the moving variance.
        beta_regularizer: for ``beta``. gamma_regularizer: for ``gamma``.
        beta_constraint: for ``beta``. gamma_constraint: for ``gamma``.
        renorm: batch renormalisation (Ioffe, arXiv:1702.03275).
        renorm_clipping: a dictionary with limits ``rmax``, ``rmin``, ``dmax``.
        renorm_momentum: of renormalisation's averages.
        fused: whether to use one operation for images; where possible by default.
        trainable: whether ``beta`` and ``gamma`` are trained.
        virtual_batch_size: normalise parts of the batch of this size.
        adjustment: a function of the input's shape that gives a scale and an offset to use in
            training before ``gamma`` and ``beta``.
        name: the layer's name.
    """

    def __init__(
        self,
        axis: Any = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = Zeros(),
        gamma_initializer: Any = Ones(),
        moving_mean_initializer: Any = Zeros(),
        moving_variance_initializer: Any = Ones(),
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict[str, Any] | None = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Callable[[Tensor], Any] | None = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = lookup.initializer(beta_initializer)
        self.gamma_initializer = lookup.initializer(gamma_initializer)
        self.moving_mean_initializer = lookup.initializer(moving_mean_initializer)
        self.moving_variance_initializer = lookup.initializer(moving_variance_initializer)
        self.beta_regularizer = beta_regularizer
        self.gamma_regularizer = gamma_regularizer
        self.beta_constraint = beta_constraint
        self.gamma_constraint = gamma_constraint
        self.renorm = renorm
        self.fused = True if fused is None else fused
        self.virtual_batch_size = virtual_batch_size
        self.adjustment = adjustment
        self.renorm_momentum = renorm_momentum
        self.renorm_clipping = renorm_clipping or {}
        keys = ["rmax", "rmin", "dmax"]
        if renorm and set(self.renorm_clipping) - set(keys):
            raise ValueError(f"renorm_clipping {renorm_clipping} contains keys not in {keys}")

    # -- variables ---------------------------------------------------------------------------
    @property
    def _param_dtype(self) -> Any:
        kind = dtypes.as_dtype(self.dtype or dtypes.float32)
        return dtypes.float32 if kind in (dtypes.float16, dtypes.bfloat16) else kind

    def _check_axes(self, ndims: int) -> None:
        axes = [ndims + x if x < 0 else x for x in self.axis]
        for x in axes:
            if x < 0 or x >= ndims:
                raise ValueError(f"Invalid axis: {x}")
        if len(axes) != len(set(axes)):
            raise ValueError(f"Duplicate axis: {axes}")
        self.axis = axes
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            raise ValueError(
                "virtual_batch_size must be a positive integer that divides the true batch size "
                "of the input Tensor"
            )
        if 0 in axes:
            raise ValueError(
                "When using virtual_batch_size, the batch dimension must be 0 and thus axis "
                "cannot include 0"
            )
        if self.adjustment is not None:
            raise ValueError("When using virtual_batch_size, adjustment cannot be specified")

    _beta_const: Tensor  # made where there is no beta: a fused normalisation wants one
    _gamma_const: Tensor

    def _can_be_fused(self, ndims: int) -> bool:
        return (
            ndims == 4
            and self.axis in ([1], [3])
            and not self.renorm
            and self.virtual_batch_size is None
            and self.adjustment is None
        )

    def build(self, input_shape: Any) -> None:
        """Makes ``gamma``, ``beta`` and the moving averages.

        Raises:
            ValueError: when rank or channels aren't known, or the axes don't fit.
        """
        shape = as_shape(input_shape)
        if not shape.ndims:
            raise ValueError("Input has undefined rank:", shape)
        ndims = shape.ndims
        self._check_axes(ndims)
        self.fused = bool(self.fused) and self._can_be_fused(ndims)
        self._data_format = "NCHW" if self.axis == [1] else "NHWC"
        sizes_known = shape.as_list()
        known = {x: sizes_known[x] for x in self.axis}
        if None in known.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", shape)
        self.input_spec = InputSpec(ndim=ndims, axes=known)
        if len(known) == 1 and self.virtual_batch_size is None:
            sizes = [next(iter(known.values()))]
        else:
            sizes = [known.get(i, 1) for i in range(ndims)]
            if self.virtual_batch_size is not None:
                sizes.insert(1, 1)
                self.axis = [x + 1 for x in self.axis]
        self.gamma = self._parameter("gamma", self.scale, 1.0, sizes)
        self.beta = self._parameter("beta", self.center, 0.0, sizes)
        scope = self._scope
        partitioner = scope.partitioner if scope else None
        if scope:
            scope.set_partitioner(None)
        try:
            self._build_averages(sizes)
        finally:
            if scope and partitioner:
                scope.set_partitioner(partitioner)
        self.built = True

    def _parameter(self, name: str, wanted: bool, otherwise: float, sizes: list[Any]) -> Any:
        if wanted:
            return self.add_weight(
                name=name,
                shape=sizes,
                dtype=self._param_dtype,
                initializer=getattr(self, f"{name}_initializer"),
                regularizer=getattr(self, f"{name}_regularizer"),
                constraint=getattr(self, f"{name}_constraint"),
                trainable=True,
            )
        if self.fused:
            kept = constant(otherwise, dtype=self._param_dtype, shape=sizes)
            setattr(self, f"_{name}_const", kept)
        return None

    def _average(self, name: str, sizes: list[Any], initializer: Any) -> Any:
        return self.add_weight(
            name=name,
            shape=sizes,
            dtype=self._param_dtype,
            initializer=initializer,
            synchronization=VariableSynchronization.ON_READ,
            trainable=False,
            aggregation=VariableAggregation.MEAN,
        )

    def _build_averages(self, sizes: list[Any]) -> None:
        self.moving_mean = self._average("moving_mean", sizes, self.moving_mean_initializer)
        self.moving_variance = self._average(
            "moving_variance", sizes, self.moving_variance_initializer
        )
        if not self.renorm:
            return

        def stddev_initializer(*args: Any, **kwargs: Any) -> Tensor:
            return sqrt(self.moving_variance_initializer(*args, **kwargs))

        with colocate_with(self.moving_variance):
            self.moving_stddev = self._average("moving_stddev", sizes, stddev_initializer)
        with colocate_with(self.moving_mean):
            self.renorm_mean = self._average("renorm_mean", sizes, self.moving_mean_initializer)
        with colocate_with(self.moving_stddev):
            self.renorm_stddev = self._average("renorm_stddev", sizes, stddev_initializer)

    # -- updates -----------------------------------------------------------------------------
    @staticmethod
    def _move(variable: Any, value: Any, momentum: Any) -> Tensor:
        """Moves an average towards a value."""
        with name_scope("AssignMovingAvg") as scope, colocate_with(variable):
            decay = convert_to_tensor(1.0 - momentum, name="decay")
            if decay.dtype != variable.dtype.base_dtype:
                decay = cast(decay, variable.dtype.base_dtype)
            delta = (variable - cast(value, variable.dtype.base_dtype)) * decay
            return assign_sub(variable, delta, name=scope)

    def _set_variance(self, stddev: Any) -> Tensor:
        value = relu(stddev * stddev - self.epsilon)
        with name_scope("AssignNewValue") as scope, colocate_with(self.moving_variance):
            return assign(self.moving_variance, value, name=scope)

    # -- operations --------------------------------------------------------------------------
    def _call_fused(self, inputs: Any, training: Any) -> Tensor:
        beta = self.beta if self.center else self._beta_const
        gamma = self.gamma if self.scale else self._gamma_const

        def trained() -> Any:
            return fused_batch_norm(
                inputs, gamma, beta, epsilon=self.epsilon, data_format=self._data_format
            )

        def inferred() -> Any:
            return fused_batch_norm(
                inputs,
                gamma,
                beta,
                mean=self.moving_mean,
                variance=self.moving_variance,
                epsilon=self.epsilon,
                is_training=False,
                data_format=self._data_format,
            )

        output, mean, variance = smart_cond(training, trained, inferred)
        known = truth(training)
        if known is None:
            momentum = smart_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if known is None or known:
            self.add_update(self._move(self.moving_mean, mean, momentum), inputs=inputs)
            self.add_update(self._move(self.moving_variance, variance, momentum), inputs=inputs)
        return output

    def _renorm(self, mean: Any, variance: Any, training: Any) -> tuple[Any, ...]:
        """Corrections towards the moving averages: ``r``, ``d``, and the moments."""
        stddev = sqrt(variance + self.epsilon)
        kept_mean = self.renorm_mean
        kept_stddev = maximum(self.renorm_stddev, sqrt(self.epsilon))
        r = stddev / kept_stddev
        d = (mean - kept_mean) / kept_stddev
        with control_dependencies([r, d]):
            mean = identity(mean)
            stddev = identity(stddev)
        rmin, rmax, dmax = (self.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax"))
        if rmin is not None:
            r = maximum(r, rmin)
        if rmax is not None:
            r = minimum(r, rmax)
        if dmax is not None:
            d = maximum(d, -dmax)
            d = minimum(d, dmax)
        clipped_r, clipped_d = r, d
        r = smart_cond(training, lambda: clipped_r, lambda: ones_like(clipped_r))
        d = smart_cond(training, lambda: clipped_d, lambda: zeros_like(clipped_d))

        def updated(variable: Any, value: Any) -> Any:
            value = identity(value)
            return smart_cond(
                training,
                lambda: self._move(variable, value, self.renorm_momentum),
                lambda: identity(variable),
            )

        updates = [updated(self.renorm_mean, mean), updated(self.renorm_stddev, stddev)]
        with control_dependencies(updates):
            return r, d, identity(mean), identity(variance)

    def call(self, inputs: Any, training: Any = False) -> Tensor:
        """Makes the operations; ``training`` can be a tensor."""
        if self.virtual_batch_size is None:
            return self._call_whole(inputs, training)
        original = [-1, *inputs.shape.as_list()[1:]]
        parts = reshape(inputs, [self.virtual_batch_size, -1, *original[1:]])
        return reshape(self._call_whole(parts, training), original)

    def _call_whole(self, inputs: Any, training: Any) -> Tensor:
        if self.fused:
            return self._call_fused(inputs, training)
        shape = inputs.shape
        ndims = shape.ndims
        reduced = [i for i in range(ndims) if i not in self.axis]
        if self.virtual_batch_size is not None:
            del reduced[1]
        broadcast = [1] * ndims
        broadcast[self.axis[0]] = shape.dims[self.axis[0]].value

        def spread(v: Any) -> Any:
            if v is not None and v.shape.ndims != ndims and reduced != list(range(ndims - 1)):
                return reshape(v, broadcast)
            return v

        scale, offset = spread(self.gamma), spread(self.beta)
        known = truth(training)
        if known is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            if self.adjustment:
                scale, offset = self._adjusted(inputs, training, scale, offset)
            keep = self.virtual_batch_size is not None or len(self.axis) > 1
            found = moments(cast(inputs, self._param_dtype), reduced, keep_dims=keep)
            mean = smart_cond(
                training, lambda: found[0], lambda: convert_to_tensor(self.moving_mean)
            )
            variance = smart_cond(
                training, lambda: found[1], lambda: convert_to_tensor(self.moving_variance)
            )
            new_mean, new_variance = mean, variance
            if self.virtual_batch_size is not None:
                new_mean = reduce_mean(mean, axis=1, keepdims=True)
                new_variance = reduce_mean(variance, axis=1, keepdims=True)
            if self.renorm:
                r, d, new_mean, new_variance = self._renorm(new_mean, new_variance, training)
                r = spread(stop_gradient(r, name="renorm_r"))
                d = spread(stop_gradient(d, name="renorm_d"))
                scale, offset = _composed(r, d, scale, offset)
            self._add_updates(inputs, training, new_mean, new_variance)
        kind = inputs.dtype
        mean, variance = cast(mean, kind), cast(variance, kind)
        offset = None if offset is None else cast(offset, kind)
        scale = None if scale is None else cast(scale, kind)
        outputs = nn_batch_normalization(
            inputs, spread(mean), spread(variance), offset, scale, self.epsilon
        )
        outputs.set_shape(shape)
        return outputs

    def _adjusted(self, inputs: Any, training: Any, scale: Any, offset: Any) -> Any:
        adjustment: Any = self.adjustment
        factor, shift = adjustment(shape_of(inputs))
        given = factor, shift
        factor = smart_cond(training, lambda: given[0], lambda: ones_like(given[0]))
        shift = smart_cond(training, lambda: given[1], lambda: zeros_like(given[1]))
        return _composed(factor, shift, scale, offset)

    def _add_updates(self, inputs: Any, training: Any, mean: Any, variance: Any) -> None:
        def new_variance() -> Any:
            if not self.renorm:
                return self._move(self.moving_variance, variance, self.momentum)
            stddev = self._move(self.moving_stddev, sqrt(variance + self.epsilon), self.momentum)
            return self._set_variance(stddev)

        update = smart_cond(
            training,
            lambda: self._move(self.moving_mean, mean, self.momentum),
            lambda: self.moving_mean,
        )
        self.add_update(update, inputs=inputs)
        update = smart_cond(training, new_variance, lambda: self.moving_variance)
        self.add_update(update, inputs=inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


def _composed(scale: Any, offset: Any, then_scale: Any, then_offset: Any) -> tuple[Any, Any]:
    """Two scales and offsets, one after the other, as one."""
    if then_scale is not None:
        scale *= then_scale
        offset *= then_scale
    if then_offset is not None:
        offset += then_offset
    return scale, offset


def batch_normalization(
    inputs: Any,
    axis: Any = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    beta_initializer: Any = Zeros(),
    gamma_initializer: Any = Ones(),
    moving_mean_initializer: Any = Zeros(),
    moving_variance_initializer: Any = Ones(),
    beta_regularizer: Any = None,
    gamma_regularizer: Any = None,
    beta_constraint: Any = None,
    gamma_constraint: Any = None,
    training: Any = False,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
    renorm: bool = False,
    renorm_clipping: dict[str, Any] | None = None,
    renorm_momentum: float = 0.99,
    fused: bool | None = None,
    virtual_batch_size: int | None = None,
    adjustment: Callable[[Tensor], Any] | None = None,
) -> Tensor:
    """Normalises each channel with the batch's moments, or with moving averages.

    Args:
        inputs: a tensor.
        training: a boolean or tensor: whether to use the batch's moments and update the moving
            averages. The updates are in ``UPDATE_OPS``; a training step must run them.
        reuse: whether to share the variables of an existing layer of this name.

    The other arguments are those of ``tf.layers.BatchNormalization``.
    """
    layer = BatchNormalization(
        axis=axis,
        momentum=momentum,
        epsilon=epsilon,
        center=center,
        scale=scale,
        beta_initializer=beta_initializer,
        gamma_initializer=gamma_initializer,
        moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer,
        beta_regularizer=beta_regularizer,
        gamma_regularizer=gamma_regularizer,
        beta_constraint=beta_constraint,
        gamma_constraint=gamma_constraint,
        renorm=renorm,
        renorm_clipping=renorm_clipping,
        renorm_momentum=renorm_momentum,
        fused=fused,
        trainable=trainable,
        virtual_batch_size=virtual_batch_size,
        adjustment=adjustment,
        name=name,
        _reuse=reuse,
        _scope=name,
    )
    return layer.apply(inputs, training=training)
