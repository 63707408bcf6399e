"""The state of phrase models as named tensors and metadata, the content of a model file."""

from __future__ import annotations

import math
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...errors import FormatError
from ...storage import Archive, pack_words, unpack_words
from ...storage.lifecycle import events_of_metadata, metadata_of_events
from ...storage.saveable import Saveable
from ...text import PreparationOptions
from ..options import PhraseOptions, checked_words
from ..scoring import Scorer, checked_scorer, description_of_scorer, scorer_of_description
from ..state import FrozenState, PhraseScores, PhrasesState, new_state

__all__ = ["frozen_file", "phrases_file"]

_HINT = "load the file with the class that saved it"


class _Settings(TypedDict):
    threshold: float
    min_count: float
    delimiter: str
    connector_words: frozenset[str]


def phrases_file(scoring: str | Scorer | None = None, *, import_scoring: bool = False) -> Saveable[PhrasesState]:
    """Return how `Phrases` are saved and loaded.

    Parameters
    ----------
    scoring : str, callable or None, default None
        Scoring function for loading. It is needed if the model was saved with a function of the user, unless that may
        be imported.
    import_scoring : bool, default False
        Whether loading may import a function of the user by its name.

    Returns
    -------
    Saveable
        Saves and loads a `PhrasesState`.
    """
    given = None if scoring is None else checked_scorer(scoring)
    return Saveable(
        kind="phrases",
        pack=_pack_phrases,
        unpack=lambda archive: _unpack_phrases(archive, given, import_scoring),
        hint=_HINT,
    )


def frozen_file(scoring: str | Scorer | None = None, *, import_scoring: bool = False) -> Saveable[FrozenState]:
    """Return how `FrozenPhrases` are saved and loaded.

    Parameters
    ----------
    scoring : str, callable or None, default None
        Scoring function for loading. It is needed if the model was saved with a function of the user, unless that may
        be imported.
    import_scoring : bool, default False
        Whether loading may import a function of the user by its name.

    Returns
    -------
    Saveable
        Saves and loads a `FrozenState`.
    """
    given = None if scoring is None else checked_scorer(scoring)
    return Saveable(
        kind="frozen_phrases",
        pack=_pack_frozen,
        unpack=lambda archive: _unpack_frozen(archive, given, import_scoring),
        hint=_HINT,
    )


def _pack_phrases(state: PhrasesState) -> Archive:
    metadata = _common_metadata(state) | {
        "max_vocab_size": _as_json(state.max_vocab_size),
        "progress_per": _as_json(state.progress_per),
        "min_reduce": state.min_reduce,
        "corpus_word_count": state.corpus_word_count,
    }
    known, arrays = state.counts.state()
    words, offsets = pack_words(known)
    tensors = {"words": words, "word_offsets": offsets, **arrays}
    if state.shared_counts:
        texts, text_offsets = pack_words(list(state.shared_counts))
        tensors |= {"shared_texts": texts, "shared_text_offsets": text_offsets}
        tensors["shared_counts"] = np.array(list(state.shared_counts.values()), np.int64)
    return Archive(tensors=tensors, metadata=metadata)


def _pack_frozen(state: FrozenState) -> Archive:
    texts, word_numbers, lengths, scores = state.phrases.with_scores(state.phrasegrams, None).state()
    words, offsets = pack_words(texts)
    return Archive(
        tensors={
            "words": words,
            "word_offsets": offsets,
            "scores": scores,
            "phrase_words": word_numbers,
            "phrase_word_lengths": lengths,
        },
        metadata=_common_metadata(state),
    )


