"""From starting a process to its first training step: Penstock beside TensorFlow.

    python benchmarks/startup.py --workloads softmax cnn --rounds 3

Penstock is measured *cold*, with no compiled programs kept from earlier, and *warm*, with those
that an earlier process left (native kernels, which are compiled once per machine, stay).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from document import write_section
from run import TITLES, Peer, peers

IMPORTS = {
    "import jax": "import jax, jax.numpy",
    "import penstock": "import jax, jax.numpy, penstock as tf; tf.placeholder",
}


def timed(command: list[str], **environment: str) -> tuple[float, float]:
    """Seconds that a command took, and seconds of processor time that it used."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    passed = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return passed, used


def first_step(peer: Peer, workload: str, cache: str = "") -> tuple[float, float] | None:
    """Times a worker that ends after its first step."""
    python = peer.interpreter()
    if python is None:
        return None
    return timed(peer.command(python, workload), **({"PENSTOCK_CACHE": cache} if cache else {}))


def measure(workload: str, rounds: int, others: list[Peer]) -> dict[str, list[tuple[float, float]]]:
    """All candidates in turn, ``rounds`` times."""
    found: dict[str, list[tuple[float, float]]] = {}
    ours = peers()[0]
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for state in ("cold", "warm"):
                result = first_step(ours, workload, folder)
                assert result is not None
                found.setdefault(f"penstock, {state}", []).append(result)
        for peer in others:
            result = first_step(peer, workload)
            if result is not None:
                found.setdefault(peer.name, []).append(result)
    return found


def table(results: dict[str, dict[str, list[tuple[float, float]]]]) -> str:
    """Medians: seconds passed, and processor seconds in brackets."""
    columns = list(next(iter(results.values())))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, found in results.items():
        cells = []
        for column in columns:
            passed = statistics.median(p for p, _ in found[column])
            used = statistics.median(u for _, u in found[column])
            cells.append(f"{passed:.2f} s ({used:.2f} s)")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", nargs="+", choices=list(TITLES), default=["softmax", "cnn"])
    parser.add_argument("--peers", nargs="+", default=["tensorflow-2.21"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    others = [p for p in peers()[1:] if p.name in options.peers]
    imports: dict[str, list[tuple[float, float]]] = {}
    for _ in range(options.rounds):
        for name, code in IMPORTS.items():
            imports.setdefault(name, []).append(timed([sys.executable, "-c", code]))
    lines = [table({"process with nothing but": imports})]
    results = {TITLES[w]: measure(w, options.rounds, others) for w in options.workloads}
    lines.append(table(results))
    text = "\n\n".join(lines)
    print(text)
    if options.write:
        write_section(
            "start",
            "## Start\n\nFrom starting a process to the end of its first training step: seconds "
            f"passed, and processor seconds in brackets; medians of {options.rounds} interleaved "
            f"rounds ({os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}, `python "
            f"benchmarks/startup.py --write`).\n\n{text}",
        )


if __name__ == "__main__":
    main()
