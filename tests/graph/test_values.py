"""Shapes, data types, constants and the messages for what doesn't fit are TensorFlow's."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("graph_values")
