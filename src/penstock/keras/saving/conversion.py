"""Weights as other versions of Keras and other backends stored them."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import backend as K

Arrays = list[np.ndarray]
_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")


def layer_weights(layer: Any) -> list[Any]:
    """A layer's variables in the order of files: those that are trained first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def converted(layer: Any, weights: Arrays, version: str | None = None,
              backend: str | None = None) -> Arrays:  # fmt: skip
    """A layer's stored weights in today's form.

    Args:
        layer: the layer. weights: the arrays from the file.
        version: the version of Keras that wrote it. backend: its backend.
    """
    kind = type(layer).__name__
    if kind == "Bidirectional":
        half = len(weights) // 2
        return [
            *converted(layer.forward_layer, weights[:half], version, backend),
            *converted(layer.backward_layer, weights[half:], version, backend),
        ]
    if kind == "TimeDistributed":
        return converted(layer.layer, weights, version, backend)
    if kind in ("Model", "Sequential"):
        return _of_model(layer, weights, version, backend)
    if version == "1":
        weights = _from_keras1(layer, kind, list(weights))
    if kind in _CONVOLUTIONS and weights:
        weights = list(weights)
        count = 2 if kind == "ConvLSTM2D" else 1
        if backend == "theano":
            # Theano's convolution turned kernels around.
            weights[:count] = [np.flip(w, tuple(range(w.ndim - 2))) for w in weights[:count]]
        if K.int_shape(layer.weights[0]) != weights[0].shape and weights[0].ndim == 4:
            weights[:count] = [w.transpose(3, 2, 0, 1) for w in weights[:count]]
    return _recurrent(layer, kind, weights)


def _of_model(model: Any, weights: Arrays, version: Any, backend: Any) -> Arrays:
    """A nested model's weights: first those of all its layers that are trained."""
    border = len(model.trainable_weights)
    moving, frozen = weights[:border], weights[border:]
    first, second = [], []
    for layer in model.layers:
        count, rest = len(layer.trainable_weights), len(layer.non_trainable_weights)
        if not count + rest:
            continue
        made = converted(layer, [*moving[:count], *frozen[:rest]], version, backend)
        first += made[:count]
        second += made[count:]
        moving, frozen = moving[count:], frozen[rest:]
    return [*first, *second]


def _from_keras1(layer: Any, kind: str, weights: Arrays) -> Arrays:
    first = layer.data_format == "channels_first" if hasattr(layer, "data_format") else False
    if kind == "Conv1D":
        shape = weights[0].shape
        if shape[:2] != (layer.kernel_size[0], 1) or shape[3] != layer.filters:
            weights[0] = weights[0].transpose(2, 3, 1, 0)
        weights[0] = weights[0][:, 0]
    elif kind == "Conv2D" and first:
        weights[0] = weights[0].transpose(2, 3, 1, 0)
    elif kind == "Conv2DTranspose":
        weights[0] = weights[0].transpose((2, 3, 0, 1) if first else (0, 1, 3, 2))
    elif kind == "Conv3D" and first:
        weights[0] = weights[0].transpose(2, 3, 4, 1, 0)
    elif kind == "GRU" and len(weights) == 9:
        weights = [np.concatenate(weights[i::3], axis=-1) for i in range(3)]
    elif kind in ("LSTM", "ConvLSTM2D") and len(weights) == 12:
        # Keras 1 kept a gate's three arrays together: input, candidate, forget, output.
        order = (0, 6, 3, 9)
        weights = [np.concatenate([weights[i + k] for k in order], axis=-1) for i in range(3)]
        if kind == "ConvLSTM2D" and first:
            weights[:2] = [w.transpose(2, 3, 1, 0) for w in weights[:2]]
    return weights


def _recurrent(layer: Any, kind: str, weights: Arrays) -> Arrays:
    """Between cuDNN's layers and the others."""
    if len(weights) != 3:
        return weights
    if kind in ("LSTM", "CuDNNLSTM"):
        gates, units, bias = 4, weights[1].shape[0], weights[2]
        if bias.shape not in ((units * 4,), (units * 8,)):
            raise ValueError(f"Invalid bias shape: {bias.shape}")
        fast = bias.shape == (units * 8,)
        if fast == (kind == "CuDNNLSTM"):
            return weights
        new = bias.reshape(2, -1).sum(0) if fast else np.tile(0.5 * bias, 2)
        return [*_turned(weights, gates, fast), new]
    if kind in ("GRU", "CuDNNGRU"):
        units, bias = weights[1].shape[0], weights[2]
        names = {(units * 6,): "CuDNNGRU", (2, units * 3): "GRU(reset_after=True)",
                 (units * 3,): "GRU(reset_after=False)"}  # fmt: skip
        if bias.shape not in names:
            raise ValueError(f"Invalid bias shape: {bias.shape}")
        source = names[bias.shape]
        target = kind if kind == "CuDNNGRU" else f"GRU(reset_after={bool(layer.reset_after)})"
        if source == target:
            return weights
        if "GRU(reset_after=False)" in (source, target):
            raise ValueError(f"{source} is not compatible with {target}")
        fast = source == "CuDNNGRU"
        return [*_turned(weights, 3, fast), bias.reshape((2, -1) if fast else -1)]
    return weights


def _turned(weights: Arrays, gates: int, from_cudnn: bool) -> Arrays:
    """Kernels between cuDNN's order of elements and the usual one."""
    order: Any = "F" if from_cudnn else "C"
    kernels = [k.T.reshape(k.shape, order=order) for k in np.split(weights[0], gates, axis=1)]
    recurrent = [k.T for k in np.split(weights[1], gates, axis=1)]
    return [np.hstack(kernels), np.hstack(recurrent)]
