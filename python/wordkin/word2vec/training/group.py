"""Exchange between processes before they train together: settings, and their parts of the text."""

from __future__ import annotations

import zlib
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ..._version import __version__
from ...distributed import Communicator
from ...distributed.agreement import gathered_objects, require_agreement
from ...distributed.texts import facts_of_preparation, own_part
from ...errors import DistributedError
from ...storage.decoding import TextOptions
from ...text import TextInput
from ..state import Word2VecState, current_vocabulary

__all__ = [
    "joint_counts",
    "joint_words",
    "own_texts",
    "ranks_of",
    "require_equal_settings",
    "require_equal_vocabulary",
]


def ranks_of(state: Word2VecState) -> Communicator | None:
    """Return the group of processes that train a model together.

    Parameters
    ----------
    state : Word2VecState
        The model.

    Returns
    -------
    Communicator or None
        None for a single process.
    """
    return None if state.communicator is None or state.communicator.size == 1 else state.communicator


def own_texts(state: Word2VecState, corpus_file: TextInput | None, options: TextOptions) -> TextInput | None:
    """Return the part of some files that this process reads.

    Parameters
    ----------
    state : Word2VecState
        The model.
    corpus_file : path, list of paths, file object, or None
        The files, which all processes that train the model are given.
    options : TextOptions
        How they are decoded.

    Returns
    -------
    path, list of sources, or None
        The files themselves for a single process.

    Raises
    ------
    DistributedError
        If other processes have other files.
    CorpusError
        If a file cannot be divided.
    """
    group = ranks_of(state)
    if group is None or corpus_file is None:
        return corpus_file
    return own_part(group, corpus_file, options=options, preparation=state.preparation, folders=state.folders)


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
            **facts_of_preparation(state.preparation),
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


def joint_counts(communicator: Communicator, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sums of counts over all ranks.

    Parameters
    ----------
    communicator : Communicator
        The group.
    counts : ndarray of int64
        The counts of this rank.

    Returns
    -------
    ndarray of int64
        The sums.

    Raises
    ------
    DistributedError
        If the ranks cannot communicate.
    """
    try:
        return communicator.allreduce(counts)
    except Exception as error:
        raise DistributedError(f"rank {communicator.rank}: communication failed: {error}") from error


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
