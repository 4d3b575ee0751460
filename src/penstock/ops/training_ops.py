"""The operations that apply gradients to variables: ``ApplyAdam`` and its kin.

Each rule is one function of arrays: it takes the variable and its slots, then the other inputs,
and returns the new variable and slots.  ``@update_rule`` makes up to four operations of it:
``Apply<Rule>`` and ``SparseApply<Rule>`` for reference variables, ``ResourceApply<Rule>`` and
``ResourceSparseApply<Rule>`` for resource variables.  The sparse forms apply the rule to the rows
that the gradient has; TensorFlow's optimizers give each row once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.kernels import adam as adam_kernel
from penstock.ops.state import merged_shape

_DENSE, _SPARSE = "Apply", "SparseApply"
_LOCKING = "use_locking: bool = false"


def update_rule(
    name: str,
    slots: str,
    inputs: str,
    attrs: str = "",
    forms: str = "Apply SparseApply ResourceApply ResourceSparseApply",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the operations of a rule.

    Args:
        name: the rule's name, such as ``'Momentum'``.
        slots: the names of what it changes, the variable first.
        inputs: the names of the other inputs, ``grad`` (or ``delta``) among them; the sparse
            forms take ``indices`` after it. ``global_step`` is an ``int64``, the others have the
            variable's type.
        attrs: attributes beside ``T``, ``Tindices`` and ``use_locking``; the rule takes them as
            keywords.
        forms: the forms that there are.
    """
    slot_names, input_names = slots.split(), inputs.split()

    def register(rule: Callable[..., Any]) -> Callable[..., Any]:
        for form in forms.split():
            _register_form(form, name, slot_names, input_names, attrs, rule)
        return rule

    return register


def _register_form(
    form: str,
    name: str,
    slots: list[str],
    inputs: list[str],
    attrs: str,
    rule: Callable[..., Any],
) -> None:
    resource, sparse = form.startswith("Resource"), form.endswith(_SPARSE)
    arguments = [f"{slot}: {'resource' if resource else 'Ref(T)'}" for slot in slots]
    position = len(slots)
    gradient_at = position
    for each in inputs:
        shown = "grad" if sparse and each == "delta" else each
        arguments.append(f"{shown}: {'int64' if each == 'global_step' else 'T'}")
        if each in ("grad", "delta"):
            gradient_at = len(arguments) - 1
            if sparse:
                arguments.append("indices: Tindices")
    all_attrs = ["T: numbertype", "Tindices: indextype"] if sparse else ["T: numbertype"]
    all_attrs.append(_LOCKING)
    if attrs:
        all_attrs.append(attrs)
    keywords = [part.split(":")[0].strip() for part in attrs.split(";") if part.strip()]
    lower = _sparse_lowering if sparse else _dense_lowering
    parts: dict[str, Any] = {
        "lower": _with_keywords(lower(rule, len(slots), gradient_at), keywords)
    }
    if not resource:
        parts["shape"] = _shape_rule(len(slots), gradient_at, sparse)
    operation(
        form + name,
        inputs=", ".join(arguments),
        outputs="" if resource else "out: Ref(T)",
        attrs="; ".join(all_attrs),
        stateful=resource,
    )(type(form + name, (), parts))


def _shape_rule(count: int, gradient_at: int, sparse: bool) -> Callable[[Any], TensorShape]:
    def shape(op: Any) -> TensorShape:
        merged = op.inputs[0].shape
        for slot in op.inputs[1:count]:
            merged = merged_shape(merged, slot.shape)
        if not sparse:
            merged = merged_shape(merged, op.inputs[gradient_at].shape)
        return merged

    return shape


