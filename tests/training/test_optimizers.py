"""Optimizers make TensorFlow's operations and take TensorFlow's steps."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("optimizers", rtol=3e-5, atol=3e-6)
