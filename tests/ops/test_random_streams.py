"""Random numbers are TensorFlow 1.15.5's, run after run; so are what samplers and decoders give."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_random_streams = snippet_tests("random_streams")
