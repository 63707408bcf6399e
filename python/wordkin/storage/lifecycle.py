"""Lifecycle events: what a user notes about a model (gensim's `lifecycle_events`), saved in the model's file."""

from __future__ import annotations

import copy
import json
import logging
import platform
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from ..errors import FormatError

__all__ = ["LifecycleEvents", "events_of_metadata", "metadata_of_events", "record_event"]

logger = logging.getLogger(__name__)


class _HasEvents(Protocol):
    lifecycle_events: list[dict[str, Any]] | None


def record_event(owner: _HasEvents, name: str, log_level: int, details: Mapping[str, object], *, kind: str) -> None:
    """Append an event, with the time and the versions, to the events of `owner`.

    Parameters
    ----------
    owner : object
        Its attribute `lifecycle_events` is a list, or None if no events are to be kept.
    name : str
        Name of the event, stored as ``event["event"]``.
    log_level : int
        Level of the log message; 0 for no message.
    details : mapping
        Further values to store; they must be JSON-serialisable.
    kind : str
        Class name of the model, for the log message.

    Raises
    ------
    TypeError
        If a value is not JSON-serialisable.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(lifecycle_events=[])
    >>> record_event(model, "checked", 0, {"by": "me"}, kind="Word2Vec")
    >>> model.lifecycle_events[0]["event"], model.lifecycle_events[0]["by"]
    ('checked', 'me')
    """
    from .._version import __version__

    event = copy.deepcopy(dict(details)) | {
        "datetime": datetime.now().isoformat(),
        "wordkin": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "event": name,
    }
    json.dumps(event)  # raises TypeError now rather than when the model is saved
    if log_level:
        logger.log(log_level, "%s lifecycle event %s", kind, event)
    if owner.lifecycle_events is not None:
        owner.lifecycle_events.append(event)


class LifecycleEvents:
    """Base class of models that keep lifecycle events.

    Attributes
    ----------
    lifecycle_events : list of dict, or None
        Events added by the user; None disables recording.
    """

    lifecycle_events: list[dict[str, Any]] | None

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        """Record an event; see `record_event`."""
        record_event(self, event_name, log_level, event, kind=type(self).__name__)


def metadata_of_events(owner: _HasEvents) -> dict[str, Any]:
    """Return the metadata entry that stores the events of `owner`; empty if it has none.

    Parameters
    ----------
    owner : object
        Its attribute `lifecycle_events` holds the events.

    Returns
    -------
    dict
        ``{"lifecycle_events": [...]}`` or ``{}``.
    """
    return {"lifecycle_events": owner.lifecycle_events} if owner.lifecycle_events else {}


def events_of_metadata(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events that `metadata_of_events` stored.

    Parameters
    ----------
    metadata : dict
        Metadata of a model file.

    Returns
    -------
    list of dict
        Empty if the file holds no events.

    Raises
    ------
    FormatError
        If the entry is not a list of objects.
    """
    events = metadata.get("lifecycle_events", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise FormatError("lifecycle_events must be a list of objects")
    return events
