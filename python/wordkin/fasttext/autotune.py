"""Search for the parameters of supervised training, scored on a validation file.

The search is that of fastText. The first trial has the given parameters; each further one draws every parameter that is
not fixed around the best value so far: the number of epochs, the learning rate, the dimensionality and the number of
buckets are multiplied by 2 ** N(0, s), and the lengths of n-grams are moved by N(0, s). The deviation s falls from the
first to the second number of `_RANGES` between a quarter and three quarters of the search. A trial that does not end in
time, or diverges, does not count.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import ResourceError, TrainingDiverged, WordkinError
from ..runtime.compute import Compute
from ..runtime.options import Options, checked_field, integer_field, real_field
from ..runtime.progress import progress_bar
from ..storage.decoding import TextOptions
from ..storage.paths import AnyPath
from ..vectors.files.fasttext_format import CENTROIDS, FastTextFile
from .evaluation import Metric, scored_file
from .state import FastTextState
from .supervised.corpus import LabelledText
from .supervised.options import QuantizationOptions, SupervisedOptions
from .supervised.quantization import Retraining, largest_cutoff, quantized_file
from .supervised.report import AutotuneTrial, SupervisedProgress
from .supervised.rows import Pretrained
from .supervised.run import TrainedFile, schedule_of, train_file

__all__ = ["AutotuneOptions", "tuned_file"]

logger = logging.getLogger(__name__)

_MAX_INT = 2**31 - 1
_SIZE = re.compile(r"(\d+)([kKmMgG]?)")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}

# The least and the greatest value, the deviation at the start and at the end, and whether a value is multiplied.
_RANGES: dict[str, tuple[float, float, float, float, bool]] = {
    "epoch": (1, 100, 2.8, 2.5, True),
    "lr": (0.01, 5.0, 1.9, 1.0, True),
    "dim": (1, 1000, 1.4, 0.3, True),
    "word_ngrams": (1, 5, 4.3, 2.4, False),
    "dsub": (1, 4, 2.0, 1.0, False),  # the logarithm
    "minn": (0, 2, 4.0, 1.4, False),  # the index in _MINN
    "bucket": (10_000, 10_000_000, 2.0, 1.5, True),
}
_MINN = (0, 2, 3)
_SUBWORD_LENGTHS = 3  # maxn is minn and this, if there are n-grams


def _checked_metric(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    Metric.parse(name, value)
    return value


def _checked_size(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    if value and _bytes_of(value) is None:
        raise ValueError(f"{name} must be a number of bytes such as '2M', or empty, got {value!r}")
    return value


def _bytes_of(size: str) -> int | None:
    match = _SIZE.fullmatch(size)
    return None if match is None else int(match[1]) * _UNITS[match[2].lower()]


@dataclass(frozen=True, kw_only=True)
class AutotuneOptions(Options):
    """Options of the search.

    Parameters
    ----------
    metric : str, default "f1"
        Score to maximise.
    predictions : int, default 1
        Number of labels predicted for each line (>= 1).
    duration : float, default 300.0
        Time for the search in seconds (> 0).
    model_size : str, default ""
        Maximum size of the file of the compressed model; empty for a model that is not compressed.
    trials : int or None, default None
        Maximum number of trials (>= 1).
    """

    metric: str = checked_field("f1", _checked_metric, name="autotuneMetric", help="Score to maximise.")
    predictions: int = integer_field(
        1, low=1, high=_MAX_INT, name="autotunePredictions", help="Number of labels predicted for each line."
    )
    duration: float = real_field(
        300.0, low=0.0, low_exclusive=True, name="autotuneDuration", help="Time for the search in seconds."
    )
    model_size: str = checked_field(
        "", _checked_size, name="autotuneModelSize", help="Maximum size of the compressed model, such as 2M."
    )
    trials: int | None = integer_field(
        None, low=1, high=_MAX_INT, name="autotuneTrials", help="Maximum number of trials."
    )


class _OutOfTime(Exception):
    """The time for the search is over."""


class ModelSizeError(WordkinError, ValueError):
    """A maximum size that no model has."""


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    """Parameters of a trial, among them those of compression."""

    options: SupervisedOptions
    dsub: int
    bucket: int  # also kept while there are no n-grams


def tuned_file(
    text: LabelledText,
    options: SupervisedOptions,
    fixed: Collection[str],
    search: AutotuneOptions,
    validation: tuple[AnyPath, TextOptions],
    compute: Compute,
    *,
    bucket: int,
    pretrained: Pretrained | None = None,
    progress: SupervisedProgress = None,
) -> TrainedFile:
    """Train models with several parameters, and return the best one.

    Parameters
    ----------
    text : LabelledText
        The text.
    options : SupervisedOptions
        Parameters of the first trial.
    fixed : collection of str
        Names of parameters that keep their values; "minn" also stands for maxn.
    search : AutotuneOptions
        Time, metric and size.
    validation : (path, TextOptions)
        Labelled lines for the score.
    compute : Compute
        Number of threads and instruction set.
    bucket : int
        Number of buckets of the first trial that has n-grams; with 0, no trial has n-grams.
    pretrained : Pretrained or None, default None
        Vectors that words begin with.
    progress : bool, callable or None, default None
        Whether a progress bar is shown; a callable receives the events of every trial.

    Returns
    -------
    TrainedFile
        The best model; its report has all trials.

    Raises
    ------
    ValueError
        If no trial ended in time, or no model fits the size.
    FormatError, OSError
        If the validation file cannot be read.
    """
    run = _Search(text, search, validation, compute, pretrained, progress)
    draw = np.random.default_rng(options.seed)
    fixed = {*fixed, "dim"} if pretrained is not None else set(fixed)
    fixed |= {"word_ngrams", "minn", "bucket"} if bucket == 0 else set()
    best = _Candidate(options=options, dsub=2, bucket=bucket)
    with closing(_Bar(progress, search.duration)) as bar:
        while run.has_time():
            candidate = best if not run.trials else _drawn(best, fixed, run.share(), draw)
            is_best = run.try_out(candidate, lambda: bar.show(run))
            if is_best:
                best = candidate
    return run.result()


def _drawn(best: _Candidate, fixed: Collection[str], share: float, draw: np.random.Generator) -> _Candidate:
    options = best.options
    values: dict[str, float] = {
        "epoch": options.epoch,
        "lr": options.lr,
        "dim": options.dim,
        "word_ngrams": options.word_ngrams,
        "dsub": float(np.log2(best.dsub)),
        "minn": _MINN.index(options.minn) if options.minn in _MINN else 0,
        "bucket": best.bucket,
    }
    drawn = {name: _moved(name, value, share, draw) if name not in fixed else value for name, value in values.items()}
    minn = options.minn if "minn" in fixed else _MINN[int(drawn["minn"])]
    maxn = options.maxn if "minn" in fixed else minn + _SUBWORD_LENGTHS if minn else 0
    bucket = int(drawn["bucket"])
    changed = replace(
        options,
        epoch=int(drawn["epoch"]),
        lr=drawn["lr"],
        dim=int(drawn["dim"]),
        word_ngrams=int(drawn["word_ngrams"]),
        minn=minn,
        maxn=maxn,
        bucket=bucket,
    )
    return _Candidate(options=changed, dsub=2 ** int(drawn["dsub"]), bucket=bucket)


def _moved(name: str, value: float, share: float, draw: np.random.Generator) -> float:
    lowest, highest, start, end, is_multiplied = _RANGES[name]
    deviation = start - (start - end) * 2 * min(0.5, max(share - 0.25, 0.0))
    step = draw.normal(0.0, deviation)
    moved = value * 2.0**step if is_multiplied else value + step
    return float(min(highest, max(lowest, moved)))


class _Search:
    """The trials so far, and the best model."""

    def __init__(
        self,
        text: LabelledText,
        search: AutotuneOptions,
        validation: tuple[AnyPath, TextOptions],
        compute: Compute,
        pretrained: Pretrained | None,
        progress: SupervisedProgress,
    ) -> None:
        self._text = text
        self._search = search
        self._path, self._text_options = validation
        self._compute = compute
        self._pretrained = pretrained
        self._progress = progress if callable(progress) else False  # the bar is that of the search
        self._metric = Metric.parse("autotuneMetric", search.metric)
        self._budget = _bytes_of(search.model_size)
        self._start = time.monotonic()
        self._best: TrainedFile | None = None
        self._failure: Exception | None = None
        self.best_score = float("-inf")
        self.trials: list[AutotuneTrial] = []

    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def has_time(self) -> bool:
        limit = self._search.trials
        return self.elapsed() < self._search.duration and (limit is None or len(self.trials) < limit)

    def share(self) -> float:
        limit = self._search.trials
        return len(self.trials) / limit if limit is not None else self.elapsed() / self._search.duration

    def try_out(self, candidate: _Candidate, show: Callable[[], object]) -> bool:
        """Train and score a model; returns whether it is the best one."""

        def check() -> None:
            show()
            if self.elapsed() >= self._search.duration:
                raise _OutOfTime

        start = time.monotonic()
        score: float | None = None
        try:
            trained = train_file(
                self._text,
                candidate.options,
                self._compute,
                pretrained=self._pretrained,
                progress=self._progress,
                check=check,
            )
            if self._budget is not None:
                trained = replace(trained, file=self._compressed(trained.file, candidate, self._budget, check))
            state = FastTextState(trained.file, self._text.label)
            score = scored_file(state, self._path, self._search.predictions, self._metric, self._text_options)
        except _OutOfTime:
            return False
        except (TrainingDiverged, ResourceError, ModelSizeError) as error:
            logger.info("trial %d: %s", len(self.trials) + 1, error)
            self._failure = error
        self.trials.append(
            AutotuneTrial(
                score=score,
                seconds=time.monotonic() - start,
                parameters={name: getattr(candidate.options, name) for name in _SHOWN} | {"dsub": candidate.dsub},
            )
        )
        if score is None or not score > self.best_score:
            return False
        logger.info(
            "trial %d: %s %.4f with %s", len(self.trials), self._search.metric, score, self.trials[-1].parameters
        )
        self.best_score, self._best = score, trained
        return True

    def _compressed(
        self, file: FastTextFile, candidate: _Candidate, budget: int, check: Callable[[], object]
    ) -> FastTextFile:
        has_many_labels = len(file.labels) >= CENTROIDS
        options = QuantizationOptions(dsub=candidate.dsub, qnorm=True, qout=has_many_labels, retrain=True)
        cutoff = largest_cutoff(file, options, budget)
        if cutoff < CENTROIDS:
            raise ModelSizeError(
                f"autotuneModelSize must allow {CENTROIDS} words and n-grams, got {budget} bytes for vectors with "
                f"dim={file.arguments.dim}; use a greater size or a smaller dim"
            )
        retraining = Retraining(text=self._text, schedule=schedule_of(candidate.options), progress=False, check=check)
        return quantized_file(file, replace(options, cutoff=cutoff), self._compute, retraining)

    def result(self) -> TrainedFile:
        if self._best is None:
            if isinstance(self._failure, ModelSizeError | ResourceError):
                raise self._failure
            raise ValueError(
                f"autotuneDuration must be enough for one training, got {self._search.duration:g} s, in which "
                f"{len(self.trials)} trials ended without a score"
            )
        return replace(self._best, report=replace(self._best.report, trials=tuple(self.trials)))


_SHOWN = ("epoch", "lr", "dim", "word_ngrams", "minn", "maxn", "bucket")


class _Bar:
    """The progress of the search: seconds, and the best score."""

    def __init__(self, progress: SupervisedProgress, duration: float) -> None:
        self._bar = None if callable(progress) else progress_bar(progress, round(duration), " s")

    def show(self, run: _Search) -> None:
        if self._bar is None:
            return
        score = f"{run.best_score:.4f}" if run.best_score > float("-inf") else "none"
        self._bar.set_postfix(trial=f"{len(run.trials) + 1}", best=score, refresh=False)
        self._bar.update(max(0, int(run.elapsed()) - self._bar.n))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
