"""The epochs of a training run: they feed an encoded corpus to the C++ session and report what it did."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ... import _core
from ...errors import TrainingDiverged
from ...runtime.compute import Compute
from ...text import EncodedCorpus
from ..options import TrainingOptions
from ..report import EpochReport
from .group_checkpoints import Checkpoints
from .progress import TrainingProgress
from .run_checkpoint import RunPosition
from .schedule import LearningRateSchedule
from .synchronization import Synchronization
from .weights import TagArrays, TrainingArrays

__all__ = ["run_epochs"]

logger = logging.getLogger(__name__)

# Seconds between two checks for signals: Ctrl-C takes effect within this time plus that of one sentence.
_POLL_SECONDS = 0.05
_JOBS_AHEAD = 16  # per thread: enough that no thread waits while this one encodes
# Seconds that running jobs have to finish after an interruption, so that a checkpoint can be saved.
_FINISH_SECONDS = 5.0


def run_epochs(
    corpus: EncodedCorpus,
    arrays: TrainingArrays,
    options: TrainingOptions,
    schedule: LearningRateSchedule,
    *,
    epochs: int,
    compute: Compute,
    first_stream: int,
    start: RunPosition,
    synchronization: Synchronization,
    checkpoints: Checkpoints | None,
    progress: TrainingProgress,
    on_start: Callable[[int], object],
    on_epoch_begin: Callable[[], object],
    on_epoch_end: Callable[[EpochReport], object],
) -> None:
    """Train for a number of epochs.

    An epoch that ends with an exception (including KeyboardInterrupt) is reported as interrupted before the exception
    propagates; all training threads have stopped by then. With `checkpoints`, jobs that are running then are finished,
    and a checkpoint is saved.

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
    start : RunPosition
        Where the run starts; what was done before is skipped.
    synchronization : Synchronization
        Combines what replicas of the weights have learned.
    checkpoints : RunCheckpoints, GroupCheckpoints or None
        Saves checkpoints when they are due, after an exception, and at the end.
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
    division = synchronization.division
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
        first_stream=first_stream + division.stream_offset + start.total_jobs * division.stream_step,
        stream_step=division.stream_step,
        words_before=start.words,
        word_weight=division.word_weight,
        skipped_jobs=start.jobs,
        replicas=division.replicas,
        period_jobs=division.period_jobs,
        **_arguments_of_tags(arrays.tags),
        subwords=arrays.subwords,
    )
    threads: int = session.threads
    if threads < compute.threads:
        logger.warning("the system allows only %d of %d training threads", threads, compute.threads)
    with closing(session):
        on_start(threads)
        position = start
        for epoch in range(len(start.epochs), epochs):
            with _saving_after_errors(checkpoints, position):
                on_epoch_begin()
            synchronization.begin_epoch(position)
            synchronization.keep(position)
            meter = _EpochMeter(session, synchronization, position)
            try:
                _run_epoch(session, corpus, meter, partial(meter.show, progress), synchronization, checkpoints)
            except BaseException:
                try:
                    _save_interrupted(session, meter, synchronization, checkpoints)
                finally:
                    session.cancel()
                    on_epoch_end(meter.report(interrupted=True))
                raise
            report = meter.report()
            position = meter.position_after(report)
            with _saving_after_errors(checkpoints, position):
                on_epoch_end(report)
                meter.show(progress)
                _require_finite(arrays, report)
            if checkpoints is not None and (epoch + 1 == epochs or checkpoints.is_due(epoch + 1)):
                checkpoints.save(position)


def _arguments_of_tags(tags: TagArrays | None) -> dict[str, Any]:
    if tags is None:
        return {}
    return {"documents": tags.settings, "tags": tags.rows.padded, "tag_update_scale": tags.update_scale}


@contextmanager
def _saving_after_errors(checkpoints: Checkpoints | None, position: RunPosition) -> Iterator[None]:
    """Save a checkpoint if code between two epochs raises an exception that says nothing about the weights."""
    try:
        yield
    except TrainingDiverged:
        raise
    except BaseException:
        if checkpoints is not None:
            checkpoints.save_after_error(position)
        raise


