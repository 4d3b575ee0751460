"""What programs did with arrays that no name can bring back; they are compiled a little otherwise.

Classes written in C can't be given methods or conversions, so that while a program is compiled

- calls of methods that arrays have lost (``image.tostring()``),
- ``int(x)``, ``float(x)`` and ``"%d" % x``, which took any array of one element until NumPy 2.4,
- ``array[i] = x``, which did so too,

become calls of the functions below. Each does just what was written, and only where that fails
what it did in TensorFlow 1's time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

import numpy as np


def _one_element(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.size == 1


def _set_item(array: Any, *args: Any) -> None:
    *index, value = args
    position = () if not index else index[0]
    if isinstance(position, int):
        array.flat[position] = value
    else:
        array[position] = value


_METHODS: dict[str, Callable[..., Any]] = {
    "itemset": _set_item,
    "newbyteorder": lambda array, order="S": array.view(array.dtype.newbyteorder(order)),
    "ptp": np.ptp,
    "tostring": lambda array, *args, **options: array.tobytes(*args, **options),
}


def call_method(value: Any, name: str, *args: Any, **options: Any) -> Any:
    """``value.name(*args, **options)``, also where `value`'s class has lost that method."""
    method = getattr(value, name, None)
    if method is None and hasattr(value, "dtype" if name != "tostring" else "tobytes"):
        return _METHODS[name](value, *args, **options)
    # The usual error if there is none.
    return getattr(value, name)(*args, **options)


def convert(number: Callable[..., Any], *args: Any) -> Any:
    """``int(x)`` or ``float(x)``, also of an array of one element."""
    try:
        return number(*args)
    except TypeError:
        if len(args) == 1 and _one_element(args[0]):
            return number(args[0].item())
        raise


def percent(template: str, values: Any) -> str:
    """``template % values``, also where values are arrays of one element."""
    try:
        return template % values
    except TypeError:
        several = values if isinstance(values, tuple) else (values,)
        if not any(_one_element(each) for each in several):
            raise
        return template % tuple(each.item() if _one_element(each) else each for each in several)


def set_item(value: Any, target: Any, index: Any) -> None:
    """``target[index] = value``, also where an element of an array becomes an array of one."""
    try:
        target[index] = value
    except (TypeError, ValueError):
        if not isinstance(target, np.ndarray) or not _one_element(value):
            raise
        target[index] = value.item()


_METHOD, _CONVERT, _PERCENT, _SET = (
    f"__penstock_{name}__" for name in ("method", "convert", "percent", "set_item")
)
# Put among the builtins while a program runs.
HELPERS: dict[str, Callable[..., Any]] = {
    _METHOD: call_method,
    _CONVERT: convert,
    _PERCENT: percent,
    _SET: set_item,
}
_USE = re.compile(
    rb"\.\s*(?:%s)\s*\(|\b(?:int|float)\s*\(|['\"]\s*%%|\]\s*=" % "|".join(_METHODS).encode()
)


def may_use(source: bytes | str) -> bool:
    """Whether there may be something to rewrite in a source (a look at its text)."""
    data = source.encode("utf-8", "replace") if isinstance(source, str) else source
    return _USE.search(data) is not None


class _Rewriter(ast.NodeTransformer):
    @staticmethod
    def _call(name: str, arguments: list[ast.expr], node: ast.expr) -> ast.Call:
        function = ast.copy_location(ast.Name(name, ast.Load()), node)
        return ast.copy_location(ast.Call(function, arguments, []), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _METHODS:
            method = ast.copy_location(ast.Constant(function.attr), function)
            call = self._call(_METHOD, [function.value, method, *node.args], node)
            call.keywords = node.keywords
            return call
        if (
            isinstance(function, ast.Name)
            and function.id in ("int", "float")
            and len(node.args) == 1
            and not node.keywords
            and not isinstance(node.args[0], ast.Constant | ast.Starred)
        ):
            return self._call(_CONVERT, [function, *node.args], node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left = node.left
        if (
            isinstance(node.op, ast.Mod)
            and isinstance(left, ast.Constant)
            and isinstance(left.value, str)
        ):
            return self._call(_PERCENT, [left, node.right], node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        index = target.slice
        slices = any(isinstance(each, ast.Slice | ast.Starred) for each in ast.walk(index))
        # A dictionary's entry, or what can't be an array of one element.
        if slices or isinstance(index, ast.Constant) and isinstance(index.value, str):
            return node
        if isinstance(node.value, ast.Constant | ast.JoinedStr | ast.List | ast.Dict | ast.Compare):
            return node
        # The value is computed first, as in an assignment.
        call = self._call(_SET, [node.value, target.value, index], target)
        return ast.copy_location(ast.Expr(call), node)


def rewrite(tree: ast.Module) -> ast.Module:
    """The tree with calls of the functions above where they may be needed."""
    return _Rewriter().visit(tree)
