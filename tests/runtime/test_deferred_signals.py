"""Signals wait until they are delivered, and the handlers are those of before."""

from __future__ import annotations

import signal
import threading

import pytest

from wordkin.runtime.deferred_signals import DeferredSignals


class Received(Exception):
    pass


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request: pytest.FixtureRequest) -> object:
    def handle(number: int, frame: object) -> None:
        raise Received

    before = signal.signal(request.param, handle)
    yield request.param
    assert signal.getsignal(request.param) is handle
    signal.signal(request.param, before)


def test_a_signal_waits_until_it_is_delivered(number: int) -> None:
    with DeferredSignals() as signals:
        assert signals.name is None
        signal.raise_signal(number)
        assert signals.name == signal.Signals(number).name
        with pytest.raises(Received):
            signals.deliver()
        assert signals.name is None


def test_a_signal_that_was_not_delivered_acts_at_the_end(number: int) -> None:
    with pytest.raises(Received), DeferredSignals():
        signal.raise_signal(number)


def test_the_second_signal_acts_at_once(number: int) -> None:
    with DeferredSignals():
        signal.raise_signal(number)
        with pytest.raises(Received):
            signal.raise_signal(number)


def test_inactive(number: int) -> None:
    with DeferredSignals(active=False), pytest.raises(Received):
        signal.raise_signal(number)


def test_other_threads_do_nothing(number: int) -> None:
    found = []

    def work() -> None:
        with DeferredSignals() as signals:
            found.append(signals.name)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [None]
