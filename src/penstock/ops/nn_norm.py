"""Local response normalisation."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.kernels import normalization as kernels
from penstock.ops.nn_conv import attributes_of

_LRN = (
    "depth_radius: int = 5; bias: float = 1.0; alpha: float = 1.0; beta: float = 0.5; "
    "T: {half, bfloat16, float} = float"
)
_NAMES = ("depth_radius", "bias", "alpha", "beta")


def _image(op: Any) -> Any:
    shape = op.inputs[0].shape
    if shape.ndims not in (None, 4):
        raise ValueError(f"Shape must be rank 4 but is rank {shape.ndims}")
    for tensor in op.inputs[1:]:
        shape = shape.merge_with(tensor.shape)
    return shape.with_rank(4)


@operation("LRN", inputs="input: T", outputs="output: T", attrs=_LRN)
class LRN:
    shape = _image

    def lower(
        input: Any,  # noqa: A002
        *,
        depth_radius: int,
        bias: float,
        alpha: float,
        beta: float,
    ) -> Any:
        return kernels.lrn(input, depth_radius, bias, alpha, beta)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("LRNGrad", grad, op.inputs[0], op.outputs[0], **attributes_of(op, _NAMES))


@operation(
    "LRNGrad",
    inputs="input_grads: T, input_image: T, output_image: T",
    outputs="output: T",
    attrs=_LRN,
)
class LRNGrad:
    shape = _image

    def lower(
        input_grads: Any,
        input_image: Any,
        output_image: Any,
        *,
        depth_radius: int,
        bias: float,
        alpha: float,
        beta: float,
    ) -> Any:
        return kernels.lrn_grad(
            input_grads, input_image, output_image, depth_radius, bias, alpha, beta
        )


def local_response_normalization(
    input: Any,  # noqa: A002
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Tensor:
    """Divides by a power of the sum of squares over neighbouring channels.

    ``input / (bias + alpha * sum of squares) ** beta`` (Krizhevsky et al., 2012).

    Args:
        input: ``[batch, height, width, channels]``: ``float16``, ``bfloat16`` or ``float32``.
        depth_radius: how many channels on each side are summed.
        bias: added to the sum; positive keeps the result finite.
        alpha: the factor of the sum.
        beta: the exponent.
        name: the operation's name.
    """
    return apply(
        "LRN", input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name
    )
