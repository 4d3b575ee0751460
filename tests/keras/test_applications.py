"""keras.applications: names, shapes and counts of TensorFlow 1.15, preprocessing, decoding."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from keras_application_cases import described

import penstock as tf
from penstock.keras import backend as K
from penstock.keras.applications import imagenet_utils

applications = tf.keras.applications
with open(os.path.join(os.path.dirname(__file__), "..", "golden", "keras_applications.json")) as f:
    GOLDEN = json.load(f)
QUICK = ("VGG16", "MobileNetV2", "ResNet50", "Xception")


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.long) for n in sorted(GOLDEN)],
)
def test_layers(name):
    K.clear_session()
    model = getattr(applications, name)(weights=None)
    assert described(model) == GOLDEN[name]


def test_a_small_one_computes(tmp_path):
    K.clear_session()
    images = np.random.RandomState(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    model = applications.MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None,
                                   pooling="avg")  # fmt: skip
    found = model.predict(applications.mobilenet.preprocess_input(images))
    assert found.shape == (2, 256)
    model.save_weights(str(tmp_path / "weights.h5"))
    K.clear_session()
    again = applications.MobileNet((32, 32, 3), alpha=0.25, include_top=False, pooling="avg",
                                   weights=str(tmp_path / "weights.h5"))  # fmt: skip
    np.testing.assert_allclose(again.predict(images), found, rtol=1e-5, atol=1e-6)


def test_preprocessing():
    image = np.arange(12, dtype="float32").reshape(2, 2, 3)
    caffe = imagenet_utils.preprocess_input(image.copy())
    np.testing.assert_allclose(caffe, image[..., ::-1] - [103.939, 116.779, 123.68], rtol=1e-5)
    torch = imagenet_utils.preprocess_input(image.copy(), mode="torch")
    wanted = (image / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(torch, wanted, rtol=1e-5)
    first = imagenet_utils.preprocess_input(image.transpose(2, 0, 1).copy(), "channels_first")
    np.testing.assert_allclose(first.transpose(1, 2, 0), caffe, rtol=1e-6)
    symbolic = imagenet_utils.preprocess_input(tf.constant(image[None]))
    np.testing.assert_allclose(K.get_value(symbolic)[0], caffe, rtol=1e-5)


def test_decoding_and_messages(tmp_path, monkeypatch):
    names = {str(i): [f"n{i:08d}", f"thing_{i}"] for i in range(1000)}
    (tmp_path / "index.json").write_text(json.dumps(names))
    monkeypatch.setattr(imagenet_utils, "fetch_file", lambda *given: str(tmp_path / "index.json"))
    monkeypatch.setattr(imagenet_utils, "_classes", {})
    rows = np.zeros((1, 1000))
    rows[0, [7, 5]] = 0.7, 0.3
    assert imagenet_utils.decode_predictions(rows, top=2) == [
        [("n00000007", "thing_7", 0.7), ("n00000005", "thing_5", 0.3)]
    ]
    with pytest.raises(ValueError, match=r"\(samples, 1000\)"):
        imagenet_utils.decode_predictions(rows[:, :10])
    with pytest.raises(ValueError, match="`weights` argument"):
        applications.VGG16(weights="absent")
    with pytest.raises(ValueError, match="at least 71x71"):
        applications.Xception(weights=None, include_top=False, input_shape=(50, 50, 3))
    with pytest.raises(ValueError, match="`classes` should be 1000"):
        applications.ResNet50(classes=10)
