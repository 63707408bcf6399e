"""The epochs of supervised training."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from ..._core import fasttext as core
from ...errors import TrainingDiverged
from ...runtime.compute import Compute
from ...runtime.progress import progress_bar
from ...vectors.files.fasttext_format import FastTextFile
from ...word2vec.padded_rows import PaddedRows
from ..state import DictionarySizes, packed_entries
from .corpus import LabelledText
from .position import RunStart
from .report import SupervisedEpoch, SupervisedProgress, SupervisedProgressEvent

__all__ = ["Schedule", "run_epochs"]

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05  # between two checks for signals
_JOBS_AHEAD = 16  # per thread
_MOST_JOB_TOKENS, _LEAST_JOB_TOKENS = 10_000, 1_000
_JOBS_PER_EPOCH = 64  # at least, as far as the text allows, so that threads share the work evenly


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long and with which steps a model is trained.

    Parameters
    ----------
    epochs : int
        Number of passes over the text.
    rate : float
        Learning rate at the start; it decays linearly to 0.
    rate_tokens : int
        Number of tokens between updates of the learning rate.
    negatives : int
        Number of negative samples.
    seed : int
        Random seed.
    """

    epochs: int
    rate: float
    rate_tokens: int
    negatives: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class _SessionOptions:
    words: int
    min_n: int
    max_n: int
    buckets: int
    word_ngrams: int
    label_prefix: str
    loss: str
    hash_count: int
    negatives: int
    seed: int
    job_tokens: int
    rate_tokens: int


def run_epochs(
    text: LabelledText,
    file: FastTextFile,
    input_rows: PaddedRows,
    output_rows: PaddedRows,
    schedule: Schedule,
    compute: Compute,
    *,
    progress: SupervisedProgress,
    check: Callable[[], object] | None = None,
    start: RunStart = RunStart(),  # noqa: B008 - it is immutable
    after_epoch: Callable[[RunStart], object] = lambda position: None,
    after_interruption: Callable[[SupervisedEpoch], object] = lambda epoch: None,
) -> tuple[SupervisedEpoch, ...]:
    """Train the rows of a model in place.

    Parameters
    ----------
    text : LabelledText
        The lines.
    file : FastTextFile
        Parameters and dictionary of the model; its matrices are not used.
    input_rows, output_rows : PaddedRows
        The matrices.
    schedule : Schedule
        Epochs and learning rate.
    compute : Compute
        Number of threads and instruction set.
    progress : bool, callable or None
        How progress is shown.
    check : callable, optional
        Called several times per second; an exception that it raises ends training.
    start : RunStart, optional
        Epochs that have been trained before.
    after_epoch : callable, optional
        Called after each epoch with what has been trained, while no thread is training.
    after_interruption : callable, optional
        Called with the statistics of an epoch that Ctrl-C has ended.

    Returns
    -------
    tuple of SupervisedEpoch
        Statistics of each epoch.

    Raises
    ------
    TrainingDiverged
        If the loss is not finite after an epoch.
    """
    planned = text.tokens * schedule.epochs
    session = core.SupervisedSession(
        _options(text, file, schedule),
        encoder=text.encoder,
        **packed_entries(file),
        input=input_rows.padded,
        output=output_rows.padded,
        label_counts=file.label_counts,
        threads=compute.threads,
        isa=compute.isa,
        start_rate=schedule.rate,
        planned_tokens=float(planned),
        first_job=start.jobs,
        tokens_before=start.tokens,
    )
    if session.threads < compute.threads:
        logger.warning("the system allows only %d of %d training threads", session.threads, compute.threads)
    shown = _Progress(progress, schedule.epochs, planned)
    with closing(session), closing(shown):
        reports = list(start.epochs)
        for epoch in range(len(reports), schedule.epochs):
            meter = _Meter(session, epoch)

            def poll(max_pending: int, meter: _Meter = meter) -> None:
                while not session.wait(max_pending, _POLL_SECONDS):
                    shown.show(meter)
                    if check is not None:
                        check()

            try:
                for ids, ends in text.blocks():
                    session.feed(ids, ends)
                    poll(session.threads * _JOBS_AHEAD)
                session.finish()
                poll(0)
            except KeyboardInterrupt:
                after_interruption(meter.report())
                raise
            shown.show(meter)
            reports.append(meter.report())
            _require_finite(reports[-1], schedule.rate)
            after_epoch(RunStart(epochs=tuple(reports), jobs=session.jobs, tokens=session.tokens))
            if check is not None:
                check()
    return tuple(reports)


def _options(text: LabelledText, file: FastTextFile, schedule: Schedule) -> _SessionOptions:
    sizes = DictionarySizes.of(file, text.label)
    return _SessionOptions(
        **vars(sizes),
        negatives=schedule.negatives,
        seed=schedule.seed,
        job_tokens=max(_LEAST_JOB_TOKENS, min(_MOST_JOB_TOKENS, text.tokens // _JOBS_PER_EPOCH)),
        rate_tokens=schedule.rate_tokens,
    )


def _require_finite(report: SupervisedEpoch, rate: float) -> None:
    if not math.isfinite(report.loss):
        raise TrainingDiverged(
            f"epoch {report.epoch + 1}: the loss is no longer finite at lr={rate:g}; use a smaller lr"
        )


class _Meter:
    """Measures what a session does during one epoch."""

    def __init__(self, session: core.SupervisedSession, epoch: int) -> None:
        self._session = session
        self._start = time.perf_counter()
        self._before = session.tally()
        self.epoch = epoch

    @property
    def loss(self) -> float:
        done = self._session.tally()
        return (done["loss"] - self._before["loss"]) / max(1, done["trained_lines"] - self._before["trained_lines"])

    @property
    def tokens(self) -> int:
        return self._session.tokens

    @property
    def learning_rate(self) -> float:
        return self._session.learning_rate

    def report(self) -> SupervisedEpoch:
        done = self._session.tally()
        seconds = time.perf_counter() - self._start
        tokens = done["tokens"] - self._before["tokens"]
        return SupervisedEpoch(
            epoch=self.epoch,
            loss=self.loss,
            tokens=tokens,
            lines=done["lines"] - self._before["lines"],
            trained_lines=done["trained_lines"] - self._before["trained_lines"],
            seconds=seconds,
            tokens_per_second=tokens / max(seconds, 1e-9),
            learning_rate=self._session.learning_rate,
        )


class _Progress:
    """A bar on a terminal, or calls of the user's function."""

    def __init__(self, progress: SupervisedProgress, epochs: int, planned_tokens: int) -> None:
        self._epochs = epochs
        self._planned_tokens = planned_tokens
        self._function = progress if callable(progress) else None
        self._bar = progress_bar(progress, planned_tokens, " tokens", unit_scale=True)

    def show(self, meter: _Meter) -> None:
        if self._function is not None:
            self._function(
                SupervisedProgressEvent(
                    epoch=meter.epoch,
                    epochs=self._epochs,
                    tokens=meter.tokens,
                    planned_tokens=self._planned_tokens,
                    loss=meter.loss,
                    learning_rate=meter.learning_rate,
                )
            )
        if self._bar is not None:
            self._bar.set_description(f"epoch {meter.epoch + 1}/{self._epochs}", refresh=False)
            self._bar.set_postfix(loss=f"{meter.loss:.4f}", lr=f"{meter.learning_rate:.4f}", refresh=False)
            self._bar.update(max(0, meter.tokens - self._bar.n))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
