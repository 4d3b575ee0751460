"""``tf.contrib.slim.nets`` against TensorFlow 1.15.5."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("contrib_nets", rtol=1e-4, atol=1e-5)
