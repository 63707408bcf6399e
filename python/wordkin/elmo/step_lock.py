"""Order of training steps, which change parameters in place, and of the calls that read the parameters meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..runtime.locks import fork_safe_lock

__all__ = ["StepLock"]


class StepLock:
    """Lock that training holds during each step, and a call only between two steps.

    A call waits for at most one step: the next step begins after the calls that are waiting.

    Attributes
    ----------
    revision : int
        Number of steps so far. It changes whenever the parameters may have changed.

    Examples
    --------
    >>> lock = StepLock()
    >>> with lock.step():
    ...     pass
    >>> with lock.between_steps():
    ...     lock.revision
    1
    """

    def __init__(self) -> None:
        self.revision = 0
        self._queue = fork_safe_lock()  # held by a call that waits for the end of a step or reads
        self._parameters = fork_safe_lock()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Hold the lock for one training step.

        Yields
        ------
        None
            In the block, the parameters may be changed.
        """
        with self._queue:
            pass  # locks are not fair: without this, training would usually take the lock again before a waiting call
        with self._parameters:
            try:
                yield
            finally:
                self.revision += 1

    @contextmanager
    def between_steps(self) -> Iterator[None]:
        """Hold the lock for a call that reads the parameters.

        Yields
        ------
        None
            In the block, the parameters do not change.
        """
        with self._queue, self._parameters:
            yield
