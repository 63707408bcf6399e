"""The operations that a group of processes needs to train one model together."""

from __future__ import annotations

from typing import Any, Protocol

from numpy.typing import NDArray

__all__ = ["Communicator", "LocalCommunicator"]


class Communicator(Protocol):
    """A group of processes, each with a rank, that exchange NumPy arrays.

    All ranks call the same methods in the same order; a call returns when every rank has made it. An object with a
    further method ``alltoall(arrays)``, which sends array i to rank i and returns what the ranks have sent to this one,
    is used with less traffic: that of a ring instead of that of `allgather`.
    """

    @property
    def rank(self) -> int:
        """Rank of this process, from 0."""

    @property
    def size(self) -> int:
        """Number of ranks."""

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the sum of the arrays of all ranks, which have the same shape and dtype.

        Parameters
        ----------
        array : ndarray
            The array of this rank.

        Returns
        -------
        ndarray
            The sum, a new array, equal on all ranks.
        """

    def allgather(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the arrays of all ranks, which have the same dtype and may differ in the length of their first axis.

        Parameters
        ----------
        array : ndarray
            The array of this rank.

        Returns
        -------
        list of ndarray
            The arrays by rank.
        """

    def broadcast(self, array: NDArray[Any], root: int = 0) -> NDArray[Any]:
        """Return the array of one rank on all ranks.

        Parameters
        ----------
        array : ndarray
            On the root, the array; on all other ranks, an array of the same shape and dtype, whose values are ignored.
        root : int, default 0
            The rank that sends.

        Returns
        -------
        ndarray
            The array of the root.
        """

    def barrier(self) -> None:
        """Wait until all ranks have called this method."""


class LocalCommunicator:
    """A group of one process, with which everything is trained as without a communicator.

    Examples
    --------
    >>> import numpy as np
    >>> communicator = LocalCommunicator()
    >>> communicator.rank, communicator.size, communicator.allreduce(np.ones(2))
    (0, 1, array([1., 1.]))
    """

    rank = 0
    size = 1

    def allreduce(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a copy of the array.

        Parameters
        ----------
        array : ndarray
            The array.

        Returns
        -------
        ndarray
            The copy.
        """
        return array.copy()

    def allgather(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        """Return a copy of the array in a list.

        Parameters
        ----------
        array : ndarray
            The array.

        Returns
        -------
        list of ndarray
            The copy.
        """
        return [array.copy()]

    def broadcast(self, array: NDArray[Any], root: int = 0) -> NDArray[Any]:
        """Return a copy of the array.

        Parameters
        ----------
        array : ndarray
            The array.
        root : int, default 0
            The rank that sends; only 0 exists.

        Returns
        -------
        ndarray
            The copy.
        """
        return array.copy()

    def barrier(self) -> None:
        """Do nothing."""
