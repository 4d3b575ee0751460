"""``tf.resource_loader`` and ``tf.sysconfig``: files beside a program, and how we were built."""

from __future__ import annotations

import os
import sys

CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0


def _folder_of_caller(depth: int) -> str:
    file = sys._getframe(depth).f_globals.get("__file__") or ""
    return os.path.dirname(file)


def get_data_files_path() -> str:
    """The folder of the file that calls this."""
    return _folder_of_caller(2)


def get_path_to_datafile(path: str) -> str:
    """The path of a file beside the one that calls this."""
    return os.path.join(_folder_of_caller(2), path)


def get_root_dir_with_all_resources() -> str:
    """The folder of the file that calls this."""
    return _folder_of_caller(2)


def load_resource(path: str) -> bytes:
    """The content of a file, its path taken from the folder above the installed package."""
    import penstock

    root = os.path.dirname(os.path.abspath(penstock.__file__))
    with open(os.path.join(root, path), "rb") as file:
        return file.read()


def readahead_file_path(path: str, readahead: str = "128M") -> str:
    """``path``: no file is read ahead."""
    return path


def get_include() -> str:
    """Where C++ headers would be; Penstock has none, so this is the package's folder."""
    return get_lib()


def get_lib() -> str:
    """The folder of the package."""
    import penstock

    return os.path.dirname(os.path.abspath(penstock.__file__))


def get_compile_flags() -> list[str]:
    """Flags for a C++ compiler; operations in C++ can't be loaded, so there are none."""
    return []


def get_link_flags() -> list[str]:
    """Flags for a linker; operations in C++ can't be loaded, so there are none."""
    return []
