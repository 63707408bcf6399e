"""gensim's arguments in wordkin's terms: the only place where 0 and 1 stand for choices."""

from __future__ import annotations

import math
from typing import Any

from ..runtime.options import flag_option, integer_option, real_option
from ..text import TrimRule
from .options import TrainingOptions, VocabularyOptions

__all__ = [
    "checked_rates",
    "checked_trim_rule",
    "refuse_unknown",
    "requested_epochs",
    "require_objective",
    "training_options",
    "vocabulary_options",
]

_NAMES_BEFORE_GENSIM_4 = {"size": "vector_size", "iter": "epochs", "cbow": "sg", "docvecs": "wv"}


def training_options(
    *, sg: Any, hs: Any, cbow_mean: Any, shrink_windows: Any, batch_words: Any, **others: Any
) -> TrainingOptions:
    """Translate the flags; everything else has its name already."""
    return TrainingOptions(
        architecture="skipgram" if flag_option("sg", sg) else "cbow",
        hierarchical_softmax=flag_option("hs", hs),
        cbow_mean=flag_option("cbow_mean", cbow_mean),
        shrink_windows=flag_option("shrink_windows", shrink_windows),
        job_words=batch_words,
        **others,
    )


def vocabulary_options(*, sorted_vocab: Any, null_word: Any, **others: Any) -> VocabularyOptions:
    """Translate the flags; everything else has its name already."""
    return VocabularyOptions(
        sorted_vocab=flag_option("sorted_vocab", sorted_vocab), null_word=flag_option("null_word", null_word), **others
    )


def checked_rates(alpha: Any, min_alpha: Any, names: tuple[str, str] = ("alpha", "min_alpha")) -> tuple[float, float]:
    """Return start and end of the learning rate: the start above 0, the end from 0."""
    return real_option(names[0], alpha, 0.0, math.inf, low_exclusive=True), real_option(
        names[1], min_alpha, 0.0, math.inf
    )


def requested_epochs(epochs: Any, total_examples: Any, total_words: Any) -> int:
    """Return the epochs of a `train`, which insists on them and on a size, as gensim does.

    Raises
    ------
    ValueError
        If they are missing or out of range.
    """
    if epochs is None:
        raise ValueError("train() needs an explicit number of epochs; the usual value is epochs=model.epochs")
    if total_examples is None and total_words is None:
        raise ValueError(
            "train() needs total_examples or total_words, for the decay of the learning rate; "
            "the usual value is total_examples=model.corpus_count"
        )
    for name, value in (("total_examples", total_examples), ("total_words", total_words)):
        if value is not None:
            integer_option(name, value, 0, 2**62)
    return integer_option("epochs", epochs, 1, 2**31 - 1)


def require_objective(options: TrainingOptions) -> None:
    """Raise a ValueError if there is nothing to train for."""
    if not options.negative and not options.hierarchical_softmax:
        raise ValueError("hs or negative must be positive: with hs=0 and negative=0 there is nothing to train for")


def checked_trim_rule(trim_rule: Any) -> TrimRule | None:
    """Return the rule, which must be callable."""
    if trim_rule is not None and not callable(trim_rule):
        raise TypeError(f"trim_rule must be callable or None, got {type(trim_rule).__name__}")
    rule: TrimRule | None = trim_rule
    return rule


def refuse_unknown(arguments: dict[str, Any]) -> None:
    """Raise a TypeError that tells the right name of an argument that there is not."""
    for name in arguments:
        hint = _NAMES_BEFORE_GENSIM_4.get(name)
        advice = f"; it is called {hint!r} now" if hint else ""
        raise TypeError(f"Word2Vec() got an unexpected keyword argument {name!r}{advice}")
