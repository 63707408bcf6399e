"""Words as two tensors: their concatenated UTF-8 bytes, and the offsets of the words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..errors import CorruptFileError

__all__ = ["pack_words", "unpack_words"]


def pack_words(words: Sequence[str] | Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return words as two tensors.

    Parameters
    ----------
    words : sequence of str or bytes
        The words; bytes need not be valid UTF-8.

    Returns
    -------
    blob : ndarray of uint8, shape (bytes,)
        Concatenated bytes, of a str in UTF-8.
    offsets : ndarray of int64, shape (len(words) + 1,)
        Word i is ``blob[offsets[i]:offsets[i + 1]]``.

    Raises
    ------
    UnicodeEncodeError
        If a word has a lone surrogate, which UTF-8 cannot encode.

    Examples
    --------
    >>> blob, offsets = pack_words(["a", "bc"])
    >>> bytes(blob), offsets.tolist()
    (b'abc', [0, 1, 3])
    """
    encoded = [word.encode("utf-8") if isinstance(word, str) else word for word in words]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def unpack_words(blob: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[str]:
    """Return the words that `pack_words` has packed.

    Parameters
    ----------
    blob : ndarray of uint8, shape (bytes,)
        Concatenated UTF-8 bytes.
    offsets : ndarray of int64, shape (words + 1,)
        Offsets of the words.

    Returns
    -------
    list of str
        The words.

    Raises
    ------
    CorruptFileError
        If the offsets do not divide the bytes, or a word is not valid UTF-8.

    Examples
    --------
    >>> unpack_words(*pack_words(["naïve", "", "word"]))
    ['naïve', '', 'word']
    """
    if blob.ndim != 1 or blob.dtype != np.uint8 or offsets.ndim != 1 or offsets.dtype != np.int64:
        raise CorruptFileError("words must be a uint8 array of bytes and an int64 array of offsets")
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(blob) or np.any(offsets[1:] < offsets[:-1]):
        raise CorruptFileError("the offsets of the words must increase from 0 to the number of bytes")
    text = blob.tobytes()
    try:
        return [text[begin:end].decode("utf-8") for begin, end in pairwise(offsets.tolist())]
    except UnicodeDecodeError as error:
        raise CorruptFileError(f"a word is not valid UTF-8: {error}") from None
