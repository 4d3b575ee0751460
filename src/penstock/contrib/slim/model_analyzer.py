"""``tf.contrib.slim.model_analyzer``: tables of a graph's operations and variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def _size(tensor: Any) -> int:
    """How many numbers it holds; 0 where the shape isn't known."""
    return tensor.get_shape().num_elements() or 0


def tensor_description(var: Any) -> str:
    """Type and shape of a tensor or variable: ``(float32 5x3)``."""
    shape = var.get_shape()
    sizes = "x".join("?" if size is None else str(size) for size in shape.as_list())
    return f"({var.dtype.name} {sizes})"


def analyze_ops(graph: Any, print_info: bool = False) -> int:
    """Adds up the sizes of what all operations of a graph give.

    Args:
        graph: the graph.
        print_info: whether to print a line for each operation.

    Returns:
        The number of numbers in all outputs whose shapes are known.
    """
    total = 0
    if print_info:
        print("---------\nOperations: name -> (type shapes) [size]\n---------")
    for op in graph.get_operations():
        size = sum(_size(each) for each in op.outputs)
        if print_info and op.outputs:
            known = (each for each in op.outputs if each.get_shape().ndims is not None)
            shapes = ", ".join(tensor_description(each) for each in known)
            print(op.name, "\t->", shapes, f"[{size}]")
        total += size
    return total


def analyze_vars(variables: Iterable[Any], print_info: bool = False) -> tuple[int, int]:
    """Adds up the sizes of variables.

    Args:
        variables: the variables.
        print_info: whether to print a line for each and the sums.

    Returns:
        How many numbers and how many bytes they hold.
    """
    if print_info:
        print("---------\nVariables: name (type shape) [size]\n---------")
    total = total_bytes = 0
    for variable in variables:
        size = _size(variable)
        number_of_bytes = size * variable.dtype.size
        total += size
        total_bytes += number_of_bytes
        if print_info:
            print(
                variable.name, tensor_description(variable), f"[{size}, bytes: {number_of_bytes}]"
            )
    if print_info:
        print("Total size of variables:", total)
        print("Total bytes of variables:", total_bytes)
    return total, total_bytes
