"""``model.summary()``: the table of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.keras import backend as K


def count_params(weights: Sequence[Any]) -> int:
    """The number of elements of distinct weights."""
    distinct = {id(w): w for w in weights}.values()
    return int(sum(np.prod(w.shape.as_list(), dtype=np.int64) for w in distinct))


def _is_sequential_like(model: Any) -> bool:
    if type(model).__name__ == "Sequential" or not model._is_graph_network:
        return True
    for nodes in model._nodes_by_depth.values():
        if len(nodes) > 1 or any(len(n.inbound_layers) > 1 for n in nodes):
            return False
    relevant = {id(n) for nodes in model._nodes_by_depth.values() for n in nodes}
    for layer in model.layers:
        if sum(id(node) in relevant for node in layer._inbound_nodes) > 1:
            return False
    return True


def print_summary(model: Any, line_length: int | None = None, positions: Any = None,
                  print_fn: Callable[[str], Any] | None = None) -> None:  # fmt: skip
    """Prints the table.

    Args:
        model: the model, built.
        line_length: the width. positions: where the columns end, as fractions or numbers.
        print_fn: what is called with each line.
    """
    show = print_fn or print
    sequential = _is_sequential_like(model)
    if sequential:
        line_length = line_length or 65
        positions = positions or [0.45, 0.85, 1.0]
        titles = ["Layer (type)", "Output Shape", "Param #"]
    else:
        line_length = line_length or 98
        positions = positions or [0.33, 0.55, 0.67, 1.0]
        titles = ["Layer (type)", "Output Shape", "Param #", "Connected to"]
    if positions[-1] <= 1:
        positions = [int(line_length * p) for p in positions]
    relevant = (
        None if sequential else {id(n) for nodes in model._nodes_by_depth.values() for n in nodes}
    )

    def row(fields: Sequence[Any]) -> None:
        line = ""
        for i, field in enumerate(fields):
            if i > 0:
                line = line[:-1] + " "
            line += str(field)
            line = line[: positions[i]]
            line += " " * (positions[i] - len(line))
        show(line)

    show(f'Model: "{model.name}"')
    show("_" * line_length)
    row(titles)
    show("=" * line_length)
    layers = model.layers
    for i, layer in enumerate(layers):
        try:
            shape = layer.output_shape
        except AttributeError:
            shape = "multiple"
        count: Any = layer.count_params() if layer.built else "0 (unused)"
        fields = [f"{layer.name} ({type(layer).__name__})", shape, count]
        if sequential:
            row(fields)
        else:
            sources = []
            for node in layer._inbound_nodes:
                if relevant and id(node) not in relevant:
                    continue
                for inbound, index, tensor in zip(
                    node.inbound_layers, node.node_indices, node.tensor_indices
                ):
                    sources.append(f"{inbound.name}[{index}][{tensor}]")
            row([*fields, sources[0] if sources else ""])
            for source in sources[1:]:
                row(["", "", "", source])
        show(("=" if i == len(layers) - 1 else "_") * line_length)
    trainable = count_params(model.trainable_weights)
    frozen = count_params(model.non_trainable_weights)
    show(f"Total params: {trainable + frozen:,}")
    show(f"Trainable params: {trainable:,}")
    show(f"Non-trainable params: {frozen:,}")
    show("_" * line_length)


def int_shapes(tensors: Sequence[Any]) -> list[Any]:
    """The known shapes of tensors."""
    return [K.int_shape(t) for t in tensors]
