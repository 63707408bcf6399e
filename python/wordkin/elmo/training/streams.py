"""Division of the token streams of a run among the processes that train together.

The streams of all ranks have one order, that of the ranks; each rank has consecutive ones. A run that continues on
another number of ranks keeps its streams with their recurrent states, and divides them as evenly as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.batching import Position

__all__ = ["divided_position", "divided_streams", "stream_axis", "streams_of_ranks"]


def streams_of_ranks(streams: int, ranks: int) -> list[slice]:
    """Return which streams each rank has.

    Parameters
    ----------
    streams : int
        Number of streams of all ranks.
    ranks : int
        Number of ranks (1 to `streams`).

    Returns
    -------
    list of slice
        Consecutive streams by rank; their numbers differ by at most one.

    Examples
    --------
    >>> streams_of_ranks(8, 3)
    [slice(0, 2, None), slice(2, 5, None), slice(5, 8, None)]
    """
    return [slice(*bounds) for bounds in pairwise(streams * rank // ranks for rank in range(ranks + 1))]


def stream_axis(name: str) -> int:
    """Return the axis of an array of a checkpoint along which streams follow one another.

    Parameters
    ----------
    name : str
        Name of the array.

    Returns
    -------
    int
        The axis.
    """
    return -1 if name.startswith("position/") else 0


def divided_streams(parts: Sequence[NDArray[Any]], own: slice) -> NDArray[Any]:
    """Return the states of some streams.

    Parameters
    ----------
    parts : sequence of ndarray
        The states by rank that the run had before; streams are rows.
    own : slice
        The streams.

    Returns
    -------
    ndarray
        Their states.
    """
    return np.ascontiguousarray(np.concatenate(parts)[own])


def divided_position(parts: Sequence[Position], own: slice, text: tuple[int, int]) -> Position:
    """Return where a rank continues whose part of the text differs from those that were read before.

    Parameters
    ----------
    parts : sequence of Position
        The positions by rank that the run had before; only the number of sentences that were taken is used.
    own : slice
        The streams of the rank.
    text : (int, int)
        Numbers of sentences in the text of the rank, and in that of all ranks.

    Returns
    -------
    Position
        After the same share of the text. Each stream starts with a new sentence.
    """
    sentences, total = text
    streams = own.stop - own.start
    taken: NDArray[np.int64] = np.stack([part.taken for part in parts]).sum(axis=0, dtype=np.int64)
    return Position(
        taken * sentences // total,
        np.full((len(taken), streams), -1, dtype=np.int64),
        np.zeros((len(taken), streams), dtype=np.int64),
    )
