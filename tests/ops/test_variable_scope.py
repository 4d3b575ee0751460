"""Variable scopes, templates, partitions and initializers behave as TensorFlow's."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from golden_snippets import snippet_tests

import penstock as tf
from penstock import behavior

test_snippets = snippet_tests("variable_scopes")


@pytest.fixture
def tensorflow_0_12() -> Iterator[None]:
    behavior.set_version("0.12.1")
    yield
    behavior.set_version(behavior.DEFAULT_VERSION)


def test_default_initializer_of_0_12(tensorflow_0_12: None) -> None:
    tf.get_variable("v", [12, 5])
    lowest = tf.get_default_graph().get_tensor_by_name("v/Initializer/random_uniform/min:0")
    with tf.Session() as sess:
        assert sess.run(lowest) == pytest.approx(-math.sqrt(3 / 12))
