"""The result of a reader: words, vectors and, if the file has them, counts."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import FormatError

__all__ = ["LoadedVectors", "without_duplicates"]


@dataclass(frozen=True, kw_only=True)
class LoadedVectors:
    """Distinct words in the order of the file, with their vectors.

    Parameters
    ----------
    words : list of str
        The words.
    vectors : ndarray of float16, float32 or float64, shape (len(words), vector_size)
        Vector of each word.
    counts : ndarray of int64, shape (len(words),), optional
        Count of each word, if known.
    skipped_rows : int, default 0
        Number of rows that were left out because they could not be read.
    """

    words: list[str]
    vectors: NDArray[Any]
    counts: NDArray[np.int64] | None = None
    skipped_rows: int = 0


def without_duplicates(
    source: str, words: list[str], vectors: NDArray[Any], on_duplicate: str
) -> tuple[list[str], NDArray[Any]]:
    """Keep one row of each repeated word.

    Parameters
    ----------
    source : str
        Name of the file in error messages.
    words : list of str
        Word of each row.
    vectors : ndarray, shape (len(words), vector_size)
        The rows.
    on_duplicate : {"first", "last", "error"}
        Which row to keep.

    Returns
    -------
    words : list of str
        Distinct words in the order of first appearance.
    vectors : ndarray
        Their rows.

    Raises
    ------
    FormatError
        If a word is repeated and `on_duplicate` is "error".
    """
    row_of = dict(zip(words, range(len(words)), strict=True))  # last row of each word, in order of first appearance
    repeated = len(words) - len(row_of)
    if repeated == 0:
        return words, vectors
    example = _first_repeated(words)
    if on_duplicate == "error":
        raise FormatError(
            f"{source}: expected distinct words, found {repeated} rows that repeat a word, the first one {example!r}; "
            "on_duplicate='first' or 'last' keeps one row per word"
        )
    warnings.warn(
        f"{source}: {repeated} rows repeat a word, the first one {example!r}; kept the {on_duplicate} row per word",
        stacklevel=4,
    )
    if on_duplicate == "first":
        for row in range(len(words) - 1, -1, -1):
            row_of[words[row]] = row
    return list(row_of), vectors[np.fromiter(row_of.values(), np.intp, len(row_of))]


def _first_repeated(words: list[str]) -> str:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            return word
        seen.add(word)
    raise AssertionError("no word is repeated")
