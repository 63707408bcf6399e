"""The end of the interpreter: calls of daemon threads are ended before it."""

from __future__ import annotations

import atexit
import sys
import threading
import time

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
        if thread is not threading.current_thread() and _is_inside(thread):
            while _is_inside(thread) and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
            if not isinstance(thread, threading._DummyThread):  # that of C code has no end to wait for
                thread.join(_SECONDS_TO_END)


def _is_inside(thread: threading.Thread) -> bool:
    """Return whether a thread runs a function of this package, or one that such a function has called."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == _PACKAGE:
            return True
        frame = frame.f_back
    return False
