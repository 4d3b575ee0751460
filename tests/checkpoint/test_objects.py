"""``tf.train.Checkpoint`` and ``CheckpointManager`` against what TensorFlow 1.15.5 wrote."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys

import numpy as np
import object_checkpoint_cases as cases
import pytest
from checkpoint.altering import forge

import penstock as tf
from penstock import protos
from penstock.checkpoint import BundleWriter

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "object_checkpoints"
KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"


def wanted(case) -> list[np.ndarray]:
    with np.load(GOLDEN / "values.npz") as golden:
        names = sorted(name for name in golden.files if name.startswith(case.__name__ + "/"))
        return [golden[name] for name in names]


def same(found, expected) -> None:
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        if a.dtype == object:
            assert [each.decode() for each in a.ravel()] == b.ravel().tolist()
        else:
            np.testing.assert_array_equal(a, b)


def graph_of(path) -> object:
    proto = protos.TrackableObjectGraph()
    proto.ParseFromString(tf.train.load_checkpoint(str(path)).get_tensor(KEY))
    return proto


def leads_to_values(proto, number: int) -> bool:
    node = proto.nodes[number]
    return bool(node.attributes) or any(leads_to_values(proto, c.node_id) for c in node.children)


def paths(proto) -> dict[str, tuple]:
    """Every way to a value, with its name; empty collections and layers aside."""
    found = {}
    queue = [(0, "")]
    for number, path in queue:
        node = proto.nodes[number]
        for each in node.attributes:
            found[f"{path}:{each.name}"] = (each.full_name, each.checkpoint_key)
        for slot in node.slot_variables:
            target = proto.nodes[slot.slot_variable_node_id].attributes[0]
            of = proto.nodes[slot.original_variable_node_id].attributes[0]
            found[f"{path}|{of.full_name}|{slot.slot_name}"] = target.checkpoint_key
        queue += [(c.node_id, f"{path}/{c.local_name}") for c in node.children
                  if leads_to_values(proto, c.node_id)]  # fmt: skip
    return found


@pytest.mark.parametrize("case", cases.CASES)
def test_reads_tensorflows(case):
    same(cases.read(tf, case, str(GOLDEN)), wanted(case))


@pytest.mark.parametrize("case", cases.CASES)
def test_writes_what_tensorflow_writes(case, tmp_path):
    same(cases.write(tf, case, str(tmp_path)), wanted(case))
    name = case.__name__ + "-1"
    ours, theirs = (
        tf.train.load_checkpoint(str(tmp_path / name)),
        tf.train.load_checkpoint(str(GOLDEN / name)),
    )
    assert ours.get_variable_to_shape_map() == theirs.get_variable_to_shape_map()
    for key in ours.get_variable_to_shape_map():
        if key == KEY or case is cases.tables and "rows" in key or "words" in key:
            continue  # the order of a plain table's entries is nobody's promise
        np.testing.assert_array_equal(ours.get_tensor(key), theirs.get_tensor(key), key)
    assert paths(graph_of(tmp_path / name)) == paths(graph_of(GOLDEN / name))
    assert (tmp_path / "checkpoint").read_text() == (
        f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "{name}"\n'
    )
    assert {p.name for p in tmp_path.iterdir()} == {
        "checkpoint",
        f"{name}.data-00000-of-00002",
        f"{name}.data-00001-of-00002",
        f"{name}.index",
    }
    same(cases.read(tf, case, str(tmp_path)), wanted(case))


@pytest.mark.parametrize("case", [cases.variables, cases.optimizers, cases.cells])
def test_a_saver_reads_it_by_names(case):
    same(cases.read_by_name(tf, case, str(GOLDEN)), wanted(case))


def session_with(**objects):
    checkpoint = tf.train.Checkpoint(**objects)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    return checkpoint, session


def test_what_can_not_be_saved():
    message = r"expecting a trackable object \(an object derived from `TrackableBase`\), got "
    for value, shown in ((3, "3"), ([1], r"\[1\]"), (tf.constant(1.0), "Tensor")):
        with pytest.raises(ValueError, match=message + shown):
            tf.train.Checkpoint(x=value)


def test_objects_that_do_not_fit(tmp_path):
    a, b = tf.Variable(1.0, name="a"), tf.Variable([1.0, 2.0], name="b")
    checkpoint, session = session_with(a=a, b=b)
    path = checkpoint.save(str(tmp_path / "m"), session=session)
    with pytest.raises(AssertionError, match=r"Unresolved object in checkpoint \(root\)\.b: attr"):
        tf.train.Checkpoint(a=a).restore(path).assert_consumed()
    partial = tf.train.Checkpoint(a=a).restore(path)
    assert partial.assert_existing_objects_matched() is partial
    assert partial.assert_nontrivial_match() is partial and partial.expect_partial() is partial
    x = tf.Variable(3.0, name="x")
    more = tf.train.Checkpoint(a=a, x=x).restore(path)
    with pytest.raises(AssertionError, match="Some Python objects were not bound to checkpointed"):
        more.assert_existing_objects_matched()
    session.run(a.assign(9.0))
    more.initialize_or_restore(session)
    assert session.run([a, x]) == [1.0, 3.0]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"lhs shape= \[2\] rhs shape= \[\]"):
        tf.train.Checkpoint(a=b).restore(path).run_restore_ops(session)
    with pytest.raises(tf.errors.NotFoundError, match="Failed to find any matching files for"):
        checkpoint.restore(str(tmp_path / "absent"))


def test_objects_that_come_later(tmp_path):
    """An optimizer's slots are restored although they were made after `restore`."""
    a = tf.Variable([4.0], name="a")
    first = tf.train.AdamOptimizer(0.1)
    step = first.minimize(a * a)
    checkpoint, session = session_with(a=a, first=first)
    session.run([step])
    session.run([step])
    path = checkpoint.save(str(tmp_path / "m"), session=session)
    moment = session.run(first.get_slot(a, "m"))
    again = tf.train.AdamOptimizer(0.1)
    status = tf.train.Checkpoint(a=a, first=again).restore(path)
    with pytest.raises(AssertionError, match=r"Unresolved object .*\(root\)\.first\.beta1_power"):
        status.assert_consumed()
    again.minimize(a * a)
    session.run(tf.global_variables_initializer())
    status.assert_consumed().run_restore_ops(session)
    np.testing.assert_array_equal(session.run(again.get_slot(a, "m")), moment)


