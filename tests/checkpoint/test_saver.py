"""``tf.train.Saver``."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest

import penstock as tf


def session() -> tf.Session:
    made = tf.Session()
    made.run(tf.global_variables_initializer())
    return made


def names(folder: pathlib.Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.fixture
def prefix(tmp_path: pathlib.Path) -> str:
    return str(tmp_path / "m")


def test_round_trip(prefix: str, tmp_path: pathlib.Path) -> None:
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable(3, name="b")
    saver = tf.train.Saver()
    with session() as sess:
        assert saver.save(sess, prefix, global_step=5) == prefix + "-5"
        sess.run([a.assign([0.0, 0.0]), b.assign(0)])
        saver.restore(sess, prefix + "-5")
        assert sess.run([a, b])[0].tolist() == [1.0, 2.0]
        assert sess.run(b) == 3
    with tf.Session() as sess:
        saver.restore(sess, tf.train.latest_checkpoint(str(tmp_path)))
        assert sess.run(b) == 3
    assert names(tmp_path) == [
        "checkpoint", "m-5.data-00000-of-00001", "m-5.index", "m-5.meta",
    ]  # fmt: skip


def test_the_step_may_be_a_variable_or_tensor(prefix: str) -> None:
    step = tf.Variable(12, name="step")
    saver = tf.train.Saver(pad_step_number=True)
    with session() as sess:
        assert saver.save(sess, prefix, global_step=step) == prefix + "-00000012"
        assert saver.save(sess, prefix, global_step=step + 1) == prefix + "-00000013"
        assert saver.save(sess, prefix, global_step=np.int64(14)) == prefix + "-00000014"


def test_old_checkpoints_go(prefix: str, tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver(max_to_keep=2)
    with session() as sess:
        for step in range(4):
            saver.save(sess, prefix, step)
    assert saver.last_checkpoints == [prefix + "-2", prefix + "-3"]
    assert [n for n in names(tmp_path) if n.endswith(".meta")] == ["m-2.meta", "m-3.meta"]
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == [prefix + "-2", prefix + "-3"]


@pytest.mark.parametrize("keep", [None, 0])
def test_all_checkpoints_stay(prefix: str, tmp_path: pathlib.Path, keep: int | None) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver(max_to_keep=keep)
    with session() as sess:
        for step in range(7):
            saver.save(sess, prefix, step, write_meta_graph=False)
    assert len([n for n in names(tmp_path) if n.endswith(".index")]) == 7
    assert saver.last_checkpoints == []
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == [prefix + "-6"]


def test_one_is_kept_every_so_often(prefix: str, tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=2)
    with session() as sess:
        saver.save(sess, prefix, 1)
        saver._last_checkpoints = [(prefix + "-1", saver._next_checkpoint_time + 1)]
        saver.save(sess, prefix, 2)
        saver.save(sess, prefix, 3)
    assert [n for n in names(tmp_path) if n.endswith(".index")] == ["m-1.index", "m-3.index"]


def test_recovered_checkpoints_go_in_their_turn(prefix: str, tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    with session() as sess:
        tf.train.Saver().save(sess, prefix, 1)
        saver = tf.train.Saver(max_to_keep=1)
        saver.recover_last_checkpoints([prefix + "-0", prefix + "-1"])
        assert saver.last_checkpoints == [prefix + "-1"]
        saver.save(sess, prefix, 2)
    assert [n for n in names(tmp_path) if n.endswith(".index")] == ["m-2.index"]


def test_relative_paths(tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    with session() as sess:
        tf.train.Saver(save_relative_paths=True).save(sess, str(tmp_path / "m"), 1)
    assert 'model_checkpoint_path: "m-1"' in (tmp_path / "checkpoint").read_text()
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "m-1")


def test_latest_filename_and_flags(prefix: str, tmp_path: pathlib.Path) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver()
    with session() as sess:
        saver.save(sess, prefix, latest_filename="newest", write_meta_graph=False)
        assert names(tmp_path) == ["m.data-00000-of-00001", "m.index", "newest"]
        saver.save(sess, prefix + "2", write_state=False, meta_graph_suffix="graph")
        assert "m2.graph" in names(tmp_path) and "checkpoint" not in names(tmp_path)
        with pytest.raises(ValueError, match="must not contain path components"):
            saver.save(sess, prefix, latest_filename="a/b")
        with pytest.raises(ValueError, match="'latest_filename' collides with 'save_path'"):
            saver.save(sess, prefix, latest_filename="m")


def test_names_from_a_dictionary(prefix: str) -> None:
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    with session() as sess:
        tf.train.Saver({"x": a, "y": b}).save(sess, prefix)
        assert tf.train.list_variables(prefix) == [("x", []), ("y", [])]
        tf.train.Saver({"y": a}).restore(sess, prefix)
        assert sess.run(a) == 2.0


def test_a_partitioned_variable_is_one_tensor(prefix: str) -> None:
    parts = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    with session() as sess:
        whole = sess.run(tf.concat(list(parts), 0))
        tf.train.Saver().save(sess, prefix)
        assert tf.train.list_variables(prefix) == [("w", [5, 2])]
        np.testing.assert_array_equal(tf.train.load_variable(prefix, "w"), whole)
    with tf.Graph().as_default(), tf.Session() as sess:
        with tf.variable_scope("", reuse=False):
            other = tf.get_variable("w", [5, 2], partitioner=tf.fixed_size_partitioner(3))
        tf.train.Saver().restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(tf.concat(list(other), 0)), whole)
    with tf.Graph().as_default(), tf.Session() as sess:
        one = tf.Variable(tf.zeros([5, 2]), name="w")
        tf.train.Saver().restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(one), whole)


def test_reshape(prefix: str) -> None:
    tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="a")
    with session() as sess:
        tf.train.Saver().save(sess, prefix)
    with tf.Graph().as_default(), tf.Session() as sess:
        flat = tf.Variable(tf.zeros([4]), name="a")
        tf.train.Saver(reshape=True).restore(sess, prefix)
        assert sess.run(flat).tolist() == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("use_resource", [False, True])
def test_both_formats_and_kinds(prefix: str, version: int, use_resource: bool) -> None:
    a = tf.get_variable("a", initializer=tf.constant([1.0, 2.0]), use_resource=use_resource)
    saver = tf.train.Saver(write_version=version)
    with session() as sess:
        saver.save(sess, prefix)
    with tf.Session() as sess:
        saver.restore(sess, prefix)
        assert sess.run(a).tolist() == [1.0, 2.0]
    assert tf.train.list_variables(prefix) == [("a", [2])]


def test_sharded(prefix: str, tmp_path: pathlib.Path) -> None:
    with tf.device("/cpu:0"):
        a = tf.Variable(1.0, name="a")
    with tf.device("/job:ps/task:1"):
        b = tf.Variable(2.0, name="b")
    saver = tf.train.Saver(sharded=True)
    config = tf.ConfigProto(allow_soft_placement=True)
    with tf.Session(config=config) as sess:
        sess.run(tf.global_variables_initializer())
        saver.save(sess, prefix, write_meta_graph=False)
    assert names(tmp_path) == [
        "checkpoint", "m.data-00000-of-00002", "m.data-00001-of-00002", "m.index",
    ]  # fmt: skip
    with tf.Session(config=config) as sess:
        saver.restore(sess, prefix)
        assert sess.run([a, b]) == [1.0, 2.0]


def test_defer_build_and_later_variables(prefix: str) -> None:
    saver = tf.train.Saver(defer_build=True)
    tf.Variable(1.0, name="late")
    with session() as sess:
        with pytest.raises(RuntimeError, match="should be called before save"):
            saver.save(sess, prefix)
        saver.build()
        saver.save(sess, prefix)
    assert tf.train.list_variables(prefix) == [("late", [])]


def test_a_saveable_object_of_ones_own(prefix: str) -> None:
    from penstock.checkpoint.saveables import SaveableObject, SaveSpec

    a = tf.Variable(1.0, name="a")

    class Twice(SaveableObject):
        def __init__(self, variable: tf.Variable) -> None:
            spec = SaveSpec(variable * 2, "", "twice")
            super().__init__(variable, [spec], "twice")

        def restore(self, restored_tensors, restored_shapes):
            return tf.assign(self.op, restored_tensors[0] / 2)

    tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, Twice(a))
    saver = tf.train.Saver(tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS))
    with session() as sess:
        saver.save(sess, prefix)
        assert tf.train.load_variable(prefix, "twice") == 2.0
        sess.run(a.assign(0.0))
        saver.restore(sess, prefix)
        assert sess.run(a) == 1.0


def test_empty() -> None:
    with pytest.raises(ValueError, match="No variables to save"):
        tf.train.Saver()
    saver = tf.train.Saver(allow_empty=True)
    with tf.Session() as sess:
        assert saver.save(sess, "/nowhere/m", write_meta_graph=False) is None
        saver.restore(sess, "/nowhere/m")


def test_bad_arguments() -> None:
    a = tf.Variable(1.0, name="a")
    with pytest.raises(ValueError, match="At least two variables have the same name: a"):
        tf.train.Saver([a, a])
    with pytest.raises(ValueError, match="same saveable will be restored with two names: w"):
        tf.train.Saver({"q": a, "w": a})
    with pytest.raises(TypeError, match="Variable to save is not a Variable"):
        tf.train.Saver([tf.constant(1.0)])
    with pytest.raises(TypeError, match="names_to_saveables must be a dict"):
        tf.train.Saver({"q": tf.constant(1.0)})
    with pytest.raises(TypeError, match="should be passed in a dict or a list"):
        tf.train.Saver("abc")
    with pytest.raises(ValueError, match="saver_def must be a saver_pb2.SaverDef"):
        tf.train.Saver(saver_def=3)
    with pytest.raises(TypeError, match="'sess' must be a Session"):
        tf.train.Saver().save(3, "m")


def test_restore_errors(prefix: str) -> None:
    tf.Variable([1.0, 2.0], name="a")
    with session() as sess:
        saver = tf.train.Saver()
        saver.save(sess, prefix)
        with pytest.raises(ValueError, match="Can't load save_path when it is None"):
            saver.restore(sess, None)
        with pytest.raises(ValueError, match="The passed save_path is not a valid checkpoint"):
            saver.restore(sess, prefix + "-9")
    with tf.Graph().as_default(), tf.Session() as sess:
        missing = tf.Variable(1.0, name="c")
        with pytest.raises(tf.errors.NotFoundError, match="Key c not found in checkpoint"):
            tf.train.Saver([missing]).restore(sess, prefix)
        longer = tf.Variable([1.0, 2.0, 3.0], name="a")
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match=r"mismatch between the current graph(.|\n)*lhs shape= \[3\] rhs shape= \[2\]",
        ):
            tf.train.Saver([longer]).restore(sess, prefix)
        whole = tf.Variable([1, 2], name="whole")
        with pytest.raises(
            tf.errors.InvalidArgumentError,
            match="tensor_name = a; expected dtype int32 does not equal original dtype float",
        ):
            tf.train.Saver({"a": whole}).restore(sess, prefix)


def test_a_damaged_file_is_refused_and_leaves_the_values(
    prefix: str, tmp_path: pathlib.Path
) -> None:
    a = tf.Variable([1.0, 2.0], name="a")
    saver = tf.train.Saver()
    with session() as sess:
        saver.save(sess, prefix)
        sess.run(a.assign([5.0, 6.0]))
        data = tmp_path / "m.data-00000-of-00001"
        content = bytearray(data.read_bytes())
        content[2] ^= 1
        data.write_bytes(content)
        with pytest.raises(tf.errors.DataLossError, match="m.data-00000-of-00001") as caught:
            saver.restore(sess, prefix)
        assert "a" in str(caught.value)
        assert sess.run(a).tolist() == [5.0, 6.0]


def test_saving_uninitialized_variables(prefix: str) -> None:
    tf.Variable(1.0, name="a")
    saver = tf.train.Saver()
    with (
        tf.Session() as sess,
        pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value a"),
    ):
        os.makedirs(os.path.dirname(prefix), exist_ok=True)
        saver.save(sess, prefix)
    assert tf.train.latest_checkpoint(os.path.dirname(prefix)) is None


def test_import_meta_graph(prefix: str) -> None:
    a = tf.Variable(2.0, name="a")
    tf.multiply(a, 3.0, name="product")
    tf.add_to_collection("numbers", 3)
    tf.add_to_collection("texts", b"x")
    with session() as sess:
        tf.train.Saver().save(sess, prefix)
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        saver = tf.train.import_meta_graph(prefix + ".meta")
        saver.restore(sess, prefix)
        assert sess.run("product:0") == 6.0
        assert tf.get_collection("numbers") == [3]
        assert tf.get_collection("texts") == [b"x"]
        (variable,) = tf.trainable_variables()
        assert variable is tf.global_variables()[0]
        assert variable.op.graph is graph
        other = tf.train.import_meta_graph(prefix + ".meta", import_scope="copy")
        other.restore(sess, prefix)
        assert sess.run("copy/product:0") == 6.0
    with pytest.raises(OSError, match="does not exist"):
        tf.train.import_meta_graph(prefix + ".nothing")
    with pytest.raises(OSError, match="Cannot parse file"):
        tf.train.import_meta_graph(prefix + ".index")


def test_export_of_a_scope(tmp_path: pathlib.Path) -> None:
    x = tf.constant(2.0, name="x")
    with tf.variable_scope("part"):
        v = tf.get_variable("v", [], initializer=tf.ones_initializer())
        tf.multiply(v, x, name="y")
    file = str(tmp_path / "part.meta")
    tf.train.export_meta_graph(file, export_scope="part")
    with tf.Graph().as_default(), tf.Session() as sess:
        with pytest.raises(ValueError, match="unbound inputs"):
            tf.train.import_meta_graph(file)
        tf.train.import_meta_graph(file, input_map={"$unbound_inputs_x": tf.constant(5.0)})
        sess.run(tf.global_variables_initializer())
        assert sess.run("y:0") == 5.0


def test_init_from_checkpoint(prefix: str) -> None:
    tf.Variable([1.0, 2.0], name="a")
    with tf.variable_scope("old"):
        tf.get_variable("b", initializer=tf.constant(7))
    with session() as sess:
        tf.train.Saver().save(sess, prefix)
    with tf.Graph().as_default(), tf.Session() as sess:
        mine = tf.Variable([0.0, 0.0], name="mine")
        with tf.variable_scope("new"):
            b = tf.get_variable("b", [], tf.int32, initializer=tf.zeros_initializer())
        with tf.variable_scope("r"):
            r = tf.get_variable("a", [2], use_resource=True)
        tf.train.init_from_checkpoint(prefix, {"a": mine, "old/": "new/", "/": "r/"})
        sess.run(tf.global_variables_initializer())
        assert sess.run(mine).tolist() == sess.run(r).tolist() == [1.0, 2.0]
        assert sess.run(b) == 7
        with pytest.raises(ValueError, match="Tensor nope is not found in"):
            tf.train.init_from_checkpoint(prefix, {"nope": mine})
        with pytest.raises(ValueError, match=r"Shape of variable mine:0 \(\(2,\)\) doesn't match"):
            tf.train.init_from_checkpoint(prefix, {"old/b": mine})


def test_warm_start(prefix: str) -> None:
    tf.Variable([1.0, 2.0], name="a")
    with session() as sess:
        tf.train.Saver().save(sess, prefix)
    with tf.Graph().as_default(), tf.Session() as sess:
        a = tf.Variable([0.0, 0.0], name="a")
        tf.train.warm_start(prefix)
        sess.run(tf.global_variables_initializer())
        assert sess.run(a).tolist() == [1.0, 2.0]


def test_readers(prefix: str, tmp_path: pathlib.Path) -> None:
    tf.Variable([1.0, 2.0], name="a")
    with session() as sess:
        tf.train.Saver().save(sess, prefix)
    reader = tf.train.NewCheckpointReader(prefix)
    assert reader.debug_string() == b"a (DT_FLOAT) [2]\n"
    assert reader.get_variable_to_shape_map() == {"a": [2]}
    assert tf.train.load_variable(str(tmp_path), "a").tolist() == [1.0, 2.0]
    with pytest.raises(tf.errors.NotFoundError, match="Key b not found in checkpoint"):
        reader.get_tensor("b")
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find any matching files"):
        tf.train.load_checkpoint(prefix + "9")


def test_write_graph(tmp_path: pathlib.Path) -> None:
    tf.constant(1.0, name="x")
    text = tf.train.write_graph(tf.get_default_graph(), str(tmp_path / "new"), "g.pbtxt")
    binary = tf.train.write_graph(
        tf.get_default_graph().as_graph_def(), str(tmp_path), "g.pb", False
    )
    assert 'name: "x"' in pathlib.Path(text).read_text()
    definition = tf.GraphDef.FromString(pathlib.Path(binary).read_bytes())
    assert [node.name for node in definition.node] == ["x"]
