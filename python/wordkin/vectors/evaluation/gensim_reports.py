"""Evaluation results in the form in which gensim returns and logs them."""

from __future__ import annotations

import logging
from typing import TypedDict

from ...runtime.optional_modules import import_optional
from ...storage.paths import AnyPath
from ..lookup import KeyLookup
from .analogies import Method, evaluate_analogies
from .word_pairs import evaluate_pairs

logger = logging.getLogger(__name__)

_METHODS: dict[str, Method] = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}

Correlation = tuple[float, float]
"""Correlation coefficient and two-sided p-value; SciPy's named results at run time."""


class AnalogySection(TypedDict):
    """Correct and incorrect analogy questions of one section."""

    section: str
    correct: list[tuple[str, str, str, str]]
    incorrect: list[tuple[str, str, str, str]]


def word_analogies(
    vectors: KeyLookup,
    analogies: AnyPath,
    *,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
    similarity_function: str,
) -> tuple[float, list[AnalogySection]]:
    """Return the accuracy and the sections with their questions; see `KeyedVectors.evaluate_word_analogies`."""
    method = _METHODS.get(similarity_function)
    if method is None:
        raise ValueError(f"similarity_function must be one of {', '.join(_METHODS)}, got {similarity_function!r}")
    scores = evaluate_analogies(
        vectors, analogies, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive, method=method
    )
    test_set = scores.test_set
    sections = [_section(name) for name in test_set.sections]
    total = _section("Total accuracy")
    for number, (a, b, c, d) in enumerate(test_set.questions):
        if not (scores.answered[number] or dummy4unknown):
            continue
        question = (a.upper(), b.upper(), c.upper(), d.upper()) if case_insensitive else (a, b, c, d)
        section = sections[test_set.section_of[number]]
        (section["correct"] if scores.correct[number] else section["incorrect"]).append(question)
    for section in sections:
        total["correct"] += section["correct"]
        total["incorrect"] += section["incorrect"]
    sections.append(total)
    for section in sections:
        log_section(section)
    logger.info(
        "questions with unknown words: %.1f%%, %s",
        100.0 * scores.oov_fraction,
        "counted as incorrect" if dummy4unknown else "ignored (dummy4unknown=True counts them as incorrect)",
    )
    if test_set.invalid_lines:
        logger.warning("ignored %d lines that do not consist of four words", test_set.invalid_lines)
    return _accuracy(total), sections


def _section(name: str) -> AnalogySection:
    return {"section": name, "correct": [], "incorrect": []}


def _accuracy(section: AnalogySection) -> float:
    questions = len(section["correct"]) + len(section["incorrect"])
    return len(section["correct"]) / questions if questions else 0.0


def log_section(section: AnalogySection) -> None:
    """Log the accuracy of a section, if it has questions."""
    correct, incorrect = len(section["correct"]), len(section["incorrect"])
    if correct + incorrect:
        logger.info("%s: %.1f%% (%d/%d)", section["section"], 100.0 * _accuracy(section), correct, correct + incorrect)


def word_pairs(
    vectors: KeyLookup,
    pairs: AnyPath,
    *,
    delimiter: str | None,
    encoding: str,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
) -> tuple[Correlation, Correlation, float]:
    """Return both correlations and the percentage of unknown pairs; see `KeyedVectors.evaluate_word_pairs`."""
    stats = import_optional("scipy.stats", "evaluate_word_pairs needs", extra="evaluation", package="SciPy")
    scores = evaluate_pairs(
        vectors,
        pairs,
        delimiter=delimiter,
        encoding=encoding,
        restrict_vocab=restrict_vocab,
        case_insensitive=case_insensitive,
    )
    if scores.test_set.invalid_lines:
        logger.warning("ignored %d lines that do not consist of two words and a number", scores.test_set.invalid_lines)
    logger.info("%s: %s", pairs, scores.test_set.layout)
    used = slice(None) if dummy4unknown else scores.answered
    ratings, similarities = scores.ratings[used], scores.similarities[used]
    if len(ratings) == 0:
        raise ValueError(f"pairs must have at least one pair of words known to {vectors}, got {pairs!r} with none")
    pearson, spearman = stats.pearsonr(ratings, similarities), stats.spearmanr(ratings, similarities)
    oov_ratio = 100.0 * scores.oov_fraction
    log_word_pairs(pearson, spearman, oov_ratio, pairs)
    return pearson, spearman, oov_ratio


def log_word_pairs(pearson: Correlation, spearman: Correlation, oov: float, pairs: AnyPath) -> None:
    """Log both correlations and the percentage of pairs with unknown words."""
    logger.info("Pearson correlation with %s: %.4f", pairs, pearson[0])
    logger.info("Spearman rank correlation with %s: %.4f", pairs, spearman[0])
    logger.info("pairs with unknown words: %.1f%%", oov)
