"""`read_data_sets` against TensorFlow 1.15.5 and 0.12.1, and its behaviour on bad files."""

from __future__ import annotations

import gzip
from pathlib import Path

import idx_files
import mnist_scenarios
import numpy as np
import pytest

from penstock import behavior
from penstock.data import files, mnist
from penstock.graph import dtypes
from penstock.graph.graph import Graph

GOLDEN = Path(__file__).parent.parent / "golden"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "mnist"


@pytest.fixture
def folder(tmp_path):
    idx_files.write(tmp_path / "MNIST_data")
    return str(tmp_path / "MNIST_data")


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("no network in tests")

    monkeypatch.setattr(files.urllib.request, "urlopen", refuse)


@pytest.mark.parametrize("version", ["1.15.5", "0.12.1"])
def test_batches_are_those_of_tensorflow(folder, version, monkeypatch):
    monkeypatch.setattr(behavior, "version", behavior.version)
    monkeypatch.setattr(behavior, "version_string", behavior.version_string)
    behavior.set_version(version)
    with np.load(GOLDEN / f"mnist_batches_{version}.npz") as golden:
        found = mnist_scenarios.run(mnist.read_data_sets, folder, version.startswith("0."))
        assert set(golden.files) - {"graph_seed/images"} == set(found)
        for name, value in found.items():
            value = np.asarray(value)
            assert value.dtype == golden[name].dtype, name
            np.testing.assert_array_equal(value, golden[name], err_msg=name)


def test_the_default_graph_seeds_the_shuffling(folder):
    with Graph().as_default() as graph:
        graph.seed = 21
        data = mnist.read_data_sets(folder, validation_size=0)
    with np.load(GOLDEN / "mnist_batches_1.15.5.npz") as golden:
        np.testing.assert_array_equal(data.train.next_batch(9)[0], golden["graph_seed/images"])


def test_it_prints_what_it_reads(folder, capsys):
    mnist.read_data_sets(folder, validation_size=0)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"Extracting {folder}/{name}.gz" for name in idx_files.NAMES]


def test_plain_files_are_read_too(tmp_path, folder):
    idx_files.write(tmp_path / "plain", compressed=False)
    plain = mnist.read_data_sets(str(tmp_path / "plain"), validation_size=1, seed=1)
    packed = mnist.read_data_sets(folder, validation_size=1, seed=1)
    np.testing.assert_array_equal(plain.train.images, packed.train.images)
    np.testing.assert_array_equal(plain.test.labels, packed.test.labels)


def test_labels_stay_with_their_images(folder):
    data = mnist.read_data_sets(folder, one_hot=True, validation_size=0).train
    for _ in range(12):
        images, labels = data.next_batch(17)
        for image, label in zip(images, labels, strict=True):
            first_pixel = int(round(float(image[0]) * 255))
            index = next(i for i in range(idx_files.TRAIN) if i * 12 * 37 % 256 == first_pixel)
            # Several images share their first pixel; their labels tell which it was.
            same = [i for i in range(index, idx_files.TRAIN) if i * 12 * 37 % 256 == first_pixel]
            assert int(label.argmax()) in [i * 7 % 10 for i in same]


def test_a_batch_belongs_to_the_caller(folder):
    data = mnist.read_data_sets(folder, validation_size=0, seed=1).train
    before = data.images.copy()
    images, _ = data.next_batch(61)
    images[:] = -1
    assert sorted(map(tuple, data.images)) == sorted(map(tuple, before))


def test_whole_arrays_can_be_replaced(folder):
    data = mnist.read_data_sets(folder, validation_size=0, seed=1).train
    data._images = np.full((61, 2), 5.0)
    assert data.next_batch(3)[0].tolist() == [[5.0, 5.0]] * 3


def test_an_epoch_holds_each_example_once(folder):
    data = mnist.read_data_sets(folder, validation_size=0).train
    whole = sorted(map(tuple, data.images))
    for _ in range(3):
        images, _ = data.next_batch(61)
        assert sorted(map(tuple, images)) == whole
    assert data.epochs_completed == 2


def test_dtype(folder):
    assert mnist.read_data_sets(folder, validation_size=0).train.images.dtype == np.float32
    raw = mnist.read_data_sets(folder, validation_size=0, dtype=dtypes.uint8).train
    assert raw.images.dtype == np.uint8 and raw.images.max() > 1
    with pytest.raises(TypeError, match="Invalid image dtype tf.float64, expected uint8 or"):
        mnist.read_data_sets(folder, validation_size=0, dtype=dtypes.float64)


