"""``keras.preprocessing.text``: texts as lists of word numbers."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(
    text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text.

    Args:
        text: the text. filters: characters that separate words as ``split`` does.
        lower: whether to write all in lower case. split: what separates words.
    """
    if lower:
        text = text.lower()
    text = text.translate({ord(letter): split for letter in filters})
    return [word for word in text.split(split) if word]


def one_hot(
    text: str, n: int, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[int]:
    """``hashing_trick`` with Python's ``hash``, whose values change from process to process."""
    return hashing_trick(text, n, hash, filters, lower, split)


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
) -> list[int]:
    """The words of a text, hashed to 1, 2, ... ``n - 1``; different words may get one number.

    Args:
        text: the text. n: the size of the space.
        hash_function: ``None`` for Python's ``hash``, ``'md5'``, or a function of a word.
        filters: see ``text_to_word_sequence``. lower: likewise. split: likewise.
    """
    function: Callable[[str], int] = hash if hash_function is None else hash_function
    if hash_function == "md5":

        def function(word: str) -> int:
            return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)

    words = text_to_word_sequence(text, filters, lower, split)
    return [function(word) % (n - 1) + 1 for word in words]


class Tokenizer:
    """Numbers words by how often they occur, from 1; turns texts into lists of numbers or vectors.

    Args:
        num_words: numbers from here on aren't used.
        filters: characters that are dropped. lower: whether to write all in lower case.
        split: what separates words. char_level: whether characters are the words.
        oov_token: what stands for unknown words; it gets number 1.
        document_count: how many texts were seen already.
        **kwargs: ``nb_words``, older name of ``num_words``.
    """

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        document_count: int = 0,
        **kwargs: Any,
    ) -> None:
        if "nb_words" in kwargs:
            warnings.warn(
                "The `nb_words` argument in `Tokenizer` has been renamed `num_words`.",
                stacklevel=2,
            )
            num_words = kwargs.pop("nb_words")
        if kwargs:
            raise TypeError("Unrecognized keyword arguments: " + str(kwargs))
        self.word_counts: OrderedDict[str, int] = OrderedDict()
        self.word_docs: defaultdict[str, int] = defaultdict(int)
        self.filters = filters
        self.split = split
        self.lower = lower
        self.num_words = num_words
        self.document_count = document_count
        self.char_level = char_level
        self.oov_token = oov_token
        self.index_docs: defaultdict[int, int] = defaultdict(int)
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}

    def _words(self, text: Any) -> Any:
        if not self.char_level and not isinstance(text, list):
            return text_to_word_sequence(text, self.filters, self.lower, self.split)
        if not self.lower:
            return text
        return [each.lower() for each in text] if isinstance(text, list) else text.lower()

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Counts the words of texts (or of lists of words) and numbers them anew."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = [] if self.oov_token is None else [self.oov_token]
        ranked += sorted(self.word_counts, key=self.word_counts.__getitem__, reverse=True)
        self.word_index = {word: number for number, word in enumerate(ranked, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences: Any) -> None:
        """Counts in how many lists of numbers each number occurs."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The texts as lists of numbers; unknown words are dropped without ``oov_token``."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """``texts_to_sequences``, one at a time."""
        unknown = self.word_index.get(self.oov_token) if self.oov_token is not None else None
        for text in texts:
            numbers = (self.word_index.get(word) for word in self._words(text))
            chosen = (unknown if self._left_out(number) else number for number in numbers)
            yield [number for number in chosen if number is not None]

    def _left_out(self, number: int | None) -> bool:
        return number is None or bool(self.num_words and number >= self.num_words)

    def sequences_to_texts(self, sequences: Iterable[Any]) -> list[str]:
        """Lists of numbers as texts, words parted by spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences: Iterable[Any]) -> Iterator[str]:
        """``sequences_to_texts``, one at a time."""
        unknown = self.oov_token if self.oov_token in self.word_index else None
        for sequence in sequences:
            words = [
                unknown if number not in self.index_word or self._left_out(number)
                else self.index_word[number]
                for number in sequence
            ]  # fmt: skip
            yield " ".join(word for word in words if word is not None)

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """The texts as vectors; see ``sequences_to_matrix``."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences: Any, mode: str = "binary") -> np.ndarray:
        """Lists of numbers as vectors.

        Args:
            sequences: the lists.
            mode: ``'binary'``, ``'count'``, ``'freq'`` (per length of the list) or ``'tfidf'``.

        Returns:
            A float64 array ``[len(sequences), num_words]``.

        Raises:
            ValueError: for another mode, or when the number of words isn't known.
        """
        num_words = self.num_words
        if not num_words:
            if not self.word_index:
                raise ValueError(
                    "Specify a dimension (`num_words` argument), or fit on some text data first."
                )
            num_words = len(self.word_index) + 1
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError("Unknown vectorization mode:", mode)
        matrix = np.zeros((len(sequences), num_words))
        for row, sequence in zip(matrix, sequences):
            for number, count in Counter(j for j in sequence if j < num_words).items():
                if mode == "count":
                    row[number] = count
                elif mode == "freq":
                    row[number] = count / len(sequence)
                elif mode == "binary":
                    row[number] = 1
                else:
                    documents = self.index_docs.get(number, 0)
                    frequency = 1 + np.log(count)
                    row[number] = frequency * np.log(1 + self.document_count / (1 + documents))
        return matrix

    def get_config(self) -> dict[str, Any]:
        """The arguments and the words, these in JSON."""
        return {
            "num_words": self.num_words,
            "filters": self.filters,
            "lower": self.lower,
            "split": self.split,
            "char_level": self.char_level,
            "oov_token": self.oov_token,
            "document_count": self.document_count,
            "word_counts": json.dumps(self.word_counts),
            "word_docs": json.dumps(self.word_docs),
            "index_docs": json.dumps(self.index_docs),
            "index_word": json.dumps(self.index_word),
            "word_index": json.dumps(self.word_index),
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration in JSON; ``kwargs`` go to ``json.dumps``."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def tokenizer_from_json(json_string: str) -> Tokenizer:
    """The tokenizer that ``to_json`` described."""
    config = json.loads(json_string)["config"]
    names = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    tables = {name: json.loads(config.pop(name)) for name in names}
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = OrderedDict(tables["word_counts"])
    tokenizer.word_docs.update(tables["word_docs"])
    tokenizer.index_docs.update({int(k): v for k, v in tables["index_docs"].items()})
    tokenizer.index_word = {int(k): v for k, v in tables["index_word"].items()}
    tokenizer.word_index = tables["word_index"]
    return tokenizer
