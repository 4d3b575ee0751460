"""The import alias and its messages, on a small public namespace made here."""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import sys
import textwrap

import pytest

from penstock.compat import alias, alias_table, missing

MODULES = {
    "__init__": """
        from small_tf import nn
        class Session: pass
        class GraphKeys: pass
        def reset_default_graph(): return "reset"
        def multiply(x, y): return x * y
        """,
    "nn/__init__": "from small_tf.nn import rnn_cell\ndef relu(x): return x\ndef softmax(x): pass",
    "nn/rnn_cell": "class BasicLSTMCell: pass",
    "losses": "def log_loss(): pass",
    "contrib/__init__": "",
    "contrib/rnn": "class LSTMCell: pass",
    "keras/__init__": "",
    "keras/layers": "class Dense: pass",
    "keras/utils": "def to_categorical(): pass",
}
ENDING = """
from penstock.compat.missing import namespace_getattr
__getattr__ = namespace_getattr(__name__)
"""


@pytest.fixture
def small_tf(tmp_path, monkeypatch):
    """A public namespace called `small_tf`, known to programs as `tf`."""
    for name, text in MODULES.items():
        path = tmp_path / "small_tf" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text) + ENDING)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(missing, "PUBLIC", "small_tf")
    names = (("small_tf", "tf"), *missing._PROGRAM_NAMES)
    monkeypatch.setattr(missing, "_PROGRAM_NAMES", names)
    yield importlib.import_module("small_tf")
    for name in [name for name in sys.modules if name.partition(".")[0] == "small_tf"]:
        del sys.modules[name]


@pytest.fixture
def installed(small_tf):
    alias.install()
    yield small_tf
    alias.uninstall()


def run(source: str) -> dict:
    table: dict = {}
    exec(source, table)
    return table


def test_tensorflow_is_the_public_namespace_itself(installed):
    import tensorflow as tf

    assert tf is installed
    assert tf.__spec__.name == "small_tf"
    import tensorflow.nn as nn

    assert nn is installed.nn


@pytest.mark.parametrize(
    ("statement", "name", "path"),
    [
        ("import tensorflow.contrib.rnn as x", "x", "contrib.rnn"),
        ("from tensorflow.contrib import rnn as x", "x", "contrib.rnn"),
        ("from tensorflow import keras as x", "x", "keras"),
        ("from tensorflow.keras.layers import Dense as x", "x", "keras.layers.Dense"),
        ("import keras as x", "x", "keras"),
        ("from keras.layers import Dense as x", "x", "keras.layers.Dense"),
        ("from keras.layers.core import Dense as x", "x", "keras.layers.Dense"),
        ("from keras.layers import *", "Dense", "keras.layers.Dense"),
        ("from keras.utils import np_utils as x", "x", "keras.utils"),
        ("from keras.utils.np_utils import to_categorical as x", "x", "keras.utils.to_categorical"),
        ("from tensorflow.python.keras.layers import Dense as x", "x", "keras.layers.Dense"),
        ("import tensorflow.compat.v1 as x", "x", ""),
        ("from tensorflow.compat.v1.keras import layers as x", "x", "keras.layers"),
        ("from tensorflow.contrib.keras.api.keras.layers import Dense as x", "x",
         "keras.layers.Dense"),
        ("from tensorflow.python.ops.nn import relu as x", "x", "nn.relu"),
        ("from tensorflow.python.ops import nn as x", "x", "nn"),
        ("from tensorflow.python.ops.rnn_cell import BasicLSTMCell as x", "x",
         "nn.rnn_cell.BasicLSTMCell"),
        ("from tensorflow.models.rnn.rnn_cell import BasicLSTMCell as x", "x",
         "nn.rnn_cell.BasicLSTMCell"),
        ("from tensorflow.python.ops import rnn_cell; x = rnn_cell.LSTMCell", "x",
         "contrib.rnn.LSTMCell"),
        ("from tensorflow.python.framework import ops; x = ops.reset_default_graph", "x",
         "reset_default_graph"),
        ("import tensorflow; x = tensorflow.python.framework.ops.GraphKeys", "x", "GraphKeys"),
        ("from tensorflow.contrib.rnn.python.ops.lstm_ops import LSTMCell as x", "x",
         "contrib.rnn.LSTMCell"),
        ("import tensorflow.python.client.session; x = tensorflow.python.client.session.Session",
         "x", "Session"),
    ],
)  # fmt: skip
def test_paths(installed, statement, name, path):
    found = run(statement)[name]
    expected = installed
    for part in filter(None, path.split(".")):
        expected = getattr(expected, part)
    assert found is expected


@pytest.mark.parametrize(
    "module",
    [
        "tensorflow.examples.tutorials.mnist.input_data",
        "tensorflow.g3doc.tutorials.mnist.input_data",
    ],
)
def test_mnist(installed, module):
    assert importlib.import_module(module) is importlib.import_module("penstock.data.mnist")
    from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets

    assert read_data_sets is importlib.import_module(module).read_data_sets


