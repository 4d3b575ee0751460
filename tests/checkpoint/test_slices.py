"""Slices: their text, arithmetic, and the keys of the checkpoint table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.checkpoint import TensorSlice, parse_shape_and_slice
from penstock.checkpoint._coding import ordered_signed, ordered_string, ordered_unsigned
from penstock.checkpoint.slices import FULL, assemble, is_shape, slice_key


def test_text():
    assert TensorSlice.parse("0,5:-") == TensorSlice([(0, 5), (0, FULL)])
    assert str(TensorSlice.parse("3,2:-:0,1")) == "3,2:-:0,1"
    assert TensorSlice.parse("") == TensorSlice([])
    for text in ("1", "1,2,3", "a,b", "-1,2", ":", "1,2:"):
        with pytest.raises(ValueError, match=r"\w"):
            TensorSlice.parse(text)


def test_shape_and_slice():
    shape, extents = parse_shape_and_slice("10 20 0,5:-")
    assert shape == (10, 20) and extents == TensorSlice([(0, 5), (0, 20)])
    with pytest.raises(ValueError, match="outside shape"):
        parse_shape_and_slice("10 20 6,5:-")
    with pytest.raises(ValueError, match="dimensions"):
        parse_shape_and_slice("10 0,5:-")


def test_proto_round_trip():
    for text in ("", "-:-", "0,5:-", "3,4:0,1"):
        extents = TensorSlice.parse(text)
        assert TensorSlice.from_proto(extents.to_proto()) == extents


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_signed_keys_sort_like_numbers(a, b):
    assert (ordered_signed(a) < ordered_signed(b)) == (a < b)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_unsigned_keys_sort_like_numbers(a, b):
    assert (ordered_unsigned(a) < ordered_unsigned(b)) == (a < b)


@given(st.binary(max_size=8), st.binary(max_size=8))
def test_string_keys_sort_like_strings(a, b):
    assert (ordered_string(a) < ordered_string(b)) == (a < b)


def test_key_of_a_slice():
    # Written by TensorFlow 1.15 for the first part of a partitioned variable.
    expected = b"\x00net/w\x00\x01\x01\x02\x80\x83\x80\x85"
    assert slice_key("net/w", TensorSlice.parse("0,3:0,5")) == expected


@given(st.data())
def test_assemble_equals_indexing(data):
    rows, columns = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 5))
    array = np.arange(rows * columns).reshape(rows, columns)
    cuts = sorted({0, rows, *data.draw(st.lists(st.integers(0, rows), max_size=3))})
    parts = [
        (saved, lambda saved=saved: array[saved.selection()])
        for low, high in zip(cuts, cuts[1:], strict=False)
        for saved in [TensorSlice([(low, high - low), (0, columns)])]
    ]
    start = data.draw(st.integers(0, rows))
    length = data.draw(st.integers(0, rows - start))
    left = data.draw(st.integers(0, columns))
    wanted = TensorSlice([(start, length), (left, columns - left)])
    np.testing.assert_array_equal(assemble(wanted, array.dtype, parts), array[wanted.selection()])
    if length and left < columns:
        used = [part for part in parts if part[0].intersect(wanted)]
        assert assemble(wanted, array.dtype, used[1:]) is None


def test_overlapping_parts_do_not_hide_a_gap():
    parts = [(TensorSlice([(0, 2)]), lambda: np.zeros(2))] * 2
    assert assemble(TensorSlice([(0, 4)]), np.dtype("f8"), parts) is None


def test_possible_shapes():
    assert is_shape([]) and is_shape([2**57, 2]) and is_shape([0, 5])
    assert not is_shape([-1]) and not is_shape([0, 2**60]) and not is_shape([1] * 40)
