"""``tf.hessians``: second derivatives."""

from __future__ import annotations

from typing import Any

from penstock.autodiff.gradients import gradients


def hessians(
    ys: Any,
    xs: Any,
    name: str = "hessians",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
) -> list[Any]:
    """The matrices of second derivatives of the sum of ``ys``.

    Args:
        ys: a tensor or list of tensors to differentiate.
        xs: a tensor or list of tensors to differentiate with respect to.
        name: accepted for compatibility.
        colocate_gradients_with_ops: as for ``tf.gradients``.
        gate_gradients: as for ``tf.gradients``.
        aggregation_method: as for ``tf.gradients``.

    Returns:
        For each of ``xs`` a tensor of shape ``x.shape + x.shape``.

    Raises:
        LookupError: when an operation on the way has no gradient registered.
    """
    from penstock.ops.arrays import reshape, shape, size
    from penstock.ops.constants import constant
    from penstock.ops.joining import concat
    from penstock.ops.tensor_arrays import TensorArray
    from penstock.ops.while_loops import while_loop

    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    first = gradients(
        ys,
        xs,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
    )
    results = []
    for gradient, x in zip(first, xs, strict=True):
        flat = reshape(gradient, [-1])
        count = size(x)

        def row(j: Any, rows: Any, flat: Any = flat, x: Any = x) -> Any:
            return j + 1, rows.write(j, gradients(flat[j], x)[0])

        _, rows = while_loop(
            lambda j, _, count=count: j < count,
            row,
            [constant(0), TensorArray(x.dtype.base_dtype, count)],
        )
        sizes = shape(x)
        results.append(reshape(rows.stack(), concat((sizes, sizes), 0)))
    return results