def _dense_lowering(rule: Callable[..., Any], count: int, gradient_at: int) -> Callable[..., Any]:
    def lower(run: Any, values: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
        slots, rest = values[:count], list(values[count:])
        for i, value in enumerate(rest):
            if jnp.ndim(value) == 0:  # The learning rate, or what comes before it.
                rest[i] = run.after_readers(slots[0], value)
                break
        new = rule(*[run.read(slot) for slot in slots], *rest, **attributes)
        for slot, value in zip(slots, new if count > 1 else (new,), strict=True):
            run.assign(slot, value)
        return slots[0]

    return lower


def _sparse_lowering(rule: Callable[..., Any], count: int, gradient_at: int) -> Callable[..., Any]:
    def lower(run: Any, values: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
        slots = values[:count]
        indices = values[gradient_at + 1]
        rest = values[count : gradient_at + 1] + values[gradient_at + 2 :]
        whole = [jnp.asarray(run.read(slot)) for slot in slots]
        size = whole[0].shape[0]
        inside = jnp.logical_and(indices >= 0, indices < size)
        # The largest integer pads the distinct indices of optimizers: it is no row at all.
        inside = jnp.logical_or(inside, indices == np.iinfo(indices.dtype).max)
        run.check(jnp.all(inside), _index_message(size), indices)
        rows = [value.at[indices].get(mode="fill", fill_value=0) for value in whole]
        new = rule(*rows, *rest, **attributes)
        for slot, value, row in zip(slots, whole, new if count > 1 else (new,), strict=True):
            run.assign(slot, value.at[indices].set(row, mode="drop"))
        return slots[0]

    return lower


def _index_message(size: int) -> Callable[..., str]:
    def message(indices: Any) -> str:
        for offset, index in enumerate(np.asarray(indices).ravel().tolist()):
            if not 0 <= index < size:
                return f"Index {index} at offset {offset} in indices is out of range"
        return "indices are out of range"

    return message


def _with_keywords(lower: Callable[..., Any], keywords: list[str]) -> Callable[..., Any]:
    """A lowering in the registry's form, taking the attributes ``keywords``."""
    import inspect

    def lowering(*values: Any, **given: Any) -> Any:
        run = given.pop("run")
        op = given.pop("op")
        result = lower(run, values, given)
        return result if op.outputs else ()

    keyword_only = inspect.Parameter.KEYWORD_ONLY
    lowering.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(k, keyword_only) for k in ("run", "op", *keywords)]
    )
    return lowering


def _positive_part(x: Any) -> Any:
    return jnp.maximum(x, jnp.zeros_like(x))


def _soft_threshold(x: Any, threshold: Any) -> Any:
    return jnp.sign(x) * _positive_part(jnp.abs(x) - threshold)


# -- the rules ------------------------------------------------------------------------------------
@update_rule("GradientDescent", "var", "alpha delta", forms="Apply ResourceApply")
def gradient_descent(var: Any, alpha: Any, delta: Any) -> Any:
    """``var -= alpha * delta``."""
    return var - alpha * delta


@update_rule("Momentum", "var accum", "lr grad momentum", "use_nesterov: bool = false")
def momentum(var: Any, accum: Any, lr: Any, grad: Any, momentum: Any, *, use_nesterov: bool) -> Any:
    """Momentum (Polyak 1964), or Nesterov's form as in Sutskever et al. 2013."""
    accum = accum * momentum + grad
    if use_nesterov:
        return var - (grad * lr + accum * momentum * lr), accum
    return var - accum * lr, accum


@update_rule(
    "KerasMomentum", "var accum", "lr grad momentum", "use_nesterov: bool = false",
    forms="ResourceApply ResourceSparseApply",
)  # fmt: skip
def keras_momentum(
    var: Any, accum: Any, lr: Any, grad: Any, momentum: Any, *, use_nesterov: bool
) -> Any:
    """Momentum with the learning rate inside the accumulator, as Keras has it."""
    accum = accum * momentum - grad * lr
    if use_nesterov:
        return var + (accum * momentum - grad * lr), accum
    return var + accum, accum


def adam_step(var: Any, m: Any, alpha: Any, beta1: Any, root: Any, epsilon: Any, grad: Any,
              use_nesterov: bool) -> Any:  # fmt: skip
    """The change of the variable, once the moments are known."""
    if use_nesterov:
        return var - ((grad * (1 - beta1) + beta1 * m) * alpha) / (root + epsilon)
    return var - (m * alpha) / (root + epsilon)


@update_rule(
    "Adam", "var m v", "beta1_power beta2_power lr beta1 beta2 epsilon grad",
    "use_nesterov: bool = false", forms="Apply ResourceApply",
)  # fmt: skip
def adam(
    var: Any, m: Any, v: Any, beta1_power: Any, beta2_power: Any, lr: Any, beta1: Any, beta2: Any,
    epsilon: Any, grad: Any, *, use_nesterov: bool,
) -> Any:  # fmt: skip
    """Adam (Kingma and Ba 2014), with epsilon outside the bias correction."""
    alpha = lr * jnp.sqrt(1 - beta2_power) / (1 - beta1_power)
    return adam_kernel.adam(var, m, v, alpha, beta1, beta2, epsilon, grad, use_nesterov)


