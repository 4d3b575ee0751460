"""Reuters: 11,228 newswires on 46 topics, as word ranks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from penstock.keras.datasets.stored import load_npz, mirrors, ragged
from penstock.keras.datasets.word_sequences import prepared, renamed_num_words
from penstock.keras.utils.files import checksum_check, fetch_file

URLS = mirrors("reuters.npz", "https://s3.amazonaws.com/text-datasets/reuters.npz")
CHECKSUM = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
INDEX_URLS = mirrors(
    "reuters_word_index.json", "https://s3.amazonaws.com/text-datasets/reuters_word_index.json"
)
INDEX_CHECKSUM = "4d44cc38712099c9e383dc6e5f11a921"

Pair = tuple[np.ndarray, np.ndarray]


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
    **kwargs: Any,
) -> tuple[Pair, Pair]:
    """Loads the Reuters newswires.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.
        num_words: words of this rank and rarer become ``oov_char``.
        skip_top: so do words more frequent than this rank.
        maxlen: newswires of this length or more are left out.
        test_split: the part that is for testing.
        seed: of the shuffling; NumPy's global generator is seeded with it, as in TensorFlow 1.15.
        start_char: what begins each newswire.
        oov_char: what stands for words left out; ``None`` drops them.
        index_from: what is added to each rank.
        **kwargs: ``nb_words``, older name of ``num_words``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: arrays of lists, and labels 0 to 45.

    Raises:
        ValueError: when ``maxlen`` leaves no newswire.
        DownloadError: the file isn't there and can't be downloaded.
    """
    num_words = renamed_num_words(num_words, kwargs)
    found = fetch_file(path, URLS, checksum_check(CHECKSUM))
    xs, ys = load_npz(found, ("x", "y"))
    np.random.seed(seed)
    order = np.arange(len(xs))
    np.random.shuffle(order)
    texts, labels = prepared(
        list(xs[order]), ys[order], num_words, skip_top, maxlen, start_char, oov_char, index_from
    )
    count = int(len(texts) * (1 - test_split))
    return (
        (ragged(texts[:count]), np.array(labels[:count])),
        (ragged(texts[count:]), np.array(labels[count:])),
    )


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """The rank of each word.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.
    """
    with open(fetch_file(path, INDEX_URLS, checksum_check(INDEX_CHECKSUM))) as file:
        return json.load(file)
