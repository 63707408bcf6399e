"""Replicas of the weights that are trained independently, and when their changes are combined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...runtime.compute import require_available_memory
from ..options import SynchronizationOptions, TrainingOptions
from ..padded_rows import PaddedRows, bytes_of_rows
from ..report import CommunicationReport
from .run_checkpoint import RunPosition
from .weights import TrainingArrays

__all__ = [
    "Division",
    "Replicas",
    "SharedWeights",
    "Synchronization",
    "jobs_in_period",
    "synchronized_words",
    "trained_rows",
]

_HOT_WORDS = 256  # of each replica
_PERIOD_WORDS = 20_000  # of each replica

_Matrix: TypeAlias = NDArray[np.float32] | None
_Replica: TypeAlias = tuple[NDArray[np.float32], _Matrix, _Matrix, _Matrix]


def synchronized_words(synchronization: int, words: int, replicas: int) -> int:
    """Return how many of the most frequent words a synchronization covers.

    Every synchronization covers the 256 N most frequent words with N replicas, every second one four times as many,
    every fourth one sixteen times as many, and so on. Rows of frequent words change faster and are combined more often;
    those of rare words must not wait until all replicas have changed them in the same direction, which is averaged.

    Parameters
    ----------
    synchronization : int
        Number of the synchronization within the epoch, from 1.
    words : int
        Size of the vocabulary.
    replicas : int
        Number of replicas whose changes are combined.

    Returns
    -------
    int
        Number of words, at most `words`.

    Examples
    --------
    >>> [synchronized_words(number, 20000, 4) for number in range(1, 9)]
    [1024, 4096, 1024, 16384, 1024, 4096, 1024, 20000]
    """
    return min(words, _HOT_WORDS * replicas * (synchronization & -synchronization) ** 2)


def jobs_in_period(options: TrainingOptions, synchronization: SynchronizationOptions, default_words: float) -> int:
    """Return the number of jobs that a replica trains between two synchronizations.

    Parameters
    ----------
    options : TrainingOptions
        Size of a job.
    synchronization : SynchronizationOptions
        Number of words between synchronizations.
    default_words : float
        That number if the options have none.

    Returns
    -------
    int
        Number of jobs, at least one.
    """
    words = default_words if synchronization.sync_words is None else synchronization.sync_words
    return max(1, round(words / options.job_words))


@dataclass(frozen=True, kw_only=True)
class Division:
    """How the jobs of a corpus are divided among replicas, as arguments of the C++ session.

    Parameters
    ----------
    replicas : list of tuple, default []
        Input, node, output and tag matrix of each replica; empty if all threads share the weights of the model.
    period_jobs : int, default 0
        Number of jobs between two synchronizations; 0 for no synchronizations.
    stream_offset, stream_step : int, default 0, 1
        Job k uses the random stream `stream_offset` + k `stream_step` of the run.
    word_weight : int, default 1
        Number of words by which each word of this process advances the learning rate until the next synchronization.
    """

    replicas: list[_Replica] = field(default_factory=list)
    period_jobs: int = 0
    stream_offset: int = 0
    stream_step: int = 1
    word_weight: int = 1


class Synchronization(Protocol):
    """Combination of what replicas have learned, at fixed positions of a run."""

    @property
    def division(self) -> Division:
        """How jobs are divided."""

    @property
    def communication(self) -> CommunicationReport | None:
        """Cost of the communication with other processes, if there are any."""

    def joint_totals(self, totals: dict[str, float]) -> dict[str, float]:
        """Return the totals of an epoch of all processes.

        Parameters
        ----------
        totals : dict of str to number
            The totals of this process.
        """

    def begin_epoch(self, position: RunPosition) -> None:
        """Prepare for an epoch of which some jobs may have been done.

        Parameters
        ----------
        position : RunPosition
            A position of the run.
        """

    def words(self, session: _core.word2vec.TrainingSession) -> int:
        """Return the number of words that have been trained in all, while no job is running.

        Parameters
        ----------
        session : TrainingSession
            The session.
        """

    def end_period(self, session: _core.word2vec.TrainingSession) -> bool:
        """Combine some rows after all jobs of a period, and return whether all rows agree.

        Parameters
        ----------
        session : TrainingSession
            The session.
        """

    def next_period(self, session: _core.word2vec.TrainingSession) -> None:
        """Start the next period.

        Parameters
        ----------
        session : TrainingSession
            The session.
        """

    def end_epoch(self, session: _core.word2vec.TrainingSession, when_whole: Callable[[], None]) -> None:
        """Combine all rows after all jobs of an epoch.

        Parameters
        ----------
        session : TrainingSession
            The session.
        when_whole : callable
            Called when all rows agree while other processes are still training.
        """

    def finish(self, error: BaseException | None = None) -> None:
        """End the run, with the exception that ends it.

        Parameters
        ----------
        error : BaseException or None, default None
            The exception.
        """

    def keep(self, position: RunPosition) -> None:
        """Remember the weights of a position at which all rows agree.

        Parameters
        ----------
        position : RunPosition
            A position of the run.
        """

    def settle(self, session: _core.word2vec.TrainingSession) -> RunPosition | None:
        """Return the weights to those of the last position that was kept, after the session has been cancelled.

        Parameters
        ----------
        session : TrainingSession
            The session.
        """


class SharedWeights:
    """Weights that all threads share: there is nothing to combine, and every position between two jobs is valid."""

    division = Division()
    communication = None

    def joint_totals(self, totals: dict[str, float]) -> dict[str, float]:
        """Return the totals, which are those of all threads.

        Parameters
        ----------
        totals : dict of str to number
            The totals.

        Returns
        -------
        dict of str to number
            The same.
        """
        return totals

    def begin_epoch(self, position: RunPosition) -> None:
        """Do nothing.

        Parameters
        ----------
        position : RunPosition
            A position of the run.
        """

    def words(self, session: _core.word2vec.TrainingSession) -> int:
        """Return the number of words that the session has trained.

        Parameters
        ----------
        session : TrainingSession
            The session.

        Returns
        -------
        int
            Number of words.
        """
        return session.words

    def end_period(self, session: _core.word2vec.TrainingSession) -> bool:
        """Do nothing.

        Parameters
        ----------
        session : TrainingSession
            The session.

        Returns
        -------
        bool
            True.
        """
        return True

    def next_period(self, session: _core.word2vec.TrainingSession) -> None:
        """Do nothing.

        Parameters
        ----------
        session : TrainingSession
            The session.
        """

    def end_epoch(self, session: _core.word2vec.TrainingSession, when_whole: Callable[[], None]) -> None:
        """Do nothing.

        Parameters
        ----------
        session : TrainingSession
            The session.
        when_whole : callable
            Ignored.
        """

    def finish(self, error: BaseException | None = None) -> None:
        """Do nothing.

        Parameters
        ----------
        error : BaseException or None, default None
            The exception that ends the run.
        """

    def keep(self, position: RunPosition) -> None:
        """Do nothing.

        Parameters
        ----------
        position : RunPosition
            A position of the run.
        """

    def settle(self, session: _core.word2vec.TrainingSession) -> RunPosition | None:
        """Do nothing.

        Parameters
        ----------
        session : TrainingSession
            The session.

        Returns
        -------
        None
            The session knows the position.
        """
        return None


class Replicas:
    """A replica of the weights for each worker; the result does not depend on the speed of threads.

    Parameters
    ----------
    arrays : TrainingArrays
        The weights of the model, which the combinations change.
    count : int
        Number of replicas.
    options : TrainingOptions
        Settings of the model.
    synchronization : SynchronizationOptions
        When replicas are combined.
    keeps_positions : bool
        Whether `keep` copies the weights.

    Raises
    ------
    ResourceError
        If the replicas exceed the available memory.
    """

    communication = None

    def __init__(
        self,
        arrays: TrainingArrays,
        count: int,
        options: TrainingOptions,
        synchronization: SynchronizationOptions,
        *,
        keeps_positions: bool,
    ) -> None:
        self._trained = list(trained_rows(arrays, options))
        copies = count + keeps_positions
        needed = copies * sum(bytes_of_rows(*rows.view.shape) for rows in self._trained)
        require_available_memory(
            needed, f"{copies} copies of the weights for deterministic training", "use fewer workers"
        )
        self._words = len(arrays.counts)
        self._period_jobs = count * jobs_in_period(options, synchronization, _PERIOD_WORDS)
        self.division = Division(
            replicas=[_replica_of(arrays, options) for _ in range(count)], period_jobs=self._period_jobs
        )
        self._synchronizations = 0
        self._kept: tuple[list[NDArray[np.float32]], RunPosition] | None = None
        self._keeps_positions = keeps_positions

    def joint_totals(self, totals: dict[str, float]) -> dict[str, float]:
        """Return the totals, which are those of all replicas.

        Parameters
        ----------
        totals : dict of str to number
            The totals.

        Returns
        -------
        dict of str to number
            The same.
        """
        return totals

    def begin_epoch(self, position: RunPosition) -> None:
        """Continue the synchronizations of an epoch.

        Parameters
        ----------
        position : RunPosition
            Where the epoch starts.
        """
        self._synchronizations = position.jobs // self._period_jobs

    def words(self, session: _core.word2vec.TrainingSession) -> int:
        """Return the number of words that the session has trained.

        Parameters
        ----------
        session : TrainingSession
            The session.

        Returns
        -------
        int
            Number of words.
        """
        return session.words

    def end_period(self, session: _core.word2vec.TrainingSession) -> bool:
        """Combine the most frequent words.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.

        Returns
        -------
        bool
            Whether all words were combined.
        """
        self._synchronizations += 1
        words = synchronized_words(self._synchronizations, self._words, len(self.division.replicas))
        session.combine(words)
        return words == self._words

    def next_period(self, session: _core.word2vec.TrainingSession) -> None:
        """Start the next period, at the learning rate of all words that have been trained.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.
        """
        session.start_period(session.words)

    def end_epoch(self, session: _core.word2vec.TrainingSession, when_whole: Callable[[], None]) -> None:
        """Combine all words.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.
        when_whole : callable
            Ignored.
        """
        session.combine(self._words)
        session.start_period(session.words)

    def finish(self, error: BaseException | None = None) -> None:
        """Do nothing.

        Parameters
        ----------
        error : BaseException or None, default None
            The exception that ends the run.
        """

    def keep(self, position: RunPosition) -> None:
        """Copy the weights, unless positions are not kept.

        Parameters
        ----------
        position : RunPosition
            The present position, at which all words have been combined.
        """
        if not self._keeps_positions:
            return
        copies = [rows.padded.copy() for rows in self._trained] if self._kept is None else self._kept[0]
        for copy, rows in zip(copies, self._trained, strict=True):
            np.copyto(copy, rows.padded)
        self._kept = copies, position

    def settle(self, session: _core.word2vec.TrainingSession) -> RunPosition | None:
        """Go back to the last position that was kept, or else combine what was trained.

        Parameters
        ----------
        session : TrainingSession
            A cancelled session.

        Returns
        -------
        RunPosition or None
            The position; None if the weights are not those of a position at which a run could continue.
        """
        if self._kept is None:
            session.combine(self._words)
            return None
        copies, position = self._kept
        for copy, rows in zip(copies, self._trained, strict=True):
            np.copyto(rows.padded, copy)
        return position


def trained_rows(arrays: TrainingArrays, options: TrainingOptions) -> Iterator[PaddedRows]:
    """Return the matrices that training changes.

    Parameters
    ----------
    arrays : TrainingArrays
        The weights of a model.
    options : TrainingOptions
        Settings of the model.

    Yields
    ------
    PaddedRows
        Input vectors, then the output layers that are trained.
    """
    yield arrays.input
    for rows in (arrays.output, arrays.nodes):
        if rows is not None and options.train_output:
            yield rows


def _replica_of(arrays: TrainingArrays, options: TrainingOptions) -> _Replica:
    def of(rows: PaddedRows | None) -> Any:
        if rows is None:
            return None
        return PaddedRows.of(rows.view).padded if options.train_output else rows.padded

    return PaddedRows.of(arrays.input.view).padded, of(arrays.nodes), of(arrays.output), None
