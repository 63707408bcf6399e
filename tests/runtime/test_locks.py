"""Locks in forked processes, and exclusive use of an object."""

from __future__ import annotations

import os
import threading
from _thread import RLock
from collections.abc import Callable

import pytest

from child_processes import check_in_fork
from faults import call_interrupted_at_line
from wordkin.runtime.locks import ExclusiveUse, fork_safe_lock

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def run_in_thread(function: Callable[[], object]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


@needs_fork
def test_a_lock_that_another_thread_holds_is_free_in_a_child() -> None:
    lock = fork_safe_lock()
    held, finished = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            finished.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()

    def child() -> None:
        with lock:
            pass

    try:
        check_in_fork(child)
        assert not lock.acquire(blocking=False)  # the parent's lock is unchanged
    finally:
        finished.set()
        thread.join()


@needs_fork
def test_a_lock_of_the_forking_thread_stays_locked_in_the_child() -> None:
    lock = fork_safe_lock()

    def child() -> None:
        acquired: list[bool] = []
        run_in_thread(lambda: acquired.append(lock.acquire(blocking=False)))
        lock.release()
        run_in_thread(lambda: acquired.append(lock.acquire(blocking=False)))
        assert acquired == [False, True]

    with lock:
        check_in_fork(child)


def test_the_thread_that_holds_a_lock_can_take_it_again() -> None:
    lock = fork_safe_lock()
    with lock, lock:
        pass


def test_an_interruption_at_any_line_leaves_no_lock_held() -> None:
    def work(lock: RLock) -> None:
        with lock:
            len("")
            with lock:
                len("")

    line = 1
    while True:
        lock = fork_safe_lock()
        fault = call_interrupted_at_line(lambda lock=lock: work(lock), line)  # type: ignore[misc]
        free: list[bool] = []
        run_in_thread(lambda lock=lock, free=free: free.append(lock.acquire(blocking=False)))  # type: ignore[misc]
        assert free == [True], fault.location
        if not fault.location:
            break
        line += 1
    assert line > 4


def test_use_is_refused_to_other_threads_and_to_callbacks() -> None:
    use = ExclusiveUse("busy")
    refused: list[str] = []

    def attempt() -> None:
        try:
            with use.claimed():
                pass
        except RuntimeError as error:
            refused.append(str(error))

    with use.claimed():
        attempt()
        run_in_thread(attempt)
    attempt()
    assert refused == ["busy", "busy"]


def test_a_claim_ends_with_an_exception() -> None:
    use = ExclusiveUse("busy")
    with pytest.raises(KeyboardInterrupt), use.claimed():
        raise KeyboardInterrupt
    with use.claimed():
        pass


def test_an_interruption_at_any_line_ends_a_claim() -> None:
    def work(use: ExclusiveUse) -> None:
        with use.claimed():
            len("")

    line = 1
    while True:
        use = ExclusiveUse("busy")
        fault = call_interrupted_at_line(lambda use=use: work(use), line)  # type: ignore[misc]
        with use.claimed():
            pass
        if not fault.location:
            break
        line += 1
    assert line > 20


@pytest.mark.parametrize("forks_in_claiming_thread", [True, False])
@needs_fork
def test_a_child_can_claim_what_its_parent_has_claimed(forks_in_claiming_thread: bool) -> None:
    use = ExclusiveUse("busy")
    checked: list[bool] = []

    def child() -> None:
        with use.claimed():
            pass

    def fork() -> None:
        check_in_fork(child)
        checked.append(True)

    with use.claimed():
        if forks_in_claiming_thread:
            fork()
        else:
            run_in_thread(fork)
        with pytest.raises(RuntimeError), use.claimed():
            pass
    assert checked


@needs_fork
def test_a_child_that_leaves_a_block_of_its_parent_keeps_its_own_claims() -> None:
    use = ExclusiveUse("busy")
    block = use.claimed()
    block.__enter__()

    def child() -> None:
        with use.claimed():
            block.__exit__(None, None, None)
            with pytest.raises(RuntimeError), use.claimed():
                pass

    check_in_fork(child)
    block.__exit__(None, None, None)
