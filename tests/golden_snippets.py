"""Runs golden snippets under Penstock and compares them with what TensorFlow 1.15.5 gave.

A test module says ``from golden_snippets import snippet_tests`` and
``test_snippets = snippet_tests("variables")``.
"""

from __future__ import annotations

import functools
import pathlib
from typing import Any

import numpy as np
import pytest
import snippets

import penstock as tf

GOLDEN = pathlib.Path(__file__).parent / "golden" / "snippets"


@functools.cache
def golden(family: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / f"{family}.npz", allow_pickle=False) as archive:
        return dict(archive)


def check_lines(got: list[str], expected: list[str]) -> None:
    for i, (line, wanted) in enumerate(zip(got, expected, strict=False)):
        assert line == wanted, f"line {i}:\n  got      {line}\n  expected {wanted}"
    assert got == expected


def snippet_tests(family: str, rtol: float = 2e-5, atol: float = 1e-6) -> Any:
    """A parametrized test of every snippet of ``family``."""
    functions = snippets.names_of(family)

    @pytest.mark.parametrize("name", sorted(functions))
    def test_snippet(name: str) -> None:
        kept = golden(family)
        assert f"{name}|text" in kept, "no golden values: run tools/golden/make_snippets.py"
        record = snippets.run(tf, functions[name])
        check_lines("\n".join(record.lines).split("\n"), str(kept[f"{name}|text"]).split("\n"))
        count = sum(1 for key in kept if key.startswith(f"{name}|")) - 1
        assert len(record.arrays) == count
        for i, array in enumerate(record.arrays):
            expected = kept[f"{name}|{i}"]
            assert array.dtype == expected.dtype
            if array.dtype.kind in "fc":
                np.testing.assert_allclose(array, expected, rtol, atol, err_msg=str(i))
            else:
                np.testing.assert_array_equal(array, expected, err_msg=str(i))

    return test_snippet
