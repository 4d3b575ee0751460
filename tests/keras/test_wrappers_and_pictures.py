"""scikit-learn's interface, pictures of models, and HDF5 matrices."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

import penstock as tf
from penstock.keras import backend as K

keras = tf.keras


@pytest.fixture(autouse=True)
def fresh():
    K.clear_session()


def classifier(units=4):
    model = keras.Sequential([keras.layers.Dense(units, activation="relu", input_shape=(2,)),
                              keras.layers.Dense(2, activation="softmax")])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def regressor():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    return model


def test_scikit_learn():
    x = np.random.RandomState(0).normal(size=(40, 2)).astype("float32")
    y = np.where(x[:, 0] > 0, "yes", "no")
    wrapped = keras.wrappers.scikit_learn.KerasClassifier(classifier, units=6, epochs=2, verbose=0)
    assert wrapped.get_params()["units"] == 6
    with pytest.raises(ValueError, match="fitted first"):
        wrapped.predict(x)
    wrapped.fit(x, y)
    found = wrapped.predict(x)
    assert set(found) <= {"yes", "no"} and wrapped.predict_proba(x).shape == (40, 2)
    assert wrapped.score(x, y, verbose=0) == pytest.approx(np.mean(found == y), abs=1e-6)
    with pytest.raises(ValueError, match="unit is not a legal parameter"):
        wrapped.set_params(unit=3)
    line = keras.wrappers.scikit_learn.KerasRegressor(regressor, epochs=1, verbose=0)
    line.fit(x, x[:, 0])
    error = np.mean((line.predict(x) - x[:, 0]) ** 2)
    assert line.score(x, x[:, 0], verbose=0) == pytest.approx(-error, rel=1e-4)


def test_pictures(tmp_path, monkeypatch):
    a = keras.Input((3,))
    b = keras.layers.Dense(3, name="middle")(a)
    model = keras.Model(a, keras.layers.add([a, b]))
    dot = keras.utils.model_to_dot(model, show_shapes=True)
    assert dot.count("->") == 3 and "middle: Dense" in dot and "(None, 3)" in dot
    monkeypatch.setenv("PATH", "")
    keras.utils.plot_model(model, str(tmp_path / "model.svg"), show_shapes=True)
    assert "middle: Dense" in (tmp_path / "model.svg").read_text()
    pytest.importorskip("matplotlib")
    keras.utils.plot_model(model, str(tmp_path / "model.png"))
    assert (tmp_path / "model.png").read_bytes()[:4] == b"\x89PNG"


def test_hdf5_matrix(tmp_path):
    data = np.arange(20.0).reshape(10, 2)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = data
    matrix = keras.utils.HDF5Matrix(str(tmp_path / "data.h5"), "x", 2, 8, lambda v: v * 2)
    assert matrix.shape == (6, 2) and matrix.ndim == 2 and matrix.size == 12 and len(matrix) == 6
    np.testing.assert_array_equal(matrix[1:3], 2 * data[3:5])
    np.testing.assert_array_equal(matrix[0], 2 * data[2])
    np.testing.assert_array_equal(matrix[[3, 1, 3]], 2 * data[[5, 3, 5]])
    with pytest.raises(IndexError):
        matrix[6]
