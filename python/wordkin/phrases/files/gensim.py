"""Phrase models that gensim saved."""

from __future__ import annotations

import numpy as np

from ... import _core
from ...errors import FormatError
from ...storage.paths import AnyPath, local_path
from ...storage.restricted_pickle import Record, read_pickle, text_of
from ..scoring import checked_scorer
from ..state import FrozenState, PhraseScores

__all__ = ["read_gensim_phrases"]


def read_gensim_phrases(path: AnyPath) -> FrozenState:
    """Read frozen phrases that gensim saved, without executing any pickled code.

    Parameters
    ----------
    path : path
        File of ``FrozenPhrases.save`` of gensim 4, or of ``Phraser.save`` before.

    Returns
    -------
    FrozenState
        The phrases with their scores.

    Raises
    ------
    FormatError
        If the file holds something else.
    OSError
        If it cannot be read.
    """
    local = local_path(path)
    saved = read_pickle(local)
    if not isinstance(saved, Record) or not isinstance(saved.attributes.get("phrasegrams"), dict):
        name = saved.class_name if isinstance(saved, Record) else type(saved).__name__
        raise FormatError(
            f"{local}: expected frozen phrases of gensim, found {name}; those of gensim's Phrases are saved by "
            "freeze().save(path)"
        )
    attributes = saved.attributes
    delimiter = _gensim_text(attributes.get("delimiter", "_"))
    words = attributes.get("connector_words", attributes.get("common_terms", ()))
    scoring = attributes.get("scoring")
    is_npmi = scoring == "npmi" or getattr(scoring, "class_name", None) == "npmi_scorer"
    phrases = _phrase_set(attributes["phrasegrams"], delimiter)
    return FrozenState(
        phrases=phrases,
        phrasegrams=PhraseScores(phrases.as_dict()),
        scoring=checked_scorer("npmi" if is_npmi else "default"),
        threshold=_gensim_number(attributes.get("threshold", 10.0)),
        min_count=_gensim_number(attributes.get("min_count", 5)),
        delimiter=delimiter,
        connector_words=frozenset(_gensim_text(word) for word in words),
    )


def _gensim_text(value: object) -> str:
    """Return a text, which gensim kept as bytes before version 4."""
    text = value.decode("utf-8") if isinstance(value, bytes) else text_of(value)
    if text is None:
        raise FormatError(f"{value!r:.60} must be text")
    return text


def _phrase_set(scores: dict[object, object], delimiter: str) -> _core.phrases.PhraseSet:
    """Return phrases: joined in version 4 of gensim, tuples of words before."""
    texts, lengths = [], []
    numbers = np.zeros(len(scores), np.int32)
    for index, phrase in enumerate(scores):
        words = [_gensim_text(word) for word in phrase] if isinstance(phrase, tuple) else []
        texts.append(delimiter.join(words) if words else _gensim_text(phrase))
        lengths += [len(word.encode()) for word in words]
        numbers[index] = len(words)
    values = np.array([_gensim_score(score) for score in scores.values()], np.float64)
    return _core.phrases.PhraseSet.from_state(delimiter, texts, numbers, np.array(lengths, np.uint32), values)


def _gensim_score(value: object) -> float:
    """Return a score, which followed the count of the phrase before version 4 of gensim."""
    return float(_gensim_number(value[1] if isinstance(value, tuple) and len(value) == 2 else value))


def _gensim_number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"{value!r:.60} must be a number")
    return value