def test_validation_size_out_of_range(folder):
    message = "Validation size should be between 0 and 61. Received: 5000."
    with pytest.raises(ValueError, match=message):
        mnist.read_data_sets(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"\0\0\x08\x01" + b"\0" * 20), "Invalid magic number 2049 in MNIST image"),
        (gzip.compress(idx_files.contents()[idx_files.NAMES[0]])[:-200], "damaged gzip archive"),
        (gzip.compress(idx_files.contents()[idx_files.NAMES[0]][:-1]), "is cut short"),
        (gzip.compress(b"\0\0\x08\x03\0"), "less than the header"),
        (b"<html>404</html>", "Invalid magic number"),
        (b"", "less than the header"),
    ],
    # Names of their own: those made of the content would hold the time of packing.
    ids=["magic", "damaged", "short", "header", "page", "empty"],
)
def test_bad_files(folder, content, message):
    Path(folder, "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        mnist.read_data_sets(folder)


def test_more_bytes_than_promised_are_ignored(folder):
    path = Path(folder, "t10k-labels-idx1-ubyte.gz")
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"more"))
    assert len(mnist.read_data_sets(folder, validation_size=0).test.labels) == idx_files.TEST


def test_no_files_and_no_network(tmp_path, no_network):
    with pytest.raises(files.DownloadError) as caught:
        mnist.read_data_sets(str(tmp_path / "here"))
    message = str(caught.value)
    assert "no network in tests" in message and "storage.googleapis.com" in message
    for name in idx_files.NAMES:
        assert f"{name}.gz" in message
    assert repr(str(tmp_path / "here")) in message
    assert list((tmp_path / "here").iterdir()) == []


def test_files_come_from_the_given_source(tmp_path, folder, capsys):
    there = str(tmp_path / "there")
    source = Path(folder).as_uri() + "/"
    data = mnist.read_data_sets(there, validation_size=0, source_url=source)
    assert data.train.num_examples == idx_files.TRAIN
    output = capsys.readouterr().out
    assert output.splitlines()[0].startswith("Successfully downloaded train-images-idx3-ubyte.gz")
    assert len(list(Path(there).iterdir())) == 4


def test_the_mirrors_content_is_checked(tmp_path, folder, monkeypatch):
    uri = Path(folder).as_uri() + "/"
    monkeypatch.setattr(mnist, "MIRRORS", (uri,))
    monkeypatch.setattr(mnist, "DEFAULT_SOURCE_URL", uri)
    with pytest.raises(files.DownloadError, match="wrong content, MD5"):
        mnist.read_data_sets(str(tmp_path / "there"), source_url="")
    assert list((tmp_path / "there").iterdir()) == []


def test_extract_functions_take_open_files_and_paths(folder):
    path = Path(folder, "t10k-images-idx3-ubyte.gz")
    with path.open("rb") as file:
        images = mnist.extract_images(file)
    assert images.shape == (20, 4, 3, 1) and images.dtype == np.uint8
    np.testing.assert_array_equal(mnist.extract_images(str(path)), images)
    labels = mnist.extract_labels(str(Path(folder, "t10k-labels-idx1-ubyte.gz")), one_hot=True)
    assert labels.shape == (20, 10) and labels.dtype == np.float64
    assert labels.argmax(axis=1).tolist() == idx_files.labels(20).tolist()


@pytest.mark.skipif(not SHARED.exists(), reason="real MNIST is not in ../shared/data/mnist")
def test_real_mnist():
    data = mnist.read_data_sets(str(SHARED), one_hot=True)
    assert [part.num_examples for part in data] == [55000, 5000, 10000]
    assert data.test.labels[:5].argmax(axis=1).tolist() == [7, 2, 1, 0, 4]
    for name, checksum in mnist.CHECKSUMS.items():
        assert files.content_md5(str(SHARED / name)) == checksum


def test_a_file_that_is_there_is_not_downloaded(tmp_path):
    # TensorFlow 0.5 to 0.8 called it with two arguments.
    name = "train-images-idx3-ubyte.gz"
    (tmp_path / name).write_bytes(b"x")
    assert mnist.maybe_download(name, str(tmp_path)) == str(tmp_path / name)
    assert mnist.maybe_download(name, str(tmp_path), "http://localhost/x") == str(tmp_path / name)
