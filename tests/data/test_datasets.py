"""tf.data against TensorFlow 1.15: values (random ones too), types, shapes and graphs."""

from __future__ import annotations

import gzip
import json
import pathlib
import threading
import time
from typing import Any

import pytest
from cases import datasets

import penstock as tf

GOLDEN = json.loads(
    gzip.decompress((pathlib.Path(__file__).parent.parent / "golden/datasets.json.gz").read_bytes())
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("datasets"))
    datasets.write_files(tf, path)
    return path


@pytest.mark.parametrize("name", list(datasets.CASES))
def test_pipeline(name: str, folder: str) -> None:
    got = json.loads(json.dumps(datasets.record(tf, datasets.CASES[name], folder)))
    wanted = GOLDEN[name]
    for key in wanted:
        if key == "values":
            assert len(got[key]) == len(wanted[key])
            for ours, theirs in zip(got[key], wanted[key]):
                if isinstance(theirs, float):
                    assert ours == pytest.approx(theirs, rel=1e-6)
                else:
                    assert ours == theirs
        else:
            assert got[key] == wanted[key], key


def everything(session: Any, element: Any) -> list[Any]:
    found = []
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        while True:
            found.append(session.run(element))
    return found


def test_iterators_by_structure_and_by_handle() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        first = tf.data.Dataset.range(3)
        second = tf.data.Dataset.range(10, 13).map(lambda x: x * 2)
        iterator = tf.data.Iterator.from_structure(first.output_types, first.output_shapes)
        element = iterator.get_next()
        start_first, start_second = (iterator.make_initializer(d) for d in (first, second))
        with pytest.raises(tf.errors.FailedPreconditionError, match="has not been initialized"):
            session.run(element)
        session.run(start_first)
        assert everything(session, element) == [0, 1, 2]
        session.run(start_second)
        assert everything(session, element) == [20, 22, 24]
        handle = tf.placeholder(tf.string, [])
        chosen = tf.data.Iterator.from_string_handle(
            handle, first.output_types, first.output_shapes
        ).get_next()
        one, two = first.make_one_shot_iterator(), second.make_initializable_iterator()
        session.run(two.initializer)
        texts = session.run([one.string_handle(), two.string_handle()])
        got = [session.run(chosen, {handle: texts[i]}) for i in (0, 1, 0, 1)]
        assert got == [0, 20, 1, 22]
        with pytest.raises(ValueError, match="Iterator does not have an initializer."):
            one.initializer  # noqa: B018
        with pytest.raises(TypeError, match="Expected output types"):
            iterator.make_initializer(tf.data.Dataset.from_tensors(1.0))


def test_fed_data_reduce_and_single_element() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        rows = tf.placeholder(tf.int64, [None])
        iterator = tf.data.Dataset.from_tensor_slices(rows).batch(2).make_initializable_iterator()
        element = iterator.get_next()
        session.run(iterator.initializer, {rows: [1, 2, 3]})
        assert [e.tolist() for e in everything(session, element)] == [[1, 2], [3]]
        total = tf.data.Dataset.range(5).reduce(
            tf.constant(0, tf.int64), lambda state, x: state + x
        )
        only = tf.data.experimental.get_single_element(tf.data.Dataset.range(7, 8))
        assert session.run([total, only]) == [10, 7]


def test_tables_in_functions_and_unbatch() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        data = tf.data.Dataset.range(6).batch(4).unbatch().map(lambda x: x * x)
        assert everything(session, data.make_one_shot_iterator().get_next()) == [
            0, 1, 4, 9, 16, 25,
        ]  # fmt: skip


def test_cache_in_a_file(tmp_path: pathlib.Path) -> None:
    calls: list[int] = []

    def count(x: Any) -> Any:
        calls.append(int(x))
        return x

    for _ in range(2):
        with tf.Graph().as_default(), tf.Session() as session:
            data = tf.data.Dataset.range(3).map(lambda x: tf.py_func(count, [x], tf.int64))
            data = data.cache(str(tmp_path / "kept"))
            assert everything(session, data.make_one_shot_iterator().get_next()) == [0, 1, 2]
    assert calls == [0, 1, 2]


def test_threads_end_with_the_session() -> None:
    with tf.Graph().as_default():
        session = tf.Session()
        element = (
            (tf.data.Dataset.range(10**9).map(lambda x: x + 1, num_parallel_calls=2).prefetch(2))
            .make_one_shot_iterator()
            .get_next()
        )
        assert session.run(element) == 1
        session.close()
        for _ in range(100):
            left = [t for t in threading.enumerate() if t.name.startswith("dataset-")]
            if not left:
                break
            time.sleep(0.05)
        assert not left


def test_captures_and_functions_in_the_graph_def() -> None:
    with tf.Graph().as_default() as graph:
        outside = tf.constant(3, tf.int64, name="outside")
        data = tf.data.Dataset.range(2).map(lambda x: x + outside)
        library = graph.as_graph_def().library.function
        (function,) = [f for f in library if "map" in f.signature.name]
        assert [a.name for a in function.signature.input_arg] == ["args_0", "add_outside"]
        assert [n.op for n in function.node_def] == ["AddV2"]
        assert data._variant_tensor.op.inputs[1] is outside
