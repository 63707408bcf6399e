"""Retrieval across two spaces by cross-domain similarity local scaling (CSLS)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.options import integer_option
from ..vectors import KeyedVectors
from ..vectors.keys import as_keys
from .common_words import named_rows, require_same_size
from .neighbours import MutualNeighbours, mean_cosines, nearest_rows, unit_floats

__all__ = ["csls_neighbours"]

Neighbours = list[tuple[str, float]]

_ROUNDING = 1e-4  # more than the rounding error of a product
_MIN_CANDIDATES = 256  # rows that are searched together


def csls_neighbours(
    source: KeyedVectors,
    target: KeyedVectors,
    words: Sequence[str],
    *,
    topn: int = 10,
    neighbourhood: int = 10,
) -> list[Neighbours]:
    """Find the nearest words in another space, corrected for words that are near to everything.

    The score of a pair is twice its cosine, less the mean cosine of each of the two words with its nearest
    neighbours in the other space. Some vectors (hubs) are neighbours of very many others; plain cosines prefer them.

    Parameters
    ----------
    source : KeyedVectors
        Vectors of the words to look up, in the space of `target`; see `align` and `map_languages`.
    target : KeyedVectors
        Vectors to search.
    words : sequence of str
        Words of `source`.
    topn : int, default 10
        Number of results per word (>= 1).
    neighbourhood : int, default 10
        Number of nearest neighbours that are averaged (>= 1).

    Returns
    -------
    list of list of (str, float)
        For each word, the words of `target` with the greatest scores.

    Raises
    ------
    KeyError
        If a word is not in `source`.
    ValueError
        If the sizes differ, a number is out of range, or the vector of a word is not finite.

    References
    ----------
    A. Conneau, G. Lample, M. Ranzato, L. Denoyer, H. Jégou: Word translation without parallel data. ICLR 2018.

    Examples
    --------
    >>> import wordkin
    >>> from wordkin.alignment import csls_neighbours
    >>> english, french = wordkin.KeyedVectors(2), wordkin.KeyedVectors(2)
    >>> english.add_vectors(["cat", "dog"], [[1.0, 0.1], [0.1, 1.0]])
    >>> french.add_vectors(["chat", "chien"], [[1.0, 0.0], [0.0, 1.0]])
    >>> [near[0][0] for near in csls_neighbours(english, french, ["dog", "cat"], topn=1, neighbourhood=1)]
    ['chien', 'chat']
    """
    require_same_size("source", source, target)
    topn = integer_option("topn", topn, 1, 2**31 - 1)
    neighbourhood = integer_option("neighbourhood", neighbourhood, 1, 2**31 - 1)
    chosen = as_keys(words, "words")
    source_words, target_words = named_rows(source), named_rows(target)
    positions = _positions_of(source, chosen, source_words)
    if len(chosen) == 0 or len(target_words) == 0:
        return [[] for _ in chosen]
    source_rows = unit_floats(_selected(source.vectors, source_words))
    target_rows = unit_floats(_selected(target.vectors, target_words))
    queries = _selected(source_rows, positions)
    _require_finite(queries, chosen, source_words[positions])
    near = _neighbourhoods(source_rows, positions, target_rows, neighbourhood)
    level = _mean_of_finite(near.row_means)
    near = near._replace(row_means=near.row_means - level)
    topn = min(topn, len(target_rows))
    indices, products = _ranked(queries, target_rows, near, topn)
    scores = 2 * products - mean_cosines(near.cosines)[:, np.newaxis] - level
    keys = target.index_to_key
    words_found = [keys[row] for row in target_words[indices].ravel().tolist()]
    found = list(zip(words_found, scores.ravel().tolist(), strict=True))
    return [found[first : first + topn] for first in range(0, len(found), topn)]


def _selected(rows: NDArray[Any], positions: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Return some rows of an array, which is not copied if these are all rows in their order."""
    takes_all = len(positions) == len(rows) and bool((positions == np.arange(len(rows))).all())
    return rows if takes_all else np.take(rows, positions, axis=0)


def _require_finite(queries: NDArray[np.float32], words: Sequence[str], rows: NDArray[np.integer[Any]]) -> None:
    finite = np.isfinite(queries)
    if not finite.all():
        first = int(np.argmin(finite.all(axis=1)))
        raise ValueError(
            "words must have finite vectors in source, got NaN or infinite values for "
            f"{words[first]!r} (row {int(rows[first])}): leave such words out"
        )


