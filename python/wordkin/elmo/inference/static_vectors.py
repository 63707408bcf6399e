"""Static word vectors from a contextual model: the token layer, or the mean over the occurrences in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ...errors import VocabularyError
from ...vectors import KeyedVectors
from ..data.encoded_text import ReadText, Sentences
from .embedding import Embedder
from .encoding import SentenceEncoder

__all__ = ["distill_corpus", "token_table"]

_SENTENCES_PER_BLOCK = 512
_TOKENS_PER_BLOCK = 4096


def token_table(embedder: Embedder, words: list[str]) -> KeyedVectors:
    """Return the output of the token layer for words, which does not depend on context.

    Parameters
    ----------
    embedder : Embedder
        Computes the token layer.
    words : list of str
        The words; duplicates are ignored.

    Returns
    -------
    KeyedVectors
        Vectors of dtype float32 and shape (distinct words, projection_dim).

    Raises
    ------
    VocabularyError
        If there are no words.
    """
    distinct = list(dict.fromkeys(words))
    if not distinct:
        raise VocabularyError("words must contain at least one word, got none")
    table = np.empty((len(distinct), embedder.model.options.projection_dim), dtype=np.float32)
    for first in range(0, len(distinct), _TOKENS_PER_BLOCK):
        block = distinct[first : first + _TOKENS_PER_BLOCK]
        table[first : first + len(block)] = embedder.token_vectors(block)
    return KeyedVectors.from_vocabulary(distinct, table)


def distill_corpus(
    encoder: SentenceEncoder, text: ReadText, *, min_count: int, show: Callable[[int], object] | None = None
) -> KeyedVectors:
    """Return for each word of a text the mean of the contextual vectors of its occurrences.

    Parameters
    ----------
    encoder : SentenceEncoder
        Encodes sentences to one vector per token.
    text : ReadText
        The text.
    min_count : int
        Minimum number of occurrences of a word.
    show : callable, optional
        Called with the number of tokens encoded so far.

    Returns
    -------
    KeyedVectors
        Vectors of dtype float32 and shape (words, 2 * projection_dim), most frequent word first, with the attribute
        ``count``.

    Raises
    ------
    VocabularyError
        If no word occurs `min_count` times.
    CorpusError
        If the text contains no words.
    """
    types, sentences = text.sentences()
    kept = np.flatnonzero(types.counts >= min_count)
    if not len(kept):
        raise VocabularyError(f"{text.name}: no word occurs min_count={min_count} times")
    rows_of_types = np.full(len(types), -1, dtype=np.int64)
    rows_of_types[kept] = np.arange(len(kept))
    sums = np.zeros((len(kept), 2 * encoder.embedder.model.options.projection_dim))
    done = 0
    for block in _blocks(sentences):
        tokens = [[types.words[type_id] for type_id in sentence.tolist()] for sentence in block]
        for sentence, vectors in zip(block, encoder.encode(tokens), strict=True):
            rows = rows_of_types[sentence]
            np.add.at(sums, rows[rows >= 0], vectors[rows >= 0])
            done += len(sentence)
        if show is not None:
            show(done)
    counts = types.counts[kept].astype(np.int64)
    means = (sums / counts[:, None]).astype(np.float32)
    return KeyedVectors.from_vocabulary([types.words[type_id] for type_id in kept.tolist()], means, counts)


def _blocks(sentences: Sentences) -> Iterator[list[NDArray[np.int32]]]:
    block: list[NDArray[np.int32]] = []
    for sentence in sentences:
        block.append(sentence)
        if len(block) == _SENTENCES_PER_BLOCK:
            yield block
            block = []
    if block:
        yield block
