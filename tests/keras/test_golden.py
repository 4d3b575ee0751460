"""Keras's layers, losses, metrics, optimizers and training against TensorFlow 1.15."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import keras_cases
import numpy as np
import pytest

import penstock.api.v1 as tf

TESTS = pathlib.Path(__file__).parents[1]
TOLERANCE = {"optimizers": 2e-5, "training": 5e-5}
# XLA without its optimizations, as the suite runs it, computes some loops of training wrongly
# (NaN in the gradient of a softmax of rank 3); these run in a process with them.
OPTIMIZED = ("training",)
PROGRAM = """
import sys
import numpy as np
import keras_cases
import penstock.api.v1 as tf
np.savez(sys.argv[2], **keras_cases.FAMILIES[sys.argv[1]](tf))
"""


@pytest.mark.parametrize("family", sorted(keras_cases.FAMILIES))
def test_as_tensorflow(family: str, tmp_path: pathlib.Path) -> None:
    wanted = np.load(TESTS / "golden" / f"keras_{family}.npz")
    if family in OPTIMIZED:
        environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
        paths = [str(TESTS), str(TESTS.parent / "src"), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        file = tmp_path / "found.npz"
        subprocess.run(
            [sys.executable, "-c", PROGRAM, family, str(file)], check=True, env=environment
        )
        found = dict(np.load(file))
    else:
        found = keras_cases.FAMILIES[family](tf)
    assert sorted(found) == sorted(wanted.files)
    tolerance = TOLERANCE.get(family, 1e-5)
    wrong = []
    for name in wanted.files:
        got = np.asarray(found[name])
        if got.shape != wanted[name].shape:
            wrong.append(f"{name}: shape {got.shape}, wanted {wanted[name].shape}")
        elif not np.allclose(got, wanted[name], rtol=tolerance, atol=tolerance):
            wrong.append(f"{name}: off by {np.abs(got - wanted[name]).max()}")
    assert not wrong, "\n".join(wrong)
