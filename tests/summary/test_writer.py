"""``tf.summary.FileWriter``."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import pytest

import penstock as tf
from penstock import protos


def events(folder: pathlib.Path) -> list[protos.Event]:
    return [
        event
        for name in sorted(os.listdir(folder))
        for event in tf.train.summary_iterator(str(folder / name))
    ]


def scalar(value: float, tag: str = "a", **fields) -> tf.Summary:
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value, **fields)])


def test_file_and_first_event(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "deep" / "er"
    writer = tf.summary.FileWriter(str(folder), filename_suffix=".end")
    writer.add_summary(scalar(2.0), 5)
    writer.add_summary(scalar(3.0).SerializeToString(), 6)
    writer.close()
    (name,) = os.listdir(folder)
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\..+\.end", name)
    first, *rest = events(folder)
    assert first.file_version == "brain.Event:2"
    assert [(e.step, e.summary.value[0].simple_value) for e in rest] == [(5, 2.0), (6, 3.0)]
    assert abs(rest[0].wall_time - time.time()) < 60
    assert writer.get_logdir() == str(folder)


def test_everything_else(tmp_path: pathlib.Path) -> None:
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    tf.Variable([1.0], name="v")
    tf.identity(x)
    graph = tf.get_default_graph()
    with tf.summary.FileWriter(str(tmp_path), graph) as writer:
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 3)
        writer.add_run_metadata(tf.RunMetadata(), "step1", 4)
        with pytest.raises(ValueError, match="tag was already used for this event type"):
            writer.add_run_metadata(tf.RunMetadata(), "step1", 4)
        with pytest.raises(TypeError, match="must be an instance of `Graph`"):
            writer.add_graph("x")
        with pytest.raises(TypeError, match="meta_graph_def must be type MetaGraphDef"):
            writer.add_meta_graph(graph)
        writer.add_graph(graph.as_graph_def(), 7)
        writer.add_event(protos.Event(step=9))
    found = events(tmp_path)
    kinds = [event.WhichOneof("what") for event in found]
    assert kinds == [
        "file_version", "graph_def", "meta_graph_def", "session_log", "tagged_run_metadata",
        "graph_def", None,
    ]  # fmt: skip
    written = tf.GraphDef.FromString(found[1].graph_def)
    shapes = {node.name: node.attr["_output_shapes"].list.shape for node in written.node}
    assert [d.size for d in shapes["x"][0].dim] == [-1, 3]
    meta = tf.MetaGraphDef.FromString(found[2].meta_graph_def)
    assert "trainable_variables" in meta.collection_def


def test_metadata_is_written_once_for_each_tag(tmp_path: pathlib.Path) -> None:
    metadata = protos.SummaryMetadata(display_name="shown")
    with tf.summary.FileWriter(str(tmp_path)) as writer:
        for step in range(2):
            writer.add_summary(scalar(1.0, metadata=metadata), step)
            writer.add_summary(scalar(1.0, "b", metadata=metadata), step)
    has = [e.summary.value[0].HasField("metadata") for e in events(tmp_path)[1:]]
    assert has == [True, True, False, False]


def test_closed_writers_warn_and_reopen(tmp_path: pathlib.Path) -> None:
    writer = tf.summary.FileWriter(str(tmp_path))
    writer.add_summary(scalar(1.0), 1)
    writer.close()
    with pytest.warns(UserWarning, match="Attempting to use a closed FileWriter"):
        writer.add_summary(scalar(2.0), 2)
    writer.reopen()
    writer.add_summary(scalar(3.0), 3)
    writer.close()
    assert len(os.listdir(tmp_path)) == 2  # no file is written over
    assert sorted(e.step for e in events(tmp_path)) == [0, 0, 1, 3]


def test_flushing(tmp_path: pathlib.Path) -> None:
    writer = tf.summary.FileWriter(str(tmp_path), flush_secs=0.2)
    writer.add_summary(scalar(1.0), 1)
    deadline = time.time() + 20
    while len(events(tmp_path)) < 2 and time.time() < deadline:
        time.sleep(0.05)
    assert len(events(tmp_path)) == 2
    slow = tf.summary.FileWriter(str(tmp_path / "slow"), flush_secs=1000, max_queue=3)
    for step in range(3):
        slow.add_summary(scalar(1.0), step)
    assert len(events(tmp_path / "slow")) == 4
    slow.add_summary(scalar(1.0), 4)
    slow.flush()
    assert len(events(tmp_path / "slow")) == 5


def test_many_threads(tmp_path: pathlib.Path) -> None:
    with tf.summary.FileWriter(str(tmp_path)) as writer:

        def write(number: int) -> None:
            for step in range(50):
                writer.add_summary(scalar(number, f"t{number}"), step)

        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(events(tmp_path)) == 401


def test_a_writer_that_nobody_closed(tmp_path: pathlib.Path) -> None:
    program = (
        "import sys, penstock as tf\n"
        "writer = tf.summary.FileWriter(sys.argv[1])\n"
        "writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag='a', simple_value=1)]), 1)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    assert [e.step for e in events(tmp_path)] == [0, 1]


def test_cache_and_old_names(tmp_path: pathlib.Path) -> None:
    writer = tf.summary.FileWriterCache.get(str(tmp_path))
    assert writer is tf.summary.FileWriterCache.get(str(tmp_path))
    tf.summary.FileWriterCache.clear()
    assert writer is not tf.summary.FileWriterCache.get(str(tmp_path))
    tf.summary.FileWriterCache.clear()
    assert tf.train.SummaryWriter is tf.summary.FileWriter


def test_errors(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(tf.errors.OpError, match="file"):
        tf.summary.FileWriter(str(tmp_path / "file" / "x"))
    with pytest.raises(tf.errors.NotFoundError):
        list(tf.train.summary_iterator(str(tmp_path / "none")))


def test_tensorboard_reads_it(tmp_path: pathlib.Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    summary = tf.summary.merge(
        [tf.summary.scalar("loss", 2.0), tf.summary.histogram("h", tf.constant([1.0, 2.0]))]
    )
    with tf.Session() as sess, tf.summary.FileWriter(str(tmp_path), sess.graph) as writer:
        for step in range(3):
            writer.add_summary(sess.run(summary), step)
    read = EventAccumulator(str(tmp_path))
    read.Reload()
    assert read.Tags()["scalars"] == ["loss"]
    assert [e.step for e in read.Scalars("loss")] == [0, 1, 2]
    assert read.Tags()["histograms"] == ["h"]
    assert read.Tags()["graph"]
