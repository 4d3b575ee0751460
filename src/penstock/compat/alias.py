"""The import alias: ``import tensorflow`` gives Penstock, in this process only.

    import penstock

    penstock.install()
    import tensorflow as tf                                            # penstock.api.v1
    from tensorflow.examples.tutorials.mnist import input_data        # penstock.data.mnist
    penstock.uninstall()

`install` puts one finder in front of Python's own, so that it also wins over a real TensorFlow;
modules are looked up in `alias_table` and load when they are first imported. An alias of a
namespace is that namespace's module itself, not a copy.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from penstock.compat import alias_table, class_modules, missing

_TENSORFLOW_ROOTS = ("tensorflow", "tensorflow_core")
_KERAS_ROOT = "keras"
# Scripts of TensorFlow 0.5 had this file beside them; it is found last, when nothing else has it.
_FALLBACKS = {"input_data": "penstock.data.mnist"}


def _below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + ".")


def _canonical(path: str) -> str:
    """`path` below ``tensorflow.`` in its shortest spelling."""
    for prefix in sorted(alias_table.PREFIXES, key=len, reverse=True):
        # A module that has its own row keeps its spelling.
        if _below(path, prefix) and path not in alias_table.TENSORFLOW:
            rest = path[len(prefix) + 1 :]
            replacement = alias_table.PREFIXES[prefix]
            return _canonical(".".join(part for part in (replacement, rest) if part))
    return path


def _source(name: str) -> ModuleType | None:
    """The module that a word of the table stands for, or None if Penstock lacks it."""
    if name == "tf" or name.startswith("tf."):
        try:
            found = missing.lookup(name)
        except LookupError:
            return None
        return found if isinstance(found, ModuleType) else None
    try:
        if importlib.util.find_spec(name) is None:
            return None
    except ImportError:
        return None
    return importlib.import_module(name)


def _is_package(path: str) -> bool:
    """Whether something in the table lies below `path`."""
    tables = (alias_table.TENSORFLOW, alias_table.PREFIXES, alias_table.NAMES)
    if any(name.startswith(path + ".") for table in tables for name in table):
        return True
    from penstock import protos

    return any(name.startswith(path + ".") for name in protos.tensorflow_modules())


def _has_content(path: str) -> bool:
    """Whether Penstock has any of what the table puts below `path`."""
    prefix = path + "."
    if prefix.startswith("core.") or any(row.startswith(prefix) for row in alias_table.PREFIXES):
        return True
    return any(
        _source(word) is not None
        for row, words in alias_table.TENSORFLOW.items()
        if row.startswith(prefix)
        for word in words.split()
    )


class AliasModule(missing.InternalModule):
    """An internal module of TensorFlow, made of names from several places.

    Args:
        name: the full name under which a program imports it.
        path: the same below ``tensorflow.``, in its shortest spelling.
        sources: the namespaces that are asked for a name, in this order.
        names: names that are already known.
    """

    def __init__(
        self, name: str, path: str, sources: Sequence[ModuleType], names: dict[str, Any]
    ) -> None:
        super().__init__(name, f"{name}, as Penstock offers it.")
        self.__path__: list[str] = []
        self._alias_path = path
        self._alias_sources = tuple(sources)
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return missing.public_names(self)
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        path = f"{self._alias_path}.{name}"
        if path in alias_table.NAMES:
            return missing.lookup(alias_table.NAMES[path])
        defined = class_modules.public_names(self.__name__)
        if name in defined and missing.has(defined[name]):
            return missing.lookup(defined[name])
        internal = internal_module(f"tf.{path}")
        if internal is not None:
            return internal
        for source in self._alias_sources:
            try:
                return getattr(source, name)
            except AttributeError:
                continue
        raise missing.MissingSymbolError(f"{self.__name__}.{name}", missing.public_names(self))

    def __dir__(self) -> list[str]:
        names = {name for source in self._alias_sources for name in missing.public_names(source)}
        own = (name for name in self.__dict__ if not name.startswith("_"))
        return sorted(names.union(own))


def resolve(path: str, name: str) -> ModuleType | None:
    """The module that stands for ``tensorflow.<path>``.

    Args:
        path: module path below ``tensorflow.``; empty for ``tensorflow`` itself.
        name: the full name under which it is imported.

    Returns:
        A module of Penstock, an `AliasModule`, or None when there is nothing of that name.
    """
    given, path = path, _canonical(path)
    if not path:
        public = importlib.import_module(missing.PUBLIC)
        class_modules.name_classes()
        return public
    if path in alias_table.TENSORFLOW:
        words = alias_table.TENSORFLOW[path].split()
        sources = [each for word in words if (each := _source(word)) is not None]
        if not sources and not _is_package(path):
            return None
        classes = class_modules.public_names(f"tensorflow.{given}")
        elsewhere = any(name not in vars(sources[0]) for name in classes) if sources else True
        if len(words) == 1 and not _is_package(path) and not elsewhere:
            return sources[0]
        return AliasModule(name, path, sources, {})
    if path.startswith("core."):
        from penstock import protos

        if path in protos.tensorflow_modules():
            return AliasModule(name, path, (), dict(protos.module_names(path)))
    found = _source(f"tf.{path}")
    if found is not None:
        return found
    if _is_package(path) and _has_content(path):
        return AliasModule(name, path, (), {})
    # tensorflow.contrib.rnn.python.ops.lstm_ops and its like serve the names of contrib.rnn.
    parts = path.split(".")
    if len(parts) > 2 and parts[0] == "contrib" and parts[2] == "python":
        contrib = _source(f"tf.contrib.{parts[1]}")
        if contrib is not None:
            return AliasModule(name, path, (contrib,), {})
    defined = class_modules.public_names(f"tensorflow.{given}")
    has_class = any(missing.has(public) for public in defined.values())
    if has_class or class_modules.is_package(f"tensorflow.{given}"):
        return AliasModule(f"tensorflow.{given}", path, (), {})
    return None


def internal_module(path: str) -> ModuleType | None:
    """The module inside TensorFlow or Keras that a program reaches as an attribute.

    Args:
        path: the public name, ``tf.keras.utils.np_utils`` or ``tf.python``.

    Returns:
        The module, or None when the table has nothing of that name.
    """
    below = path.removeprefix("tf.")
    if not path.startswith("tf.") or not (
        below in alias_table.TENSORFLOW or below in alias_table.PREFIXES or _is_package(below)
    ):
        return None
    name = f"tensorflow.{below}"
    if not is_installed():
        return resolve(below, name)
    try:
        return importlib.import_module(name)
    except missing.MissingModuleError:
        return None


class _AliasLoader(Loader):
    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        # The import system would write `__spec__` into a module returned here, and the
        # namespace's own must stay.
        return None

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        if isinstance(self.module, AliasModule):
            self.module.__spec__ = module.__spec__
        if not hasattr(self.module, "__path__"):
            # `import tensorflow.nn.rnn_cell` asks for a package.
            self.module.__path__ = []
        sys.modules[module.__spec__.name] = self.module


class AliasFinder(MetaPathFinder):
    """Finds the modules of TensorFlow, and of Keras if wanted, in Penstock.

    Args:
        keras: whether ``import keras`` is answered too.
    """

    def __init__(self, keras: bool = True) -> None:
        self.roots = _TENSORFLOW_ROOTS + ((_KERAS_ROOT,) if keras else ())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root, _, rest = fullname.partition(".")
        if root not in self.roots:
            return None
        below_tensorflow = rest
        if root == _KERAS_ROOT:
            below_tensorflow = f"keras.{rest}".rstrip(".")
        module = resolve(below_tensorflow, fullname)
        if module is None:
            raise _missing_module(fullname, below_tensorflow)
        loader = _AliasLoader(module)
        return ModuleSpec(fullname, loader, origin=f"Penstock, for {fullname}", is_package=True)


def _missing_module(fullname: str, below_tensorflow: str) -> missing.MissingModuleError:
    parent = below_tensorflow.rpartition(".")[0]
    candidates: set[str] = set()
    container = resolve(parent, f"tensorflow.{parent}".rstrip("."))
    if container is not None:
        candidates.update(missing.public_names(container))
    for name in alias_table.TENSORFLOW:
        if name.rpartition(".")[0] == parent:
            candidates.add(name.rpartition(".")[2])
    root, _, rest = fullname.partition(".")
    program_root = "tf" if root in _TENSORFLOW_ROOTS else "tf.keras"
    candidates.discard(fullname.rpartition(".")[2])
    return missing.MissingModuleError(f"{program_root}.{rest}", sorted(candidates))


class _FallbackFinder(MetaPathFinder):
    """Comes last: files that a script expects beside itself."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _FALLBACKS:
            return None
        return ModuleSpec(fullname, _AliasLoader(importlib.import_module(_FALLBACKS[fullname])))


