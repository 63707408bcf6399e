"""Phrase models that gensim saved."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

from ... import _core
from ...errors import FormatError
from ...storage.paths import AnyPath, local_path
from ...storage.restricted_pickle import Record, read_pickle, text_of
from ...storage.signatures import gensim_reader
from ..options import PhraseOptions
from ..scoring import Scorer, checked_scorer
from ..state import FrozenState, PhraseScores, PhrasesState, new_state
from .joined_counts import counts_of_texts

__all__ = ["read_gensim_frozen", "read_gensim_phrases"]

logger = logging.getLogger(__name__)


def read_gensim_phrases(path: AnyPath, scoring: str | Scorer | None) -> PhrasesState:
    """Read phrases with their counts that gensim saved, without executing any pickled code.

    Parameters
    ----------
    path : path
        File of ``Phrases.save`` of gensim 0.13 to 4.
    scoring : str, callable or None
        Replaces the scoring function of the file; needed if that is a function of the user.

    Returns
    -------
    PhrasesState
        The counts and settings.

    Raises
    ------
    FormatError
        If the file holds something else.
    OSError
        If it cannot be read.
    """
    local = local_path(path)
    attributes = _attributes(local, "vocab", "phrases of gensim")
    options = PhraseOptions(
        scoring=checked_scorer(_scoring(attributes, local) if scoring is None else scoring),
        max_vocab_size=_number(attributes.get("max_vocab_size", 40_000_000)),
        progress_per=_number(attributes.get("progress_per", 10_000)),
        threshold=_number(attributes.get("threshold", 10.0)),
        min_count=_number(attributes.get("min_count", 5)),
        delimiter=_text(attributes.get("delimiter", "_")),
        connector_words=_connector_words(attributes),
    )
    state = new_state(options)
    state.min_reduce = int(_number(attributes.get("min_reduce", 1)))
    state.corpus_word_count = int(_number(attributes.get("corpus_word_count", 0)))
    vocab = {_text(word): _count(count) for word, count in attributes["vocab"].items()}
    try:
        found = counts_of_texts(vocab, options.delimiter, options.connector_words)
        state.counts = _core.phrases.PhraseVocabulary.from_state(options.delimiter, found.words, found.arrays)
    except ValueError as error:
        raise FormatError(f"{local}: invalid counts of phrases: {error}") from None
    state.shared_counts = found.shared
    if found.shared:
        logger.info(
            "%s: %d joined texts may be different words, which gensim does not count separately",
            local,
            len(found.shared),
        )
    return state


def read_gensim_frozen(path: AnyPath) -> FrozenState:
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
    attributes = _attributes(local_path(path), "phrasegrams", "frozen phrases of gensim")
    delimiter = _text(attributes.get("delimiter", "_"))
    phrases = _phrase_set(attributes["phrasegrams"], delimiter)
    scoring = _class_name(attributes.get("scoring"))
    return FrozenState(
        phrases=phrases,
        phrasegrams=PhraseScores(phrases.as_dict()),
        scoring=checked_scorer(_SCORINGS.get(scoring, "default")),
        threshold=_number(attributes.get("threshold", 10.0)),
        min_count=_number(attributes.get("min_count", 5)),
        delimiter=delimiter,
        connector_words=_connector_words(attributes),
    )


# Before version 2.3 of gensim there was one scoring; later, first the name was saved, then the function.
_SCORINGS = {"": "default", "default": "default", "original_scorer": "default", "npmi": "npmi", "npmi_scorer": "npmi"}


def _attributes(path: Path, needed: str, expected: str) -> dict[str, Any]:
    saved = read_pickle(path, accepts_unknown=True)
    if not isinstance(saved, Record):
        raise FormatError(f"{path}: expected {expected}, found {type(saved).__name__}")
    reader = gensim_reader(saved.class_name)
    # Models of word vectors may have a vocab, too.
    is_other = reader is not None and not reader.startswith(("Phrases", "FrozenPhrases"))
    if is_other or not isinstance(saved.attributes.get(needed), dict):
        advice = "" if reader is None else f"; {reader} reads it"
        raise FormatError(f"{path}: expected {expected}, found {saved.class_name}{advice}")
    return saved.attributes


def _class_name(scoring: Any) -> str:
    return str(getattr(scoring, "class_name", text_of(scoring) or ""))


def _scoring(attributes: dict[str, Any], path: Path) -> str:
    name = _class_name(attributes.get("scoring"))
    if name not in _SCORINGS:
        raise FormatError(
            f"{path}: these phrases were scored by a user-defined function ({name}): pass it to from_gensim() as "
            "scoring="
        )
    return _SCORINGS[name]


def _connector_words(attributes: dict[str, Any]) -> frozenset[str]:
    words = attributes.get("connector_words", attributes.get("common_terms", ()))
    if not isinstance(words, set | frozenset | list | tuple):
        raise FormatError(f"the connector words must be a set, got {words!r:.60}")
    return frozenset(map(_text, words))


def _text(value: object) -> str:
    """Return a text, which gensim kept as bytes before version 4."""
    try:
        text = value.decode("utf-8") if isinstance(value, bytes) else text_of(value)
    except UnicodeDecodeError as error:
        raise FormatError(f"{value!r:.60} must be text: {error}") from None
    if text is None:
        raise FormatError(f"{value!r:.60} must be text")
    return text


def _phrase_set(scores: dict[object, object], delimiter: str) -> _core.phrases.PhraseSet:
    """Return phrases: joined in version 4 of gensim, tuples of words before."""
    texts, lengths = [], []
    numbers = np.zeros(len(scores), np.int32)
    for index, phrase in enumerate(scores):
        words = [_text(word) for word in phrase] if isinstance(phrase, tuple) else []
        texts.append(delimiter.join(words) if words else _text(phrase))
        lengths += [len(word.encode()) for word in words]
        numbers[index] = len(words)
    values = np.array([_score(score) for score in scores.values()], np.float64)
    return _core.phrases.PhraseSet.from_state(delimiter, texts, numbers, np.array(lengths, np.uint32), values)


def _score(value: object) -> float:
    """Return a score, which followed the count of the phrase before version 4 of gensim."""
    return float(_number(value[1] if isinstance(value, tuple) and len(value) == 2 else value))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise FormatError(f"{value!r:.60} must be a count")
    return value


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"{value!r:.60} must be a number")
    return value
