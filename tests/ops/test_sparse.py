"""Sparse operations against TensorFlow 1.15: the cases of ``tests/cases/sparse.py``."""

from __future__ import annotations

from golden_cases import case_tests

test_cases = case_tests("sparse")
