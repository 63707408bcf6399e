"""Callbacks are checked before training and notified in order."""

from __future__ import annotations

from typing import Any

import pytest

from wordkin.runtime.callbacks import checked_callbacks, notify

EVENTS = ("on_train_begin", "on_train_end")


class Begin:
    """Handles one of the events."""

    def __init__(self, calls: list[tuple[Any, ...]]) -> None:
        self._calls = calls

    def on_train_begin(self, *arguments: Any) -> None:
        self._calls.append((self, *arguments))


def test_any_iterable_of_callbacks_becomes_a_tuple() -> None:
    callback = Begin([])
    assert checked_callbacks([callback], EVENTS, "callbacks") == (callback,)
    assert checked_callbacks(iter([callback]), EVENTS, "callbacks") == (callback,)
    assert checked_callbacks((), EVENTS, "callbacks") == ()


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (None, "callbacks must be an iterable of observers, got NoneType"),
        (Begin([]), "callbacks must be an iterable of observers, got Begin"),
        ([print], "callbacks must have one of the methods on_train_begin, on_train_end, got <built-in function print>"),
    ],
)
def test_invalid_callbacks_are_rejected(callbacks: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        checked_callbacks(callbacks, EVENTS, "observers")
    assert str(caught.value) == message


def test_callbacks_are_notified_in_order_of_the_events_that_they_handle() -> None:
    calls: list[tuple[Any, ...]] = []
    first, second = Begin(calls), Begin(calls)
    notify([first, object(), second], "on_train_begin", "model", 3)
    notify([first, second], "on_train_end", "model")
    assert calls == [(first, "model", 3), (second, "model", 3)]


def test_an_exception_of_a_callback_stops_the_notification() -> None:
    class Failing:
        def on_train_begin(self) -> None:
            raise LookupError("from the callback")

    calls: list[tuple[Any, ...]] = []
    with pytest.raises(LookupError, match="from the callback"):
        notify([Failing(), Begin(calls)], "on_train_begin")
    assert calls == []
