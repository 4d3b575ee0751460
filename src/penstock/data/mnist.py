"""MNIST as the TensorFlow tutorials read it: ``tensorflow.examples.tutorials.mnist.input_data``.

    from tensorflow.examples.tutorials.mnist import input_data

    mnist = input_data.read_data_sets("MNIST_data", one_hot=True)
    images, labels = mnist.train.next_batch(100)      # [100, 784] float32, [100, 10] float64

Splits, shuffling and batches are those of TensorFlow 1.15.5 to the bit: the same calls to NumPy's
global generator in the same order, so a seeded program sees the examples it saw there. With
``behavior.set_version`` before 1.0 they are those of TensorFlow 0.12.1, which did not shuffle the
first epoch and dropped an epoch's incomplete last batch.

Format of the files: http://yann.lecun.com/exdb/mnist/ (IDX, big-endian).
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy

from penstock import behavior
from penstock.data import files as base
from penstock.data.files import Datasets as Datasets
from penstock.graph import dtypes

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
SOURCE_URL = DEFAULT_SOURCE_URL
MIRRORS = (
    DEFAULT_SOURCE_URL,
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)
# MD5 of the uncompressed content.
CHECKSUMS = {
    "train-images-idx3-ubyte.gz": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte.gz": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte.gz": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte.gz": "27ae3e4e09519cfbb04c329615203637",
}
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = CHECKSUMS

_IMAGE_MAGIC, _LABEL_MAGIC = 2051, 2049
_ONE_255TH = numpy.float32(1.0 / 255.0)


@contextmanager
def _opened(f: BinaryIO | str) -> Iterator[tuple[BinaryIO, str]]:
    """The file object and its name; a path is opened, as TensorFlow 0.6 took one."""
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            yield file, os.fspath(f)
    else:
        yield f, str(getattr(f, "name", f))


def _content(file: BinaryIO, name: str) -> bytes:
    data = file.read()
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{name} is a damaged gzip archive ({error}). "
            "Delete it, so that it is downloaded again."
        ) from None


def _read_idx(f: BinaryIO | str, magic: int, kind: str, dimensions: int) -> numpy.ndarray:
    """The bytes of an IDX file as a read-only uint8 array."""
    with _opened(f) as (file, name):
        print("Extracting", name)
        content = _content(file, name)
    header = 4 * (1 + dimensions)
    if len(content) >= 4:
        found = struct.unpack(">I", content[:4])[0]
        if found != magic:
            raise ValueError(f"Invalid magic number {found} in MNIST {kind} file: {name}")
    if len(content) < header:
        raise ValueError(f"{name} holds {len(content)} bytes, less than the header of an IDX file.")
    shape = struct.unpack(f">{dimensions}I", content[4:header])
    size = 1
    for length in shape:
        size *= length
    if len(content) - header < size:
        raise ValueError(
            f"{name} is cut short: its header promises {size} bytes of {kind} data and "
            f"{len(content) - header} are there. Delete it, so that it is downloaded again."
        )
    return numpy.frombuffer(content, dtype=numpy.uint8, count=size, offset=header).reshape(shape)


def extract_images(f: BinaryIO | str) -> numpy.ndarray:
    """Reads an IDX file of images.

    Args:
        f: a file opened for reading bytes, gzip-compressed or plain, or a path.

    Returns:
        uint8 array ``[images, rows, columns, 1]``.

    Raises:
        ValueError: the file does not start with 2051, or is damaged.
    """
    return _read_idx(f, _IMAGE_MAGIC, "image", 3)[..., numpy.newaxis]


def extract_labels(f: BinaryIO | str, one_hot: bool = False, num_classes: int = 10) -> Any:
    """Reads an IDX file of labels.

    Args:
        f: a file opened for reading bytes, gzip-compressed or plain, or a path.
        one_hot: whether each label becomes a row of `num_classes` numbers.
        num_classes: number of classes of the one-hot rows.

    Returns:
        uint8 array ``[labels]``, or float64 ``[labels, num_classes]`` with `one_hot`.

    Raises:
        ValueError: the file does not start with 2049, or is damaged.
    """
    labels = _read_idx(f, _LABEL_MAGIC, "label", 1)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: numpy.ndarray, num_classes: int = 10) -> numpy.ndarray:
    """Class numbers ``[n]`` to float64 rows ``[n, num_classes]`` that hold a single one."""
    count = labels_dense.shape[0]
    one_hot = numpy.zeros((count, num_classes))
    one_hot.flat[numpy.arange(count) * num_classes + labels_dense.ravel()] = 1
    return one_hot


def _numpy_seed(seed: int | None) -> int | None:
    """The seed TensorFlow gives NumPy: the data set's own, else the default graph's."""
    from penstock.graph.defaults import get_default_graph

    largest = 2**31 - 1
    graph_seed = get_default_graph().seed
    if seed is None:
        return None if graph_seed is None else graph_seed % largest
    if graph_seed is None:
        return seed
    graph_seed, seed = graph_seed % largest, seed % largest
    return largest if (graph_seed, seed) == (0, 0) else seed


class DataSet:
    """Images and labels, served in shuffled batches.

    The order of an epoch is kept as a permutation and applied batch by batch, and images from a
    file stay bytes until they are asked for; `images` and `labels` show the whole set in its
    current order, as in TensorFlow. A batch belongs to the caller.

    Args:
        images: ``[n, rows, columns, depth]``.
        labels: ``[n, ...]``.
        fake_data: serve constant fake examples instead; `images` and `labels` are not read.
        one_hot: whether the fake labels are one-hot rows.
        dtype: ``tf.float32`` scales the images by 1/255, ``tf.uint8`` leaves them.
        reshape: whether images become rows ``[n, rows * columns]``; depth must be 1.
        seed: seed of the shuffling, for tests; None takes the default graph's seed.

    Raises:
        TypeError: `dtype` is neither of the two.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = dtypes.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        if behavior.at_least(1, 0):
            numpy.random.seed(_numpy_seed(seed))
        dtype = dtypes.as_dtype(dtype).base_dtype
        if dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        self._scaled_on_demand = False
        if fake_data:
            self._num_examples = 10000
            self.one_hot = one_hot
        else:
            assert images.shape[0] == labels.shape[0], (
                f"images.shape: {images.shape} labels.shape: {labels.shape}"
            )
            self._num_examples = images.shape[0]
            if reshape:
                assert images.shape[3] == 1, f"reshape needs depth 1, got shape {images.shape}"
                images = images.reshape(images.shape[0], images.shape[1] * images.shape[2])
            if dtype == dtypes.float32:
                if images.dtype == numpy.uint8 and not images.flags.writeable:
                    # Nobody can change these bytes, so scaling them later gives the same.
                    self._scaled_on_demand = True
                else:
                    images = numpy.multiply(images.astype(numpy.float32), _ONE_255TH)
        self._stored_images = images
        self._stored_labels = labels
        self._image_order: numpy.ndarray | None = None
        self._label_order: numpy.ndarray | None = None
        self._epochs_completed = 0
        self._index_in_epoch = 0

    def _scaled(self, images: numpy.ndarray) -> numpy.ndarray:
        if self._scaled_on_demand:
            return numpy.multiply(images, _ONE_255TH, dtype=numpy.float32)
        return images

    @property
    def images(self) -> Any:
        """All images in the current order: float32 in [0, 1], or uint8."""
        if self._image_order is not None or self._scaled_on_demand:
            ordered = self._stored_images
            if self._image_order is not None:
                ordered = ordered[self._image_order]
            self.images = self._scaled(ordered)
        return self._stored_images

    @images.setter
    def images(self, value: Any) -> None:
        self._stored_images, self._image_order = value, None
        self._scaled_on_demand = False

    @property
    def labels(self) -> Any:
        """All labels in the current order."""
        if self._label_order is not None:
            self.labels = self._stored_labels[self._label_order]
        return self._stored_labels

    @labels.setter
    def labels(self, value: Any) -> None:
        self._stored_labels, self._label_order = value, None

    _images, _labels = images, labels  # the names by which some programs replace them

    @property
    def num_examples(self) -> int:
        """How many examples an epoch has."""
        return self._num_examples

    @property
    def epochs_completed(self) -> int:
        """How many epochs `next_batch` has finished."""
        return self._epochs_completed

    def _shuffle(self) -> None:
        order = numpy.arange(self._num_examples)
        numpy.random.shuffle(order)
        before_images, before_labels = self._image_order, self._label_order
        self._image_order = order if before_images is None else before_images[order]
        self._label_order = order if before_labels is None else before_labels[order]

    def _slice(self, start: int, end: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        rows = slice(start, end)
        in_images = rows if self._image_order is None else self._image_order[rows]
        in_labels = rows if self._label_order is None else self._label_order[rows]
        return self._scaled(self._stored_images[in_images]), self._stored_labels[in_labels]

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> Any:
        """The next `batch_size` examples; a new epoch begins where one ends, within a batch.

        Args:
            batch_size: how many examples.
            fake_data: return `batch_size` fake examples, as lists.
            shuffle: whether each epoch has a new order.

        Returns:
            ``(images, labels)``, the first `batch_size` rows still to come.
        """
        if fake_data:
            image = [1] * 784
            label: Any = [1] + [0] * 9 if self.one_hot else 0
            return [image for _ in range(batch_size)], [label for _ in range(batch_size)]
        if behavior.before(1, 0):
            return self._next_batch_before_1(batch_size)
        start = self._index_in_epoch
        if self._epochs_completed == 0 and start == 0 and shuffle:
            self._shuffle()
        if start + batch_size <= self._num_examples:
            self._index_in_epoch = start + batch_size
            return self._slice(start, self._index_in_epoch)
        self._epochs_completed += 1
        old_images, old_labels = self._slice(start, self._num_examples)
        if shuffle:
            self._shuffle()
        self._index_in_epoch = batch_size - (self._num_examples - start)
        new_images, new_labels = self._slice(0, self._index_in_epoch)
        return (
            numpy.concatenate((old_images, new_images), axis=0),
            numpy.concatenate((old_labels, new_labels), axis=0),
        )

    def _next_batch_before_1(self, batch_size: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """TensorFlow 0.x: file order first, and an incomplete last batch is left out."""
        start = self._index_in_epoch
        if start + batch_size > self._num_examples:
            self._epochs_completed += 1
            self._shuffle()
            start = 0
            self._index_in_epoch = batch_size
            assert batch_size <= self._num_examples, (
                f"a batch of {batch_size} from a data set of {self._num_examples} examples"
            )
        self._index_in_epoch = start + batch_size
        return self._slice(start, self._index_in_epoch)


def _check_content(name: str) -> Any:
    def complaint(path: str) -> str | None:
        found = base.content_md5(path)
        if found == CHECKSUMS[name]:
            return None
        return f"wrong content, MD5 {found} instead of {CHECKSUMS[name]}"

    return complaint


def _local_file(name: str, folder: str, source_url: str) -> str:
    """The path of one of the four files: found (compressed or not) or else downloaded."""
    plain = name.removesuffix(".gz")
    # Some unpackers and mirrors write the name with a dot.
    for candidate in (name, plain, plain.replace("-idx", ".idx"), name.replace("-idx", ".idx")):
        path = os.path.join(folder, candidate)
        if os.path.exists(path):
            return path
    path = os.path.join(folder, name)
    wanted = ", ".join(CHECKSUMS)
    advice = f"Put these files, with or without .gz, into the folder {folder!r}: {wanted}."
    if source_url in MIRRORS:
        base.download([url + name for url in MIRRORS], path, _check_content(name), advice)
    else:
        base.download([source_url + name], path, advice=advice)
    print("Successfully downloaded", name, os.path.getsize(path), "bytes.")
    return path


def maybe_download(filename: str, work_directory: str, source_url: str | None = None) -> str:
    """The path of a file in a folder, downloaded into it when it isn't there yet.

    Args:
        filename: name of the file in the folder.
        work_directory: the folder; made when missing.
        source_url: address of the file itself; None (TensorFlow 0.5 to 0.8 had no such argument)
            for one of the four files of MNIST.

    Raises:
        DownloadError: the file is not there and could not be downloaded.
    """
    if source_url is not None or filename not in CHECKSUMS:
        return base.maybe_download(filename, work_directory, source_url or MIRRORS[0] + filename)
    os.makedirs(work_directory or ".", exist_ok=True)
    return _local_file(filename, work_directory, MIRRORS[0])


def read_data_sets(
    train_dir: str,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = dtypes.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """Reads MNIST from a folder; files that are missing are downloaded into it first.

    Args:
        train_dir: the folder of the four files, each compressed or not.
        fake_data: return data sets whose ``next_batch(n, fake_data=True)`` serves constants.
        one_hot: whether labels are float64 rows of ten numbers instead of uint8 scalars.
        dtype: ``tf.float32`` for images in [0, 1], ``tf.uint8`` for [0, 255].
        reshape: whether an image is a row of 784 numbers instead of ``[28, 28, 1]``.
        validation_size: how many of the 60,000 training examples, from the start, validate.
        seed: seed of the shuffling; None takes the default graph's seed.
        source_url: address of the folder to download from.

    Returns:
        `Datasets` named tuple with `train` (55,000 examples), `validation` (5,000) and `test`
        (10,000), each a `DataSet`.

    Raises:
        DownloadError: a file is missing and could not be downloaded.
        ValueError: a file is damaged, or `validation_size` is out of range.
    """
    if fake_data:

        def fake() -> DataSet:
            return DataSet([], [], fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed)

        return Datasets(train=fake(), validation=fake(), test=fake())

    source_url = source_url or DEFAULT_SOURCE_URL
    train_images = extract_images(_local_file(TRAIN_IMAGES, train_dir, source_url))
    train_labels = extract_labels(_local_file(TRAIN_LABELS, train_dir, source_url), one_hot)
    test_images = extract_images(_local_file(TEST_IMAGES, train_dir, source_url))
    test_labels = extract_labels(_local_file(TEST_LABELS, train_dir, source_url), one_hot)
    if not 0 <= validation_size <= len(train_images):
        raise ValueError(
            f"Validation size should be between 0 and {len(train_images)}. "
            f"Received: {validation_size}."
        )

    def data_set(images: numpy.ndarray, labels: numpy.ndarray) -> DataSet:
        return DataSet(images, labels, dtype=dtype, reshape=reshape, seed=seed)

    train = data_set(train_images[validation_size:], train_labels[validation_size:])
    validation = data_set(train_images[:validation_size], train_labels[:validation_size])
    return Datasets(train, validation, data_set(test_images, test_labels))


def load_mnist(train_dir: str = "MNIST-data") -> Datasets:
    """`read_data_sets` with its defaults."""
    return read_data_sets(train_dir)
