"""tf.gfile: what TensorFlow 1.15 answered to the same calls on the same folder."""

from __future__ import annotations

import os
import pathlib

import pytest

import penstock as tf
from penstock.platform import file_io

gfile = tf.gfile


@pytest.fixture(autouse=True)
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.makedirs("d/e/f")
    pathlib.Path("d/b.txt").write_text("hello\nworld\n")
    pathlib.Path("d/a.txt").write_text("x")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: gfile.MkDir("x/y"), "NotFoundError", "x/y; No such file or directory"),
        (lambda: gfile.Remove("nope"), "NotFoundError", "nope; No such file or directory"),
        (lambda: gfile.Remove("d"), "FailedPreconditionError", "d; Is a directory"),
        (lambda: gfile.DeleteRecursively("nope"), "NotFoundError", "nope not found"),
        (lambda: gfile.ListDirectory("nope"), "NotFoundError", "Could not find directory nope"),
        (lambda: gfile.Copy("d/a.txt", "d/b.txt"), "AlreadyExistsError", "file already exists"),
        (lambda: gfile.Copy("nope", "q"), "NotFoundError", "nope; No such file or directory"),
        (lambda: gfile.Rename("d/a.txt", "d/b.txt"), "AlreadyExistsError", "file already exists"),
        (lambda: gfile.Stat("nope"), "NotFoundError", "nope; No such file or directory"),
        (lambda: gfile.GFile("nope").read(), "NotFoundError", "nope; No such file or directory"),
        (lambda: gfile.GFile("d").read(), "FailedPreconditionError", "d; Is a directory"),
        (lambda: gfile.GFile("d/a.txt").write("x"), "PermissionDeniedError",
         "File isn't open for writing"),
        (lambda: gfile.GFile("w", "w").read(), "PermissionDeniedError",
         "File isn't open for reading"),
        (lambda: gfile.GFile("w", "q"), "InvalidArgumentError",
         "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'"),
    ],
)  # fmt: skip
def test_errors(call: object, kind: str, message: str) -> None:
    with pytest.raises(getattr(tf.errors, kind)) as caught:
        call()  # type: ignore[operator]
    assert caught.value.message == message


def test_reading() -> None:
    with gfile.Open("d/b.txt") as file:
        assert (file.read(3), file.tell(), file.readline(), file.size()) == ("hel", 3, "lo\n", 12)
        file.seek(0)
        assert list(file) == ["hello\n", "world\n"]
    assert gfile.FastGFile("d/b.txt", "rb").read() == b"hello\nworld\n"


def test_writing_text_bytes_and_at_the_end() -> None:
    with gfile.GFile("w", "w") as file:
        file.write("abc")
        file.write(b"def")
        assert file.tell() == 6
    with gfile.GFile("w", "a") as file:
        file.write("!")
        file.flush()
        assert pathlib.Path("w").read_text() == "abcdef!"


def test_folders() -> None:
    gfile.MakeDirs("d/e/f")
    gfile.MkDir("d")
    assert sorted(gfile.ListDirectory("d")) == ["a.txt", "b.txt", "e"]
    assert gfile.Glob("d/*.txt") == ["d/a.txt", "d/b.txt"]
    assert [w[0] for w in gfile.Walk("d")] == ["d", "d/e", "d/e/f"]
    assert [w[0] for w in gfile.Walk("d", in_order=False)] == ["d/e/f", "d/e", "d"]
    assert gfile.Stat("d/b.txt").length == 12 and gfile.IsDirectory("d")
    gfile.Rename("d/a.txt", "c.txt")
    gfile.DeleteRecursively("d")
    assert not gfile.Exists("d") and gfile.Exists("c.txt")


def test_atomic_write_leaves_no_other_file() -> None:
    file_io.atomic_write_string_to_file("new", "text")
    assert pathlib.Path("new").read_text() == "text"
    assert sorted(os.listdir(".")) == ["d", "new"]


def test_places_that_are_not_there(tmp_path):
    path = str(tmp_path / "a")
    with tf.gfile.GFile(path, "w") as file:
        file.write("hello")
    file = tf.gfile.GFile(path)
    with pytest.raises(tf.errors.OutOfRangeError, match="reached end of file"):
        file.seek(99)
    with pytest.raises(tf.errors.InvalidArgumentError, match="Seeking to a negative position: -1"):
        file.seek(-1)
    file.seek(-2, 2)
    assert file.read() == "lo"
    file.seek(5)
    assert file.read() == ""
