"""How well labels of texts are predicted: of each label and of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .labels.chunks import Score

__all__ = ["LabelReport", "label_report"]


@dataclass(frozen=True, kw_only=True)
class LabelReport:
    """How well labels were predicted.

    Parameters
    ----------
    labels
        For each label, in rising order.
    accuracy
        Share of texts whose label is right; of several labels: all of them.
    """

    labels: Mapping[Any, Score]
    accuracy: float


def label_report(true: Sequence[Any], predicted: Sequence[Any]) -> LabelReport:
    """Return how well predicted labels, or lists of labels, are those that are true.

    Examples
    --------
    >>> label_report(["good", "bad"], ["good", "good"]).labels["good"].precision
    0.5
    """
    right: Counter[Any] = Counter()
    found: Counter[Any] = Counter()
    there: Counter[Any] = Counter()
    equal = 0
    for own, guess in zip(true, predicted, strict=True):
        own_set, guessed = _as_set(own), _as_set(guess)
        equal += own_set == guessed
        there.update(own_set)
        found.update(guessed)
        right.update(own_set & guessed)
    labels = {label: Score.of_counts(right[label], found[label], there[label]) for label in sorted(there | found)}
    return LabelReport(labels=labels, accuracy=equal / len(true) if true else 0.0)


def _as_set(label: Any) -> set[Any]:
    return set(label) if isinstance(label, list | tuple | set | frozenset) else {label}
