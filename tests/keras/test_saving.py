"""Models in files: there and back, and files that real Keras wrote."""

from __future__ import annotations

import glob
import json
import os
import shutil
import zipfile

import h5py
import numpy as np
import pytest
from keras_file_cases import data, models, outputs, trained

import penstock as tf
from penstock.keras import backend as K
from penstock.keras.utils import objects

keras = tf.keras
FILES = os.path.join(os.path.dirname(__file__), "..", "golden", "keras_files")
WRITTEN = sorted(
    os.path.basename(p)
    for ending in (".h5", ".keras")
    for p in glob.glob(os.path.join(FILES, "*" + ending))
)


@pytest.fixture(autouse=True)
def fresh():
    K.clear_session()


def wanted(name, kind):
    with np.load(os.path.join(FILES, name + ".npz")) as file:
        return [file[key] for key in sorted(file) if key.startswith(kind)]


def close(found, expected):
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("file", WRITTEN)
def test_files_of_keras(file):
    name = os.path.splitext(file)[0]
    case = name.split("_")[1]
    model = keras.models.load_model(os.path.join(FILES, file))
    close(outputs(model, case), wanted(name, "output"))
    if case == "images" and model.optimizer is not None:
        # The optimizer goes on where it stopped.
        model.train_on_batch(*data(case))
        close(outputs(model, case), wanted(name, "next"))


@pytest.mark.parametrize("case", models)
def test_weights_of_tensorflow_checkpoints(case):
    model = models[case](keras)
    model.load_weights(os.path.join(FILES, f"tf115_{case}_weights"))
    close(outputs(model, case), wanted(f"tf115_{case}", "output"))


@pytest.mark.parametrize("case", models)
def test_there_and_back(case, tmp_path):
    model, found = trained(keras, case)
    path = str(tmp_path / "model.h5")
    model.save(path)
    model.save_weights(str(tmp_path / "weights.h5"))
    model.save_weights(str(tmp_path / "prefix"))
    text = model.to_json()
    state = K.batch_get_value(model.optimizer.weights)
    K.clear_session()
    again = keras.models.load_model(path)
    close(outputs(again, case), found)
    for a, b in zip(K.batch_get_value(again.optimizer.weights), state):
        np.testing.assert_array_equal(a, b)
    for name in ("weights.h5", "prefix", "model.h5"):
        K.clear_session()
        plain = keras.models.model_from_json(text)
        plain.load_weights(str(tmp_path / name))
        close(outputs(plain, case), found)
    copy = keras.models.clone_model(plain)
    assert json.loads(copy.to_json()) == json.loads(text)
    copy.set_weights(plain.get_weights())
    close(outputs(copy, case), found)


def small_model():
    K.clear_session()
    model = keras.Sequential(
        [keras.layers.Dense(3, activation="tanh", input_shape=(2,)), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    return model


def test_training_goes_on_from_a_checkpoint(tmp_path):
    """A checkpoint of weights holds the optimizer too, as TensorFlow's does."""
    x = np.arange(8, dtype="float32").reshape(4, 2) / 8
    y = np.ones((4, 1), "float32")
    model = small_model()
    for _ in range(2):
        model.train_on_batch(x, y)
    model.save_weights(str(tmp_path / "prefix"))
    model.train_on_batch(x, y)
    expected = model.predict(x)
    again = small_model()
    status = again.load_weights(str(tmp_path / "prefix"))
    status.assert_consumed().assert_existing_objects_matched()
    again.train_on_batch(x, y)
    np.testing.assert_array_equal(again.predict(x), expected)
    other = keras.Sequential([keras.layers.Dense(3, input_shape=(2,), name="one")])
    other.load_weights(str(tmp_path / "prefix"))  # the first layer fits
    with pytest.raises(AssertionError, match="Unresolved object in checkpoint"):
        other.load_weights(str(tmp_path / "prefix")).assert_consumed()


def test_by_name_and_mismatches(tmp_path):
    first = models["dense"](keras)
    path = str(tmp_path / "weights.h5")
    first.save_weights(path)
    values = first.get_weights()
    K.clear_session()
    other = keras.models.Sequential(
        [keras.layers.Dense(4, input_shape=(3,), name="first"), keras.layers.Dense(7, name="new")]
    )
    other.load_weights(path, by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], values[0])
    with pytest.raises(ValueError, match="has shape"):
        other.load_weights(path)
    wide = keras.models.Sequential([keras.layers.Dense(5, input_shape=(3,), name="first")])
    with pytest.raises(ValueError, match="2 layers into a model with 1 layers"):
        wide.load_weights(path)
    with pytest.raises(ValueError, match="has shape"):
        wide.load_weights(path, by_name=True)
    with pytest.warns(UserWarning, match="Skipping loading"):
        wide.load_weights(path, by_name=True, skip_mismatch=True)
    with pytest.raises(OSError, match="neither a file"):
        wide.load_weights(str(tmp_path / "absent"))


def test_foreign_code_in_files_is_not_run(tmp_path, monkeypatch):
    model = keras.models.Sequential(
        [keras.layers.Lambda(lambda x: x * 2, input_shape=(3,), name="twice")]
    )
    path = str(tmp_path / "model.h5")
    model.save(path)
    text = model.to_json()
    # What this process wrote itself may run.
    for again in (keras.models.load_model(path), keras.models.model_from_json(text)):
        np.testing.assert_array_equal(again.predict(np.ones((1, 3))), [[2, 2, 2]])
    monkeypatch.setattr(objects, "_dumped", {})
    with pytest.raises(ValueError, match="is not run"):
        keras.models.load_model(path)
    with pytest.raises(ValueError, match="is not run"):
        keras.models.model_from_json(text)
    again = keras.models.load_model(path, custom_objects={"twice": lambda x: x * 3})
    np.testing.assert_array_equal(again.predict(np.ones((1, 3))), [[3, 3, 3]])


def test_messages(tmp_path):
    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(OSError, match="neither an HDF5 file"):
        keras.models.load_model(str(tmp_path / "text.h5"))
    with pytest.raises(OSError, match="does not exist"):
        keras.models.load_model(str(tmp_path / "absent.h5"))
    with h5py.File(tmp_path / "empty.h5", "w") as file, pytest.raises(ValueError, match="No model"):
        keras.models.load_model(file)
    with zipfile.ZipFile(tmp_path / "bad.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ValueError, match="lacks model.weights.h5"):
        keras.models.load_model(str(tmp_path / "bad.keras"))
    model = models["dense"](keras)
    with pytest.raises(NotImplementedError, match="graph mode"):
        model.save(str(tmp_path / "folder"), save_format="tf")
    shutil.rmtree(tmp_path)
