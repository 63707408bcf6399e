"""Interpolated trigram language model with modified Kneser-Ney smoothing (Chen and Goodman 1999, section 4).

Sentences are sequences of word ids. Each begins with a begin marker, which is not predicted, and ends with an end
marker, which is. The unknown word is treated like any other word. Lower orders use the number of distinct contexts of
an n-gram, except for n-grams at the beginning of a sentence: these have only one context, and their own counts are
used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trigrams", "framed", "perplexity"]

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


def framed(ids: NDArray[np.int32], ends: Ids, begin: int, end: int) -> Ids:
    """Insert begin and end markers around sentences; `ends` are the positions after their last words."""
    lengths = np.diff(ends, prepend=0)
    positions = np.arange(len(ids)) + 2 * np.repeat(np.arange(len(ends)), lengths) + 1
    marked = np.empty(len(ids) + 2 * len(ends), dtype=np.int64)
    marked_ends = ends + 2 * np.arange(1, len(ends) + 1)
    marked[marked_ends - 1] = end
    marked[marked_ends - 2 - lengths] = begin
    marked[positions] = ids
    return marked


@dataclass(frozen=True)
class Order:
    """N-grams of one length: the discounted probability of each word in its context, and the remaining probability."""

    keys: Ids  # sorted: index of the context in the order below (for bigrams its word), times words, plus word
    probabilities: Floats  # (count - discount) / total of the context
    contexts: Ids
    remainders: Floats  # probability of each context that its discounts leave for the order below
    words: int

    @classmethod
    def of(cls, keys: Ids, counts: Ids, words: int) -> Order:
        """Return the model of distinct, sorted n-grams with their counts."""
        discounts = np.concatenate([[0.0], discounts_of(counts)])
        kinds = np.minimum(counts, 3)
        contexts, first = np.unique(keys // words, return_index=True)
        totals = np.add.reduceat(counts, first).astype(np.float64)
        lengths = np.diff(first, append=len(keys))
        return cls(
            keys=keys,
            probabilities=(counts - discounts[kinds]) / np.repeat(totals, lengths),
            contexts=contexts,
            remainders=np.add.reduceat(discounts[kinds], first) / totals,
            words=words,
        )

    def interpolate(self, contexts: Ids, words: Ids, lower: Floats) -> Floats:
        """Return probabilities of words; an unseen context, or context -1, leaves everything to the order below."""
        index = index_of(self.contexts, contexts)
        remainders = np.where(index >= 0, self.remainders[index], 1.0)
        index = index_of(self.keys, np.where(contexts >= 0, contexts * self.words + words, -1))
        return np.where(index >= 0, self.probabilities[index], 0.0) + remainders * lower


def discounts_of(counts: Ids) -> Floats:
    """Return the discounts of n-grams that occur once, twice, and more often (Chen and Goodman 1999, equation 26)."""
    n1, n2, n3, n4 = np.maximum(np.bincount(np.minimum(counts, 5), minlength=6)[1:5], 1).astype(np.float64)
    y = n1 / (n1 + 2 * n2)
    return np.clip([1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3], 0.0, [1.0, 2.0, 3.0])


def index_of(keys: Ids, wanted: Ids) -> Ids:
    """Return the indices of keys in a sorted array, -1 for missing ones."""
    indices = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[indices] == wanted, indices, -1)


class Trigrams:
    """Trigram model of a text.

    Parameters
    ----------
    marked : ndarray of int64
        Text with markers, from `framed`.
    words : int
        Size of the vocabulary, including the markers.
    begin : int
        Id of the begin marker, which is never predicted.
    """

    def __init__(self, marked: Ids, *, words: int, begin: int) -> None:
        self.words, self.begin = words, begin
        is_pair = marked[1:] != begin
        pairs, indices, pair_counts = np.unique(
            (marked[:-1] * words + marked[1:])[is_pair], return_inverse=True, return_counts=True
        )
        self.pairs = pairs
        # Two consecutive pairs share their middle word and form a trigram, unless a sentence begins between them.
        of_pair = np.full(len(is_pair), -1)
        of_pair[is_pair] = indices
        is_triple = is_pair[1:] & is_pair[:-1]
        triples, triple_counts = np.unique(of_pair[:-1][is_triple] * words + marked[2:][is_triple], return_counts=True)
        middles = pairs[triples // words] % words
        seen, contexts = np.unique(middles * words + triples % words, return_counts=True)
        counts = np.where(pairs // words == begin, pair_counts, 0)
        counts[index_of(pairs, seen)] = contexts
        self.unigrams = Order.of(*np.unique(pairs % words, return_counts=True), words)
        self.bigrams = Order.of(pairs, counts, words)
        self.trigrams = Order.of(triples, triple_counts, words)

    def probabilities(self, before: Ids, previous: Ids, words: Ids) -> Floats:
        """Return the probability of each word after two words; `before` is -1 for the first word of a sentence."""
        uniform = np.full(len(words), 1.0 / (self.words - 1))
        lower = self.unigrams.interpolate(np.zeros_like(words), words, uniform)
        lower = self.bigrams.interpolate(previous, words, lower)
        contexts = index_of(self.pairs, np.where(before >= 0, before * self.words + previous, -1))
        return self.trigrams.interpolate(contexts, words, lower)


def perplexity(model: Trigrams, marked: Ids) -> tuple[float, int]:
    """Return the perplexity of a text, including the ends of sentences, and the number of predictions."""
    positions = np.flatnonzero(marked != model.begin)
    previous = marked[positions - 1]
    before = np.where(previous == model.begin, -1, marked[positions - 2])
    probabilities = model.probabilities(before, previous, marked[positions])
    return float(np.exp(-np.log(probabilities).mean())), len(positions)
