"""keras.preprocessing against TensorFlow 1.15, and what it says when something is wrong."""

from __future__ import annotations

import os
import random
import warnings

import numpy as np
import pytest
from keras_preprocessing_cases import IMAGES, cases
from PIL import Image

from penstock.keras import preprocessing
from penstock.keras.preprocessing import image, sequence, text
from penstock.keras.utils import sequences

GOLDEN = os.path.join(os.path.dirname(__file__), "..", "golden", "keras_preprocessing.npz")


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.mark.parametrize("name", cases)
def test_equals_tensorflow(name, golden):
    np.random.seed(0)
    random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [np.asarray(each) for each in cases[name](preprocessing)]
    assert f"{name}/{len(found)}" not in golden
    for i, array in enumerate(found):
        wanted = golden[f"{name}/{i}"]
        assert array.shape == wanted.shape
        if array.dtype.kind == "f":
            assert array.dtype == wanted.dtype
            # SciPy's and Pillow's versions differ in the last digits.
            np.testing.assert_allclose(array, wanted, rtol=1e-4, atol=2e-3)
        else:
            np.testing.assert_array_equal(array, wanted)


def test_directories(tmp_path, capsys):
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / name).mkdir()
        for i in range(3):
            picture = Image.new("RGB", (5, 4), (number * 100, i, 0))
            picture.save(tmp_path / name / f"{i}.png")
        (tmp_path / name / "notes.txt").write_text("no picture")
    generator = image.ImageDataGenerator(rescale=0.5, validation_split=0.4)
    batches = generator.flow_from_directory(
        tmp_path, target_size=(4, 5), class_mode="categorical", shuffle=False
    )
    assert capsys.readouterr().out == "Found 6 images belonging to 2 classes.\n"
    x, y = next(batches)
    assert x.shape == (6, 4, 5, 3)
    np.testing.assert_array_equal(y.argmax(1), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(x[:, 0, 0, 0], [0, 0, 0, 50, 50, 50])
    assert batches.class_indices == {"cat": 0, "dog": 1}
    assert batches.filenames[0] == os.path.join("cat", "0.png")
    part = generator.flow_from_directory(tmp_path, subset="validation", class_mode="binary",
                                         color_mode="grayscale", target_size=(2, 2))  # fmt: skip
    assert part.samples == 2 and part[0][0].shape == (2, 2, 2, 1)
    with pytest.raises(ValueError, match="expected one of"):
        generator.flow_from_directory(tmp_path, class_mode="other")


def test_pictures_are_saved_and_loaded(tmp_path):
    image.save_img(tmp_path / "a.png", IMAGES[0], scale=False)
    loaded = image.img_to_array(image.load_img(tmp_path / "a.png"))
    np.testing.assert_array_equal(loaded, IMAGES[0])
    small = image.load_img(tmp_path / "a.png", target_size=(4, 3), interpolation="bilinear")
    assert small.size == (3, 4)
    with pytest.raises(ValueError, match="Supported methods are nearest"):
        image.load_img(tmp_path / "a.png", target_size=(4, 3), interpolation="best")
    with pytest.raises(ValueError, match="color_mode"):
        image.load_img(tmp_path / "a.png", color_mode="cmyk")


def test_zca_whitens():
    x = np.random.RandomState(0).normal(size=(300, 2, 2, 1)) * [[[[3.0]], [[1.0]]]]
    generator = image.ImageDataGenerator(zca_whitening=True, featurewise_center=True)
    generator.fit(x)
    white = np.array([generator.standardize(each.astype("float32")) for each in x])
    np.testing.assert_allclose(np.cov(white.reshape(300, 4).T), np.eye(4), atol=0.02)


def test_errors():
    with pytest.raises(ValueError, match="not understood"):
        sequence.pad_sequences([[1]], padding="middle")
    with pytest.raises(ValueError, match="non-iterable"):
        sequence.pad_sequences([1, 2])
    with pytest.raises(ValueError, match="zoom_range"):
        image.ImageDataGenerator(zoom_range=[1, 2, 3])
    with pytest.raises(ValueError, match="Unknown vectorization mode"):
        text.Tokenizer(num_words=3).sequences_to_matrix([[1]], mode="best")
    with pytest.raises(ValueError, match="Specify a dimension"):
        text.Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="rank 4"):
        image.ImageDataGenerator().flow(np.zeros((3, 3)))


def test_json_there_and_back():
    made = text.Tokenizer(oov_token="?")
    made.fit_on_texts(["a b a", "c"])
    again = text.tokenizer_from_json(made.to_json())
    assert again.word_index == made.word_index and again.index_word == made.index_word
    assert again.texts_to_sequences(["a d"]) == [[2, 1]]
    series = sequence.TimeseriesGenerator(list(range(9)), list(range(9)), length=2, batch_size=3)
    assert '"length": 2' in series.to_json()


def test_enqueuers_keep_the_order():
    class Numbers(sequences.Sequence):
        def __getitem__(self, index):
            if index == 4:
                raise KeyError("no fifth")
            return index

        def __len__(self):
            return 5

    queue = sequences.OrderedEnqueuer(Numbers())
    queue.start(workers=3, max_queue_size=4)
    batches = queue.get()
    assert [next(batches) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(KeyError, match="no fifth"):
        next(batches)
    assert not queue.is_running()
    queue = sequences.GeneratorEnqueuer(iter("abc"))
    queue.start()
    assert list(queue.get()) == ["a", "b", "c"]


class Changing(sequences.Sequence):
    """Tells in which epoch, and in which process, a batch was made."""

    epoch = 0

    def __getitem__(self, index):
        return self.epoch, index, os.getpid()

    def __len__(self):
        return 3

    def on_epoch_end(self):
        self.epoch += 1


def test_processes_see_what_the_end_of_an_epoch_changes():
    queue = sequences.OrderedEnqueuer(Changing(), use_multiprocessing=True)
    queue.start(workers=2, max_queue_size=2)
    batches = queue.get()
    found = [next(batches) for _ in range(6)]
    queue.stop()
    assert [each[:2] for each in found] == [(e, i) for e in range(2) for i in range(3)]
    assert all(each[2] != os.getpid() for each in found)
