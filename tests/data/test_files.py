"""Downloads: mirrors, checks, and nothing left behind."""

from __future__ import annotations

import pytest

from penstock.data import files


def test_the_first_good_mirror_is_taken(tmp_path):
    (tmp_path / "bad").write_bytes(b"bad")
    (tmp_path / "good").write_bytes(b"good")
    urls = [(tmp_path / name).as_uri() for name in ("absent", "bad", "good")]

    def check(path):
        with open(path, "rb") as file:
            return None if file.read() == b"good" else "not good"

    target = tmp_path / "new" / "file"
    assert files.download(urls, str(target), check) == str(target)
    assert target.read_bytes() == b"good"
    assert [each.name for each in target.parent.iterdir()] == ["file"]


def test_every_failure_is_told(tmp_path):
    (tmp_path / "bad").write_bytes(b"bad")
    urls = [(tmp_path / name).as_uri() for name in ("absent", "bad")]
    target = tmp_path / "new" / "file"
    with pytest.raises(files.DownloadError) as caught:
        files.download(urls, str(target), lambda path: "it is bad", "Do it by hand.")
    message = str(caught.value)
    assert "No such file" in message and "it is bad" in message
    assert message.endswith("Do it by hand.")
    assert list(target.parent.iterdir()) == []


def test_an_interrupted_download_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "good").write_bytes(b"good")

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_stream", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.download([(tmp_path / "good").as_uri()], str(tmp_path / "new" / "file"))
    assert list((tmp_path / "new").iterdir()) == []


def test_maybe_download_keeps_what_is_there(tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"mine")
    assert files.maybe_download("file", str(tmp_path), "file:///absent").endswith("file")
    assert capsys.readouterr().out == ""
    (tmp_path / "source").write_bytes(b"12345")
    path = files.maybe_download("new", str(tmp_path / "sub"), (tmp_path / "source").as_uri())
    with open(path, "rb") as file:
        assert file.read() == b"12345"
    assert capsys.readouterr().out == "Successfully downloaded new 5 bytes.\n"


def test_content_md5_is_that_of_the_content(tmp_path):
    import gzip

    (tmp_path / "plain").write_bytes(b"content")
    (tmp_path / "packed").write_bytes(gzip.compress(b"content", 1))
    assert files.content_md5(str(tmp_path / "plain")) == files.content_md5(str(tmp_path / "packed"))
