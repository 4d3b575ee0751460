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

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int = UNKNOWN) -> None:
        super().__init__(node_def, op, message)
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message)

    def attach(self, op: Any) -> OpError:
        """This error, as one of ``op`` unless it is known to be another operation's."""
        if self._op is None:
            self._op = op
        return self

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


class _CodedError(OpError):
    """An error whose class tells its code."""

    code = UNKNOWN

    def __init__(self, node_def: Any, op: Any, message: str) -> None:
        super().__init__(node_def, op, message, self.code)


class CancelledError(_CodedError):
    """An operation was cancelled."""

    code = CANCELLED


class InvalidArgumentError(_CodedError):
    """An operation received a value it can't work on."""

    code = INVALID_ARGUMENT


class DeadlineExceededError(_CodedError):
    """A deadline passed before the work was done."""

    code = DEADLINE_EXCEEDED


class NotFoundError(_CodedError):
    """Something asked for (a file, a tensor, a resource) isn't there."""

    code = NOT_FOUND


class AlreadyExistsError(_CodedError):
    """Something to be created is there already."""

    code = ALREADY_EXISTS


class PermissionDeniedError(_CodedError):
    """The caller may not do this."""

    code = PERMISSION_DENIED


class ResourceExhaustedError(_CodedError):
    """Memory or another resource has run out."""

    code = RESOURCE_EXHAUSTED


class FailedPreconditionError(_CodedError):
    """The state isn't ready for this operation (an uninitialized variable, say)."""

    code = FAILED_PRECONDITION


class AbortedError(_CodedError):
    """An operation was aborted."""

    code = ABORTED


class OutOfRangeError(_CodedError):
    """An operation ran past the end of its input."""

    code = OUT_OF_RANGE


class UnimplementedError(_CodedError):
    """An operation has no kernel for what was asked."""

    code = UNIMPLEMENTED


class InternalError(_CodedError):
    """Something inside the system is broken."""

    code = INTERNAL


class UnavailableError(_CodedError):
    """The runtime is unavailable."""

    code = UNAVAILABLE


class DataLossError(_CodedError):
    """Stored data is lost or damaged beyond use."""

    code = DATA_LOSS


class UnauthenticatedError(_CodedError):
    """The caller isn't known."""

    code = UNAUTHENTICATED


class UnknownError(OpError):
    """An error of no known class."""

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int = UNKNOWN) -> None:
        super().__init__(node_def, op, message, error_code)


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
