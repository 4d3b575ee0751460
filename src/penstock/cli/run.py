"""Run a TensorFlow program, unmodified.

`import tensorflow`, every module below it, and `import keras` give Penstock, in this process
only. A program that is Python 2 is converted in memory.
"""

from __future__ import annotations

import argparse
import builtins
import importlib.util
import logging
import os
import sys
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from penstock import behavior
from penstock.cli import detect_python2, tracebacks
from penstock.compat import alias, python2, python2_builtins, python2_import, removed_names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "penstock run [--py2 | --py3] [--tf-version VERSION] [-i] [-m] SCRIPT [ARGS ...]"
    version = parser.add_mutually_exclusive_group()
    version.add_argument(
        "--py2",
        action="store_true",
        help="give the program the meaning it has in Python 2 (lists from map, filter and zip, "
        "integer division, ...) even if it is valid Python 3; without this option that is done "
        "only where a program certainly is Python 2, and said",
    )
    version.add_argument(
        "--py3", action="store_true", help="take the program as Python 3 whatever it looks like"
    )
    parser.add_argument(
        "--tf-version",
        metavar="VERSION",
        help="follow this TensorFlow version where versions differ, 0.5 to 1.15 "
        f"(default: {behavior.DEFAULT_VERSION})",
    )
    parser.add_argument(
        "-i",
        "--interactive",
        action="store_true",
        help="go on with a prompt after the program, or without any program",
    )
    parser.add_argument(
        "-m", "--module", action="store_true", help="SCRIPT is the name of a module"
    )
    parser.add_argument(
        "program",
        nargs=argparse.REMAINDER,
        metavar="SCRIPT [ARGS ...]",
        help="the program and its own arguments",
    )


def main(options: argparse.Namespace) -> int:
    """Runs the program; returns the exit status."""
    if not options.program and not options.interactive:
        print("penstock run: which program? usage: penstock run SCRIPT [ARGS ...]", file=sys.stderr)
        return 2
    if options.tf_version is not None:
        try:
            behavior.set_version(options.tf_version)
        except ValueError as error:
            print(f"penstock run: {error}", file=sys.stderr)
            return 2
    _print_numbers_as_then()
    _keep_jax_quiet()
    alias.install()
    removed_names.install()
    module = _new_main_module()
    status = 0
    if options.program:
        status = _run_program(module, options)
    else:
        python2_import.install(options.py2)
        sys.argv = [""]
        _first_on_path("")
    if options.interactive:
        _interact(module)
        return 0
    return status


def _print_numbers_as_then() -> None:
    """NumPy scalars print as in the program's time: 0.8, not np.float32(0.8)."""
    import numpy

    # NumPy 1.14 changed how floats are shown; it came out shortly before TensorFlow 1.5.
    numpy.set_printoptions(legacy="1.13" if behavior.before(1, 5) else "1.25")


def _keep_jax_quiet() -> None:
    """Leaves JAX's notes out of a program that logs everything; its warnings stay."""
    logger = logging.getLogger("jax")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)


def _new_main_module() -> ModuleType:
    """An empty ``__main__``, in place of that of the ``penstock`` command."""
    module = ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, __annotations__={}, __file__=None)
    sys.modules["__main__"] = module
    return module


def _run_program(module: ModuleType, options: argparse.Namespace) -> int:
    name, *arguments = options.program
    sys.argv = [name, *arguments]
    try:
        if options.module:
            code, is_python2 = _prepare_module(name, module, options)
        else:
            code, is_python2 = _prepare_script(name, module, options)
    except (SyntaxError, python2.Python2Error) as error:
        # An error in the program's text has no frames to show.
        sys.excepthook(type(error), error.with_traceback(None), None)
        return 1
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"penstock run: can't open file {name!r}: {reason}", file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"penstock run: {error}", file=sys.stderr)
        return 1
    if is_python2:
        module.__dict__["__builtins__"] = python2_builtins.namespace()
    try:
        try:
            exec(code, module.__dict__)
        finally:
            python2_builtins.finish_output()
    except SystemExit as error:
        if not options.interactive:
            raise
        return _status(error.code)
    except KeyboardInterrupt as error:
        tracebacks.report(error)
        return 130
    except BaseException as error:  # any error of the program is shown as Python would
        tracebacks.report(error)
        _hint(error)
        return 1
    return 0


# Modules that old programs import and whose packages have other names.
_PACKAGES = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "mpl_toolkits": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def _hint(error: BaseException) -> None:
    """Says which package a module comes with that the program needs and that is not installed."""
    if isinstance(error, ModuleNotFoundError):
        package = _PACKAGES.get((error.name or "").partition(".")[0])
        if package is not None:
            print(
                f"penstock run: {error.name} is not part of Penstock or TensorFlow; "
                f"it comes with the package {package}: pip install {package}",
                file=sys.stderr,
            )


def _first_on_path(folder: str) -> None:
    """Puts the program's folder where Python had put that of the ``penstock`` command."""
    if sys.flags.safe_path:
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder


def _means_python2(data: bytes, path: str, options: argparse.Namespace) -> bool:
    """Whether to treat a program as Python 2 although it parses as Python 3; says why."""
    if options.py2 or options.py3:
        return bool(options.py2)
    found = detect_python2.certain_reason(data)
    if found is None:
        return False
    line, reason = found
    print(
        f"penstock run: {path}:{line}: {reason}: running it as Python 2 (--py3 prevents that)",
        file=sys.stderr,
    )
    return True


def _prepare_script(
    path: str, module: ModuleType, options: argparse.Namespace
) -> tuple[CodeType, bool]:
    if os.path.isdir(path):
        main_file = os.path.join(path, "__main__.py")
        _first_on_path(path)
        path = main_file
    else:
        _first_on_path(os.path.dirname(os.path.realpath(path)))
    with open(path, "rb") as file:
        data = file.read()
    module.__dict__.update(__file__=path, __cached__=None, __package__=None, __spec__=None)
    py2 = _means_python2(data, path, options)
    python2_import.install(py2)
    if options.py3:
        return python2.compile_python3(data, path), False
    return python2.compile_source(data, path, py2)


def _prepare_module(
    name: str, module: ModuleType, options: argparse.Namespace
) -> tuple[CodeType, bool]:
    _first_on_path(os.getcwd())
    finder = python2_import.install(options.py2)
    spec = _find_main(name)
    if spec is not None and isinstance(spec.loader, python2_import.ProgramLoader):
        path = spec.loader.path
        if not options.py2 and _means_python2(spec.loader.get_data(path), path, options):
            sys.meta_path.remove(finder)
            python2_import.install(True)
            spec = _find_main(name)
    loader: Any = None if spec is None else spec.loader
    code = None if loader is None else loader.get_code(spec.name if spec else name)
    if spec is None or code is None:
        raise ImportError(f"No module named {name}")
    sys.argv[0] = spec.origin or name
    module.__dict__.update(
        __file__=spec.origin,
        __cached__=spec.cached,
        __loader__=loader,
        __package__=spec.parent,
        __spec__=spec,
    )
    return code, bool(getattr(loader, "is_python2", False))


def _find_main(name: str) -> ModuleSpec | None:
    """The module of this name, or the one a package of this name starts with."""
    spec = importlib.util.find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{name}.__main__")
    return spec


def _status(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)
    return 1


def _interact(module: ModuleType) -> None:
    import code

    try:
        import readline  # noqa: F401 - gives the prompt its line editing
    except ImportError:
        pass
    banner = "" if sys.flags.quiet or not sys.stdin.isatty() else None
    code.interact(banner=banner, local=module.__dict__, exitmsg="")
