"""Lifecycle events are recorded on request, logged, and stored as metadata of files."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import pytest

from wordkin import __version__
from wordkin.errors import FormatError
from wordkin.storage.lifecycle import events_of_metadata, metadata_of_events, record_event


class Model:
    def __init__(self, events: list[dict[str, Any]] | None) -> None:
        self.lifecycle_events = events


def test_events_have_details_time_and_versions() -> None:
    model, words = Model([]), ["a"]
    record_event(model, "cleaned", 0, {"words": words})
    words.append("b")
    assert model.lifecycle_events is not None
    (event,) = model.lifecycle_events
    assert event.keys() == {"words", "datetime", "wordkin", "python", "platform", "event"}
    assert (event["event"], event["words"], event["wordkin"]) == ("cleaned", ["a"], __version__)
    assert datetime.fromisoformat(event["datetime"]) <= datetime.now()


@pytest.mark.parametrize(("log_level", "messages"), [(0, 0), (False, 0), (logging.INFO, 1)])
def test_events_are_logged_at_the_given_level(caplog: pytest.LogCaptureFixture, log_level: int, messages: int) -> None:
    with caplog.at_level(logging.DEBUG, "wordkin"):
        record_event(Model([]), "cleaned", log_level, {})
    assert len(caplog.records) == messages
    assert all("Model lifecycle event" in record.getMessage() for record in caplog.records)


def test_recording_can_be_disabled() -> None:
    model = Model(None)
    record_event(model, "cleaned", 0, {})
    assert model.lifecycle_events is None
    assert metadata_of_events(model) == {}


def test_details_that_json_cannot_represent_are_rejected() -> None:
    model = Model([])
    with pytest.raises(TypeError):
        record_event(model, "cleaned", 0, {"words": {"a", "b"}})
    assert model.lifecycle_events == []


def test_events_round_trip_as_metadata() -> None:
    model = Model([{"event": "created"}])
    assert events_of_metadata(metadata_of_events(model)) == model.lifecycle_events
    assert metadata_of_events(Model([])) == {}
    assert events_of_metadata({}) == []


@pytest.mark.parametrize("stored", [None, {}, "created", ["created"], [[]]])
def test_invalid_metadata_are_rejected(stored: Any) -> None:
    with pytest.raises(FormatError, match="lifecycle_events must be a list of objects"):
        events_of_metadata({"lifecycle_events": stored})
