"""The harness finds changes that are not atomic, and locks that stay held."""

from __future__ import annotations

import logging
import sys
import threading

import numpy as np
import pytest

from wordkin.runtime.locks import fork_safe_lock

from . import Change, assert_all_or_nothing, call_interrupted_at_line, changes


class Pair:
    """Two numbers that are always equal, to those who read them through `content`."""

    def __init__(self) -> None:
        self.lock = fork_safe_lock()
        self.both = (np.zeros(1), np.zeros(1))

    def change_one_by_one(self) -> None:
        self.both[0].fill(1)
        self.both[1].fill(1)

    def change_in_one_step(self) -> None:
        with self.lock:
            number = float(self.both[0][0]) + 1
            self.both = (np.full(1, number), np.full(1, number))

    def leave_the_lock_held(self) -> None:
        self.lock.acquire()
        self.both = (self.both[0] + 1, self.both[1] + 1)
        self.lock.release()

    def change_and_allocate(self) -> None:
        self.both[0][0] += 1
        self.both = (self.both[0], np.array([self.both[0][0]]))

    def content(self) -> bytes:
        return self.both[0].tobytes() + self.both[1].tobytes()


def test_a_change_in_one_step_passes() -> None:
    assert_all_or_nothing(Change(prepare=Pair, apply=Pair.change_in_one_step, content=Pair.content))


def test_a_change_in_two_steps_is_found() -> None:
    with pytest.raises(AssertionError, match=r"KeyboardInterrupt at .*: neither as before nor as after"):
        assert_all_or_nothing(Change(prepare=Pair, apply=Pair.change_one_by_one, content=Pair.content))


def test_an_allocation_between_two_changes_is_found() -> None:
    with pytest.raises(AssertionError, match=r"MemoryError of numpy.array at .*: neither as before nor as after"):
        assert_all_or_nothing(Change(prepare=Pair, apply=Pair.change_and_allocate, content=Pair.content), lines=1)


def test_a_lock_that_stays_held_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_SECONDS_OF_A_HANG", 0.2)
    with pytest.raises(AssertionError, match="hangs"):
        assert_all_or_nothing(Change(prepare=Pair, apply=Pair.leave_the_lock_held, content=Pair.content))


class Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        record.getMessage()


def test_the_locks_of_logging_stay_free() -> None:
    logger, handler = logging.Logger("test"), Handler()
    logger.addHandler(handler)
    line = 1
    while (fault := call_interrupted_at_line(lambda: logger.warning("text"), line)).location:
        thread = threading.Thread(target=logger.warning, args=["text"], daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive(), fault.location
        line += 1
    assert line > 2


# `fork_safe_lock` has no such gap.
@pytest.mark.xfail(sys.version_info >= (3, 14), reason="Python 3.14 interrupts `with`", strict=False)
def test_the_exit_of_a_with_statement_is_one_step_with_its_body() -> None:
    lock = threading.Lock()

    def use(numbers: list[int]) -> int:
        with lock:
            numbers.append(1)
        with lock:
            return len(numbers)

    line = 1
    while (fault := call_interrupted_at_line(lambda: use([]), line)).location:
        assert not lock.locked(), fault.location
        line += 1
    assert line > 3
