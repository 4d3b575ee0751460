"""Graphs, names, scopes, devices, collections and texts are TensorFlow's."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_snippets = snippet_tests("graphs")
