"""One training run: from labelled text to a model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from ...runtime.compute import Compute
from ...vectors.files.fasttext_format import FastTextArguments, FastTextFile
from ...word2vec.padded_rows import PaddedRows
from ...word2vec.training.session import CheckpointRequest
from .checkpoints import SupervisedCheckpoints, fingerprint_of
from .corpus import LabelledText
from .options import SupervisedOptions
from .position import RunStart
from .report import SupervisedEpoch, SupervisedProgress, SupervisedReport
from .rows import Pretrained, dense_rows, initial_input
from .session import Schedule, run_epochs

__all__ = ["SupervisedRun", "TrainedFile", "schedule_of", "train_file"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TrainedFile:
    """A trained model.

    Parameters
    ----------
    file : FastTextFile
        The model.
    report : SupervisedReport
        Statistics.
    """

    file: FastTextFile
    report: SupervisedReport


@dataclass(kw_only=True)
class SupervisedRun:
    """One training run. What it has trained is available even if it is interrupted.

    Parameters
    ----------
    text : LabelledText
        The text.
    options : SupervisedOptions
        Parameters.
    compute : Compute
        Number of threads and instruction set.
    pretrained : Pretrained or None, default None
        Vectors that words begin with.
    progress : bool, callable or None, default None
        How progress is shown.
    check : callable, optional
        Called several times per second; an exception that it raises ends training.
    """

    text: LabelledText
    options: SupervisedOptions
    compute: Compute
    pretrained: Pretrained | None = None
    progress: SupervisedProgress = None
    check: Callable[[], object] | None = None
    _position: RunStart = field(init=False, default=RunStart())
    _partial: SupervisedEpoch | None = field(init=False, default=None)
    _file: FastTextFile | None = field(init=False, default=None)
    _checkpoints: SupervisedCheckpoints | None = field(init=False, default=None)
    _resumed_epochs: int = field(init=False, default=0)
    _is_complete: bool = field(init=False, default=False)

    @property
    def is_started(self) -> bool:
        """Whether lines have been trained."""
        return bool(self._epochs)

    @property
    def _epochs(self) -> tuple[SupervisedEpoch, ...]:
        if self._partial is None or self._partial.trained_lines == 0:
            return self._position.epochs
        return *self._position.epochs, self._partial

    def train(self, checkpoints: CheckpointRequest | None = None) -> None:
        """Train a model on the text.

        Parameters
        ----------
        checkpoints : CheckpointRequest or None, default None
            Where to save checkpoints.

        Raises
        ------
        VocabularyError, LabelError
            If the text has no words or no labels.
        TrainingDiverged
            If the loss is not finite.
        ResourceError
            If the model exceeds the available memory.
        FormatError, OSError
            If the checkpoint belongs to a different run, or the folder cannot be used.
        """
        options = self.options
        dictionary = self.text.dictionary(options, [] if self.pretrained is None else self.pretrained.words)
        self._inputs = initial_input(
            dictionary.words, options.bucket, options.dim, options.seed, self.pretrained, self.compute
        )
        self._outputs = PaddedRows(len(dictionary.labels), options.dim)
        nothing = np.empty((0, options.dim), np.float32)
        self._file = FastTextFile(
            arguments=_arguments(options),
            words=dictionary.words,
            counts=dictionary.counts,
            labels=dictionary.labels,
            label_counts=dictionary.label_counts,
            tokens=self.text.tokens,
            pruned=None,
            input=nothing,
            output=nothing,
        )
        self._begin(checkpoints)
        try:
            run_epochs(
                self.text,
                self._file,
                self._inputs,
                self._outputs,
                schedule_of(options),
                self.compute,
                progress=self.progress,
                check=self.check,
                start=self._position,
                after_epoch=self._after_epoch,
                after_interruption=self._after_interruption,
            )
            self._is_complete = True
        finally:
            if self._checkpoints is not None:
                self._checkpoints.close()

    def _begin(self, request: CheckpointRequest | None) -> None:
        if request is None:
            return
        assert self._file is not None  # set before
        fingerprint = fingerprint_of(self.options, self.text, self._file, self.pretrained)
        self._checkpoints = SupervisedCheckpoints.of(request, fingerprint, self._inputs, self._outputs)
        self._position = self._checkpoints.resume()
        self._resumed_epochs = len(self._position.epochs)

    def _after_epoch(self, position: RunStart) -> None:
        self._position = position
        if self._checkpoints is not None:
            self._checkpoints.save_if_due(position, is_last=len(position.epochs) == self.options.epoch)

    def _after_interruption(self, epoch: SupervisedEpoch) -> None:
        self._partial = epoch

    def trained(self) -> TrainedFile:
        """Return the model, after training or its interruption; it takes the memory of this run, which has then ended.

        Returns
        -------
        TrainedFile
            The model, and statistics of its epochs, the last of which may be incomplete.
        """
        assert self._file is not None  # training has begun
        lines = self.text.encoder.lines
        complete = self._position.epochs[:1]
        report = SupervisedReport(
            epochs=self._epochs,
            workers=self.compute.threads,
            isa=self.compute.isa,
            words=len(self._file.words),
            labels=len(self._file.labels),
            lines=lines,
            lines_left_out=lines - complete[0].trained_lines if complete else 0,
            interrupted=not self._is_complete,
            checkpoint=None if self._checkpoints is None else self._checkpoints.newest,
            checkpoint_failures=() if self._checkpoints is None else self._checkpoints.failures,
            resumed_epochs=self._resumed_epochs,
        )
        if report.lines_left_out:
            logger.warning(
                "%s: %d of %d lines have no label or no word of the model and are left out",
                self.text.name,
                report.lines_left_out,
                report.lines,
            )
        inputs, outputs = dense_rows(self._inputs), dense_rows(self._outputs)
        return TrainedFile(file=replace(self._file, input=inputs, output=outputs), report=report)


def train_file(
    text: LabelledText,
    options: SupervisedOptions,
    compute: Compute,
    *,
    pretrained: Pretrained | None = None,
    progress: SupervisedProgress = None,
    check: Callable[[], object] | None = None,
) -> TrainedFile:
    """Train a model on labelled text; the arguments and errors are those of `SupervisedRun`.

    Parameters
    ----------
    text : LabelledText
        The text.
    options : SupervisedOptions
        Parameters.
    compute : Compute
        Number of threads and instruction set.
    pretrained : Pretrained or None, default None
        Vectors that words begin with.
    progress : bool, callable or None, default None
        How progress is shown.
    check : callable, optional
        Called several times per second; an exception that it raises ends training.

    Returns
    -------
    TrainedFile
        The model, and statistics.
    """
    run = SupervisedRun(
        text=text, options=options, compute=compute, pretrained=pretrained, progress=progress, check=check
    )
    run.train()
    return run.trained()


def schedule_of(options: SupervisedOptions) -> Schedule:
    """Return the schedule of training.

    Parameters
    ----------
    options : SupervisedOptions
        Parameters.

    Returns
    -------
    Schedule
        Epochs, learning rate and seed.
    """
    return Schedule(
        epochs=options.epoch,
        rate=options.lr,
        rate_tokens=options.lr_update_rate,
        negatives=options.neg,
        seed=options.seed,
    )


def _arguments(options: SupervisedOptions) -> FastTextArguments:
    return FastTextArguments(
        dim=options.dim,
        ws=options.ws,
        epoch=options.epoch,
        min_count=options.min_count,
        neg=options.neg,
        word_ngrams=options.word_ngrams,
        loss=options.loss,
        model="supervised",
        bucket=options.bucket,
        minn=options.minn,
        maxn=options.maxn,
        lr_update_rate=options.lr_update_rate,
        t=options.t,
    )
