"""Options of phrase detection: their defaults and ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..runtime.options import Options, checked_field
from .scoring import Scorer, checked_scorer

__all__ = ["PhraseOptions", "Progress", "checked_words"]

Progress: TypeAlias = Callable[[int], object]  # called with the number of words read so far


def checked_words(name: str, words: Iterable[str]) -> frozenset[str]:
    """Return words as a set after checking that all of them are text.

    Parameters
    ----------
    name : str
        Name of the argument, for the error message.
    words : iterable of str
        The words.

    Returns
    -------
    frozenset of str
        The words.

    Raises
    ------
    TypeError
        If a word is not a str, or `words` is a single string.
    UnicodeEncodeError
        If a word contains a lone surrogate.
    """
    if isinstance(words, str):
        raise TypeError(f"{name} must be words, got the single string {words!r:.60}")
    checked = frozenset(words)
    for word in checked:
        if not isinstance(word, str):
            raise TypeError(f"{name} must be str, got {type(word).__name__}")
        word.encode("utf-8")
    return checked


def _number(name: str, value: float) -> float:
    # Returned as given: gensim shows an int as an int, and infinity is a common max_vocab_size.
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    if math.isnan(value):
        raise ValueError(f"{name} must be a number, got nan")
    return value


def _min_count(name: str, value: float) -> float:
    if _number(name, value) <= 0:
        raise ValueError(f"{name} should be at least 1, got {value}")
    return value


def _delimiter(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, got {type(value).__name__}")
    value.encode("utf-8")  # raises UnicodeEncodeError for a lone surrogate
    return value


def _scoring(name: str, value: str | Scorer) -> str | Scorer:
    checked_scorer(value)
    return value


# Typed, since type checkers would take the type of an option from its default.
_MIN_COUNT: float = 5
_MAX_VOCAB_SIZE: float = 40_000_000
_SCORING: str | Scorer = "default"


@dataclass(frozen=True, kw_only=True)
class PhraseOptions(Options):
    """Options of `Phrases`.

    Parameters
    ----------
    min_count : float, default 5
        Words and phrases that occur less often are not found (> 0); also the discount of the default score.
    threshold : float, default 10.0
        Candidates with a higher score are phrases; > 0 for "default" scoring, from -1 to 1 for "npmi".
    max_vocab_size : float, default 40000000
        Maximum number of distinct words and phrases; rare ones are dropped when it is exceeded.
    delimiter : str, default "_"
        String between the words of a phrase.
    progress_per : float, default 10000
        Number of sentences between two log messages.
    scoring : {"default", "npmi"} or callable, default "default"
        How candidates are scored.
    connector_words : frozenset of str, default frozenset()
        Words allowed inside a phrase, but not at its start or end.
    """

    min_count: float = checked_field(_MIN_COUNT, _min_count, help="Minimum number of occurrences of a word or phrase.")
    threshold: float = checked_field(10.0, _number, help="Score above which words are joined.")
    max_vocab_size: float = checked_field(
        _MAX_VOCAB_SIZE, _number, help="Maximum number of distinct words and phrases while counting."
    )
    delimiter: str = checked_field("_", _delimiter, help="String between the words of a phrase.")
    progress_per: float = 10_000
    scoring: str | Scorer = checked_field(_SCORING, _scoring, help="How candidates are scored.")
    connector_words: frozenset[str] = checked_field(
        frozenset(), checked_words, help="Words allowed inside a phrase, but not at its start or end."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.scoring == "default" and self.threshold <= 0:
            raise ValueError(f"threshold should be positive for default scoring, got {self.threshold}")
        if self.scoring == "npmi" and not -1 <= self.threshold <= 1:
            raise ValueError(f"threshold should be between -1 and 1 for npmi scoring, got {self.threshold}")
