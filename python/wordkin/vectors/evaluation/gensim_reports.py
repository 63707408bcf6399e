"""Results of evaluation in the shapes that gensim returns and the lines that it logs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ...storage.paths import AnyPath
from .analogies import Method, evaluate_analogies
from .word_pairs import evaluate_pairs

if TYPE_CHECKING:
    from ..search.neighbours import Neighbours

__all__ = ["log_section", "log_word_pairs", "word_analogies", "word_pairs"]

logger = logging.getLogger(__name__)

_METHODS: dict[str, Method] = {"most_similar": "3cosadd", "most_similar_cosmul": "3cosmul"}


def word_analogies(
    vectors: Neighbours,
    analogies: AnyPath,
    *,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
    similarity_function: str,
) -> tuple[float, list[dict[str, Any]]]:
    """Score and sections with their right and wrong questions; see `KeyedVectors.evaluate_word_analogies`."""
    method = _METHODS.get(similarity_function)
    if method is None:
        raise ValueError(f"`similarity_function` must be one of {', '.join(_METHODS)}, got {similarity_function!r}")
    scores = evaluate_analogies(
        vectors, analogies, restrict_vocab=restrict_vocab, case_insensitive=case_insensitive, method=method
    )
    test_set = scores.test_set
    sections = [_section(name) for name in test_set.sections]
    total = _section("Total accuracy")
    for number, words in enumerate(test_set.questions):
        if not (scores.answered[number] or dummy4unknown):
            continue
        question = tuple(word.upper() for word in words) if case_insensitive else words
        outcome = "correct" if scores.correct[number] else "incorrect"
        sections[test_set.section_of[number]][outcome].append(question)
    for section in sections:
        total["correct"] += section["correct"]
        total["incorrect"] += section["incorrect"]
    sections.append(total)
    for section in sections:
        log_section(section)
    logger.info(
        "questions with unknown words: %.1f%%, %s",
        100.0 * scores.oov_share,
        "counted as wrong" if dummy4unknown else "left out (dummy4unknown=True counts them as wrong)",
    )
    if test_set.invalid_lines:
        logger.warning("%d lines were left out: they are not four words", test_set.invalid_lines)
    return _share(total), sections


def _section(name: str) -> dict[str, Any]:
    return {"section": name, "correct": [], "incorrect": []}


def _share(section: dict[str, Any]) -> float:
    asked = len(section["correct"]) + len(section["incorrect"])
    return len(section["correct"]) / asked if asked else 0.0


def log_section(section: dict[str, Any]) -> None:
    """Log one section's score, if it has questions."""
    right, wrong = len(section["correct"]), len(section["incorrect"])
    if right + wrong:
        logger.info("%s: %.1f%% (%d/%d)", section["section"], 100.0 * _share(section), right, right + wrong)


def word_pairs(
    vectors: Neighbours,
    pairs: AnyPath,
    *,
    delimiter: str | None,
    encoding: str,
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
) -> tuple[Any, Any, float]:
    """Pearson, Spearman and the percentage of unknown pairs; see `KeyedVectors.evaluate_word_pairs`."""
    try:
        from scipy import stats
    except ImportError as error:
        raise ImportError("evaluate_word_pairs needs SciPy: pip install 'wordkin[evaluation]'") from error

    scores = evaluate_pairs(
        vectors,
        pairs,
        delimiter=delimiter,
        encoding=encoding,
        restrict_vocab=restrict_vocab,
        case_insensitive=case_insensitive,
    )
    if scores.test_set.invalid_lines:
        logger.warning("%d lines were left out: they are not two words and a number", scores.test_set.invalid_lines)
    used = slice(None) if dummy4unknown else scores.answered
    ratings, similarities = scores.ratings[used], scores.similarities[used]
    if len(ratings) == 0:
        raise ValueError(f"`pairs` must hold at least one pair of words that {vectors} has; {pairs!r} has none")
    pearson, spearman = stats.pearsonr(ratings, similarities), stats.spearmanr(ratings, similarities)
    oov_ratio = 100.0 * scores.oov_share
    log_word_pairs(pearson, spearman, oov_ratio, pairs)
    return pearson, spearman, oov_ratio


def log_word_pairs(pearson: Any, spearman: Any, oov: float, pairs: Any) -> None:
    """Log the two correlations and the percentage of unknown pairs."""
    logger.info("Pearson correlation with %s: %.4f", pairs, pearson[0])
    logger.info("Spearman rank correlation with %s: %.4f", pairs, spearman[0])
    logger.info("pairs with unknown words: %.1f%%", oov)
