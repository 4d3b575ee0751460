"""Step statistics and the timeline."""

from __future__ import annotations

import json

import numpy as np

import penstock as tf
from penstock.runtime.timeline import Timeline

FULL = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)


def stats_of(metadata: tf.RunMetadata) -> dict:
    return {n.node_name: n for device in metadata.step_stats.dev_stats for n in device.node_stats}


def model() -> tuple:
    x = tf.placeholder(tf.float32, [None, 64], name="x")
    w = tf.Variable(tf.ones([64, 128]), name="w")
    y = tf.reduce_sum(tf.nn.relu(tf.matmul(x, w, name="big")), name="y")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(y, name="train")
    return x, w, y, train


def test_every_operation_has_its_share() -> None:
    x, w, y, train = model()
    summary = tf.summary.scalar("value", y)
    metadata = tf.RunMetadata()
    feed = {x: np.ones([32, 64], np.float32)}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        results = sess.run([y, summary, train], feed, FULL, metadata)
        assert results[0] == 32 * 64 * 128
        assert not np.allclose(sess.run(w), 1.0)  # the update was made, once
    stats = stats_of(metadata)
    assert {"x", "w", "big", "Relu", "y", "value", "train/update_w/ApplyGradientDescent"} <= set(
        stats
    )
    assert stats["big"].all_end_rel_nanos > stats["Relu"].all_end_rel_nanos
    assert "share of a compiled cluster's time" in stats["big"].timeline_label
    assert "on the host" in stats["value"].timeline_label
    assert stats["big"].timeline_label.startswith("big = MatMul(x, w/read)")
    (output,) = stats["big"].output
    description = output.tensor_description
    assert [d.size for d in description.shape.dim] == [32, 128]
    assert description.allocation_description.requested_bytes == 32 * 128 * 4
    assert metadata.step_stats.dev_stats[0].device.startswith("/job:localhost/replica:0/task:0")


def test_loops_conditionals_and_random_numbers() -> None:
    x = tf.random_normal([4], seed=1)
    loop = tf.while_loop(lambda a: tf.reduce_sum(a) < 100, lambda a: a + 1, [x], name="loop")
    y = tf.cond(tf.reduce_sum(loop) > 0, lambda: loop * 2, lambda: loop)
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        first = sess.run(y, options=FULL, run_metadata=metadata)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y), first)  # tracing draws nothing twice
    assert any(name.startswith("loop/") for name in stats_of(metadata))


def test_without_a_trace_level_nothing_is_recorded() -> None:
    y = tf.constant(1.0) + 1
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        assert sess.run(y, options=tf.RunOptions(), run_metadata=metadata) == 2.0
        assert sess.run(y, run_metadata=metadata) == 2.0
        assert sess.run(y, options=FULL) == 2.0
    assert metadata == tf.RunMetadata()


def test_partition_graphs() -> None:
    x, _, y, _ = model()
    metadata = tf.RunMetadata()
    options = tf.RunOptions(output_partition_graphs=True)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(y, {x: np.ones([2, 64])}, options, metadata)
    (graph,) = metadata.partition_graphs
    assert {"w", "big", "Relu", "y"} <= {node.name for node in graph.node}
    assert "train" not in {node.name for node in graph.node}


def test_errors_come_through() -> None:
    v = tf.Variable(1.0, name="v")
    with tf.Session() as sess:
        try:
            sess.run(v, options=FULL, run_metadata=tf.RunMetadata())
        except tf.errors.FailedPreconditionError as error:
            assert "uninitialized value v" in str(error)
        else:
            raise AssertionError("no error")


def test_timeline() -> None:
    x, _, y, train = model()
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run([y, train], {x: np.ones([8, 64])}, FULL, metadata)
    trace = json.loads(Timeline(metadata.step_stats).generate_chrome_trace_format())
    events = trace["traceEvents"]
    assert events[0]["ph"] == "M" and events[0]["args"]["name"].endswith("Compute")
    ops = {e["args"]["name"]: e for e in events if e["ph"] == "X"}
    assert ops["big"]["name"] == "MatMul"
    assert ops["big"]["args"]["input0"] == "x"
    assert "share" in ops["big"]["args"]["time"]
    assert ops["big"]["dur"] >= 1
    with_memory = json.loads(
        Timeline(metadata.step_stats).generate_chrome_trace_format(show_memory=True)
    )
    assert any(e["ph"] == "C" for e in with_memory["traceEvents"])
