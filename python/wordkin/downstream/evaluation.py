"""Precision, recall and F1 of predicted chunks and labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..runtime.containers import data_frame
from ..runtime.notebooks import html_table
from ..text.label_set import Label
from .labels.chunks import chunks

if TYPE_CHECKING:
    import pandas

__all__ = ["ChunkReport", "LabelReport", "Score", "chunk_report", "label_report"]

_COLUMNS = ("precision", "recall", "f1", "support")


@dataclass(frozen=True, kw_only=True)
class Score:
    """Precision, recall and F1 of one class.

    Parameters
    ----------
    precision : float
        Fraction of the predicted items that are correct; 0 if nothing was predicted.
    recall : float
        Fraction of the true items that were predicted; 0 if there are none.
    f1 : float
        Harmonic mean of precision and recall; 0 if both are 0.
    support : int
        Number of true items.
    """

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def of_counts(cls, correct: int, predicted: int, true: int) -> Score:
        """Compute the score from counts.

        Parameters
        ----------
        correct : int
            Number of predicted items that are true.
        predicted : int
            Number of predicted items.
        true : int
            Number of true items.

        Returns
        -------
        Score
            The score.

        Examples
        --------
        >>> Score.of_counts(1, 2, 4)
        Score(precision=0.5, recall=0.25, f1=0.3333333333333333, support=4)
        """
        precision = correct / predicted if predicted else 0.0
        recall = correct / true if true else 0.0
        total = precision + recall
        f1 = 2 * precision * recall / total if total else 0.0
        return cls(precision=precision, recall=recall, f1=f1, support=true)


@dataclass(frozen=True, kw_only=True)
class ChunkReport:
    """Scores of predicted chunks; `str()` formats them as a table.

    Parameters
    ----------
    types : mapping of str to Score
        Score of each chunk type, sorted by name.
    micro : Score
        Score over all chunks; its F1 is the one usually reported.
    macro : Score
        Unweighted mean over types.
    weighted : Score
        Mean over types, weighted by their support.
    accuracy : float
        Fraction of tokens with the correct tag.
    """

    types: Mapping[str, Score]
    micro: Score
    macro: Score
    weighted: Score
    accuracy: float

    def __str__(self) -> str:
        rows = self._scores()
        width = max(len(name) for name, _ in rows)
        lines = [f"{'':{width}}  precision  recall      f1  support"]
        lines += [
            f"{name:{width}}  {score.precision:9.4f}  {score.recall:6.4f}  {score.f1:6.4f}  {score.support:7d}"
            for name, score in rows
        ]
        return "\n".join(lines)

    def to_frame(self) -> pandas.DataFrame:
        """Return the scores as a pandas data frame.

        Returns
        -------
        DataFrame
            The columns type, precision, recall, f1 and support; the last rows are "micro", "macro" and "weighted".

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return _scores_frame("type", self._scores())

    def _scores(self) -> list[tuple[str, Score]]:
        return [*self.types.items(), ("micro", self.micro), ("macro", self.macro), ("weighted", self.weighted)]

    def _repr_html_(self) -> str:
        return _scores_html("Chunks", "type", self._scores(), f"accuracy of the tags {self.accuracy:.4f}")


def chunk_report(true: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]) -> ChunkReport:
    """Compare predicted tags with true tags, chunk by chunk.

    A chunk is correct if its type and both of its ends are. These are the rules of the CoNLL shared tasks and of
    seqeval's default mode.

    Parameters
    ----------
    true : iterable of list of str
        The true tags of each sentence.
    predicted : iterable of list of str
        The predicted tags of each sentence.

    Returns
    -------
    ChunkReport
        The scores.

    Raises
    ------
    ValueError
        If the numbers of sentences, or the numbers of tags of a sentence, differ.

    Examples
    --------
    >>> chunk_report([["B-NP", "I-NP", "B-VP"]], [["B-NP", "I-NP", "O"]]).micro.recall
    0.5
    """
    correct: Counter[str] = Counter()
    found: Counter[str] = Counter()
    existing: Counter[str] = Counter()
    tokens = equal = 0
    for tags, guess in _paired(true, predicted):
        tokens += len(tags)
        equal += sum(a == b for a, b in zip(tags, guess, strict=True))
        true_chunks, guessed_chunks = set(chunks(tags)), set(chunks(guess))
        existing.update(kind for kind, _, _ in true_chunks)
        found.update(kind for kind, _, _ in guessed_chunks)
        correct.update(kind for kind, _, _ in true_chunks & guessed_chunks)
    types = {kind: Score.of_counts(correct[kind], found[kind], existing[kind]) for kind in sorted(existing | found)}
    return ChunkReport(
        types=types,
        micro=Score.of_counts(correct.total(), found.total(), existing.total()),
        macro=_mean(types, dict.fromkeys(types, 1)),
        weighted=_mean(types, {kind: score.support for kind, score in types.items()}),
        accuracy=equal / tokens if tokens else 0.0,
    )


