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
        self.bytes_sent = 0

    def combine(self, trained: Floats, agreed: Floats) -> None:
        """Add the combined changes of all ranks to some rows; all ranks call this with the same rows.

        Parameters
        ----------
        trained : ndarray of float32, shape (rows, columns)
            The rows as this rank has trained them; afterwards equal to `agreed`.
        agreed : ndarray of float32, shape (rows, columns)
            The rows on which all ranks agreed last, updated in place.

        Raises
        ------
        DistributedError
            If the communication fails.
        """
        changes = np.empty(trained.shape, self._wire.dtype)
        for part in _parts(len(trained), _ROWS_IN_CACHE):
            changes[part] = self._wire.packed(trained[part] - agreed[part])
        combined = self._exchanged(changes)
        for part in _parts(len(trained), _ROWS_IN_CACHE):
            agreed[part] += self._wire.unpacked(combined[part])
            trained[part] = agreed[part]

    def _exchanged(self, changes: NDArray[Any]) -> NDArray[Any]:
        """Return the combination of the changes of all ranks, in the form in which they were sent."""
        group = self._communicator
        exchange = getattr(group, "alltoall", None)
        try:
            if exchange is None:
                self.bytes_sent += changes.nbytes * (group.size - 1)
                return self._adaptive_sum(group.allgather(changes))
            bounds = [len(changes) * rank // group.size for rank in range(group.size + 1)]
            parts = [changes[start:end] for start, end in pairwise(bounds)]
            own = self._adaptive_sum(exchange(parts))
            self.bytes_sent += changes.nbytes - parts[group.rank].nbytes + (group.size - 1) * own.nbytes
            return np.concatenate(group.allgather(own))
        except Exception as error:
            raise DistributedError(f"rank {group.rank}: communication failed: {description_of(error)}") from error

    def _adaptive_sum(self, changes: list[NDArray[Any]]) -> NDArray[Any]:
        total = np.empty_like(changes[0])
        rows_at_once = min(len(total), _ROWS_IN_CACHE * self._compute.threads)
        sums, *replicas = (PaddedRows(rows_at_once, total.shape[1]) for _ in range(1 + len(changes)))
        for part in _parts(len(total), rows_at_once):
            rows = slice(part.stop - part.start)
            sums.padded[rows] = 0.0
            for replica, change in zip(replicas, changes, strict=True):
                replica.view[rows] = self._wire.unpacked(change[part])
            _core.word2vec.combine_replicas(
                sums.padded[rows],
                [replica.padded[rows] for replica in replicas],
                threads=self._compute.threads,
                isa=self._compute.isa,
            )
            total[part] = self._wire.packed(sums.view[rows])
        return total


def _parts(rows: int, length: int) -> Iterator[slice]:
    for start in range(0, rows, max(1, length)):
        yield slice(start, min(rows, start + length))
