"""Altered meta graphs, SavedModels, frozen graphs, event files and Keras files.

These formats have no checksums (event files and archives aside), so an altered number can't be
seen; but reading ends, in the graph or in an error that says what is wrong.
"""

from __future__ import annotations

import contextlib
import io
import pathlib
import shutil
import tempfile
import time

import numpy as np
import pytest
from checkpoint.altering import alter, forge
from google.protobuf.message import DecodeError

import penstock as tf
from penstock import protos
from penstock.cli.main import main as penstock_command
from penstock.platform import logging

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
SAVED = GOLDEN / "saved_graphs"
KERAS = GOLDEN / "keras_files"
# Reading and, the first time, compiling what restores; on a busy machine.
LONGEST = 60.0


def import_meta_graph(path: pathlib.Path) -> None:
    with tf.Graph().as_default():
        tf.train.import_meta_graph(str(path))


def import_frozen_graph(path: pathlib.Path) -> None:
    graph = tf.GraphDef()
    try:
        graph.ParseFromString(path.read_bytes())
    except DecodeError:
        return  # the program's own call of the protocol-buffer library
    with tf.Graph().as_default():
        tf.import_graph_def(graph, name="")


def load_saved_model(path: pathlib.Path) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.loader.load(session, ["serve"], str(path.parent))


def read_events(path: pathlib.Path) -> None:
    for event in tf.train.summary_iterator(str(path)):
        event.SerializeToString()


def load_keras_model(path: pathlib.Path) -> None:
    tf.keras.backend.clear_session()
    tf.keras.models.load_model(str(path))


