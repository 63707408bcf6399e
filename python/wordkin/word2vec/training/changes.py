"""Exchange of what the ranks of a group have changed in the same rows of a matrix, and their combination."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...distributed import Communicator
from ...distributed.agreement import description_of
from ...errors import DistributedError
from ...runtime.compute import Compute
from ..padded_rows import PaddedRows
from .wire import Wire

__all__ = ["ChangeExchange"]

# Differences and sums are made in parts that stay in the cache; all but the sending is bound by memory bandwidth.
_ROWS_IN_CACHE = 1 << 9

Floats = NDArray[np.float32]


class ChangeExchange:
    """Combines the changes of all ranks by Adasum, for each row.

    Parameters
    ----------
    communicator : Communicator
        The group.
    wire : Wire
        The form in which changes are sent.
    compute : Compute
        Number of threads and instruction set of this rank.

    Attributes
    ----------
    bytes_sent : int
        Number of bytes that this rank has sent.
    """

    def __init__(self, communicator: Communicator, wire: Wire, compute: Compute) -> None:
        self._communicator = communicator
        self._wire = wire
        self._compute = compute
        self._memory: PaddedRows | None = None
        self.bytes_sent = 0

    def combine(self, trained: Floats, agreed: Floats, columns: int) -> None:
        """Add the combined changes of all ranks to some rows; all ranks call this with the same rows.

        Parameters
        ----------
        trained : ndarray of float32, shape (rows, padded columns)
            The rows as this rank has trained them; afterwards equal to `agreed`.
        agreed : ndarray of float32, shape (rows, padded columns)
            The rows on which all ranks agreed last, updated in place.
        columns : int
            Number of columns without the padding, which is not sent.

        Raises
        ------
        DistributedError
            If the communication fails.
        """
        changes = np.empty((len(trained), columns), self._wire.dtype)
        # Whole rows of contiguous matrices take less time than the columns without the padding.
        padded = np.zeros((_ROWS_IN_CACHE, trained.shape[1]), dtype=np.float32)
        for part in _parts(len(trained), _ROWS_IN_CACHE):
            change = np.subtract(trained[part], agreed[part], out=padded[: part.stop - part.start])
            changes[part] = self._wire.packed(change[:, :columns])
        first = 0
        for combined in self._exchanged(changes):
            for part in _parts(len(combined), _ROWS_IN_CACHE):
                change = padded[: part.stop - part.start]
                change[:, :columns] = self._wire.unpacked(combined[part])
                rows = slice(first + part.start, first + part.stop)
                np.add(agreed[rows], change, out=agreed[rows])
                trained[rows] = agreed[rows]
            first += len(combined)

    def _exchanged(self, changes: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the combination of the changes of all ranks, in parts and in the form in which they were sent."""
        group = self._communicator
        exchange = getattr(group, "alltoall", None)
        try:
            if exchange is None:
                self.bytes_sent += changes.nbytes * (group.size - 1)
                return [self._adaptive_sum(group.allgather(changes))]
            bounds = [len(changes) * rank // group.size for rank in range(group.size + 1)]
            parts = [changes[start:end] for start, end in pairwise(bounds)]
            own = self._adaptive_sum(exchange(parts))
            self.bytes_sent += changes.nbytes - parts[group.rank].nbytes + (group.size - 1) * own.nbytes
            return group.allgather(own)
        except Exception as error:
            raise DistributedError(f"rank {group.rank}: communication failed: {description_of(error)}") from error

    def _adaptive_sum(self, changes: list[NDArray[Any]]) -> NDArray[Any]:
        total = np.empty_like(changes[0])
        for part in _parts(len(total), _ROWS_IN_CACHE * self._compute.threads):
            sums, *replicas = self._padded(1 + len(changes), part.stop - part.start, total.shape[1])
            sums[...] = 0.0
            for replica, change in zip(replicas, changes, strict=True):
                replica[:, : total.shape[1]] = self._wire.unpacked(change[part])
            _core.word2vec.combine_replicas(sums, replicas, threads=self._compute.threads, isa=self._compute.isa)
            total[part] = self._wire.packed(sums[:, : total.shape[1]])
        return total

    def _padded(self, count: int, rows: int, columns: int) -> list[Floats]:
        """Return matrices of padded rows, whose memory the next call uses again."""
        if self._memory is None or self._memory.view.shape[1] != columns or len(self._memory.view) < count * rows:
            self._memory = PaddedRows(count * rows, columns)
        return [self._memory.padded[number * rows : (number + 1) * rows] for number in range(count)]


def _parts(rows: int, length: int) -> Iterator[slice]:
    for start in range(0, rows, max(1, length)):
        yield slice(start, min(rows, start + length))
