"""Static vectors from a contextual model: of words by themselves, or the mean of their occurrences in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...errors import VocabularyError
from ...vectors import KeyedVectors
from ..data.encoded_text import ReadText, Sentences
from .embedding import LoadedModel
from .encoding import Encoding, encoded

__all__ = ["distilled", "word_table"]

_SENTENCES_AT_ONCE = 512
_WORDS_AT_ONCE = 4096


def word_table(model: LoadedModel, words: list[str]) -> KeyedVectors:
    """Return the vectors that words have before any context; of equal words one.

    Raises
    ------
    VocabularyError
        If there are no words.
    """
    distinct = list(dict.fromkeys(words))
    if not distinct:
        raise VocabularyError("no words are given")
    table = np.empty((len(distinct), model.options.projection_dim), dtype=np.float32)
    for first in range(0, len(distinct), _WORDS_AT_ONCE):
        part = distinct[first : first + _WORDS_AT_ONCE]
        table[first : first + len(part)] = model.word_vectors(part)
    return KeyedVectors.from_vocabulary(distinct, table)


def distilled(
    model: LoadedModel,
    corpus: Any,
    encoding: Encoding,
    *,
    workers: int,
    min_count: int,
    show: Callable[[int], Any] | None = None,
) -> KeyedVectors:
    """Return for each word of a text the mean of the vectors that its occurrences have.

    Raises
    ------
    VocabularyError
        If no word occurs `min_count` times.
    CorpusError
        If the text has no words.
    """
    read = ReadText(corpus, name="corpus", workers=workers)
    types, sentences = read.sentences()
    kept = np.flatnonzero(types.counts >= min_count)
    if not len(kept):
        raise VocabularyError(f"{read.name}: no word occurs min_count={min_count} times")
    places = np.full(len(types), -1, dtype=np.int64)
    places[kept] = np.arange(len(kept))
    sums = np.zeros((len(kept), 2 * model.options.projection_dim))
    done = 0
    for batch in _batches(sentences):
        tokens = [[types.words[number] for number in sentence.tolist()] for sentence in batch]
        for sentence, vectors in zip(batch, encoded(model, tokens, encoding), strict=True):
            rows = places[sentence]
            np.add.at(sums, rows[rows >= 0], vectors[rows >= 0])
            done += len(sentence)
        if show is not None:
            show(done)
    counts = types.counts[kept].astype(np.int64)
    means = (sums / counts[:, None]).astype(np.float32)
    return KeyedVectors.from_vocabulary([types.words[number] for number in kept.tolist()], means, counts)


def _batches(sentences: Sentences) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for sentence in sentences:
        batch.append(sentence)
        if len(batch) == _SENTENCES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