def inspect(path: pathlib.Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with contextlib.suppress(SystemExit):
            penstock_command(["inspect", str(path)])


def events_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default() as graph:
        tf.summary.scalar("a", tf.constant(1.0))
        tf.summary.histogram("h", tf.constant([1.0, 2.0]))
        tf.summary.image("i", tf.zeros([1, 2, 2, 3]))
        merged = tf.summary.merge_all()
        writer = tf.summary.FileWriter(folder, graph)
        with tf.Session() as session:
            for step in range(3):
                writer.add_summary(session.run(merged), step)
        writer.close()
        (path,) = pathlib.Path(folder).iterdir()
        return path.read_bytes()


# name -> file, its message, what reads it
FORMATS = {
    "meta": (SAVED / "sharded.meta", "MetaGraphDef", import_meta_graph),
    "frozen": (SAVED / "frozen.pb", "GraphDef", import_frozen_graph),
    "saved_model": (SAVED / "served" / "saved_model.pb", "SavedModel", load_saved_model),
    "events": (None, None, read_events),
    "hdf5": (KERAS / "tf115_dense.h5", None, load_keras_model),
    "keras": (KERAS / "keras3_dense.keras", None, load_keras_model),
    "inspect_meta": (SAVED / "sharded.meta", "MetaGraphDef", inspect),
    "inspect_frozen": (SAVED / "frozen.pb", "GraphDef", inspect),
    "inspect_saved_model": (SAVED / "served" / "saved_model.pb", "SavedModel", inspect),
    "inspect_events": (None, None, inspect),
}
# The errors that TensorFlow raises for a graph or file that isn't right.
WORDS = (
    "Cannot convert value",
    "Unsupported tensor type",
    "refers to a Tensor which does not exist",
    "refers to an Operation not in the graph",
    "could not be found in SavedModel",
    "No files matched",
)


def is_told(error: Exception, path: pathlib.Path) -> bool:
    """Whether an error is one that a reader may raise, and says something."""
    if isinstance(error, UnicodeError) or not str(error):
        return False
    if isinstance(error, tf.errors.OpError):
        return not isinstance(error, tf.errors.InternalError)
    if isinstance(error, OSError):
        return str(path) in str(error) or str(path.parent) in str(error)
    if isinstance(error, ValueError):
        return True
    return isinstance(error, (TypeError, KeyError, RuntimeError)) and any(
        words in str(error) for words in WORDS
    )


def fuzz(tmp_path: pathlib.Path, name: str, count: int, seed: int) -> None:
    source, message_name, read = FORMATS[name]
    content = events_file() if source is None else source.read_bytes()
    file_name = "events.out.tfevents.1" if source is None else source.name
    if name.endswith("saved_model"):
        shutil.copytree(source.parent, tmp_path / "served")
        path = tmp_path / "served" / file_name
    else:
        path = tmp_path / file_name
    rng = np.random.default_rng(seed)
    logging.set_verbosity(logging.FATAL)
    refused = 0
    for turn in range(count):
        altered = alter(content, rng)
        if message_name is not None and turn % 2:
            message = getattr(protos, message_name).FromString(content)
            forge(message, rng)
            altered = message.SerializeToString()
        path.write_bytes(altered)
        start = time.monotonic()
        try:
            read(path)
        except Exception as error:  # noqa: BLE001 - which ones may come is what is tested
            refused += 1
            if not is_told(error, path):
                (tmp_path / f"case-{turn}").write_bytes(altered)
                raise
        assert time.monotonic() - start < LONGEST
    assert read is inspect or refused > count // 4


@pytest.fixture(autouse=True)
def verbosity():
    before = logging.get_verbosity()
    yield
    logging.set_verbosity(before)


@pytest.mark.parametrize("name", FORMATS)
def test_altered_files(tmp_path, name):
    fuzz(tmp_path, name, 30, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_altered_files(tmp_path, name):
    fuzz(tmp_path, name, 1_000 if name.startswith("inspect") else 10_000, seed=2)


def test_a_constant_of_any_size_in_a_few_bytes(tmp_path):
    graph = tf.GraphDef()
    node = graph.node.add(name="c", op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.dtype = tf.float32.as_datatype_enum
    node.attr["value"].tensor.tensor_shape.dim.add(size=2**40)
    node.attr["value"].tensor.float_val.append(1.0)
    with pytest.raises(ValueError, match="larger than 2 GB"):
        tf.import_graph_def(graph)


def test_damaged_keras_files_are_named(tmp_path):
    for name in ("tf115_dense.h5", "keras3_dense.keras"):
        content = (KERAS / name).read_bytes()
        path = tmp_path / name
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(OSError, match=str(path)):
            tf.keras.models.load_model(str(path))


def test_a_size_that_its_type_can_not_hold():
    """The shape of an altered placeholder is too large for the int32 of `tf.shape`."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None], name="x")
        tf.reshape(tf.zeros([4]), tf.shape(x), name="y")
        definition = graph.as_graph_def()
    (node,) = [node for node in definition.node if node.name == "x"]
    node.attr["shape"].shape.dim[0].size = 2**40
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="Cannot reshape a tensor with 4 elements"):
            tf.import_graph_def(definition)


def test_waiting_for_a_later_iteration():
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0], name="loop")
        definition = graph.as_graph_def()
    for change in ("data", "control", "merge"):
        altered = tf.GraphDef.FromString(definition.SerializeToString())
        nodes = {node.name: node for node in altered.node}
        if change == "data":
            nodes["loop/Less"].input[0] = "loop/NextIteration"
        elif change == "control":
            nodes["loop/Merge"].input.append("^loop/NextIteration")
        else:
            nodes["loop/Merge"].op = "Add"
        with tf.Graph().as_default():
            with pytest.raises(ValueError, match="in a cycle|a later iteration"):
                tf.import_graph_def(altered)


def test_numbers_of_inputs_and_outputs_without_end():
    """They must not become lists before they are looked at."""
    with tf.Graph().as_default() as graph:
        parts = tf.split(tf.ones([4], name="ones"), 2, name="split")
        tf.stack(parts, name="stack")
        definition = graph.as_graph_def()
    for name, attribute, words in (
        ("stack", "N", "do not match 2 inputs specified"),
        ("split", "num_split", "more outputs than"),
    ):
        altered = tf.GraphDef.FromString(definition.SerializeToString())
        (node,) = [node for node in altered.node if node.name == name]
        node.attr[attribute].i = 2**60
        with tf.Graph().as_default(), pytest.raises(ValueError, match=words):
            tf.import_graph_def(altered)