def _unpack_phrases(archive: Archive, scoring: Scorer | None, import_scoring: bool) -> PhrasesState:
    tensors, metadata = archive.tensors, archive.metadata
    options = PhraseOptions(
        scoring=scorer_of_description(metadata.get("scoring"), scoring, may_import=import_scoring),
        max_vocab_size=_number(metadata["max_vocab_size"]),
        progress_per=_number(metadata["progress_per"]),
        **_settings(metadata),
    )
    state = new_state(options, _preparation(metadata))
    state.lifecycle_events = events_of_metadata(metadata)
    state.min_reduce = _integer(metadata["min_reduce"])
    state.corpus_word_count = _integer(metadata["corpus_word_count"])
    words = unpack_words(tensors["words"], tensors["word_offsets"])
    try:
        counts = _with_all_words_counted(options.delimiter, tensors)
    except IndexError as error:
        raise ValueError(str(error)) from None
    state.counts = _core.phrases.PhraseVocabulary.from_state(options.delimiter, words, counts)
    if "shared_texts" in tensors:
        texts = unpack_words(tensors["shared_texts"], tensors["shared_text_offsets"])
        state.shared_counts = dict(zip(texts, map(_integer, tensors["shared_counts"].tolist()), strict=True))
    return state


def _with_all_words_counted(delimiter: str, tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return counts with those of words that contain the delimiter.

    Earlier versions counted such words like phrases: without a second word, or together with a phrase of the same
    text. In the latter case the count of the word is unknown; it is at least that of each phrase with the word.
    """
    symbols = np.cumsum(np.isin(tensors["words"], list(delimiter.encode())))
    symbols_before = np.concatenate([[0], symbols])[tensors["word_offsets"]]
    contains_delimiter = (np.diff(symbols_before) > 0) | (delimiter == "")
    first, second, gap, counts = (tensors[name] for name in ("first", "second", "gap", "counts"))
    single = (second == -1) & (gap == 0) & contains_delimiter[first]
    word_counts = tensors["word_counts"].copy()
    word_counts[first[single]] = counts[single]
    at_least = np.zeros_like(word_counts)
    for ids in (first, second):
        np.maximum.at(at_least, ids[~single], counts[~single])
    word_counts[contains_delimiter] = np.maximum(word_counts, at_least)[contains_delimiter]
    phrases = {name: tensors[name][~single] for name in ("first", "second", "gap", "counts")}
    return {**tensors, **phrases, "word_counts": word_counts}


def _unpack_frozen(archive: Archive, scoring: Scorer | None, import_scoring: bool) -> FrozenState:
    tensors, metadata = archive.tensors, archive.metadata
    scorer = scorer_of_description(metadata.get("scoring"), scoring, may_import=import_scoring)
    texts, settings = unpack_words(tensors["words"], tensors["word_offsets"]), _settings(metadata)
    # Files of earlier versions do not store the words of each phrase.
    word_numbers = tensors.get("phrase_words", np.zeros(len(texts), np.int32))
    lengths = tensors.get("phrase_word_lengths", np.zeros(0, np.uint32))
    phrases = _core.phrases.PhraseSet.from_state(settings["delimiter"], texts, word_numbers, lengths, tensors["scores"])
    state = FrozenState(phrases=phrases, phrasegrams=PhraseScores(phrases.as_dict()), scoring=scorer, **settings)
    state.preparation = _preparation(metadata)
    state.lifecycle_events = events_of_metadata(metadata)
    return state


def _common_metadata(state: PhrasesState | FrozenState) -> dict[str, Any]:
    return {
        "delimiter": state.delimiter,
        "connector_words": sorted(state.connector_words),
        "min_count": _as_json(state.min_count),
        "threshold": _as_json(state.threshold),
        "scoring": description_of_scorer(state.scoring),
        **({} if state.preparation.is_default else {"preparation": state.preparation.to_metadata()}),
        **metadata_of_events(state),
    }


def _preparation(metadata: dict[str, Any]) -> PreparationOptions:
    return PreparationOptions.from_metadata(metadata.get("preparation", {}))


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
    if not (math.isfinite(number) and -(2**63) <= number < 2**63):
        raise FormatError(f"{value!r} must be an integer of 64 bits")
    return int(number)


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FormatError(f"{value!r} must be a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FormatError(f"{value!r} must be a str")
    value.encode("utf-8")  # UnicodeEncodeError, which is a ValueError, for lone surrogates.
    return value
