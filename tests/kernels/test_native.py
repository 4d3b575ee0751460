"""The optional native kernels: equal to XLA's, safe with threads, silent when they are missing."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from penstock.kernels import adam, convolution, native, normalization, pooling, products
from penstock.kernels.native import build, calls

RNG = np.random.default_rng(5)


def _status() -> native.Status:
    """The kernels' status; where nothing is missing, they are built first."""
    with contextlib.suppress(build.Unavailable):
        if native.mode() != "never" and build.plan().onednn is not None:
            build.build()
    return native.status()


LOADED = _status()
needs_native = pytest.mark.skipif(not LOADED.in_use, reason=f"native kernels {LOADED}")


def normal(*shape: int) -> jax.Array:
    return jnp.asarray(RNG.standard_normal(shape, dtype=np.float32))


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_NATIVE", "1")


def both(monkeypatch: pytest.MonkeyPatch, function: object, *arguments: jax.Array) -> None:
    """Compares a kernel with and without its native version."""
    made = []
    for value in ("1", "0"):
        monkeypatch.setenv("PENSTOCK_NATIVE", value)
        with jax.enable_x64(True):
            compiled = jax.jit(lambda *a: function(*a)).lower(*arguments).compile()  # type: ignore[operator]
        assert ("penstock_" in compiled.as_text()) == (value == "1")
        made.append(np.asarray(compiled(*arguments)))
    assert made[0].dtype == made[1].dtype == np.float32
    scale = max(1.0, float(np.abs(made[1]).max()))
    np.testing.assert_allclose(made[0] / scale, made[1] / scale, rtol=0, atol=3e-6)


CONVS = [
    ((5, 9, 7, 3), (3, 3, 3, 8), 1, 1, "SAME", "NHWC"),
    ((4, 11, 11, 1), (5, 5, 1, 16), 2, 1, "SAME", "NHWC"),
    ((3, 10, 9, 17), (3, 2, 17, 19), 2, 1, "VALID", "NHWC"),
    ((2, 12, 12, 16), (3, 3, 16, 16), 1, 2, "SAME", "NHWC"),
    ((1, 8, 8, 32), (1, 1, 32, 16), 1, 1, "SAME", "NHWC"),
    ((3, 4, 8, 9), (3, 3, 4, 6), 1, 1, "SAME", "NCHW"),
    ((2, 8, 8, 2), (2, 2, 2, 3), 3, 1, "VALID", "NHWC"),
]


