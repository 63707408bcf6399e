"""The row that a word has in a table of vectors."""

from __future__ import annotations

import logging
from collections.abc import Container, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...vectors import KeyedVectors
from ...vectors.typed_keys import typed_key

__all__ = ["UNKNOWN_ROW", "frequent_words", "known_form", "lookup_rows", "lookup_vectors", "require_finite"]

_log = logging.getLogger(__name__)

_MAX_SHOWN = 3  # words in a message
UNKNOWN_ROW = 0  # of a trained table, shared by all words without a row


def known_form(word: str, known: Container[str]) -> str | None:
    """Return the form of a word that is known.

    Parameters
    ----------
    word : str
        The word.
    known : container of str
        The known words.

    Returns
    -------
    str or None
        The word itself or its lower-cased form; None if neither is known.

    Examples
    --------
    >>> known_form("The", {"the": 0})
    'the'
    """
    if word in known:
        return word
    lower = word.lower()
    return lower if lower != word and lower in known else None


def lookup_vectors(
    vectors: KeyedVectors, words: Sequence[str], lowercase: bool
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Gather the vectors of words in a table.

    Parameters
    ----------
    vectors : KeyedVectors
        The vectors.
    words : list of str
        The words.
    lowercase : bool
        Whether to lower-case every word first.

    Returns
    -------
    table : ndarray, shape (n_rows, vector_size)
        Float32 vectors of the words that have one; at least one row.
    rows : ndarray, shape (n_words,)
        Int32 row of each word, -1 for words without a vector. If there are several words and none has one, a warning is
        logged.
    """
    # Most vectors do not know of a preparation, and looking for it would double the time of predictions.
    form_of = known_form if vectors.preparation.is_default else _prepared_form
    forms = [form_of(word.lower() if lowercase else word, vectors) for word in words]
    _warn_if_none_is_known(words, forms)
    row_of = {form: row for row, form in enumerate(dict.fromkeys(form for form in forms if form is not None))}
    table = np.zeros((max(1, len(row_of)), vectors.vector_size), dtype=np.float32)
    for form, row in row_of.items():
        table[row] = vectors.get_vector(form)
    return table, np.array([-1 if form is None else row_of[form] for form in forms], dtype=np.int32)


def _prepared_form(word: str, vectors: KeyedVectors) -> str | None:
    key = typed_key(vectors, word)
    return key if isinstance(key, str) and key in vectors else known_form(word, vectors)


def require_finite(table: NDArray[np.float32], rows: NDArray[np.int32], words: Sequence[str]) -> None:
    """Check that the vectors of words are finite.

    Parameters
    ----------
    table : ndarray, shape (n_rows, vector_size)
        Float32 vectors.
    rows : ndarray, shape (n_words,)
        Int32 row of each word, -1 for words without a vector.
    words : list of str
        The words, for the error message.

    Raises
    ------
    ValueError
        If a vector is not finite.
    """
    is_finite = np.logical_and.reduce(np.isfinite(table), axis=1)
    if not is_finite.all():
        word = words[int(np.flatnonzero((rows >= 0) & ~is_finite[rows])[0])]
        raise ValueError(f"the vectors of words must be finite, got NaN or infinite values for {word!r:.60}")


def frequent_words(words: Sequence[str], counts: NDArray[np.int64], min_count: int, lowercase: bool) -> list[str]:
    """Return the words that occur often enough to have a row in a table learned from scratch.

    Parameters
    ----------
    words : list of str
        Distinct words.
    counts : ndarray, shape (n_words,)
        Their frequencies, int64.
    min_count : int
        Minimum frequency.
    lowercase : bool
        Whether to count lower-cased words.

    Returns
    -------
    list of str
        Words in descending order of frequency, then alphabetically.
    """
    totals: dict[str, int] = {}
    for word, count in zip(words, counts.tolist(), strict=True):
        form = word.lower() if lowercase else word
        totals[form] = totals.get(form, 0) + count
    frequent = (word for word, count in totals.items() if count >= min_count)
    return sorted(frequent, key=lambda word: (-totals[word], word))


def lookup_rows(words: Sequence[str], index: Mapping[str, int], lowercase: bool) -> NDArray[np.int32]:
    """Return the rows of words in a trained table.

    Parameters
    ----------
    words : list of str
        The words.
    index : mapping of str to int
        The row of each known word.
    lowercase : bool
        Whether to lower-case every word first.

    Returns
    -------
    ndarray, shape (n_words,)
        Int32 rows; `UNKNOWN_ROW` for unknown words. If there are several words and none is known, a warning is
        logged.

    Examples
    --------
    >>> lookup_rows(["The", "end"], {"the": 1}, lowercase=False).tolist()
    [1, 0]
    """
    forms = [known_form(word.lower() if lowercase else word, index) for word in words]
    _warn_if_none_is_known(words, forms)
    return np.array([UNKNOWN_ROW if form is None else index[form] for form in forms], dtype=np.int32)


def _warn_if_none_is_known(words: Sequence[str], forms: Sequence[str | None]) -> None:
    if len(words) > 1 and all(form is None for form in forms):
        _log.warning(
            "none of the %d distinct words of the texts has a vector, such as %s; texts must be split and spelt as "
            "those that the vectors were trained on",
            len(words),
            ", ".join(map(repr, words[:_MAX_SHOWN])),
        )
