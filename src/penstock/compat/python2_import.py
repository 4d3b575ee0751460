"""Modules beside a script that are Python 2, converted when they are imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from penstock.compat import python2, python2_builtins, removed_calls
from penstock.compat.program_files import is_library as is_library


class ProgramLoader(SourceFileLoader):
    """Loads a module of a program, converting it if it is Python 2.

    Args:
        fullname: name of the module.
        path: its file.
        py2: treat it as Python 2 even if it is valid Python 3.
    """

    def __init__(self, fullname: str, path: str, py2: bool) -> None:
        super().__init__(fullname, path)
        self._py2 = py2
        self.is_python2 = False

    def get_code(self, fullname: str) -> CodeType | None:
        if not self._py2 and not removed_calls.may_use(self.get_data(self.path)):
            try:
                # Python's own way, with its cache of compiled files.
                return super().get_code(fullname)
            except SyntaxError:
                pass
        code, self.is_python2 = python2.compile_source(
            self.get_data(self.path), self.path, self._py2
        )
        return code

    def exec_module(self, module: ModuleType) -> None:
        code = self.get_code(module.__name__)
        if code is None:
            raise ImportError(f"{self.path} has no code to run", name=module.__name__)
        if self.is_python2:
            module.__dict__["__builtins__"] = python2_builtins.namespace()
        exec(code, module.__dict__)


class ProgramFinder(MetaPathFinder):
    """Finds modules as Python does, and loads those of the program with `ProgramLoader`."""

    def __init__(self, py2: bool = False) -> None:
        self._py2 = py2

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            return spec
        if spec.origin is not None and not is_library(spec.origin):
            spec.loader = ProgramLoader(spec.loader.name, spec.loader.path, self._py2)
        return spec


def install(py2: bool = False) -> MetaPathFinder:
    """Puts a `ProgramFinder` in front of Python's path finder and returns it."""
    finder = ProgramFinder(py2)
    position = next(
        (at for at, each in enumerate(sys.meta_path) if each is PathFinder), len(sys.meta_path)
    )
    sys.meta_path.insert(position, finder)
    return finder
