"""``tf.contrib.rnn``'s cells and wrappers against TensorFlow 1.15.5."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("contrib_rnn")
