"""Threads of C++ and the end of the interpreter: work of a daemon thread stops before Python does."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["ended_with_interpreter"]

_SECONDS_TO_END = 5.0  # for each way of asking


@contextmanager
def ended_with_interpreter(*ways: Callable[[], object]) -> Iterator[None]:
    """Ask the work of this block to end when the interpreter does, and wait for it a little.

    A thread that waits in C++ when the interpreter ends is unwound by force, which takes the process down.

    Parameters
    ----------
    *ways
        How to ask, called from the main thread one after the other, the next when the one before has not helped in
        time. A RuntimeError that the work raises then ends its thread in silence.

    Examples
    --------
    >>> with ended_with_interpreter():
    ...     pass
    """
    has_ended = threading.Event()
    process = os.getpid()
    is_exiting = False

    def end() -> None:
        nonlocal is_exiting
        if os.getpid() != process:  # a child has no threads to wait for
            return
        is_exiting = True
        for ask in ways:
            ask()
            if has_ended.wait(_SECONDS_TO_END):
                return

    atexit.register(end)
    try:
        yield
    except RuntimeError:
        if is_exiting:
            raise SystemExit from None
        raise
    finally:
        has_ended.set()
        atexit.unregister(end)
