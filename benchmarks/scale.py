"""How time and memory grow with the size of a graph, a model and its data.

    python benchmarks/scale.py                       prints the curves
    python benchmarks/scale.py --write               and puts them into docs/benchmarks.md
    python benchmarks/scale.py --only rows steps

Every point is measured in a process of its own, compiling included (nothing is kept between
processes), so that peak memory and first runs are that point's alone.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from document import IMAGES, write_section

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What grows, and the columns of its table: names of what a point's function measures.
CURVES: dict[str, tuple[str, list[int], list[str]]] = {
    "operations": (
        "operations in a graph (a chain of additions), running ten of them",
        [1_000, 10_000, 100_000],
        ["build", "first run", "run"],
    ),
    "variables": (
        "variables of 10 x 10, one gradient-descent step on all",
        [10, 100, 1_000],
        ["build", "first run", "run"],
    ),
    "steps": (
        "steps of an unrolled recurrent network (32 units, batch 20), trained with Adam",
        [25, 50, 100, 200],
        ["build", "first run", "run"],
    ),
    "rows": (
        "rows of 64 in an embedding, 512 looked up, trained with Adagrad",
        [1_000, 10_000, 100_000, 1_000_000],
        ["build", "first run", "run"],
    ),
    "images": (
        "images in a batch of AlexNet with LRN, trained with Adam",
        [8, 32, 128],
        ["build", "first run", "run"],
    ),
}


def operations(size: int, tf: Any) -> tuple[Any, dict[Any, Any]]:
    """A chain of additions, of which the tenth is run."""
    x = tf.placeholder(tf.float32, [])
    y = early = x
    for i in range(size):
        y = tf.add(y, x)
        if i == 9:
            early = y
    return early, {x: 1.0}


def variables(size: int, tf: Any) -> tuple[Any, dict[Any, Any]]:
    """A sum of small matrices, all trained."""
    made = [tf.Variable(tf.ones([10, 10])) for _ in range(size)]
    loss = tf.add_n([tf.reduce_sum(tf.square(v)) for v in made])
    return tf.train.GradientDescentOptimizer(0.01).minimize(loss), {}


def steps(size: int, tf: Any) -> tuple[Any, dict[Any, Any]]:
    """An Elman network, every step its own operations."""
    import numpy as np

    units, batch = 32, 20
    x = tf.placeholder(tf.float32, [batch, size, units])
    w = tf.Variable(tf.random_normal([units, units], stddev=0.1))
    u = tf.Variable(tf.random_normal([units, units], stddev=0.1))
    b = tf.Variable(tf.zeros([units]))
    h = tf.zeros([batch, units])
    for each in tf.unstack(x, axis=1):
        h = tf.tanh(tf.matmul(each, w) + tf.matmul(h, u) + b)
    train = tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(h)))
    return train, {x: np.ones([batch, size, units], np.float32)}


def rows(size: int, tf: Any) -> tuple[Any, dict[Any, Any]]:
    """A large table of which a step touches a little."""
    import numpy as np

    ids = tf.placeholder(tf.int32, [None])
    table = tf.Variable(tf.random_uniform([size, 64], -1.0, 1.0))
    loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, ids)))
    train = tf.train.AdagradOptimizer(0.1).minimize(loss)
    return train, {ids: np.random.RandomState(0).randint(0, size, 512).astype(np.int32)}


def images(size: int, tf: Any) -> tuple[Any, dict[Any, Any]]:
    """AlexNet as in the other benchmarks."""
    import importlib.util

    sys.argv = ["graph.py", "penstock", "alexnet"]
    workers = ROOT / "benchmarks" / "workers"
    sys.path.insert(0, str(workers))
    import protocol

    protocol.BATCH["alexnet"] = size
    spec = importlib.util.spec_from_file_location("graph_worker", workers / "graph.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.alexnet()


POINTS: dict[str, Callable[[int, Any], tuple[Any, dict[Any, Any]]]] = {
    "operations": operations,
    "variables": variables,
    "steps": steps,
    "rows": rows,
    "images": images,
}


def measure_here(kind: str, size: int) -> dict[str, float]:
    """Measures one point in this process: seconds, and peak memory in MiB."""
    import penstock as tf

    tf.Session  # noqa: B018 - what follows isn't to measure imports
    began = time.perf_counter()
    fetch, feed = POINTS[kind](size, tf)
    found = {"build": time.perf_counter() - began}
    # An update is only begun: this fetch waits for it.
    last = fetch if kind == "operations" else tf.trainable_variables()[-1][:1]
    session = tf.Session()
    if kind != "operations":
        began = time.perf_counter()
        session.run(tf.global_variables_initializer())
        found["initialize"] = time.perf_counter() - began
    began = time.perf_counter()
    session.run(fetch, feed)
    session.run(last, feed)
    found["first run"] = time.perf_counter() - began
    times, busy = [], []
    until = time.perf_counter() + 5
    while len(times) < 3 or (time.perf_counter() < until and len(times) < 200):
        began, worked = time.perf_counter(), time.process_time()
        session.run(fetch, feed)
        session.run(last, feed)
        times.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    found["run"] = min(times)
    found["processor"] = sorted(busy)[len(busy) // 2]
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measure(kind: str, size: int) -> dict[str, float]:
    """Measures one point in a process of its own."""
    environment = {**os.environ, "PENSTOCK_CACHE": "0"}
    done = subprocess.run(
        [sys.executable, __file__, "--point", kind, str(size)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def shown(seconds: float) -> str:
    """A duration in a unit that suits it."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def table(kind: str, points: dict[int, dict[str, float]]) -> str:
    """One curve as Markdown."""
    title, _, columns = CURVES[kind]
    lines = [
        f"| {title} | {' | '.join(columns)} | processor time of a run | peak memory |",
        "|---" * (len(columns) + 3) + "|",
    ]
    for size, point in points.items():
        cells = [shown(point[c]) for c in (*columns, "processor")]
        lines.append(f"| {size:,} | {' | '.join(cells)} | {point['memory']:.0f} MiB |")
    return "\n".join(lines)


