"""Runs golden cases under Penstock and compares them with what TensorFlow 1.15.5 gave.

A test module says ``from golden_cases import case_tests`` and
``test_cases = case_tests("math")``.
"""

from __future__ import annotations

import functools
import importlib
import pathlib
from typing import Any

import cases
import numpy as np
import pytest

import penstock as tf

GOLDEN = pathlib.Path(__file__).parent / "golden" / "cases"
TOLERANCE = {"float16": 4e-3, "bfloat16": 2e-2, "float32": 2e-5, "float64": 1e-9,
             "complex64": 2e-5, "complex128": 1e-9}  # fmt: skip


@functools.cache
def golden(family: str) -> dict[str, np.ndarray]:
    with np.load(GOLDEN / f"{family}.npz", allow_pickle=False) as archive:
        return dict(archive)


def case_tests(family: str) -> Any:
    """A parametrized test of every case of ``family``."""
    listed = importlib.import_module(f"cases.{family}").cases.cases

    @pytest.mark.parametrize("name", list(listed))
    def test_case(name: str) -> None:
        check(listed[name], golden(family))

    return test_case


def check(case: cases.Case, kept: dict[str, np.ndarray]) -> None:
    wanted = {k.split("|")[1]: v for k, v in kept.items() if k.split("|")[0] == case.name}
    assert wanted, f"no golden values for {case.name}: run tools/golden/make_cases.py"
    if case.error:
        with pytest.raises(Exception) as caught:  # noqa: B017 - the class is compared below
            cases.record(tf, case, False)
        assert type(caught.value).__name__ == str(wanted["error"]).split(":")[0], (
            f"wanted {wanted['error']}, got {caught.value!r}"
        )
        return
    compare(case, cases.record(tf, case, False), wanted)
    if case.dynamic:
        got = cases.record(tf, case, True)
        assert str(got["shapes"]) == str(wanted["dynamic_shapes"])
        compare(case, {k: v for k, v in got.items() if k != "shapes"}, wanted)
    if case.numeric and any(k.startswith("grad") for k in wanted):
        check_numerically(case)


def compare(case: cases.Case, got: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> None:
    for key, value in got.items():
        expected = wanted[key]
        if key in ("graph", "shapes"):
            assert _lines(value) == _lines(expected), key
            continue
        assert value.dtype.kind == expected.dtype.kind or "SU".find(value.dtype.kind) >= 0, key
        assert value.dtype == expected.dtype or expected.dtype.kind in "SUf", key
        assert value.shape == expected.shape, key
        if value.dtype.kind not in "fc":
            np.testing.assert_array_equal(value, expected, err_msg=key)
            continue
        rtol = case.rtol or TOLERANCE.get(value.dtype.name, 2e-5)
        if any(np.asarray(i).dtype.name == "bfloat16" for i in case.inputs):
            rtol = case.rtol or TOLERANCE["bfloat16"]
        atol = case.atol if case.atol is not None else rtol / 2
        np.testing.assert_allclose(value, expected, rtol, atol, err_msg=key)
    missing = {k for k in wanted if k not in got and not k.startswith(("graph", "dynamic"))}
    assert not missing - {"shapes"}, f"missing {missing}"


def _lines(text: Any) -> list[str]:
    """The lines of a graph, control inputs sorted (TensorFlow keeps many in no fixed order)."""
    lines = []
    for line in str(text).split("\n"):
        head, parenthesis, rest = line.partition("(")
        inputs = rest[:-1].split(", ") if rest.endswith(")") else None
        if inputs is None:
            lines.append(line)
            continue
        data = [name for name in inputs if not name.startswith("^")]
        controls = sorted(name for name in inputs if name.startswith("^"))
        lines.append(f"{head}({', '.join(data + controls)})")
    return lines


def check_numerically(case: cases.Case) -> None:
    """The directional derivative in float64 equals the gradient times the direction."""
    inputs = [np.asarray(v) for v in case.inputs]
    if any(v.dtype.kind == "c" for v in inputs) or case.runs != 1 or case.init:
        return
    inputs = [v.astype(np.float64) if v.dtype.kind == "f" else v for v in inputs]
    with tf.Graph().as_default():
        tensors = [
            tf.placeholder(tf.string if v.dtype.kind in "SUO" else v.dtype, v.shape) for v in inputs
        ]
        try:
            outputs = cases.flat(case.build(tf, *tensors))
        except TypeError:
            return  # The case pins its types.
        ys = [t for t in outputs if hasattr(t, "dtype") and t.dtype == tf.float64]
        xs = [t for t in tensors if t.dtype == tf.float64]
        if not ys or not xs:
            return
        weights = [
            tf.constant(np.random.RandomState(i).randn(*np.ones(0)), tf.float64)
            for i in range(len(ys))
        ]
        loss = tf.add_n([w * tf.reduce_sum(y * y) for w, y in zip(weights, ys)])
        gradients = tf.gradients(loss, xs)
        pairs = [(x, tf.convert_to_tensor(g)) for x, g in zip(xs, gradients) if g is not None]
        if not pairs:
            return
        random = np.random.RandomState(3)
        feed = dict(zip(tensors, inputs))
        with tf.Session() as sess:
            found = sess.run([g for _, g in pairs], feed)
            directions = {x: random.randn(*feed[x].shape) for x, _ in pairs}
            exact = sum(np.sum(g * directions[x]) for (x, _), g in zip(pairs, found))
            step = 1e-6
            ahead = sess.run(
                loss, {**feed, **{x: feed[x] + step * d for x, d in directions.items()}}
            )
            back = sess.run(
                loss, {**feed, **{x: feed[x] - step * d for x, d in directions.items()}}
            )
        np.testing.assert_allclose(exact, (ahead - back) / (2 * step), rtol=1e-4, atol=1e-5)
