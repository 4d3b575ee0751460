"""Lookup tables: what they answer, before and after initialization, and their errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import penstock as tf
from penstock.api.v1.contrib import lookup


@pytest.fixture()
def vocabulary(tmp_path: Path) -> str:
    path = tmp_path / "words.txt"
    path.write_text("a\nb\nc\n")
    return str(path)


def answers(*fetches: Any) -> list[Any]:
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return [value.tolist() for value in session.run(list(fetches))]


def test_index_table_from_tensor_hashes_unknown_words_into_buckets() -> None:
    with tf.Graph().as_default():
        table = lookup.index_table_from_tensor(tf.constant(["x", "y", "z"]), num_oov_buckets=2)
        found = table.lookup(tf.constant(["y", "q", "x", "w"]))
        assert found.dtype == tf.int64
        # TensorFlow 1.15's numbers.
        assert answers(found) == [[1, 4, 0, 4]]


def test_tables_from_files(vocabulary: str) -> None:
    with tf.Graph().as_default():
        table = lookup.index_table_from_file(vocabulary)
        back = lookup.index_to_string_table_from_file(vocabulary, default_value="?")
        found = table.lookup(tf.constant([["a", "zz"], ["c", "b"]]))
        words = back.lookup(tf.constant([2, 9], tf.int64))
        assert answers(found, table.size(), words) == [[[0, -1], [2, 1]], 3, [b"c", b"?"]]


def test_index_to_string_table_from_tensor() -> None:
    with tf.Graph().as_default():
        table = lookup.index_to_string_table_from_tensor(["u", "v"])
        assert answers(table.lookup(tf.constant([1, 7], tf.int64))) == [[b"v", b"UNK"]]


def test_static_hash_table() -> None:
    with tf.Graph().as_default():
        pairs = tf.lookup.KeyValueTensorInitializer([1, 2], ["a", "b"], tf.int64, tf.string)
        table = tf.lookup.StaticHashTable(pairs, "none")
        assert answers(table.lookup(tf.constant([2, 3], tf.int64))) == [[b"b", b"none"]]


def test_sparse_keys_keep_their_places() -> None:
    with tf.Graph().as_default():
        table = lookup.index_table_from_tensor(["x", "y"])
        found = table.lookup(tf.SparseTensor([[0, 2]], ["y"], [1, 3]))
        with tf.Session() as session:
            session.run(tf.tables_initializer())
            value = session.run(found)
        assert value.indices.tolist() == [[0, 2]]
        assert value.values.tolist() == [1]


def test_mutable_hash_table() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        table = lookup.MutableHashTable(tf.string, tf.int64, -1)
        found, size = table.lookup(["a", "c"]), table.size()
        insert, export = table.insert(["a", "b"], [1, 2]), table.export()
        assert session.run(size) == 0
        session.run(insert)
        assert session.run(found).tolist() == [1, -1]
        keys, values = session.run(export)
        assert dict(zip(keys.tolist(), values.tolist(), strict=True)) == {b"a": 1, b"b": 2}


def test_a_table_that_was_not_initialized_says_so(vocabulary: str) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        found = lookup.index_table_from_file(vocabulary).lookup(tf.constant(["a"]))
        with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
            session.run(found)


def test_keys_of_another_type_are_refused() -> None:
    with tf.Graph().as_default():
        table = lookup.index_table_from_tensor(["x", "y"])
        with pytest.raises(TypeError, match="Signature mismatch"):
            table.lookup(tf.constant([1], tf.int64))
