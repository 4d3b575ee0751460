"""Penstock beside its peers: the same work, interleaved in one run; medians, spread and ratios.

    make bench                                       everything
    python benchmarks/run.py --workloads neuron cnn --peers torch jax --rounds 5

Each peer runs in an environment of its own, made under ``bench-env/`` on first use (TensorFlow
1.15 when a Python 3.7 is there). Writes ``docs/benchmarks.md`` and ``docs/images/benchmarks.png``
with ``--write``.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

from document import IMAGES, write_section

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKERS = ROOT / "benchmarks" / "workers"
ENVIRONMENTS = pathlib.Path(os.environ.get("PENSTOCK_BENCH_ENV", ROOT / "bench-env"))
STEPS = {"neuron": 2000, "softmax": 300, "cnn": 8, "alexnet": 1}
TITLES = {
    "neuron": "one neuron, SGD",
    "softmax": "softmax regression, batch 100",
    "cnn": "Deep MNIST CNN, batch 50, Adam",
    "alexnet": "AlexNet with LRN, batch 10, Adam",
}


@dataclass
class Peer:
    """Something to compare with: how to install it and how to start its worker."""

    name: str
    packages: list[str]
    script: list[str]
    python: str = ""
    launcher: list[str] = field(default_factory=list)  # What stands before the script.
    environment: str = ""  # The folder below bench-env, when it isn't the name.
    seconds: dict[str, list[float]] = field(default_factory=dict)
    version: str = ""

    def interpreter(self) -> str | None:
        """The Python of the peer's environment, made if need be; ``None`` if it can't be."""
        if not self.packages:
            return sys.executable
        folder = ENVIRONMENTS / (self.environment or self.name)
        python = folder / "bin" / "python"
        if python.exists():
            return str(python)
        base = shutil.which(self.python) if self.python else sys.executable
        if base is None:
            return None
        print(f"making the environment {folder.name} ...", flush=True)
        try:
            subprocess.run([base, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *self.packages], check=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(folder, ignore_errors=True)
            print(f"{self.name} can't be installed: {error}")
            return None
        return str(python)

    def command(self, python: str, workload: str) -> list[str]:
        """The command that starts the peer's worker."""
        script = str(WORKERS / self.script[0])
        return [python, *self.launcher, script, *self.script[1:], workload]


def peers() -> list[Peer]:
    """All peers, Penstock first."""
    return [
        Peer("penstock", [], ["graph.py", "penstock"], launcher=["-m", "penstock", "run"]),
        Peer("tensorflow-2.21", ["tensorflow==2.21"], ["graph.py", "tensorflow"], "python3.11"),
        Peer("torch", ["torch==2.13.0", "numpy"], ["torch_worker.py"], "python3.11"),
        Peer("jax", ["jax", "jaxlib"], ["jax_worker.py"]),
        Peer(
            "tensorflow-1.15",
            ["tensorflow==1.15.5", "protobuf<3.21", "numpy<1.19"],
            ["graph.py", "tensorflow"],
            "python3.7",
        ),
    ]


class Worker:
    """A running worker."""

    def __init__(self, python: str, peer: Peer, workload: str) -> None:
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        self.process = subprocess.Popen(
            peer.command(python, workload),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        peer.version = self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError("the worker ended")
        return line

    def measure(self, steps: int, processor: bool) -> float:
        """Seconds per step: passed, or used by the processor's cores together."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return float(self._line().split()[1 if processor else 0]) / steps

    def close(self) -> None:
        """Ends the worker."""
        self.process.kill()
        self.process.wait()


def measure(chosen: list[Peer], workload: str, steps: int, rounds: int, processor: bool) -> None:
    """Runs one workload with all peers in turn, ``rounds`` times ``steps`` steps."""
    running: list[tuple[Peer, Worker]] = []
    for peer in chosen:
        python = peer.interpreter()
        if python is None:
            continue
        try:
            running.append((peer, Worker(python, peer, workload)))
        except RuntimeError:
            print(f"{peer.name} can't run {workload}")
    try:
        for turn in range(rounds + 1):
            for peer, worker in running:
                seconds = worker.measure(steps, processor)
                if turn:  # The first turn warms up.
                    peer.seconds.setdefault(workload, []).append(seconds)
            print(".", end="", flush=True)
        print()
    finally:
        for _, worker in running:
            worker.close()


def shown(seconds: float) -> str:
    """A duration in a unit that suits it."""
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


def cell(times: list[float], ours: list[float] | None) -> str:
    """A median and its spread; before them how many times as long as ``ours``, if given."""
    spread = f"{shown(min(times))} to {shown(max(times))}"
    text = f"{shown(statistics.median(times))} ({spread})"
    if ours is None:
        return text
    ratio = statistics.median(t / o for t, o in zip(times, ours, strict=False))
    return f"**{ratio:.2f} x** {text}"


def table(chosen: list[Peer], titles: dict[str, str]) -> str:
    """The results as Markdown, ratios first; ``titles`` are those of the workloads."""
    lines = [
        "| workload | " + " | ".join(f"{p.version or p.name}" for p in chosen) + " |",
        "|---" * (len(chosen) + 1) + "|",
    ]
    for workload, title in titles.items():
        ours = chosen[0].seconds.get(workload)
        cells = []
        for peer in chosen:
            times = peer.seconds.get(workload)
            if not times or not ours:
                cells.append("-")
                continue
            cells.append(cell(times, None if peer is chosen[0] else ours))
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(chosen: list[Peer], titles: dict[str, str], path: pathlib.Path, what: str) -> None:
    """Bars: how many times as long as Penstock each peer takes for ``what``."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 4.5))
    width = 0.8 / len(chosen)
    for i, peer in enumerate(chosen):
        heights = []
        for workload in titles:
            ours, theirs = chosen[0].seconds.get(workload), peer.seconds.get(workload)
            both = ours and theirs
            heights.append(statistics.median(theirs) / statistics.median(ours) if both else 0)
        axes.bar([x + i * width for x in range(len(titles))], heights, width,
                 label=peer.version or peer.name)  # fmt: skip
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_xticks([x + 0.4 for x in range(len(titles))], list(titles.values()))
    axes.tick_params(axis="x", labelsize=7)
    axes.set_ylabel(f"time of {what}, Penstock = 1")
    axes.legend(fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--peers", nargs="+", default=None)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--processor", action="store_true", help="compare processor time: for a busy machine"
    )
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    chosen = [
        p for p in peers() if p.name == "penstock" or options.peers is None
        or p.name in options.peers
    ]  # fmt: skip
    for workload in options.workloads:
        print(TITLES[workload], end=" ", flush=True)
        measure(chosen, workload, STEPS[workload], options.rounds, options.processor)
    titles = {workload: TITLES[workload] for workload in options.workloads}
    text = table(chosen, titles)
    print(text)
    if options.write:
        command = "python benchmarks/run.py " + " ".join(sys.argv[1:])
        plot(chosen, titles, IMAGES / "benchmarks.png", "one step")
        what = "Processor time of one training step" if options.processor else "One training step"
        write_section(
            "steps",
            f"## Training steps\n\n{what}: the median of "
            f"{options.rounds} interleaved turns, its spread, and how many times as long as "
            f"Penstock each peer takes. {os.cpu_count()} cores, "
            f"{time.strftime('%Y-%m-%d')}, `{command}`.\n\n{text}\n\n"
            "![Bars: time of one step relative to Penstock](images/benchmarks.png)",
        )


if __name__ == "__main__":
    main()
