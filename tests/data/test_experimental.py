"""``tf.data.experimental`` against TensorFlow 1.15.5."""

from __future__ import annotations

import numpy as np
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("data_experimental")


def test_resampling_changes_the_frequencies_of_classes() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        data = tf.data.Dataset.range(4000).map(lambda x: tf.to_int32(tf.equal(x % 10, 0)))
        for known in (None, [0.9, 0.1]):
            made = data.apply(
                tf.data.experimental.rejection_resample(lambda x: x, [0.5, 0.5], known, seed=1)
            )
            element = made.batch(4000).make_one_shot_iterator().get_next()
            classes, values = session.run(element)
            np.testing.assert_array_equal(classes, values)
            assert 0.4 < classes.mean() < 0.6
