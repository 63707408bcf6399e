"""One training run: from labelled text to a model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...runtime.compute import Compute
from ...vectors.files.fasttext_format import FastTextArguments, FastTextFile
from ...word2vec.padded_rows import PaddedRows
from .corpus import LabelledText
from .options import SupervisedOptions
from .report import SupervisedProgress, SupervisedReport
from .rows import Pretrained, dense_rows, initial_input
from .session import Schedule, run_epochs

__all__ = ["TrainedFile", "schedule_of", "train_file"]

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


def train_file(
    text: LabelledText,
    options: SupervisedOptions,
    compute: Compute,
    *,
    pretrained: Pretrained | None = None,
    progress: SupervisedProgress = None,
    check: Callable[[], object] | None = None,
) -> TrainedFile:
    """Train a model on labelled text.

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

    Raises
    ------
    VocabularyError, LabelError
        If the text has no words or no labels.
    TrainingDiverged
        If the loss is not finite.
    ResourceError
        If the model exceeds the available memory.
    """
    dictionary = text.dictionary(options, [] if pretrained is None else pretrained.words)
    inputs = initial_input(dictionary.words, options.bucket, options.dim, options.seed, pretrained, compute)
    outputs = PaddedRows(len(dictionary.labels), options.dim)
    nothing = np.empty((0, options.dim), np.float32)
    file = FastTextFile(
        arguments=_arguments(options),
        words=dictionary.words,
        counts=dictionary.counts,
        labels=dictionary.labels,
        label_counts=dictionary.label_counts,
        tokens=text.tokens,
        pruned=None,
        input=nothing,
        output=nothing,
    )
    epochs = run_epochs(text, file, inputs, outputs, schedule_of(options), compute, progress=progress, check=check)
    report = SupervisedReport(
        epochs=epochs,
        workers=compute.threads,
        isa=compute.isa,
        words=len(dictionary.words),
        labels=len(dictionary.labels),
        lines=text.encoder.lines,
        lines_left_out=text.encoder.lines - epochs[0].trained_lines,
    )
    if report.lines_left_out:
        logger.warning(
            "%s: %d of %d lines have no label or no word of the model and are left out",
            text.name,
            report.lines_left_out,
            report.lines,
        )
    return TrainedFile(file=replace(file, input=dense_rows(inputs), output=dense_rows(outputs)), report=report)


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
