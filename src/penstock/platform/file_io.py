"""Files and folders under TensorFlow's names and with its errors: ``tf.gfile``, ``file_io``."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from penstock.graph import errors
from penstock.platform.compat import as_bytes, as_str_any
from penstock.platform.file_errors import translated

_MODES = ("r", "w", "a", "r+", "w+", "a+")


def _path(name: Any) -> str:
    """A path as text; ``file://`` names a local file."""
    text = os.fspath(name) if hasattr(name, "__fspath__") else name
    text = as_str_any(text)
    return text[len("file://") :] if text.startswith("file://") else text


class FileIO:
    """A file, opened when it is first used.

    Args:
        name: the path.
        mode: ``r``, ``w``, ``a``, ``r+``, ``w+`` or ``a+``, with ``b`` for bytes.

    Raises:
        InvalidArgumentError: for any other mode.
    """

    def __init__(self, name: Any, mode: str) -> None:
        self.__name = name
        self.__mode = mode
        self._binary_mode = "b" in mode
        plain = mode.replace("b", "")
        if plain not in _MODES:
            raise errors.InvalidArgumentError(
                None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'"
            )
        self._plain = plain
        self._readable = plain in ("r", "r+", "w+", "a+")
        self._writable = plain in ("w", "a", "r+", "w+", "a+")
        self._file: Any = None

    @property
    def name(self) -> Any:
        """The path."""
        return self.__name

    @property
    def mode(self) -> str:
        """The mode it was opened with."""
        return self.__mode

    def _opened(self) -> Any:
        if self._file is None:
            path = _path(self.__name)
            with translated(path):
                self._file = open(path, self._plain + "b")  # noqa: SIM115
                if os.path.isdir(path):
                    raise IsADirectoryError
        return self._file

    def _to_read(self) -> Any:
        if not self._readable:
            raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
        return self._opened()

    def _to_write(self) -> Any:
        if not self._writable:
            raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
        return self._opened()

    def _given(self, data: bytes) -> Any:
        return data if self._binary_mode else data.decode()

    def size(self) -> int:
        """The size of the file in bytes."""
        return stat(self.__name).length

    def write(self, file_content: Any) -> None:
        """Writes bytes or text (as UTF-8)."""
        self._to_write().write(as_bytes(file_content))

    def read(self, n: int = -1) -> Any:
        """The next ``n`` bytes, or all that are left."""
        return self._given(self._to_read().read(None if n is None or n < 0 else n))

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Moves to a place in the file."""
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        if whence not in (0, 1, 2):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2.",
            )
        file = self._opened()
        self.flush()
        place = (position if offset is None else offset) or 0
        end = os.fstat(file.fileno()).st_size
        place += (0, file.tell(), end)[whence]
        if place < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Seeking to a negative position: {place}"
            )
        if place > end and not self._writable:
            raise errors.OutOfRangeError(None, None, "reached end of file")
        file.seek(place)

    def readline(self) -> Any:
        """The next line, its end included; empty at the end of the file."""
        return self._given(self._to_read().readline())

    def readlines(self) -> list[Any]:
        """All lines that are left."""
        return [self._given(line) for line in self._to_read().readlines()]

    def tell(self) -> int:
        """Where in the file we are, in bytes."""
        return self._opened().tell()

    def seekable(self) -> bool:
        """True."""
        return True

    def flush(self) -> None:
        """Hands what was written to the operating system."""
        if self._file is not None and self._writable:
            self._file.flush()

    def close(self) -> None:
        """Closes the file; its next use opens it anew."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def __enter__(self) -> FileIO:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__


class GFile(FileIO):
    """A file, opened when it is first used.

    Args:
        name: the path.
        mode: ``r``, ``w``, ``a``, ``r+``, ``w+`` or ``a+``, with ``b`` for bytes.
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        super().__init__(name, mode)


class FastGFile(GFile):
    """The same as ``GFile``.

    Args:
        name: the path.
        mode: as for ``GFile``.
    """


class FileStatistics:
    """What ``stat`` tells: ``length`` in bytes, ``mtime_nsec``, ``is_directory``."""

    def __init__(self, length: int, mtime_nsec: int, is_directory: bool) -> None:
        self.length = length
        self.mtime_nsec = mtime_nsec
        self.is_directory = is_directory

    def __repr__(self) -> str:
        return (
            f"FileStatistics(length={self.length}, mtime_nsec={self.mtime_nsec}, "
            f"is_directory={self.is_directory})"
        )


def file_exists(filename: Any) -> bool:
    """Whether there is a file or folder.

    Args:
        filename: its path.
    """
    return os.path.exists(_path(filename))


def delete_file(filename: Any) -> None:
    """Deletes a file.

    Args:
        filename: its path.

    Raises:
        NotFoundError: when it isn't there.
    """
    path = _path(filename)
    with translated(path):
        os.remove(path)


def read_file_to_string(filename: Any, binary_mode: bool = False) -> Any:
    """The whole content of a file."""
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Makes a file with this content."""
    with FileIO(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename: Any, contents: Any, overwrite: bool = True) -> None:
    """Makes a file with this content, which is there whole or not at all."""
    path = _path(filename)
    with translated(path):
        if not overwrite and os.path.exists(path):
            raise errors.AlreadyExistsError(None, None, "file already exists")
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(as_bytes(contents))
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


