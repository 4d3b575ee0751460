"""The optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.build import apply
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.optimizers.base import Optimizer, scatter_add, take_rows


class SGD(Optimizer):
    """Steps against the gradient, with momentum if wanted.

    Args:
        learning_rate: the step size. momentum: how much of the last step to repeat.
        nesterov: use Nesterov's momentum. name: the name. **kwargs: as for ``Optimizer``.
    """

    _takes_padding = True

    def __init__(self, learning_rate: Any = 0.01, momentum: Any = 0.0, nesterov: bool = False,
                 name: str = "SGD", **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._momentum = callable(momentum) or isinstance(momentum, ops.Tensor) or momentum > 0
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError("`momentum` must be between [0, 1].")
        self._set_hyper("momentum", momentum)
        self.nesterov = nesterov

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        if self._momentum:
            for var in var_list:
                self.add_slot(var, "momentum")

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        rate = self._hyper_value("lr_t", var)
        if self._momentum:
            return apply(
                "ResourceApplyKerasMomentum", var.handle, self.get_slot(var, "momentum").handle,
                rate, grad, self._hyper_value("momentum", var), use_nesterov=self.nesterov,
            )  # fmt: skip
        return apply("ResourceApplyGradientDescent", var.handle, rate, grad)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        rate = self._hyper_value("lr_t", var)
        if self._momentum:
            return apply(
                "ResourceSparseApplyKerasMomentum", var.handle,
                self.get_slot(var, "momentum").handle, rate, grad, indices,
                self._hyper_value("momentum", var), use_nesterov=self.nesterov,
            )  # fmt: skip
        return apply("ResourceScatterAdd", var.handle, indices, -grad * rate)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "momentum": self._serialize_hyperparameter("momentum"),
            "nesterov": self.nesterov,
        }


class RMSprop(Optimizer):
    """Gradients over the root of their mean square (Hinton 2012).

    Args:
        learning_rate: the step size. rho: the decay of the mean.
        momentum: how much of the last step to repeat. epsilon: a small number.
        centered: subtract the square of the mean gradient. name: the name.
        **kwargs: as for ``Optimizer``.
    """

    _takes_padding = True

    def __init__(self, learning_rate: Any = 0.001, rho: Any = 0.9, momentum: Any = 0.0,
                 epsilon: float = 1e-7, centered: bool = False, name: str = "RMSprop",
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self._momentum = callable(momentum) or isinstance(momentum, ops.Tensor) or momentum > 0
        if isinstance(momentum, (int, float)) and not 0 <= momentum <= 1:
            raise ValueError("`momentum` must be between [0, 1].")
        self._set_hyper("momentum", momentum)
        self.epsilon = epsilon or K.epsilon()
        self.centered = centered

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self.add_slot(var, "rms")
        if self._momentum:
            for var in var_list:
                self.add_slot(var, "momentum")
        if self.centered:
            for var in var_list:
                self.add_slot(var, "mg")

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        rate, rho = self._hyper_value("lr_t", var), self._hyper_value("rho", var)
        rms = self.get_slot(var, "rms")
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        if self._momentum:
            momentum, moment = self._hyper_value("momentum", var), self.get_slot(var, "momentum")
            if self.centered:
                return apply(
                    "ResourceApplyCenteredRMSProp", var.handle, self.get_slot(var, "mg").handle,
                    rms.handle, moment.handle, rate, rho, momentum, epsilon, grad,
                )  # fmt: skip
            return apply("ResourceApplyRMSProp", var.handle, rms.handle, moment.handle, rate, rho,
                         momentum, epsilon, grad)  # fmt: skip
        square = rho * rms + (1 - rho) * ops.square(grad)
        updates = [rms.assign(square, read_value=False)]
        denominator = square
        if self.centered:
            mg = self.get_slot(var, "mg")
            mean = rho * mg + (1 - rho) * grad
            updates.append(mg.assign(mean, read_value=False))
            denominator = square - ops.square(mean)
        new = var - rate * grad / (ops.sqrt(denominator) + epsilon)
        return [*updates, var.assign(new, read_value=False)]

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        rate, rho = self._hyper_value("lr_t", var), self._hyper_value("rho", var)
        rms = self.get_slot(var, "rms")
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        if self._momentum:
            momentum, moment = self._hyper_value("momentum", var), self.get_slot(var, "momentum")
            if self.centered:
                return apply(
                    "ResourceSparseApplyCenteredRMSProp", var.handle,
                    self.get_slot(var, "mg").handle, rms.handle, moment.handle, rate, rho,
                    momentum, epsilon, grad, indices,
                )  # fmt: skip
            return apply("ResourceSparseApplyRMSProp", var.handle, rms.handle, moment.handle, rate,
                         rho, momentum, epsilon, grad, indices)  # fmt: skip
        scaled = rms.assign(rms * rho, read_value=False)
        with ops.control_dependencies([scaled]):
            rms_t = scatter_add(rms, indices, ops.square(grad) * (1 - rho))
        rows = take_rows(rms_t, indices)
        updates = [rms_t.op]
        if self.centered:
            mg = self.get_slot(var, "mg")
            scaled = mg.assign(mg * rho, read_value=False)
            with ops.control_dependencies([scaled]):
                mg_t = scatter_add(mg, indices, grad * (1 - rho))
            updates.append(mg_t.op)
            rows = rows - ops.square(take_rows(mg_t, indices))
        step = -rate * grad / (ops.sqrt(rows) + epsilon)
        return [*updates, apply("ResourceScatterAdd", var.handle, indices, step)]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "rho": self._serialize_hyperparameter("rho"),
            "momentum": self._serialize_hyperparameter("momentum"),
            "epsilon": self.epsilon,
            "centered": self.centered,
        }


class Adagrad(Optimizer):
    """Gradients over the root of their summed squares (Duchi et al. 2011).

    Args:
        learning_rate: the step size. initial_accumulator_value: where the sums start.
        epsilon: a small number. name: the name. **kwargs: as for ``Optimizer``.
    """

    _takes_padding = True

    def __init__(self, learning_rate: Any = 0.001, initial_accumulator_value: float = 0.1,
                 epsilon: float = 1e-7, name: str = "Adagrad", **kwargs: Any) -> None:  # fmt: skip
        if initial_accumulator_value < 0.0:
            raise ValueError(
                f"initial_accumulator_value must be non-negative: {initial_accumulator_value}"
            )
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon or K.epsilon()

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        from penstock.keras.initializers import Constant

        for var in var_list:
            self.add_slot(var, "accumulator", Constant(self._initial_accumulator_value))

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        total = self.get_slot(var, "accumulator")
        new = total + ops.square(grad)
        rate = self._hyper_value("lr_t", var)
        return [
            total.assign(new, read_value=False),
            var.assign_sub(rate * grad / (ops.sqrt(new) + epsilon), read_value=False),
        ]

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        total = self.get_slot(var, "accumulator")
        new = take_rows(scatter_add(total, indices, ops.square(grad)), indices)
        step = -self._hyper_value("lr_t", var) * grad / (ops.sqrt(new) + epsilon)
        return apply("ResourceScatterAdd", var.handle, indices, step)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Gives ``weights`` these values; old files lack the count of steps."""
        if len(self.weights) == len(weights) + 1:
            weights = [0, *weights]
        super().set_weights(weights)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "initial_accumulator_value": self._initial_accumulator_value,
            "epsilon": self.epsilon,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The optimizer that ``get_config`` described.

        Configurations of old Keras have no first sums: there they were 0. So they are, as in
        TensorFlow 1.15, for an optimizer that is named by a string.
        """
        return super().from_config({"initial_accumulator_value": 0.0, **config}, custom_objects)


class Adadelta(Optimizer):
    """Steps scaled by the ratio of past steps to past gradients (Zeiler 2012).

    Args:
        learning_rate: the step size. rho: the decay of the averages.
        epsilon: a small number. name: the name. **kwargs: as for ``Optimizer``.
    """

    _takes_padding = True

    def __init__(self, learning_rate: Any = 0.001, rho: Any = 0.95, epsilon: float = 1e-7,
                 name: str = "Adadelta", **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("rho", rho)
        self.epsilon = epsilon or K.epsilon()

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for name in ("accum_grad", "accum_var"):
            for var in var_list:
                self.add_slot(var, name)

    def _inputs(self, var: Any) -> list[Any]:
        slots = [self.get_slot(var, n).handle for n in ("accum_grad", "accum_var")]
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        return [var.handle, *slots, self._hyper_value("lr_t", var), self._hyper_value("rho", var),
                epsilon]  # fmt: skip

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return apply("ResourceApplyAdadelta", *self._inputs(var), grad)

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return apply("ResourceSparseApplyAdadelta", *self._inputs(var), grad, indices)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "rho": self._serialize_hyperparameter("rho"),
            "epsilon": self.epsilon,
        }


class _Moments(Optimizer):
    """What Adam and its relatives share."""

    _takes_padding = True

    def __init__(self, learning_rate: Any, beta_1: Any, beta_2: Any, epsilon: float, name: str,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("beta_1", beta_1)
        self._set_hyper("beta_2", beta_2)
        self.epsilon = epsilon or K.epsilon()

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for name in ("m", "v"):
            for var in var_list:
                self.add_slot(var, name)

    def _power(self, name: str, var: Any) -> Any:
        """A decay to the power of the step's number, once a step."""
        key = ("power", name, var.dtype.base_dtype.name)
        if key not in self._prepared:
            dtype = var.dtype.base_dtype
            step = ops.cast(self.iterations + 1, dtype)
            self._prepared[key] = ops.pow(self._hyper_value(name, var), step)
        return self._prepared[key]

    def _prepare(self, var_list: Sequence[Any]) -> None:
        super()._prepare(var_list)
        for var in var_list:
            self._power("beta_1", var)
            self._power("beta_2", var)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Gives ``weights`` these values; old files of Adam hold one more list of slots."""
        params = self.weights
        count = int((len(params) - 1) / 2)
        if len(weights) == 3 * count + 1:
            weights = weights[: len(params)]
        super().set_weights(weights)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "learning_rate": self._serialize_hyperparameter("learning_rate"),
            "decay": self._serialize_hyperparameter("decay"),
            "beta_1": self._serialize_hyperparameter("beta_1"),
            "beta_2": self._serialize_hyperparameter("beta_2"),
            "epsilon": self.epsilon,
        }


class Adam(_Moments):
    """Steps by estimates of the gradient's mean and mean square (Kingma and Ba 2014).

    Args:
        learning_rate: the step size. beta_1: the decay of the mean.
        beta_2: the decay of the mean square. epsilon: a small number.
        amsgrad: never let the mean square fall (Reddi et al. 2018). name: the name.
        **kwargs: as for ``Optimizer``.
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999,
                 epsilon: float = 1e-7, amsgrad: bool = False, name: str = "Adam",
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self.amsgrad = amsgrad

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        super()._create_slots(var_list)
        if self.amsgrad:
            for var in var_list:
                self.add_slot(var, "vhat")

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        slots = [self.get_slot(var, "m").handle, self.get_slot(var, "v").handle]
        name = "ResourceApplyAdam"
        if self.amsgrad:
            slots.append(self.get_slot(var, "vhat").handle)
            name = "ResourceApplyAdamWithAmsgrad"
        return apply(
            name, var.handle, *slots, self._power("beta_1", var), self._power("beta_2", var),
            self._hyper_value("lr_t", var), self._hyper_value("beta_1", var),
            self._hyper_value("beta_2", var), ops.constant(self.epsilon, var.dtype.base_dtype),
            grad,
        )  # fmt: skip

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        beta_1, beta_2 = self._hyper_value("beta_1", var), self._hyper_value("beta_2", var)
        rate = self._hyper_value("lr_t", var) * (
            ops.sqrt(1 - self._power("beta_2", var)) / (1 - self._power("beta_1", var))
        )
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        with ops.control_dependencies([m.assign(m * beta_1, read_value=False)]):
            m_t = scatter_add(m, indices, grad * (1 - beta_1))
        with ops.control_dependencies([v.assign(v * beta_2, read_value=False)]):
            v_t = scatter_add(v, indices, (grad * grad) * (1 - beta_2))
        if not self.amsgrad:
            step = rate * m_t / (ops.sqrt(v_t) + epsilon)
            return [var.assign_sub(step, read_value=False), m_t.op, v_t.op]
        v_hat = self.get_slot(var, "vhat")
        highest = ops.maximum(v_hat, v_t)
        with ops.control_dependencies([v_hat.assign(highest, read_value=False)]):
            step = rate * m_t / (ops.sqrt(highest) + epsilon)
        return [var.assign_sub(step, read_value=False), m_t.op, v_t.op]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "amsgrad": self.amsgrad}


