"""The epochs of a training run: they feed an encoded corpus to the C++ session and report what it did."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

import numpy as np

from ... import _core
from ...errors import TrainingDiverged
from ...runtime.compute import Compute
from ...text import EncodedCorpus
from ..options import TrainingOptions
from ..report import EpochReport
from .progress import TrainingProgress
from .schedule import LearningRateSchedule
from .weights import TrainingArrays

__all__ = ["run_epochs"]

logger = logging.getLogger(__name__)

# Seconds between two checks for signals: Ctrl-C takes effect within this time plus that of one sentence.
_POLL_SECONDS = 0.05
_JOBS_AHEAD = 16  # per thread: enough that no thread waits while this one encodes


def run_epochs(
    corpus: EncodedCorpus,
    arrays: TrainingArrays,
    options: TrainingOptions,
    schedule: LearningRateSchedule,
    *,
    epochs: int,
    compute: Compute,
    first_stream: int,
    progress: TrainingProgress,
    on_start: Callable[[int], object],
    on_epoch_begin: Callable[[], object],
    on_epoch_end: Callable[[EpochReport], object],
) -> None:
    """Train for a number of epochs.

    An epoch that ends with an exception (including KeyboardInterrupt) is reported as interrupted before the exception
    propagates; all training threads have stopped by then.

    Parameters
    ----------
    corpus : EncodedCorpus
        The corpus, one pass per epoch.
    arrays : TrainingArrays
        Weights, updated in place.
    options : TrainingOptions
        Training settings.
    schedule : LearningRateSchedule
        Decay of the learning rate over all epochs.
    epochs : int
        Number of epochs.
    compute : Compute
        Number of threads and instruction set.
    first_stream : int
        Jobs draw their random numbers from the streams `first_stream`, `first_stream` + 1, ... of the seed.
    progress : TrainingProgress
        Receives the progress several times per second.
    on_start : callable
        Called with the number of threads that run.
    on_epoch_begin, on_epoch_end : callable
        Called before and after each epoch, the latter with its report.

    Raises
    ------
    TrainingDiverged
        If weights are not finite after an epoch.
    """
    session = _core.word2vec.TrainingSession(
        options,
        input=arrays.input.padded,
        nodes=None if arrays.nodes is None else arrays.nodes.padded,
        output=None if arrays.output is None else arrays.output.padded,
        update_scale=arrays.update_scale,
        counts=arrays.counts,
        threads=compute.threads,
        isa=compute.isa,
        start_rate=schedule.start,
        end_rate=schedule.end,
        planned_words=schedule.planned_words,
        first_stream=first_stream,
    )
    threads: int = session.threads
    if threads < compute.threads:
        logger.warning("the system allows only %d of %d training threads", threads, compute.threads)
    with closing(session):
        on_start(threads)
        for epoch in range(epochs):
            on_epoch_begin()
            meter = _EpochMeter(session, epoch)
            try:
                _run_epoch(session, corpus, partial(meter.show, progress))
            except BaseException:
                session.cancel()
                on_epoch_end(meter.report(interrupted=True))
                raise
            report = meter.report()
            on_epoch_end(report)
            meter.show(progress)
            _require_finite(arrays, report)


def _run_epoch(session: _core.word2vec.TrainingSession, corpus: EncodedCorpus, show: Callable[[], None]) -> None:
    max_pending = session.threads * _JOBS_AHEAD
    for block in corpus.blocks():
        session.feed(block.ids, block.ends, block.raw_words)
        while not session.wait(max_pending, _POLL_SECONDS):
            show()
    session.finish()
    while not session.wait(0, _POLL_SECONDS):
        show()


class _EpochMeter:
    """Measures what a session does during one epoch."""

    def __init__(self, session: _core.word2vec.TrainingSession, epoch: int) -> None:
        self._session = session
        self._epoch = epoch
        self._start = time.perf_counter()
        self._before = session.tally()

    def _difference(self) -> dict[str, int | float]:
        return {name: value - self._before[name] for name, value in self._session.tally().items()}

    def show(self, progress: TrainingProgress) -> None:
        done = self._difference()
        loss = done["loss"] / max(done["pairs"], 1)
        progress.show(self._epoch, self._session.words, loss, self._session.learning_rate)

    def report(self, *, interrupted: bool = False) -> EpochReport:
        done = self._difference()
        seconds = time.perf_counter() - self._start
        return EpochReport(
            epoch=self._epoch,
            loss=done["loss"] / max(done["pairs"], 1),
            pairs=int(done["pairs"]),
            scores=int(done["scores"]),
            trained_words=int(done["trained_words"]),
            raw_words=int(done["raw_words"]),
            seconds=seconds,
            words_per_second=done["raw_words"] / max(seconds, 1e-9),
            learning_rate=self._session.learning_rate,
            interrupted=interrupted,
        )


def _require_finite(arrays: TrainingArrays, report: EpochReport) -> None:
    # A NaN spreads to every row that is trained together with it, so that the thousand most frequent words show it.
    for name, rows in (("input", arrays.input), ("output", arrays.output), ("nodes", arrays.nodes)):
        if rows is None:
            continue
        checked = rows.view[-1000:] if name == "nodes" else rows.view[:1000]  # the root is the last node
        if not np.isfinite(checked).all() or not np.isfinite(report.loss):
            raise TrainingDiverged(
                f"epoch {report.epoch + 1}: the {name} vectors are no longer finite at learning rate "
                f"{report.learning_rate:g}, and the model keeps them like this; use a smaller alpha, and begin with "
                "init_weights() or a saved model"
            )
