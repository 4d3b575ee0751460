"""Random streams against three consecutive runs of TensorFlow 1.15's operations."""

from __future__ import annotations

import functools
import json
import pathlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

import penstock.kernels.random as random

GOLDEN = np.load(pathlib.Path(__file__).parents[1] / "golden" / "random.npz", allow_pickle=False)
CASES: list[dict[str, Any]] = json.loads(str(GOLDEN["cases"]))
RUNS = 3
DENSE = {
    "RandomUniform": random.random_uniform,
    "RandomStandardNormal": random.random_standard_normal,
    "TruncatedNormal": random.truncated_normal,
}
STATELESS = {
    "StatelessRandomUniform": random.stateless_random_uniform,
    "StatelessRandomNormal": random.stateless_random_normal,
    "StatelessTruncatedNormal": random.stateless_truncated_normal,
}
# Largest differences, as multiples of the distance between floats at the value or at 1.
ROUNDING = {"float16": 2, "bfloat16": 1, "float32": 4, "float64": 64}


@pytest.fixture(autouse=True)
def wide_types() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def dtype_of(name: str) -> np.dtype:
    return np.dtype(getattr(ml_dtypes, name, name))


def of_ops(*ops: str) -> list[Any]:
    """The cases of some operations, as parameters of a test."""
    chosen = [case for case in CASES if case["op"] in ops]
    assert chosen
    return [pytest.param(case, id=f"{case['op']}-{case['name']}") for case in chosen]


def kept(values: np.ndarray) -> np.ndarray:
    """The elements that the golden file keeps of a result."""
    flat, size = values.reshape(-1), values.size
    if size <= 400:
        return flat
    middle = np.linspace(100, size - 101, 100).astype(np.int64)
    return flat[np.concatenate([np.arange(100), middle, np.arange(size - 100, size)])]


def golden_run(case: dict[str, Any], run: int, dtype: np.dtype) -> np.ndarray:
    values = GOLDEN[case["name"]][run]
    return values.view(dtype) if dtype.name == "bfloat16" else values


def assert_same_bits(values: np.ndarray, case: dict[str, Any], run: int) -> None:
    np.testing.assert_array_equal(kept(values), golden_run(case, run, values.dtype))
    assert zlib.crc32(values.tobytes()) == case["crc"][run]


def assert_rounded(values: np.ndarray, case: dict[str, Any], run: int) -> None:
    wanted = golden_run(case, run, values.dtype).astype(np.float64)
    unit = float(ml_dtypes.finfo(values.dtype).eps) * ROUNDING[values.dtype.name]
    np.testing.assert_allclose(kept(values).astype(np.float64), wanted, rtol=unit, atol=unit)


def runs(case: dict[str, Any], draw: Callable, *arguments: Any) -> Iterator[tuple[int, np.ndarray]]:
    """The values of consecutive runs; `draw` takes the key, the offset and `arguments`."""
    key, offset = random.philox_key(case["seed"], case["seed2"]), np.uint64(0)
    for run in range(RUNS):
        values, offset = draw(key, offset, *arguments)
        assert offset.dtype == np.uint64
        yield run, np.asarray(values)


# One compilation for all cases that differ in seeds and parameters only.
@functools.cache
def dense(op: str, shape: tuple[int, ...], dtype: str) -> Callable:
    def draw(key: random.PhiloxKey, offset: jax.Array) -> tuple[jax.Array, jax.Array]:
        return DENSE[op](key, offset, shape, dtype_of(dtype))

    return jax.jit(draw)


def draw_dense(case: dict[str, Any]) -> Callable:
    shape = tuple(case["shape"])
    draw = dense(case["op"], shape, case["dtype"])
    if shape == (3, 7):
        return draw
    # Large arrays with the key as a constant, as a session has it; small ones with it traced.
    key = random.philox_key(case["seed"], case["seed2"])
    with_constant_key = jax.jit(lambda offset: draw.__wrapped__(key, offset))
    return lambda _, offset: with_constant_key(offset)


@pytest.mark.parametrize("case", of_ops("RandomUniform"))
def test_uniform(case: dict[str, Any]) -> None:
    for run, values in runs(case, draw_dense(case)):
        assert values.shape == tuple(case["shape"])
        assert_same_bits(values, case, run)


@pytest.mark.parametrize("case", of_ops("RandomStandardNormal", "TruncatedNormal"))
def test_normal(case: dict[str, Any]) -> None:
    for run, values in runs(case, draw_dense(case)):
        assert values.shape == tuple(case["shape"])
        assert_rounded(values, case, run)


