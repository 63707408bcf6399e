"""Retrieval across two spaces by cross-domain similarity local scaling (CSLS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..runtime.options import integer_option
from ..vectors import KeyedVectors
from ..vectors.keys import as_keys
from .common_words import named_rows, require_same_size
from .neighbours import mean_similarity, nearest_rows, unit_floats

__all__ = ["csls_neighbours"]

Neighbours = list[tuple[str, float]]


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
        If the sizes differ, or a number is out of range.

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
    source_rows = unit_floats(source.vectors[named_rows(source)])
    target_words = named_rows(target)
    target_rows = unit_floats(target.vectors[target_words])
    queries = unit_floats(source.vectors[[source.get_index(word) for word in chosen]])
    if len(queries) == 0 or len(target_rows) == 0:
        return [[] for _ in chosen]
    indices, products = nearest_rows(
        *_with_penalties(queries, target_rows, mean_similarity(target_rows, source_rows, neighbourhood)),
        min(topn, len(target_rows)),
    )
    scores = 2 * products - mean_similarity(queries, target_rows, neighbourhood)[:, np.newaxis]
    return [
        [(target.index_to_key[row], score) for row, score in zip(rows, values, strict=True)]
        for rows, values in zip(target_words[indices].tolist(), scores.tolist(), strict=True)
    ]


def _with_penalties(
    queries: NDArray[np.float32], rows: NDArray[np.float32], means: NDArray[np.float32]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return queries and rows with one more column, so that their product is ``cosine - means / 2``.

    The search then ranks by CSLS without knowing of it. The column of the queries is about as large as the others,
    which keeps their 8-bit approximations in the search precise.
    """
    size = np.float32(1 / np.sqrt(queries.shape[1]))
    column = np.full((len(queries), 1), size, dtype=np.float32)
    return np.hstack((queries, column)), np.hstack((rows, (-means / (2 * size))[:, np.newaxis]))