def _run_epoch(
    session: _core.word2vec.TrainingSession,
    corpus: EncodedCorpus,
    meter: _EpochMeter,
    show: Callable[[], None],
    synchronization: Synchronization,
    checkpoints: Checkpoints | None,
) -> None:
    max_pending = session.threads * _JOBS_AHEAD

    def wait(pending: int) -> None:
        while not session.wait(pending, _POLL_SECONDS):
            show()

    def end_periods() -> None:
        while session.period_is_full:
            wait(0)
            if synchronization.end_period(session):
                save_checkpoint_if_due()
            synchronization.next_period(session)

    def save_checkpoint_if_due() -> None:
        position = meter.position()
        if position is None:
            return
        synchronization.keep(position)
        if checkpoints is not None and checkpoints.is_due():
            checkpoints.save(position)

    for block in corpus.blocks():
        session.feed(block.ids, block.ends, block.raw_words, block.tags, block.tag_ends)
        end_periods()
        wait(max_pending)
        if checkpoints is not None and not synchronization.division.period_jobs and checkpoints.is_due():
            wait(0)
            save_checkpoint_if_due()
    session.finish()
    end_periods()
    wait(0)
    synchronization.end_epoch(session, save_checkpoint_if_due)


def _save_interrupted(
    session: _core.word2vec.TrainingSession,
    meter: _EpochMeter,
    synchronization: Synchronization,
    checkpoints: Checkpoints | None,
) -> None:
    if synchronization.division.period_jobs:
        session.cancel()
        position = synchronization.settle(session)
        if checkpoints is not None and position is not None:
            checkpoints.save(position)
        return
    if checkpoints is None:
        return
    session.discard_queued()
    if not session.wait(0, _FINISH_SECONDS):
        logger.warning(
            "the jobs that were running did not finish within %g s: there is no checkpoint of this moment; "
            "a smaller batch_words makes jobs shorter",
            _FINISH_SECONDS,
        )
    elif (position := meter.position()) is not None:
        checkpoints.save(position)


class _EpochMeter:
    """Measures what a session does during one epoch, of which a part may have been done before."""

    def __init__(
        self, session: _core.word2vec.TrainingSession, synchronization: Synchronization, position: RunPosition
    ) -> None:
        self._session = session
        self._synchronization = synchronization
        self._start = time.perf_counter()
        self._before = session.tally()
        self._jobs_before = session.finished_jobs or 0
        self._position = position

    def _totals(self) -> dict[str, float]:
        earlier = self._position.tally
        return {name: value - self._before[name] + earlier[name] for name, value in self._session.tally().items()}

    @property
    def _seconds(self) -> float:
        return self._position.seconds + time.perf_counter() - self._start

    def show(self, progress: TrainingProgress) -> None:
        done = self._totals()
        loss = done["loss"] / max(done["pairs"], 1)
        progress.show(
            len(self._position.epochs),
            self._session.words,
            loss,
            self._session.learning_rate,
            self._synchronization.communication,
        )

    def position(self) -> RunPosition | None:
        """Return the position within the epoch while no job is pending; None if a job was stopped before its end."""
        finished = self._session.finished_jobs
        if finished is None:
            return None
        jobs = finished - self._jobs_before
        if jobs == 0:
            return self._position
        return replace(
            self._position,
            jobs=self._position.jobs + jobs,
            total_jobs=self._position.total_jobs + jobs,
            words=self._synchronization.words(self._session),
            seconds=self._seconds,
            tally=self._totals(),
        )

    def position_after(self, report: EpochReport) -> RunPosition:
        """Return the position after the epoch, in which every job has run."""
        jobs = (self._session.finished_jobs or 0) - self._jobs_before
        return RunPosition(
            epochs=(*self._position.epochs, report),
            total_jobs=self._position.total_jobs + jobs,
            words=self._synchronization.words(self._session),
        )

    def report(self, *, interrupted: bool = False) -> EpochReport:
        done = self._totals()
        if not interrupted:  # otherwise, other ranks may still be training
            done = self._synchronization.joint_totals(done)
        seconds = self._seconds
        return EpochReport(
            epoch=len(self._position.epochs),
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
    tags = None if arrays.tags is None else arrays.tags.rows
    for name, rows in (("input", arrays.input), ("output", arrays.output), ("nodes", arrays.nodes), ("tag", tags)):
        if rows is None:
            continue
        checked = rows.view[-1000:] if name == "nodes" else rows.view[:1000]  # the root is the last node
        if not np.isfinite(checked).all() or not np.isfinite(report.loss):
            raise TrainingDiverged(
                f"epoch {report.epoch + 1}: the {name} vectors are no longer finite at learning rate "
                f"{report.learning_rate:g}, and the model keeps them like this; use a smaller alpha, and begin with "
                "init_weights() or a saved model"
            )
