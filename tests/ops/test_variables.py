"""Variables make TensorFlow's operations and behave as TensorFlow's."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("variables")
