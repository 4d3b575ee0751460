"""Pools against TensorFlow 1.15."""

from __future__ import annotations

from golden_cases import case_tests

test_cases = case_tests("nn_pool")
