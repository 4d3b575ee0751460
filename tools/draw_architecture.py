"""Draws the pictures of docs/architecture.md: the layers of the code, and a run.

    python tools/draw_architecture.py

Writes ``docs/images/layers.svg`` and ``docs/images/run.svg``.
"""

from __future__ import annotations

import html
from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
INK, SOFT = "#1f2d3d", "#5b6b7b"
WATER = ["#dceefb", "#c9e4f7", "#b5daf3", "#a1cfee", "#8dc4e9", "#79b9e4"]
HOST, DEVICE, STATE = "#fdf0d5", "#b5daf3", "#e6f4ea"

# Rooms that stand side by side import what is below them; what each is for.
LAYERS = [
    (["api"], "the public names: nothing but imports"),
    (["cli"], "penstock run, check, inspect, tensorboard, devices"),
    (["compat"], "import tensorflow, Python 2, older versions"),
    (["contrib"], "parts of tf.contrib"),
    (["keras"], "Keras on the same graph"),
    (["summary", "checkpoint", "data", "training", "layers", "rnn", "estimator"],
     "what surrounds a model"),
    (["nn", "testing"], "functions made of operations"),
    (["runtime"], "sessions: prune, partition, compile, run"),
    (["autodiff"], "gradients of a graph"),
    (["ops"], "the operations, each complete in one place"),
    (["platform"], "files, flags, logging"),
    (["graph"], "graphs, tensors, shapes, types, names, errors"),
    (["kernels"], "functions of arrays"),
    (["protos", "behavior"], "protocol buffers; the version to follow"),
]  # fmt: skip


class Picture:
    """An SVG in the making."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" font-family="Helvetica, Arial, '
            f'sans-serif">',
            f"<title>{html.escape(title)}</title>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="{SOFT}"/>'
            "</marker></defs>",
            f'<rect width="{width}" height="{height}" fill="white"/>',
        ]

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A rectangle with round corners."""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" '
            f'stroke="{INK}" stroke-opacity="0.35"/>'
        )

    def text(self, x: float, y: float, words: str, size: int = 13, color: str = INK,
             anchor: str = "middle", bold: bool = False) -> None:  # fmt: skip
        """A line of text."""
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x}" y="{y}" font-size="{size}" fill="{color}" text-anchor="{anchor}"'
            f"{weight}>{html.escape(words)}</text>"
        )

    def arrow(self, path: str, both: bool = False) -> None:
        """A line with a tip at its end, or at both."""
        start = ' marker-start="url(#tip)"' if both else ""
        self.parts.append(
            f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.5" '
            f'marker-end="url(#tip)"{start}/>'
        )

    def save(self, name: str) -> None:
        """Writes the file."""
        (IMAGES / name).write_text("\n".join([*self.parts, "</svg>", ""]))


def draw_layers() -> None:
    """The rooms, from the public names down to the protocol buffers."""
    step, left, wide = 34, 20, 500
    picture = Picture(880, step * len(LAYERS) + 40, "The layers of Penstock's code")
    for row, (rooms, purpose) in enumerate(LAYERS):
        y = 14 + row * step
        share = wide / len(rooms)
        for place, room in enumerate(rooms):
            fill = WATER[row * len(WATER) // len(LAYERS)]
            picture.box(left + place * share, y, share - 4, step - 6, fill)
            size = 14 if len(rooms) < 3 else 11
            picture.text(left + place * share + share / 2 - 2, y + 19, room, size, bold=True)
        picture.text(left + wide + 40, y + 19, purpose, 13, SOFT, "start")
    bottom = 14 + step * len(LAYERS) - 8
    picture.arrow(f"M{left + wide + 16} 16V{bottom}")
    picture.text(left + wide + 16, bottom + 18, "imports go down", 12, SOFT)
    picture.save("layers.svg")


def draw_run() -> None:
    """From a program to the device."""
    picture = Picture(960, 330, "A run: program, graph, plan, clusters, device")
    stages = [
        (20, "program", ["tf.matmul(x, w)", "sess.run(train, feed)"], HOST),
        (215, "graph", ["operations, tensors,", "names; tf.gradients", "adds to it"], HOST),
        (410, "plan", ["prune to the fetches,", "recover cond and while,", "partition"], HOST),
        (605, "clusters", ["lowered to JAX, compiled", "by XLA once per shape;", "kept on disk"],
         DEVICE),
        (800, "device", ["CPU or GPU"], DEVICE),
    ]  # fmt: skip
    for x, name, lines, fill in stages:
        width = 140 if name == "device" else 160
        picture.box(x, 40, width, 92, fill)
        picture.text(x + width / 2, 62, name, 15, bold=True)
        for row, line in enumerate(lines):
            picture.text(x + width / 2, 84 + 17 * row, line, 12, SOFT)
    for x in (180, 375, 570, 765):
        picture.arrow(f"M{x + 2} 86H{x + 32}")
    picture.box(605, 170, 160, 58, HOST)
    picture.text(685, 192, "host steps", 15, bold=True)
    picture.text(685, 212, "strings, files, py_func", 12, SOFT)
    picture.arrow("M490 134V199H601")
    picture.arrow("M685 166V136", both=True)
    picture.box(605, 262, 335, 48, STATE)
    picture.text(772, 283, "session state", 15, bold=True)
    picture.text(772, 301, "variables, random counters, queues, tables", 12, SOFT)
    picture.arrow("M685 258V232", both=True)
    picture.arrow("M870 258V136", both=True)
    picture.text(880, 200, "donated,", 12, SOFT, "start")
    picture.text(880, 216, "in place", 12, SOFT, "start")
    picture.text(100, 20, "made once", 12, SOFT)
    picture.text(490, 20, "once per fetches and feeds", 12, SOFT)
    picture.text(685, 20, "once per shapes", 12, SOFT)
    picture.text(870, 20, "every run", 12, SOFT)
    picture.save("run.svg")


if __name__ == "__main__":
    draw_layers()
    draw_run()
