"""The data sets: cache folder, checks, formats, and what is said without a network."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest

from penstock.data.files import DownloadError
from penstock.keras.datasets import (
    boston_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
    stored,
)
from penstock.keras.utils import files


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keras's folder in a test's own; no address leads anywhere."""
    folder = tmp_path / "keras"
    monkeypatch.setenv("KERAS_HOME", str(folder))
    for module in (mnist, imdb, reuters, boston_housing, cifar10, cifar100):
        monkeypatch.setattr(module, "URLS", [(tmp_path / "served").as_uri()])
    return folder


def put(home, name, data):
    path = home / "datasets" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_mnist_is_checked_by_content(home, monkeypatch, capsys):
    arrays = {
        "x_train": np.arange(18, dtype=np.uint8).reshape(2, 3, 3),
        "y_train": np.array([1, 2], np.uint8),
        "x_test": np.ones((1, 3, 3), np.uint8),
        "y_test": np.array([7], np.uint8),
    }
    (home / "datasets").mkdir(parents=True)
    np.savez_compressed(home / "datasets" / "mnist.npz", **arrays)
    with pytest.raises(DownloadError, match=r"mnist\.npz' by hand"):
        mnist.load_data()
    assert "incomplete or outdated" in capsys.readouterr().out
    wanted = hashlib.md5(b"".join(arrays[n].tobytes() for n in mnist.NAMES)).hexdigest()
    monkeypatch.setattr(mnist, "CONTENT", wanted)
    (x, y), (x2, y2) = mnist.load_data()
    np.testing.assert_array_equal(x, arrays["x_train"])
    np.testing.assert_array_equal(y2, [7])


def test_a_users_own_file_is_read_without_a_check(tmp_path):
    np.savez(tmp_path / "own.npz", x=np.arange(10.0).reshape(5, 2), y=np.arange(5.0))
    (x, y), (x2, y2) = boston_housing.load_data(str(tmp_path / "own.npz"), test_split=0.4)
    order = np.arange(5)
    np.random.RandomState(113).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([y, y2]), order)
    np.testing.assert_array_equal(x[:, 0], 2 * y)
    assert x.shape == (3, 2)
    with pytest.raises(ValueError, match="test_split"):
        boston_housing.load_data(str(tmp_path / "own.npz"), test_split=1)


def test_fashion_mnist(home, monkeypatch):
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    content = {}
    for kind in ("train", "t10k"):
        content[f"{kind}-images-idx3-ubyte.gz"] = struct.pack(">4I", 2051, 2, 28, 28) + bytes(
            images.tobytes()
        )
        content[f"{kind}-labels-idx1-ubyte.gz"] = struct.pack(">2I", 2049, 2) + bytes([3, 9])
    for name, data in content.items():
        monkeypatch.setitem(fashion_mnist.CHECKSUMS, name, hashlib.md5(data).hexdigest())
        # Compressed by another program or at another level: the content counts.
        put(home, f"fashion-mnist/{name}", gzip.compress(data, 1))
    (x, y), (x2, y2) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x, images)
    np.testing.assert_array_equal(y2, [3, 9])
    assert x.dtype == y.dtype == np.uint8
    (x, _), _ = fashion_mnist.load_data(str(home / "datasets" / "fashion-mnist"))
    np.testing.assert_array_equal(x, images)


def batch(labels, key=b"labels"):
    data = np.arange(len(labels) * 3072, dtype=np.uint64).astype(np.uint8).reshape(-1, 3072)
    return pickle.dumps({b"data": data, key: list(labels)}, protocol=2)


