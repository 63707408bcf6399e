"""Precision and recall of predicted labels on a file of labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..errors import LabelError
from ..storage.decoding import OTHER_ENCODING, TextOptions
from ..storage.lines import read_lines
from ..storage.paths import AnyPath, local_path
from .prediction import predict
from .state import FastTextState

__all__ = ["LabelCounts", "LabelScores", "Metric", "count_labels", "label_scores", "scored_file"]

_LINES_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class LabelCounts:
    """How often each label was given, predicted, and both.

    Parameters
    ----------
    examples : int
        Number of lines with a known label and a word.
    gold, predicted, correct : ndarray of int64, shape (labels,)
        Counts of each label.
    """

    examples: int
    gold: NDArray[np.int64]
    predicted: NDArray[np.int64]
    correct: NDArray[np.int64]


def count_labels(
    state: FastTextState, path: AnyPath, k: int, threshold: float, options: TextOptions | None = None
) -> LabelCounts:
    """Predict the labels of a file's lines and compare them with those in the file.

    Parameters
    ----------
    state : FastTextState
        A supervised model.
    path : path
        Text with ``__label__`` words in each line, compressed or not. Lines without a label or a word that the model
        knows are left out, as fastText does.
    k : int
        Number of labels predicted for each line; -1 for all.
    threshold : float
        Minimum probability.
    options : TextOptions or None, default None
        Encoding of the file.

    Returns
    -------
    LabelCounts
        The counts.

    Raises
    ------
    FormatError
        If the text cannot be decoded.
    OSError
        If the file cannot be read.
    """
    size = len(state.file.labels)
    counts = LabelCounts(
        examples=0, gold=np.zeros(size, np.int64), predicted=np.zeros(size, np.int64), correct=np.zeros(size, np.int64)
    )
    for lines in _batches(path, options):
        counts = _sum(counts, _count(state, lines, k, threshold, size))
    return counts


_METRIC = re.compile(r"(f1|precisionAtRecall|recallAtPrecision)(?::(\d+(?:\.\d+)?))?(?::(.+))?")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A score of predictions, under fastText's names.

    Parameters
    ----------
    kind : {"f1", "precisionAtRecall", "recallAtPrecision"}
        The score.
    least : float
        Least recall, or least precision, of the last two; from 0 to 1.
    label : str or None
        The only label that counts; None for all.
    """

    kind: str
    least: float
    label: str | None

    @classmethod
    def parse(cls, name: str, text: str) -> Metric:
        """Read a metric.

        Parameters
        ----------
        name : str
            Name of the argument in error messages.
        text : str
            Such as "f1", "f1:__label__a", "precisionAtRecall:30" (per cent) or "recallAtPrecision:80:__label__a".

        Returns
        -------
        Metric
            The metric.

        Raises
        ------
        ValueError
            If the text has another form.
        """
        kind, _, rest = text.partition(":")
        match = _METRIC.fullmatch(text if kind != "f1" or not rest else f"f1:0:{rest}")
        is_valid = match is not None and (kind == "f1" or (match[2] is not None and float(match[2]) <= 100))
        if match is None or not is_valid:
            raise ValueError(
                f"{name} must be 'f1', 'precisionAtRecall:30' (per cent) or 'recallAtPrecision:30', optionally with "
                f"':' and a label, got {text!r}"
            )
        return cls(kind=kind, least=float(match[2] or 0) / 100, label=match[3])


def scored_file(
    state: FastTextState, path: AnyPath, k: int, metric: Metric, options: TextOptions | None = None
) -> float:
    """Return the score of a model on a file of labelled lines.

    Parameters
    ----------
    state : FastTextState
        A supervised model.
    path : path
        The file, as for `count_labels`.
    k : int
        Number of labels predicted for each line; the curves of precision and recall use all labels.
    metric : Metric
        The score.
    options : TextOptions or None, default None
        Encoding of the file.

    Returns
    -------
    float
        The score; 0 if it is not defined.

    Raises
    ------
    LabelError
        If the model does not have the label of the metric, or no line has a label and a word of the model.
    FormatError, OSError
        As for `count_labels`.
    """
    index = None
    if metric.label is not None:
        encoded = metric.label.encode()
        if encoded not in state.file.labels:
            raise LabelError(f"autotuneMetric must name a label of the training text, got {metric.label!r}")
        index = state.file.labels.index(encoded)
    if metric.kind == "f1":
        counts = count_labels(state, path, k, 0.0, options)
        _require_examples(counts.examples, path)
        chosen = slice(None) if index is None else slice(index, index + 1)
        total = int(counts.predicted[chosen].sum() + counts.gold[chosen].sum())
        return 2 * int(counts.correct[chosen].sum()) / total if total else 0.0
    scores = label_scores(state, path, -1, options)
    _require_examples(scores.examples, path)
    curve = scores.curve(index)
    is_precision = metric.kind == "precisionAtRecall"
    return curve.precision_at(metric.least) if is_precision else curve.recall_at(metric.least)


def _require_examples(examples: int, path: AnyPath) -> None:
    if not examples:
        raise LabelError(f"{local_path(path)}: no line has both a label and a word that the model knows")


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Precision and recall at every threshold of the probability, from the highest threshold to the lowest.

    Parameters
    ----------
    precision, recall : ndarray of float64
        A point for each distinct probability.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]

    def precision_at(self, recall: float) -> float:
        """Return the highest precision of the thresholds with at least this recall; 0 if there are none.

        Parameters
        ----------
        recall : float
            Least recall.

        Returns
        -------
        float
            The precision.
        """
        return float(self.precision[self.recall >= recall].max(initial=0.0))

    def recall_at(self, precision: float) -> float:
        """Return the highest recall of the thresholds with at least this precision; 0 if there are none.

        Parameters
        ----------
        precision : float
            Least precision.

        Returns
        -------
        float
            The recall.
        """
        return float(self.recall[self.precision >= precision].max(initial=0.0))


