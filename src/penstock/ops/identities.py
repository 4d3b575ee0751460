"""Operations that give their input back: identities, gradient stops, checks of values."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input


@operation("Identity", inputs="input: T", outputs="output: T", attrs="T: type")
class Identity:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    fold = host = lower

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return dy


@operation("IdentityN", inputs="input: list(T)", outputs="output: list(T)",
           attrs="T: list(type) >= 1")  # fmt: skip
class IdentityN:
    def shape(op: Any) -> Any:  # noqa: N805
        return [each.shape for each in op.inputs]

    def lower(input: list[Any]) -> Any:  # noqa: A002
        return tuple(input) if len(input) > 1 else input[0]

    fold = host = lower

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
        return list(dys)


@operation("Snapshot", inputs="input: T", outputs="output: T", attrs="T: type")
class Snapshot:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    fold = host = lower


@operation("DeepCopy", inputs="x: T", outputs="y: T", attrs="T: type", stateful=True)
class DeepCopy:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return x

    host = lower


@operation("GuaranteeConst", inputs="input: T", outputs="output: T", attrs="T: type", stateful=True)
class GuaranteeConst:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    host = lower


@operation("StopGradient", inputs="input: T", outputs="output: T", attrs="T: type")
class StopGradient:
    shape = same_as_input()
    gradient = None

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    fold = host = lower


@operation(
    "PreventGradient",
    inputs="input: T",
    outputs="output: T",
    attrs="T: type; message: string = ''",
)
class PreventGradient:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    fold = host = lower

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        raise LookupError(f"Gradient explicitly disabled. Reason: {op.attr('message')!r}")


@operation("DebugGradientIdentity", inputs="input: T", outputs="output: T", attrs="T: type")
class DebugGradientIdentity:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    fold = host = lower


@operation("EnsureShape", inputs="input: T", outputs="output: T", attrs="shape: shape; T: type")
class EnsureShape:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[0].shape.merge_with(op.attr("shape"))

    def lower(input: Any, *, shape: Any) -> Any:  # noqa: A002
        if not shape.is_compatible_with(list(input.shape)):
            given = f"[{','.join(map(str, input.shape))}]"
            wanted = f"[{','.join('?' if s is None else str(s) for s in shape.sizes)}]"
            raise errors.InvalidArgumentError(
                None, None, f"Shape of tensor {given} is not compatible with expected shape "
                f"{wanted}."
            )  # fmt: skip
        return input

    host = lower

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return dy


def _not_finite(prefix: str) -> Any:
    def message(has_nan: np.ndarray, has_inf: np.ndarray) -> str:
        kinds = [w for w, present in (("Inf", has_inf), ("NaN", has_nan)) if present]
        return f"{prefix} : Tensor had {' and '.join(kinds)} values"

    return message


@operation(
    "CheckNumerics",
    inputs="tensor: T",
    outputs="output: T",
    attrs="T: floattype; message: string",
    stateful=True,
)
class CheckNumerics:
    shape = same_as_input()

    def lower(tensor: Any, *, message: str, run: Any) -> Any:
        has_nan, has_inf = jnp.any(jnp.isnan(tensor)), jnp.any(jnp.isinf(tensor))
        run.check(~(has_nan | has_inf), _not_finite(message), has_nan, has_inf)
        return tensor

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return check_numerics(
            dy,
            "Not a number (NaN) or infinity (Inf) values detected in gradient. "
            f"{op.attr('message')!r}",
        )


def identity(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """A tensor with the value of ``input``, as an operation of its own.

    Args:
        input: a tensor, variable, or what converts to one.
        name: the operation's name.
    """
    return apply("Identity", input, name=name)


def identity_n(input: Any, name: str | None = None) -> list[Tensor]:  # noqa: A002
    """Tensors with the values of the list ``input``, as one operation."""
    return apply("IdentityN", input, name=name)


def stop_gradient(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """``input``, through which no gradient flows.

    Args:
        input: a tensor.
        name: the operation's name.
    """
    return apply("StopGradient", input, name=name)


def prevent_gradient(input: Any, message: str = "", name: str | None = None) -> Tensor:  # noqa: A002
    """``input``; asking for a gradient through it raises ``LookupError`` with ``message``."""
    return apply("PreventGradient", input, name=name, message=message)


def guarantee_const(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """``input``, which the caller promises not to change between runs."""
    return apply("GuaranteeConst", input, name=name)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """``x``, checked in each run to have ``shape``, which it then is known to have.

    Args:
        x: a tensor.
        shape: a ``TensorShape`` or list, ``None`` for sizes that may vary.
        name: the operation's name.

    Raises:
        InvalidArgumentError: in a run, when the value has another shape.
    """
    return apply("EnsureShape", x, name=name, shape=as_shape(shape))


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """``tensor``, checked in each run to be free of NaN and infinity.

    Args:
        tensor: a floating point tensor.
        message: the beginning of the error's message.
        name: the operation's name.

    Raises:
        InvalidArgumentError: in a run, when there is a NaN or infinity.
    """
    return apply("CheckNumerics", tensor, name=name, message=message)
