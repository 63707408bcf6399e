"""What happened to an object, as its owner notes it: gensim's `lifecycle_events`."""

from __future__ import annotations

import copy
import json
import logging
import platform
import sys
from datetime import datetime
from typing import Any

from ..errors import FormatError

__all__ = ["LifecycleEvents", "events_of_metadata", "metadata_of_events"]

logger = logging.getLogger(__name__)


class LifecycleEvents:
    """Keeps events in a list, and in the files of the object.

    Only what is added by hand is in it: files of equal content are equal whenever they were written.

    Attributes
    ----------
    lifecycle_events : list of dict, or None
        None: nothing is kept from now on.
    """

    lifecycle_events: list[dict[str, Any]] | None

    def add_lifecycle_event(self, event_name: str, log_level: int = logging.INFO, **event: Any) -> None:
        """Note an event with the time and the versions.

        Parameters
        ----------
        event_name : str
            Kept as ``event["event"]``.
        log_level : int
            Level of the message in the log; 0 or False for none.
        **event
            More to keep, of what JSON can say.

        Raises
        ------
        TypeError
            If a value is of another kind.
        """
        from .._version import __version__

        noted = copy.deepcopy(event) | {
            "datetime": datetime.now().isoformat(),
            "wordkin": __version__,
            "python": sys.version,
            "platform": platform.platform(),
            "event": event_name,
        }
        json.dumps(noted)  # raises TypeError now rather than when it is saved
        if log_level:
            logger.log(log_level, "%s lifecycle event %s", type(self).__name__, noted)
        if self.lifecycle_events is not None:
            self.lifecycle_events.append(noted)


def metadata_of_events(owner: LifecycleEvents) -> dict[str, Any]:
    """What a file of `owner` says about its events: nothing when there are none."""
    return {"lifecycle_events": owner.lifecycle_events} if owner.lifecycle_events else {}


def events_of_metadata(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The events that `metadata_of_events` described.

    Raises
    ------
    FormatError
        If they are no list of dicts.
    """
    events = metadata.get("lifecycle_events", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise FormatError("lifecycle_events must be a list of objects")
    return events