def test_input_data_beside_the_script_wins(installed, tmp_path):
    assert run("import input_data")["input_data"].__name__ == "penstock.data.mnist"
    del sys.modules["input_data"]
    (tmp_path / "input_data.py").write_text("mine = 1")
    importlib.invalidate_caches()
    assert run("import input_data")["input_data"].mine == 1
    del sys.modules["input_data"]


def test_protocol_buffers(installed):
    from tensorflow.core.framework import graph_pb2, summary_pb2, types_pb2

    assert types_pb2.DT_FLOAT == 1
    assert graph_pb2.GraphDef().SerializeToString() == b""
    assert summary_pb2.Summary.Value(tag="t").tag == "t"


def test_public_lookups_do_not_find_internal_modules(installed):
    importlib.import_module("tensorflow.python.framework.ops")
    assert missing.has("tf.nn.relu")
    assert not missing.has("tf.python.framework.ops.reset_default_graph")
    assert importlib.import_module("tensorflow.python.framework.constant_op").Session


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("import tensorflow.contrib.rnnn", "tf.contrib.rnnn is not in Penstock (it is not among "
         "the names of TensorFlow 0.12 to 1.15 that Penstock knows); "
         "the nearest name is tf.contrib.rnn."),
        ("from tensorflow.contrib import gan", "tf.contrib.gan is not in Penstock "
         "(TensorFlow 1.4 had it); dir(tf.contrib) lists what is there."),
        ("from tensorflow.keras.layers import Dens", "tf.keras.layers.Dens is not in Penstock (it "
         "is not among the names of TensorFlow 0.12 to 1.15 that Penstock knows); "
         "the nearest name is tf.keras.layers.Dense."),
        ("from tensorflow.python.ops.rnn_cell import BasicLSTMCel", "nearest name is"),
        ("from tensorflow import Sesion", "the nearest name is tf.Session."),
        ("from tensorflow.contrib.losses import log_loss", "tf.contrib.losses is not in Penstock"),
        ("import keras.layer", "tf.keras.layer is not in Penstock"),
        ("import tensorflow.python.framework.opss", "the nearest name is tf.python.framework.ops."),
    ],
)  # fmt: skip
def test_missing_modules(installed, statement, message):
    with pytest.raises(ImportError) as caught:
        run(statement)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("Sesion", "tf.Sesion is not in Penstock (TensorFlow 0.12 to 1.15 did not have it either); "
         "the nearest name is tf.Session."),
        ("nn.log_loss", "the nearest name is tf.losses.log_loss."),
        ("nn.softmx", "the nearest name is tf.nn.softmax."),
        ("batch_matmul", "tf.batch_matmul is not in Penstock (TensorFlow 0.12 had it)"),
        ("contrib.seq2seq", "(TensorFlow 1.15 had it)"),
    ],
)  # fmt: skip
def test_missing_attributes(small_tf, path, message):
    value = small_tf
    with pytest.raises(missing.MissingSymbolError) as caught:
        for part in path.split("."):
            value = getattr(value, part)
    assert message in str(caught.value)
    assert isinstance(caught.value, AttributeError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_hasattr_and_getattr_defaults_work(installed):
    import tensorflow as tf

    assert not hasattr(tf, "no_such_name")
    assert getattr(tf, "no_such_name", 3) == 3
    assert hasattr(tf, "contrib") and hasattr(tf.contrib, "rnn")
    assert importlib.util.find_spec("tensorflow") is not None


def test_submodules_load_when_they_are_asked_for(small_tf):
    assert "small_tf.losses" not in sys.modules
    assert small_tf.losses.log_loss() is None
    assert "small_tf.losses" in sys.modules


def test_a_real_tensorflow_is_put_aside_and_comes_back(small_tf, tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("real = True")
    (tmp_path / "keras.py").write_text("real = True")
    importlib.invalidate_caches()
    import tensorflow

    real = tensorflow
    assert real.real
    alias.install(keras=False)
    assert alias.is_installed()
    assert importlib.import_module("tensorflow") is small_tf
    assert importlib.import_module("keras").real
    alias.uninstall()
    assert not alias.is_installed()
    assert importlib.import_module("tensorflow") is real
    for name in ("tensorflow", "keras"):
        del sys.modules[name]


def test_installing_twice_is_installing_once(small_tf):
    before = list(sys.meta_path)
    alias.install()
    alias.install()
    assert len(sys.meta_path) == len(before) + 2
    alias.uninstall()
    alias.uninstall()
    assert sys.meta_path == before
    assert not [name for name in sys.modules if name.startswith("tensorflow")]


def test_the_names_of_tensorflow():
    assert missing.tensorflow_release("tf.nn.relu") == "1.15"
    assert missing.tensorflow_release("tf.audio_summary") == "0.12"
    assert missing.tensorflow_release("tf.contrib.kfac") == "1.4"
    assert missing.tensorflow_release("tf.no_such_name") is None


def test_the_table_is_in_its_shortest_spelling():
    for path in (*alias_table.TENSORFLOW, *alias_table.NAMES):
        assert alias._canonical(path) == path
