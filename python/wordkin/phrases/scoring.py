"""How strongly two words belong together; the same formulas that run in C++, for use in Python."""

from __future__ import annotations

import inspect
import math
import pickle
from collections.abc import Callable
from typing import Any, TypeAlias

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "Scorer",
    "checked_scorer",
    "described",
    "native_name",
    "npmi_scorer",
    "original_scorer",
    "scorer_of_description",
]

Scorer: TypeAlias = Callable[..., float]

ENGLISH_CONNECTOR_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without")
)

_SCORER_ARGUMENTS = ("worda_count", "wordb_count", "bigram_count", "len_vocab", "min_count", "corpus_word_count")


def original_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Return the discounted ratio of Mikolov et al. 2013 (arXiv:1310.4546, equation 6), times the vocabulary's size.

    Parameters
    ----------
    worda_count, wordb_count : int
        Occurrences of the first and of the last word.
    bigram_count : int
        Occurrences of the phrase.
    len_vocab : int
        Distinct words and phrases.
    min_count : float
        Discount: phrases of rare words are not found by chance.
    corpus_word_count : int
        Not used.

    Returns
    -------
    float
        Any number; -inf when a word does not occur.

    Examples
    --------
    >>> original_scorer(10, 20, 9, len_vocab=100, min_count=5, corpus_word_count=1000)
    2.0
    """
    product = worda_count * wordb_count
    if product == 0:
        return -math.inf
    return (bigram_count - min_count) / float(product) * len_vocab


def npmi_scorer(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    """Return the normalised pointwise mutual information of Bouma 2009.

    Parameters
    ----------
    worda_count, wordb_count : int
        Occurrences of the first and of the last word.
    bigram_count : int
        Occurrences of the phrase.
    len_vocab : int
        Not used.
    min_count : float
        Rarer phrases score -inf.
    corpus_word_count : int
        Words of the corpus.

    Returns
    -------
    float
        From -1 (never together) by 0 (independent) to 1 (only together), or -inf.

    Examples
    --------
    >>> round(npmi_scorer(10, 10, 10, len_vocab=100, min_count=5, corpus_word_count=1000), 6)
    1.0
    """
    if bigram_count < min_count:
        return -math.inf
    total = float(corpus_word_count)
    first, second, phrase = worda_count / total, wordb_count / total, bigram_count / total
    try:
        return math.log(phrase / (first * second)) / -math.log(phrase)
    except (ValueError, ZeroDivisionError):  # a count of 0, or nothing but the phrase: never a phrase
        return -math.inf


_NATIVE: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}


def checked_scorer(scoring: str | Scorer) -> Scorer:
    """Return the function that `scoring` names or is.

    Raises
    ------
    ValueError
        If there is no scoring of this name, or the function lacks one of the arguments.
    TypeError
        If it is neither.
    pickle.PickleError
        If the function cannot be pickled: a detector could not be given to another process.
    """
    if isinstance(scoring, str):
        if scoring not in _NATIVE:
            raise ValueError(f"unknown scoring method string {scoring} specified; scoring must be 'default' or 'npmi'")
        return _NATIVE[scoring]
    if not callable(scoring):
        raise TypeError(f"scoring must be 'default', 'npmi' or a function, got {type(scoring).__name__}")
    try:
        names = inspect.getfullargspec(scoring).args
    except TypeError as error:
        raise TypeError(f"scoring must be a function whose arguments have names, got {scoring!r}") from error
    missing = [name for name in _SCORER_ARGUMENTS if name not in names]
    if missing:
        raise ValueError(f"scoring function missing expected parameters {missing}")
    try:
        pickle.dumps(scoring)
    except (pickle.PickleError, AttributeError, TypeError) as error:
        raise pickle.PickleError(f"custom scoring function must be pickle-able: {error}") from error
    return scoring


def native_name(scorer: Scorer) -> str | None:
    """The name by which C++ knows a scorer; None for one of the user's."""
    return next((name for name, native in _NATIVE.items() if native is scorer), None)


def described(scorer: Scorer) -> str:
    """What a file says about a scorer."""
    name = native_name(scorer)
    if name is not None:
        return name
    home = getattr(scorer, "__module__", None) or type(scorer).__module__
    return f"custom:{home}.{getattr(scorer, '__qualname__', type(scorer).__qualname__)}"


def scorer_of_description(description: Any, given: str | Scorer | None) -> Scorer:
    """The scorer that a file tells of; one of the user's must be given again, for no file makes us import code.

    Raises
    ------
    ValueError
        If it must be given and is not.
    """
    if given is not None:
        return checked_scorer(given)
    if isinstance(description, str) and description in _NATIVE:
        return _NATIVE[description]
    raise ValueError(f"these phrases were scored by a function ({description}): give it to load() as scoring=")
