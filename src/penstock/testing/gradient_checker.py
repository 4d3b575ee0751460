"""``tf.test.compute_gradient``: symbolic gradients against finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import defaults
from penstock.graph.tensor import Tensor


def _run(fetches: Any, feed: dict[Any, Any]) -> Any:
    session = defaults.get_default_session()
    if session is None:
        raise ValueError("compute_gradient needs a default session")
    return session.run(fetches, feed)


def _real_view(array: np.ndarray) -> np.ndarray:
    """The numbers of an array in a row, complex ones as two."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat


def _theoretical(x: Tensor, x_data: np.ndarray, y: Tensor, y_shape: Any, dx: Any, dy: Any,
                 feed: dict[Any, Any]) -> np.ndarray:  # fmt: skip
    x_size = _real_view(x_data).size
    dy_data = np.zeros(y_shape, y.dtype.base_dtype.as_numpy_dtype)
    dy_view = _real_view(dy_data) if dy_data.ndim else dy_data.reshape(1)
    y_size = dy_view.size
    jacobian = np.zeros((x_size, y_size), x_data.real.dtype)
    for column in range(y_size):
        dy_view = np.zeros(y_size, dy_data.real.dtype)
        dy_view[column] = 1
        sent = dy_view.view(dy_data.dtype).reshape(dy_data.shape)
        found = _run(dx, {**feed, x: x_data, dy: sent})
        if hasattr(found, "dense_shape"):
            dense = np.zeros(x_data.shape, x_data.dtype)
            np.add.at(dense, found.indices, found.values)
            found = dense
        jacobian[:, column] = _real_view(np.asarray(found, x_data.dtype))
    return jacobian


def _numeric(x: Tensor, x_data: np.ndarray, y: Tensor, y_shape: Any, delta: float,
             feed: dict[Any, Any]) -> np.ndarray:  # fmt: skip
    x_copy = np.array(x_data)
    flat = x_copy.reshape(-1)
    view = flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat
    rows = []
    for row in range(view.size):
        kept = view[row]
        view[row] = kept + delta
        ahead = _run(y, {**feed, x: flat.reshape(x_data.shape)})
        view[row] = kept - delta
        behind = _run(y, {**feed, x: flat.reshape(x_data.shape)})
        view[row] = kept
        rows.append(_real_view(np.asarray((ahead - behind) / (2 * delta))))
    y_size = int(np.prod(y_shape)) * (2 if y.dtype.is_complex else 1)
    result = np.zeros((view.size, y_size), x_data.real.dtype)
    if rows and y_size:
        result[:] = np.stack(rows)
    return result


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Any,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Any = None,
    extra_feed_dict: Any = None,
) -> Any:
    """The Jacobian of ``y`` by ``x``, from the graph's gradient and by finite differences.

    Args:
        x: a tensor, or a list of tensors.
        x_shape: the shape of ``x`` (a list of shapes for a list).
        y: a tensor.
        y_shape: its shape.
        x_init_value: where the derivative is taken; random numbers when left out.
        delta: the step of the finite differences.
        init_targets: operations to run first.
        extra_feed_dict: further feeds.

    Returns:
        (theoretical, numeric), each ``[size of x, size of y]``; a list of such for a list.
    """
    from penstock.autodiff.gradients import gradients
    from penstock.ops.constants import constant

    feed = dict(extra_feed_dict or {})
    if init_targets is not None:
        for init in init_targets if isinstance(init_targets, (list, tuple)) else [init_targets]:
            _run(init, {})
    several = isinstance(x, list)
    xs = x if several else [x]
    shapes = x_shape if several else [x_shape]
    starts = x_init_value if several else [x_init_value]
    if starts is None:
        starts = [None] * len(xs)
    dy = constant(np.ones(y_shape, y.dtype.base_dtype.as_numpy_dtype))
    found = gradients(y, xs, dy)
    values = []
    for each, shape, start in zip(xs, shapes, starts):
        kind = each.dtype.base_dtype.as_numpy_dtype
        if start is None:
            start = np.random.random_sample(shape).astype(kind)
            if each.dtype.is_complex:
                start = start + 1j * np.random.random_sample(shape)
        values.append(np.asarray(start).astype(kind))
    everywhere = dict(zip(xs, values))
    results = []
    for each, value, gradient in zip(xs, values, found):
        others = {**feed, **{t: v for t, v in everywhere.items() if t is not each}}
        numeric = _numeric(each, value, y, y_shape, delta, others)
        if gradient is None:
            exact = np.zeros_like(numeric)
        else:
            exact = _theoretical(each, value, y, y_shape, gradient, dy, others)
        results.append((exact, numeric))
    return results if several else results[0]


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Any,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Any = None,
    extra_feed_dict: Any = None,
) -> float:
    """The greatest difference between the two Jacobians of ``compute_gradient``."""
    found = compute_gradient(
        x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict
    )
    pairs = found if isinstance(found, list) else [found]
    error = 0.0
    for exact, numeric in pairs:
        if exact.size or numeric.size:
            if np.isnan(exact).any() or np.isnan(numeric).any():
                return float("nan")
            error = max(error, float(np.fabs(exact - numeric).max()))
    return error
