"""The operations of a saver are those that TensorFlow 1.15.5 makes, name by name."""

from __future__ import annotations

import json
import pathlib

import pytest
import saver_graph_cases

import penstock as tf

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden/saver_graphs.json").read_text())


@pytest.mark.parametrize("case", saver_graph_cases.CASES, ids=lambda case: case.__name__)
def test_saver_graph(case) -> None:
    got = saver_graph_cases.listing(tf, case)
    wanted = GOLDEN[case.__name__]
    assert sorted(got) == sorted(wanted)
    assert got == wanted
