"""What stands for a variable or a resource while operations run: a name, not a value."""

from __future__ import annotations

from typing import Any

from penstock.graph import errors


class Ref:
    """A variable: the value of a reference tensor, or of a variable's resource handle."""

    __slots__ = ("key", "op")

    def __init__(self, key: str, op: Any) -> None:
        self.key = key
        self.op = op

    def __repr__(self) -> str:
        return f"<Ref {self.key}>"


class Handle:
    """A resource other than a variable (a stack, a tensor array), known by its key."""

    __slots__ = ("key", "op")

    def __init__(self, key: Any, op: Any) -> None:
        self.key = key
        self.op = op

    def __repr__(self) -> str:
        return f"<Handle {self.key}>"


def handle_of(op: Any) -> Handle:
    """The handle that ``op`` makes for the length of a run.

    A tensor array's gradients belong to the array and the ``tf.gradients`` call: all operations
    that ask for them get one handle.
    """
    if not op.type.startswith("TensorArrayGrad"):
        return Handle(("resource", op.name), op)
    from penstock.runtime.effects import source

    origin = source(op.inputs[0])
    assert origin is not None
    array = handle_of(origin)
    return Handle((*array.key, op.attr("source")), array.op)


class Uninitialized(Exception):
    """A variable was read that has no value; ``op`` is the variable."""

    def __init__(self, op: Any) -> None:
        super().__init__(op.name)
        self.op = op


def uninitialized(op: Any) -> errors.FailedPreconditionError:
    """The error for a variable that has no value, in TensorFlow's words."""
    if op.type != "VarHandleOp":
        message = f"Attempting to use uninitialized value {op.name}"
        return errors.FailedPreconditionError(None, op, message)
    container = op.attr("container").decode() or "localhost"
    name = op.attr("shared_name").decode() or op.name
    return errors.FailedPreconditionError(
        None,
        op,
        f"Error while reading resource variable {name} from Container: {container}. This could "
        f"mean that the variable was uninitialized. Not found: Resource {container}/{name}/"
        "N10tensorflow3VarE does not exist.",
    )


class NeedsHost(Exception):
    """Something turned out, while tracing, to be impossible to compile: run it on the host.

    ``item`` is the operation or composite item; the plan is made anew with it on the host.
    """

    def __init__(self, item: Any, why: str) -> None:
        super().__init__(why)
        self.item = item
        self.why = why
