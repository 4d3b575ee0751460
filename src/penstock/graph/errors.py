"""The error classes of TensorFlow, and the one place that words an error.

Every error that a user meets while a graph is built or run is one of these classes.  ``message``
is the sentence a person reads; ``op`` is the operation it speaks of (or ``None``).  When an
operation is known, the text shown also names it and the line of the user's program that made it.
"""

from __future__ import annotations

from typing import Any

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OperatorNotAllowedInGraphError(TypeError):
    """A Python construct was used that wants a tensor's value, which a graph doesn't have."""


class OpError(Exception):
    """An error met while an operation ran.

    Args:
        node_def: the ``NodeDef`` of the operation, or ``None``.
        op: the ``tf.Operation``, or ``None`` when the error belongs to no operation.
        message: one sentence for a person.
        error_code: one of the codes of this module.
    """

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int) -> None:
        super().__init__(node_def, op, message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message)

    @property
    def message(self) -> str:
        """The sentence that explains the error."""
        return self._message

    @property
    def op(self) -> Any:
        """The ``tf.Operation`` that failed, or ``None``."""
        return self._op

    @property
    def error_code(self) -> int:
        """The integer code of the error's class."""
        return self._error_code

    @property
    def node_def(self) -> Any:
        """The ``NodeDef`` of the operation that failed, or ``None``."""
        if self._node_def is None and self._op is not None:
            return self._op.node_def
        return self._node_def

    def __str__(self) -> str:
        if self._op is None:
            return self._message
        lines = [self._message]
        if f"'{self._op.name}'" not in self._message:
            lines.append(f"\t [[node {self._op.name} ({self._op.type})]]")
        where = self._op.user_line()
        if where:
            lines.append(f"\nThe operation '{self._op.name}' was made here:\n{where}")
        return "\n".join(lines)


def _error_class(name: str, code: int, doc: str) -> type[OpError]:
    def __init__(self: OpError, node_def: Any, op: Any, message: str) -> None:
        OpError.__init__(self, node_def, op, message, code)

    return type(name, (OpError,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


CancelledError = _error_class("CancelledError", CANCELLED, "An operation was cancelled.")


class UnknownError(OpError):
    """An error of no known class."""

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int = UNKNOWN) -> None:
        super().__init__(node_def, op, message, error_code)


InvalidArgumentError = _error_class(
    "InvalidArgumentError", INVALID_ARGUMENT, "An operation received a value it can't work on."
)
DeadlineExceededError = _error_class(
    "DeadlineExceededError", DEADLINE_EXCEEDED, "A deadline passed before the work was done."
)
NotFoundError = _error_class(
    "NotFoundError", NOT_FOUND, "Something asked for (a file, a tensor, a resource) isn't there."
)
AlreadyExistsError = _error_class(
    "AlreadyExistsError", ALREADY_EXISTS, "Something to be created is there already."
)
PermissionDeniedError = _error_class(
    "PermissionDeniedError", PERMISSION_DENIED, "The caller may not do this."
)
ResourceExhaustedError = _error_class(
    "ResourceExhaustedError", RESOURCE_EXHAUSTED, "Memory or another resource has run out."
)
FailedPreconditionError = _error_class(
    "FailedPreconditionError",
    FAILED_PRECONDITION,
    "The state isn't ready for this operation (an uninitialized variable, say).",
)
AbortedError = _error_class("AbortedError", ABORTED, "An operation was aborted.")
OutOfRangeError = _error_class(
    "OutOfRangeError", OUT_OF_RANGE, "An operation ran past the end of its input."
)
UnimplementedError = _error_class(
    "UnimplementedError", UNIMPLEMENTED, "An operation has no kernel for what was asked."
)
InternalError = _error_class("InternalError", INTERNAL, "Something inside the system is broken.")
UnavailableError = _error_class("UnavailableError", UNAVAILABLE, "The runtime is unavailable.")
DataLossError = _error_class(
    "DataLossError", DATA_LOSS, "Stored data is lost or damaged beyond use."
)
UnauthenticatedError = _error_class(
    "UnauthenticatedError", UNAUTHENTICATED, "The caller isn't known."
)

_CLASS_OF_CODE: dict[int, type[OpError]] = {
    CANCELLED: CancelledError,
    UNKNOWN: UnknownError,
    INVALID_ARGUMENT: InvalidArgumentError,
    DEADLINE_EXCEEDED: DeadlineExceededError,
    NOT_FOUND: NotFoundError,
    ALREADY_EXISTS: AlreadyExistsError,
    PERMISSION_DENIED: PermissionDeniedError,
    RESOURCE_EXHAUSTED: ResourceExhaustedError,
    FAILED_PRECONDITION: FailedPreconditionError,
    ABORTED: AbortedError,
    OUT_OF_RANGE: OutOfRangeError,
    UNIMPLEMENTED: UnimplementedError,
    INTERNAL: InternalError,
    UNAVAILABLE: UnavailableError,
    DATA_LOSS: DataLossError,
    UNAUTHENTICATED: UnauthenticatedError,
}


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The error class of an integer code."""
    return _CLASS_OF_CODE[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int | None:
    """The integer code of an error class, or ``None``."""
    for code, known in _CLASS_OF_CODE.items():
        if known is cls:
            return code
    return None
