"""Merging of vectors that were trained apart: generalised orthogonal Procrustes analysis with missing words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.options import integer_option
from ..vectors import KeyedVectors
from ..vectors.arrays import unit_rows
from .common_words import named_rows, require_same_size
from .procrustes import mapped_rows, orthogonal_map

__all__ = ["merge_vectors"]

logger = logging.getLogger(__name__)

_MOST_SWEEPS = 30
_TOLERANCE = 1e-6


def merge_vectors(models: Sequence[KeyedVectors], *, restrict_vocab: int | None = 50_000) -> KeyedVectors:
    """Merge vectors that were trained apart on parts of a corpus.

    The axes of two trainings are unrelated. All sets are rotated into one space, in which the vectors of each word are
    as near to each other as possible, and averaged over the sets that have the word. The result is better than each of
    the sets if they were trained on large random samples of one corpus, with the same options; it does not reach a
    model that was trained on the whole corpus. No word is lost, and counts are added.

    Parameters
    ----------
    models : sequence of KeyedVectors
        At least two sets of vectors of the same `vector_size`; they are not changed.
    restrict_vocab : int or None, default 50000
        Number of words that the rotations are fitted on, which are the most frequent ones that several sets have; None
        for all.

    Returns
    -------
    KeyedVectors
        The words of all sets by decreasing count; without counts, by their position in the sets. Vectors of zeros count
        as missing.

    Raises
    ------
    VocabularyError
        If a set has no words in common with the others.
    ValueError
        If there are less than two sets, two are the same, the sizes differ, or a vector is not finite.

    References
    ----------
    J. C. Gower: Generalized Procrustes analysis. Psychometrika 40, 1975.
    J. M. F. ten Berge: Orthogonal Procrustes rotation for two or more matrices. Psychometrika 42, 1977.

    Examples
    --------
    >>> import wordkin
    >>> from wordkin.alignment import merge_vectors
    >>> first = wordkin.KeyedVectors(2)
    >>> first.add_vectors(["up", "right"], [[0.0, 1.0], [1.0, 0.0]])
    >>> second = wordkin.KeyedVectors(2)
    >>> second.add_vectors(["up", "right", "left"], [[1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    >>> merged = merge_vectors([first, second])
    >>> [(word, merged[word].round(6).tolist()) for word in merged.index_to_key]
    [('up', [0.0, 1.0]), ('right', [1.0, 0.0]), ('left', [-1.0, 0.0])]
    """
    models = list(models)
    if restrict_vocab is not None:
        restrict_vocab = integer_option("restrict_vocab", restrict_vocab, 1, 2**31 - 1)
    _check(models)
    union = _Union(models)
    maps = _fitted_maps(models, union.fitted(restrict_vocab))
    return union.with_rows(_means(models, maps, union))


def _check(models: Sequence[KeyedVectors]) -> None:
    if len(models) < 2:
        raise ValueError(f"models must contain at least two sets of vectors, got {len(models)}")
    for number, vectors in enumerate(models):
        require_same_size(f"models[{number}]", vectors, models[0])
        finite = np.isfinite(vectors.vectors).all(axis=1)
        if not finite.all():
            word = vectors.index_to_key[int(np.argmin(finite))]
            raise ValueError(f"vectors must be finite, got NaN or infinite values for {word!r} in models[{number}]")
    for (first, one), (second, other) in combinations(enumerate(models), 2):
        if one is other or (one.index_to_key == other.index_to_key and np.array_equal(one.vectors, other.vectors)):
            raise ValueError(f"models must differ, got the same vectors as models[{first}] and models[{second}]")


class _Union:
    """The words of several sets of vectors.

    Parameters
    ----------
    models : sequence of KeyedVectors
        The sets.

    Attributes
    ----------
    rows : list of ndarray of int64
        For each set, the rows that have a word and a vector other than zero.
    ids : list of ndarray of int64
        For each set, the indices of the words of these rows in the union.
    holders : ndarray of int64
        For each word, the number of sets that have it.
    """

    def __init__(self, models: Sequence[KeyedVectors]) -> None:
        named = [named_rows(vectors) for vectors in models]
        words: dict[Any, int] = {}
        found = [
            np.array([words.setdefault(vectors.index_to_key[row], len(words)) for row in rows.tolist()], dtype=np.int64)
            for vectors, rows in zip(models, named, strict=True)
        ]
        self._words = list(words)
        self._counts = _added_counts(models, named, found, len(words))
        ranks = np.full(len(words), np.iinfo(np.int64).max)
        for ids in found:
            np.minimum.at(ranks, ids, np.arange(len(ids)))
        frequencies = np.zeros(len(words)) if self._counts is None else self._counts
        order = np.lexsort((ranks, -frequencies))  # stable: words of equal rank are in the order of the sets
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        self._words = [self._words[word] for word in order.tolist()]
        if self._counts is not None:
            self._counts = self._counts[order]
        has_vector = [vectors.vectors[rows].any(axis=1) for vectors, rows in zip(models, named, strict=True)]
        self.rows = [rows[chosen] for rows, chosen in zip(named, has_vector, strict=True)]
        self.ids = [position[ids[chosen]] for ids, chosen in zip(found, has_vector, strict=True)]
        self.holders = np.bincount(np.concatenate(self.ids), minlength=len(words))
        preparations = {vectors.preparation for vectors in models}
        self._preparation = models[0].preparation if len(preparations) == 1 else None
        self._size, self._type = models[0].vector_size, np.result_type(*(vectors.vectors for vectors in models))

    def __len__(self) -> int:
        return len(self._words)

    def fitted(self, limit: int | None) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Return the words on which rotations are fitted: for each set, its rows and the indices of their words."""
        common = np.flatnonzero(self.holders > 1)[:limit]
        number = np.full(len(self), -1)
        number[common] = np.arange(len(common))
        chosen = [number[ids] >= 0 for ids in self.ids]
        return [(rows[few], number[ids[few]]) for rows, ids, few in zip(self.rows, self.ids, chosen, strict=True)]

    def with_rows(self, rows: NDArray[Any]) -> KeyedVectors:
        """Return the words with vectors."""
        result = KeyedVectors.from_vocabulary(self._words, rows.astype(self._type, copy=False))
        result.expandos = {} if self._counts is None else {"count": self._counts}
        if self._preparation is None:
            logger.warning(
                "the texts of the vectors were prepared in different ways; the merged vectors do not say how"
            )
        else:
            result.preparation = self._preparation
        return result


def _added_counts(
    models: Sequence[KeyedVectors], named: list[NDArray[np.int64]], ids: list[NDArray[np.int64]], words: int
) -> NDArray[np.int64] | None:
    without = [vectors for vectors in models if "count" not in vectors.expandos]
    if without:
        if len(without) < len(models):
            logger.warning("%d of %d sets of vectors have no counts of words", len(without), len(models))
        return None
    counts = np.zeros(words, dtype=np.int64)
    for vectors, rows, found in zip(models, named, ids, strict=True):
        counts[found] += vectors.expandos["count"][rows].astype(np.int64)
    return counts


def _fitted_maps(
    models: Sequence[KeyedVectors], fitted: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
) -> list[NDArray[np.float64]]:
    """Return the rotations that bring the sets into one space, that of the first.

    Each rotation in turn brings its set onto the sum of the others, until the agreement no longer increases. Vectors
    have unit norm, so that all words count alike.
    """
    units = [
        unit_rows(vectors.vectors[rows].astype(np.float32)) for vectors, (rows, _) in zip(models, fitted, strict=True)
    ]
    ids = [words for _, words in fitted]
    size = models[0].vector_size
    words = 1 + max((int(found.max()) for found in ids if len(found)), default=-1)
    holders = np.bincount(np.concatenate(ids), minlength=words).astype(np.float32)[:, np.newaxis]
    maps = [np.eye(size) for _ in models]
    total = np.zeros((words, size), dtype=np.float32)
    for number in _order(ids, words, size):
        if total.any():
            maps[number] = orthogonal_map(units[number], total[ids[number]])
        total[ids[number]] += units[number] @ maps[number].astype(np.float32)
    agreement = 0.0
    for _ in range(_MOST_SWEEPS):
        for number in range(1, len(models)):
            unit, found = units[number], ids[number]
            others = total[found] - unit @ maps[number].astype(np.float32)
            maps[number] = orthogonal_map(unit, others / holders[found])
            total[found] = others + unit @ maps[number].astype(np.float32)
        before, agreement = agreement, float(np.einsum("ij,ij->", total, total / holders, dtype=np.float64))
        if agreement - before <= _TOLERANCE * agreement:
            break
    return maps


def _order(ids: list[NDArray[np.int64]], words: int, size: int) -> list[int]:
    """Return the order in which the sets are joined to the first: the one that shares most words with those before."""
    known = np.zeros(words, dtype=bool)
    known[ids[0]] = True
    order, left = [0], set(range(1, len(ids)))
    while left:
        shared = {number: int(known[ids[number]].sum()) for number in sorted(left)}
        best = max(shared, key=lambda number: shared[number])
        if shared[best] == 0:
            raise VocabularyError(
                f"the sets of vectors must have words in common, got none for models[{best}] and those joined to "
                "models[0]: check that all are of the same language, letter case and tokenization"
            )
        if shared[best] < size:
            logger.warning(
                "a set of vectors has only %d words in common with the others, which do not determine a rotation of %d "
                "dimensions",
                shared[best],
                size,
            )
        known[ids[best]] = True
        order.append(best)
        left.remove(best)
    return order


def _means(models: Sequence[KeyedVectors], maps: list[NDArray[np.float64]], union: _Union) -> NDArray[Any]:
    total = np.zeros((len(union), models[0].vector_size), dtype=np.result_type(models[0].vectors, np.float32))
    for vectors, matrix, rows, ids in zip(models, maps, union.rows, union.ids, strict=True):
        total[ids] += mapped_rows(vectors.vectors[rows], matrix)
    total /= np.maximum(union.holders, 1)[:, np.newaxis]
    return total
