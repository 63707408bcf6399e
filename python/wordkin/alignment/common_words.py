"""Words that two sets of vectors have in common, and new sets of vectors made from old ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VocabularyError
from ..runtime.options import integer_option
from ..vectors import KeyedVectors
from ..vectors.keys import as_keys

__all__ = ["common_words", "named_rows", "require_same_size", "rows_of", "with_vectors"]


def common_words(
    first: KeyedVectors, second: KeyedVectors, words: Iterable[str] | None = None, restrict_vocab: int | None = None
) -> list[Any]:
    """Return the words that both sets have, in the order of the second.

    Parameters
    ----------
    first, second : KeyedVectors
        The two sets.
    words : iterable of str or None, default None
        Only these words; their order is kept.
    restrict_vocab : int or None, default None
        Only the first words (>= 1), which are the most frequent ones in vectors that wordkin trained.

    Returns
    -------
    list
        The common words.

    Raises
    ------
    TypeError
        If `words` is a single string, or `restrict_vocab` is not an integer.
    ValueError
        If `restrict_vocab` is less than 1.
    VocabularyError
        If there is no common word.
    """
    if restrict_vocab is not None:
        restrict_vocab = integer_option("restrict_vocab", restrict_vocab, 1, 2**31 - 1)
    candidates = second.index_to_key if words is None else list(dict.fromkeys(as_keys(words, "words")))
    found = [word for word in candidates if word in first.key_to_index and word in second.key_to_index]
    if not found:
        raise VocabularyError(
            f"the two sets of vectors must have words in common, got {len(first)} and {len(second)} words without a "
            "common one: check that both are of the same language, letter case and tokenization"
        )
    return found[:restrict_vocab]


def require_same_size(name: str, vectors: KeyedVectors, expected: KeyedVectors) -> None:
    """Check that an argument is a set of vectors with the dimensionality of another.

    Parameters
    ----------
    name : str
        Name of the argument in the error message.
    vectors, expected : KeyedVectors
        The two sets.

    Raises
    ------
    TypeError
        If one of them is something else.
    ValueError
        If the dimensionalities differ.
    """
    for given in (vectors, expected):
        if not isinstance(given, KeyedVectors):
            raise TypeError(f"vectors must be KeyedVectors, such as model.wv, got {type(given).__name__}")
    if vectors.vector_size != expected.vector_size:
        raise ValueError(f"{name} must have vectors of size {expected.vector_size}, got {vectors.vector_size}")


def rows_of(vectors: KeyedVectors, words: list[Any]) -> NDArray[np.float64]:
    """Return the vectors of words.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    words : list
        Words that all have a vector.

    Returns
    -------
    ndarray of float64, shape (len(words), vector_size)
        Their vectors.

    Raises
    ------
    ValueError
        If a vector is not finite; the message names its word.
    """
    rows = np.asarray(vectors.vectors[[vectors.key_to_index[word] for word in words]], dtype=np.float64)
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        word = words[int(np.argmin(finite))]
        raise ValueError(f"vectors must be finite, got NaN or infinite values for {word!r}")
    return rows


def with_vectors(vectors: KeyedVectors, rows: NDArray[Any]) -> KeyedVectors:
    """Return a new set with the words and attributes of another and new rows.

    Parameters
    ----------
    vectors : KeyedVectors
        The set that gives words and attributes.
    rows : ndarray, shape (len(vectors), vector_size)
        The new vectors.

    Returns
    -------
    KeyedVectors
        The new set, with the dtype of the old one; preallocated rows without a word are left out.
    """
    named = named_rows(vectors)
    words = [vectors.index_to_key[row] for row in named.tolist()]
    result = KeyedVectors.from_vocabulary(words, np.asarray(rows[named], dtype=vectors.vectors.dtype))
    result.expandos = {name: column[named] for name, column in vectors.expandos.items()}
    result.preparation = vectors.preparation
    return result


def named_rows(vectors: KeyedVectors) -> NDArray[np.int64]:
    """Return the rows that have a word, which preallocated rows have not.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.

    Returns
    -------
    ndarray of int64, shape (n,)
        The rows in ascending order.
    """
    return np.array([row for row, word in enumerate(vectors.index_to_key) if word is not None], dtype=np.int64)
