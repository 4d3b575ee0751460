"""What users pass as data: arrays by name or place, checked and in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from penstock.keras import losses
from penstock.keras import tensor_ops as ops


def is_tensor(value: Any) -> bool:
    """Whether ``value`` is a tensor of the graph."""
    return isinstance(value, (ops.Tensor, ops.Variable, ops.SparseTensor))


def as_array(value: Any) -> Any:
    """An array of whatever array-like was given."""
    if is_tensor(value) or value is None or isinstance(value, np.ndarray):
        return value
    if hasattr(value, "tocoo"):
        return value.toarray()
    if hasattr(value, "values") and hasattr(value, "index"):
        return np.asarray(value.values)
    if type(value).__name__ == "HDF5Matrix":
        return np.asarray(value[:])
    return np.asarray(value)


def in_order(data: Any, names: Sequence[str], what: str) -> list[Any]:
    """One array for each name.

    Args:
        data: an array, a list of arrays, or a dictionary by name.
        names: the names. what: ``'input'`` or ``'target'``, for messages.

    Raises:
        ValueError: when there are too many or too few.
    """
    if not names:
        if data is not None and isinstance(data, list) and data:
            raise ValueError(f"Error when checking model {what}: expected no data, but got: {data}")
        return []
    if data is None:
        return [None] * len(names)
    if isinstance(data, Mapping):
        try:
            values = [data[name] for name in names]
        except KeyError as error:
            raise ValueError(
                f'No data provided for "{error.args[0]}". Need data for each key in: {list(names)}'
            ) from None
    elif isinstance(data, (list, tuple)):
        if len(names) == 1 and not _is_list_of_arrays(data):
            values = [np.asarray(data)]
        else:
            values = list(data)
    else:
        values = [data]
    values = [as_array(v) for v in values]
    if len(values) != len(names):
        if len(names) == 1 and values and hasattr(values[0], "shape") and len(values) > 1:
            if all(np.ndim(v) == 0 for v in values):
                return [np.asarray(values)]
        raise ValueError(
            f"Error when checking model {what}: the list of Numpy arrays that you are passing to "
            "your model is not the size the model expected. Expected to see "
            f"{len(names)} array(s), for inputs {list(names)} but instead got the following list "
            f"of {len(values)} arrays: {str(values)[:200]}..."
        )
    return values


def _is_list_of_arrays(data: Any) -> bool:
    return bool(data) and all(
        isinstance(v, np.ndarray) or hasattr(v, "shape") or v is None for v in data
    )


def checked(values: list[Any], names: Sequence[str], shapes: Sequence[Any], what: str,
            batch_axis: bool = True) -> list[Any]:  # fmt: skip
    """Arrays of vectors become columns; shapes are compared with what the model wants.

    Raises:
        ValueError: naming the input, what it wanted and what it got.
    """
    del batch_axis
    found = []
    for value, name, shape in zip(values, names, shapes):
        if value is None or is_tensor(value):
            found.append(value)
            continue
        if value.ndim == 0:
            raise ValueError(
                f"Error when checking {what}: expected {name} to be an array of samples, but got "
                f"a single value."
            )
        if value.ndim == 1 and (shape is None or len(shape) != 1):
            value = value[:, None]
        if shape is not None:
            if value.ndim != len(shape):
                raise ValueError(
                    f"Error when checking {what}: expected {name} to have {len(shape)} dimensions, "
                    f"but got array with shape {value.shape}"
                )
            for size, wanted in zip(value.shape[1:], shape[1:]):
                if wanted is not None and size != wanted:
                    raise ValueError(
                        f"Error when checking {what}: expected {name} to have shape "
                        f"{tuple(shape[1:])} but got array with shape {value.shape[1:]}"
                    )
        found.append(value)
    return found


def check_lengths(inputs: list[Any], targets: list[Any], weights: list[Any]) -> int | None:
    """The number of samples.

    Raises:
        ValueError: when arrays have different numbers.
    """

    def lengths(arrays: list[Any]) -> list[int]:
        return sorted({a.shape[0] for a in arrays if a is not None and not is_tensor(a) and a.ndim})

    xs, ys, ws = lengths(inputs), lengths(targets), lengths(weights)
    if len(xs) > 1:
        raise ValueError(
            "All input arrays (x) should have the same number of samples. Got array shapes: "
            f"{[a.shape for a in inputs if a is not None]}"
        )
    if len(ys) > 1:
        raise ValueError(
            "All target arrays (y) should have the same number of samples. Got array shapes: "
            f"{[a.shape for a in targets if a is not None]}"
        )
    if xs and ys and xs[0] != ys[0]:
        raise ValueError(
            "Input arrays should have the same number of samples as target arrays. Found "
            f"{xs[0]} input samples and {ys[0]} target samples."
        )
    if len(ws) > 1:
        raise ValueError(
            "All sample_weight arrays should have the same number of samples. Got array shapes: "
            f"{[a.shape for a in weights if a is not None]}"
        )
    if ys and ws and ys[0] != ws[0]:
        raise ValueError(
            "Sample_weight arrays should have the same number of samples as target arrays. Got "
            f"{ws[0]} input samples and {ys[0]} target samples."
        )
    return xs[0] if xs else ys[0] if ys else None


def check_loss_and_labels(endpoints: Sequence[Any], targets: list[Any]) -> None:
    """Raises where labels have the wrong form for their loss.

    Raises:
        ValueError: saying which form the loss wants, and how to get it.
    """
    for endpoint, y in zip(endpoints, targets):
        if y is None or is_tensor(y) or endpoint.loss is None:
            continue
        if losses.is_categorical_crossentropy(endpoint.loss) and y.shape[-1] == 1:
            outputs = endpoint.output.shape.as_list()[-1]
            if outputs != 1:
                raise ValueError(
                    f"You are passing a target array of shape {y.shape} while using as loss "
                    "`categorical_crossentropy`. `categorical_crossentropy` expects targets to be "
                    "binary matrices (1s and 0s) of shape (samples, classes). If your targets are "
                    "integer classes, convert them with keras.utils.to_categorical(y), or use the "
                    "loss `sparse_categorical_crossentropy`, which takes integers as they are."
                )
        shape = endpoint.target_shape
        if shape is None:
            continue
        for size, wanted in zip(y.shape[1:], shape[1:]):
            if wanted is not None and size != wanted:
                name = getattr(endpoint.loss, "name", "the loss")
                raise ValueError(
                    f"A target array with shape {y.shape} was passed for an output of shape "
                    f"{tuple(shape)} while using as loss `{name}`. This loss expects targets to "
                    "have the same shape as the output."
                )


def class_weight_per_output(class_weight: Any, names: Sequence[str]) -> list[Any]:
    """The class weights of each output."""
    if not class_weight:
        return [None] * len(names)
    if isinstance(class_weight, (list, tuple)):
        return list(class_weight)
    if len(names) > 1 or any(name in class_weight for name in names):
        return [class_weight.get(name) for name in names]
    return [class_weight]


def weights_of(y: Any, sample_weight: Any, class_weight: Any, mode: Any) -> Any:
    """Sample weights and class weights as one array, or ``None``.

    Raises:
        ValueError: for weights of the wrong shape, or classes without a weight.
    """
    if sample_weight is not None:
        sample_weight = np.asarray(as_array(sample_weight))
        if mode == "temporal":
            if sample_weight.ndim != 2:
                raise ValueError(
                    f"Found a sample_weight array with shape {sample_weight.shape}. In order to "
                    "use timestep-wise sample weights, you should pass a 2D sample_weight array."
                )
        elif mode is None and sample_weight.ndim != 1:
            if sample_weight.ndim == 2 and sample_weight.shape[1] == 1:
                sample_weight = sample_weight[:, 0]
            else:
                raise ValueError(
                    f"Found a sample_weight array with shape {sample_weight.shape}. In order to "
                    "use timestep-wise sample weights, you should specify "
                    'sample_weight_mode="temporal" in compile().'
                )
    if class_weight is None:
        return sample_weight
    if y.ndim > 2:
        raise ValueError("`class_weight` not supported for 3+ dimensional targets.")
    if y.ndim == 2 and y.shape[1] > 1:
        classes = np.argmax(y, axis=1)
    else:
        classes = np.reshape(y, y.shape[0])
    known, positions = np.unique(classes, return_inverse=True)
    missing = {int(c) for c in known} - {int(k) for k in class_weight}
    if missing:
        raise ValueError(
            "`class_weight` must contain all classes in the data. The classes "
            f"{missing} exist in the data but not in `class_weight`."
        )
    by_class = {int(k): float(v) for k, v in class_weight.items()}
    weights = np.asarray([by_class[int(c)] for c in known], np.float64)[positions]
    return weights if sample_weight is None else weights * sample_weight
