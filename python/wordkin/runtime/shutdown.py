"""The end of the interpreter: calls of daemon threads are ended before it."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from types import FrameType

from .. import _core

_PACKAGE = __name__.partition(".")[0]
_OWN_THREADS = "wordkin-"  # the names of threads that this package starts begin with it
_SECONDS_TO_RETURN = 5.0  # for all threads together
_SECONDS_TO_END = 0.2  # for each thread that has returned
_POLL_SECONDS = 0.005


@atexit.register
def _end_calls() -> None:
    """Make the calls of all other threads raise SystemExit, and wait for their callers.

    A call ends as after any exception: C++ threads are joined, checkpoints are saved, temporary files are removed. If
    the thread then makes another call, that one ends as well. No call may be within NumPy when the process ends:
    OpenBLAS ends its threads then, and may wait forever for one that is computing.

    This runs when only daemon threads are left. Threads that do not return in time, because they run code of the user,
    sleep once they ask for the interpreter lock, until the process has ended.
    """
    deadline = time.monotonic() + _SECONDS_TO_RETURN
    ended: dict[threading.Thread, FrameType] = {}
    while True:
        entries = _entries()
        new = [thread for thread, entry in entries.items() if ended.get(thread) is not entry and _is_callers(thread)]
        _core.end_calls([thread.ident or 0 for thread in new])
        ended.update(entries)
        if not entries or time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    for thread in ended:
        if not isinstance(thread, threading._DummyThread):  # that of C code has no end to wait for
            thread.join(_SECONDS_TO_END)


def _entries() -> dict[threading.Thread, FrameType]:
    """Return the call by which each of the other threads that are within this package has entered it."""
    found = ((thread, _entry(thread)) for thread in threading.enumerate() if thread is not threading.current_thread())
    return {thread: entry for thread, entry in found if entry is not None}


def _is_callers(thread: threading.Thread) -> bool:
    """Return whether a thread is not one of this package, such as the one that saves the last checkpoint of a call."""
    return not thread.name.startswith(_OWN_THREADS)


def _entry(thread: threading.Thread) -> FrameType | None:
    """Return the call by which a thread has entered this package, or None."""
    frame, entry = sys._current_frames().get(thread.ident or 0), None
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE:
            entry = frame
        frame = frame.f_back
    return entry
