"""Optimizers around optimizers: moving averages, clipped variables, several tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.autodiff.gradients import gradients
from penstock.checkpoint.saver import Saver
from penstock.graph.composite import IndexedSlices
from penstock.graph.defaults import get_default_session
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.ops.arrays import reshape
from penstock.ops.clipping import clip_by_norm
from penstock.ops.comparisons import equal
from penstock.ops.constants import placeholder
from penstock.ops.control_flow import cond, group, no_op
from penstock.ops.fills import zeros_like
from penstock.ops.joining import concat
from penstock.ops.math_unary import abs as abs_of
from penstock.ops.reductions import reduce_sum
from penstock.ops.variable_collections import global_variables, trainable_variables
from penstock.platform import logging
from penstock.training.moving_averages import ExponentialMovingAverage
from penstock.training.optimizer import Optimizer


class MovingAverageOptimizer(Optimizer):
    """An optimizer that also keeps moving averages of the variables.

    Args:
        opt: the optimizer. average_decay: the averages' decay.
        num_updates: counts updates, to begin with smaller decays.
        sequential_update: average after the step, not at the same time.
    """

    def __init__(self, opt: Optimizer, average_decay: Any = 0.9999, num_updates: Any = None,
                 sequential_update: bool = True) -> None:  # fmt: skip
        self._optimizer = opt
        self._ema = ExponentialMovingAverage(average_decay, num_updates=num_updates)
        self._swapped: dict[str, Any] | None = None
        self._sequential_update = sequential_update

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """The optimizer's gradients."""
        return self._optimizer.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None) -> Any:  # fmt: skip
        """Applies gradients and updates the averages."""
        pairs = list(grads_and_vars)
        train = self._optimizer.apply_gradients(pairs, global_step=global_step, name=name)
        variables = [v for g, v in pairs if g is not None]
        with control_dependencies([train] if self._sequential_update else []):
            averaged = self._ema.apply(variables)
        self._swapped = {}
        for v in variables:
            self._swapped[self._ema.average_name(v)] = v
            self._swapped[v.op.name] = self._ema.average(v)
        return group(train, averaged, name="train_with_avg")

    def swapping_saver(self, var_list: Any = None, name: str = "swapping_saver",
                       **kwargs: Any) -> Any:  # fmt: skip
        """A saver that keeps the averages under the variables' names.

        Args:
            var_list: the variables; all by default. name: the name of the operations.
            kwargs: other arguments of ``tf.train.Saver``.

        Raises:
            RuntimeError: before ``apply_gradients`` or ``minimize``.
        """
        if self._swapped is None:
            raise RuntimeError("Must call apply_gradients or minimize before creating the "
                               "swapping_saver")  # fmt: skip
        if var_list is None:
            var_list = global_variables()
        names = var_list if isinstance(var_list, dict) else {v.op.name: v for v in var_list}
        swapped = {name_: self._swapped.get(name_, v) for name_, v in names.items()}
        return Saver(swapped, name=name, **kwargs)


class VariableClippingOptimizer(Optimizer):
    """An optimizer that keeps the norms of variables (or their rows) below a limit.

    Args:
        opt: the optimizer. vars_to_clip_dims: the axes to take norms over, by variable.
        max_norm: the largest norm. use_locking: accepted as in TensorFlow.
        colocate_clip_ops_with_vars: accepted as in TensorFlow. name: the operations' name.
    """

    def __init__(self, opt: Optimizer, vars_to_clip_dims: Any, max_norm: Any,
                 use_locking: bool = False, colocate_clip_ops_with_vars: bool = False,
                 name: str = "VariableClipping") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._opt, self._max_norm = opt, max_norm
        self._vars_to_clip_dims = vars_to_clip_dims

    def compute_gradients(self, *args: Any, **kwargs: Any) -> Any:
        """The optimizer's gradients."""
        return self._opt.compute_gradients(*args, **kwargs)

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """The optimizer's slot."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> Any:
        """The names of the optimizer's slots."""
        return self._opt.get_slot_names(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None) -> Any:  # fmt: skip
        """Applies gradients, then clips."""
        with name_scope(name, self._name):
            update = self._opt.apply_gradients(grads_and_vars, global_step=global_step)
            clips = []
            with control_dependencies([update]):
                for _, var in grads_and_vars:
                    if var not in self._vars_to_clip_dims:
                        continue
                    axes = list(self._vars_to_clip_dims[var])
                    clips.append(var.assign(clip_by_norm(var, self._max_norm, axes)))
            return group(update, *clips)


class MultitaskOptimizerWrapper:
    """An optimizer that leaves variables without gradient in a step as they are.

    Args:
        opt: the optimizer.

    Raises:
        TypeError: for something else.
    """

    def __init__(self, opt: Optimizer) -> None:
        if not isinstance(opt, Optimizer):
            raise TypeError(f"Supplied optimizer must be an instance of Optimizer, not "
                            f"{type(opt)}")  # fmt: skip
        self._opt = opt
        for name in ("_apply_dense", "_resource_apply_dense", "_apply_sparse",
                     "_resource_apply_sparse"):  # fmt: skip
            setattr(opt, name, self._guarded(getattr(opt, name)))

    @staticmethod
    def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
        def apply(grad: Any, var: Any, *args: Any) -> Any:
            values = grad.values if isinstance(grad, IndexedSlices) else grad
            zero = equal(reduce_sum(abs_of(values)), 0.0)
            return cond(zero, no_op, lambda: group(function(grad, var, *args)))

        return apply

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_opt" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._opt, name)


