"""Python 2 programs, converted in memory.

A source is compiled as Python 3 first and converted only when that fails, or on request. The
conversion has three parts: the syntax (fissix, a maintained lib2to3), a pass over the syntax
tree for what fissix leaves (integer division above all), and the builtins and renamed library
modules of `python2_builtins`, which only the converted modules see.

Line numbers in the compiled code are those of the file, so tracebacks show its own lines.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from types import CodeType
from typing import Any

from penstock.compat import removed_calls

# Only what is syntax: renamed modules and builtins are served at run time.
_FIXERS = (
    "dict", "except", "exec", "funcattrs", "getcwdu", "has_key", "isinstance", "metaclass",
    "methodattrs", "ne", "next", "nonzero", "numliterals", "operator", "paren", "print",
    "raise", "renames", "repr", "standarderror", "sys_exc", "throw", "tuple_params",
    "unicode", "xreadlines",
)  # fmt: skip

DIVIDE, DIVIDE_IN_PLACE = ".divide", ".divide_in_place"
PRINT, STR, TEXT, PERCENT = ".print", ".str", ".text", ".percent"
DECODE, SORT = ".decode", ".sort"


class Python2Error(ImportError):
    """A Python 2 program needs the package that converts it, and that is not installed."""


@dataclass(frozen=True)
class Converted:
    """A source after conversion.

    Attributes:
        text: Python 3 source.
        lines: original line number of each line of `text`; the first entry belongs to line 1.
        original: the lines before conversion.
    """

    text: str
    lines: list[int]
    original: list[str]


def decode_source(data: bytes) -> str:
    """Source bytes as text, by their encoding line; Python 2 files without one may be Latin-1."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        text = data.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _expand_tabs(text: str) -> str:
    """Leading tabs as Python 2 read them: up to the next multiple of eight columns."""
    if "\t" not in text:
        return text
    from fissix.pgen2 import tokenize as tokenizer

    inside_strings: set[int] = set()
    try:
        for kind, _, start, end, _ in tokenizer.generate_tokens(io.StringIO(text).readline):
            if kind == tokenizer.STRING:
                inside_strings.update(range(start[0] + 1, end[0] + 1))
    except tokenizer.TokenError:
        return text
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if index + 1 not in inside_strings:
            body = line.lstrip(" \t")
            lines[index] = line[: len(line) - len(body)].expandtabs(8) + body
    return "\n".join(lines)


def _refactoring_tool() -> Any:
    try:
        from fissix import refactor
    except ImportError:
        raise Python2Error(
            "This program is Python 2. Penstock converts it with the package fissix: "
            "pip install 'penstock[py2]' (or pip install fissix)."
        ) from None
    return refactor.RefactoringTool([f"fissix.fixes.fix_{name}" for name in _FIXERS])


def convert(text: str, filename: str = "<string>") -> Converted:
    """Python 2 source as Python 3 source.

    Args:
        text: the source.
        filename: for messages.

    Returns:
        The converted text and where each of its lines came from.

    Raises:
        SyntaxError: the source is not Python 2 either.
        Python2Error: fissix is not installed.
    """
    tool = _refactoring_tool()
    original = text.split("\n")
    text = _expand_tabs(text)
    try:
        tree = tool.refactor_string(text if text.endswith("\n") else text + "\n", filename)
    except Exception as error:  # fissix has several parse errors without a common base
        line = getattr(error, "context", (None, (0, 0)))[1][0]
        raise SyntaxError(str(error), (filename, line, None, None)) from None
    if tree is None:
        raise SyntaxError("not Python 2", (filename, 0, None, None))
    known: dict[int, int] = {}
    line = 1
    for leaf in tree.leaves():
        line += leaf.prefix.count("\n")
        height = leaf.value.count("\n")
        if leaf.lineno and leaf.value.strip():
            for offset in range(height + 1):
                known.setdefault(line + offset, leaf.lineno + offset)
        line += height
    converted = str(tree)
    lines = []
    current = 1
    for number in range(1, converted.count("\n") + 2):
        # Lines that a fixer added belong to the one before them.
        current = known.get(number, current)
        lines.append(current)
    return Converted(converted, lines, original)


def _restore_positions(tree: ast.AST, converted: Converted) -> None:
    """Gives every node the line of the file, and a column only where the line is unchanged."""
    texts = converted.text.split("\n")
    count = len(converted.lines)

    def original_line(number: int) -> int:
        return converted.lines[min(number, count) - 1]

    def unchanged(number: int) -> bool:
        origin = original_line(number)
        return (
            number <= len(texts)
            and origin <= len(converted.original)
            and texts[number - 1] == converted.original[origin - 1]
        )

    node: Any
    for node in ast.walk(tree):
        if not hasattr(node, "lineno"):
            continue
        end = node.end_lineno or node.lineno
        keep = unchanged(node.lineno) and unchanged(end)
        node.lineno, node.end_lineno = original_line(node.lineno), original_line(end)
        node.end_lineno = max(node.lineno, node.end_lineno)
        if not keep:
            # -1 means "not known": Python then shows the line without carets.
            node.col_offset = node.end_col_offset = -1


