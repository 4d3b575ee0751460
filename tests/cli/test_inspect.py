"""``penstock inspect``."""

from __future__ import annotations

import pathlib

import pytest

import penstock as tf
from penstock.cli.main import main

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "saved_graphs"


def inspect(capsys: pytest.CaptureFixture, *words: str) -> str:
    assert main(["inspect", *map(str, words)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", ["v2", "v2.index", "v2.data-00000-of-00001", "v1"])
def test_checkpoints(capsys: pytest.CaptureFixture, name: str) -> None:
    shown = inspect(capsys, GOLDEN / name)
    assert "Checkpoint" in shown and "12 tensors" in shown
    assert "parts/embedding" in shown and "[5, 2] in 2 parts" in shown
    assert "complex64" in shown and "string" in shown
    assert ("V2, a tensor bundle" in shown) == (name != "v1")


def test_one_tensor(capsys: pytest.CaptureFixture) -> None:
    shown = inspect(capsys, GOLDEN / "v2", "--tensor", "parts/resource")
    assert "parts/resource: float32, shape [2]" in shown
    assert "min -2.5, max 1.5" in shown
    assert "b'bc'" in inspect(capsys, GOLDEN / "v1", "--tensor", "words")


def test_the_latest_of_a_folder(capsys: pytest.CaptureFixture, tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in (1, 2):
            saver.save(sess, str(tmp_path / "m"), step)
    shown = inspect(capsys, tmp_path)
    assert "checkpoints in this folder: m-1, m-2; this is the latest" in shown
    assert str(tmp_path / "m-2") in shown.replace("\n", "")


def test_a_frozen_graph(capsys: pytest.CaptureFixture) -> None:
    shown = inspect(capsys, GOLDEN / "frozen.pb")
    assert "Graph" in shown and "MatMul" in shown
    assert "[?, 2]" in shown  # the placeholder
    assert "z" in shown and "constants" in shown
    assert "w: float32, shape [2, 1]" in inspect(capsys, GOLDEN / "frozen.pb", "--tensor", "w")


def test_a_meta_graph(capsys: pytest.CaptureFixture) -> None:
    shown = inspect(capsys, GOLDEN / "v2.meta")
    assert "Meta graph" in shown and "collections" in shown and "trainable_variables" in shown
    assert "written by TensorFlow 1.15.5" in shown


def test_a_saved_model(capsys: pytest.CaptureFixture) -> None:
    shown = inspect(capsys, GOLDEN / "served")
    assert "SavedModel" in shown and "tags: serve" in shown
    assert "serving_default" in shown and "12 tensors" in shown
    assert "x:0" in shown and "y:0" in shown
    assert "[2, 1]" in inspect(capsys, GOLDEN / "served", "--tensor", "w")


def test_text_graphs(capsys: pytest.CaptureFixture, tmp_path: pathlib.Path) -> None:
    tf.constant([1, 2], name="numbers")
    path = tf.train.write_graph(tf.get_default_graph(), str(tmp_path), "g.pbtxt")
    assert "numbers" in inspect(capsys, path)
    assert "[1 2]" in inspect(capsys, path, "--tensor", "numbers")


def test_event_files(capsys: pytest.CaptureFixture, tmp_path: pathlib.Path) -> None:
    tf.summary.scalar("loss", tf.constant(2.5))
    tf.summary.histogram("h", tf.constant([1.0, 3.0]))
    tf.summary.image("i", tf.zeros([1, 4, 5, 3]))
    tf.summary.audio("s", tf.zeros([1, 6]), 8000)
    tf.summary.text("t", tf.constant("words"))
    merged = tf.summary.merge_all()
    with tf.Session() as sess, tf.summary.FileWriter(str(tmp_path), sess.graph) as writer:
        for step in (3, 4):
            writer.add_summary(sess.run(merged), step)
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.STOP), 9)
        writer.add_run_metadata(tf.RunMetadata(), "trace", 9)
    shown = inspect(capsys, tmp_path)
    wanted = "loss|2.5|2 values, 1 to 3, mean 2|5x4, 3 channels|6 frames at 8000 Hz|words|STOP"
    for word in (*wanted.split("|"), "(graph def)", "run metadata"):
        assert word in shown, word
    assert "step 3: 2.5\nstep 4: 2.5" in inspect(capsys, tmp_path, "--tensor", "loss")
    (file,) = tmp_path.iterdir()
    renamed = tmp_path / "renamed"
    file.rename(renamed)
    assert "loss" in inspect(capsys, renamed)
    renamed.write_bytes(renamed.read_bytes()[:-3])
    assert "can't be read" in inspect(capsys, renamed)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", "there is no such file, folder or checkpoint"),
        ("empty", "a folder without a SavedModel, checkpoint or event file"),
        ("picture.png", "neither a checkpoint nor a graph, SavedModel or event file"),
        ("short", "neither a checkpoint"),
    ],
)
def test_other_files(
    capsys: pytest.CaptureFixture, tmp_path: pathlib.Path, path: str, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3)
    (tmp_path / "short").write_bytes(b"ab")
    assert main(["inspect", str(tmp_path / path)]) == 1
    assert message in capsys.readouterr().err


def test_wrong_tensor_names(capsys: pytest.CaptureFixture) -> None:
    assert main(["inspect", str(GOLDEN / "v2"), "--tensor", "wordz"]) == 1
    assert "did you mean 'words'" in capsys.readouterr().err


def test_damaged_checkpoints(capsys: pytest.CaptureFixture, tmp_path: pathlib.Path) -> None:
    for name in ("v2.index", "v2.data-00000-of-00001"):
        (tmp_path / name).write_bytes((GOLDEN / name).read_bytes())
    data = tmp_path / "v2.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:20])
    assert main(["inspect", str(tmp_path / "v2"), "--tensor", "words"]) == 1
    assert "v2.data" in capsys.readouterr().err
