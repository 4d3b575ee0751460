"""Nested structures; the wordings are those of TensorFlow 1.15.5."""

from __future__ import annotations

import collections

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import penstock as tf
from penstock.graph import nest

Point = collections.namedtuple("Point", "x y")

structures = st.recursive(
    st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=10,
)


@given(structures)
def test_pack_undoes_flatten(structure: object) -> None:
    assert nest.pack_sequence_as(structure, nest.flatten(structure)) == structure


@given(structures)
def test_map_keeps_the_structure(structure: object) -> None:
    doubled = nest.map_structure(lambda x: 2 * x, structure)
    nest.assert_same_structure(structure, doubled)
    assert nest.flatten(doubled) == [2 * x for x in nest.flatten(structure)]


def test_dictionaries_go_by_sorted_keys() -> None:
    assert nest.flatten({"b": 1, "a": 2}) == [2, 1]
    ordered = collections.OrderedDict([("b", 1), ("a", 2)])
    packed = nest.pack_sequence_as(ordered, [5, 6])
    assert packed == collections.OrderedDict([("b", 6), ("a", 5)])
    assert isinstance(packed, collections.OrderedDict)


def test_what_is_a_sequence() -> None:
    assert all(map(nest.is_sequence, ([], (), {}, Point(1, 2), range(2), {1: 2}.keys())))
    assert not any(map(nest.is_sequence, ("a", b"a", np.zeros(2), {1}, 3, tf.constant([1]))))


def test_composites_are_opened_when_asked() -> None:
    sparse = tf.SparseTensor([[0]], [1.0], [2])
    assert nest.flatten([sparse]) == [sparse]
    parts = nest.flatten([sparse], expand_composites=True)
    assert parts == [sparse.indices, sparse.values, sparse.dense_shape]
    packed = nest.pack_sequence_as([sparse], parts, expand_composites=True)
    assert isinstance(packed[0], tf.SparseTensor)


@pytest.mark.parametrize(
    ("first", "second", "kind", "words"),
    [
        ([1, 2], [1], ValueError, "don't have the same number of elements"),
        ([1, [2]], [1, 2], ValueError, 'Substructure "type=list str=\\[2\\]" is a sequence'),
        ([1, 2], (1, 2), TypeError, "has type list, while second structure"),
        ({"a": 1}, {"b": 1}, ValueError, "don't have the same set of keys"),
    ],
)
def test_structures_that_differ(first: object, second: object, kind: type, words: str) -> None:
    with pytest.raises(kind, match=words):
        nest.assert_same_structure(first, second)
    if kind is TypeError:
        nest.assert_same_structure(first, second, check_types=False)


def test_packing_too_much() -> None:
    with pytest.raises(ValueError, match="Structure had 2 elements, but flat_sequence had 3"):
        nest.pack_sequence_as([1, [2]], [1, 2, 3])
    with pytest.raises(TypeError, match="flat_sequence must be a sequence"):
        nest.pack_sequence_as([1], 3)


def test_shallow_structures() -> None:
    assert nest.flatten_up_to([True, True], [[1, 2], 3]) == [[1, 2], 3]
    assert nest.map_structure_up_to([0, 0], lambda a: len(a), [[1, 2], [3]]) == [2, 1]
    with pytest.raises(ValueError, match="same sequence length"):
        nest.flatten_up_to([True], [1, 2])
    with pytest.raises(TypeError, match="input must also be a sequence"):
        nest.assert_shallow_structure([1, [2]], [1, 2])


def test_paths() -> None:
    assert nest.flatten_with_joined_string_paths([1, {"a": [2, 3]}]) == [
        ("0", 1),
        ("1/a/0", 2),
        ("1/a/1", 3),
    ]
    assert nest.flatten_dict_items({(4, 5): (6, 7), 8: 9}) == {4: 6, 5: 7, 8: 9}