@pytest.mark.parametrize("op", ["RandomStandardNormal", "TruncatedNormal"])
def test_normal_on_accelerators(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The formulas for GPUs and TPUs, run on the CPU: plain float32, so a little less exact.
    monkeypatch.setattr(
        jax.lax, "platform_dependent", lambda *arguments, cpu, default: default(*arguments)
    )
    draw = jax.jit(DENSE[op], static_argnums=(2, 3))
    for case in CASES:
        if case["op"] == op and case["shape"] == [3, 7] and case["dtype"] == "float32":
            key = random.philox_key(case["seed"], case["seed2"])
            values, _ = draw(key, np.uint64(0), (3, 7), dtype_of("float32"))
            wanted = GOLDEN[case["name"]][0]
            np.testing.assert_allclose(np.ravel(values), wanted, rtol=0, atol=4e-6)


@functools.cache
def integers(shape: tuple[int, ...], dtype: str) -> Callable:
    def draw(key: random.PhiloxKey, offset: Any, low: Any, high: Any) -> Any:
        return random.random_uniform_int(key, offset, shape, low, high, dtype_of(dtype))

    return jax.jit(draw)


@pytest.mark.parametrize("case", of_ops("RandomUniformInt"))
def test_uniform_int(case: dict[str, Any]) -> None:
    number = dtype_of(case["dtype"]).type
    bounds = number(case["minval"]), number(case["maxval"])
    for run, values in runs(case, integers(tuple(case["shape"]), case["dtype"]), *bounds):
        assert_same_bits(values, case, run)


@functools.cache
def stateless(op: str, shape: tuple[int, ...], dtype: str) -> Callable:
    def draw(seed: Any, *bounds: Any) -> Any:
        if op == "StatelessRandomUniformInt":
            return random.stateless_random_uniform_int(shape, seed, *bounds, dtype_of(dtype))
        return STATELESS[op](shape, seed, dtype_of(dtype))

    return jax.jit(draw)


@pytest.mark.parametrize("case", of_ops("StatelessRandomUniformInt", *STATELESS))
def test_stateless(case: dict[str, Any]) -> None:
    seed = np.array([case["seed"], case["seed2"]], case["seed_dtype"])
    bounds = [np.dtype(case["dtype"]).type(case[k]) for k in ("minval", "maxval") if k in case]
    draw = stateless(case["op"], tuple(case["shape"]), case["dtype"])
    values = np.asarray(draw(seed, *bounds))
    check = assert_same_bits if "Uniform" in case["op"] else assert_rounded
    for run in range(RUNS):
        check(values, case, run)


def logits_of(case: dict[str, Any]) -> np.ndarray:
    count = case["batch"] * case["classes"]
    logits = np.sin(np.arange(count) * 0.7).reshape(case["batch"], case["classes"]) * 3.0
    return logits.astype(case["dtype"])


@pytest.mark.parametrize("case", of_ops("Multinomial"))
def test_multinomial(case: dict[str, Any]) -> None:
    out = dtype_of(case["out"])
    draw = jax.jit(
        lambda key, offset, logits: random.multinomial(key, offset, logits, case["samples"], out)
    )
    for run, values in runs(case, draw, logits_of(case)):
        assert values.shape == (case["batch"], case["samples"])
        assert_same_bits(values, case, run)


@pytest.mark.parametrize("case", of_ops("StatelessMultinomial"))
def test_stateless_multinomial(case: dict[str, Any]) -> None:
    seed = np.array([case["seed"], case["seed2"]], case["seed_dtype"])
    out = dtype_of(case["out"])
    draw = jax.jit(
        lambda logits, seed: random.stateless_multinomial(logits, case["samples"], seed, out)
    )
    assert_same_bits(np.asarray(draw(logits_of(case), seed)), case, 0)


def test_multinomial_ignores_logits_that_are_not_finite() -> None:
    logits = jnp.array([[np.nan, 0.0, np.inf, -np.inf], [np.nan] * 4], np.float32)
    draw = jax.jit(lambda key: random.multinomial(key, 0, logits, 8, np.dtype(np.int64))[0])
    values = draw(random.philox_key(1, 2))
    np.testing.assert_array_equal(values, [[1] * 8, [4] * 8])


@pytest.mark.parametrize("case", of_ops("RandomShuffle"))
def test_shuffle(case: dict[str, Any]) -> None:
    value = np.arange(np.prod(case["shape"]), dtype=np.int32).reshape(case["shape"])
    host_offset = 0
    for run, values in runs(case, jax.jit(random.random_shuffle), value):
        assert_same_bits(values, case, run)
        key = random.philox_key(case["seed"], case["seed2"])
        on_host, host_offset = random.random_shuffle_host(key, host_offset, value)
        np.testing.assert_array_equal(on_host, values)


def test_shuffle_of_strings() -> None:
    value = np.array([[b"a", b"b"], [b"c", b"d"], [b"e", b"f"]], object)
    key = random.philox_key(3, 4)
    values, offset = random.random_shuffle_host(key, 0, value)
    np.testing.assert_array_equal(values, value[random.random_permutation(key, 0, 3)])
    assert offset == 1


def test_an_unseeded_key_is_fresh() -> None:
    first, second = random.fresh_key(), random.fresh_key()
    assert first.key.dtype == first.stream.dtype == np.uint32
    assert first.key.shape == first.stream.shape == (2,)
    assert not np.array_equal(first.key, second.key)
    assert not np.array_equal(first.stream, second.stream)


def test_an_offset_may_be_a_number() -> None:
    key, size = random.philox_key(1, 2), 6
    first, offset = random.random_uniform(key, 0, (size,), dtype_of("float32"))
    assert int(offset) == 256 * size
    second, _ = random.random_uniform(key, 256 * size, (size,), dtype_of("float32"))
    again, _ = random.random_uniform(key, offset, (size,), dtype_of("float32"))
    np.testing.assert_array_equal(second, again)
    assert not np.array_equal(first, second)


def test_truncated_normals_stay_inside_their_bounds() -> None:
    # Three runs of 60,000 groups: about one group in 100,000 needs more than two blocks.
    draw = jax.jit(
        lambda offset: random.truncated_normal(
            random.philox_key(5, 5), offset, (240_001,), dtype_of("float32")
        )
    )
    offset = np.uint64(2**40 + 3)
    for _ in range(RUNS):
        values, offset = draw(offset)
        values = np.asarray(values)
        assert np.abs(values).max() < 2.0
        assert abs(values.mean()) < 0.01
        assert abs(values.std() - 0.8796) < 0.005
