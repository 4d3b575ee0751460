"""`penstock devices`."""

from __future__ import annotations

from types import SimpleNamespace

from penstock import kernels
from penstock.cli import devices, main


def test_tables(capsys, monkeypatch):
    monkeypatch.setattr(kernels, "in_use", lambda: [("MaxPoolGrad", "window compares")], False)
    assert main.main(["devices"]) == 0
    output = capsys.readouterr().out
    assert "/device:" in output and "MaxPoolGrad" in output and "window compares" in output


def test_build_says_what_came_of_it(capsys, monkeypatch):
    from penstock.kernels.native import build

    monkeypatch.setattr(kernels, "in_use", lambda: [("all", "XLA")], False)
    monkeypatch.setattr(build, "build", lambda: "/some/where.so")
    assert main.main(["devices", "--build"]) == 0
    assert "/some/where.so" in capsys.readouterr().out

    def fails():
        raise build.Unavailable("no C++ compiler was found")

    monkeypatch.setattr(build, "build", fails)
    assert main.main(["devices", "--build"]) == 1
    assert "no C++ compiler was found" in capsys.readouterr().out


def test_names_count_per_kind():
    fakes = [SimpleNamespace(platform=each) for each in ("cuda", "cpu", "gpu", "tpu")]
    assert [name for name, _ in devices.named_devices(fakes)] == [
        "/device:GPU:0", "/device:CPU:0", "/device:GPU:1", "/device:TPU:0",
    ]  # fmt: skip
