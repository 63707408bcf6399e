"""Agreement of all ranks: equal settings, and whether one of them has failed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import DistributedError
from .communicator import Communicator

__all__ = ["description_of", "gathered_objects", "joint_work", "raise_failures", "require_agreement"]


def gathered_objects(communicator: Communicator, value: object) -> list[Any]:
    """Return the values of all ranks.

    Parameters
    ----------
    communicator : Communicator
        The group.
    value : JSON value
        The value of this rank.

    Returns
    -------
    list
        The values by rank.

    Raises
    ------
    DistributedError
        If the ranks cannot communicate.
    """
    sent = np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)
    try:
        received = communicator.allgather(sent)
    except Exception as error:
        raise DistributedError(f"rank {communicator.rank}: communication failed: {error}") from error
    return [json.loads(part.tobytes()) for part in received]


def require_agreement(communicator: Communicator, facts: Mapping[str, object]) -> None:
    """Raise an error on every rank if one of them differs from the others.

    Parameters
    ----------
    communicator : Communicator
        The group.
    facts : mapping of str to JSON value
        What must be equal on all ranks, by name.

    Raises
    ------
    DistributedError
        If a fact differs; the message has its name, two ranks and their values.
    """
    everyone = gathered_objects(communicator, dict(facts))
    for name in dict.fromkeys(name for found in everyone for name in found):
        values = [found.get(name) for found in everyone]
        for rank, value in enumerate(values):
            if value != values[0]:
                raise DistributedError(
                    f"all ranks must have the same {name}, but rank 0 has {values[0]!r:.200} and rank {rank} has "
                    f"{value!r:.200}"
                )


@contextmanager
def joint_work(communicator: Communicator, what: str) -> Iterator[None]:
    """Let all ranks know whether the work of each has succeeded; the work itself does not communicate.

    Parameters
    ----------
    communicator : Communicator
        The group.
    what : str
        The work, for error messages.

    Yields
    ------
    None
        During the work.

    Raises
    ------
    DistributedError
        If another rank has failed; its own exception is raised on the rank that has failed.
    """
    try:
        yield
    except BaseException as error:
        gathered_objects(communicator, description_of(error))
        raise
    raise_failures(gathered_objects(communicator, None), what)


def description_of(error: BaseException) -> str:
    """Return the kind and the message of an exception.

    Parameters
    ----------
    error : BaseException
        The exception.

    Returns
    -------
    str
        Its description in one line.
    """
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def raise_failures(failures: list[Any], what: str) -> None:
    """Raise an error if a rank has failed.

    Parameters
    ----------
    failures : list of str or None
        Description of the failure of each rank.
    what : str
        What the ranks were doing.

    Raises
    ------
    DistributedError
        If there is a failure; the message names the first rank that has failed.
    """
    for rank, failure in enumerate(failures):
        if failure is not None:
            raise DistributedError(f"{what} ended because rank {rank} failed: {failure}")