def get_matching_files(filename: Any) -> list[str]:
    """The files and folders that match a pattern (or one of several), sorted."""
    patterns = filename if isinstance(filename, (list, tuple)) else [filename]
    found: list[str] = []
    for pattern in patterns:
        found.extend(sorted(glob.glob(_path(pattern))))
    return found


def create_dir(dirname: Any) -> None:
    """Makes a folder whose parent is there.

    Args:
        dirname: its path.
    """
    path = _path(dirname)
    if os.path.isdir(path):
        return
    with translated(path):
        os.mkdir(path)


def recursive_create_dir(dirname: Any) -> None:
    """Makes a folder and its parents; one that is there already is left as it is.

    Args:
        dirname: its path.
    """
    path = _path(dirname)
    with translated(path):
        os.makedirs(path, exist_ok=True)


def copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """Copies a file.

    Args:
        oldpath: the file. newpath: the copy.
        overwrite: whether a file that is there may be replaced.

    Raises:
        AlreadyExistsError: when it may not.
    """
    source, target = _path(oldpath), _path(newpath)
    if not overwrite and os.path.exists(target):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with translated(source if not os.path.exists(source) else target):
        shutil.copyfile(source, target)


def rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """Renames or moves a file or folder.

    Args:
        oldname: its path. newname: the new one.
        overwrite: whether a file that is there may be replaced.

    Raises:
        AlreadyExistsError: when it may not.
    """
    source, target = _path(oldname), _path(newname)
    if not overwrite and os.path.exists(target):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with translated(source):
        os.replace(source, target)


def delete_recursively(dirname: Any) -> None:
    """Deletes a folder and all that is in it.

    Args:
        dirname: its path.

    Raises:
        NotFoundError: when it isn't there.
    """
    path = _path(dirname)
    if not os.path.lexists(path):
        raise errors.NotFoundError(None, None, f"{path} not found")
    with translated(path):
        if not os.path.isdir(path):
            raise NotADirectoryError(20, "Not a directory")
        shutil.rmtree(path)


def is_directory(dirname: Any) -> bool:
    """Whether there is a folder.

    Args:
        dirname: its path.
    """
    return os.path.isdir(_path(dirname))


def list_directory(dirname: Any) -> list[str]:
    """The names of the files and folders in a folder.

    Args:
        dirname: its path.

    Raises:
        NotFoundError: when it isn't there.
    """
    path = _path(dirname)
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {path}")
    with translated(path):
        return os.listdir(path)


def walk(top: Any, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """Goes through a tree of folders.

    Args:
        top: the folder to begin with.
        in_order: whether a folder comes before what is in it.

    Yields:
        (folder, names of the folders in it, names of the files in it).
    """
    return walk_v2(_path(top), topdown=in_order)


def walk_v2(
    top: Any, topdown: bool = True, onerror: Callable[[Any], Any] | None = None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """``walk`` with ``os.walk``'s argument names."""
    path = _path(top)
    try:
        listing = list_directory(path)
    except errors.NotFoundError as error:
        if onerror is not None:
            onerror(error)
        return
    folders = [n for n in listing if os.path.isdir(os.path.join(path, n))]
    files = [n for n in listing if not os.path.isdir(os.path.join(path, n))]
    here = (path, folders, files)
    if topdown:
        yield here
    for name in folders:
        yield from walk_v2(os.path.join(path, name), topdown, onerror)
    if not topdown:
        yield here


def stat(filename: Any) -> FileStatistics:
    """Size, time and kind of a file."""
    path = _path(filename)
    with translated(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def filecmp(filename_a: Any, filename_b: Any) -> bool:
    """Whether two files have the same content."""
    import filecmp as comparison

    a, b = _path(filename_a), _path(filename_b)
    with translated(a):
        return comparison.cmp(a, b, shallow=False)


def file_crc32(filename: Any, block_size: int = 1 << 20) -> str:
    """The CRC-32 of a file's content, in hexadecimal."""
    import zlib

    value = 0
    with FileIO(filename, "rb") as file:
        while block := file.read(block_size):
            value = zlib.crc32(block, value)
    return hex(value & 0xFFFFFFFF)


def file_exists_v2(path: Any) -> Any:
    """Whether a file or folder is there."""
    return file_exists(path)


def delete_file_v2(path: Any) -> Any:
    """Deletes a file."""
    return delete_file(path)


def get_matching_files_v2(pattern: Any) -> Any:
    """The files that a pattern, or each of a list of patterns, matches."""
    return get_matching_files(pattern)


def create_dir_v2(path: Any) -> Any:
    """Makes a folder."""
    return create_dir(path)


def recursive_create_dir_v2(path: Any) -> Any:
    """Makes a folder and those above it."""
    return recursive_create_dir(path)


def delete_recursively_v2(path: Any) -> Any:
    """Deletes a folder with all that is in it."""
    return delete_recursively(path)


def is_directory_v2(path: Any) -> Any:
    """Whether a path is a folder."""
    return is_directory(path)


def list_directory_v2(path: Any) -> Any:
    """The names in a folder."""
    return list_directory(path)


def stat_v2(path: Any) -> Any:
    """Size, time of change and kind of a file."""
    return stat(path)


def copy_v2(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copies a file."""
    copy(src, dst, overwrite)


def rename_v2(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Renames or moves a file or folder."""
    rename(src, dst, overwrite)
