"""Checkpoints of a training by several processes: rank 0 writes them, and sends one to all ranks to resume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import numpy as np

from ...distributed import Communicator
from ...distributed.agreement import gathered_objects, joint_work
from ...errors import DistributedError
from ...storage.checkpoint import FoundCheckpoint
from ...text import EncodedCorpus
from ..archive import report_of_metadata
from ..options import SynchronizationOptions, TrainingOptions
from .run_checkpoint import (
    Fingerprint,
    RunCheckpoints,
    RunPosition,
    joint_position,
    metadata_of_position,
    position_of_metadata,
    resume_run,
)
from .synchronization import trained_rows
from .trained_model import TrainedModel
from .weights import TrainingArrays

__all__ = ["Checkpoints", "GroupCheckpoints", "fingerprint_of_group", "resume_group"]

_ROWS_AT_ONCE = 1 << 16


class GroupCheckpoints:
    """Checkpoints of a training by several ranks, which are saved when all ranks have the same weights.

    Parameters
    ----------
    communicator : Communicator
        The group.
    own : RunCheckpoints or None
        On rank 0, what writes the checkpoints; None on all others.
    """

    def __init__(self, communicator: Communicator, own: RunCheckpoints | None) -> None:
        self._communicator = communicator
        self._own = own
        self._is_agreed = False

    @property
    def wants_saving(self) -> bool:
        """Whether a checkpoint is due according to this rank."""
        return self._own is not None and self._own.is_due()

    def agree(self, is_due: bool) -> None:
        """Note the decision of all ranks.

        Parameters
        ----------
        is_due : bool
            Whether a checkpoint is to be saved now.
        """
        self._is_agreed = is_due

    def is_due(self, epochs: int | None = None) -> bool:
        """Return whether a checkpoint is to be saved now; at the end of an epoch, all ranks call this together.

        Parameters
        ----------
        epochs : int or None, default None
            Number of completed epochs at the end of an epoch; None within an epoch.

        Returns
        -------
        bool
            The same on all ranks.
        """
        if epochs is None:
            return self._is_agreed
        is_due = self._is_agreed or (self._own is not None and self._own.is_due(epochs))
        return any(gathered_objects(self._communicator, is_due))

    def save(self, position: RunPosition) -> None:
        """Save a checkpoint; all ranks call this together.

        Parameters
        ----------
        position : RunPosition
            Position of this rank.
        """
        self._is_agreed = False
        ranks = gathered_objects(self._communicator, metadata_of_position(position))
        if self._own is not None:
            self._own.save(joint_position(position, ranks), ranks)

    def save_after_error(self, position: RunPosition) -> None:
        """Do nothing: the other ranks may not know of the error yet.

        Parameters
        ----------
        position : RunPosition
            Position of this rank.
        """

    def close(self) -> None:
        """Wait until no checkpoint is being written."""
        if self._own is not None:
            self._own.close()

    @property
    def newest(self) -> str | None:
        """The newest checkpoint; None on all ranks but the first."""
        return None if self._own is None else self._own.newest

    @property
    def failures(self) -> tuple[str, ...]:
        """Reasons why checkpoints could not be written."""
        return () if self._own is None else self._own.failures


Checkpoints: TypeAlias = RunCheckpoints | GroupCheckpoints


def fingerprint_of_group(
    communicator: Communicator, own: Fingerprint, synchronization: SynchronizationOptions
) -> Fingerprint:
    """Return everything that must be equal for the run of a group to be resumed.

    Parameters
    ----------
    communicator : Communicator
        The group.
    own : dict
        Fingerprint of the run of this rank.
    synchronization : SynchronizationOptions
        When and how changes are exchanged.

    Returns
    -------
    dict of str to dict
        The fingerprint with the corpora of all ranks, and "ranks" with what a different number of ranks changes.
    """
    corpora = gathered_objects(communicator, own["corpus"])
    names = ("words", "sentences")
    is_known = all(corpus[name] is not None for corpus in corpora for name in names)
    return {
        **own,
        "corpus": {name: sum(corpus[name] for corpus in corpora) if is_known else None for name in names},
        "ranks": {"number": len(corpora), **asdict(synchronization), "parts of the corpus": corpora},
    }


def resume_group(
    communicator: Communicator,
    found: FoundCheckpoint | None,
    fingerprint: Fingerprint,
    model: TrainedModel,
    arrays: TrainingArrays,
    corpus: EncodedCorpus,
) -> RunPosition:
    """Set the model of all ranks to what a checkpoint of rank 0 contains.

    Parameters
    ----------
    communicator : Communicator
        The group.
    found : FoundCheckpoint or None
        The checkpoint; None on all ranks but the first, or if there is none.
    fingerprint : dict
        Fingerprint of the run to resume.
    model : TrainedModel
        The model.
    arrays : TrainingArrays
        Its arrays, which are overwritten.
    corpus : EncodedCorpus
        The part of the corpus of this rank.

    Returns
    -------
    RunPosition
        Where this rank continues: with another number of ranks, after the same share of its part of the corpus.

    Raises
    ------
    DistributedError
        If rank 0 cannot resume.
    """
    sent: Mapping[str, Any] | None = None
    with joint_work(communicator, "resuming from a checkpoint"):
        if found is not None:
            position = resume_run(found, fingerprint, model, arrays)
            sent = {"joint": metadata_of_position(position), "ranks": found.archive.metadata["run"].get("ranks")}
            sent = {**sent, "report": found.archive.metadata["report"], **_counters_of(model)}
    received = gathered_objects(communicator, sent)[0]
    if received is None:
        return RunPosition()
    _broadcast(communicator, model.state.options, arrays)
    for name in _COUNTERS:
        setattr(model.state, name, received[name])
    epochs = report_of_metadata(received["report"]).epochs
    joint, ranks = received["joint"], received["ranks"] or [received["joint"]]
    if len(ranks) == communicator.size:
        most = max(rank["jobs"] for rank in ranks)
        own = position_of_metadata({**ranks[communicator.rank], "words": joint["words"]}, epochs)
        return replace(own, most_jobs=most)
    total = fingerprint["corpus"]["words"]
    is_known = total and corpus.raw_words is not None
    done = joint["jobs"] * corpus.raw_words // total if is_known and corpus.raw_words else 0
    first = communicator.rank == 0  # the totals of the epoch so far are those of one rank, because they are added up
    tally = joint["tally"] if first else RunPosition().tally
    return position_of_metadata({**joint, "jobs": done, "tally": tally}, epochs)


_COUNTERS = ("train_count", "total_train_time", "min_alpha_yet_reached")


def _counters_of(model: TrainedModel) -> dict[str, Any]:
    return {name: getattr(model.state, name) for name in _COUNTERS}


def _broadcast(communicator: Communicator, options: TrainingOptions, arrays: TrainingArrays) -> None:
    try:
        for rows in trained_rows(arrays, options):
            for start in range(0, len(rows.view), _ROWS_AT_ONCE):
                part = rows.view[start : start + _ROWS_AT_ONCE]
                part[...] = communicator.broadcast(np.ascontiguousarray(part), 0)
    except Exception as error:
        raise DistributedError(f"rank {communicator.rank}: communication failed: {error}") from error
