"""The workloads in Keras: Penstock's, Keras 3 on its backends, tf_keras and TensorFlow 1.15's.

python keras_worker.py penstock|jax|tensorflow|torch|tf_keras|tensorflow1 WORKLOAD
"""

from __future__ import annotations

import gzip
import os
import sys
import time
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PEER, WORKLOAD = sys.argv[1:3]
if PEER == "penstock":
    import penstock
    from penstock import keras

    VERSION = "Penstock " + penstock.__version__
elif PEER == "tensorflow1":
    import tensorflow
    from tensorflow import keras

    tensorflow.compat.v1.logging.set_verbosity(tensorflow.compat.v1.logging.ERROR)
    VERSION = "TensorFlow " + tensorflow.__version__
elif PEER == "tf_keras":
    import tf_keras as keras

    VERSION = "tf_keras " + keras.__version__
else:
    os.environ["KERAS_BACKEND"] = PEER
    import keras

    VERSION = "Keras {} on {}".format(
        keras.__version__, {"jax": "JAX", "tensorflow": "TensorFlow"}.get(PEER, PEER)
    )

from protocol import answer, serve  # noqa: E402

layers = keras.layers
FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


def fashion_mnist() -> Any:
    """Fashion-MNIST from the folder ``$PENSTOCK_BENCH_DATA``, or random data of its shapes.

    Pixels are divided by 255 as the walk-through does, which makes them float64.
    """
    folder = os.environ.get("PENSTOCK_BENCH_DATA")
    if folder:
        arrays = []
        for name in FILES:
            with gzip.open(os.path.join(folder, name + "-ubyte.gz")) as file:
                content = file.read()
            at = 16 if "images" in name else 8
            arrays.append(np.frombuffer(content, np.uint8, offset=at))
        arrays = [a.reshape(-1, 28, 28) if i % 2 == 0 else a for i, a in enumerate(arrays)]
    else:
        random = np.random.RandomState(0)
        arrays = []
        for count in (60000, 10000):
            labels = random.randint(0, 10, count).astype(np.uint8)
            images = random.randint(0, 256, (count, 28, 28)).astype(np.uint8)
            images[np.arange(count), labels] = 255  # something to learn
            arrays += [images, labels]
    return arrays[0] / 255.0, arrays[1], arrays[2] / 255.0, arrays[3]


def walk_through() -> Any:
    model = keras.Sequential([
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Clock(keras.callbacks.Callback):
    """Notes when epochs end."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.ends = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.ends.append((time.perf_counter(), time.process_time()))


def first_epoch() -> None:
    """The first epoch of a process: compiling and preparing the data are part of it."""
    images, labels, _, _ = fashion_mnist()
    model = walk_through()
    began: list = []

    def step() -> None:
        began.append((time.perf_counter(), time.process_time()))
        model.fit(images, labels, epochs=1, verbose=0)

    def run(count: int) -> tuple:
        step()
        return time.perf_counter() - began[0][0], time.process_time() - began[0][1]

    answer(VERSION, run)


def later_epochs(model: Any, x: Any, y: Any, **options: Any) -> None:
    """Epochs after the first of a ``fit``."""
    clock = Clock()

    def run(count: int) -> tuple:
        model.fit(x, y, epochs=count + 1, verbose=0, callbacks=[clock], **options)
        first, last = clock.ends[0], clock.ends[-1]
        return last[0] - first[0], last[1] - first[1]

    run(1)
    answer(VERSION, run)


def epoch() -> None:
    images, labels, _, _ = fashion_mnist()
    later_epochs(walk_through(), images, labels)


def evaluate() -> None:
    _, _, images, labels = fashion_mnist()
    model = walk_through()
    serve(VERSION, lambda: model.evaluate(images, labels, verbose=0), lambda: None)


def predict() -> None:
    _, _, images, _ = fashion_mnist()
    model = walk_through()
    serve(VERSION, lambda: model.predict(images, verbose=0), lambda: None)


def accuracy() -> None:
    """Answers with the accuracy on the test images after so many epochs, in place of seconds."""
    images, labels, test_images, test_labels = fashion_mnist()

    def run(count: int) -> tuple:
        model = walk_through()
        model.fit(images, labels, epochs=count, verbose=0)
        found = float(model.evaluate(test_images, test_labels, verbose=0)[1]) * count
        return found, found

    answer(VERSION, run)


def lstm() -> None:
    """Keras's ``imdb_lstm``, on random words."""
    model = keras.Sequential([
        layers.Embedding(20000, 128),
        layers.LSTM(128, dropout=0.2, recurrent_dropout=0.2),
        layers.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    random = np.random.RandomState(0)
    words, labels = random.randint(1, 20000, (32 * 10, 80)), random.randint(0, 2, 32 * 10)
    later_epochs(model, words, labels, batch_size=32)


def mnist_cnn() -> None:
    """Keras's ``mnist_cnn``, on random images."""
    model = keras.Sequential([
        layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.Adadelta(1.0),
        metrics=["accuracy"],
    )
    later_epochs(model, *images_of((28, 28, 1), 128 * 5), batch_size=128)


def cifar10_cnn() -> None:
    """Keras's ``cifar10_cnn`` without augmentation, on random images."""
    model = keras.Sequential([
        layers.Conv2D(32, (3, 3), padding="same", activation="relu", input_shape=(32, 32, 3)),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.RMSprop(1e-4),
        metrics=["accuracy"],
    )
    later_epochs(model, *images_of((32, 32, 3), 32 * 10), batch_size=32)


def images_of(shape: Any, count: int) -> Any:
    """Random images and one-hot labels."""
    random = np.random.RandomState(0)
    images = random.rand(count, *shape).astype(np.float32)
    return images, np.eye(10, dtype=np.float32)[random.randint(0, 10, count)]


if WORKLOAD in ("first_epoch", "second_process"):
    first_epoch()
else:
    globals()[WORKLOAD]()
