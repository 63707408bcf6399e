"""Analogy questions answered by 3CosAdd or 3CosMul, many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...storage.paths import AnyPath
from ..arrays import unit_rows, working_dtype
from ..search.cosine_search import SearchedRows
from .lexicon import Lexicon
from .resampling import Interval, proportion_interval
from .test_sets import AnalogySet, read_analogies

if TYPE_CHECKING:
    from ..search.neighbours import Neighbours

__all__ = ["AnalogyScores", "SectionScore", "evaluate_analogies"]

Method = Literal["3cosadd", "3cosmul"]

_CANDIDATES = 5  # neighbours looked through for one that is another word than those of the question
_QUESTIONS_AT_ONCE = 512


@dataclass(frozen=True, kw_only=True)
class SectionScore:
    """How one section went: questions asked, questions whose four words are all known, and correct answers."""

    name: str
    asked: int
    answered: int
    correct: int

    @property
    def accuracy(self) -> float:
        """Correct among answered; 0 where none was."""
        return self.correct / self.answered if self.answered else 0.0


@dataclass(frozen=True, kw_only=True)
class AnalogyScores:
    """The outcome of every question of a test set.

    Attributes
    ----------
    test_set : AnalogySet
    answered, correct : ndarray of bool, shape (questions,)
        Whether the four words are all known; whether the answer was right.
    """

    test_set: AnalogySet
    answered: NDArray[np.bool_]
    correct: NDArray[np.bool_]

    @property
    def total(self) -> SectionScore:
        """All sections together."""
        return SectionScore(
            name="total",
            asked=len(self.answered),
            answered=int(self.answered.sum()),
            correct=int(self.correct.sum()),
        )

    @property
    def accuracy(self) -> float:
        """Correct among answered."""
        return self.total.accuracy

    @property
    def oov_share(self) -> float:
        """Share of the questions that have a word without a vector."""
        return 1.0 - float(self.answered.mean())

    @property
    def sections(self) -> tuple[SectionScore, ...]:
        """Each section's score, in the order of the file."""
        count = len(self.test_set.sections)
        section_of = np.asarray(self.test_set.section_of)
        asked, answered, correct = (
            np.bincount(section_of[mask], minlength=count).tolist()
            for mask in (np.ones_like(self.answered), self.answered, self.correct)
        )
        return tuple(
            SectionScore(name=name, asked=asked[i], answered=answered[i], correct=correct[i])
            for i, name in enumerate(self.test_set.sections)
        )

    def interval(self, confidence: float = 0.95, resamples: int = 10_000, seed: int = 1) -> Interval:
        """Bootstrap interval of the accuracy over the answered questions."""
        total = self.total
        return proportion_interval(total.correct, total.answered, confidence, resamples, seed)


def evaluate_analogies(
    vectors: Neighbours,
    analogies: AnyPath | AnalogySet,
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    method: Method = "3cosadd",
) -> AnalogyScores:
    """Answer analogy questions with the words of a vocabulary.

    Parameters
    ----------
    vectors : KeyedVectors
    analogies : path or AnalogySet
    restrict_vocab : int, optional
        Questions and answers come from this many words, the first ones.
    case_insensitive : bool
        Whether words that differ in case only are the same; the first (most frequent) one's vector stands for all.
    method : {"3cosadd", "3cosmul"}
        Sum of cosines (Mikolov et al., 2013) or product of cosines (Levy and Goldberg, 2014).

    Raises
    ------
    FormatError, ValueError
        If the file holds no questions; if `method` is neither of the two.

    Examples
    --------
    >>> evaluate_analogies(kv, "questions-words.txt", restrict_vocab=30_000).accuracy  # doctest: +SKIP
    0.41
    """
    answer = _ANSWERS.get(method)
    if answer is None:
        raise ValueError(f"`method` must be one of {', '.join(_ANSWERS)}, got {method!r}")
    test_set = analogies if isinstance(analogies, AnalogySet) else read_analogies(analogies)
    lexicon = Lexicon(vectors.index_to_key, restrict_vocab, case_insensitive)
    rows = np.array([lexicon.rows_of(question) for question in test_set.questions], dtype=np.int64).reshape(-1, 4)
    answered: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
    correct = np.zeros_like(answered)
    searched = vectors.searched_rows(slice(0, lexicon.size))
    known = np.flatnonzero(answered)
    for first in range(0, len(known), _QUESTIONS_AT_ONCE):
        block = known[first : first + _QUESTIONS_AT_ONCE]
        correct[block] = answer(searched, rows[block], lexicon.canonical) == rows[block, 3]
    return AnalogyScores(test_set=test_set, answered=answered, correct=correct)


def _answers_by_sum(
    searched: SearchedRows, questions: NDArray[np.int64], canonical: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rows that answer questions (n, 4) by cosine with b - a + c: (n,)."""
    words, place = np.unique(questions[:, :3], return_inverse=True)
    unit = searched.unit(words)
    a, b, c = place.reshape(-1, 3).T
    queries = unit_rows(unit[b] + unit[c] - unit[a]).astype(working_dtype(searched.vectors.dtype))
    found = searched.nearest(queries, _CANDIDATES + 3)[0].astype(np.int64)
    given = questions[:, :3]
    usable = ~(found[:, :, np.newaxis] == given[:, np.newaxis, :]).any(axis=2)
    usable &= np.cumsum(usable, axis=1) <= _CANDIDATES
    forms = canonical[found]
    another_word = usable & ~(forms[:, :, np.newaxis] == given[:, np.newaxis, :]).any(axis=2)
    first = another_word.argmax(axis=1)
    answers: NDArray[np.int64] = forms[np.arange(len(forms)), first]
    answers[~another_word.any(axis=1)] = -1
    return answers


def _answers_by_product(
    searched: SearchedRows, questions: NDArray[np.int64], canonical: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Rows that answer questions (n, 4) by the product of cosines with b and c over that with a: (n,)."""
    words, place = np.unique(questions[:, :3], return_inverse=True)
    closeness = searched.cosines(searched.unit(words).astype(working_dtype(searched.vectors.dtype)))
    closeness += 1
    closeness /= 2
    answers = np.full(len(questions), -1, dtype=np.int64)
    for number, (a, b, c) in enumerate(place.reshape(-1, 3)):
        scores = closeness[b] * closeness[c]
        scores /= closeness[a] + scores.dtype.type(1e-6)
        given = questions[number, :3]
        scores[given] = -np.inf
        for _ in range(min(_CANDIDATES, len(scores))):
            best = int(scores.argmax())
            if canonical[best] not in given:
                answers[number] = canonical[best]
                break
            scores[best] = -np.inf
    return answers


_ANSWERS: dict[str, Any] = {"3cosadd": _answers_by_sum, "3cosmul": _answers_by_product}
