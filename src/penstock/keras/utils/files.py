"""``keras.utils.get_file``: files from the net, kept in Keras's folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from penstock.data.files import DownloadError as DownloadError
from penstock.data.files import download
from penstock.keras.backend.settings import keras_home

_CHUNK = 1 << 16


def file_digest(path: str, algorithm: str = "sha256") -> str:
    """The checksum of a file's bytes, in hexadecimal."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _algorithm_of(checksum: str, algorithm: str = "auto") -> str:
    if algorithm == "sha256" or (algorithm == "auto" and len(checksum) == 64):
        return "sha256"
    return "md5"


def validate_file(
    fpath: str, file_hash: str, algorithm: str = "auto", chunk_size: int = 65535
) -> bool:
    """Whether a file has a checksum.

    Args:
        fpath: the file. file_hash: MD5 or SHA-256, in hexadecimal.
        algorithm: ``'auto'`` (by the checksum's length), ``'sha256'`` or ``'md5'``.
        chunk_size: accepted as in Keras.
    """
    return file_digest(fpath, _algorithm_of(str(file_hash), algorithm)) == str(file_hash)


def cache_folder(subfolder: str = "datasets", folder: str | None = None) -> str:
    """A folder below Keras's own (``$KERAS_HOME`` or ``~/.keras``), made when missing.

    Where that can't be written to, it is one below the folder for temporary files, as in Keras.
    """
    base = os.path.expanduser(folder or keras_home())
    try:
        os.makedirs(base, exist_ok=True)
        writable = os.access(base, os.W_OK)
    except OSError:
        writable = False
    if not writable and not os.path.isdir(os.path.join(base, subfolder)):
        base = os.path.join(tempfile.gettempdir(), ".keras")
    found = os.path.join(base, subfolder)
    os.makedirs(found, exist_ok=True)
    return found


def fetch_file(
    name: str,
    urls: Sequence[str],
    check: Callable[[str], str | None] | None = None,
    cache_subdir: str = "datasets",
    cache_dir: str | None = None,
) -> str:
    """The path of a file in Keras's folder, which is downloaded when it is missing or damaged.

    Args:
        name: the name in the folder; an absolute path is taken as it is, and a file that is there
            is used without a check: it is the user's own.
        urls: the addresses of the file, tried in this order.
        check: given a path, says what is wrong with the file there, or None.
        cache_subdir: the folder below Keras's. cache_dir: instead of Keras's folder.

    Raises:
        DownloadError: no address gave a good copy; says where to put the file by hand.
    """
    if os.path.isabs(name):
        path, own = name, True
    else:
        path, own = os.path.join(cache_folder(cache_subdir, cache_dir), name), False
    if os.path.exists(path):
        complaint = None if own or check is None else check(path)
        if complaint is None:
            return path
        print(
            "A local file was found, but it seems to be incomplete or outdated because "
            f"{complaint}, so we will re-download the data."
        )
    print("Downloading data from", urls[0])
    return download(
        urls, path, check, f"Without a network, put the file at {path!r} by hand."
    )  # fmt: skip


def get_file(
    fname: str,
    origin: str | Sequence[str],
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: str | None = None,
) -> str:
    """The path of a file that is downloaded unless Keras's folder holds it already.

    Args:
        fname: its name there; an absolute path is taken as it is.
        origin: the address, or several to try one after another.
        untar: ``fname`` is a folder that ``origin``, a ``.tar.gz`` archive, holds.
        md5_hash: older name of ``file_hash``.
        file_hash: its MD5 or SHA-256; a file with another one is downloaded again.
        cache_subdir: a folder below Keras's own; an absolute path is taken as it is.
        hash_algorithm: ``'md5'``, ``'sha256'`` or ``'auto'``.
        extract: whether to unpack it (tar, zip), beside itself.
        archive_format: ``'auto'``, ``'tar'``, ``'zip'``, ``None`` or a list of these.
        cache_dir: instead of ``$KERAS_HOME`` or ``~/.keras``.

    Raises:
        DownloadError: it couldn't be had.
    """
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    urls = [origin] if isinstance(origin, str) else list(origin)
    check = None
    if file_hash is not None:
        check = checksum_check(str(file_hash), hash_algorithm)
    name = fname + ".tar.gz" if untar else fname
    path = fetch_file(name, urls, check, cache_subdir, cache_dir)
    folder = os.path.dirname(path)
    if untar:
        target = path[: -len(".tar.gz")]
        if not os.path.exists(target):
            extract_archive(path, folder, archive_format="tar")
        return target
    if extract:
        extract_archive(path, folder, archive_format)
    return path


def checksum_check(wanted: str, algorithm: str = "auto") -> Callable[[str], str | None]:
    """A check for ``fetch_file``: the file's MD5 or SHA-256."""
    kind = _algorithm_of(wanted, algorithm)

    def check(path: str) -> str | None:
        if file_digest(path, kind) == wanted:
            return None
        return f"the {kind} file hash does not match the original value of {wanted}"

    return check


def extract_archive(file_path: str, path: str = ".", archive_format: Any = "auto") -> bool:
    """Unpacks a tar or zip archive; members that would leave the folder are refused.

    Returns:
        Whether the file was such an archive.
    """
    if archive_format is None:
        return False
    if archive_format == "auto":
        archive_format = ["tar", "zip"]
    if isinstance(archive_format, str):
        archive_format = [archive_format]
    for kind in archive_format:
        if kind == "tar" and tarfile.is_tarfile(file_path):
            opened: Any = tarfile.open(file_path)
        elif kind == "zip" and zipfile.is_zipfile(file_path):
            opened = zipfile.ZipFile(file_path)
        else:
            continue
        with opened as archive:
            # Unpacked apart and moved, so that a stopped program leaves no half of it.
            aside = tempfile.mkdtemp(prefix=".unpack.", dir=path)
            try:
                if kind == "tar":
                    archive.extractall(aside, filter="data")
                else:
                    archive.extractall(aside)
                _move_into(aside, path)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        return True
    return False


def _move_into(source: str, target: str) -> None:
    for name in os.listdir(source):
        new, old = os.path.join(source, name), os.path.join(target, name)
        if os.path.isdir(new) and os.path.isdir(old):
            _move_into(new, old)
        else:
            os.replace(new, old)
