"""Linear algebra, Fourier transforms and special functions against TensorFlow 1.15."""

from golden_cases import case_tests

test_cases = case_tests("linalg")
