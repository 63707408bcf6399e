"""Phrases as named tensors and metadata: what a saved file, and a pickle, consist of."""

from __future__ import annotations

import math
from typing import Any, BinaryIO, TypedDict, TypeVar

import numpy as np

from .. import _core
from ..errors import FormatError, WrongKindError
from ..storage import Archive, pack_words, read_archive, unpack_words
from ..storage.archive_bytes import pack_archive, save_archive, unpack_archive
from ..storage.lifecycle import events_of_metadata, metadata_of_events
from ..storage.paths import AnyPath
from .frozen import FrozenPhrases
from .inference import require_tokens
from .model import Phrases
from .scoring import Scorer, described, native_name, scorer_of_description

__all__ = ["load", "reduced", "restored", "save"]

_KINDS: dict[type[Phrases] | type[FrozenPhrases], str] = {Phrases: "phrases", FrozenPhrases: "frozen_phrases"}

Joiner = TypeVar("Joiner", Phrases, FrozenPhrases)


def save(phrases: Phrases | FrozenPhrases, target: AnyPath | BinaryIO) -> None:
    """Write `phrases` to a file."""
    archive = _archive_of(phrases)
    save_archive(target, archive.tensors, archive.metadata)


def load(cls: type[Joiner], path: AnyPath, scoring: str | Scorer | None) -> Joiner:
    """Read what `save` wrote, as an object of class `cls`."""
    return _of_archive(cls, read_archive(path), scoring)


def reduced(phrases: Phrases | FrozenPhrases) -> tuple[Any, ...]:
    """What pickle keeps: the bytes that `save` would write, and the scoring function when it is the user's."""
    archive = _archive_of(phrases)
    scoring = phrases.scoring if native_name(phrases.scoring) is None else None
    return restored, (type(phrases), pack_archive(archive.tensors, archive.metadata), scoring)


def restored(cls: type[Joiner], data: bytes, scoring: Scorer | None) -> Joiner:
    """What `reduced` took apart."""
    return _of_archive(cls, unpack_archive(data), scoring)


def _kind_of(cls: type[Phrases] | type[FrozenPhrases]) -> str:
    return next(kind for known, kind in _KINDS.items() if issubclass(cls, known))


def _archive_of(phrases: Phrases | FrozenPhrases) -> Archive:
    metadata = {
        "kind": _kind_of(type(phrases)),
        "delimiter": phrases.delimiter,
        "connector_words": sorted(phrases.connector_words),
        "min_count": _plain(phrases.min_count),
        "threshold": _plain(phrases.threshold),
        "scoring": described(phrases.scoring),
        **metadata_of_events(phrases),
    }
    if isinstance(phrases, FrozenPhrases):
        words, offsets = pack_words(list(phrases.phrasegrams))
        scores = np.array(list(phrases.phrasegrams.values()), dtype=np.float64)
        return Archive(tensors={"words": words, "word_offsets": offsets, "scores": scores}, metadata=metadata)
    metadata |= {
        "max_vocab_size": _plain(phrases.max_vocab_size),
        "progress_per": _plain(phrases.progress_per),
        "min_reduce": phrases.min_reduce,
        "corpus_word_count": phrases.corpus_word_count,
    }
    known, arrays = phrases._counts.state()
    words, offsets = pack_words(known)
    return Archive(tensors={"words": words, "word_offsets": offsets, **arrays}, metadata=metadata)


def _of_archive(cls: type[Joiner], archive: Archive, scoring: str | Scorer | None) -> Joiner:
    tensors, metadata = archive.tensors, archive.metadata
    kind = _kind_of(cls)
    if metadata.get("kind") != kind:
        raise WrongKindError(
            f"this file holds {metadata.get('kind')!r}, not {kind!r}: load it with the class that saved it"
        )
    scorer = scorer_of_description(metadata.get("scoring"), scoring)
    try:
        settings = _Settings(
            threshold=_number(metadata["threshold"]),
            min_count=_number(metadata["min_count"]),
            delimiter=_text(metadata["delimiter"]),
            connector_words=require_tokens("connector words", _list(metadata["connector_words"])),
        )
        words = unpack_words(tensors["words"], tensors["word_offsets"])
        if issubclass(cls, FrozenPhrases):
            scores = tensors["scores"]
            if scores.dtype != np.float64:
                raise FormatError(f"scores must be float64, got {scores.dtype}")
            frozen = cls._of_parts(dict(zip(words, scores.tolist(), strict=True)), scoring=scorer, **settings)
            frozen.lifecycle_events = events_of_metadata(metadata)
            return frozen
        phrases = cls(scoring=scorer, max_vocab_size=_number(metadata["max_vocab_size"]), **settings)
        phrases.lifecycle_events = events_of_metadata(metadata)
        phrases.progress_per = _number(metadata["progress_per"])
        phrases.min_reduce = int(_number(metadata["min_reduce"]))
        phrases.corpus_word_count = int(_number(metadata["corpus_word_count"]))
        phrases._counts = _core.phrases.PhraseVocabulary.from_state(phrases.delimiter, words, tensors)
    except FormatError:
        raise
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FormatError(f"this file is no whole {kind!r}: {error}") from error
    return phrases


class _Settings(TypedDict):
    threshold: float
    min_count: float
    delimiter: str
    connector_words: frozenset[str]


def _plain(number: Any) -> int | float | str:
    """A number as JSON has it, which knows no infinity."""
    if hasattr(number, "__index__"):
        return int(number)
    return float(number) if math.isfinite(number) else str(float(number))


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormatError(f"{value!r} should be a number")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FormatError(f"{value!r} should be a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FormatError(f"{value!r} should be text")
    return value
