"""Quantization against TensorFlow 1.15: the cases of ``tests/cases/quantization.py``."""

from __future__ import annotations

from golden_cases import case_tests

test_cases = case_tests("quantization")
