"""Building large graphs, and running one operation in them: Penstock beside TensorFlow.

    python benchmarks/building.py                          prints the table
    python benchmarks/building.py --counts 1000 10000 --rounds 5 --write

Every measurement is a process of its own; the peers take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from typing import Any

from document import write_section
from run import WORKERS, Peer, cell, peers


def measured(peer: Peer, counts: list[int]) -> dict[str, Any] | None:
    """One process's findings, as ``workers/building.py`` prints them."""
    python = peer.interpreter()
    if python is None:
        return None
    result = subprocess.run(
        [python, WORKERS / "building.py", *peer.script[1:], *map(str, counts)],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    return dict(json.loads(result.stdout.splitlines()[-1]))


def table(found: dict[str, list[dict[str, Any]]], counts: list[int]) -> str:
    """Medians with their spread; how many times as long as Penstock each peer takes first."""
    names = list(found)
    versions = [found[name][0]["version"] for name in names]
    lines = ["| | " + " | ".join(versions) + " |", "|---" * (len(names) + 1) + "|"]
    rows = [(f"building {c:,} operations", lambda one, c=c: one["build"][str(c)]) for c in counts]
    rows.append((f"one `run` in the graph of {counts[-1]:,}", lambda one: one["run"]))
    rows.append(("the first `run` there", lambda one: one["first run"]))
    for title, seconds_of in rows:
        seconds = [[seconds_of(one) for one in found[name]] for name in names]
        cells = [cell(each, seconds[0] if i else None) for i, each in enumerate(seconds)]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", nargs="+", type=int, default=[1_000, 10_000, 30_000])
    parser.add_argument("--peers", nargs="+", default=["tensorflow-2.21", "tensorflow-1.15"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    chosen = [p for p in peers() if p.name == "penstock" or p.name in options.peers]
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(options.rounds):
        for peer in chosen:
            one = measured(peer, options.counts)
            if one is not None:
                found.setdefault(peer.name, []).append(one)
    text = table(found, options.counts)
    print(text)
    if options.write:
        write_section(
            "building",
            "## Large graphs\n\nBuilding a graph of products, ReLUs, reshapes and additions, "
            "then running one operation in its middle (the run does only what is asked for): "
            f"medians of {options.rounds} interleaved rounds, their spread, and how many times as "
            f"long as Penstock each peer takes ({os.cpu_count()} cores, "
            f"{time.strftime('%Y-%m-%d')}, `python benchmarks/building.py --write`).\n\n{text}",
        )


if __name__ == "__main__":
    main()