@update_rule(
    "AdamWithAmsgrad", "var m v vhat", "beta1_power beta2_power lr beta1 beta2 epsilon grad",
    forms="ResourceApply",
)  # fmt: skip
def adam_with_amsgrad(
    var: Any, m: Any, v: Any, vhat: Any, beta1_power: Any, beta2_power: Any, lr: Any, beta1: Any,
    beta2: Any, epsilon: Any, grad: Any,
) -> Any:  # fmt: skip
    """Adam with the largest second moment so far (Reddi et al. 2018)."""
    alpha = lr * jnp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (grad - m) * (1 - beta1)
    v = v + (jnp.square(grad) - v) * (1 - beta2)
    vhat = jnp.maximum(vhat, v)
    return var - (m * alpha) / (jnp.sqrt(vhat) + epsilon), m, v, vhat


@update_rule(
    "AdaMax", "var m v", "beta1_power lr beta1 beta2 epsilon grad", forms="Apply ResourceApply"
)
def ada_max(
    var: Any, m: Any, v: Any, beta1_power: Any, lr: Any, beta1: Any, beta2: Any, epsilon: Any,
    grad: Any,
) -> Any:  # fmt: skip
    """AdaMax: Adam with the infinity norm (Kingma and Ba 2014)."""
    m = m + (grad - m) * (1 - beta1)
    v = jnp.maximum(beta2 * v, jnp.abs(grad))
    return var - lr / (1 - beta1_power) * (m / (v + epsilon)), m, v


@update_rule("Adagrad", "var accum", "lr grad", "update_slots: bool = true")
def adagrad(var: Any, accum: Any, lr: Any, grad: Any, *, update_slots: bool) -> Any:
    """Adagrad (Duchi et al. 2011)."""
    if update_slots:
        accum = accum + jnp.square(grad)
    return var - grad * lr * _rsqrt(accum), accum


@update_rule("AdagradV2", "var accum", "lr epsilon grad", "update_slots: bool = true")
def adagrad_v2(
    var: Any, accum: Any, lr: Any, epsilon: Any, grad: Any, *, update_slots: bool
) -> Any:
    """Adagrad with an epsilon, as Keras has it."""
    if update_slots:
        accum = accum + jnp.square(grad)
    return var - grad * lr / (jnp.sqrt(accum) + epsilon), accum


def _rsqrt(x: Any) -> Any:
    return 1 / jnp.sqrt(x)


@update_rule(
    "AdagradDA", "var gradient_accumulator gradient_squared_accumulator",
    "grad lr l1 l2 global_step",
)  # fmt: skip
def adagrad_da(
    var: Any, gradient_sum: Any, square_sum: Any, grad: Any, lr: Any, l1: Any, l2: Any,
    global_step: Any,
) -> Any:  # fmt: skip
    """Adagrad dual averaging (Duchi et al. 2011)."""
    step = jnp.asarray(global_step).astype(var.dtype)
    gradient_sum = gradient_sum + grad
    square_sum = square_sum + jnp.square(grad)
    shrunk = jnp.where(l1 > 0, _soft_threshold(gradient_sum, l1 * step), gradient_sum)
    return -lr * shrunk / (l2 * step * lr + jnp.sqrt(square_sum)), gradient_sum, square_sum


@update_rule("Adadelta", "var accum accum_update", "lr rho epsilon grad")
def adadelta(
    var: Any, accum: Any, accum_update: Any, lr: Any, rho: Any, epsilon: Any, grad: Any
) -> Any:
    """Adadelta (Zeiler 2012)."""
    accum = accum * rho + jnp.square(grad) * (1 - rho)
    update = jnp.sqrt(accum_update + epsilon) * _rsqrt(accum + epsilon) * grad
    accum_update = accum_update * rho + jnp.square(update) * (1 - rho)
    return var - update * lr, accum, accum_update


@update_rule("RMSProp", "var ms mom", "lr rho momentum epsilon grad")
def rms_prop(
    var: Any, ms: Any, mom: Any, lr: Any, rho: Any, momentum: Any, epsilon: Any, grad: Any
) -> Any:
    """RMSProp (Tieleman and Hinton 2012)."""
    ms = ms + (jnp.square(grad) - ms) * (1 - rho)
    mom = mom * momentum + (grad * lr) / jnp.sqrt(ms + epsilon)
    return var - mom, ms, mom


