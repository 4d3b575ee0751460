"""Regular expressions on strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import same_as_input
from penstock.ops.strings import mapped


# -- regular expressions -----------------------------------------------------------------------
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """A compiled regular expression.

    Raises:
        InvalidArgumentError: when it isn't one.
    """
    try:
        return re.compile(pattern)
    except re.error as error:
        raise invalid(
            f"Invalid pattern: {pattern.decode(errors='replace')}, error: {error}"
        ) from None


def _replacer(rewrite: bytes) -> Callable[[re.Match[bytes]], bytes]:
    r"""The function that words a replacement: ``\1`` is a group, ``\0`` the whole match."""

    def replace(match: re.Match[bytes]) -> bytes:
        def part(escape: re.Match[bytes]) -> bytes:
            mark = escape[1]
            if mark.isdigit():
                if int(mark) > (match.re.groups or 0):
                    raise invalid(f"Invalid rewrite: there is no group {mark.decode()}")
                return match[int(mark)] or b""
            return mark

        return re.sub(rb"\\(.)", part, rewrite, flags=re.DOTALL)

    return replace


def _replaced(input: np.ndarray, pattern: bytes, rewrite: bytes, everywhere: bool) -> np.ndarray:  # noqa: A002
    expression, replacer = compiled(pattern), _replacer(rewrite)
    return mapped(lambda text: expression.sub(replacer, text, 0 if everywhere else 1), input)


@operation(
    "RegexReplace",
    inputs="input: string, pattern: string, rewrite: string",
    outputs="output: string",
    attrs="replace_global: bool = true",
)
class RegexReplace:
    gradient = None
    shape = same_as_input()

    def host(input: Any, pattern: Any, rewrite: Any, *, replace_global: bool) -> np.ndarray:  # noqa: A002
        return _replaced(input, pattern[()], rewrite[()], replace_global)


@operation(
    "StaticRegexReplace",
    inputs="input: string",
    outputs="output: string",
    attrs="pattern: string; rewrite: string; replace_global: bool = true",
)
class StaticRegexReplace:
    shape = same_as_input()

    def host(input: Any, *, op: Any, replace_global: bool) -> np.ndarray:  # noqa: A002
        return _replaced(input, op.attr("pattern"), op.attr("rewrite"), replace_global)


@operation("RegexFullMatch", inputs="input: string, pattern: string", outputs="output: bool")
class RegexFullMatch:
    shape = same_as_input()

    def host(input: Any, pattern: Any) -> np.ndarray:  # noqa: A002
        expression = compiled(pattern[()])
        return mapped(lambda text: expression.fullmatch(text) is not None, input, np.bool_)


@operation(
    "StaticRegexFullMatch",
    inputs="input: string",
    outputs="output: bool",
    attrs="pattern: string",
)
class StaticRegexFullMatch:
    shape = same_as_input()

    def host(input: Any, *, op: Any) -> np.ndarray:  # noqa: A002
        expression = compiled(op.attr("pattern"))
        return mapped(lambda text: expression.fullmatch(text) is not None, input, np.bool_)


def regex_replace(
    input: Any,  # noqa: A002
    pattern: Any,
    rewrite: Any,
    replace_global: bool = True,
    name: str | None = None,
) -> Tensor:
    r"""Strings with what a regular expression matches replaced.

    Args:
        input: a string tensor.
        pattern: the regular expression.
        rewrite: the replacement; ``\1`` to ``\9`` stand for groups, ``\0`` for the match.
        replace_global: replace every match, not only the first.
        name: the operation's name.
    """
    if isinstance(pattern, (str, bytes)) and isinstance(rewrite, (str, bytes)):
        return apply(
            "StaticRegexReplace", input, name=name, pattern=pattern, rewrite=rewrite,
            replace_global=replace_global,
        )  # fmt: skip
    return apply("RegexReplace", input, pattern, rewrite, name=name, replace_global=replace_global)


def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """Whether a regular expression matches strings as a whole."""
    if isinstance(pattern, (str, bytes)):
        return apply("StaticRegexFullMatch", input, name=name, pattern=pattern)
    return apply("RegexFullMatch", input, pattern, name=name)