def plot(found: dict[str, dict[int, dict[str, float]]]) -> None:
    """One panel for each curve, both axes logarithmic: a straight diagonal is linear growth."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(found), figsize=(3.1 * len(found), 3.4), squeeze=False)
    for axes, (kind, points) in zip(panels[0], found.items(), strict=True):
        sizes = list(points)
        for column in CURVES[kind][2]:
            axes.plot(sizes, [points[s][column] for s in sizes], "o-", label=column)
        axes.set(xscale="log", yscale="log", xlabel=kind, ylabel="seconds")
        memory = axes.twinx()
        memory.plot(sizes, [points[s]["memory"] for s in sizes], "k:", label="peak memory")
        memory.set(ylim=(0, None))
        memory.set_ylabel("MiB (dotted)", fontsize=7)
        axes.legend(fontsize=6)
    figure.tight_layout()
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / "scale.png", dpi=110)


def write(text: str) -> None:
    """Puts the section into the document."""
    write_section(
        "scale",
        "## Scale\n\nTime and memory against size, each point in a process of its own "
        f"({os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, `python benchmarks/scale.py "
        "--write`). *run* is the fastest of up to 200, *first run* includes all compiling, and "
        "peak memory includes the 250 MiB or so of Python and JAX.\n\n"
        f"{text}\n\n![Curves of time and memory against size](images/scale.png)",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=list(CURVES), default=list(CURVES))
    parser.add_argument("--most", type=int, default=0, help="leave out larger sizes")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--point", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point:
        print(json.dumps(measure_here(options.point[0], int(options.point[1]))))
        return
    found: dict[str, dict[int, dict[str, float]]] = {}
    for kind in options.only:
        for size in CURVES[kind][1]:
            if options.most and size > options.most:
                continue
            found.setdefault(kind, {})[size] = measure(kind, size)
        print(table(kind, found[kind]) + "\n", flush=True)
    if options.write:
        plot(found)
        write("\n\n".join(table(kind, points) for kind, points in found.items()))


if __name__ == "__main__":
    main()