def test_restoring_nothing():
    a = tf.Variable(2.5)
    checkpoint = tf.train.Checkpoint(a=a)
    status = checkpoint.restore(None)
    for check in ("assert_consumed", "assert_existing_objects_matched", "assert_nontrivial_match"):
        with pytest.raises(AssertionError, match=r"No checkpoint specified \(save_path=None\); no"):
            getattr(status, check)()
    with tf.Session() as session:
        with pytest.raises(AssertionError, match="so no restore ops are available"):
            status.run_restore_ops(session)
        status.initialize_or_restore(session)
        assert session.run([a, checkpoint.save_counter]) == [2.5, 0]


def test_a_checkpoint_of_a_saver(tmp_path):
    a, b = tf.Variable(1.0, name="a"), tf.Variable([1.0, 2.0], name="b")
    checkpoint, session = session_with(one=a, two=b)
    path = tf.train.Saver([a, b]).save(session, str(tmp_path / "m"))
    session.run([a.assign(7.0), b.assign([7.0, 7.0])])
    status = checkpoint.restore(path)
    with pytest.raises(AssertionError, match="Object not restored: "):
        status.assert_consumed()
    status.initialize_or_restore(session)
    assert session.run(a) == 1.0 and session.run(b).tolist() == [1.0, 2.0]


def test_a_saver_says_which_names_do_not_fit(tmp_path):
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    checkpoint, session = session_with(a=a, b=b)
    path = checkpoint.save(str(tmp_path / "m"), session=session)
    session.run([a.assign(5.0), b.assign(5.0)])
    tf.train.Saver({"b": a}).restore(session, path)
    assert session.run([a, b]) == [2.0, 5.0]
    x = tf.Variable(0.0, name="x")
    with pytest.raises(tf.errors.NotFoundError) as caught:
        tf.train.Saver([a, x]).restore(session, path)
    message = caught.value.message
    assert "Existing variables not in the checkpoint: x\n" in message
    assert "which don't exist now: b, save_counter\n" in message
    assert "(1 variable name(s) did match)" in message


