"""Ranks as threads of one process, for tests and simulations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")

Array = NDArray[Any]


class ThreadCommunicator:
    """Communicator of one thread; all threads share `slots` and `barrier`."""

    def __init__(self, rank: int, slots: list[Any], barrier: threading.Barrier) -> None:
        self.rank = rank
        self.size = len(slots)
        self._slots = slots
        self._barrier = barrier
        self.calls = 0

    def allreduce(self, array: Array) -> Array:
        return np.asarray(sum(self.allgather(array)))

    def allgather(self, array: Array) -> list[Array]:
        self.calls += 1
        return [part.copy() for part in self._shown(np.array(array, order="C"))]

    def broadcast(self, array: Array, root: int = 0) -> Array:
        return self.allgather(array)[root]

    def barrier(self) -> None:
        self._barrier.wait()

    def _shown(self, value: Any) -> list[Any]:
        """Return the values of all ranks; they must not change before the next call."""
        self._barrier.wait()
        self._slots[self.rank] = value
        self._barrier.wait()
        values = list(self._slots)
        self._barrier.wait()
        return values


class ExchangingCommunicator:
    """The same with the optional method `alltoall`."""

    def __init__(self, group: ThreadCommunicator) -> None:
        self._group = group
        self.rank, self.size = group.rank, group.size
        self.allreduce, self.allgather = group.allreduce, group.allgather
        self.broadcast, self.barrier = group.broadcast, group.barrier

    def alltoall(self, arrays: list[Array]) -> list[Array]:
        shown = self._group._shown([array.copy() for array in arrays])
        return [parts[self.rank] for parts in shown]


def in_ranks(
    size: int, work: Callable[[Any], Result], *, exchanges: bool = True, timeout: float = 60.0
) -> list[Result | BaseException]:
    """Run a function on every rank, and return the results or exceptions by rank."""
    slots: list[Any] = [None] * size
    barrier = threading.Barrier(size, timeout=timeout)
    results: list[Any] = [None] * size

    def run(rank: int) -> None:
        communicator = ThreadCommunicator(rank, slots, barrier)
        try:
            results[rank] = work(ExchangingCommunicator(communicator) if exchanges else communicator)
        except BaseException as error:
            results[rank] = error

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        assert not thread.is_alive(), "a rank hangs"
    return results
