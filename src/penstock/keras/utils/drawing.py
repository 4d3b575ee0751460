"""``keras.utils.plot_model``: a picture of a model's layers.

Drawn with Graphviz's ``dot`` when that is installed, else with Matplotlib; an ``.svg`` without
either.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from html import escape
from typing import Any

from penstock.keras.engine.input_layer import InputLayer


def _label(layer: Any, show_shapes: bool, show_names: bool) -> list[str]:
    kind = type(layer).__name__
    inner = getattr(layer, "layer", None)
    if inner is not None:
        kind = f"{kind}({type(inner).__name__})"
    lines = [f"{layer.name}: {kind}" if show_names else kind]
    if show_shapes:
        for what in ("input", "output"):
            try:
                shape = getattr(layer, what + "_shape")
            except AttributeError:
                shape = "multiple"
            lines.append(f"{what}: {shape}")
    return lines


def _parts(model: Any) -> tuple[list[Any], list[tuple[Any, Any]]]:
    """The layers from the inputs on, and the pairs that are connected."""
    if not getattr(model, "_is_graph_network", False):
        if not hasattr(model, "_layers"):
            raise ValueError("A subclassed model has no graph of layers to draw.")
        layers = model.layers
        return layers, list(zip(layers, layers[1:]))
    layers = model._layers
    known = {id(layer) for layer in layers}
    nodes = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    edges: list[tuple[Any, Any]] = []
    for layer in layers:
        for node in layer._inbound_nodes:
            if id(node) not in nodes or isinstance(layer, InputLayer):
                continue
            for source in node.inbound_layers:
                if id(source) in known and all((source, layer) != e for e in edges):
                    edges.append((source, layer))
    return layers, edges


def model_to_dot(model: Any, show_shapes: bool = False, show_layer_names: bool = True,
                 rankdir: str = "TB", expand_nested: bool = False, dpi: int = 96,
                 subgraph: bool = False) -> str:  # fmt: skip
    """The layers as a graph in Graphviz's language.

    Args:
        model: the model. show_shapes: whether shapes are shown.
        show_layer_names: whether names are shown. rankdir: ``'TB'`` (downwards) or ``'LR'``.
        expand_nested: whether models in the model are drawn with their layers.
        dpi: dots per inch. subgraph: accepted as in Keras.
    """
    lines = ["digraph {", f"rankdir={rankdir}; dpi={dpi}; concentrate=true;",
             "node [shape=record];"]  # fmt: skip
    lines += _dot_of(model, show_shapes, show_layer_names, expand_nested)
    return "\n".join([*lines, "}"])


def _dot_of(model: Any, shapes: bool, names: bool, expand: bool) -> list[str]:
    layers, edges = _parts(model)
    lines: list[str] = []
    inside: dict[int, tuple[int, int]] = {}
    for layer in layers:
        if expand and getattr(layer, "_is_graph_network", False):
            inner, _ = _parts(layer)
            inside[id(layer)] = (id(inner[0]), id(inner[-1]))
            lines.append(f'subgraph "cluster_{layer.name}" {{ label="{layer.name}"; style=dashed;')
            lines += [*_dot_of(layer, shapes, names, expand), "}"]
            continue
        text = "|".join(_label(layer, shapes, names))
        for mark in "{}<>":
            text = text.replace(mark, "\\" + mark)
        lines.append(f'"{id(layer)}" [label="{{{text}}}"];')
    for source, target in edges:
        start = inside.get(id(source), (0, id(source)))[1]
        end = inside.get(id(target), (id(target), 0))[0]
        lines.append(f'"{start}" -> "{end}";')
    return lines


def plot_model(model: Any, to_file: str = "model.png", show_shapes: bool = False,
               show_layer_names: bool = True, rankdir: str = "TB", expand_nested: bool = False,
               dpi: int = 96) -> None:  # fmt: skip
    """Draws the layers of a model into a file.

    Args:
        model: the model. to_file: the file; its ending names the format.
        show_shapes: whether shapes are shown. show_layer_names: whether names are shown.
        rankdir: ``'TB'`` (downwards) or ``'LR'``.
        expand_nested: whether models in the model are drawn with their layers (with Graphviz).
        dpi: dots per inch.

    Raises:
        ImportError: when neither Graphviz nor Matplotlib can make such a file.
    """
    ending = os.path.splitext(to_file)[1].lstrip(".") or "png"
    program = shutil.which("dot")
    if program is not None:
        text = model_to_dot(model, show_shapes, show_layer_names, rankdir, expand_nested, dpi)
        subprocess.run([program, f"-T{ending}", "-o", to_file], input=text, text=True, check=True)
        return
    boxes, lines, size = _placed(model, show_shapes, show_layer_names, rankdir == "LR")
    if ending == "svg":
        with open(to_file, "w", encoding="utf-8") as file:
            file.write(_svg(boxes, lines, size))
        return
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(
            "Failed to import matplotlib, and Graphviz's `dot` is not installed. `pip install "
            "matplotlib`, or give a file that ends with .svg, for `plot_model` to work."
        ) from None
    figure = Figure(figsize=(size[0] / 72, size[1] / 72), dpi=dpi)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, size[0])
    axes.set_ylim(size[1], 0)
    axes.axis("off")
    for x1, y1, x2, y2 in lines:
        axes.annotate("", (x2, y2), (x1, y1), arrowprops={"arrowstyle": "->"})
    for x, y, text in boxes:
        axes.text(x, y, "\n".join(text), ha="center", va="center", fontsize=9,
                  bbox={"boxstyle": "square,pad=0.5", "fc": "white"})  # fmt: skip
    figure.savefig(to_file, dpi=dpi)


def _placed(model: Any, shapes: bool, names: bool, sideways: bool) -> tuple[Any, Any, Any]:
    """Boxes (middle and text), lines (ends), and the size of the picture, in points."""
    layers, edges = _parts(model)
    depth = {id(layer): 0 for layer in layers}
    for _ in layers:
        changed = False
        for source, target in edges:
            if depth[id(target)] <= depth[id(source)]:
                depth[id(target)] = depth[id(source)] + 1
                changed = True
        if not changed:
            break
    rows: dict[int, list[Any]] = {}
    for layer in layers:
        rows.setdefault(depth[id(layer)], []).append(layer)
    texts = {id(layer): _label(layer, shapes, names) for layer in layers}
    width = max(len(line) for text in texts.values() for line in text) * 6.0 + 30
    height = max(len(text) for text in texts.values()) * 14.0 + 16
    most = max(len(row) for row in rows.values())
    places: dict[int, tuple[float, float]] = {}
    for number, row in rows.items():
        for i, layer in enumerate(row):
            across = (most - len(row)) / 2 + i + 0.5
            if sideways:
                places[id(layer)] = ((number + 0.5) * (width + 40), across * (height + 30))
            else:
                places[id(layer)] = (across * (width + 20), (number + 0.5) * (height + 34))
    boxes = [(*places[id(layer)], texts[id(layer)]) for layer in layers]
    dx, dy = (width / 2, 0.0) if sideways else (0.0, height / 2)
    lines = []
    for source, target in edges:
        (x1, y1), (x2, y2) = places[id(source)], places[id(target)]
        lines.append((x1 + dx, y1 + dy, x2 - dx, y2 - dy))
    if sideways:
        size = (len(rows) * (width + 40), most * (height + 30))
    else:
        size = (most * (width + 20), len(rows) * (height + 34))
    return boxes, lines, size


def _svg(boxes: Any, lines: Any, size: Any) -> str:
    found = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]:.0f}" height="{size[1]:.0f}" '
        'font-family="sans-serif" font-size="10" text-anchor="middle">',
        '<defs><marker id="a" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto">'
        '<path d="M0,0 L7,3 L0,6 z"/></marker></defs>',
    ]
    for x1, y1, x2, y2 in lines:
        found.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                     'stroke="black" marker-end="url(#a)"/>')  # fmt: skip
    for x, y, text in boxes:
        width = max(len(line) for line in text) * 6.0 + 16
        height = len(text) * 14.0 + 10
        found.append(
            f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
            f'width="{width:.1f}" height="{height:.1f}" fill="white" stroke="black"/>'
        )
        for i, line in enumerate(text):
            below = y - height / 2 + 16 + 14 * i
            found.append(f'<text x="{x:.1f}" y="{below:.1f}">{escape(line)}</text>')
    return "\n".join([*found, "</svg>\n"])
