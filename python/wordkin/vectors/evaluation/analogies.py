"""Word analogies answered by 3CosAdd or 3CosMul, many questions at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ...runtime.containers import data_frame
from ...runtime.notebooks import html_table
from ...storage.paths import AnyPath
from ..arrays import unit_rows, working_dtype
from ..cosine_search import CosineSearch
from ..lookup import KeyLookup
from .analogy_files import read_analogies
from .lexicon import Lexicon
from .resampling import Interval, proportion_interval
from .test_sets import AnalogySet

if TYPE_CHECKING:
    import pandas

__all__ = ["AnalogyScores", "Method", "SectionScore", "evaluate_analogies"]

Method = Literal["3cosadd", "3cosmul"]

# gensim examines this many neighbours for one that is not a case variant of a word of the question.
_CANDIDATES = 5
_QUESTIONS_PER_BLOCK = 512
_COLUMNS = ("section", "accuracy", "correct", "answered", "questions")


@dataclass(frozen=True, kw_only=True)
class SectionScore:
    """Result of one section of analogy questions.

    Parameters
    ----------
    name : str
        Name of the section.
    questions : int
        Number of questions.
    answered : int
        Number of questions whose four words are known.
    correct : int
        Number of correct answers.
    """

    name: str
    questions: int
    answered: int
    correct: int

    @property
    def accuracy(self) -> float:
        """Fraction of the answered questions that are correct; 0 if none is answered."""
        return self.correct / self.answered if self.answered else 0.0


@dataclass(frozen=True, kw_only=True, repr=False)
class AnalogyScores:
    """Result for every question of a test set.

    Parameters
    ----------
    test_set : AnalogySet
        The questions.
    answered : ndarray of bool, shape (questions,)
        Whether the four words of a question are known.
    correct : ndarray of bool, shape (questions,)
        Whether the answer is correct.
    case_variants : int, default 0
        Number of keys that were not used because they differ only in case from a more frequent one.
    """

    test_set: AnalogySet
    answered: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    case_variants: int = 0

    @property
    def total(self) -> SectionScore:
        """Result of all sections together."""
        return SectionScore(
            name="total",
            questions=len(self.answered),
            answered=int(self.answered.sum()),
            correct=int(self.correct.sum()),
        )

    @property
    def accuracy(self) -> float:
        """Fraction of the answered questions that are correct; 0 if none is answered."""
        return self.total.accuracy

    @property
    def oov_fraction(self) -> float:
        """Fraction of the questions that have an unknown word."""
        return 1.0 - float(self.answered.mean())

    @property
    def sections(self) -> tuple[SectionScore, ...]:
        """Results by section, in the order of the file."""
        count = len(self.test_set.sections)
        section_of = np.asarray(self.test_set.section_of)
        questions, answered, correct = (
            np.bincount(section_of[mask], minlength=count).tolist()
            for mask in (np.ones_like(self.answered), self.answered, self.correct)
        )
        return tuple(
            SectionScore(name=name, questions=questions[i], answered=answered[i], correct=correct[i])
            for i, name in enumerate(self.test_set.sections)
        )

    def to_frame(self) -> pandas.DataFrame:
        """Return the results by section, and of all together, as a pandas data frame.

        Returns
        -------
        DataFrame
            The columns section, accuracy, correct, answered and questions; the last row is "total".

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return data_frame(dict(zip(_COLUMNS, zip(*self._rows(), strict=True), strict=True)))

    def _rows(self) -> list[tuple[str, float, int, int, int]]:
        scores = (*self.sections, self.total)
        return [(each.name, each.accuracy, each.correct, each.answered, each.questions) for each in scores]

    def __repr__(self) -> str:
        total = self.total
        return (
            f"<AnalogyScores: accuracy {total.accuracy:.4f}, {total.correct:,} of {total.answered:,} answered "
            f"questions, {total.questions:,} in all>"
        )

    def _repr_html_(self) -> str:
        return html_table("Analogies", _COLUMNS, self._rows())

    def interval(self, confidence: float = 0.95, resamples: int = 10_000, seed: int = 1) -> Interval:
        """Return the bootstrap interval of the accuracy over the answered questions.

        Parameters
        ----------
        confidence : float, default 0.95
            Confidence level, between 0 and 1 (exclusive).
        resamples : int, default 10_000
            Number of resamples.
        seed : int, default 1
            Random seed.

        Returns
        -------
        Interval
            The accuracy with its bounds.
        """
        total = self.total
        return proportion_interval(total.correct, total.answered, confidence, resamples, seed)