@dataclass(frozen=True, kw_only=True)
class LabelScores:
    """The probabilities of the labels that were predicted for some lines.

    Parameters
    ----------
    examples : int
        Number of lines with a known label and a word.
    labels : ndarray of int32, shape (predictions,)
        Labels, line by line.
    probabilities : ndarray of float32, shape (predictions,)
        Their probabilities.
    is_correct : ndarray of bool, shape (predictions,)
        Whether the line has the label.
    gold : ndarray of int64, shape (labels,)
        Number of lines that have each label.
    """

    examples: int
    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    is_correct: NDArray[np.bool_]
    gold: NDArray[np.int64]

    def of_label(self, index: int | None) -> tuple[NDArray[np.float32], NDArray[np.bool_], int]:
        """Return the predictions of a label, or all.

        Parameters
        ----------
        index : int or None
            The label; None for all.

        Returns
        -------
        tuple
            Probabilities, whether each prediction is correct, and the number of lines that have the label.
        """
        if index is None:
            return self.probabilities, self.is_correct, int(self.gold.sum())
        chosen = self.labels == index
        return self.probabilities[chosen], self.is_correct[chosen], int(self.gold[index])

    def curve(self, index: int | None) -> Curve:
        """Return precision and recall of a label, or of all.

        Parameters
        ----------
        index : int or None
            The label; None for all.

        Returns
        -------
        Curve
            The curve.
        """
        probabilities, is_correct, gold = self.of_label(index)
        order = np.argsort(-probabilities, kind="stable")
        correct = np.cumsum(is_correct[order])
        # Equal probabilities are above the same thresholds.
        is_last = np.append(np.diff(probabilities[order]) != 0, True)
        at = np.flatnonzero(is_last) if len(order) else np.empty(0, np.intp)
        return Curve(precision=correct[at] / (at + 1), recall=correct[at] / max(1, gold))


def label_scores(state: FastTextState, path: AnyPath, k: int, options: TextOptions | None = None) -> LabelScores:
    """Predict the labels of a file's lines with their probabilities.

    Parameters
    ----------
    state : FastTextState
        A supervised model.
    path : path
        The file, as for `count_labels`.
    k : int
        Number of labels predicted for each line; -1 for all.
    options : TextOptions or None, default None
        Encoding of the file.

    Returns
    -------
    LabelScores
        The predictions.

    Raises
    ------
    FormatError, OSError
        As for `count_labels`.
    """
    size = len(state.file.labels)
    parts = [_compared(state, lines, k, 0.0, size) for lines in _batches(path, options)]
    if not parts:
        none = np.empty(0, np.int32)
        parts = [
            _Compared(examples=0, gold=none, labels=none, probabilities=none.astype("f4"), is_correct=none.astype(bool))
        ]
    return LabelScores(
        examples=sum(part.examples for part in parts),
        labels=np.concatenate([part.labels for part in parts]),
        probabilities=np.concatenate([part.probabilities for part in parts]),
        is_correct=np.concatenate([part.is_correct for part in parts]),
        gold=np.bincount(np.concatenate([part.gold for part in parts]), minlength=size).astype(np.int64),
    )


def _batches(path: AnyPath, options: TextOptions | None) -> Iterator[tuple[str, ...]]:
    lines = (line for _, line in read_lines(path, options, advice=OTHER_ENCODING))
    while batch := tuple(islice(lines, _LINES_AT_ONCE)):
        yield batch


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """The labels of some lines, given and predicted."""

    examples: int
    gold: NDArray[np.int32]
    labels: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    is_correct: NDArray[np.bool_]


def _count(state: FastTextState, lines: tuple[str, ...], k: int, threshold: float, size: int) -> LabelCounts:
    found = _compared(state, lines, k, threshold, size)
    return LabelCounts(
        examples=found.examples,
        gold=np.bincount(found.gold, minlength=size),
        predicted=np.bincount(found.labels, minlength=size),
        correct=np.bincount(found.labels[found.is_correct], minlength=size),
    )


def _compared(state: FastTextState, lines: tuple[str, ...], k: int, threshold: float, size: int) -> _Compared:
    gold_ends, gold, has_rows = state.predictor.gold(lines)
    ends, labels, probabilities = predict(state, lines, k, threshold)
    gold_lines, lines_of_labels = _owners(gold_ends), _owners(ends)
    is_example = has_rows & (np.diff(gold_ends, prepend=0) > 0)
    gold, gold_lines = gold[is_example[gold_lines]], gold_lines[is_example[gold_lines]]
    kept = is_example[lines_of_labels]
    labels, lines_of_labels = labels[kept], lines_of_labels[kept]
    return _Compared(
        examples=int(is_example.sum()),
        gold=gold,
        labels=labels,
        probabilities=probabilities[kept],
        is_correct=np.isin(lines_of_labels * size + labels, gold_lines * size + gold),
    )


def _owners(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the line that each label belongs to."""
    return np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))


def _sum(first: LabelCounts, second: LabelCounts) -> LabelCounts:
    return LabelCounts(
        examples=first.examples + second.examples,
        gold=first.gold + second.gold,
        predicted=first.predicted + second.predicted,
        correct=first.correct + second.correct,
    )
