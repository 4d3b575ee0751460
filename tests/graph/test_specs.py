"""Descriptions of tensors."""

from __future__ import annotations

import pytest

import penstock as tf


def test_tensor_spec() -> None:
    spec = tf.TensorSpec([None, 3], tf.float32, "x")
    assert repr(spec) == "TensorSpec(shape=(?, 3), dtype=tf.float32, name='x')"
    with tf.Graph().as_default():
        tensor = tf.placeholder(tf.float32, [2, 3], name="y")
        assert spec.is_compatible_with(tensor)
        assert not spec.is_compatible_with(tf.placeholder(tf.int32, [2, 3]))
        assert not spec.is_compatible_with(tf.placeholder(tf.float32, [2, 4]))
        assert tf.TensorSpec.from_tensor(tensor) == tf.TensorSpec([2, 3], tf.float32, "y")
    assert tf.TensorSpec.from_spec(spec, "z").name == "z"
    assert spec != tf.TensorSpec([None, 3], tf.float32)
    assert len({spec, tf.TensorSpec([None, 3], tf.float32, "x")}) == 1
    merged = tf.TensorSpec([2, 3]).most_specific_compatible_type(tf.TensorSpec([4, 3]))
    assert merged.shape.as_list() == [None, 3]
    with pytest.raises(ValueError, match="not compatible"):
        spec.most_specific_compatible_type(tf.TensorSpec([2, 3], tf.int32))


def test_specs_of_composites() -> None:
    with tf.Graph().as_default():
        sparse = tf.SparseTensor([[0, 0]], [1.0], [2, 3])
        spec = tf.SparseTensorSpec.from_value(sparse)
        assert (
            repr(spec) == "SparseTensorSpec(TensorShape([Dimension(2), Dimension(3)]), tf.float32)"
        )
        assert spec.is_compatible_with(sparse)
        assert not spec.is_compatible_with(tf.TensorSpec([2, 3]))
    assert tf.IndexedSlicesSpec([3]) == tf.IndexedSlicesSpec([3])