def _paired(
    true: Iterable[Sequence[str]], predicted: Iterable[Sequence[str]]
) -> list[tuple[Sequence[str], Sequence[str]]]:
    tags, guesses = list(true), list(predicted)
    if len(tags) != len(guesses):
        raise ValueError(f"predicted must have tags for each of {len(tags)} sentences, got {len(guesses)}")
    for index, (own, guess) in enumerate(zip(tags, guesses, strict=True)):
        if len(own) != len(guess):
            raise ValueError(f"predicted[{index}] must have a tag for each of {len(own)} tokens, got {len(guess)}")
    return list(zip(tags, guesses, strict=True))


def _mean(types: Mapping[str, Score], weights: Mapping[str, int]) -> Score:
    total = sum(weights.values())
    fractions = {kind: weight / total for kind, weight in weights.items()} if total else {}
    return Score(
        precision=sum(fraction * types[kind].precision for kind, fraction in fractions.items()),
        recall=sum(fraction * types[kind].recall for kind, fraction in fractions.items()),
        f1=sum(fraction * types[kind].f1 for kind, fraction in fractions.items()),
        support=sum(score.support for score in types.values()),
    )


@dataclass(frozen=True, kw_only=True)
class LabelReport:
    """Scores of predicted labels.

    Parameters
    ----------
    labels : mapping of label to Score
        Score of each label in ascending order.
    accuracy : float
        Fraction of texts whose label, or whose complete set of labels, is correct.
    """

    labels: Mapping[Label, Score]
    accuracy: float

    def to_frame(self) -> pandas.DataFrame:
        """Return the scores as a pandas data frame.

        Returns
        -------
        DataFrame
            The columns label, precision, recall, f1 and support.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return _scores_frame("label", list(self.labels.items()))

    def _repr_html_(self) -> str:
        return _scores_html("Labels", "label", list(self.labels.items()), f"accuracy {self.accuracy:.4f}")


def _score_rows(scores: list[tuple[Any, Score]]) -> list[list[Any]]:
    return [[name, *(getattr(score, column) for column in _COLUMNS)] for name, score in scores]


def _scores_frame(name: str, scores: list[tuple[Any, Score]]) -> pandas.DataFrame:
    rows = _score_rows(scores)
    return data_frame({column: [row[index] for row in rows] for index, column in enumerate((name, *_COLUMNS))})


def _scores_html(title: str, name: str, scores: list[tuple[Any, Score]], note: str) -> str:
    return html_table(title, (name, *_COLUMNS), _score_rows(scores), note=note)


def label_report(true: Sequence[Any], predicted: Sequence[Any]) -> LabelReport:
    """Compare predicted labels with true labels.

    Parameters
    ----------
    true : sequence of labels, or of collections of labels
        The true labels of each text.
    predicted : sequence of labels, or of collections of labels
        The predicted labels of each text.

    Returns
    -------
    LabelReport
        The scores.

    Raises
    ------
    ValueError
        If the numbers of texts differ.

    Examples
    --------
    >>> label_report(["good", "bad"], ["good", "good"]).labels["good"].precision
    0.5
    """
    correct: Counter[Label] = Counter()
    found: Counter[Label] = Counter()
    existing: Counter[Label] = Counter()
    equal = 0
    for own, guess in zip(true, predicted, strict=True):
        own_set, guessed = _as_set(own), _as_set(guess)
        equal += own_set == guessed
        existing.update(own_set)
        found.update(guessed)
        correct.update(own_set & guessed)
    names = sorted(existing | found)
    scores = {name: Score.of_counts(correct[name], found[name], existing[name]) for name in names}
    return LabelReport(labels=scores, accuracy=equal / len(true) if true else 0.0)


def _as_set(label: Any) -> set[Label]:
    return set(label) if isinstance(label, list | tuple | set | frozenset) else {label}
