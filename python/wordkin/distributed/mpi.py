"""Communication through mpi4py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MpiCommunicator"]


class MpiCommunicator:
    """Communicator over a communicator of mpi4py.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
        The communicator, such as ``MPI.COMM_WORLD``.

    Examples
    --------
    >>> from mpi4py import MPI  # doctest: +SKIP
    >>> from wordkin import Word2Vec  # doctest: +SKIP
    >>> model = Word2Vec(corpus_file="text.txt", communicator=MpiCommunicator(MPI.COMM_WORLD))  # doctest: +SKIP
    """

    def __init__(self, comm: Any) -> None:
        self._comm = comm
        self.rank: int = comm.Get_rank()
        self.size: int = comm.Get_size()

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of the arrays of all ranks.

        Parameters
        ----------
        array : ndarray
            The array of this rank.

        Returns
        -------
        ndarray
            The sum.
        """
        total = np.empty_like(array, order="C")
        self._comm.Allreduce(np.ascontiguousarray(array), total)
        return total

    def allgather(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the arrays of all ranks.

        Parameters
        ----------
        array : ndarray
            The array of this rank.

        Returns
        -------
        list of ndarray
            The arrays by rank.
        """
        return self._exchanged([array] * self.size)

    def alltoall(self, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
        """Send an array to each rank, and return those that the ranks have sent to this one.

        Parameters
        ----------
        arrays : list of ndarray
            The arrays by receiving rank.

        Returns
        -------
        list of ndarray
            The arrays by sending rank.
        """
        return self._exchanged(arrays)

    def broadcast(self, array: NDArray[Any], root: int = 0) -> NDArray[Any]:
        """Return the array of one rank on all ranks.

        Parameters
        ----------
        array : ndarray
            The array of the root; elsewhere an array of the same shape and dtype.
        root : int, default 0
            The rank that sends.

        Returns
        -------
        ndarray
            The array of the root.
        """
        received = np.array(array, order="C")
        self._comm.Bcast(received, root)
        return received

    def barrier(self) -> None:
        """Wait until all ranks have called this method."""
        self._comm.Barrier()

    def _exchanged(self, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
        # Point-to-point messages of at most 1 GiB: counts of collective operations are 32-bit integers in MPI 3.
        lengths = np.empty(self.size, dtype=np.int64)
        self._comm.Alltoall(np.array([len(array) for array in arrays], dtype=np.int64), lengths)
        sent = [np.ascontiguousarray(array).view(np.uint8).reshape(-1) for array in arrays]
        received = [np.empty((length, *arrays[0].shape[1:]), arrays[0].dtype) for length in lengths.tolist()]
        requests = []
        for other in range(self.size):
            if other == self.rank:
                received[other][...] = arrays[other]
                continue
            target = received[other].view(np.uint8).reshape(-1)
            requests += [self._comm.Irecv(part, source=other) for part in _parts(target)]
            requests += [self._comm.Isend(part, dest=other) for part in _parts(sent[other])]
        for request in requests:
            request.Wait()
        return received


def _parts(data: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [data[start : start + (1 << 30)] for start in range(0, len(data), 1 << 30)]
