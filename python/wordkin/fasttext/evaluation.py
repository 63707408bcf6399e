"""Precision and recall of predicted labels on a file of labelled lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ..storage.decoding import OTHER_ENCODING, TextOptions
from ..storage.lines import read_lines
from ..storage.paths import AnyPath
from .prediction import predict
from .state import FastTextState

__all__ = ["LabelCounts", "count_labels"]

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


def _batches(path: AnyPath, options: TextOptions | None) -> Iterator[tuple[str, ...]]:
    lines = (line for _, line in read_lines(path, options, advice=OTHER_ENCODING))
    while batch := tuple(islice(lines, _LINES_AT_ONCE)):
        yield batch


def _count(state: FastTextState, lines: tuple[str, ...], k: int, threshold: float, size: int) -> LabelCounts:
    gold_ends, gold, has_rows = state.predictor.gold(lines)
    ends, labels, _ = predict(state, lines, k, threshold)
    gold_lines, lines_of_labels = _owners(gold_ends), _owners(ends)
    is_example = has_rows & (np.diff(gold_ends, prepend=0) > 0)
    gold, gold_lines = gold[is_example[gold_lines]], gold_lines[is_example[gold_lines]]
    kept = is_example[lines_of_labels]
    labels, lines_of_labels = labels[kept], lines_of_labels[kept]
    is_correct = np.isin(lines_of_labels * size + labels, gold_lines * size + gold)
    return LabelCounts(
        examples=int(is_example.sum()),
        gold=np.bincount(gold, minlength=size),
        predicted=np.bincount(labels, minlength=size),
        correct=np.bincount(labels[is_correct], minlength=size),
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
