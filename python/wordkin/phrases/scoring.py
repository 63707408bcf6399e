"""Scores of candidate phrases; the C++ core computes the same formulas."""

from __future__ import annotations

import inspect
import math
import pickle
from collections.abc import Callable
from typing import TypeAlias

from ..errors import FormatError
from ..runtime.named_functions import imported_function, name_of_function

__all__ = [
    "ENGLISH_CONNECTOR_WORDS",
    "Scorer",
    "checked_scorer",
    "description_of_scorer",
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
    """Return the discounted ratio of counts of Mikolov et al., multiplied by the size of the vocabulary.

    Parameters
    ----------
    worda_count, wordb_count : int
        Occurrences of the first and of the last word.
    bigram_count : int
        Occurrences of the phrase.
    len_vocab : int
        Number of distinct words and phrases.
    min_count : float
        Discount, which prevents phrases of rare words from being found by chance.
    corpus_word_count : int
        Ignored; gensim passes it to every scorer.

    Returns
    -------
    float
        The score; -inf if a word does not occur.

    References
    ----------
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013,
    arXiv:1310.4546, equation 6.

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
    """Return the normalised pointwise mutual information.

    Parameters
    ----------
    worda_count, wordb_count : int
        Occurrences of the first and of the last word.
    bigram_count : int
        Occurrences of the phrase.
    len_vocab : int
        Ignored; gensim passes it to every scorer.
    min_count : float
        Phrases that occur less often score -inf.
    corpus_word_count : int
        Number of words in the corpus.

    Returns
    -------
    float
        From -1 (never together) over 0 (independent) to 1 (only together), or -inf.

    References
    ----------
    Bouma, "Normalized (pointwise) mutual information in collocation extraction", 2009.

    Examples
    --------
    >>> round(npmi_scorer(10, 10, 10, len_vocab=100, min_count=5, corpus_word_count=1000), 6)
    1.0
    """
    if bigram_count < min_count:
        return -math.inf
    total = float(corpus_word_count)
    try:
        first, second, phrase = worda_count / total, wordb_count / total, bigram_count / total
        information = math.log(phrase / (first * second)) / -math.log(phrase)
    except (ValueError, ZeroDivisionError):  # a count or size of 0, or a corpus of this phrase alone
        return -math.inf
    return max(-1.0, min(1.0, information))  # rounding may exceed the limits


_NATIVE: dict[str, Scorer] = {"default": original_scorer, "npmi": npmi_scorer}


def checked_scorer(scoring: str | Scorer) -> Scorer:
    """Return the scoring function for the argument `scoring`.

    Parameters
    ----------
    scoring : {"default", "npmi"} or callable
        Name of a scoring, or a function of six named arguments.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    ValueError
        If the name is unknown, or the function lacks one of the arguments.
    TypeError
        If `scoring` is neither.
    pickle.PickleError
        If the function cannot be pickled, so that the model could not be passed to another process.
    """
    if isinstance(scoring, str):
        if scoring not in _NATIVE:
            raise ValueError(f"scoring must be 'default', 'npmi' or a function, got {scoring!r}")
        return _NATIVE[scoring]
    if not callable(scoring):
        raise TypeError(f"scoring must be 'default', 'npmi' or a function, got {type(scoring).__name__}")
    try:
        names = inspect.getfullargspec(scoring).args
    except TypeError as error:
        raise TypeError(f"scoring must be a function with named arguments, got {scoring!r}") from error
    missing = [name for name in _SCORER_ARGUMENTS if name not in names]
    if missing:
        raise ValueError(f"scoring function missing expected parameters {missing}")
    try:
        pickle.dumps(scoring)
    except (pickle.PickleError, AttributeError, TypeError) as error:
        raise pickle.PickleError(f"custom scoring function must be pickle-able: {error}") from error
    return scoring


def native_name(scorer: Scorer) -> str | None:
    """Return the name by which the C++ core knows a scoring function.

    Parameters
    ----------
    scorer : callable
        The function.

    Returns
    -------
    str or None
        The name; None for a function of the user.
    """
    return next((name for name, native in _NATIVE.items() if native is scorer), None)


def description_of_scorer(scorer: Scorer) -> str:
    """Return what a model file stores about a scoring function.

    Parameters
    ----------
    scorer : callable
        The function.

    Returns
    -------
    str
        Its name; for a function of the user, "custom:" with the names of its module and of the function.
    """
    return native_name(scorer) or name_of_function(scorer)


def scorer_of_description(description: object, given: Scorer | None, *, may_import: bool = False) -> Scorer:
    """Return the scoring function of a model file.

    Parameters
    ----------
    description : object
        What the file stores.
    given : callable or None
        The function that the user passes.
    may_import : bool, default False
        Whether a function of the user may be imported by its name.

    Returns
    -------
    callable
        The function.

    Raises
    ------
    FormatError
        If the file was saved with a function of the user, none is given, and it may not or cannot be imported.
    """
    if given is not None:
        return given
    if isinstance(description, str) and description in _NATIVE:
        return _NATIVE[description]
    if may_import and isinstance(description, str):
        return _imported(description)
    raise FormatError(
        f"these phrases were scored by a user-defined function ({description}): pass it to load() as scoring=, or "
        "import_scoring=True to import it by this name"
    )


def _imported(name: str) -> Scorer:
    try:
        return checked_scorer(imported_function(name))
    except ValueError as error:
        raise FormatError(f"{error}: pass the scoring function to load() as scoring=") from error
