"""Short Keras programs against TensorFlow 1.15."""

from __future__ import annotations

from golden_snippets import snippet_tests

test_parts = snippet_tests("keras_parts")

test_backend = snippet_tests("keras_backend")
test_settings = snippet_tests("keras_settings")
