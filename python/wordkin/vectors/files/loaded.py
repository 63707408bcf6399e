"""What a reader gives back: words, their vectors, and their counts where the file has them."""

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
    """Distinct words in the order of the file, one row of `vectors` each; `counts` where they are known."""

    words: list[str]
    vectors: NDArray[Any]
    counts: NDArray[np.int64] | None = None


def without_duplicates(
    source: str, words: list[str], vectors: NDArray[Any], on_duplicate: str
) -> tuple[list[str], NDArray[Any]]:
    """Keep one row of each word, the first or the last one, in the order of first appearance.

    Raises
    ------
    FormatError
        If a word is repeated and `on_duplicate` is ``"error"``.
    """
    row_of = dict(zip(words, range(len(words)), strict=True))  # the last row of each word, keys in order
    repeated = len(words) - len(row_of)
    if repeated == 0:
        return words, vectors
    example = _first_repeated(words)
    if on_duplicate == "error":
        raise FormatError(
            f"{source}: {repeated} rows repeat a word, the first one {example!r}; "
            "on_duplicate='first' or 'last' keeps one of them"
        )
    warnings.warn(
        f"{source}: {repeated} rows repeat a word, the first one {example!r}; kept the {on_duplicate} of each",
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