def evaluate_analogies(
    vectors: KeyLookup,
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
        The vectors to evaluate.
    analogies : path or AnalogySet
        Test set, or a file that `read_analogies` reads.
    restrict_vocab : int or None, default 300_000
        Number of keys to use for questions and answers, counted from the start; all if None.
    case_insensitive : bool, default True
        Whether words that differ only in case are the same word; the first (most frequent) one is used.
    method : {"3cosadd", "3cosmul"}, default "3cosadd"
        Whether cosines are added (Mikolov et al., 2013) or multiplied (Levy and Goldberg, 2014).

    Returns
    -------
    AnalogyScores
        The result of every question.

    Raises
    ------
    FormatError
        If the file has no questions.
    ValueError
        If `method` is unknown.

    Examples
    --------
    >>> from wordkin import KeyedVectors
    >>> from wordkin.vectors.evaluation import AnalogySet, evaluate_analogies
    >>> kv = KeyedVectors(vector_size=2)
    >>> kv.add_vectors(["man", "woman", "king", "queen"], [[1, 0], [1, 1], [2, 0.1], [2, 1.1]])
    >>> questions = AnalogySet(
    ...     sections=("family",), questions=(("man", "woman", "king", "queen"),), section_of=(0,), invalid_lines=0
    ... )
    >>> evaluate_analogies(kv, questions).accuracy
    1.0
    """
    answer = _ANSWERS.get(method)
    if answer is None:
        raise ValueError(f"method must be one of {', '.join(_ANSWERS)}, got {method!r}")
    test_set = analogies if isinstance(analogies, AnalogySet) else read_analogies(analogies)
    table = vectors.table
    lexicon = Lexicon(table.index_to_key[: len(table.vectors)], restrict_vocab, case_insensitive)
    search = CosineSearch.over(table, slice(0, lexicon.size))
    rows: NDArray[np.int64] = np.array(
        [lexicon.rows_of(question) for question in test_set.questions], dtype=np.int64
    ).reshape(-1, 4)
    rows = search.finite_rows(rows)
    accepted = _accepted_rows(lexicon, test_set, rows)
    answered: NDArray[np.bool_] = np.all(rows >= 0, axis=1)
    correct = np.zeros_like(answered)
    known = np.flatnonzero(answered)
    for first in range(0, len(known), _QUESTIONS_PER_BLOCK):
        block = known[first : first + _QUESTIONS_PER_BLOCK]
        answers = answer(search, rows[block], lexicon.canonical)
        correct[block] = (answers[:, np.newaxis] == accepted[block]).any(axis=1)
    return AnalogyScores(test_set=test_set, answered=answered, correct=correct, case_variants=lexicon.variants)


def _accepted_rows(lexicon: Lexicon, test_set: AnalogySet, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of all correct answers of each question, shape (n, answers), -2 for none.

    If the first answer is unknown, another one takes its place in `rows`.
    """
    if not test_set.alternatives:
        return rows[:, 3:]
    accepted = np.full((len(rows), 1 + max(map(len, test_set.alternatives))), -2, dtype=np.int64)
    accepted[:, 0] = rows[:, 3]
    for number, words in enumerate(test_set.alternatives):
        known = [row for row in lexicon.rows_of(words) if row >= 0]
        accepted[number, 1 : 1 + len(known)] = known
        if rows[number, 3] < 0 and known:
            rows[number, 3] = accepted[number, 0] = known[0]
    return accepted


def _answers_by_sum(
    search: CosineSearch, questions: NDArray[np.int64], canonical: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Answer questions, shape (n, 4), by the cosine with b - a + c; return rows, shape (n,), -1 for no answer."""
    words, inverse = np.unique(questions[:, :3], return_inverse=True)
    unit = search.unit(words)
    a, b, c = inverse.reshape(-1, 3).T
    queries = unit_rows(unit[b] + unit[c] - unit[a]).astype(working_dtype(search.vectors.dtype))
    found = search.nearest(queries, _CANDIDATES + 3)[0].astype(np.int64)
    given = questions[:, :3]
    usable = ~(found[:, :, np.newaxis] == given[:, np.newaxis, :]).any(axis=2)
    usable &= np.cumsum(usable, axis=1) <= _CANDIDATES
    forms = canonical[found]
    is_other_word = usable & ~(forms[:, :, np.newaxis] == given[:, np.newaxis, :]).any(axis=2)
    first = is_other_word.argmax(axis=1)
    answers: NDArray[np.int64] = forms[np.arange(len(forms)), first]
    answers[~is_other_word.any(axis=1)] = -1
    return answers


def _answers_by_product(
    search: CosineSearch, questions: NDArray[np.int64], canonical: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Answer questions by the product of cosines with b and c over that with a, all shifted to [0, 1]."""
    words, inverse = np.unique(questions[:, :3], return_inverse=True)
    shifted = search.cosines(search.unit(words).astype(working_dtype(search.vectors.dtype)))
    if search.not_finite is not None:
        shifted[:, search.not_finite] = -1
    shifted += 1
    shifted /= 2
    answers = np.full(len(questions), -1, dtype=np.int64)
    for number, (a, b, c) in enumerate(inverse.reshape(-1, 3)):
        scores = shifted[b] * shifted[c]
        scores /= shifted[a] + scores.dtype.type(1e-6)
        given = questions[number, :3]
        scores[given] = -np.inf
        for _ in range(min(_CANDIDATES, len(scores))):
            best = int(scores.argmax())
            if canonical[best] not in given:
                answers[number] = canonical[best]
                break
            scores[best] = -np.inf
    return answers


_Answer = Callable[[CosineSearch, NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]
_ANSWERS: dict[str, _Answer] = {"3cosadd": _answers_by_sum, "3cosmul": _answers_by_product}
