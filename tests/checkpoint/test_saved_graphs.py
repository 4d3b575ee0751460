"""Meta graphs, SavedModels and frozen graphs that TensorFlow 1.15.5 wrote, read by Penstock."""

from __future__ import annotations

import pathlib

import numpy as np
import saved_graph_cases

import penstock as tf

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "saved_graphs"


def compare(got: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> None:
    assert set(got) == set(wanted)
    for name, value in wanted.items():
        if value.dtype.kind in "US":
            assert got[name].tolist() == value.tolist(), name
        else:
            np.testing.assert_allclose(got[name], value, 1e-5, 1e-6, err_msg=name)


def test_tensorflows_files() -> None:
    with np.load(GOLDEN / "values.npz") as wanted:
        compare(saved_graph_cases.read(tf, str(GOLDEN)), dict(wanted))


def test_own_files(tmp_path: pathlib.Path) -> None:
    saved_graph_cases.write(tf, str(tmp_path))
    with np.load(GOLDEN / "values.npz") as wanted:
        compare(saved_graph_cases.read(tf, str(tmp_path)), dict(wanted))
    assert not list(tmp_path.rglob("*temp*"))


def test_the_same_frozen_graph(tmp_path: pathlib.Path) -> None:
    saved_graph_cases.write(tf, str(tmp_path))
    ours = tf.GraphDef.FromString((tmp_path / "frozen.pb").read_bytes())
    theirs = tf.GraphDef.FromString((GOLDEN / "frozen.pb").read_bytes())
    assert [(n.name, n.op, list(n.input)) for n in ours.node] == [
        (n.name, n.op, list(n.input)) for n in theirs.node
    ]


def test_the_same_collections(tmp_path: pathlib.Path) -> None:
    saved_graph_cases.write(tf, str(tmp_path))
    for name in ("v2", "sharded", "v1"):
        ours = tf.MetaGraphDef.FromString((tmp_path / f"{name}.meta").read_bytes())
        theirs = tf.MetaGraphDef.FromString((GOLDEN / f"{name}.meta").read_bytes())
        assert ours.saver_def == theirs.saver_def
        assert set(ours.collection_def) == set(theirs.collection_def)
        for key in theirs.collection_def:
            if "context" not in key:  # lists values in no fixed order
                assert ours.collection_def[key] == theirs.collection_def[key], key
        assert [op.name for op in ours.meta_info_def.stripped_op_list.op] == [
            op.name for op in theirs.meta_info_def.stripped_op_list.op
        ]
