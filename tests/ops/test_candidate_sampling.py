"""Candidate samplers draw TensorFlow's classes; embeddings and sampled losses agree with it."""

from __future__ import annotations

from golden_cases import case_tests

test_cases = case_tests("candidate_sampling")
