"""Golden snippets: short programs that TensorFlow 1.15 and Penstock must run alike.

A family file (``tests/snippets/<family>.py``) holds functions ``def name(tf, out)``; ``out`` takes
what is to be compared: text and numbers, or arrays.  The operations made, with their types and
inputs, and the error that ends a snippet are compared too; a family that says
``OPERATIONS = False`` compares only what its snippets hand to ``out``.

``tools/golden/make_snippets.py`` keeps what TensorFlow gave in ``tests/golden/snippets``.
These files run on Python 3.6 too.
"""

import importlib
import inspect
import sys

import numpy as np


class Record:
    """What a snippet gave: lines of text and arrays."""

    def __init__(self):
        self.lines = []
        self.arrays = []

    def __call__(self, *values):
        if len(values) == 1 and isinstance(values[0], (np.ndarray, np.generic)):
            self.arrays.append(np.asarray(values[0]))
        else:
            self.lines.append(" ".join(str(value) for value in values))

    def kind(self, function, *args, **kwargs):
        """Notes the class of the error that a call ends with: Penstock says more than TensorFlow."""
        try:
            function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001
            self(type(error).__name__)
        else:
            self("no error")

    def error(self, function, *args, **kwargs):
        """Notes the error that a call ends with."""
        try:
            result = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001
            self("%s: %s" % (type(error).__name__, first_line(error)))
        else:
            self("no error: %s" % (result,))


def first_line(error):
    return str(error).split("\n")[0].split(" Originally defined at")[0].strip()


def names_of(family):
    """The snippets of a family, by name."""
    module = importlib.import_module("snippets." + family)
    return {
        name: f
        for name, f in vars(module).items()
        if name[0] != "_"
        and inspect.isfunction(f)
        and f.__module__ == module.__name__
        and list(inspect.signature(f).parameters)[:2] == ["tf", "out"]
    }


def run(tf, function):
    """Runs a snippet in a graph of its own; returns its ``Record``."""
    record = Record()
    with tf.Graph().as_default() as graph:
        try:
            function(tf, record)
        except Exception as error:  # noqa: BLE001
            record("ended by %s: %s" % (type(error).__name__, first_line(error)))
        if getattr(sys.modules[function.__module__], "OPERATIONS", True):
            for op in graph.get_operations():
                record(described(op))
    return record


def described(op):
    """One line that names an operation, its type, inputs and what it is placed with."""
    inputs = [t.name for t in op.inputs] + sorted("^" + c.name for c in op.control_inputs)
    attributes = op.node_def.attr
    groups = attributes["_class"].list.s if "_class" in attributes else []
    where = " ".join(bytes(g).decode() for g in groups)
    return "%s %s(%s) %s" % (op.name, op.type, ", ".join(inputs), where)
