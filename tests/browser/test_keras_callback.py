"""What the Keras callback writes, in TensorBoard in a real browser."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Iterator

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import chromium  # noqa: E402
import tensorboard_server  # noqa: E402

import penstock as tf  # noqa: E402

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium isn't installed"),
]
EPOCHS = 12


def train(folder: str) -> None:
    """Trains a small model with the callback; logs go to ``folder``."""
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 200)
    images = random.rand(200, 8, 8) * 0.4
    images[labels == 0, :, :4] += 0.6
    images[labels == 1, :, 4:] += 0.6
    with tf.Graph().as_default(), tf.Session().as_default():
        layers = tf.keras.layers
        model = tf.keras.Sequential([
            layers.Flatten(input_shape=(8, 8)),
            layers.Dense(16, activation="relu", name="hidden"),
            layers.Dense(2, activation="softmax", name="classes"),
        ])  # fmt: skip
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        callback = tf.keras.callbacks.TensorBoard(folder, histogram_freq=1, write_images=True)
        model.fit(
            images, labels, epochs=EPOCHS, validation_split=0.2, verbose=0, callbacks=[callback]
        )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("keras")
    train(str(folder / "logs"))
    with tensorboard_server.serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def page() -> Iterator[chromium.Page]:
    with chromium.browser() as page:
        yield page


def test_curves(page: chromium.Page, address: str) -> None:
    page.open(address + "#scalars")
    # Each name is a category of its own, of which the first two are open.
    page.wait_for_elements("tf-category-paginated-view >>> .heading", 4)
    page.wait_for_elements("tf-scalar-card", 2)
    for index in (2, 3):
        page.click("tf-category-paginated-view >>> .heading", index)
    page.wait_for_elements("tf-scalar-card", 4)
    text = page.text()
    for name in ("epoch_accuracy", "epoch_loss", "epoch_val_accuracy", "epoch_val_loss"):
        assert name in text
    page.wait_for(
        f"{chromium._EVERYWHERE}; everywhere('tf-scalar-card >>> path').some("
        f"p => (p.getAttribute('d') || '').split('L').length >= {EPOCHS})"
    )
    tensorboard_server.keep(page, "tensorboard_keras_scalars")


def test_histograms(page: chromium.Page, address: str) -> None:
    page.open(address + "#histograms")
    page.wait_for_elements("vz-histogram-timeseries", 2)
    page.wait_for_elements("vz-histogram-timeseries >>> .histogram", 2 * EPOCHS)
    assert "hidden/kernel_0" in page.text()
    tensorboard_server.keep(page, "tensorboard_keras_histograms")


def test_images(page: chromium.Page, address: str) -> None:
    page.open(address + "#images")
    page.wait_for_elements("tf-image-loader", 2)
    sizes = page.wait_for(
        f"{chromium._EVERYWHERE}; (l => l.length >= 2 && l.every(i => i.naturalWidth) "
        "? l.map(i => [i.naturalWidth, i.naturalHeight]) : null)"
        "(everywhere('tf-image-loader >>> img'))"
    )
    # The kernel of 64 x 16 lies down, the bias of 16 stands.
    assert [64, 16] in sizes or [16, 2] in sizes


def test_graph(page: chromium.Page, address: str) -> None:
    page.open(address + "#graphs")
    page.wait_for_elements("g.node", 5)
    names = "everywhere('g.node').map(e => e.getAttribute('data-name'))"
    scopes = set(page.evaluate(f"{chromium._EVERYWHERE}; {names}"))
    assert {"flatten", "hidden", "classes", "loss", "training"} <= scopes
    tensorboard_server.keep(page, "tensorboard_keras_graph")
