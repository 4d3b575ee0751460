"""Summaries against what TensorFlow 1.15.5 gave (`tools/golden/make_summaries.py`)."""

from __future__ import annotations

import io
import pathlib

import numpy as np
import pytest
from PIL import Image
from summary_cases import build

import penstock as tf
from penstock import protos

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "summaries.npz"


@pytest.fixture(scope="module")
def golden() -> dict[str, bytes]:
    with np.load(GOLDEN) as archive:
        return {name: archive[name].tobytes() for name in archive.files}


@pytest.fixture(scope="module")
def ours() -> tuple[dict[str, bytes], bytes]:
    graph = tf.Graph()
    with graph.as_default(), tf.Session() as session:
        made = build(tf)
        values = session.run(made)
    return values, graph.as_graph_def().SerializeToString()


def _pixels(value: protos.Summary.Value) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))


def test_summaries_are_tensorflows(ours: tuple, golden: dict[str, bytes]) -> None:
    values = ours[0]
    assert {f"value/{name}" for name in values} == {n for n in golden if n.startswith("value/")}
    for name, value in values.items():
        got = protos.Summary.FromString(value)
        wanted = protos.Summary.FromString(golden[f"value/{name}"])
        assert [v.tag for v in got.value] == [v.tag for v in wanted.value], name
        for mine, theirs in zip(got.value, wanted.value):
            if theirs.HasField("image"):
                np.testing.assert_array_equal(_pixels(mine), _pixels(theirs), err_msg=name)
                mine.image.encoded_image_string = theirs.image.encoded_image_string = b""
            assert mine == theirs, name


def test_graph_is_tensorflows(ours: tuple, golden: dict[str, bytes]) -> None:
    got = protos.GraphDef.FromString(ours[1])
    wanted = protos.GraphDef.FromString(golden["graph"])
    skip = ("Const", "zeros")
    for nodes in (got, wanted):
        for node in nodes.node:
            if node.op == "Const":
                node.attr["value"].Clear()
    listed = {n.name: n for n in wanted.node if not n.name.startswith(skip)}
    mine = {n.name: n for n in got.node if not n.name.startswith(skip)}
    assert list(mine) == list(listed)
    for name, node in mine.items():
        assert node.input == listed[name].input
        assert node.attr["max_images"] == listed[name].attr["max_images"]


def run(tensor: tf.Tensor) -> protos.Summary:
    with tf.Session() as session:
        return protos.Summary.FromString(session.run(tensor))


@pytest.mark.parametrize(
    ("build_bad", "message"),
    [
        (
            lambda: tf.summary.scalar("vec", tf.constant([1.0, 2.0])),
            r"tags and values not the same shape: \[\] != \[2\] \(tag 'vec'\)",
        ),
        (lambda: tf.summary.histogram("n", tf.constant([1.0, np.nan])), "Nan in summary histogram"),
        (lambda: tf.summary.histogram("i", tf.constant([np.inf])), "Infinity in summary histogram"),
        (lambda: tf.summary.image("q", tf.zeros([2, 2])), "Tensor must be 4-D with last dim"),
        (lambda: tf.summary.audio("q", tf.zeros([2]), 8000), "Tensor must be 3-D or 2-D"),
        (
            lambda: tf.summary.merge([tf.scalar_summary("a", 1.0), tf.scalar_summary("a", 2.0)]),
            "Duplicate tag a found in summary inputs",
        ),
    ],
)
def test_errors_when_run(build_bad, message: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(build_bad())


def test_errors_when_built() -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        tf.summary.scalar("", 1.0)
    with pytest.raises(ValueError, match="shorter than minimum length 1"):
        tf.summary.merge([])
    with pytest.raises(ValueError, match="Expected tensor Const:0 to have dtype string"):
        tf.summary.text("q", tf.constant(1.0))


def test_old_names() -> None:
    with tf.name_scope("s"):
        scalar = tf.scalar_summary("my tag", 2.0)
    pair = tf.scalar_summary(["a", "b"], tf.constant([1.0, 2.0]), name="nm")
    assert (scalar.op.name, pair.op.name) == ("s/ScalarSummary", "nm")
    merged = tf.merge_all_summaries()
    assert merged.op.name == "MergeSummary/MergeSummary"
    assert [v.tag for v in run(merged).value] == ["my tag", "a", "b"]


def test_merge_all_of_nothing_is_none() -> None:
    assert tf.summary.merge_all() is None
    assert tf.merge_all_summaries() is None


def test_only_the_summary_itself_runs_on_the_host() -> None:
    weights = tf.Variable(tf.ones([4, 4]))
    tf.summary.scalar("mean", tf.reduce_mean(weights))
    tf.summary.histogram("all", weights * 2)
    step = weights.assign_add(tf.ones([4, 4]))
    merged = tf.summary.merge_all()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run([merged, step])
        plan = list(session._calls.values())[-1].plan
        assert len(plan.clusters()) == 1


def test_words_for_wrong_arguments():
    with pytest.raises(ValueError, match="List argument 'inputs' to 'MergeSummary' Op with length"):
        tf.summary.merge([])
    with pytest.raises(ValueError, match=r"to have dtype string, got <dtype: 'int32'>"):
        tf.summary.text("t", tf.constant(1))
    with pytest.raises(ValueError, match="List argument 'values' to 'ConcatV2' Op with length 1 "):
        tf.raw_ops.ConcatV2(values=[tf.ones([1])], axis=0)
    assert tf.unstack(tf.ones([0, 2])) == []
