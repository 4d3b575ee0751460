"""Loading a file runs no code from it."""

from __future__ import annotations

import ast
import pathlib

import pytest

import penstock as tf

PACKAGE = pathlib.Path(tf.__file__).parent
READERS = ("checkpoint", "summary", "data", "protos", "keras/saving", "graph", "cli")
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "imp"}


@pytest.mark.parametrize("folder", READERS)
def test_what_reads_files_has_no_means_to(folder):
    for path in (PACKAGE / folder).rglob("*.py"):
        if path.name == "run.py":
            continue  # `penstock run` runs programs
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert not MODULES & {alias.name.split(".")[0] for alias in node.names}, path
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in MODULES, path
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
            elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path


def with_py_func(token: bytes):
    """A graph of another process, whose Python function has the name `token`."""
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], name="x")
        tf.py_func(lambda value: value, [x], tf.float32, name="call")
        definition = graph.as_graph_def()
    (node,) = [node for node in definition.node if node.op == "PyFunc"]
    node.attr["token"].s = token
    return definition


def test_a_py_func_of_another_process_stays_without_its_function():
    ran = []
    tf.py_func(lambda: ran.append(1) or 0.0, [], tf.float32)
    for token in (b"pyfunc_0", b"os.system", b"builtins.exec"):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.import_graph_def(with_py_func(token), name="")
            with pytest.raises((ValueError, tf.errors.OpError), match="call|pyfunc|callback"):
                session.run("call:0", {"x:0": 1.0})
    assert ran == []


def test_a_saved_model_with_a_py_func_to_run_after_loading(tmp_path):
    ran = []

    def function():
        ran.append(1)
        return 0.0

    folder = str(tmp_path / "model")
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable(1.0)
        session.run(tf.global_variables_initializer())
        call = tf.py_func(function, [], tf.float32, name="call")
        with tf.control_dependencies([call]):
            main_op = tf.no_op(name="main")
        builder = tf.saved_model.builder.SavedModelBuilder(folder)
        builder.add_meta_graph_and_variables(session, ["serve"], main_op=main_op)
        builder.save()
    path = tmp_path / "model" / "saved_model.pb"
    content = path.read_bytes()
    start = content.index(b"pyfunc_")
    path.write_bytes(content[:start] + b"qyfunc_" + content[start + 7 :])
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises((ValueError, tf.errors.OpError), match="call|pyfunc|callback"):
            tf.saved_model.loader.load(session, ["serve"], folder)
    assert ran == []
