"""``tf.contrib.seq2seq`` against TensorFlow 1.15.5."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("contrib_seq2seq")
test_search = snippet_tests("contrib_seq2seq_search")
