"""Communication through torch.distributed, which the caller imports and initialises."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TorchCommunicator"]


class TorchCommunicator:
    """Communicator over the default process group of torch.distributed; torch is never imported by this package.

    Parameters
    ----------
    torch : module
        The module ``torch``, whose ``torch.distributed`` has been initialised with a backend for CPUs, usually gloo.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> torch.distributed.init_process_group("gloo")  # doctest: +SKIP
    >>> model = Word2Vec(corpus_file="text.txt", communicator=TorchCommunicator(torch))  # doctest: +SKIP
    """

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._group = torch.distributed
        self.rank: int = self._group.get_rank()
        self.size: int = self._group.get_world_size()

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
        total = np.array(array, order="C")
        self._group.all_reduce(self._torch.from_numpy(total))
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
        lengths = self._gathered(np.array([len(array)], dtype=np.int64))
        longest = max(int(length[0]) for length in lengths)
        # Gathered tensors must have one size; bytes, because torch does not know all dtypes of NumPy.
        padded = np.zeros((longest, *array.shape[1:]), array.dtype)
        padded[: len(array)] = array
        gathered = (
            self._gathered(padded.view(np.uint8).reshape(-1)) if padded.size else [np.empty(0, np.uint8)] * len(lengths)
        )
        return [
            part.view(array.dtype).reshape(longest, *array.shape[1:])[: int(length[0])]
            for part, length in zip(gathered, lengths, strict=True)
        ]

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
        self._group.broadcast(self._torch.from_numpy(received.view(np.uint8).reshape(-1)), root)
        return received

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
        lengths = self._gathered(np.array([len(array) for array in arrays], dtype=np.int64))
        received = [np.empty((int(row[self.rank]), *arrays[0].shape[1:]), arrays[0].dtype) for row in lengths]
        received[self.rank][...] = arrays[self.rank]
        requests = []
        for other in range(self.size):
            if other == self.rank:
                continue
            if received[other].size:
                requests.append(self._group.irecv(self._tensor(received[other]), other))
            if arrays[other].size:
                requests.append(self._group.isend(self._tensor(np.ascontiguousarray(arrays[other])), other))
        for request in requests:
            request.wait()
        return received

    def barrier(self) -> None:
        """Wait until all ranks have called this method."""
        self._group.barrier()

    def _tensor(self, array: NDArray[Any]) -> Any:
        return self._torch.from_numpy(array.view(np.uint8).reshape(-1))

    def _gathered(self, array: NDArray[Any]) -> list[NDArray[Any]]:
        gathered = [np.empty_like(array) for _ in range(self.size)]
        self._group.all_gather([self._torch.from_numpy(part) for part in gathered], self._torch.from_numpy(array))
        return gathered
