"""Which names of TensorFlow a program uses, read off its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from penstock.compat import missing

# Errors that a program means to survive when a name is not there.
_SURVIVABLE = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"}


@dataclass(frozen=True)
class Use:
    """A name of TensorFlow at one place of a program.

    Attributes:
        path: the name below ``tensorflow.``, such as ``nn.relu`` or ``keras.layers``.
        line: line number.
        optional: whether the program handles its absence (in a ``try``).
    """

    path: str
    line: int
    optional: bool


def uses(tree: ast.Module) -> list[Use]:
    """Every use of a TensorFlow (or Keras) name, following imports and simple assignments."""
    walker = _Walker()
    walker.run(tree)
    return walker.found


class _Walker(ast.NodeVisitor):
    """Follows names in source order; bodies of functions are read when the module's end is known.

    A scope maps a variable to the TensorFlow path it stands for, or to None when it is something
    else.
    """

    def __init__(self) -> None:
        self.found: list[Use] = []
        self._scopes: list[dict[str, str | None]] = [{}]
        self._later: list[tuple[list[dict[str, str | None]], list[ast.AST], bool]] = []
        self._optional = False

    def run(self, tree: ast.Module) -> None:
        for statement in tree.body:
            self.visit(statement)
        while self._later:
            self._scopes, nodes, self._optional = self._later.pop(0)
            for node in nodes:
                self.visit(node)

    # What a name stands for.

    def _lookup(self, name: str) -> str | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _path(self, node: ast.AST) -> str | None:
        """The TensorFlow path of an expression such as ``tf.nn.relu``, or None."""
        if isinstance(node, ast.Name):
            return self._lookup(node.id)
        if isinstance(node, ast.Attribute):
            owner = self._path(node.value)
            return None if owner is None else _join(owner, node.attr)
        return None

    def _use(self, path: str, node: ast.AST) -> None:
        if path:
            self.found.append(Use(path, getattr(node, "lineno", 0), self._optional))

    # Imports.

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            path = _below_tensorflow(name.name)
            top = name.name.partition(".")[0]
            if path is not None:
                self._use(path, node)
            if name.asname is not None:
                self._scopes[-1][name.asname] = path
            else:
                self._scopes[-1][top] = _below_tensorflow(top)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = None if node.level else _below_tensorflow(node.module or "")
        for name in node.names:
            if name.name == "*":
                if module is not None:
                    self._use(module, node)
                    self._bind_star(module)
                continue
            path = None if module is None else _join(module, name.name)
            if path is not None:
                self._use(path, node)
            self._scopes[-1][name.asname or name.name] = path

    def _bind_star(self, module: str) -> None:
        namespace = _join("tf", module)
        names = set(missing.tensorflow_names().get(namespace, ()))
        try:
            names.update(missing.public_names(missing.lookup(namespace)))
        except LookupError:
            pass
        self._scopes[-1].update({name: _join(module, name) for name in names})

    # Uses.

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path = self._path(node)
        if path is None:
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self._use(path, node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            path = self._lookup(node.id)
            if path is not None:
                self._use(path, node)
        else:
            self._scopes[-1][node.id] = None

    # What gives a name another meaning.

    def visit_Assign(self, node: ast.Assign) -> None:
        path = self._path(node.value)
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._scopes[-1][target.id] = path
            elif (
                isinstance(target, ast.Tuple)
                and isinstance(node.value, ast.Tuple)
                and len(target.elts) == len(node.value.elts)
            ):
                for each, value in zip(target.elts, node.value.elts, strict=True):
                    if isinstance(each, ast.Name):
                        self._scopes[-1][each.id] = self._path(value)
                    else:
                        self.visit(each)
            else:
                self.visit(target)

    def visit_Try(self, node: ast.Try) -> None:
        survivable = any(_caught(handler) for handler in node.handlers)
        before, self._optional = self._optional, self._optional or survivable
        for statement in node.body:
            self.visit(statement)
        self._optional = before
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for expression in (*node.decorator_list, *_defaults(node.args)):
            self.visit(expression)
        self._scopes[-1][node.name] = None
        self._defer(node.args, list(node.body))

    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for expression in _defaults(node.args):
            self.visit(expression)
        self._defer(node.args, [node.body])

    def _defer(self, arguments: ast.arguments, body: list[ast.AST]) -> None:
        scope: dict[str, str | None] = dict.fromkeys(_argument_names(arguments))
        self._later.append(([*self._scopes, scope], body, self._optional))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for expression in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(expression)
        self._scopes[-1][node.name] = None
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                # A method's name is no name outside the class.
                for expression in (*statement.decorator_list, *_defaults(statement.args)):
                    self.visit(expression)
                self._defer(statement.args, list(statement.body))
            else:
                self.visit(statement)

    def _visit_comprehension(self, node: ast.AST) -> None:
        self._scopes.append({})
        for generator in node.generators:  # type: ignore[attr-defined]
            self.visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self._scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension


def _below_tensorflow(module: str) -> str | None:
    """`module` below ``tensorflow.``, empty for ``tensorflow`` itself; None for other modules."""
    root, _, rest = module.partition(".")
    if root == "tensorflow":
        return rest
    return _join("keras", rest) if root == "keras" else None


def _join(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def _caught(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(kind, ast.Name) and kind.id in _SURVIVABLE for kind in kinds)


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr]:
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)


def _argument_names(arguments: ast.arguments) -> Iterator[str]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each.arg for each in every)
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            yield extra.arg
