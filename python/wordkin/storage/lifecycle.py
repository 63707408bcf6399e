"""Lifecycle events: notes about the history of an object, in the form of gensim's `lifecycle_events`."""

from __future__ import annotations

import copy
import json
import logging
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from .._version import __version__
from ..errors import FormatError

__all__ = ["EventOwner", "events_of_metadata", "metadata_of_events", "record_event"]

logger = logging.getLogger(__name__)


class EventOwner(Protocol):
    """An object that keeps lifecycle events."""

    @property
    def lifecycle_events(self) -> list[dict[str, Any]] | None:
        """Events recorded so far, oldest first; None disables recording."""


def record_event(owner: EventOwner, event_name: str, log_level: int, details: Mapping[str, object]) -> None:
    """Record an event together with the time and the versions of the software.

    Events are recorded only on request, never automatically: files with equal content are therefore equal byte for
    byte, no matter when they were written.

    Parameters
    ----------
    owner : object
        The object that the event belongs to; the event is appended to its `lifecycle_events` unless that is None.
    event_name : str
        Name of the event, stored as ``event["event"]``.
    log_level : int
        Logging level of the message about the event; 0 or False logs nothing.
    details : mapping of str to object
        Further values to store; they must be serialisable as JSON.

    Raises
    ------
    TypeError
        If a value is not serialisable as JSON.

    Examples
    --------
    >>> class Model:
    ...     lifecycle_events = []
    >>> record_event(Model, "cleaned", 0, {"words": 3})
    >>> Model.lifecycle_events[0]["event"], Model.lifecycle_events[0]["words"]
    ('cleaned', 3)
    """
    event: dict[str, Any] = copy.deepcopy(dict(details)) | {
        "datetime": datetime.now().isoformat(),
        "wordkin": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "event": event_name,
    }
    json.dumps(event)  # raises TypeError here rather than when the object is saved
    if log_level:
        logger.log(log_level, "%s lifecycle event %s", type(owner).__name__, event)
    if owner.lifecycle_events is not None:
        owner.lifecycle_events.append(event)


def metadata_of_events(owner: EventOwner) -> dict[str, Any]:
    """Return the file metadata that stores the events of an object.

    Parameters
    ----------
    owner : EventOwner
        The object.

    Returns
    -------
    dict
        The metadata; empty if there are no events.
    """
    return {"lifecycle_events": owner.lifecycle_events} if owner.lifecycle_events else {}


def events_of_metadata(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events that are stored in file metadata.

    Parameters
    ----------
    metadata : mapping
        Metadata of a file.

    Returns
    -------
    list of dict
        The events.

    Raises
    ------
    FormatError
        If the stored value is not a list of JSON objects.
    """
    events = metadata.get("lifecycle_events", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise FormatError("lifecycle_events must be a list of objects")
    return events