class Adamax(_Moments):
    """Adam with the largest gradient in place of the mean square (Kingma and Ba 2014).

    Args:
        learning_rate: the step size. beta_1: the decay of the mean.
        beta_2: the decay of the largest gradient. epsilon: a small number. name: the name.
        **kwargs: as for ``Optimizer``.
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999,
                 epsilon: float = 1e-7, name: str = "Adamax", **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return apply(
            "ResourceApplyAdaMax", var.handle, self.get_slot(var, "m").handle,
            self.get_slot(var, "v").handle, self._power("beta_1", var),
            self._hyper_value("lr_t", var), self._hyper_value("beta_1", var),
            self._hyper_value("beta_2", var), ops.constant(self.epsilon, var.dtype.base_dtype),
            grad,
        )  # fmt: skip

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        beta_1, beta_2 = self._hyper_value("beta_1", var), self._hyper_value("beta_2", var)
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        old_m, old_v = take_rows(m, indices), take_rows(v, indices)
        new_m = beta_1 * old_m + (1 - beta_1) * grad
        new_v = ops.maximum(beta_2 * old_v, ops.abs(grad))
        rate = -self._hyper_value("lr_t", var) / (1 - self._power("beta_1", var))
        return [
            apply("ResourceScatterUpdate", m.handle, indices, new_m),
            apply("ResourceScatterUpdate", v.handle, indices, new_v),
            apply("ResourceScatterAdd", var.handle, indices, rate * (new_m / (new_v + epsilon))),
        ]


class Nadam(_Moments):
    """Adam with Nesterov's momentum (Dozat 2015), on Keras's momentum schedule.

    Args:
        learning_rate: the step size. beta_1: the decay of the mean.
        beta_2: the decay of the mean square. epsilon: a small number. name: the name.
        **kwargs: ``schedule_decay`` (0.004), and as for ``Optimizer``.
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: Any = 0.9, beta_2: Any = 0.999,
                 epsilon: float = 1e-7, name: str = "Nadam", **kwargs: Any) -> None:  # fmt: skip
        kwargs["decay"] = kwargs.pop("schedule_decay", kwargs.pop("decay", 0.004))
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name, **kwargs)
        self._schedule: Any = None

    def _decayed_lr(self, dtype: Any) -> Any:
        return self._get_hyper("learning_rate", dtype)

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        if self._schedule is None:
            self._schedule = self.add_weight("momentum_cache", shape=[], initializer="ones")
        super()._create_slots(var_list)

    def _prepare(self, var_list: Sequence[Any]) -> None:
        super()._prepare(var_list)
        var = var_list[0]
        dtype = self._schedule.dtype.base_dtype
        step = ops.cast(self.iterations + 1, dtype)
        decay = ops.cast(self._initial_decay, dtype)
        base = ops.cast(0.96, dtype)
        beta_1 = ops.cast(self._hyper_value("beta_1", var), dtype)
        now = beta_1 * (1.0 - 0.5 * ops.pow(base, decay * step))
        following = beta_1 * (1.0 - 0.5 * ops.pow(base, decay * (step + 1)))
        product = ops.identity(self._schedule) * now
        with ops.control_dependencies([self._schedule.assign(product, read_value=False)]):
            product = ops.identity(product)
        self._prepared.update(now=now, following=following, product=product)

    def _scales(self, var: Any) -> tuple[Any, Any, Any, Any]:
        dtype = var.dtype.base_dtype
        return tuple(
            ops.cast(v, dtype)
            for v in (
                self._prepared["now"],
                self._prepared["following"],
                self._prepared["product"],
                1 - self._power("beta_2", var),
            )
        )

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        now, following, product, bias_2 = self._scales(var)
        beta_1, beta_2 = self._hyper_value("beta_1", var), self._hyper_value("beta_2", var)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        g_prime = grad / (1.0 - product)
        m_t = beta_1 * m + (1 - beta_1) * grad
        v_t = beta_2 * v + (1 - beta_2) * ops.square(grad)
        m_prime = m_t / (1.0 - product * following)
        v_prime = v_t / bias_2
        m_bar = (1.0 - now) * g_prime + following * m_prime
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        step = self._hyper_value("lr_t", var) * m_bar / (ops.sqrt(v_prime) + epsilon)
        return [
            m.assign(m_t, read_value=False),
            v.assign(v_t, read_value=False),
            var.assign(var - step, read_value=False),
        ]

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        now, following, product, bias_2 = self._scales(var)
        beta_1, beta_2 = self._hyper_value("beta_1", var), self._hyper_value("beta_2", var)
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        with ops.control_dependencies([m.assign(m * beta_1, read_value=False)]):
            m_t = take_rows(scatter_add(m, indices, grad * (1 - beta_1)), indices)
        with ops.control_dependencies([v.assign(v * beta_2, read_value=False)]):
            v_t = take_rows(scatter_add(v, indices, (grad * grad) * (1 - beta_2)), indices)
        m_bar = (1.0 - now) * (grad / (1.0 - product)) + following * (
            m_t / (1.0 - product * following)
        )
        epsilon = ops.constant(self.epsilon, var.dtype.base_dtype)
        step = self._hyper_value("lr_t", var) * m_bar / (ops.sqrt(v_t / bias_2) + epsilon)
        return [apply("ResourceScatterAdd", var.handle, indices, -step), m_t.op, v_t.op]


