"""Orthogonal Procrustes alignment: the rotation that brings one vector space onto another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..vectors import KeyedVectors
from ..vectors.arrays import unit_rows
from .common_words import common_words, require_same_size, rows_of, with_vectors

__all__ = ["align", "align_sequence", "mapped_rows", "orthogonal_map"]

_ROWS_PER_BLOCK = 16384


def align(
    vectors: KeyedVectors,
    onto: KeyedVectors,
    *,
    words: Iterable[str] | None = None,
    restrict_vocab: int | None = None,
    normalize: bool = True,
) -> KeyedVectors:
    """Rotate vectors onto the space of others, so that the same word can be compared in both.

    The axes of two trainings are unrelated, even on the same text. The orthogonal matrix that minimises the
    distances between the vectors of the common words makes them comparable. Similarities within `vectors` do not
    change.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors to rotate; they are not changed.
    onto : KeyedVectors
        The vectors that give the space, of the same `vector_size`.
    words : iterable of str or None, default None
        Words to fit the rotation on, for example words whose meaning is known to be stable; by default all words that
        both have. Words without a vector in both are ignored.
    restrict_vocab : int or None, default None
        Fit on the first, most frequent common words only.
    normalize : bool, default True
        Fit on vectors of unit norm, so that all words count alike. The result keeps its norms in any case.

    Returns
    -------
    KeyedVectors
        All words of `vectors`, with their attributes and rotated vectors.

    Raises
    ------
    VocabularyError
        If no word is in both.
    ValueError
        If the sizes differ, or a vector is not finite.

    References
    ----------
    P. H. Schönemann: A generalized solution of the orthogonal Procrustes problem. Psychometrika 31, 1966.
    W. L. Hamilton, J. Leskovec, D. Jurafsky: Diachronic word embeddings reveal statistical laws of semantic change.
    ACL 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import wordkin
    >>> old = wordkin.KeyedVectors(2)
    >>> old.add_vectors(["up", "right"], [[0.0, 1.0], [1.0, 0.0]])
    >>> new = wordkin.KeyedVectors(2)
    >>> new.add_vectors(["up", "right", "left"], [[1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    >>> wordkin.align(new, old)["left"].round(6).tolist()
    [-1.0, 0.0]
    """
    require_same_size("vectors", vectors, onto)
    shared = common_words(vectors, onto, words, restrict_vocab)
    source, target = rows_of(vectors, shared), rows_of(onto, shared)
    if normalize:
        source, target = unit_rows(source), unit_rows(target)
    return with_vectors(vectors, mapped_rows(vectors.vectors, orthogonal_map(source, target)))


def align_sequence(
    models: Sequence[KeyedVectors],
    *,
    words: Iterable[str] | None = None,
    restrict_vocab: int | None = None,
    normalize: bool = True,
) -> list[KeyedVectors]:
    """Rotate a series of vectors, such as those of successive decades, into the space of the first.

    Each set is aligned with the aligned set before it, with which it has more in common than with the first. To align
    all with one set instead, call `align` for each.

    Parameters
    ----------
    models : sequence of KeyedVectors
        The series, of one `vector_size`.
    words : iterable of str or None, default None
        Words to fit the rotations on; see `align`.
    restrict_vocab : int or None, default None
        Number of words to fit on; see `align`.
    normalize : bool, default True
        Fit on vectors of unit norm; see `align`.

    Returns
    -------
    list of KeyedVectors
        The series in one space; the first is returned as it is.

    Raises
    ------
    ValueError
        If the series is empty, or the sizes differ.
    VocabularyError
        If neighbours of the series have no word in common.

    Examples
    --------
    >>> import wordkin
    >>> from wordkin.alignment import align_sequence
    >>> first = wordkin.KeyedVectors(2)
    >>> first.add_vectors(["up", "right"], [[0.0, 1.0], [1.0, 0.0]])
    >>> second = wordkin.KeyedVectors(2)
    >>> second.add_vectors(["up", "right"], [[1.0, 0.0], [0.0, -1.0]])
    >>> [vectors["up"].round(6).tolist() for vectors in align_sequence([first, second])]
    [[0.0, 1.0], [0.0, 1.0]]
    """
    if not models:
        raise ValueError("models must contain at least one set of vectors, got none")
    chosen = None if words is None else list(words)
    aligned = [models[0]]
    for model in models[1:]:
        aligned.append(
            align(model, aligned[-1], words=chosen, restrict_vocab=restrict_vocab, normalize=normalize),
        )
    return aligned


def orthogonal_map(source: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the orthogonal matrix R that minimises the Frobenius norm of ``source @ R - target``.

    Parameters
    ----------
    source, target : ndarray of float32 or float64, shape (n, size)
        Rows that belong together.

    Returns
    -------
    ndarray of float64, shape (size, size)
        The matrix ``U @ Vt`` of the singular value decomposition of ``source.T @ target``.

    Examples
    --------
    >>> import numpy as np
    >>> from wordkin.alignment.procrustes import orthogonal_map
    >>> orthogonal_map(np.eye(2), np.array([[0.0, 1.0], [-1.0, 0.0]])).round(6).tolist()
    [[0.0, 1.0], [-1.0, 0.0]]
    """
    left, _, right = np.linalg.svd((source.T @ target).astype(np.float64, copy=False))
    rotation: NDArray[np.float64] = left @ right
    return rotation


def mapped_rows(rows: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.floating]:
    """Return ``rows @ matrix`` with the dtype of the rows, computed in float64 in blocks.

    Parameters
    ----------
    rows : ndarray, shape (n, size)
        The rows.
    matrix : ndarray of float64, shape (size, result_size)
        The matrix.

    Returns
    -------
    ndarray, shape (n, result_size)
        The product.
    """
    result = np.empty((len(rows), matrix.shape[1]), dtype=rows.dtype)
    for first in range(0, len(rows), _ROWS_PER_BLOCK):
        result[first : first + _ROWS_PER_BLOCK] = rows[first : first + _ROWS_PER_BLOCK].astype(np.float64) @ matrix
    return result
