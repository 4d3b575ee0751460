"""Whether a program that parses as Python 3 is certainly a Python 2 program.

`penstock check` reports every sign of Python 2. Here only those count that fail in Python 3
whatever the values are, and only in a program that shows no sign of being Python 3 or of
running on both.
"""

from __future__ import annotations

import ast
import re
from importlib.machinery import PathFinder

from penstock.cli.check_python2 import python2_findings
from penstock.compat import python2

# What programs for both versions ask.
_VERSION_NAMES = {"version_info", "hexversion", "PY2", "PY3", "python_version", "six", "future"}
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")


def certain_reason(data: bytes) -> tuple[int, str] | None:
    """The first line that shows a program to be Python 2, and why.

    Args:
        data: content of its file.

    Returns:
        Line and reason; None if it may be Python 3, or does not even parse as that.
    """
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return None
    if _may_be_python3(tree, data):
        return None
    star_import = any(
        isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names)
        for node in ast.walk(tree)
    )
    for finding in python2_findings(tree):
        if not finding.certain:
            continue
        if finding.builtin and star_import:
            continue
        if finding.module is not None and PathFinder.find_spec(finding.module) is not None:
            continue  # a module of the program's own
        return finding.line, finding.reason
    return None


def _may_be_python3(tree: ast.Module, data: bytes) -> bool:
    if not data.isascii() and not data.startswith(b"\xef\xbb\xbf"):
        # Python 2 reads such a file only if it names its encoding.
        if not any(_CODING.match(line) for line in data.split(b"\n", 2)[:2]):
            return True
    print_function = python2.has_future(python2.decode_source(data), "print_function")
    return any(_is_python3(node, print_function) for node in ast.walk(tree))


def _is_python3(node: ast.AST, print_function: bool) -> bool:
    """Whether a node is a syntax error, or means something quite different, in Python 2."""
    match node:
        case (
            ast.JoinedStr()
            | ast.AnnAssign()
            | ast.AsyncFunctionDef()
            | ast.AsyncFor()
            | ast.AsyncWith()
            | ast.Await()
            | ast.Nonlocal()
            | ast.YieldFrom()
            | ast.MatMult()
            | ast.NamedExpr()
            | ast.Match()
        ):
            return True
        case ast.FunctionDef(returns=returns, args=arguments):
            return returns is not None or bool(arguments.kwonlyargs or arguments.posonlyargs)
        case ast.arg(annotation=annotation):
            return annotation is not None
        case ast.Raise(cause=cause):
            return cause is not None
        case ast.ClassDef(keywords=keywords):
            return bool(keywords)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return any(isinstance(each, ast.Starred) for each in elements)
        case ast.Dict(keys=keys):
            return None in keys
        case ast.Call(func=ast.Name(id="super"), args=[]):
            return True
        case ast.Call(func=ast.Name(id="print"), args=arguments, keywords=keywords):
            return not print_function and (len(arguments) != 1 or bool(keywords))
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            return name.partition(".")[0] in _VERSION_NAMES or name == "sys.version"
        case ast.ImportFrom(module=module):
            return (module or "").partition(".")[0] in _VERSION_NAMES
    return False
