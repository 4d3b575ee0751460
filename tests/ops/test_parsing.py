"""Parsing against TensorFlow 1.15, and TensorFlow's words for what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("parsing")


def example(**features: list[int]) -> bytes:
    made = {
        k: tf.train.Feature(int64_list=tf.train.Int64List(value=v)) for k, v in features.items()
    }
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def fixed(size: int, dtype: Any) -> dict[str, Any]:
    return {"a": tf.FixedLenFeature([size], dtype)}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: tf.parse_example([example(a=[1])], fixed(2, tf.int64)),
         "Name: <unknown>, Key: a, Index: 0.  Number of int64 values != expected.  Values size: 1 "
         "but output shape: [2]"),
        (lambda: tf.parse_single_example(example(a=[1]), fixed(2, tf.int64)),
         "Key: a.  Can't parse serialized Example."),
        (lambda: tf.parse_single_example(example(b=[1]), fixed(2, tf.int64)),
         "Feature: a (data type: int64) is required but could not be found."),
        (lambda: tf.parse_example([example(a=[1])], fixed(1, tf.float32)),
         "Name: <unknown>, Key: a, Index: 0.  Data types don't match. Data type: int64 but "
         "expected type: float"),
        (lambda: tf.parse_example([b"garbage"], fixed(1, tf.int64)),
         "Could not parse example input, value: 'garbage'"),
        (lambda: tf.decode_csv("1,2", [[0]]), "Expect 1 fields but have 2 in record 0"),
        (lambda: tf.decode_csv("x", [[0]]), "Field 0 in record 0 is not a valid int32: x"),
        (lambda: tf.decode_raw(b"\1\2\3", tf.int16),
         "Input to DecodeRaw has length 3 that is not a multiple of 2, the size of int16"),
    ],
)  # fmt: skip
def test_messages(build: Any, message: str) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            session.run(build())
        assert caught.value.message == message