class Ftrl(Optimizer):
    """Follow the regularized leader (McMahan et al. 2013).

    Args:
        learning_rate: the step size. learning_rate_power: how the rate falls, at most 0.
        initial_accumulator_value: where the sums of squares start.
        l1_regularization_strength: the factor of ``|w|``.
        l2_regularization_strength: the factor of ``w ** 2``. name: the name.
        l2_shrinkage_regularization_strength: likewise, applied to the gradient.
        **kwargs: as for ``Optimizer``.
    """

    _takes_padding = True

    def __init__(self, learning_rate: Any = 0.001, learning_rate_power: float = -0.5,
                 initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
                 l2_regularization_strength: float = 0.0, name: str = "Ftrl",
                 l2_shrinkage_regularization_strength: float = 0.0,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, **kwargs)
        if initial_accumulator_value < 0.0:
            raise ValueError(
                f"initial_accumulator_value {initial_accumulator_value} needs to be positive or "
                "zero"
            )
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power} needs to be negative or zero"
            )
        for value, what in (
            (l1_regularization_strength, "l1_regularization_strength"),
            (l2_regularization_strength, "l2_regularization_strength"),
            (l2_shrinkage_regularization_strength, "l2_shrinkage_regularization_strength"),
        ):
            if value < 0.0:
                raise ValueError(f"{what} {value} needs to be positive or zero")
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("learning_rate_power", learning_rate_power)
        self._set_hyper("l1_regularization_strength", l1_regularization_strength)
        self._set_hyper("l2_regularization_strength", l2_regularization_strength)
        self._initial_accumulator_value = initial_accumulator_value
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        from penstock.keras.initializers import Constant

        for var in var_list:
            self.add_slot(var, "accumulator", Constant(self._initial_accumulator_value))
            self.add_slot(var, "linear")

    def _apply(self, form: str, var: Any, gradient: list[Any]) -> Any:
        slots = [self.get_slot(var, n).handle for n in ("accumulator", "linear")]
        strengths = [self._hyper_value(f"l{i}_regularization_strength", var) for i in (1, 2)]
        shrinkage = self._l2_shrinkage_regularization_strength
        name = f"{form}Ftrl" if shrinkage <= 0.0 else f"{form}FtrlV2"
        extra = [] if shrinkage <= 0.0 else [ops.constant(shrinkage, var.dtype.base_dtype)]
        return apply(
            name, var.handle, *slots, *gradient, self._hyper_value("lr_t", var), *strengths,
            *extra, self._hyper_value("learning_rate_power", var),
        )  # fmt: skip

    def _resource_apply_dense(self, grad: Any, var: Any) -> Any:
        return self._apply("ResourceApply", var, [grad])

    def _resource_apply_sparse(self, grad: Any, var: Any, indices: Any) -> Any:
        return self._apply("ResourceSparseApply", var, [grad, indices])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        hyper = ("learning_rate", "decay", "learning_rate_power", "l1_regularization_strength",
                 "l2_regularization_strength")  # fmt: skip
        return {
            **super().get_config(),
            **{name: self._serialize_hyperparameter(name) for name in hyper},
            "initial_accumulator_value": self._initial_accumulator_value,
            "l2_shrinkage_regularization_strength": self._l2_shrinkage_regularization_strength,
        }