def _positions_of(vectors: KeyedVectors, words: Sequence[str], named: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of words among the rows that have names."""
    known = vectors.key_to_index
    rows = np.array([known[word] if word in known else vectors.get_index(word) for word in words], dtype=np.int64)
    return rows if len(named) == len(vectors.vectors) else np.asarray(np.searchsorted(named, rows))


def _neighbourhoods(
    source_rows: NDArray[np.float32], positions: NDArray[np.int64], target_rows: NDArray[np.float32], count: int
) -> MutualNeighbours:
    """Return the nearest targets of some sources, and the mean similarity of each target with its nearest sources."""
    if 2 * len(positions) >= len(source_rows):
        found = MutualNeighbours.of(source_rows, target_rows, count)
        return found._replace(indices=_selected(found.indices, positions), cosines=_selected(found.cosines, positions))
    indices, cosines = nearest_rows(source_rows[positions], target_rows, min(count, len(target_rows)))
    _, of_targets = nearest_rows(target_rows, source_rows, min(count, len(source_rows)))
    return MutualNeighbours(indices, cosines, mean_cosines(of_targets))


def _mean_of_finite(values: NDArray[np.float32]) -> np.float32:
    finite = values[np.isfinite(values)]
    return np.float32(finite.mean() if len(finite) else 0.0)


def _ranked(
    queries: NDArray[np.float32], rows: NDArray[np.float32], near: MutualNeighbours, count: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the rows with the greatest ``cosine - penalty / 2`` for each query, and these products.

    The penalties are the means of the rows. A row that is not among the nearest ones of a query has a cosine of at
    most that of the last of these, and can surpass the best of them only if its penalty is low enough: in most spaces,
    few rows have such penalties.
    """
    penalties = near.row_means
    if count > near.indices.shape[1] or not (np.isfinite(near.cosines).all() and np.isfinite(penalties).all()):
        return nearest_rows(*_with_penalties(queries, rows, penalties), count)
    known = near.cosines - penalties[near.indices] / 2
    indices, products = _best(near.indices, known, count)
    order = np.argsort(penalties, kind="stable")
    limits = 2 * (near.cosines[:, -1] - products[:, -1]) + _ROUNDING
    for chosen, part in _candidates(penalties[order], limits):
        candidates = order[part]
        found, values = nearest_rows(
            *_with_penalties(queries[chosen], rows[candidates], penalties[candidates]), min(count, len(candidates))
        )
        others = candidates[found]
        is_known = (others[:, :, np.newaxis] == near.indices[chosen][:, np.newaxis]).any(axis=2)
        values = np.where(is_known, np.float32(-np.inf), values)
        indices[chosen], products[chosen] = _best(
            np.hstack((near.indices[chosen], others)), np.hstack((known[chosen], values)), count
        )
    return indices, products


def _candidates(penalties: NDArray[Any], limits: NDArray[Any]) -> Iterator[tuple[NDArray[np.intp], slice]]:
    """Yield queries, and the rows, sorted by penalty, of which those below the limits of the queries are the first."""
    counts = np.searchsorted(penalties, limits)
    first = 0
    while first < len(penalties):
        last = max(_MIN_CANDIDATES, 4 * first)
        chosen = np.flatnonzero((counts > first) & (counts <= last))
        if len(chosen):
            yield chosen, slice(0, last)
        first = last


def _best(indices: NDArray[Any], products: NDArray[Any], count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the rows with the greatest products of each query, in descending order; of equal ones the lower first."""
    if count == 1:  # faster than sorting
        greatest = products.max(axis=1, keepdims=True)
        lowest = np.where(products == greatest, indices, np.iinfo(indices.dtype).max).min(axis=1, keepdims=True)
        return lowest, greatest
    order = np.lexsort((indices, -products), axis=1)[:, :count]
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(products, order, axis=1)


def _with_penalties(
    queries: NDArray[np.float32], rows: NDArray[np.float32], penalties: NDArray[np.float32]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return queries and rows with one more column, so that their product is ``cosine - penalty / 2``.

    The search then ranks by CSLS without knowing of it. The penalties are centred, and the column of the queries is
    about as large as the others, which keeps the 8-bit approximations in the search precise.
    """
    size = np.float32(1 / np.sqrt(queries.shape[1]))
    column = np.full((len(queries), 1), size, dtype=np.float32)
    return np.hstack((queries, column)), np.hstack((rows, (-penalties / (2 * size))[:, np.newaxis]))
