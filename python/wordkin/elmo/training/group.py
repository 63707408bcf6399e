"""Exchange between processes before they train a model together: settings, words, texts and checkpoints."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..._version import __version__
from ...distributed import Communicator
from ...distributed.agreement import gathered_objects, joint_work, require_agreement
from ...distributed.exchange import CountedWords, merged_by_owner, shared_with_all
from ...distributed.texts import facts_of_preparation
from ...errors import CorpusError, DistributedError
from ...storage import Archive
from ...storage.checkpoint import FoundCheckpoint
from ...text import RawCounts
from ..state import ModelState
from .request import TrainingRequest

__all__ = [
    "joint_counts",
    "joint_steps",
    "joint_text",
    "require_equal_parameters",
    "require_equal_request",
    "require_text_of_any",
    "sent_checkpoint",
    "together",
]


def together(communicator: Communicator | None, what: str) -> AbstractContextManager[None]:
    """Let all ranks know whether the work of each has succeeded.

    Parameters
    ----------
    communicator : Communicator or None
        The group; None for a single process.
    what : str
        The work, for error messages.

    Returns
    -------
    context manager
        See `joint_work`.
    """
    return nullcontext() if communicator is None else joint_work(communicator, what)


def require_equal_request(communicator: Communicator, request: TrainingRequest, **facts: object) -> None:
    """Check that all ranks would train the same model.

    Parameters
    ----------
    communicator : Communicator
        The group.
    request : TrainingRequest
        Checked arguments of this rank.
    **facts : JSON value
        Further settings that must be equal.

    Raises
    ------
    DistributedError
        If a setting differs; the message has its name, two ranks and their values.
    """
    options = {
        **asdict(request.training),
        **asdict(request.run),
        **asdict(request.vocabulary_options),
        **asdict(request.text_options),
        **facts_of_preparation(request.preparation),
    }
    require_agreement(
        communicator,
        {
            "version of wordkin": __version__,
            "number of ranks": communicator.size,
            "instruction set (max_isa limits it)": request.compute.isa,
            **options,
            **facts,
        },
    )


def joint_counts(communicator: Communicator, counts: RawCounts, min_count: int) -> RawCounts:
    """Return the words of all ranks that are frequent enough, in the order that one machine would give.

    Parameters
    ----------
    communicator : Communicator
        The group.
    counts : RawCounts
        The counts of this rank.
    min_count : int
        Minimum number of occurrences in the texts of all ranks.

    Returns
    -------
    RawCounts
        The counts, equal on all ranks.
    """
    with joint_work(communicator, "the exchange of words"):
        words = [word.encode() for word in counts.words]
    own = merged_by_owner(communicator, words, counts.counts)
    chosen = np.flatnonzero(own.counts >= min_count)
    kept = shared_with_all(
        communicator, CountedWords([own.words[index] for index in chosen], own.counts[chosen], own.positions[chosen])
    )
    frequencies = dict(zip((word.decode() for word in kept.words), kept.counts.tolist(), strict=True))
    totals = gathered_objects(communicator, [counts.raw_words, counts.raw_sentences])
    joint = RawCounts.from_frequencies(frequencies, raw_sentences=sum(sentences for _, sentences in totals))
    joint.raw_words = sum(words for words, _ in totals)
    joint.source = f"the texts of {communicator.size} ranks"
    return joint


def joint_text(communicator: Communicator, fingerprint: Mapping[str, int]) -> dict[str, int]:
    """Return what identifies the texts of all ranks.

    Parameters
    ----------
    communicator : Communicator
        The group.
    fingerprint : mapping of str to int
        What identifies the text of this rank.

    Returns
    -------
    dict of str to int
        Sums of the numbers, and a checksum of all.
    """
    everyone = gathered_objects(communicator, dict(fingerprint))
    total = {name: sum(other[name] for other in everyone) for name in fingerprint}
    return {**total, "checksum": zlib.crc32(repr([other["checksum"] for other in everyone]).encode())}


def joint_steps(communicator: Communicator, predictions: int, tokens: int) -> int:
    """Return the number of steps of an epoch: the mean of the ranks, whose texts are of about equal size.

    Parameters
    ----------
    communicator : Communicator
        The group.
    predictions : int
        Number of predictions of all ranks in a step.
    tokens : int
        Number of predictions in the text of this rank.

    Returns
    -------
    int
        Number of steps.
    """
    total: int = sum(gathered_objects(communicator, tokens))
    return total // predictions


def require_text_of_any(communicator: Communicator, has_text: bool, name: str) -> None:
    """Check that at least one rank has a text.

    Parameters
    ----------
    communicator : Communicator
        The group.
    has_text : bool
        Whether this rank has words of the text.
    name : str
        Name of the text in the error message.

    Raises
    ------
    CorpusError
        If there are no words.
    """
    if not any(gathered_objects(communicator, has_text)):
        raise CorpusError(f"{name}: no words on any rank")


def require_equal_parameters(communicator: Communicator, state: ModelState) -> None:
    """Check that all ranks have the same vocabulary and parameters.

    Parameters
    ----------
    communicator : Communicator
        The group.
    state : ModelState
        The model of this rank.

    Raises
    ------
    DistributedError
        If they differ.
    """
    words = [] if state.words is None else state.words.words
    require_agreement(
        communicator,
        {
            "number of words": len(words),
            "words": zlib.crc32("\n".join(words).encode()),
            "parameters": {
                name: zlib.crc32(np.ascontiguousarray(part).data) for name, part in state.parameters.items()
            },
        },
    )


def sent_checkpoint(communicator: Communicator, found: FoundCheckpoint | None) -> FoundCheckpoint | None:
    """Return the checkpoint of rank 0 on all ranks, which need not have the same file system.

    Parameters
    ----------
    communicator : Communicator
        The group.
    found : FoundCheckpoint or None
        The checkpoint on rank 0; ignored on all others.

    Returns
    -------
    FoundCheckpoint or None
        None if there is none.
    """
    header: dict[str, Any] | None = None
    if communicator.rank == 0 and found is not None:
        tensors = [[name, list(part.shape), part.dtype.str] for name, part in found.archive.tensors.items()]
        header = {"path": str(found.path), "metadata": found.archive.metadata, "tensors": tensors}
    header = gathered_objects(communicator, header)[0]
    if header is None:
        return None
    received = {}
    try:
        for name, shape, dtype in header["tensors"]:
            own = np.empty(shape, dtype) if found is None else found.archive.tensors[name]
            received[name] = communicator.broadcast(own, 0)
    except Exception as error:
        raise DistributedError(f"rank {communicator.rank}: communication failed: {error}") from error
    return FoundCheckpoint(
        path=Path(header["path"]), archive=Archive(tensors=received, metadata=header["metadata"]), damaged=0
    )
