"""The examples, each run as a user would run it, with few steps."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def start(folder: Path, program: str, *words: object, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(EXAMPLES / program), *map(str, words)],
        cwd=folder,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "JAX_PLATFORMS": "cpu",
        },
        **options,
    )


@pytest.fixture
def run(tmp_path):
    """Runs an example in an empty folder and gives what it printed."""

    def call(program, *words):
        process = start(
            tmp_path, program, *words, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )  # fmt: skip
        output, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        return output

    return call


def is_picture(path: Path) -> bool:
    """A figure that shows something: not all of one colour."""
    with Image.open(path) as image:
        return image.width > 100 and len(image.convert("RGB").getcolors(1 << 24) or []) > 10


def test_hello_graph(run, tmp_path):
    output = run("hello_graph.py", "--out", "out")
    assert "  weight/read              Identity     weight:0\n" in output
    assert "The gradient at first: 1.6\n" in output
    assert "The weight after a step: 0.76\n" in output
    assert "The output after 100 steps: 0.0047364" in output
    assert is_picture(tmp_path / "out" / "training.png")
    log = EventAccumulator(str(tmp_path / "out" / "log")).Reload()
    assert len(log.Scalars("training/output")) == 100 and log.Tags()["graph"]


def accuracy_in(output: str) -> float:
    return float(re.findall(r"test accuracy ([\d.]+)", output)[-1])


def test_mnist_softmax(run, tmp_path):
    output = run("mnist_softmax.py", "--data", "small", "--steps", 150, "--out", "out")
    assert "scikit-learn's digits" in output
    assert accuracy_in(output) > 0.85
    assert is_picture(tmp_path / "out" / "mnist_softmax.png")


def test_mnist_cnn(run, tmp_path):
    output = run(
        "mnist_cnn.py", "--data", "small", "--steps", 60, "--rate", 1e-3, "--out", "out"
    )  # fmt: skip
    assert accuracy_in(output) > 0.8
    assert is_picture(tmp_path / "out" / "mnist_cnn.png")


def test_fashion_mnist(run, tmp_path):
    output = run("fashion_mnist.py", "--data", "drawn", "--epochs", 3, "--out", "out")
    assert "hidden (Dense)               (None, 128)               100480" in output
    assert accuracy_in(output) > 0.9
    assert len(re.findall(r"^  .+ [\d.]+% of \d+ right$", output, re.MULTILINE)) == 10
    for name in ("samples", "curves", "confusion", "mistakes", "guesses"):
        assert is_picture(tmp_path / "out" / f"{name}.png")
    assert (tmp_path / "out" / "model.h5").stat().st_size > 10_000
    log = EventAccumulator(str(tmp_path / "out" / "log")).Reload()
    assert len(log.Scalars("epoch_val_accuracy")) == 3
    assert "hidden/kernel_0" in log.Tags()["histograms"]


def test_softmax_tensorboard(run, tmp_path):
    output = run("softmax_tensorboard.py", "--data", "small", "--steps", 400, "--out", "out")
    assert accuracy_in(output) > 0.8
    assert len(re.findall(r"^step ", output, re.MULTILINE)) == 20
    assert "digits are taken for [" in output
    assert len(re.findall(r"^confidence from ", output, re.MULTILINE)) >= 4
    for name in ("digits", "training", "weights", "fooled", "confidence"):
        assert is_picture(tmp_path / "out" / f"{name}.png")
    log = EventAccumulator(str(tmp_path / "out" / "log" / "test")).Reload()
    assert len(log.Scalars("evaluation/accuracy")) == 20
    assert "variables/weights/summaries/histogram" in log.Tags()["histograms"]


def test_a_program_of_2016(tmp_path, run):
    """The README's first command; with MNIST where that is found."""
    folder = ROOT.parent / "shared" / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip("needs the files of ../shared/data/mnist")
    pytest.importorskip("fissix")
    done = subprocess.run(
        [sys.executable, "-m", "penstock", "run", EXAMPLES / "old" / "digits_2016.py", folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "JAX_PLATFORMS": "cpu"},
    )
    assert done.stderr == ""
    assert 0.9 < float(done.stdout.splitlines()[-1].removeprefix("accuracy ")) < 0.94
    assert len(EventAccumulator(str(tmp_path / "log_2016")).Reload().Scalars("loss")) > 500


def test_the_demo(run):
    folder = ROOT.parent / "shared" / "data" / "mnist"
    words = ["--data", folder] if folder.is_dir() else ["--data", "small"]
    assert accuracy_in(run("demo.py", "--steps", 20, *words)) > 0.5


@pytest.fixture
def shapes(run, tmp_path) -> Path:
    output = run("make_image_folder.py", "shapes", "--classes", 3, "--per-class", 10, "--size", 64)
    assert output == "3 x 10 pictures in shapes\n"
    files = sorted((tmp_path / "shapes").rglob("*.*"))
    assert len(files) == 30 and {file.suffix for file in files} == {".jpg", ".png"}
    assert len({Image.open(file).size for file in files}) > 5
    return tmp_path / "shapes"


SMALL = ("--small", "--batch", 8, "--save-every", 5, "--out", "out")


@pytest.mark.timeout(600)
def test_alexnet_killed_and_resumed(run, shapes, tmp_path):
    """Killed with SIGKILL in the middle of its steps, it goes on from its last checkpoint."""
    with open(tmp_path / "first.txt", "w") as log:
        process = start(
            tmp_path, "alexnet.py", shapes, *SMALL, "--steps", 1000000,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 240
            while not list((tmp_path / "out").glob("model.ckpt-10.index")):
                assert process.poll() is None, (tmp_path / "first.txt").read_text()
                assert time.monotonic() < deadline, (tmp_path / "first.txt").read_text()
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    reached = int(re.findall(r"model.ckpt-(\d+)", (tmp_path / "out" / "checkpoint").read_text())[0])
    assert reached >= 5

    output = run("alexnet.py", shapes, *SMALL, "--steps", reached + 12)
    assert "3 classes, 24 images to train on, 6 to validate with" in output
    assert f"going on from out/model.ckpt-{reached}\n" in output
    end = rf"after {reached + 12} steps: top-1 accuracy (\S+), top-5 accuracy 1.0000 on 6"
    assert 0 <= float(re.findall(end, output)[0]) <= 1
    assert is_picture(tmp_path / "out" / "curves.png")
    assert is_picture(tmp_path / "out" / "guesses.png")
    log = EventAccumulator(str(tmp_path / "out" / "log")).Reload()
    assert log.Scalars("top_1")[-1].step == reached + 12
    assert {"loss", "training_accuracy", "top_5"} <= set(log.Tags()["scalars"])
    assert "augmented/image/0" in log.Tags()["images"]
    assert "conv1/weight/histogram" in log.Tags()["histograms"]

    # Measured again, the same images give the same numbers.
    last = output.splitlines()[-2]
    assert last in run("alexnet.py", shapes, *SMALL, "--evaluate").splitlines()


def test_alexnet_says_what_is_wrong_with_a_folder(tmp_path):
    (tmp_path / "images").mkdir()
    process = start(tmp_path, "alexnet.py", "images", stderr=subprocess.PIPE)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.endswith("images has no two sub-folders with JPEG or PNG images in them\n")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_alexnet_in_full(run, shapes):
    """The network of the paper, for two steps."""
    words = ("--batch", 4, "--steps", 2, "--save-every", 100, "--out", "out")
    output = run("alexnet.py", shapes, *words)
    assert "after 2 steps: top-1 accuracy" in output
