"""Freezing graphs, printing checkpoints, waiting for them, the projector's configuration."""

from __future__ import annotations

import pathlib
import threading

import numpy as np
import pytest

import penstock as tf
from penstock.checkpoint.freeze_graph import freeze_graph
from penstock.checkpoint.inspect_checkpoint import print_tensors_in_checkpoint_file
from penstock.summary import projector

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "saved_graphs"


def frozen(**arguments) -> tf.GraphDef:
    defaults = dict(
        input_graph=None, input_saver="", input_binary=True, input_checkpoint=None,
        output_node_names="z", restore_op_name="", filename_tensor_name="", output_graph=None,
        clear_devices=True, initializer_nodes="",
    )  # fmt: skip
    return freeze_graph(**{**defaults, **arguments})


def test_freeze_graph_from_every_form(tmp_path: pathlib.Path) -> None:
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(str(GOLDEN / "v2.meta"))
        tf.train.write_graph(graph, str(tmp_path), "g.pb", as_text=False)
        tf.train.write_graph(graph, str(tmp_path), "g.pbtxt")
    checkpoint = str(GOLDEN / "v2")
    graphs = [
        frozen(input_meta_graph=str(GOLDEN / "v2.meta"), input_checkpoint=checkpoint),
        frozen(input_saved_model_dir=str(GOLDEN / "served")),
        frozen(input_graph=str(tmp_path / "g.pb"), input_checkpoint=checkpoint),
        frozen(
            input_graph=str(tmp_path / "g.pbtxt"), input_binary=False, input_checkpoint=checkpoint,
            output_graph=str(tmp_path / "frozen.pb"),
        ),
    ]  # fmt: skip
    wanted = tf.GraphDef.FromString((GOLDEN / "frozen.pb").read_bytes())
    for graph_def in graphs:
        assert {n.name: n.op for n in graph_def.node} == {n.name: n.op for n in wanted.node}
        (w,) = [n for n in graph_def.node if n.name == "w"]
        (theirs,) = [n for n in wanted.node if n.name == "w"]
        assert w.attr["value"] == theirs.attr["value"]
    assert tf.GraphDef.FromString((tmp_path / "frozen.pb").read_bytes()) == graphs[-1]


def test_freeze_graph_errors(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="Input checkpoint 'none' doesn't exist"):
        frozen(input_checkpoint="none")
    with pytest.raises(ValueError, match="does not exist"):
        frozen(input_graph="none", input_checkpoint=str(GOLDEN / "v2"))
    with pytest.raises(ValueError, match="name of a node"):
        frozen(output_node_names="")


def test_printing(capsys: pytest.CaptureFixture) -> None:
    path = str(GOLDEN / "v2")
    print_tensors_in_checkpoint_file(path, "step", False)
    assert "tensor_name:  step\n7" in capsys.readouterr().out
    print_tensors_in_checkpoint_file(path, None, True)
    assert "b'bc'" in capsys.readouterr().out
    print_tensors_in_checkpoint_file(path, None, False)
    assert "half (DT_HALF) [1]" in capsys.readouterr().out


def test_waiting_for_checkpoints(tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver()
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    found = tf.train.checkpoints_iterator(str(tmp_path), timeout=3)
    threading.Timer(0.5, saver.save, (sess, str(tmp_path / "m"), 1)).start()
    assert next(found) == str(tmp_path / "m-1")
    saver.save(sess, str(tmp_path / "m"), 2)
    assert next(found) == str(tmp_path / "m-2")
    assert list(found) == []


def test_projector(tmp_path: pathlib.Path) -> None:
    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "words"
    embedding.metadata_path = "words.tsv"
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        projector.visualize_embeddings(writer, config)
    text = (tmp_path / "projector_config.pbtxt").read_text()
    assert 'tensor_name: "words"' in text
    with pytest.raises(TypeError):
        projector.visualize_embeddings(writer, "config")


def test_saveables_of_programs() -> None:
    from penstock.checkpoint import saver as saver_module

    class Own(saver_module.BaseSaverBuilder.SaveableObject):
        def __init__(self, variable: tf.Variable) -> None:
            specs = [saver_module.BaseSaverBuilder.SaveSpec(variable, "", "own")]
            super().__init__(variable, specs, "own")

        def restore(self, restored_tensors, restored_shapes):
            return self.op.assign(restored_tensors[0])

    tf.train.Saver([Own(tf.Variable(np.float32(1)))])
    names = tf.get_default_graph().get_tensor_by_name("save/SaveV2/tensor_names:0")
    with tf.Session() as sess:
        assert sess.run(names).tolist() == [b"own"]


def test_contribs_names_for_checkpoints(tmp_path):
    v = tf.Variable([1.0, 2.0], name="v")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    framework = tf.contrib.framework
    assert framework.list_variables(checkpoint_dir=str(tmp_path)) == [("v", [2])]
    assert framework.load_variable(checkpoint_dir=path, name="v").tolist() == [1.0, 2.0]
    assert framework.load_checkpoint(filepattern=path).has_tensor("v")
    framework.init_from_checkpoint(checkpoint_dir=path, assignment_map={"v": v})
    assert next(tf.contrib.training.checkpoints_iterator(str(tmp_path))) == path
    assert tf.contrib.eager.Checkpoint is tf.train.Checkpoint
