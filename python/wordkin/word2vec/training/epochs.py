"""The training run: epochs over an encoded corpus, with progress, hooks, and a clean end whatever happens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import TrainingDiverged
from ...runtime.shutdown import cancel_at_exit
from ...text import EncodedCorpus
from ..options import TrainingOptions
from ..padded_rows import PaddedRows
from ..report import EpochReport
from .progress import TrainingProgress

__all__ = ["LearningRateSchedule", "Parameters", "run_epochs"]

logger = logging.getLogger(__name__)

# Seconds between looks at signals: Ctrl-C is answered within this and the time of one sentence.
_POLL_SECONDS = 0.05
_JOBS_AHEAD = 16  # a thread: enough that none waits while this thread encodes


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The arrays that training changes, and the counts that it draws by."""

    input: PaddedRows
    output: PaddedRows | None  # of negative sampling
    nodes: PaddedRows | None  # of hierarchical softmax
    factors: NDArray[np.float32] | None  # scale of each input row's updates
    counts: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class LearningRateSchedule:
    """Linear decay over the words of all epochs."""

    start: float
    end: float
    planned_words: float


def run_epochs(
    corpus: EncodedCorpus,
    parameters: Parameters,
    options: TrainingOptions,
    schedule: LearningRateSchedule,
    *,
    epochs: int,
    workers: int,
    first_stream: int,
    progress: TrainingProgress,
    on_epoch_begin: Callable[[], Any],
    on_epoch_end: Callable[[EpochReport], Any],
) -> int:
    """Train for some epochs and return the number of threads that ran.

    Jobs draw their random numbers from the streams `first_stream`, `first_stream` + 1, ... of the seed. An epoch that
    an exception ends (KeyboardInterrupt too) is reported as interrupted before the exception goes on; all threads have
    stopped by then.

    Raises
    ------
    TrainingDiverged
        If a row is no longer finite after an epoch.
    """
    session = _core.word2vec.TrainingSession(
        options,
        input=parameters.input.padded,
        nodes=None if parameters.nodes is None else parameters.nodes.padded,
        output=None if parameters.output is None else parameters.output.padded,
        update_scale=parameters.factors,
        counts=parameters.counts,
        threads=workers,
        start_rate=schedule.start,
        end_rate=schedule.end,
        planned_words=schedule.planned_words,
        first_stream=first_stream,
    )
    threads: int = session.threads
    if threads < workers:
        logger.warning("the system allows only %d of %d training threads", threads, workers)
    with _closed_at_the_end(session):
        for epoch in range(epochs):
            on_epoch_begin()
            clock = _EpochClock(session, epoch)
            try:
                _run_epoch(session, corpus, partial(clock.show, progress))
            except BaseException:
                session.cancel()
                on_epoch_end(clock.report(interrupted=True))
                raise
            report = clock.report()
            on_epoch_end(report)
            clock.show(progress)
            _require_finite(parameters, report)
    return threads


@contextmanager
def _closed_at_the_end(session: Any) -> Iterator[None]:
    """Join the session's threads at the end, or when the interpreter ends while a daemon thread trains."""
    with cancel_at_exit(session.cancel):
        try:
            yield
        finally:
            session.close()


def _run_epoch(session: Any, corpus: EncodedCorpus, show: Callable[[], None]) -> None:
    most_pending = session.threads * _JOBS_AHEAD
    for block in corpus.blocks():
        session.feed(block.ids, block.ends, block.raw_words)
        while not session.wait(most_pending, _POLL_SECONDS):
            show()
    session.finish()
    while not session.wait(0, _POLL_SECONDS):
        show()


class _EpochClock:
    """What a session has done since an epoch began."""

    def __init__(self, session: Any, epoch: int) -> None:
        self._session = session
        self._epoch = epoch
        self._begin = time.perf_counter()
        self._before: dict[str, Any] = session.tally()

    def _done(self) -> dict[str, Any]:
        now: dict[str, Any] = self._session.tally()
        return {name: value - self._before[name] for name, value in now.items()}

    def show(self, progress: TrainingProgress) -> None:
        done = self._done()
        loss = done["loss"] / max(done["pairs"], 1)
        progress.show(self._epoch, self._session.words, loss, self._session.learning_rate)

    def report(self, *, interrupted: bool = False) -> EpochReport:
        done = self._done()
        seconds = time.perf_counter() - self._begin
        return EpochReport(
            epoch=self._epoch,
            loss=done["loss"] / max(done["pairs"], 1),
            pairs=done["pairs"],
            terms=done["scores"],
            trained_words=done["trained_words"],
            raw_words=done["raw_words"],
            seconds=seconds,
            words_per_second=done["raw_words"] / max(seconds, 1e-9),
            learning_rate=self._session.learning_rate,
            interrupted=interrupted,
        )


def _require_finite(parameters: Parameters, report: EpochReport) -> None:
    # One bad number spreads to every row that meets it, so the most frequent thousand show it.
    for name, rows in (("input", parameters.input), ("output", parameters.output), ("nodes", parameters.nodes)):
        if rows is None:
            continue
        checked = rows.view[-1000:] if name == "nodes" else rows.view[:1000]  # the root is the last node
        if not np.isfinite(checked).all() or not np.isfinite(report.loss):
            raise TrainingDiverged(
                f"epoch {report.epoch + 1}: the {name} vectors are no longer finite at learning rate "
                f"{report.learning_rate:g}; use a smaller alpha"
            )
