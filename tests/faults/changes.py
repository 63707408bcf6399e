"""A change of an object under faults: whatever goes wrong within, the object is as before or as after the change.

`assert_all_or_nothing` applies a change to a fresh object once for each step at which it can go wrong: SIGINT arrives
before a line of Python that the change executes, in the package or in the libraries that it calls, or the allocation of
an array fails. By default, it takes a sample of the lines; the environment variable WORDKIN_ALL_FAULTS=1 makes it try
all of them.
"""

from __future__ import annotations

import _thread
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, Generic, TypeVar
from unittest import mock

import numpy as np

T = TypeVar("T")

TRIES_ALL = os.environ.get("WORDKIN_ALL_FAULTS", "0") != "0"

_SECONDS_OF_A_HANG = 30.0
_HANGS = "hangs"  # a lock is still held
# In all versions of Python, a signal can leave the lock of a handler held, and then block other threads that log. The
# caller of logging cannot prevent that.
_NOT_INTERRUPTED = {logging.__file__}
_ALLOCATORS = (
    "append", "arange", "array", "asarray", "ascontiguousarray", "concatenate", "empty", "empty_like", "frombuffer",
    "fromiter", "full", "ones", "ones_like", "vstack", "zeros", "zeros_like",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Change(Generic[T]):
    """A call that changes an object.

    Parameters
    ----------
    prepare : callable
        Returns a new object, always with the same content.
    apply : callable
        Changes the object.
    content : callable
        Returns everything that a user can see of the object, as bytes for example; raises if the parts of the object
        do not fit together. Saving and loading belong here.
    """

    prepare: Callable[[], T]
    apply: Callable[[T], object]
    content: Callable[[T], Any]


def assert_all_or_nothing(
    change: Change[T],
    *,
    lines: int = 60,
    allocations: bool = True,
) -> None:
    """Assert that a fault at any step of a change leaves the object as before or as after, and usable.

    Parameters
    ----------
    change : Change
        The change.
    lines : int, default 60
        Number of lines to try, evenly distributed, unless all are tried.
    allocations : bool, default True
        Whether allocations fail as well, with MemoryError.
    """
    changed = change.prepare()
    before = change.content(changed)
    change.apply(changed)
    after = change.content(changed)
    interruptions = _problems_at_lines(change, before, after, lines)
    faults = [f"KeyboardInterrupt at {location}: {problem}" for location, problem in interruptions]
    if allocations:
        failures = _problems_of_allocations(change, before, after)
        faults += [f"MemoryError of {location}: {problem}" for location, problem in failures]
    assert not faults, "\n" + "\n".join(faults)


def _problems_at_lines(change: Change[T], before: Any, after: Any, lines: int) -> Iterator[tuple[str, str]]:
    count = call_interrupted_at_line(partial(change.apply, change.prepare()), 0).steps
    step = 1 if TRIES_ALL else max(1, count // lines)
    for line in range(1, count + step, step):
        changed = change.prepare()
        fault = call_interrupted_at_line(partial(change.apply, changed), line)
        if fault.location and (problem := _problem_with(change, changed, before, after)):
            yield fault.location, problem
            if problem == _HANGS:  # so may all others, since the lock can be one that they share
                return


def _problems_of_allocations(change: Change[T], before: Any, after: Any) -> Iterator[tuple[str, str]]:
    count = 0
    while True:
        count += 1
        changed = change.prepare()
        fault = call_with_failing_allocation(partial(change.apply, changed), count)
        if not fault.location:
            return
        if problem := _problem_with(change, changed, before, after):
            yield fault.location, problem


def _problem_with(change: Change[T], changed: T, before: Any, after: Any) -> str | None:
    """Return what is wrong with an object after a fault, or None."""
    found: list[str | None] = [_HANGS]

    def check() -> None:
        try:
            now = change.content(changed)
            change.apply(changed)
            change.content(changed)
        except BaseException as error:
            found[0] = f"{type(error).__name__}: {error}"
        else:
            found[0] = None if now in (before, after) else "neither as before nor as after"

    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    thread.join(_SECONDS_OF_A_HANG)
    return found[0]


@dataclass
class Fault:
    """The outcome of a call in which a fault was injected.

    Parameters
    ----------
    steps : int
        Number of lines that were executed, or of calls that allocate.
    location : str
        File and line of the fault; empty if the call ended before.
    """

    steps: int = 0
    location: str = ""


class _Interrupter(dict[int, None]):
    """Looking up a signal makes it pending, in an instruction after which Python does not check for signals."""

    __missing__ = _thread.interrupt_main


def call_interrupted_at_line(call: Callable[[], object], number: int) -> Fault:
    """Call a function and send SIGINT before the n-th line that it executes; KeyboardInterrupt is swallowed.

    Python raises the exception where it checks for signals next, as it does for signals from outside: when a function
    begins, after a call, or at the end of a loop.

    Parameters
    ----------
    call : callable
        The function.
    number : int
        Number of the line, from 1; 0 to count the lines only.

    Returns
    -------
    Fault
        Whether and where the signal was sent.
    """
    fault = Fault()
    interrupt = _Interrupter()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and frame.f_code.co_filename not in _NOT_INTERRUPTED:
            fault.steps += 1
            if fault.steps == number:
                fault.location = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                sys.settrace(None)
                interrupt[signal.SIGINT]
                return None
        return trace

    previous = sys.gettrace(), signal.signal(signal.SIGINT, signal.default_int_handler), sys.unraisablehook
    sys.unraisablehook = lambda _: None  # an exception in a callback of a weak reference
    try:
        sys.settrace(trace)
        call()
        sys.settrace(None)
        _check_for_signals()
    except KeyboardInterrupt:
        if not fault.location:
            raise
    finally:
        sys.settrace(previous[0])
        signal.signal(signal.SIGINT, previous[1])
        sys.unraisablehook = previous[2]
    return fault


def _check_for_signals() -> None:
    for _ in range(3):
        pass


def call_with_failing_allocation(call: Callable[[], object], number: int) -> Fault:
    """Call a function and let the n-th call of a NumPy function that allocates raise MemoryError, which is swallowed.

    Parameters
    ----------
    call : callable
        The function.
    number : int
        Number of the allocation, from 1.

    Returns
    -------
    Fault
        Whether and where the error was raised.
    """
    fault = Fault()

    def failing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def allocate(*args: Any, **kwargs: Any) -> Any:
            fault.steps += 1
            if fault.steps == number:
                caller = sys._getframe(1)
                fault.location = f"numpy.{name} at {caller.f_code.co_filename}:{caller.f_lineno}"
                raise MemoryError("injected")
            return function(*args, **kwargs)

        return allocate

    replacements: dict[str, Any] = {name: failing(name, getattr(np, name)) for name in _ALLOCATORS}
    try:
        with mock.patch.multiple(np, **replacements):
            call()
    except Exception:  # the package may report it as an error of its own
        if not fault.location:
            raise
    return fault