class ExternalOptimizerInterface:
    """Minimises a loss with a program outside of the graph; subclasses define ``_minimize``.

    Args:
        loss: a scalar. var_list: the variables; the trainable ones by default.
        equalities: tensors to be zero. inequalities: tensors not to be negative.
        var_to_bounds: a pair of least and largest value by variable.
        optimizer_kwargs: arguments of the minimiser.
    """

    def __init__(self, loss: Any, var_list: Any = None, equalities: Any = None,
                 inequalities: Any = None, var_to_bounds: Any = None,
                 **optimizer_kwargs: Any) -> None:  # fmt: skip
        self._loss = loss
        self._vars = list(trainable_variables() if var_list is None else var_list)
        self._equalities = list(equalities or [])
        self._inequalities = list(inequalities or [])
        self._bounds = var_to_bounds
        self.optimizer_kwargs = optimizer_kwargs
        self._slopes = [self._flat(loss)]
        self._slopes += [self._flat(e) for e in self._equalities + self._inequalities]
        self._holders = [placeholder(v.dtype.base_dtype, v.shape) for v in self._vars]
        self._assigns = [v.assign(p) for v, p in zip(self._vars, self._holders, strict=True)]

    def _flat(self, value: Any) -> Any:
        slopes = gradients(value, self._vars)
        parts = [
            reshape(zeros_like(v) if g is None else g, [-1])
            for v, g in zip(self._vars, slopes, strict=True)
        ]
        return concat(parts, 0)

    def _split(self, vector: Any) -> list[Any]:
        made, start = [], 0
        for v in self._vars:
            size = int(np.prod(v.shape.as_list()))
            made.append(np.reshape(vector[start : start + size], v.shape.as_list()))
            start += size
        return made

    def minimize(self, session: Any = None, feed_dict: Any = None, fetches: Any = None,
                 step_callback: Any = None, loss_callback: Any = None,
                 **run_kwargs: Any) -> None:  # fmt: skip
        """Minimises, and leaves the result in the variables.

        Args:
            session: the session. feed_dict: what to feed. fetches: computed with each loss.
            step_callback: gets the variables after each step.
            loss_callback: gets loss, gradient and fetches each time.
            run_kwargs: other arguments of ``Session.run``.
        """
        session = session or get_default_session()
        feeds = dict(feed_dict or {})
        extra = list(fetches or [])
        values = session.run(self._vars, feeds)
        start = np.concatenate([np.ravel(v) for v in values]).astype(np.float64)

        def at(vector: Any, tensors: Any) -> Any:
            session.run(self._assigns, dict(zip(self._holders, self._split(vector), strict=True)))
            return session.run(tensors, feeds, **run_kwargs)

        def loss_and_slope(vector: Any) -> Any:
            loss, slope, *rest = at(vector, [self._loss, self._slopes[0], *extra])
            if loss_callback is not None:
                loss_callback(loss, slope, *rest)
            return loss.astype(np.float64), slope.astype(np.float64)

        def pair(i: int, tensor: Any) -> Any:
            def value(x: Any) -> Any:
                return np.asarray(at(x, tensor), np.float64)

            def slope(x: Any) -> Any:
                return np.asarray(at(x, self._slopes[i]), np.float64)

            return value, slope

        constraints = [pair(i + 1, t) for i, t in enumerate(self._equalities + self._inequalities)]
        count = len(self._equalities)
        bounds = None
        if self._bounds is not None:
            bounds = []
            for v in self._vars:
                size = int(np.prod(v.shape.as_list()))
                low, high = self._bounds.get(v, (-np.inf, np.inf))
                low = np.broadcast_to(low, v.shape.as_list()).ravel()
                high = np.broadcast_to(high, v.shape.as_list()).ravel()
                bounds += [(low[i], high[i]) for i in range(size)]
        result = self._minimize(
            initial_val=start,
            loss_grad_func=loss_and_slope,
            equality_funcs=[c[0] for c in constraints[:count]],
            equality_grad_funcs=[c[1] for c in constraints[:count]],
            inequality_funcs=[c[0] for c in constraints[count:]],
            inequality_grad_funcs=[c[1] for c in constraints[count:]],
            packed_bounds=bounds,
            step_callback=step_callback,
            optimizer_kwargs=self.optimizer_kwargs,
        )
        session.run(self._assigns, dict(zip(self._holders, self._split(result), strict=True)))

    def _minimize(self, **kwargs: Any) -> Any:
        raise TypeError("To use ExternalOptimizerInterface, subclass it and define _minimize().")


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """Minimises with ``scipy.optimize.minimize`` (SciPy must be installed).

    Keyword arguments such as ``method`` and ``options`` go to that function.
    """

    _DEFAULT_METHOD = "L-BFGS-B"

    def _minimize(self, **kwargs: Any) -> Any:
        from scipy import optimize

        settings = dict(kwargs["optimizer_kwargs"])
        method = settings.pop("method", self._DEFAULT_METHOD)
        constraints = []
        for kind in ("eq", "ineq"):
            what = "equality" if kind == "eq" else "inequality"
            for function, slope in zip(
                kwargs[f"{what}_funcs"], kwargs[f"{what}_grad_funcs"], strict=True
            ):
                constraints.append({"type": kind, "fun": function, "jac": slope})
        if constraints:
            settings["constraints"] = constraints
        if kwargs["packed_bounds"] is not None:
            settings["bounds"] = kwargs["packed_bounds"]
        if method != "COBYLA":
            settings["jac"] = True
        function = kwargs["loss_grad_func"]
        result = optimize.minimize(
            function if method != "COBYLA" else (lambda x: function(x)[0]),
            kwargs["initial_val"],
            method=method,
            callback=kwargs["step_callback"],
            **settings,
        )
        logging.info("Optimization terminated with: %s", result.message)
        return result.x