class _Python2Semantics(ast.NodeTransformer):
    """Replaces operations that mean something else in Python 2 by calls of our helpers."""

    def __init__(self, true_division: bool, print_statement: bool) -> None:
        self.true_division = true_division
        self.print_statement = print_statement

    @staticmethod
    def _call(name: str, arguments: list[ast.expr], node: ast.expr | ast.stmt) -> ast.Call:
        function = ast.copy_location(ast.Name(name, ast.Load()), node)
        return ast.copy_location(ast.Call(function, arguments, []), node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and not self.true_division:
            if not (_is_float(node.left) or _is_float(node.right)):
                return self._call(DIVIDE, [node.left, node.right], node)
        if isinstance(node.op, ast.Mod) and _is_text(node.left):
            return self._call(PERCENT, [node.left, node.right], node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or self.true_division or _is_float(node.value):
            return node
        before: list[ast.stmt] = []

        def once(expression: ast.expr, name: str) -> ast.expr:
            """Evaluates a part of the target a single time, as `/=` does."""
            store = ast.copy_location(ast.Name(name, ast.Store()), node)
            before.append(ast.copy_location(ast.Assign([store], expression), node))
            return ast.copy_location(ast.Name(name, ast.Load()), node)

        def both(make: Any) -> tuple[ast.expr, ast.expr]:
            return (
                ast.copy_location(make(ast.Load()), node),
                ast.copy_location(make(ast.Store()), node),
            )

        target = node.target
        if isinstance(target, ast.Name):
            load, store = both(lambda context: ast.Name(target.id, context))
        elif isinstance(target, ast.Attribute):
            owner = once(target.value, ".owner")
            load, store = both(lambda context: ast.Attribute(owner, target.attr, context))
        else:
            owner, index = once(target.value, ".owner"), once(target.slice, ".index")
            load, store = both(lambda context: ast.Subscript(owner, index, context))
        value = self._call(DIVIDE_IN_PLACE, [load, node.value], node)
        return [*before, ast.copy_location(ast.Assign([store], value), node)]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name):
            if function.id == "str" and len(node.args) == 1 and not node.keywords:
                function.id = STR
            elif function.id == "print" and self.print_statement:
                function.id = PRINT
            return node
        if not isinstance(function, ast.Attribute):
            return node
        if function.attr == "format" and _is_text(function.value):
            node.args = [
                each if isinstance(each, ast.Starred) else self._call(TEXT, [each], each)
                for each in node.args
            ]
            for keyword in node.keywords:
                if keyword.arg is not None:
                    keyword.value = self._call(TEXT, [keyword.value], keyword.value)
        elif function.attr == "decode" or (
            function.attr == "sort"
            and (node.args or any(keyword.arg == "cmp" for keyword in node.keywords))
        ):
            helper = DECODE if function.attr == "decode" else SORT
            node.args.insert(0, function.value)
            node.func = ast.copy_location(ast.Name(helper, ast.Load()), function)
        return node


def _is_float(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def has_future(text: str, feature: str) -> bool:
    """Whether a source says ``from __future__ import`` and then the feature."""
    pattern = rf"^from\s+__future__\s+import\s*\(?[\w\s,]*\b{feature}\b"
    return re.search(pattern, text, re.MULTILINE) is not None


def compile_python2(text: str, filename: str) -> CodeType:
    """Compiles a Python 2 source; it must run with the builtins of `python2_builtins`.

    Raises:
        SyntaxError: the source cannot be converted.
        Python2Error: fissix is not installed.
    """
    try:
        converted = convert(text, filename)
        tree = ast.parse(converted.text, filename)
    except (SyntaxError, Python2Error):
        # fissix knows no syntax newer than Python 3.9, nor print(x, end="") in Python 2. Such a
        # source has nothing to convert, and only the meaning of its operations changes.
        try:
            tree = ast.parse(text, filename)
            statements = False
        except SyntaxError:
            statements = True
        if statements:
            raise
    else:
        _restore_positions(tree, converted)
        statements = True
    true_division = has_future(text, "division")
    print_statement = statements and not has_future(text, "print_function")
    tree = _Python2Semantics(true_division, print_statement).visit(tree)
    if removed_calls.may_use(text):
        tree = removed_calls.rewrite(tree)
    return compile(tree, filename, "exec", dont_inherit=True)


def compile_python3(data: bytes, filename: str) -> CodeType:
    """Compiles a Python 3 source, its calls of methods that were removed since among it."""
    if not removed_calls.may_use(data):
        return compile(data, filename, "exec", dont_inherit=True)
    tree = removed_calls.rewrite(ast.parse(data, filename))
    return compile(tree, filename, "exec", dont_inherit=True)


def compile_source(data: bytes, filename: str, py2: bool = False) -> tuple[CodeType, bool]:
    """Compiles a program, as Python 3 if it is that.

    Args:
        data: content of the file.
        filename: path that tracebacks show.
        py2: treat it as Python 2 even if it is valid Python 3.

    Returns:
        The code, and whether it is Python 2: such code runs with
        `python2_builtins.namespace()` as its ``__builtins__``.

    Raises:
        SyntaxError: it is neither; the error is that of Python 3.
        Python2Error: it is Python 2, and fissix is not installed.
    """
    if py2:
        return compile_python2(decode_source(data), filename), True
    try:
        return compile_python3(data, filename), False
    except (SyntaxError, ValueError) as error:
        try:
            return compile_python2(decode_source(data), filename), True
        except SyntaxError:
            raise error from None


def parse_source(data: bytes, filename: str) -> tuple[ast.Module, SyntaxError | None]:
    """The syntax tree of a program, for looking at and not for running.

    Args:
        data: content of the file.
        filename: for messages.

    Returns:
        The tree, with the line numbers of the file, and None; or for a Python 2 program the
        tree of its conversion and the error that Python 3 gives.

    Raises:
        SyntaxError: it is neither; the error is that of Python 3.
        Python2Error: it is Python 2, and fissix is not installed.
    """
    try:
        return ast.parse(data, filename), None
    except (SyntaxError, ValueError) as error:
        try:
            converted = convert(decode_source(data), filename)
            tree = ast.parse(converted.text, filename)
        except SyntaxError:
            raise error from None
        _restore_positions(tree, converted)
        first = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
        return tree, first
