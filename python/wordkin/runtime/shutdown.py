"""The end of the interpreter: calls of daemon threads are ended before it."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from types import FrameType

from .. import _core

_PACKAGE = __name__.partition(".")[0]
_SECONDS_TO_RETURN = 5.0  # for all threads together
_SECONDS_TO_END = 0.2  # for each thread that has returned
_POLL_SECONDS = 0.005


@atexit.register
def _end_calls() -> None:
    """Make the interruptible C++ calls of all other threads raise SystemExit, and wait for their callers.

    Such a call ends as after any exception: C++ threads are joined, checkpoints are saved, temporary files are removed.
    This runs when only daemon threads are left. Threads that do not return in time, because they run code of the user
    or are about to start another call, sleep once they ask for the interpreter lock, until the process has ended.
    """
    _core.begin_exit()
    deadline = time.monotonic() + _SECONDS_TO_RETURN
    for thread in threading.enumerate():
        entry = _entry(thread)
        if entry is None or thread is threading.current_thread():
            continue
        while _entry(thread) is entry and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if not isinstance(thread, threading._DummyThread):  # that of C code has no end to wait for
            thread.join(_SECONDS_TO_END)


def _entry(thread: threading.Thread) -> FrameType | None:
    """Return the call by which a thread has entered this package, or None."""
    frame, entry = sys._current_frames().get(thread.ident or 0), None
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE:
            entry = frame
        frame = frame.f_back
    return entry
