"""What TensorFlow 1.15 offers for running without a graph: Penstock answers in one sentence each.

Penstock builds graphs and runs them. Names that ask whether something is on answer truthfully,
names that switch something off have nothing to do, and names that need eager execution raise
`EagerExecutionError`.
"""

from __future__ import annotations

from typing import Any, NoReturn


class EagerExecutionError(RuntimeError):
    """A program asked for TensorFlow's eager execution, which Penstock doesn't have."""


def _refuse(what: str, instead: str) -> NoReturn:
    raise EagerExecutionError(
        f"{what} needs eager execution, and Penstock builds graphs and runs them in a session: "
        f"{instead}."
    )


def executing_eagerly() -> bool:
    """Whether operations run at once: never, so ``False``."""
    return False


def enable_eager_execution(
    config: Any = None, device_policy: Any = None, execution_mode: Any = None
) -> NoReturn:
    """Raises `EagerExecutionError`: there is no eager execution."""
    _refuse(
        "tf.enable_eager_execution()",
        "leave the call out and evaluate tensors with tf.Session().run(tensor)",
    )


def disable_eager_execution() -> None:
    """Nothing to do: graphs are all there is."""


def enable_v2_behavior() -> NoReturn:
    """Raises `EagerExecutionError`: TensorFlow 2's behaviour begins with eager execution."""
    _refuse("tf.enable_v2_behavior()", "Penstock is for TensorFlow 1 programs")


def disable_v2_behavior() -> None:
    """Nothing to do: TensorFlow 1's behaviour is what there is."""


def enable_v2_tensorshape() -> NoReturn:
    """Raises `EagerExecutionError`: the elements of a ``TensorShape`` are ``Dimension`` objects."""
    _refuse("tf.enable_v2_tensorshape()", "shape.as_list() gives the sizes as integers")


def disable_v2_tensorshape() -> None:
    """Nothing to do: the elements of a ``TensorShape`` are ``Dimension`` objects."""


def control_flow_v2_enabled() -> bool:
    """Whether ``tf.cond`` and ``tf.while_loop`` build functions: never, so ``False``."""
    return False


def enable_control_flow_v2() -> None:
    """Nothing to do: conditionals and loops compile alike in either form."""


def disable_control_flow_v2() -> None:
    """Nothing to do: conditionals and loops have TensorFlow 1's form."""


def enable_tensor_equality() -> NoReturn:
    """Raises `EagerExecutionError`: ``==`` between tensors compares identity."""
    _refuse("tf.enable_tensor_equality()", "tf.equal(x, y) compares the elements of tensors")


def disable_tensor_equality() -> None:
    """Nothing to do: ``==`` between tensors compares identity."""


class GradientTape:
    """Raises `EagerExecutionError` when made; ``tf.gradients`` differentiates a graph."""

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        _refuse("tf.GradientTape", "tf.gradients(ys, xs) gives the gradients of a graph")


def function(
    func: Any = None,
    input_signature: Any = None,
    autograph: bool = True,
    experimental_autograph_options: Any = None,
    experimental_relax_shapes: bool = False,
    experimental_compile: bool | None = None,
) -> NoReturn:
    """Raises `EagerExecutionError`: a Python function that builds a graph needs no wrapper."""
    _refuse("tf.function", "call the Python function itself, it adds its operations to the graph")


def wrap_function(fn: Any, signature: Any, name: str | None = None) -> NoReturn:
    """Raises `EagerExecutionError`; see `function`."""
    _refuse("tf.wrap_function", "call the Python function itself")


class Defun:
    """Raises `EagerExecutionError`: graph functions are not kept apart from the graph.

    ``tf.custom_gradient`` gives a function a gradient of its own.
    """

    def __init__(self, *input_types: Any, **kwargs: Any) -> None:
        raise EagerExecutionError(
            "Defun makes a function beside the graph, and Penstock keeps one graph: call the "
            "Python function itself, or give it a gradient with tf.custom_gradient."
        )


def load_op_library(library_filename: str) -> NoReturn:
    """Raises ``NotFoundError``: kernels compiled for TensorFlow can't run here.

    ``tf.py_func`` puts Python code into a graph, and ``docs/`` tells how to add an operation.
    """
    from penstock.graph import errors

    raise errors.NotFoundError(
        None,
        None,
        f"{library_filename} holds kernels compiled for TensorFlow, which Penstock can't load: "
        "tf.py_func puts a Python function into the graph instead.",
    )


def load_library(library_location: str) -> NoReturn:
    """See `load_op_library`."""
    load_op_library(library_location)


def load_file_system_library(library_filename: str) -> NoReturn:
    """See `load_op_library`."""
    load_op_library(library_filename)