@needs_native
@pytest.mark.parametrize("case", CONVS, ids=str)
def test_convolution(case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    xs, ws, stride, dilation, padding, layout = case
    first = layout == "NCHW"
    strides = (1, 1, stride, stride) if first else (1, stride, stride, 1)
    dilations = (1, 1, dilation, dilation) if first else (1, dilation, dilation, 1)
    at = (strides, padding, layout, dilations)
    x, w = normal(*xs), normal(*ws)
    dy = normal(*jax.eval_shape(lambda: convolution.conv2d(x, w, *at)).shape)
    both(monkeypatch, lambda x, w: convolution.conv2d(x, w, *at), x, w)
    both(monkeypatch, lambda w, dy: convolution.conv2d_backprop_input(xs, w, dy, *at), w, dy)
    both(monkeypatch, lambda x, dy: convolution.conv2d_backprop_filter(x, ws, dy, *at), x, dy)


@needs_native
@pytest.mark.parametrize("shape", [(3, 9, 8, 37), (1, 12, 12, 256), (9, 6, 6, 16)])
@pytest.mark.parametrize(
    "window", [(2, 2, "SAME"), (3, 2, "SAME"), (3, 1, "VALID"), (2, 3, "SAME")]
)
def test_max_pool_grad(
    shape: tuple[int, ...], window: tuple[int, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    k, s, padding = window
    at = ((1, k, k, 1), (1, s, s, 1), padding)
    x = jnp.round(normal(*shape))  # Rounded, so that windows have ties.
    y = pooling.max_pool(x, *at)
    both(monkeypatch, lambda x, y, d: pooling.max_pool_grad(x, y, d, *at), x, y, normal(*y.shape))


@needs_native
@pytest.mark.parametrize("beta", [0.5, 0.75, 1.0, 0.6])
@pytest.mark.parametrize(("channels", "radius"), [(96, 5), (7, 2), (33, 40), (16, 0), (5, 1)])
def test_lrn(beta: float, channels: int, radius: int, monkeypatch: pytest.MonkeyPatch) -> None:
    at = (radius, 1.0, 0.3, beta)
    x = normal(3, 5, channels)
    y = normalization.lrn(x, *at)
    both(monkeypatch, lambda x: normalization.lrn(x, *at), x)
    both(monkeypatch, lambda d, x, y: normalization.lrn_grad(d, x, y, *at), normal(*x.shape), x, y)


@needs_native
@pytest.mark.parametrize(
    "sizes", [(1, 1, 1), (10, 300, 130), (50, 129, 64), (7, 16, 45), (25, 33, 4)]
)
@pytest.mark.parametrize("transpose_b", [False, True])
def test_product(
    sizes: tuple[int, int, int], transpose_b: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, inner, columns = sizes
    b = normal(columns, inner) if transpose_b else normal(inner, columns)
    both(
        monkeypatch,
        lambda a, b: products.matmul(a, b, False, transpose_b),
        normal(rows, inner),
        b,
    )


@needs_native
@pytest.mark.parametrize(
    "sizes",
    [(100, 784, 10), (1, 5, 1), (33, 512, 16), (29, 1024, 7), (700, 300, 3), (13, 32, 16)],
)
@pytest.mark.parametrize("transpose_a", [False, True])
def test_narrow_product(
    sizes: tuple[int, int, int], transpose_a: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, inner, columns = sizes
    if transpose_a:
        rows, columns = rows + 31, 5 * columns
    at = (rows, inner, columns, np.float32, transpose_a)
    monkeypatch.setenv("PENSTOCK_NATIVE", "1")
    call = calls.native_narrow_product(*at)
    assert call is not None
    a = normal(inner, rows) if transpose_a else normal(rows, inner)
    b = normal(inner, columns)
    made = np.asarray(jax.jit(call)(a, b))
    wide = np.asarray(a, np.float64)
    expected = (wide.T if transpose_a else wide) @ np.asarray(b, np.float64)
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-5 * np.sqrt(inner))


@needs_native
def test_narrow_products_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_NATIVE", "")
    x, w, d = normal(100, 784), normal(784, 10), normal(100, 10)

    def step(x: jax.Array, w: jax.Array, d: jax.Array) -> tuple[jax.Array, jax.Array]:
        return products.matmul(x, w), products.matmul(x, d, transpose_a=True)

    text = jax.jit(step).lower(x, w, d).compile().as_text()
    assert text.count('custom_call_target="penstock_narrow_product"') == 2
    assert calls.native_narrow_product(8, 8, 8, np.float32, False) is None
    assert calls.native_narrow_product(784, 100, 10, np.float64, True) is None
    assert calls.native_narrow_product(784, 100, 300, np.float32, True) is None


@needs_native
def test_many_threads_at_once_and_donated_buffers(always: None) -> None:
    w = normal(3, 3, 8, 8)

    def step(x: jax.Array) -> jax.Array:
        y = convolution.conv2d(x, w, (1, 1, 1, 1), "SAME")
        dw = convolution.conv2d_backprop_filter(x, w.shape, y, (1, 1, 1, 1), "SAME")
        return (
            x * 0.5
            + convolution.conv2d_backprop_input(x.shape, dw * 1e-3, y, (1, 1, 1, 1), "SAME") * 1e-3
        )

    compiled = jax.jit(step, donate_argnums=0)
    start = np.asarray(normal(6, 10, 10, 8))
    expected = np.asarray(jax.jit(step)(start))
    results: list[np.ndarray] = []

    def work() -> None:
        for _ in range(20):
            results.append(np.asarray(compiled(jnp.array(start))))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 120
    for result in results:
        np.testing.assert_array_equal(result, expected)


def test_never_means_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_NATIVE", "0")
    assert native.mode() == "never"
    assert native.active() is None
    assert str(native.status()) == "not in use: PENSTOCK_NATIVE=0"


def test_missing_compiler_and_package_are_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(build.Unavailable, match="compiler"):
        build.compiler()
    with pytest.raises(build.Unavailable, match="not installed"):
        build._file_of("no-such-package-at-all", "x")


def test_failed_build_falls_back_silently(tmp_path: Path) -> None:
    program = (
        "import numpy as np\n"
        "from penstock.kernels import convolution, native\n"
        "x = np.ones((2, 8, 8, 4), np.float32)\n"
        "w = np.ones((3, 3, 4, 4), np.float32)\n"
        "y = convolution.conv2d(x, w, (1, 1, 1, 1), 'SAME')\n"
        "print(float(y[0, 4, 4, 0]), native.status().in_use)\n"
    )
    environment = {
        **os.environ,
        "PENSTOCK_NATIVE": "1",
        "PENSTOCK_CACHE_DIR": str(tmp_path),
        "CXX": "false",
        "JAX_PLATFORMS": "cpu",
    }
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert result.stdout.split() == ["36.0", "False"], result.stderr
    assert not list(tmp_path.rglob("*.so"))


@pytest.fixture
def fake_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A compiler that waits for a file `go` and fails, in a cache folder of its own."""
    script = tmp_path / "c++"
    script.write_text(
        f"#!/bin/sh\ntouch {tmp_path}/begun\n"
        f"while ! test -e {tmp_path}/go; do sleep 0.05; done\n"
        "echo 'x.cpp: error: no such thing' >&2\nexit 1\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("CXX", str(script))
    monkeypatch.setenv("PENSTOCK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PENSTOCK_NATIVE", "")
    return tmp_path


def test_a_folder_others_may_write_to_is_refused(fake_compiler: Path) -> None:
    wanted = build.plan()
    wanted.target.parent.chmod(0o777)
    with pytest.raises(build.Unavailable, match="others may write"):
        build.build()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_waits_for_a_build(fake_compiler: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = build.plan()._replace(onednn=Path("libdnnl.so"))
    assert build.start(wanted) == build.BEING_BUILT
    _until((fake_compiler / "begun").exists)
    # While it builds, another program neither waits nor starts a second build.
    monkeypatch.setattr(build.subprocess, "Popen", pytest.fail)
    assert build.start(wanted) == build.BEING_BUILT
    with pytest.raises(build.Unavailable, match="being built"):
        build.build(wait=False)
    (fake_compiler / "go").touch()
    _until(wanted.failure.exists)
    said = build.start(wanted)
    assert "no such thing" in said and "penstock devices --build" in said
    assert not wanted.target.exists()


def test_without_onednn_only_a_request_builds(
    fake_compiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise build.Unavailable("not installed")

    monkeypatch.setattr(build, "onednn", missing)
    monkeypatch.setattr(build.subprocess, "Popen", pytest.fail)
    wanted = build.plan()
    assert wanted.onednn is None
    assert build.start(wanted).startswith("not built")
    names = {path.stem for path in build._sources(False)}
    assert "convolution" not in names and {"narrow", "adam"} <= names


@needs_native
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("sizes", [(10, 300, 130), (50, 25, 1100), (1, 13, 7), (200, 9, 40)])
def test_adam(sizes: tuple[int, int, int], nesterov: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    terms, rows, columns = sizes
    x, dy = normal(terms, rows), normal(terms, columns)
    state = [normal(rows, columns), normal(rows, columns), jnp.abs(normal(rows, columns))]
    rates = [np.float32(r) for r in (0.01, 0.9, 0.999, 1e-8)]
    gradient = products.matmul(x, dy, transpose_a=True)

    def stored(variable: jax.Array, mean: jax.Array, square: jax.Array) -> tuple:
        return adam.adam(variable, mean, square, *rates, gradient, nesterov)

    def on_the_way(variable: jax.Array, mean: jax.Array, square: jax.Array) -> tuple:
        product = products.matmul(x, dy, transpose_a=True)
        return adam.adam(variable, mean, square, *rates, product, nesterov)

    made, texts = [], []
    for value, step in (("0", stored), ("1", stored), ("1", on_the_way)):
        monkeypatch.setenv("PENSTOCK_NATIVE", value)
        with jax.enable_x64(True):
            # A new function each time: JAX keeps what it traced of an old one.
            fresh = functools.partial(lambda step, *a: step(*a), step)
            compiled = jax.jit(fresh, donate_argnums=(0, 1, 2)).lower(*state).compile()
        texts.append(compiled.as_text())
        made.append([np.asarray(a) for a in compiled(*map(jnp.array, state))])
    assert "penstock_adam" not in texts[0]
    assert '"penstock_adam"' in texts[1]
    assert ("penstock_adam_product" in texts[2]) == (terms <= 128)
    for other in made[1:]:
        for got, expected in zip(other, made[0], strict=True):
            np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-5)


@needs_native
@pytest.mark.parametrize("epsilon", [1e-7, 0.0])
def test_adam_at_the_edges(epsilon: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros, almost nothing, overflow and NaN give what XLA's root and quotient give."""
    gradient = jnp.array([0, 1e-30, 1e-20, 1e-3, 1, 1e15, 1e25, np.nan, -1, -1e-12], np.float32)
    gradient = jnp.tile(gradient, 5)
    rates = [np.float32(r) for r in (0.01, 0.9, 0.999, epsilon)]
    made = []
    for value in ("0", "1"):
        monkeypatch.setenv("PENSTOCK_NATIVE", value)
        with jax.enable_x64(True):
            step = jax.jit(lambda *a: adam.adam(*a, *rates, gradient))
            state = [jnp.ones(50), jnp.zeros(50), jnp.zeros(50)]
            made.append([np.asarray(a) for a in step(*[s.astype(np.float32) for s in state])])
    for got, expected in zip(made[1], made[0], strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-6)


@needs_native
def test_compiled_programs_can_be_kept(always: None) -> None:
    from jax.experimental import serialize_executable

    x, w = normal(2, 8, 8, 4), normal(3, 3, 4, 4)
    compiled = (
        jax.jit(lambda x, w: convolution.conv2d(x, w, (1, 1, 1, 1), "SAME")).lower(x, w).compile()
    )
    kept = serialize_executable.serialize(compiled)
    again = serialize_executable.deserialize_and_load(*kept)
    np.testing.assert_array_equal(again(x, w), compiled(x, w))
