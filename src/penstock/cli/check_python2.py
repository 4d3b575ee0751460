"""Signs that a program which is valid Python 3 was written for Python 2."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from penstock.compat import python2_modules

_LAZY = ("map", "filter", "zip")
_DICT_VIEWS = ("keys", "values", "items")
_REMOVED_BUILTINS = {
    "apply", "basestring", "cmp", "execfile", "file", "long", "raw_input", "reduce", "reload",
    "unichr", "unicode", "xrange",
}  # fmt: skip
_REMOVED_METHODS = {"has_key", "iteritems", "iterkeys", "itervalues"}
_REMOVED_MODULES = {
    "BaseHTTPServer", "ConfigParser", "Cookie", "HTMLParser", "Queue", "SimpleHTTPServer",
    "SocketServer", "StringIO", "Tkinter", "__builtin__", "cPickle", "cStringIO", "commands",
    "cookielib", "copy_reg", "httplib", "md5", "robotparser", "sets", "sha", "thread",
    "urllib2", "urlparse", "xmlrpclib",
}  # fmt: skip
_REMOVED_MEMBERS = {
    "string": {"letters", "lowercase", "uppercase", "maketrans", "join", "atoi", "atof"},
    "itertools": {"imap", "izip", "ifilter", "izip_longest"},
    "sys": {"maxint", "setdefaultencoding"},
    "urllib": {"urlretrieve", "urlopen", "urlencode", "quote", "unquote"},
    "os": {"getcwdu"},
}
# Functions that take an array or a sequence, and are given an iterator in Python 3.
_ARRAY_MODULES = ("np", "numpy")
_NEEDS_SEQUENCE = {"len", "range"}
# Of these, those that fail, or give an array holding one iterator, whatever is iterated over.
_NEVER_ITERATORS = {
    "argmax", "argmin", "argsort", "array", "asarray", "average", "column_stack", "concatenate",
    "dstack", "hstack", "max", "mean", "median", "min", "reshape", "sort", "stack", "std",
    "transpose", "var", "vstack",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A sign of Python 2.

    Attributes:
        line: where it is.
        reason: what it is.
        certain: the line cannot work in Python 3, whatever the values are.
        builtin: it is certain unless the name comes from somewhere else.
        module: it is certain unless there is a module of this name.
    """

    line: int
    reason: str
    certain: bool = False
    builtin: bool = False
    module: str | None = None


def python2_findings(tree: ast.Module) -> list[Finding]:
    """Each thing that works in Python 2 and not, or otherwise, in Python 3; in their order."""
    finder = _Finder(tree)
    finder.visit(tree)
    return sorted(set(finder.findings), key=lambda each: (each.line, each.reason))


