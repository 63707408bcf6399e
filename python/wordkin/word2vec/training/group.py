"""Exchange between processes before they train together: settings, and the counts of their parts of the text."""

from __future__ import annotations

import zlib
from dataclasses import asdict

import numpy as np

from ..._version import __version__
from ...distributed import Communicator
from ...distributed.agreement import gathered_objects, raise_failures, require_agreement
from ...errors import DistributedError
from ...text import RawCounts
from ..state import Word2VecState, current_vocabulary

__all__ = ["joint_counts", "joint_words", "require_equal_settings", "require_equal_vocabulary"]


def require_equal_settings(communicator: Communicator, state: Word2VecState, **facts: object) -> None:
    """Check that all ranks would train the same model.

    Parameters
    ----------
    communicator : Communicator
        The group.
    state : Word2VecState
        The model of this rank.
    **facts : JSON value
        Further settings that must be equal.

    Raises
    ------
    DistributedError
        If a setting differs; the message has its name, two ranks and their values.
    """
    require_agreement(
        communicator,
        {
            "version of wordkin": __version__,
            "number of ranks": communicator.size,
            "instruction set (max_isa limits it)": state.compute.isa,
            **asdict(state.options),
            **asdict(state.vocabulary_options),
            **asdict(state.synchronization),
            **{name: getattr(state, name) for name in ("vector_size", "alpha", "min_alpha", "train_count")},
            **facts,
        },
    )


def require_equal_vocabulary(communicator: Communicator, state: Word2VecState) -> None:
    """Check that all ranks have the same words, counts and vectors.

    Parameters
    ----------
    communicator : Communicator
        The group.
    state : Word2VecState
        The model of this rank.

    Raises
    ------
    DistributedError
        If they differ.
    """
    vocabulary, weights = current_vocabulary(state), state.weights()
    words = "\n".join(map(str, vocabulary.words)).encode("utf-8", "surrogatepass")
    layers = [rows.view for rows in (weights.output, weights.nodes) if rows is not None]
    require_agreement(
        communicator,
        {
            "number of words": len(vocabulary),
            "words": zlib.crc32(words),
            "counts": zlib.crc32(vocabulary.counts.tobytes()),
            "vectors": [zlib.crc32(np.ascontiguousarray(rows).data) for rows in (weights.table.vectors, *layers)],
        },
    )


def joint_words(communicator: Communicator, words: int) -> int:
    """Return the sum of a number over all ranks.

    Parameters
    ----------
    communicator : Communicator
        The group.
    words : int
        The number of this rank.

    Returns
    -------
    int
        The sum.
    """
    return sum(gathered_objects(communicator, words))


def joint_counts(communicator: Communicator, counts: RawCounts) -> RawCounts:
    """Return the counts of the texts of all ranks, in the order that one machine would give.

    Parameters
    ----------
    communicator : Communicator
        The group.
    counts : RawCounts
        The counts of this rank.

    Returns
    -------
    RawCounts
        The sums. Words are in the order of their first occurrence, rank by rank.

    Raises
    ------
    DistributedError
        If a word is not a string.
    """
    if not all(isinstance(word, str) for word in counts.words):
        failure = "words must be strings to be exchanged"
        gathered_objects(communicator, {"failure": failure})
        raise DistributedError(f"rank {communicator.rank}: {failure}")
    content = {"words": counts.words, "counts": counts.counts.tolist()}
    sizes = {"raw_words": counts.raw_words, "raw_sentences": counts.raw_sentences}
    everyone = gathered_objects(communicator, {"failure": None, **content, **sizes})
    raise_failures([part["failure"] for part in everyone], "counting")
    total: dict[str, int] = {}
    for part in everyone:
        for word, count in zip(part["words"], part["counts"], strict=True):
            total[word] = total.get(word, 0) + count
    merged = RawCounts.from_frequencies(total, raw_sentences=sum(part["raw_sentences"] for part in everyone))
    merged.raw_words = sum(part["raw_words"] for part in everyone)
    merged.source = f"the texts of {communicator.size} ranks"
    return merged
