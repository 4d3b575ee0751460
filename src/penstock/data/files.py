"""Fetching data files: several mirrors, a progress bar, checked and written atomically.

Also the small records of ``tensorflow.contrib.learn.python.learn.datasets.base``.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.request
import zlib
from collections import namedtuple
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

Dataset = namedtuple("Dataset", ["data", "target"])
Datasets = namedtuple("Datasets", ["train", "validation", "test"])

_TIMEOUT_SECONDS = 30
_CHUNK = 1 << 16


class DownloadError(OSError):
    """No mirror gave the file. The message lists what was tried and what to do by hand."""


def content_md5(path: str) -> str:
    """MD5 of a file's content, uncompressed first when it is a gzip archive.

    Mirrors compress anew, so that only the checksum of the content is the same everywhere.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        head = file.read(2)
        file.seek(0)
        if head == b"\x1f\x8b":
            import gzip

            with gzip.GzipFile(fileobj=file) as content:
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
        else:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _stream(url: str, destination: str, title: str) -> None:
    """Writes what `url` serves to the new file `destination`, showing a progress bar."""
    from tqdm import tqdm

    request = urllib.request.Request(url, headers={"User-Agent": "penstock"})
    with (
        urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response,
        open(destination, "wb") as file,
    ):
        length = response.headers.get("Content-Length")
        total = int(length) if length and length.isdigit() else None
        received = 0
        # disable=None: no bar where standard error is not a terminal.
        with tqdm(total=total, desc=title, unit="B", unit_scale=True, disable=None) as bar:
            while chunk := response.read(_CHUNK):
                file.write(chunk)
                received += len(chunk)
                bar.update(len(chunk))
        if total is not None and received != total:
            raise OSError(f"the connection ended after {received} of {total} bytes")
        file.flush()
        os.fsync(file.fileno())


def download(
    urls: Sequence[str],
    path: str,
    check: Callable[[str], str | None] | None = None,
    advice: str = "",
) -> str:
    """Downloads one file from the first of several mirrors that gives a good copy.

    The file appears under `path` only when it is complete and checked; an interrupted download
    leaves nothing behind.

    Args:
        urls: the mirrors' addresses of the file, tried in this order.
        path: where the file is written; its folder is made when missing.
        check: called with the path of the finished copy; returns what is wrong with it, or None.
        advice: a sentence that ends the error message.

    Returns:
        `path`.

    Raises:
        DownloadError: no mirror gave a good copy.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder or ".", exist_ok=True)
    failures = []
    for url in urls:
        handle, partial = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder or ".")
        os.close(handle)
        try:
            _stream(url, partial, name)
            complaint = check(partial) if check is not None else None
            if complaint is None:
                # mkstemp files are private; a downloaded file is as readable as any new one.
                umask = os.umask(0)
                os.umask(umask)
                os.chmod(partial, 0o666 & ~umask)
                os.replace(partial, path)
                return path
        except (OSError, EOFError, ValueError, zlib.error) as error:
            complaint = str(getattr(error, "reason", None) or error or type(error).__name__)
        finally:
            if os.path.exists(partial):
                os.unlink(partial)
        failures.append(f"{urlsplit(url).netloc or url}: {complaint}")
    tried = "; ".join(failures)
    raise DownloadError(f"Could not download {name} ({tried}). {advice}".rstrip())


def maybe_download(filename: str, work_directory: str, source_url: str) -> str:
    """Downloads `source_url` into `work_directory`, unless `filename` is there already.

    Args:
        filename: name of the file in the folder.
        work_directory: folder of the file; made when missing.
        source_url: address of the file itself.

    Returns:
        The path of the file.

    Raises:
        DownloadError: the file is not there and could not be downloaded.
    """
    os.makedirs(work_directory or ".", exist_ok=True)
    path = os.path.join(work_directory, filename)
    if not os.path.exists(path):
        download([source_url], path, advice=f"Put {filename} into {work_directory!r} by hand.")
        print("Successfully downloaded", filename, os.path.getsize(path), "bytes.")
    return path
