"""``tf.distributions`` against TensorFlow 1.15.5, and what it has no values for."""

from __future__ import annotations

import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("distributions", rtol=5e-5)


def test_divergence_that_is_not_registered():
    a, b = tf.distributions.Normal(0.0, 1.0), tf.distributions.Uniform()
    with pytest.raises(NotImplementedError, match="Normal.*Uniform"):
        tf.distributions.kl_divergence(a, b)


def test_divergences_are_registered_for_subclasses_too():
    class Mine(tf.distributions.Normal):
        pass

    @tf.distributions.RegisterKL(Mine, tf.distributions.Uniform)
    def divergence(a, b, name=None):
        return a.loc + b.low

    found = tf.distributions.kl_divergence(Mine(2.0, 1.0), tf.distributions.Uniform(1.0, 3.0))
    with tf.Session() as sess:
        assert sess.run(found) == 3.0
    with pytest.raises(ValueError, match="already been registered"):
        tf.distributions.RegisterKL(Mine, tf.distributions.Uniform)(divergence)


def test_logits_and_probabilities_are_not_given_together():
    with pytest.raises(ValueError, match="probs or logits"):
        tf.distributions.Categorical(logits=[0.0, 1.0], probs=[0.5, 0.5])
    with pytest.raises(ValueError, match="probs or logits"):
        tf.distributions.Bernoulli()
