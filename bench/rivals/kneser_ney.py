"""A trigram language model, interpolated, with modified Kneser-Ney smoothing (Chen and Goodman 1999, section 4).

Sentences are ids; each is followed by an end mark, which is predicted, and preceded by a begin mark, which is not. The
unknown word is a word like others. Lower orders count in how many contexts an n-gram was met, except where it begins a
sentence: there is only one such context, and its own count is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trigrams", "framed", "perplexity"]

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


def framed(ids: NDArray[np.int32], ends: Ids, begin: int, end: int) -> Ids:
    """Put marks around sentences: `ends` are the places behind their last words."""
    lengths = np.diff(ends, prepend=0)
    places = np.arange(len(ids)) + 2 * np.repeat(np.arange(len(ends)), lengths) + 1
    marked = np.empty(len(ids) + 2 * len(ends), dtype=np.int64)
    behind = ends + 2 * np.arange(1, len(ends) + 1)
    marked[behind - 1] = end
    marked[behind - 2 - lengths] = begin
    marked[places] = ids
    return marked


@dataclass(frozen=True)
class Order:
    """N-grams of one length: how much of the probability of a context each word has, and how much is left over."""

    keys: Ids  # sorted: place of the context among those of the order below (or its word), times words, plus word
    shares: Floats  # (count - discount) / total of the context
    contexts: Ids
    left_over: Floats
    words: int

    @classmethod
    def of(cls, keys: Ids, counts: Ids, words: int) -> Order:
        """From different n-grams, sorted, and their counts."""
        discounts = np.concatenate([[0.0], discounts_of(counts)])
        kinds = np.minimum(counts, 3)
        contexts, first = np.unique(keys // words, return_index=True)
        totals = np.add.reduceat(counts, first).astype(np.float64)
        lengths = np.diff(first, append=len(keys))
        return cls(
            keys=keys,
            shares=(counts - discounts[kinds]) / np.repeat(totals, lengths),
            contexts=contexts,
            left_over=np.add.reduceat(discounts[kinds], first) / totals,
            words=words,
        )

    def interpolate(self, contexts: Ids, words: Ids, lower: Floats) -> Floats:
        """Probabilities of words; a context that was never met (or is -1) leaves all to the order below."""
        place = found(self.contexts, contexts)
        left_over = np.where(place >= 0, self.left_over[place], 1.0)
        place = found(self.keys, np.where(contexts >= 0, contexts * self.words + words, -1))
        return np.where(place >= 0, self.shares[place], 0.0) + left_over * lower


def discounts_of(counts: Ids) -> Floats:
    """For n-grams met once, twice, more often (their equation 26)."""
    n1, n2, n3, n4 = np.maximum(np.bincount(np.minimum(counts, 5), minlength=6)[1:5], 1).astype(np.float64)
    y = n1 / (n1 + 2 * n2)
    return np.clip([1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3], 0.0, [1.0, 2.0, 3.0])


def found(keys: Ids, wanted: Ids) -> Ids:
    """Places of keys in a sorted array, -1 for those that it does not have."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, places, -1)


class Trigrams:
    """The model of a text of `words` words, `marked` as `framed` gives it; `begin` is never predicted."""

    def __init__(self, marked: Ids, *, words: int, begin: int) -> None:
        self.words, self.begin = words, begin
        is_pair = marked[1:] != begin
        pairs, places, pair_counts = np.unique(
            (marked[:-1] * words + marked[1:])[is_pair], return_inverse=True, return_counts=True
        )
        self.pairs = pairs
        # Two pairs in a row that share their middle word are a trigram, unless a sentence begins between them.
        of_pair = np.full(len(is_pair), -1)
        of_pair[is_pair] = places
        is_triple = is_pair[1:] & is_pair[:-1]
        triples, triple_counts = np.unique(of_pair[:-1][is_triple] * words + marked[2:][is_triple], return_counts=True)
        middles = pairs[triples // words] % words
        met, contexts = np.unique(middles * words + triples % words, return_counts=True)
        counts = np.where(pairs // words == begin, pair_counts, 0)
        counts[found(pairs, met)] = contexts
        self.unigrams = Order.of(*np.unique(pairs % words, return_counts=True), words)
        self.bigrams = Order.of(pairs, counts, words)
        self.trigrams = Order.of(triples, triple_counts, words)

    def probabilities(self, before: Ids, previous: Ids, words: Ids) -> Floats:
        """Of each word behind `before` and `previous`; at a sentence's second place `before` is -1."""
        uniform = np.full(len(words), 1.0 / (self.words - 1))
        lower = self.unigrams.interpolate(np.zeros_like(words), words, uniform)
        lower = self.bigrams.interpolate(previous, words, lower)
        contexts = found(self.pairs, np.where(before >= 0, before * self.words + previous, -1))
        return self.trigrams.interpolate(contexts, words, lower)


def perplexity(model: Trigrams, marked: Ids) -> tuple[float, int]:
    """Perplexity of a text with its sentence ends, and the number of predictions."""
    places = np.flatnonzero(marked != model.begin)
    previous = marked[places - 1]
    before = np.where(previous == model.begin, -1, marked[places - 2])
    found_probabilities = model.probabilities(before, previous, marked[places])
    return float(np.exp(-np.log(found_probabilities).mean())), len(places)
