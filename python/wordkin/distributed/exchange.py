"""Exchange of words with their counts, each of which one rank is responsible for."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import DistributedError
from .communicator import Communicator

__all__ = ["CountedWords", "merged_by_owner", "shared_with_all"]

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]

_MAX_WORDS = 1 << 40  # of a rank


@dataclass(frozen=True)
class CountedWords:
    """Words with their counts.

    Parameters
    ----------
    words : list of bytes
        The words in UTF-8.
    counts : ndarray of int64, shape (words,)
        Number of occurrences of each word.
    positions : ndarray of int64, shape (words,)
        Numbers that increase in the order of first occurrence.
    """

    words: list[bytes]
    counts: Integers
    positions: Integers


def merged_by_owner(communicator: Communicator, words: Sequence[bytes], counts: Integers) -> CountedWords:
    """Send each word to the rank that its hash selects, and return the words of this rank with their total counts.

    Parameters
    ----------
    communicator : Communicator
        The group.
    words : sequence of bytes
        Distinct words of this rank in the order of their first occurrence.
    counts : ndarray of int64, shape (words,)
        Their counts.

    Returns
    -------
    CountedWords
        The words that this rank is responsible for. Positions follow the ranks, and the order of words within a rank.

    Raises
    ------
    DistributedError
        If the ranks cannot communicate.
    """
    owners = np.fromiter((zlib.crc32(word) % communicator.size for word in words), dtype=np.int64, count=len(words))
    parts = []
    for owner in range(communicator.size):
        chosen: Integers = np.flatnonzero(owners == owner)
        parts.append(_packed(CountedWords([words[index] for index in chosen.tolist()], counts[chosen], chosen)))
    total: dict[bytes, int] = {}
    sums: list[int] = []
    positions: list[int] = []
    for rank, received in enumerate(_sent(communicator, parts)):
        part = _unpacked(received)
        for word, count, position in zip(part.words, part.counts.tolist(), part.positions.tolist(), strict=True):
            index = total.setdefault(word, len(total))
            if index == len(sums):
                sums.append(count)
                positions.append(rank * _MAX_WORDS + position)
            else:
                sums[index] += count
    return CountedWords(list(total), np.array(sums, dtype=np.int64), np.array(positions, dtype=np.int64))


def shared_with_all(communicator: Communicator, words: CountedWords) -> CountedWords:
    """Return the words of all ranks in the order of first occurrence.

    Parameters
    ----------
    communicator : Communicator
        The group.
    words : CountedWords
        The words that this rank is responsible for.

    Returns
    -------
    CountedWords
        The words of all ranks.

    Raises
    ------
    DistributedError
        If the ranks cannot communicate.
    """
    try:
        parts = [_unpacked(part) for part in communicator.allgather(_packed(words))]
    except Exception as error:
        raise _failure(communicator, error) from error
    counts = np.concatenate([part.counts for part in parts])
    positions = np.concatenate([part.positions for part in parts])
    every_word = [word for part in parts for word in part.words]
    order = np.argsort(positions)
    return CountedWords([every_word[index] for index in order], counts[order], positions[order])


def _sent(communicator: Communicator, parts: list[Bytes]) -> list[Bytes]:
    """Send a part to each rank, and return what the ranks have sent to this one."""
    exchange = getattr(communicator, "alltoall", None)
    try:
        if exchange is not None:
            received: list[Bytes] = exchange(parts)
            return received
        return [communicator.allgather(part) for part in parts][communicator.rank]
    except Exception as error:
        raise _failure(communicator, error) from error


def _failure(communicator: Communicator, error: Exception) -> DistributedError:
    return DistributedError(f"rank {communicator.rank}: communication failed: {error}")


def _packed(words: CountedWords) -> Bytes:
    lengths = np.fromiter(map(len, words.words), dtype=np.int64, count=len(words.words))
    numbers = np.concatenate([np.array([len(lengths)]), lengths, words.counts, words.positions]).astype(np.int64)
    return np.concatenate([numbers.view(np.uint8), np.frombuffer(b"".join(words.words), dtype=np.uint8)])


def _unpacked(data: Bytes) -> CountedWords:
    count = int(data[:8].view(np.int64)[0])
    text_start = 8 + 24 * count
    lengths, counts, positions = data[8:text_start].view(np.int64).reshape(3, count)
    text, start = data[text_start:].tobytes(), 0
    words = []
    for length in lengths.tolist():
        words.append(text[start : start + length])
        start += length
    return CountedWords(words, counts, positions)
