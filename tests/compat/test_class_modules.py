"""Classes show TensorFlow's modules under the alias, and Penstock's otherwise."""

from __future__ import annotations

import importlib
import pickle
import sys

import penstock.api.v1 as tf
from penstock.compat import alias, class_modules


def test_keras_classes_say_where_tensorflow_defines_them() -> None:
    model = tf.keras.Sequential([tf.keras.layers.Flatten(input_shape=(2,))])
    sequential = type(model)
    assert sequential.__module__ == "penstock.keras.engine.sequential"
    alias.install()
    try:
        importlib.import_module("tensorflow").keras  # noqa: B018
        assert repr(sequential) == (
            "<class 'tensorflow.python.keras.engine.sequential.Sequential'>"
        )
        assert repr(model.layers[0]).startswith(
            "<tensorflow.python.keras.layers.core.Flatten object at 0x"
        )
        assert repr(type(tf.keras.optimizers.Adam())) == (
            "<class 'tensorflow.python.keras.optimizer_v2.adam.Adam'>"
        )
        assert tf.Session.__module__ == "tensorflow.python.client.session"
        error = tf.errors.InvalidArgumentError
        assert error.__module__ == "tensorflow.python.framework.errors_impl"
    finally:
        alias.uninstall()
    assert sequential.__module__ == "penstock.keras.engine.sequential"


def test_the_modules_exist_and_have_the_classes() -> None:
    alias.install()
    try:
        tensorflow = importlib.import_module("tensorflow")
        for each in dir(tensorflow):  # Namespaces are loaded when they are asked for.
            getattr(tensorflow, each)
        renamed = list(class_modules._named)
        assert len(renamed) > 300
        assert tf.keras.Model in renamed
        for each in renamed:
            module = importlib.import_module(each.__module__)
            assert getattr(module, each.__name__) is each, each
        shape = tf.TensorShape([1, None])
        again = pickle.loads(pickle.dumps(shape))
        assert again.as_list() == [1, None]
    finally:
        alias.uninstall()
    assert not any(name.startswith("tensorflow.") for name in sys.modules)