@update_rule("CenteredRMSProp", "var mg ms mom", "lr rho momentum epsilon grad")
def centered_rms_prop(
    var: Any, mg: Any, ms: Any, mom: Any, lr: Any, rho: Any, momentum: Any, epsilon: Any, grad: Any
) -> Any:
    """RMSProp normalized by the estimated variance (Graves 2013)."""
    ms = ms + (jnp.square(grad) - ms) * (1 - rho)
    mg = mg + (grad - mg) * (1 - rho)
    mom = mom * momentum + (grad * lr) / jnp.sqrt((ms - jnp.square(mg)) + epsilon)
    return var - mom, mg, ms, mom


def _ftrl(var: Any, accum: Any, linear: Any, grad: Any, shown_grad: Any, lr: Any, l1: Any, l2: Any,
          lr_power: Any) -> Any:  # fmt: skip
    new_accum = accum + jnp.square(grad)

    def rooted(x: Any) -> Any:
        return jnp.where(lr_power == -0.5, jnp.sqrt(x), jnp.power(x, -lr_power))

    linear = linear + shown_grad - (rooted(new_accum) - rooted(accum)) / lr * var
    quadratic = rooted(new_accum) / lr + 2 * l2
    shrunk = (l1 * jnp.sign(linear) - linear) / quadratic
    var = jnp.where(jnp.abs(linear) > l1, shrunk, jnp.zeros_like(shrunk))
    return var, new_accum, linear


@update_rule("Ftrl", "var accum linear", "grad lr l1 l2 lr_power")
def ftrl(
    var: Any, accum: Any, linear: Any, grad: Any, lr: Any, l1: Any, l2: Any, lr_power: Any
) -> Any:
    """Follow the regularized leader (McMahan et al. 2013)."""
    return _ftrl(var, accum, linear, grad, grad, lr, l1, l2, lr_power)


@update_rule("FtrlV2", "var accum linear", "grad lr l1 l2 l2_shrinkage lr_power")
def ftrl_v2(
    var: Any, accum: Any, linear: Any, grad: Any, lr: Any, l1: Any, l2: Any, l2_shrinkage: Any,
    lr_power: Any,
) -> Any:  # fmt: skip
    """FTRL with an L2 shrinkage that acts on the gradient's magnitude only."""
    shrunk_grad = grad + 2 * l2_shrinkage * var
    return _ftrl(var, accum, linear, grad, shrunk_grad, lr, l1, l2, lr_power)


@update_rule("ProximalGradientDescent", "var", "alpha l1 l2 delta")
def proximal_gradient_descent(var: Any, alpha: Any, l1: Any, l2: Any, delta: Any) -> Any:
    """Forward-backward splitting (Duchi and Singer 2009)."""
    moved = var - alpha * delta
    shrunk = jnp.where(l1 > 0, _soft_threshold(moved, alpha * l1), moved)
    return shrunk / (1 + l2 * alpha)


@update_rule("ProximalAdagrad", "var accum", "lr l1 l2 grad")
def proximal_adagrad(var: Any, accum: Any, lr: Any, l1: Any, l2: Any, grad: Any) -> Any:
    """Forward-backward splitting with Adagrad's learning rates."""
    accum = accum + jnp.square(grad)
    rate = lr * _rsqrt(accum)
    moved = var - grad * rate
    shrunk = jnp.where(l1 > 0, _soft_threshold(moved, rate * l1), moved)
    return shrunk / (1 + l2 * rate), accum


@update_rule("AddSign", "var m", "lr alpha sign_decay beta grad", forms="Apply ResourceApply")
def add_sign(var: Any, m: Any, lr: Any, alpha: Any, sign_decay: Any, beta: Any, grad: Any) -> Any:
    """AddSign (Bello et al. 2017)."""
    m = m * beta + grad * (1 - beta)
    return var - lr * (alpha + sign_decay * jnp.sign(grad) * jnp.sign(m)) * grad, m


@update_rule("PowerSign", "var m", "lr logbase sign_decay beta grad", forms="Apply ResourceApply")
def power_sign(
    var: Any, m: Any, lr: Any, logbase: Any, sign_decay: Any, beta: Any, grad: Any
) -> Any:
    """PowerSign (Bello et al. 2017)."""
    m = m * beta + grad * (1 - beta)
    return var - lr * jnp.exp(logbase * sign_decay * jnp.sign(grad) * jnp.sign(m)) * grad, m


def apply_rule(name: str, *inputs: Any, use_locking: bool = False, **attributes: Any) -> Any:
    """Adds one of these operations and returns it.

    Args:
        name: the op type, such as ``'ApplyAdam'``.
        *inputs: its inputs. use_locking: as in TensorFlow. **attributes: further attributes.
    """
    result = apply(name, *inputs, use_locking=use_locking, **attributes)
    return getattr(result, "op", result)