def test_saving_twice_builds_operations_once(tmp_path, monkeypatch):
    a = tf.Variable(1.0, name="a")
    checkpoint, session = session_with(a=a)
    with session.as_default():
        assert checkpoint.save(str(tmp_path / "m")).endswith("m-1")
        count = len(session.graph.get_operations())
        assert checkpoint.save(str(tmp_path / "m")).endswith("m-2")
        assert len(session.graph.get_operations()) == count
        assert checkpoint.write(str(tmp_path / "deep" / "er" / "w")).endswith("w")
    monkeypatch.delitem(sys.modules, "penstock.keras.backend", raising=False)
    with pytest.raises(ValueError, match="No session: give one as `session`"):
        checkpoint.save(str(tmp_path / "m"))
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("m-2")


def test_an_altered_graph_of_objects(tmp_path):
    name = "variables-1"
    for file in GOLDEN.glob(name + "*"):
        shutil.copy(file, tmp_path)
    data = tmp_path / f"{name}.data-00001-of-00002"
    content = bytearray(data.read_bytes())
    content[40] ^= 1
    data.write_bytes(content)
    with pytest.raises(tf.errors.DataLossError, match=f"{name}.data-00001.*{KEY}"):
        tf.train.Checkpoint().restore(str(tmp_path / name))


@pytest.fixture
def managed():
    a = tf.Variable(1.0, name="a")
    checkpoint, session = session_with(a=a)
    with session.as_default():
        yield checkpoint


def names(folder) -> list[str]:
    return sorted(p.name.removesuffix(".index") for p in folder.glob("*.index"))


def test_a_manager_keeps_the_newest(managed, tmp_path):
    folder = str(tmp_path)
    manager = tf.train.CheckpointManager(managed, folder, max_to_keep=2)
    assert manager.latest_checkpoint is None and manager.checkpoints == []
    saved = [manager.save() for _ in range(4)]
    assert saved == [f"{folder}/ckpt-{i}" for i in (1, 2, 3, 4)]
    assert manager.checkpoints == saved[2:] and manager.latest_checkpoint == saved[3]
    assert names(tmp_path) == ["ckpt-3", "ckpt-4"]
    state = tf.train.get_checkpoint_state(folder)
    assert len(state.all_model_checkpoint_timestamps) == 2 and state.last_preserved_timestamp > 0
    assert manager.save(checkpoint_number=77) == f"{folder}/ckpt-77"
    again = tf.train.CheckpointManager(managed, folder, max_to_keep=3)
    assert again.checkpoints == [f"{folder}/ckpt-4", f"{folder}/ckpt-77"]
    assert again.latest_checkpoint == f"{folder}/ckpt-77"
    assert again.save() == f"{folder}/ckpt-6"  # the counter went on
    everything = tf.train.CheckpointManager(managed, folder, None, checkpoint_name="zz")
    assert everything.save() == f"{folder}/zz-7" and len(everything.checkpoints) == 4


def test_a_manager_keeps_one_every_so_often(managed, tmp_path):
    manager = tf.train.CheckpointManager(
        managed, str(tmp_path), max_to_keep=1, keep_checkpoint_every_n_hours=1e-9
    )
    for _ in range(3):
        manager.save()
    assert manager.checkpoints == [os.path.join(str(tmp_path), "ckpt-3")]
    assert names(tmp_path) == ["ckpt-1", "ckpt-2", "ckpt-3"]


def test_a_manager_wants_a_positive_number(managed, tmp_path):
    with pytest.raises(ValueError, match="Expected a positive integer or `None`"):
        tf.train.CheckpointManager(managed, str(tmp_path), max_to_keep=0)


def test_forged_graphs_of_objects(tmp_path):
    """With right checksums and wrong contents: matched or refused, never a bare Python error."""
    golden = tf.train.load_checkpoint(str(GOLDEN / "optimizers-1"))
    shapes = golden.get_variable_to_shape_map()
    values = {key: np.asarray(golden.get_tensor(key)) for key in shapes if key != KEY}
    rng = np.random.default_rng(4)
    checkpoint, _ = cases.optimizers(tf)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    refused = 0
    for _ in range(12):
        proto = graph_of(GOLDEN / "optimizers-1")
        forge(proto, rng)
        with BundleWriter(tmp_path / "m") as writer:
            entries = {**values, KEY: np.asarray(proto.SerializeToString(), dtype=object)}
            for key in sorted(entries):
                writer.add(key, entries[key])
        try:
            status = checkpoint.restore(str(tmp_path / "m"))
            status.run_restore_ops(session)
            status.assert_consumed()
        except (tf.errors.OpError, AssertionError) as error:
            refused += 1
            assert str(error)
    assert refused > 3
