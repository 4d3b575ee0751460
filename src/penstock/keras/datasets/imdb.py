"""IMDB: 50,000 film reviews, good or bad, as word ranks (Maas et al., 2011)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from penstock.keras.datasets.stored import load_npz, mirrors, ragged
from penstock.keras.datasets.word_sequences import prepared, renamed_num_words
from penstock.keras.utils.files import checksum_check, fetch_file

URLS = mirrors("imdb.npz", "https://s3.amazonaws.com/text-datasets/imdb.npz")
CHECKSUM = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
INDEX_URLS = mirrors(
    "imdb_word_index.json", "https://s3.amazonaws.com/text-datasets/imdb_word_index.json"
)
INDEX_CHECKSUM = "bfafd718b763782e994055a2d397834f"

Pair = tuple[np.ndarray, np.ndarray]


def load_data(
    path: str = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Pair, Pair]:
    """Loads IMDB's reviews.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.
        num_words: words of this rank and rarer become ``oov_char``.
        skip_top: so do words more frequent than this rank.
        maxlen: reviews of this length or more are left out.
        seed: of the shuffling; NumPy's global generator is seeded with it, as in TensorFlow 1.15.
        start_char: what begins each review.
        oov_char: what stands for words left out; ``None`` drops them.
        index_from: what is added to each rank.
        **kwargs: ``nb_words``, older name of ``num_words``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: arrays of lists, and labels 0 (bad) and 1 (good).

    Raises:
        ValueError: when ``maxlen`` leaves no review.
        DownloadError: the file isn't there and can't be downloaded.
    """
    num_words = renamed_num_words(num_words, kwargs)
    found = fetch_file(path, URLS, checksum_check(CHECKSUM))
    x_train, y_train, x_test, y_test = load_npz(found, ("x_train", "y_train", "x_test", "y_test"))
    np.random.seed(seed)
    order = np.arange(len(x_train))
    np.random.shuffle(order)
    x_train, y_train = x_train[order], y_train[order]
    order = np.arange(len(x_test))
    np.random.shuffle(order)
    x_test, y_test = x_test[order], y_test[order]
    texts, labels = prepared(
        [*x_train, *x_test], np.concatenate([y_train, y_test]),
        num_words, skip_top, maxlen, start_char, oov_char, index_from,
    )  # fmt: skip
    count = len(x_train)
    return (
        (ragged(texts[:count]), np.array(labels[:count])),
        (ragged(texts[count:]), np.array(labels[count:])),
    )


def get_word_index(path: str = "imdb_word_index.json") -> dict[str, int]:
    """The rank of each word.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.
    """
    with open(fetch_file(path, INDEX_URLS, checksum_check(INDEX_CHECKSUM))) as file:
        return json.load(file)
