"""`tf.parse_single_example` with the lists of TensorFlow 0.6 in place of a dictionary."""

from __future__ import annotations

import numpy as np
import pytest

import penstock as tf


def example(**features: tf.train.Feature) -> bytes:
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def integers(*values: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def floats(*values: float) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def test_dense_and_sparse_keys() -> None:
    found = tf.parse_single_example(
        example(label=integers(3), pixels=floats(1, 2, 3, 4), words=integers(5, 6)),
        dense_keys=["label", "pixels", "missing"],
        dense_types=[tf.int64, tf.float32, tf.float32],
        dense_shapes=[[], [2, 2], [1]],
        dense_defaults={"missing": [7.0]},
        sparse_keys=["words"],
        sparse_types=[tf.int64],
    )
    assert found["pixels"].shape.as_list() == [2, 2]
    with tf.Session() as session:
        values = session.run(found)
    assert values["label"] == 3
    np.testing.assert_array_equal(values["pixels"], [[1, 2], [3, 4]])
    assert values["missing"].tolist() == [7.0]
    assert values["words"].values.tolist() == [5, 6]


def test_a_batch_of_scalars() -> None:
    found = tf.parse_example(
        [example(label=integers(3)), example(label=integers(4))],
        dense_keys=["label"],
        dense_types=[tf.int64],
    )
    with tf.Session() as session:
        assert session.run(found["label"]).tolist() == [3, 4]


def test_mistakes() -> None:
    with pytest.raises(ValueError, match="dense_types has 0 elements for 1 keys"):
        tf.parse_single_example(b"", dense_keys=["label"])
    with pytest.raises(TypeError, match="not both"):
        tf.parse_single_example(b"", {"a": tf.VarLenFeature(tf.int64)}, dense_keys=["label"])


def test_the_signature_is_that_of_1_15() -> None:
    import inspect

    names = list(inspect.signature(tf.parse_single_example).parameters)
    assert names == ["serialized", "features", "name", "example_names"]
