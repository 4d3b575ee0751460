"""Compiled programs kept between processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penstock as tf
from penstock.runtime import compiler, host, program_cache


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    monkeypatch.setenv("PENSTOCK_CACHE", str(folder))
    monkeypatch.setattr(host, "_programs", {})
    return folder


def drawn() -> Any:
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(tf.truncated_normal([5, 7], seed=3) * 1.0)


def kernel(x: Any) -> list[Any]:
    return [x + 1]


def test_a_kernel_is_found_without_tracing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    argument = np.arange(200, dtype=np.int64)
    first = compiler.compile_kernel("plus one", kernel, [argument])
    files = len(list(cache.iterdir()))
    assert files >= 2
    with monkeypatch.context() as patch:
        patch.setattr(compiler, "Traced", None)
        again = compiler.compile_kernel("plus one", kernel, [argument])
        for program in (first, again):
            made = np.asarray(program(argument)[0])
            assert made.dtype == np.int64
            np.testing.assert_array_equal(made, argument + 1)
        with pytest.raises(TypeError):
            compiler.compile_kernel("another", kernel, [argument])
        with pytest.raises(TypeError):
            compiler.compile_kernel("plus one", kernel, [argument[:50]])


def test_another_source_is_another_program(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "kernel.py"
    source.write_text("one")
    first = program_cache.file_of_source("name", [str(source)], None)
    assert first == program_cache.file_of_source("name", [str(source)], None)
    source.write_text("two")
    assert first != program_cache.file_of_source("name", [str(source)], None)
    assert program_cache.file_of_source("name", [str(tmp_path / "missing.py")], None) is None


def test_a_damaged_entry_is_made_anew(cache: Path) -> None:
    argument = np.arange(200, dtype=np.float32)
    compiler.compile_kernel("plus one", kernel, [argument])
    for path in cache.iterdir():
        path.write_bytes(b"no program")
    program = compiler.compile_kernel("plus one", kernel, [argument])
    np.testing.assert_array_equal(np.asarray(program(argument)[0]), argument + 1)


def test_initial_values_are_the_same_from_the_cache(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = drawn()
    monkeypatch.setattr(host, "_programs", {})
    np.testing.assert_array_equal(drawn(), first)
    monkeypatch.setenv("PENSTOCK_CACHE", "0")
    monkeypatch.setattr(host, "_programs", {})
    np.testing.assert_array_equal(drawn(), first)