def python2_reasons(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and reason for each thing that works in Python 2 and not, or otherwise, in Python 3."""
    return sorted({(each.line, each.reason) for each in python2_findings(tree)})


def _stored_names(tree: ast.Module) -> set[str]:
    """Every name that a program gives a meaning of its own."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((name.asname or name.name).partition(".")[0] for name in node.names)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
    return names


class _Finder(ast.NodeVisitor):
    def __init__(self, tree: ast.Module) -> None:
        self.findings: list[Finding] = []
        self._own_names = _stored_names(tree)
        self._iterators: dict[str, str] = {}
        self._handled = 0
        self._true_division = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(name.name == "division" for name in node.names)
            for node in ast.walk(tree)
        )

    def _add(
        self,
        node: ast.AST,
        reason: str,
        certain: bool = False,
        builtin: bool = False,
        module: str | None = None,
    ) -> None:
        if not self._handled:
            line = getattr(node, "lineno", 0)
            self.findings.append(Finding(line, reason, certain, builtin, module))

    def _iterator(self, node: ast.AST) -> str | None:
        """What an expression is a list of in Python 2 and an iterator in Python 3, or None."""
        if isinstance(node, ast.Name):
            return self._iterators.get(node.id)
        if not isinstance(node, ast.Call):
            return None
        function = node.func
        if isinstance(function, ast.Name) and function.id in _LAZY:
            return None if function.id in self._own_names else f"{function.id}(...)"
        if isinstance(function, ast.Attribute) and function.attr in _DICT_VIEWS:
            if not node.args and not node.keywords:
                return f".{function.attr}()"
        return None

    def _is_lazy_call(self, node: ast.AST) -> bool:
        """Whether it is a call of map, filter or zip itself, not a name that may hold one."""
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and self._iterator(node) is not None
        )

    def visit_Try(self, node: ast.Try) -> None:
        # Programs for both versions try one and survive without it.
        self._handled += bool(node.handlers)
        for statement in node.body:
            self.visit(statement)
        for handler in node.handlers:
            self.visit(handler)
        self._handled -= bool(node.handlers)
        for statement in (*node.orelse, *node.finalbody):
            self.visit(statement)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                iterator = self._iterator(node.value)
                if iterator is None:
                    self._iterators.pop(target.id, None)
                else:
                    self._iterators[target.id] = iterator

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name):
            if function.id == "range" and any(_is_division(each) for each in node.args):
                if not self._true_division:
                    self._add(node, "range(.../...): / divides integers to an integer")
            if function.id in _NEEDS_SEQUENCE and function.id not in self._own_names:
                self._check_arguments(node, function.id)
        elif isinstance(function, ast.Attribute):
            owner = function.value
            if isinstance(owner, ast.Name) and owner.id in _ARRAY_MODULES:
                self._check_arguments(node, f"{owner.id}.{function.attr}")
            if function.attr in _REMOVED_METHODS:
                self._add(node, f".{function.attr}() is a method of Python 2 dictionaries")

    def _check_arguments(self, node: ast.Call, name: str) -> None:
        for argument in node.args:
            iterator = self._iterator(argument)
            # A dictionary view has a length.
            if iterator is not None and not (name == "len" and iterator.startswith(".")):
                certain = self._is_lazy_call(argument) and (
                    name == "len" or name.rpartition(".")[2] in _NEVER_ITERATORS
                )
                self._add(node, f"{name} of {iterator}, which is a list in Python 2 only", certain)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        iterator = self._iterator(node.value)
        if iterator is not None:
            self._add(
                node,
                f"an element of {iterator}, which is a list in Python 2 only",
                certain=self._is_lazy_call(node.value),
            )
        index = node.slice
        bounds = (
            (index.lower, index.upper, index.step) if isinstance(index, ast.Slice) else (index,)
        )
        if not self._true_division and any(_is_division(each) for each in bounds):
            self._add(node, "an index made with /: / divides integers to an integer")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.generic_visit(node)
        left, right = _integer(node.left), _integer(node.right)
        if isinstance(node.op, ast.Div) and not self._true_division and right:
            if left is not None and left % right:
                self._add(node, f"{left} / {right} is {left // right} in Python 2")
        iterators = (self._iterator(node.left), self._iterator(node.right))
        if isinstance(node.op, ast.Add) and any(iterators):
            name = iterators[0] or iterators[1]
            self._add(node, f"a sum with {name}, which is a list in Python 2 only")

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in _REMOVED_BUILTINS:
            if node.id not in self._own_names and not hasattr(builtins, node.id):
                self._add(node, f"{node.id} is a builtin of Python 2", certain=True, builtin=True)

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            if name.name in _REMOVED_MODULES and python2_modules.find(name.name) is not None:
                self._add(
                    node,
                    f"{name.name} is a module of Python 2",
                    certain=True,
                    module=name.name,
                )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if not node.level and module in _REMOVED_MODULES:
            if python2_modules.find(module) is not None:
                self._add(node, f"{module} is a module of Python 2", certain=True, module=module)
        for name in node.names:
            if not node.level and name.name in _REMOVED_MEMBERS.get(module, ()):
                self._add(node, f"{module}.{name.name} is in Python 2 only", certain=True)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        owner = node.value
        if isinstance(owner, ast.Name) and node.attr in _REMOVED_MEMBERS.get(owner.id, ()):
            self._add(node, f"{owner.id}.{node.attr} is in Python 2 only")


def _is_division(node: ast.expr | None) -> bool:
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return False
    sides = (node.left, node.right)
    return not any(
        isinstance(each, ast.Constant) and isinstance(each.value, float) for each in sides
    )


def _integer(node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    return None
