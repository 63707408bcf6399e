"""Training by several processes: each trains its own weights, and the changes of all ranks are combined."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...distributed import Communicator
from ...distributed.agreement import description_of, gathered_objects, raise_failures
from ...errors import DistributedError, TrainingDiverged
from ...runtime.compute import Compute, require_available_memory
from ...runtime.deferred_signals import DeferredSignals
from ..options import SynchronizationOptions, TrainingOptions
from ..padded_rows import PaddedRows, bytes_of_rows
from ..report import CommunicationReport
from .changes import ChangeExchange
from .group_checkpoints import GroupCheckpoints
from .run_checkpoint import RunPosition
from .synchronization import Division, jobs_in_period, synchronized_words, trained_rows
from .weights import TrainingArrays
from .wire import wire_of

__all__ = ["Ranks"]

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]

# Without a given period: the number of synchronizations of an epoch, unless periods would be too short.
_PERIODS = 100
_LEAST_WORDS = 10_000
_MOST_PERIODS = 10  # between synchronizations: rarer ones cost quality
_ROWS_AT_ONCE = 1 << 13  # messages are large enough, and buffers stay in the cache
_CHECKED_WORDS = 1024
_NOT_FINITE = "the changes of its weights are not finite"


@dataclass(frozen=True)
class _Block:
    """Padded rows of one matrix, as trained by this rank and as all ranks agreed last."""

    trained: Floats
    agreed: Floats
    columns: int


class _Rhythm:
    """How many periods pass from one synchronization to the next, so that these take a limited share of the time.

    Parameters
    ----------
    share : float or None
        The share; None if each period ends with a synchronization.
    """

    def __init__(self, share: float | None) -> None:
        self._share = share
        self._periods = self._left = 1
        self._resumed_at = time.perf_counter()
        self._seconds_before = self._last = 0.0
        self.has_passed = False

    def passes(self) -> bool:
        """Return whether this period ends without a synchronization."""
        self._left -= 1
        self.has_passed = self._left > 0
        return self.has_passed

    def wanted(self) -> int:
        """Return the number of periods that this rank would choose, at the start of a synchronization."""
        if self._share is None or not self._last:
            return self._periods
        training = (time.perf_counter() - self._resumed_at) / self._periods
        needed = self._last * (1 - self._share) / self._share
        return min(_MOST_PERIODS, max(1, math.ceil(needed / max(training, 1e-9))))

    def begin(self, periods: int) -> None:
        """Note the number that all ranks have agreed on."""
        self._periods = self._left = periods
        self.has_passed = False

    def resume(self, seconds: float) -> None:
        """Note the end of a synchronization, and the time that all of them have taken so far."""
        self._last, self._seconds_before = seconds - self._seconds_before, seconds
        self._resumed_at = time.perf_counter()


@dataclass(frozen=True, kw_only=True)
class _Synchronized:
    """State after a synchronization: whether all ranks have ended the epoch, and whether all rows agree."""

    ends_epoch: bool
    is_whole: bool


class Ranks:
    """The weights of all ranks, which are combined at fixed positions of a run.

    Parameters
    ----------
    communicator : Communicator
        The group.
    arrays : TrainingArrays
        The weights of this rank, equal on all ranks at the start.
    options : TrainingOptions
        Settings of the model.
    synchronization : SynchronizationOptions
        When and how changes are exchanged.
    compute : Compute
        Number of threads and instruction set of this rank.
    epoch_words : float
        Number of words of all ranks in an epoch.
    words_before : int
        Number of words that all ranks had trained when the run was resumed.
    signals : DeferredSignals
        Signals that end the run at the next synchronization.
    checkpoints : GroupCheckpoints or None
        Checkpoints, which are saved after synchronizations.

    Raises
    ------
    ResourceError
        If a copy of the weights exceeds the available memory.
    """

    def __init__(
        self,
        communicator: Communicator,
        arrays: TrainingArrays,
        options: TrainingOptions,
        synchronization: SynchronizationOptions,
        compute: Compute,
        *,
        epoch_words: float,
        words_before: int,
        signals: DeferredSignals,
        checkpoints: GroupCheckpoints | None,
    ) -> None:
        self._communicator = communicator
        self._exchange = ChangeExchange(communicator, wire_of(synchronization.wire), compute)
        rows = list(trained_rows(arrays, options))
        needed = sum(bytes_of_rows(*matrix.view.shape) for matrix in rows)
        require_available_memory(
            needed, "a copy of the weights for the exchange of changes", "use fewer ranks a machine"
        )
        self._matrices = [(matrix, PaddedRows.of(matrix.view), matrix is arrays.nodes) for matrix in rows]
        self._words = len(arrays.counts)
        self.division = Division(
            period_jobs=jobs_in_period(options, synchronization, _period_words(epoch_words / communicator.size)),
            stream_offset=communicator.rank,
            stream_step=communicator.size,
            word_weight=communicator.size,
        )
        self._trained_words = self._words_before = words_before
        self._signals = signals
        self._checkpoints = checkpoints
        self._rhythm = _Rhythm(synchronization.sync_share)
        self._end: str | None = None  # why the run ends after this synchronization
        self._synchronizations = 0
        self._is_over = False
        self._start = time.perf_counter()
        self._seconds = 0.0

    @property
    def communication(self) -> CommunicationReport:
        """Cost of the communication so far."""
        return CommunicationReport(
            ranks=self._communicator.size,
            seconds=self._seconds,
            share=self._seconds / max(time.perf_counter() - self._start, 1e-9),
            bytes_sent=self._exchange.bytes_sent,
        )

    def joint_totals(self, totals: dict[str, float]) -> dict[str, float]:
        """Return the totals of an epoch of all ranks, which all call this.

        Parameters
        ----------
        totals : dict of str to number
            The totals of this rank.

        Returns
        -------
        dict of str to number
            The sums.
        """
        everyone = self._exchanged(**totals)
        return {name: sum(other[name] for other in everyone) for name in totals}

    def begin_epoch(self, position: RunPosition) -> None:
        """Continue to count the synchronizations of an epoch.

        Parameters
        ----------
        position : RunPosition
            Where the epoch starts.
        """
        self._synchronizations = position.most_jobs // self.division.period_jobs
        self._end_if_interrupted()

    def words(self, session: _core.word2vec.TrainingSession) -> int:
        """Return the number of words that all ranks have trained, as of the last synchronization.

        Parameters
        ----------
        session : TrainingSession
            The session.

        Returns
        -------
        int
            Number of words.
        """
        return self._trained_words

    def end_period(self, session: _core.word2vec.TrainingSession) -> bool:
        """Combine the most frequent words with those of all ranks, if it is time.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.

        Returns
        -------
        bool
            Whether all words were combined.
        """
        if self._rhythm.passes():
            return False
        return self._synchronize(session, is_done=False).is_whole

    def next_period(self, session: _core.word2vec.TrainingSession) -> None:
        """Start the next period, at the learning rate of the words of all ranks.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.
        """
        self._end_if_interrupted()
        # Between synchronizations, other ranks are assumed to have trained as many words.
        session.start_period(session.words if self._rhythm.has_passed else self._trained_words)

    def end_epoch(self, session: _core.word2vec.TrainingSession, when_whole: Callable[[], None]) -> None:
        """Join the synchronizations of the ranks that have more text, then combine all words.

        Parameters
        ----------
        session : TrainingSession
            The session; no job may be running.
        when_whole : callable
            Called when all words have been combined while other ranks are still training.
        """
        while not (state := self._synchronize(session, is_done=True)).ends_epoch:
            if state.is_whole:
                when_whole()
            self._end_if_interrupted()
        session.start_period(self._trained_words)

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
            The other ranks may have failed.
        """
        return None

    def finish(self, error: BaseException | None = None) -> None:
        """End the run on all ranks.

        Parameters
        ----------
        error : BaseException or None, default None
            The exception that ends it on this rank.

        Raises
        ------
        DistributedError
            If another rank has failed.
        """
        if self._is_over:  # all ranks know, or they cannot communicate
            return
        self._is_over = True
        if error is None:
            raise_failures([status["failure"] for status in self._exchanged(failure=None)], "training")
            return
        with suppress(DistributedError):  # the exception that ends the run says more
            self._exchanged(failure=description_of(error))

    def _end_if_interrupted(self) -> None:
        """End the run if a rank has received a signal; all ranks call this after the same synchronization."""
        if self._end is None:
            return
        self._is_over = True
        self._signals.deliver()  # which raises an exception if this rank has received it
        raise DistributedError(self._end)

    def _exchanged(self, **status: object) -> list[dict[str, Any]]:
        return gathered_objects(self._communicator, status)

    def _synchronize(self, session: _core.word2vec.TrainingSession, *, is_done: bool) -> _Synchronized:
        start = time.perf_counter()
        self._synchronizations += 1
        words = synchronized_words(self._synchronizations, self._words, self._communicator.size)
        # A NaN spreads to every row that is trained together with it, so that the most frequent words show it.
        is_finite = all(np.isfinite(block.trained).all() for block in self._blocks(min(words, _CHECKED_WORDS)))
        try:
            everyone = self._exchanged(
                words=int(session.tally()["raw_words"]),
                is_done=is_done,
                signal=self._signals.name,
                periods=self._rhythm.wanted(),
                saves=self._checkpoints is not None and self._checkpoints.wants_saving,
                failure=None if is_finite else _NOT_FINITE,
            )
            self._raise_failures([status["failure"] for status in everyone])
            ends = all(status["is_done"] for status in everyone)
            self._trained_words = self._words_before + sum(status["words"] for status in everyone)
            self._rhythm.begin(max(status["periods"] for status in everyone))
            self._end = _reason_to_end([status["signal"] for status in everyone])
            saves = self._end is not None or any(status["saves"] for status in everyone)
            if self._checkpoints is not None:
                self._checkpoints.agree(saves)
            words = self._words if ends or saves else words
            for block in self._blocks(words):
                self._exchange.combine(block.trained, block.agreed, block.columns)
        except BaseException:
            self._is_over = True
            raise
        self._seconds += time.perf_counter() - start
        self._rhythm.resume(self._seconds)
        return _Synchronized(ends_epoch=ends, is_whole=words == self._words)

    def _raise_failures(self, failures: list[str | None]) -> None:
        for rank, failure in enumerate(failures):
            if failure == _NOT_FINITE:
                raise TrainingDiverged(f"rank {rank}: {failure}, and training ends on all ranks; use a smaller alpha")
        raise_failures(failures, "training")

    def _blocks(self, words: int) -> Iterator[_Block]:
        for rows, agreed, is_tree in self._matrices:
            count = len(rows.view)
            # The nodes next to the root of the Huffman tree are the last ones but one, which is unused.
            first, last = (max(0, count - 1 - words), count - 1) if is_tree else (0, min(words, count))
            for start in range(first, last, _ROWS_AT_ONCE):
                part = slice(start, min(last, start + _ROWS_AT_ONCE))
                yield _Block(rows.padded[part], agreed.padded[part], rows.view.shape[1])


def _reason_to_end(signals: list[str | None]) -> str | None:
    for rank, name in enumerate(signals):
        if name is not None:
            return f"training ended because rank {rank} received {name}"
    return None


def _period_words(epoch_words: float) -> float:
    return max(_LEAST_WORDS, epoch_words / _PERIODS)
