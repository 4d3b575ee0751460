"""Which frames of an error a user sees."""

from __future__ import annotations

import traceback

import pytest

from penstock.cli import tracebacks
from penstock.graph import dtypes, errors


def caught(function):
    try:
        function()
    except Exception as error:
        return error
    raise AssertionError("no error")


def shown(error) -> list[str]:
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def compiled(source: str, filename: str) -> dict:
    """A module that seems to be in `filename`."""
    table: dict = {"errors": errors}
    exec(compile(source, filename, "exec"), table)
    return table


INSIDE = tracebacks.PACKAGE + "runtime/session.py"


def test_frames_of_penstock_are_left_out_of_an_op_error():
    inside = compiled(
        """
def run(function=None):
    step(function)
def step(function):
    try:
        lower()
    except TypeError as error:
        raise errors.InvalidArgumentError(None, None, "sentence") from error
def lower():
    raise TypeError("of the library")
""",
        INSIDE,
    )
    error = tracebacks.trim(caught(lambda: inside["run"]()))
    assert shown(error) == ["caught", "<lambda>"]
    # What the compiler said stays inside, too.
    assert error.__cause__ is None and error.__suppress_context__


def test_a_users_function_below_penstock_stays():
    inside = compiled(
        """
def run(function):
    try:
        function()
    except ValueError as error:
        raise errors.UnknownError(None, None, "py_func failed") from error
""",
        INSIDE,
    )

    def users_function():
        raise ValueError("mine")

    error = tracebacks.trim(caught(lambda: inside["run"](users_function)))
    assert shown(error) == ["caught", "<lambda>"]
    assert isinstance(error.__cause__, ValueError)
    assert "users_function" in shown(error.__cause__)


def test_a_type_error_of_ours_is_for_people_and_a_key_error_is_not():
    error = tracebacks.trim(caught(lambda: dtypes.as_dtype("no type")))
    assert shown(error) == ["caught", "<lambda>"]
    inside = compiled("def run(): {}['a bug']", INSIDE)
    assert shown(tracebacks.trim(caught(inside["run"]))) == ["caught", "run"]


def test_everything_on_request(monkeypatch):
    monkeypatch.setenv("PENSTOCK_TRACEBACK", "full")
    error = tracebacks.trim(caught(lambda: dtypes.as_dtype("no type")))
    assert shown(error) == ["caught", "<lambda>", "as_dtype"]


def test_an_error_of_the_command_itself_keeps_its_frames():
    inside = compiled("def run(): raise ValueError('x')", INSIDE)

    def call():
        inside["run"]()

    error = caught(call)
    error.__traceback__ = error.__traceback__.tb_next.tb_next  # only the inner frame is left
    assert shown(tracebacks.trim(error)) == ["run"]


@pytest.mark.parametrize(
    "error", [ValueError("no traceback"), errors.OpError(None, None, "x", errors.UNKNOWN)]
)
def test_errors_without_a_traceback(error):
    assert tracebacks.trim(error).__traceback__ is None
