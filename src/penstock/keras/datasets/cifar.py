"""What CIFAR-10 and CIFAR-100 share: archives of pickled batches."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zlib
from collections.abc import Mapping

import numpy as np

from penstock.keras.backend.settings import image_data_format
from penstock.keras.datasets.stored import unpickle
from penstock.keras.utils.files import cache_folder, extract_archive, fetch_file, file_digest


def archive_check(files: Mapping[str, str]):  # noqa: ANN201 - a function, as `fetch_file` wants
    """A check of an archive by the MD5 of the files in it."""

    def check(path: str) -> str | None:
        wanted = dict(files)
        try:
            with tarfile.open(path) as archive:
                for member in archive:
                    name = os.path.basename(member.name)
                    if name not in wanted or not member.isfile():
                        continue
                    content = archive.extractfile(member)
                    assert content is not None
                    digest = hashlib.md5(content.read(), usedforsecurity=False).hexdigest()
                    if digest != wanted.pop(name):
                        return f"{name} in it has another MD5 than the published file"
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            return f"it is damaged: {error}"
        if wanted:
            return f"it lacks {', '.join(wanted)}"
        return None

    return check


def batches_folder(folder: str, files: Mapping[str, str], urls: list[str]) -> str:
    """The folder of the unpacked batches, downloaded and unpacked when they are missing."""
    if os.path.isabs(folder):
        return folder
    base = cache_folder("datasets")
    target = os.path.join(base, folder)

    def complete() -> bool:
        return all(
            os.path.exists(os.path.join(target, name))
            and file_digest(os.path.join(target, name), "md5") == checksum
            for name, checksum in files.items()
        )

    if not complete():
        archive = fetch_file(folder + ".tar.gz", urls, archive_check(files))
        extract_archive(archive, base, "tar")
    return target


def load_batch(fpath: str, label_key: str = "labels") -> tuple[np.ndarray, list[int]]:
    """One file of CIFAR: images ``[count, 3, 32, 32]`` and labels."""
    with open(fpath, "rb") as file:
        content = unpickle(file, encoding="bytes")
    named = {k.decode() if isinstance(k, bytes) else k: v for k, v in content.items()}
    if "data" not in named or label_key not in named:
        raise ValueError(f"{fpath} is no file of CIFAR: it holds {', '.join(map(str, named))}.")
    data = named["data"]
    return data.reshape(data.shape[0], 3, 32, 32), named[label_key]


def oriented(images: np.ndarray) -> np.ndarray:
    """The images with their channels where Keras's settings want them."""
    return images.transpose(0, 2, 3, 1) if image_data_format() == "channels_last" else images
