"""Keras's layers, losses, metrics, optimizers and training against TensorFlow 1.15."""

from __future__ import annotations

import pathlib

import keras_cases
import numpy as np
import pytest

import penstock.api.v1 as tf

TESTS = pathlib.Path(__file__).parents[1]
TOLERANCE = {"optimizers": 2e-5, "training": 5e-5}


@pytest.mark.parametrize("family", sorted(keras_cases.FAMILIES))
def test_as_tensorflow(family: str) -> None:
    wanted = np.load(TESTS / "golden" / f"keras_{family}.npz")
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
