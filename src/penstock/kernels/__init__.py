"""Numerical kernels: plain functions of JAX and NumPy arrays, without any graph."""
