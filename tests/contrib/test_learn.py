"""``tf.contrib.learn``: vocabularies. The rows are those that TensorFlow 1.15.5 gave."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import penstock as tf
from penstock.contrib.learn import preprocessing

TEXTS = [
    "Hello, World! it's me. e.g. a_b x-y 3.14 don't (you) \"know\"",
    "hello Hello World a b c d e f g h",
]


def test_words_are_numbered_by_frequency_and_rare_ones_are_unknown():
    processor = tf.contrib.learn.preprocessing.VocabularyProcessor(6, min_frequency=1)
    rows = np.array(list(processor.fit_transform(TEXTS)))
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(rows, [[1, 2, 0, 0, 3, 4], [0, 1, 2, 0, 0, 0]])
    assert len(processor.vocabulary_) == 5
    assert list(processor.reverse(rows)) == [
        "Hello World <UNK> <UNK> e g",
        "<UNK> Hello World <UNK> <UNK> <UNK>",
    ]
    assert processor.vocabulary_.get("never met") == 0


def test_the_most_frequent_word_comes_first():
    processor = preprocessing.VocabularyProcessor(5, min_frequency=2)
    rows = list(processor.fit_transform(["a a a b b c", "b b a a d d d d"]))
    np.testing.assert_array_equal(rows, [[1, 1, 1, 2, 2], [2, 2, 1, 1, 3]])


def test_words_in_order_of_meeting_without_a_least_frequency():
    processor = preprocessing.VocabularyProcessor(4)
    rows = list(processor.fit_transform(["to be or not to be", "be it"]))
    np.testing.assert_array_equal(rows, [[1, 2, 3, 4], [2, 5, 0, 0]])


def test_tokenizer():
    text = "Hello, World! it's e.g. a_b x-y 3.14 &amp; \u00e9t\u00e9 #a $5"
    assert next(preprocessing.tokenizer([text])) == [
        "Hello", "World", "it's", "e", "g", "a_b", "x-y", "3", "14", "amp", "\u00e9t\u00e9",
        "a", "5",
    ]  # fmt: skip


def test_a_saved_vocabulary_comes_back(tmp_path: Path):
    processor = preprocessing.VocabularyProcessor(6, min_frequency=1)
    before = np.array(list(processor.fit_transform(TEXTS)))
    processor.save(str(tmp_path / "vocab"))
    restored = preprocessing.VocabularyProcessor.restore(str(tmp_path / "vocab"))
    assert (restored.max_document_length, restored.min_frequency) == (6, 1)
    np.testing.assert_array_equal(list(restored.transform(TEXTS)), before)


def test_loading_a_vocabulary_runs_no_code(tmp_path: Path):
    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    path = tmp_path / "vocab"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(pickle.UnpicklingError, match="builtins.print"):
        preprocessing.VocabularyProcessor.restore(str(path))


def test_bytes_and_categories():
    rows = list(preprocessing.ByteProcessor(5).transform(["ab", "caf\u00e9xyz"]))
    np.testing.assert_array_equal(rows, [[97, 98, 0, 0, 0], [99, 97, 102, 195, 169]])
    assert rows[0].dtype == np.uint8
    table = np.array([["a", "x"], ["a", "y"], ["b", "y"]])
    processor = preprocessing.CategoricalProcessor(min_frequency=1)
    np.testing.assert_array_equal(list(processor.fit_transform(table)), [[1, 0], [1, 1], [0, 1]])


def test_modes_and_data_sets_are_there():
    assert tf.contrib.learn.ModeKeys.INFER == "infer"
    assert callable(tf.contrib.learn.datasets.mnist.read_data_sets)
