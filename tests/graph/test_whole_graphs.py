"""Whole graphs are TensorFlow 1.15.5's, node by node: names, types, inputs, attributes, devices,
static shapes, collections and versions."""

from __future__ import annotations

import functools
import json
import lzma
import pathlib

import pytest
import whole_graphs

import penstock as tf

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "whole_graphs"
CASES = [
    (family, name) for family in whole_graphs.FAMILIES for name in whole_graphs.names_of(family)
]


# What differs from TensorFlow, as `docs/differences.md` says: its tokens were filled from a `read`
# that ran before the update but shared the variable's memory.
DIFFERENT = {" Fill(Fill/dims, global_step/read)": " Fill(Fill/dims, global_step)"}


@functools.cache
def golden(family: str) -> dict[str, list[str]]:
    with lzma.open(GOLDEN / f"{family}.json.xz", "rt") as file:
        text = file.read()
    for old, new in DIFFERENT.items():
        text = text.replace(old, new)
    return json.loads(text)


def check(got: list[str], wanted: list[str]) -> None:
    for number, (line, expected) in enumerate(zip(got, wanted, strict=False)):
        assert line == expected, f"node {number}"
    assert len(got) == len(wanted), (got + wanted)[min(len(got), len(wanted)) :][:3]


@pytest.mark.parametrize(("family", "name"), CASES, ids=[f"{f}-{n}" for f, n in CASES])
def test_whole_graph(family: str, name: str) -> None:
    program = whole_graphs.names_of(family)[name]
    check(whole_graphs.listing(tf, program), golden(family)[name])


@pytest.mark.parametrize("name", whole_graphs.PROGRAMS)
def test_graph_of_program(name: str, shared: pathlib.Path) -> None:
    path = shared / "programs" / f"{name}.py"
    listing = whole_graphs.listing_of_program(tf, str(path), whole_graphs.PROGRAMS[name])
    check(listing, golden("programs")[name])


def test_every_golden_graph_is_built() -> None:
    kept = [(family, name) for family in whole_graphs.FAMILIES for name in golden(family)]
    assert sorted(kept) == sorted(CASES)