def test_cifar_unpacks_the_archive(home, tmp_path, monkeypatch):
    parts = {f"data_batch_{i}": batch([i, i + 1]) for i in range(1, 6)}
    parts["test_batch"] = batch([9])
    source = tmp_path / "cifar-10-batches-py"
    source.mkdir()
    for name, data in parts.items():
        (source / name).write_bytes(data)
        monkeypatch.setitem(cifar10.CHECKSUMS, name, hashlib.md5(data).hexdigest())
    with tarfile.open(tmp_path / "served", "w:gz") as archive:
        archive.add(source, "cifar-10-batches-py")
    (x, y), (x2, y2) = cifar10.load_data()
    assert x.shape == (10, 32, 32, 3) and x.dtype == np.uint8
    np.testing.assert_array_equal(y[:, 0], [1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
    np.testing.assert_array_equal(x2[0, 0, :, 0], np.arange(32))
    assert sorted(os.listdir(home / "datasets")) == [
        "cifar-10-batches-py", "cifar-10-batches-py.tar.gz"
    ]  # fmt: skip
    # Once unpacked, nothing is fetched.
    (tmp_path / "served").unlink()
    os.unlink(home / "datasets" / "cifar-10-batches-py.tar.gz")
    assert cifar10.load_data()[0][0].shape == x.shape


def test_cifar100(tmp_path):
    for name in ("train", "test"):
        (tmp_path / name).write_bytes(batch([4, 5], b"coarse_labels"))
    (_, y), _ = cifar100.load_data("coarse", path=str(tmp_path))
    np.testing.assert_array_equal(y, [[4], [5]])
    with pytest.raises(ValueError, match="fine_labels|holds"):
        cifar100.load_data(path=str(tmp_path))
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data("other")


def test_no_code_runs_from_a_data_file(tmp_path):
    class Harmful:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "made"),))

    rows = np.empty(1, object)
    rows[0] = Harmful()
    np.savez(tmp_path / "bad.npz", x=rows, y=np.zeros(1))
    with pytest.raises(ValueError, match="only arrays"):
        stored.load_npz(str(tmp_path / "bad.npz"), ("x", "y"))
    assert not (tmp_path / "made").exists()
    with pytest.raises(ValueError, match="no array 'z'"):
        stored.load_npz(str(tmp_path / "bad.npz"), ("z",))


def ragged_file(path, **texts):
    arrays = {}
    for name, rows in texts.items():
        arrays[name] = stored.ragged(rows) if name.startswith("x") else np.array(rows)
    np.savez(path, **arrays)


def test_imdb(tmp_path):
    path = str(tmp_path / "imdb.npz")
    ragged_file(path, x_train=[[1, 5, 9], [2, 4]], y_train=[1, 0],
                x_test=[[7], [3, 3, 3, 3]], y_test=[0, 1])  # fmt: skip
    (x, y), (x2, _) = imdb.load_data(path)
    found = {tuple(row): label for row, label in zip(x, y)}
    # The largest number is itself taken as out of vocabulary, as Keras does.
    assert found == {(1, 4, 8, 2): 1, (1, 5, 7): 0}
    (x, y), (x2, _) = imdb.load_data(path, num_words=8, start_char=None, oov_char=None)
    assert sorted(map(tuple, x)) == [(4,), (5, 7)]
    assert sorted(map(tuple, x2)) == [(), (6, 6, 6, 6)]
    with pytest.raises(ValueError, match="Increase maxlen"):
        imdb.load_data(path, maxlen=1)
    with pytest.raises(TypeError, match="Unrecognized keyword arguments"):
        imdb.load_data(path, words=3)


def test_reuters_and_its_index(tmp_path):
    path = str(tmp_path / "reuters.npz")
    ragged_file(path, x=[[i, i] for i in range(1, 11)], y=list(range(10)))
    (x, y), (x2, y2) = reuters.load_data(path, num_words=100)
    assert len(x) == 8 and len(x2) == 2
    assert all(row == [1, label + 4, label + 4] for row, label in zip(x, y))
    (tmp_path / "index.json").write_text(json.dumps({"the": 1}))
    assert reuters.get_word_index(str(tmp_path / "index.json")) == {"the": 1}


def test_get_file(home, tmp_path, capsys):
    (tmp_path / "source").write_bytes(b"content")
    good = hashlib.sha256(b"content").hexdigest()
    origin = (tmp_path / "source").as_uri()
    path = files.get_file("name.txt", origin, file_hash=good)
    assert path == str(home / "datasets" / "name.txt")
    assert capsys.readouterr().out == f"Downloading data from {origin}\n"
    assert files.validate_file(path, good)
    assert not files.validate_file(path, "0" * 32)
    with pytest.raises(DownloadError, match="hash does not match"):
        files.get_file("other.txt", origin, md5_hash="0" * 32)
    with open(path, "wb") as file:
        file.write(b"damaged")
    assert files.get_file("name.txt", origin, file_hash=good) == path
    assert open(path, "rb").read() == b"content"


def test_get_file_unpacks_inside_its_folder_only(home, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a")
    with tarfile.open(tmp_path / "good.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.txt", "folder/a.txt")
    made = files.get_file("folder", (tmp_path / "good.tar.gz").as_uri(), untar=True)
    assert open(os.path.join(made, "a.txt"), "rb").read() == b"a"
    with tarfile.open(tmp_path / "bad.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.txt", "../../escaped.txt")
    with pytest.raises(tarfile.TarError):
        files.get_file("bad", (tmp_path / "bad.tar.gz").as_uri(), extract=True)
    assert not (tmp_path / "escaped.txt").exists()