class TFOptimizer:
    """A ``tf.train.Optimizer`` as Keras uses one.

    Args:
        optimizer: the optimizer. iterations: the variable that counts steps.
    """

    def __init__(self, optimizer: Any, iterations: Any = None) -> None:
        self.optimizer = optimizer
        self._iterations = iterations

    @property
    def iterations(self) -> Any:
        """The variable that counts steps."""
        if self._iterations is None:
            self._iterations = K.make_variable(
                lambda: ops.constant(0, "int64"), name="iterations", dtype=ops.as_dtype("int64"),
                trainable=False,
            )  # fmt: skip
        return self._iterations

    def get_gradients(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The gradients of ``loss``."""
        return ops.gradients(loss, list(params))

    def get_updates(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """The operations of one step."""
        params = list(params)
        if not params:
            return [self.iterations.assign_add(ops.constant(1, "int64"), read_value=False)]
        pairs = self.optimizer.compute_gradients(loss, var_list=params)
        update = self.optimizer.apply_gradients(pairs, global_step=self.iterations)
        for variable in self.optimizer.variables():
            K.track_variable(variable)
        constrained = [v for v in params if getattr(v, "constraint", None) is not None]
        with ops.control_dependencies([getattr(update, "op", update)]):
            after = [v.assign(v.constraint(v)).op for v in constrained]
        return [getattr(update, "op", update), *after]

    def apply_gradients(self, grads: Any) -> Any:
        """A step with given gradients."""
        return self.optimizer.apply_gradients(grads, global_step=self.iterations)

    @property
    def weights(self) -> list[Any]:
        """Not to be had: ``tf.train.Saver`` saves the optimizer's variables."""
        raise NotImplementedError(
            "A tf.train.Optimizer has no Keras weights: save its variables with tf.train.Saver."
        )

    def get_config(self) -> dict[str, Any]:
        """Not to be had."""
        raise NotImplementedError("A tf.train.Optimizer has no Keras configuration.")