_installed: list[MetaPathFinder] = []
_replaced: dict[str, ModuleType] = {}


def _loaded_below(roots: Sequence[str]) -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] in roots]


def install(keras: bool = True) -> None:
    """Makes ``import tensorflow`` give Penstock from now on, in this process.

    Modules of a real TensorFlow that are loaded already are put aside until `uninstall`.

    Args:
        keras: whether ``import keras`` gives ``tf.keras``, too.
    """
    uninstall()
    finder = AliasFinder(keras)
    for name in _loaded_below(finder.roots):
        _replaced[name] = sys.modules.pop(name)
    # With this marker the tensorboard package uses its own file functions and does not take
    # Penstock for the TensorFlow it could use.
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))
    fallback = _FallbackFinder()
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(fallback)
    missing.after_loading.append(class_modules.name_classes)
    if missing.PUBLIC in sys.modules:
        class_modules.name_classes()
    _installed.extend((finder, fallback))


def uninstall() -> None:
    """Undoes `install`; names that a program has imported stay as they are."""
    if not _installed:
        return
    roots = _installed[0].roots if isinstance(_installed[0], AliasFinder) else ()
    for finder in _installed:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
    _installed.clear()
    missing.after_loading.clear()
    class_modules.restore()
    for name in _loaded_below(roots):
        del sys.modules[name]
    for name, target in _FALLBACKS.items():
        if sys.modules.get(name) is sys.modules.get(target, name):
            del sys.modules[name]
    sys.modules.pop("tensorboard.compat.notf", None)
    sys.modules.update(_replaced)
    _replaced.clear()
    importlib.invalidate_caches()


def is_installed() -> bool:
    """Whether ``import tensorflow`` gives Penstock in this process."""
    return bool(_installed)
