"""``tf.contrib.learn.preprocessing``: words and categories become integers.

Vocabularies are saved as TensorFlow saved them (a pickle), and read without running anything
that such a file could ask for: only this module's classes and plain containers are made.
"""

from __future__ import annotations

import math
import pickle
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

# A word is a run of capitals, the head of a camel-cased name, or letters, digits, _, - and '.
TOKENIZER_RE = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z][a-z]+(?=[A-Z])|[\'\w\-]+", re.UNICODE)


def tokenizer(iterator: Iterable[str]) -> Iterator[list[str]]:
    """The words of each text."""
    for value in iterator:
        yield TOKENIZER_RE.findall(value)


class CategoricalVocabulary:
    """Numbers for categories, counted as they are met; 0 is the unknown one.

    Args:
        unknown_token: what stands for 0 in `reverse`.
        support_reverse: whether `reverse` works.
    """

    def __init__(self, unknown_token: str = "<UNK>", support_reverse: bool = True) -> None:
        self._unknown_token = unknown_token
        self._mapping: dict[Any, int] = {unknown_token: 0}
        self._support_reverse = support_reverse
        self._reverse_mapping: list[Any] = [unknown_token] if support_reverse else []
        self._freq: dict[Any, int] = defaultdict(int)
        self._freeze = False

    def __len__(self) -> int:
        return len(self._mapping)

    def freeze(self, freeze: bool = True) -> None:
        """From now on categories that were never met are 0 (or get numbers again)."""
        self._freeze = freeze

    def get(self, category: Any) -> int:
        """The number of `category`, a new one unless the vocabulary is frozen."""
        if category not in self._mapping:
            if self._freeze:
                return 0
            self._mapping[category] = len(self._mapping)
            if self._support_reverse:
                self._reverse_mapping.append(category)
        return self._mapping[category]

    def add(self, category: Any, count: int = 1) -> None:
        """Counts `category` `count` times more; the unknown one isn't counted."""
        if self.get(category) > 0:
            self._freq[category] += count

    def trim(self, min_frequency: int, max_frequency: int = -1) -> None:
        """Keeps what was met more than `min_frequency` times, and less than `max_frequency`.

        What stays is numbered anew: the most frequent first, equals in their own order.

        Args:
            min_frequency: categories met this often or less are dropped.
            max_frequency: categories met this often or more are dropped; -1 for no limit.
        """
        ordered = sorted(self._freq.items(), key=lambda each: (isinstance(each[0], str), each[0]))
        ordered.sort(key=lambda each: each[1], reverse=True)
        kept = {
            category: count
            for category, count in ordered
            if count > min_frequency and (max_frequency <= 0 or count < max_frequency)
        }
        self._freq = defaultdict(int, kept)
        self._mapping = {self._unknown_token: 0}
        self._mapping.update({category: i for i, category in enumerate(kept, start=1)})
        if self._support_reverse:
            self._reverse_mapping = list(self._mapping)

    def reverse(self, class_id: int) -> Any:
        """The category with the number `class_id`.

        Raises:
            ValueError: the vocabulary was made with `support_reverse=False`.
        """
        if not self._support_reverse:
            raise ValueError(
                "This vocabulary wasn't initialized with support_reverse to support reverse() "
                "function."
            )
        return self._reverse_mapping[class_id]


class _VocabularyReader(pickle.Unpickler):
    """Reads a saved processor, and makes nothing but this module's classes and containers."""

    def find_class(self, module: str, name: str) -> Any:
        ours = {
            "VocabularyProcessor": VocabularyProcessor,
            "CategoricalVocabulary": CategoricalVocabulary,
            "tokenizer": tokenizer,
        }
        if module.startswith(("tensorflow.", "tensorflow_core.", "penstock.")) and name in ours:
            return ours[name]
        if (module, name) == ("collections", "defaultdict"):
            return defaultdict
        if module in ("builtins", "__builtin__") and name == "int":
            return int
        raise pickle.UnpicklingError(
            f"a saved vocabulary may not refer to {module}.{name}: loading runs no code from files"
        )


class VocabularyProcessor:
    """Turns texts into rows of word numbers, all `max_document_length` long.

    Args:
        max_document_length: longer texts are cut, shorter ones filled with 0.
        min_frequency: words met this often or less while fitting are unknown.
        vocabulary: a `CategoricalVocabulary` to use or to add to.
        tokenizer_fn: makes lists of words from an iterable of texts.
    """

    def __init__(
        self,
        max_document_length: int,
        min_frequency: int = 0,
        vocabulary: CategoricalVocabulary | None = None,
        tokenizer_fn: Callable[[Iterable[str]], Iterable[list[str]]] | None = None,
    ) -> None:
        self.max_document_length = max_document_length
        self.min_frequency = min_frequency
        self.vocabulary_ = vocabulary or CategoricalVocabulary()
        self._tokenizer = tokenizer_fn or tokenizer

    def fit(self, raw_documents: Iterable[str], unused_y: Any = None) -> VocabularyProcessor:
        """Learns the words of `raw_documents`, then freezes the vocabulary."""
        for tokens in self._tokenizer(raw_documents):
            for token in tokens:
                self.vocabulary_.add(token)
        if self.min_frequency > 0:
            self.vocabulary_.trim(self.min_frequency)
        self.vocabulary_.freeze()
        return self

    def fit_transform(
        self, raw_documents: Iterable[str], unused_y: Any = None
    ) -> Iterator[np.ndarray]:
        """`fit`, then `transform`, of the same texts."""
        self.fit(raw_documents)
        return self.transform(raw_documents)

    def transform(self, raw_documents: Iterable[str]) -> Iterator[np.ndarray]:
        """An int64 row of word numbers for each text, shape ``[max_document_length]``."""
        for tokens in self._tokenizer(raw_documents):
            row = np.zeros(self.max_document_length, np.int64)
            for i, token in enumerate(tokens[: self.max_document_length]):
                row[i] = self.vocabulary_.get(token)
            yield row

    def reverse(self, documents: Iterable[Iterable[int]]) -> Iterator[str]:
        """Texts from rows of word numbers, words joined by spaces."""
        for row in documents:
            yield " ".join(self.vocabulary_.reverse(number) for number in row)

    def save(self, filename: str) -> None:
        """Writes the processor and its vocabulary to `filename`."""
        with open(filename, "wb") as file:
            file.write(pickle.dumps(self))

    @classmethod
    def restore(cls, filename: str) -> VocabularyProcessor:
        """Reads what `save` (TensorFlow's too) wrote.

        Raises:
            pickle.UnpicklingError: the file refers to something other than a vocabulary.
        """
        with open(filename, "rb") as file:
            return _VocabularyReader(file).load()


class ByteProcessor:
    """Turns texts into rows of their UTF-8 bytes, all `max_document_length` long."""

    def __init__(self, max_document_length: int) -> None:
        self.max_document_length = max_document_length

    def fit(self, x: Any) -> ByteProcessor:
        """Nothing is to be learned."""
        return self

    def fit_transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """`transform`."""
        return self.transform(x)

    def transform(self, x: Iterable[str | bytes]) -> Iterator[np.ndarray]:
        """A uint8 row for each text, cut or filled with 0 to ``[max_document_length]``."""
        for document in x:
            encoded = document.encode() if isinstance(document, str) else document
            row = np.zeros(self.max_document_length, np.uint8)
            encoded = encoded[: self.max_document_length]
            row[: len(encoded)] = np.frombuffer(encoded, np.uint8)
            yield row

    def reverse(self, x: Iterable[np.ndarray]) -> Iterator[str]:
        """Texts from rows of bytes; what is no UTF-8 is the empty text."""
        for row in x:
            try:
                yield bytes(np.trim_zeros(row, "b")).decode("utf-8")
            except UnicodeDecodeError:
                yield ""


class CategoricalProcessor:
    """Numbers the categories in each column of a table.

    Args:
        min_frequency: categories met this often or less while fitting are unknown.
        share: whether all columns use one vocabulary.
        vocabularies: a vocabulary per column to begin with.
    """

    def __init__(
        self,
        min_frequency: int = 0,
        share: bool = False,
        vocabularies: list[CategoricalVocabulary] | None = None,
    ) -> None:
        self.min_frequency = min_frequency
        self.share = share
        self.vocabularies_ = vocabularies

    def freeze(self, freeze: bool = True) -> None:
        """Freezes (or thaws) each column's vocabulary."""
        for vocabulary in self.vocabularies_ or []:
            vocabulary.freeze(freeze)

    def fit(self, x: Iterable[Any], unused_y: Any = None) -> CategoricalProcessor:
        """Learns the categories of the rows of `x`, then freezes."""
        for row in x:
            if self.vocabularies_ is None:
                if self.share:
                    self.vocabularies_ = [CategoricalVocabulary()] * len(row)
                else:
                    self.vocabularies_ = [CategoricalVocabulary() for _ in row]
            for vocabulary, value in zip(self.vocabularies_, row, strict=False):
                if not _is_nan(value):
                    vocabulary.add(value)
        if self.min_frequency > 0:
            for vocabulary in self.vocabularies_ or []:
                vocabulary.trim(self.min_frequency)
        self.freeze()
        return self

    def fit_transform(self, x: Iterable[Any], unused_y: Any = None) -> Iterator[np.ndarray]:
        """`fit`, then `transform`, of the same rows."""
        self.fit(x)
        return self.transform(x)

    def transform(self, x: Iterable[Any]) -> Iterator[np.ndarray]:
        """An int64 row of numbers for each row of categories; NaN is 0."""
        self.freeze()
        for row in x:
            numbers = np.zeros(len(row), np.int64)
            for i, (vocabulary, value) in enumerate(
                zip(self.vocabularies_ or [], row, strict=False)
            ):
                if not _is_nan(value):
                    numbers[i] = vocabulary.get(value)
            yield numbers


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | np.floating) and math.isnan(value)
