"""What IMDB and Reuters share: texts as lists of word ranks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np


def renamed_num_words(num_words: int | None, options: dict[str, Any]) -> int | None:
    """``num_words``, under its older name ``nb_words`` too.

    Raises:
        TypeError: for other arguments.
    """
    if "nb_words" in options:
        warnings.warn(
            "The `nb_words` argument in `load_data` has been renamed `num_words`.", stacklevel=3
        )
        num_words = options.pop("nb_words")
    if options:
        raise TypeError("Unrecognized keyword arguments: " + str(options))
    return num_words


def prepared(
    texts: Sequence[Sequence[int]],
    labels: np.ndarray,
    num_words: int | None,
    skip_top: int,
    maxlen: int | None,
    start_char: int | None,
    oov_char: int | None,
    index_from: int,
) -> tuple[list[list[int]], np.ndarray]:
    """The texts with their start marked, words shifted by ``index_from`` and rare words replaced.

    Raises:
        ValueError: when ``maxlen`` leaves no text.
    """
    if start_char is not None:
        shifted = [[start_char, *(w + index_from for w in text)] for text in texts]
    elif index_from:
        shifted = [[w + index_from for w in text] for text in texts]
    else:
        shifted = [list(text) for text in texts]
    if maxlen:
        kept = [i for i, text in enumerate(shifted) if len(text) < maxlen]
        shifted = [shifted[i] for i in kept]
        labels = labels[kept]
        if not shifted:
            raise ValueError(
                f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was "
                "kept. Increase maxlen."
            )
    if not num_words:
        num_words = max(max(text) for text in shifted)
    if oov_char is not None:
        chosen = [[w if skip_top <= w < num_words else oov_char for w in t] for t in shifted]
    else:
        chosen = [[w for w in t if skip_top <= w < num_words] for t in shifted]
    return chosen, labels
