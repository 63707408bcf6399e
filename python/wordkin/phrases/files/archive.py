"""The state of phrase models as named tensors and metadata, the content of a model file."""

from __future__ import annotations

import math
from typing import Any, TypedDict

import numpy as np

from ... import _core
from ...errors import FormatError
from ...storage import Archive, pack_words, unpack_words
from ...storage.lifecycle import events_of_metadata, metadata_of_events
from ...storage.paths import AnyPath, local_path
from ...storage.restricted_pickle import Record, read_pickle, text_of
from ...storage.saveable import Saveable
from ..options import PhraseOptions, checked_words
from ..scoring import Scorer, checked_scorer, description_of_scorer, scorer_of_description
from ..state import FrozenState, PhraseScores, PhrasesState, new_state

__all__ = ["frozen_file", "phrases_file", "read_gensim_phrases"]

_HINT = "load the file with the class that saved it"


class _Settings(TypedDict):
    threshold: float
    min_count: float
    delimiter: str
    connector_words: frozenset[str]


def phrases_file(scoring: str | Scorer | None = None) -> Saveable[PhrasesState]:
    """Return how `Phrases` are saved and loaded.

    Parameters
    ----------
    scoring : str, callable or None, default None
        Scoring function for loading; needed if the model was saved with a function of the user.

    Returns
    -------
    Saveable
        Saves and loads a `PhrasesState`.
    """
    given = None if scoring is None else checked_scorer(scoring)
    return Saveable(
        kind="phrases", pack=_pack_phrases, unpack=lambda archive: _unpack_phrases(archive, given), hint=_HINT
    )


def frozen_file(scoring: str | Scorer | None = None) -> Saveable[FrozenState]:
    """Return how `FrozenPhrases` are saved and loaded.

    Parameters
    ----------
    scoring : str, callable or None, default None
        Scoring function for loading; needed if the model was saved with a function of the user.

    Returns
    -------
    Saveable
        Saves and loads a `FrozenState`.
    """
    given = None if scoring is None else checked_scorer(scoring)
    return Saveable(
        kind="frozen_phrases", pack=_pack_frozen, unpack=lambda archive: _unpack_frozen(archive, given), hint=_HINT
    )


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
    return FrozenState(
        phrasegrams=PhraseScores(
            (_gensim_phrase(phrase, delimiter), _gensim_score(score))
            for phrase, score in attributes["phrasegrams"].items()
        ),
        scoring=checked_scorer("npmi" if is_npmi else "default"),
        threshold=_number(attributes.get("threshold", 10.0)),
        min_count=_number(attributes.get("min_count", 5)),
        delimiter=delimiter,
        connector_words=frozenset(_gensim_text(word) for word in words),
    )


def _gensim_text(value: object) -> str:
    """Return a text, which gensim kept as bytes before version 4."""
    text = value.decode("utf-8") if isinstance(value, bytes) else text_of(value)
    if text is None:
        raise FormatError(f"{value!r:.60} must be text")
    return text


def _gensim_phrase(phrase: object, delimiter: str) -> str:
    """Return a joined phrase; before version 4 of gensim, it was a tuple of words."""
    return delimiter.join(map(_gensim_text, phrase)) if isinstance(phrase, tuple) else _gensim_text(phrase)


def _gensim_score(value: object) -> float:
    """Return a score, which followed the count of the phrase before version 4 of gensim."""
    score = value[1] if isinstance(value, tuple) and len(value) == 2 else value
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise FormatError(f"{score!r:.60} must be a number")
    return float(score)


def _pack_phrases(state: PhrasesState) -> Archive:
    metadata = _common_metadata(state) | {
        "max_vocab_size": _as_json(state.max_vocab_size),
        "progress_per": _as_json(state.progress_per),
        "min_reduce": state.min_reduce,
        "corpus_word_count": state.corpus_word_count,
    }
    known, arrays = state.counts.state()
    words, offsets = pack_words(known)
    return Archive(tensors={"words": words, "word_offsets": offsets, **arrays}, metadata=metadata)


def _pack_frozen(state: FrozenState) -> Archive:
    words, offsets = pack_words(list(state.phrasegrams))
    scores = np.array(list(state.phrasegrams.values()), dtype=np.float64)
    return Archive(
        tensors={"words": words, "word_offsets": offsets, "scores": scores}, metadata=_common_metadata(state)
    )


def _unpack_phrases(archive: Archive, scoring: Scorer | None) -> PhrasesState:
    tensors, metadata = archive.tensors, archive.metadata
    options = PhraseOptions(
        scoring=scorer_of_description(metadata.get("scoring"), scoring),
        max_vocab_size=_number(metadata["max_vocab_size"]),
        progress_per=_number(metadata["progress_per"]),
        **_settings(metadata),
    )
    state = new_state(options)
    state.lifecycle_events = events_of_metadata(metadata)
    state.min_reduce = _integer(metadata["min_reduce"])
    state.corpus_word_count = _integer(metadata["corpus_word_count"])
    words = unpack_words(tensors["words"], tensors["word_offsets"])
    state.counts = _core.phrases.PhraseVocabulary.from_state(options.delimiter, words, tensors)
    return state


def _unpack_frozen(archive: Archive, scoring: Scorer | None) -> FrozenState:
    tensors, metadata = archive.tensors, archive.metadata
    scorer = scorer_of_description(metadata.get("scoring"), scoring)
    words, scores = unpack_words(tensors["words"], tensors["word_offsets"]), tensors["scores"]
    if scores.dtype != np.float64:
        raise FormatError(f"scores must be float64, got {scores.dtype}")
    phrasegrams = PhraseScores(zip(words, scores.tolist(), strict=True))
    state = FrozenState(phrasegrams=phrasegrams, scoring=scorer, **_settings(metadata))
    state.lifecycle_events = events_of_metadata(metadata)
    return state


def _common_metadata(state: PhrasesState | FrozenState) -> dict[str, Any]:
    return {
        "delimiter": state.delimiter,
        "connector_words": sorted(state.connector_words),
        "min_count": _as_json(state.min_count),
        "threshold": _as_json(state.threshold),
        "scoring": description_of_scorer(state.scoring),
        **metadata_of_events(state),
    }


def _settings(metadata: dict[str, Any]) -> _Settings:
    return _Settings(
        threshold=_number(metadata["threshold"]),
        min_count=_number(metadata["min_count"]),
        delimiter=_text(metadata["delimiter"]),
        connector_words=checked_words("connector_words", _list(metadata["connector_words"])),
    )


def _as_json(number: Any) -> int | float | str:
    """Return a number as JSON can hold it, which has no infinity."""
    if hasattr(number, "__index__"):
        return int(number)
    return float(number) if math.isfinite(number) else str(float(number))


def _number(value: object) -> int | float:
    if isinstance(value, str):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"{value!r} must be a number")
    return value


def _integer(value: object) -> int:
    number = _number(value)
    if not math.isfinite(number):
        raise FormatError(f"{value!r} must be an integer")
    return int(number)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FormatError(f"{value!r} must be a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FormatError(f"{value!r} must be a str")
    return value
