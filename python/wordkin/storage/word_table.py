"""Words as two tensors: their UTF-8 bytes one after the other, and where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError

__all__ = ["pack_words", "unpack_words"]


def pack_words(words: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of all words and the n + 1 offsets between which each lies.

    Raises
    ------
    UnicodeEncodeError
        If a word has half of a surrogate pair, which is no character.

    Examples
    --------
    >>> blob, offsets = pack_words(["a", "bc"])
    >>> bytes(blob), offsets.tolist()
    (b'abc', [0, 1, 3])
    """
    encoded = [word.encode("utf-8") for word in words]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def unpack_words(blob: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[str]:
    """Return the words of `pack_words`.

    Raises
    ------
    CorruptFileError
        If the offsets do not cut the bytes into pieces, or a piece is no UTF-8.

    Examples
    --------
    >>> unpack_words(*pack_words(["naïve", "", "word"]))
    ['naïve', '', 'word']
    """
    if blob.ndim != 1 or blob.dtype != np.uint8 or offsets.ndim != 1 or offsets.dtype != np.int64:
        raise CorruptFileError("words must be a uint8 vector of bytes and an int64 vector of offsets")
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(blob) or np.any(offsets[1:] < offsets[:-1]):
        raise CorruptFileError("the offsets of the words do not rise from 0 to the number of their bytes")
    text = blob.tobytes()
    try:
        return [text[begin:end].decode("utf-8") for begin, end in pairwise(offsets.tolist())]
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"a word is not UTF-8: {error}") from None
