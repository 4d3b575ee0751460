"""Argument orders that changed with TensorFlow 1.0."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from penstock import behavior


def order_before_1_0(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: in programs of TensorFlow 0.x, arguments given by place have these names.

    Args:
        *names: the parameters in the order that they had before TensorFlow 1.0.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            if not arguments or not behavior.before(1, 0):
                return function(*arguments, **keywords)
            if len(arguments) > len(names):
                raise TypeError(
                    f"{function.__name__}() takes at most {len(names)} arguments "
                    f"({len(arguments)} given)"
                )
            placed = dict(zip(names, arguments, strict=False))
            twice = [name for name in placed if name in keywords]
            if twice:
                raise TypeError(
                    f"{function.__name__}() got multiple values for argument '{twice[0]}'"
                )
            return function(**placed, **keywords)

        return call

    return decorate
