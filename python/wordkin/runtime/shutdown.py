"""Cancellation of C++ work in daemon threads before the interpreter exits."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["cancel_at_exit"]

_SECONDS_TO_STOP = 5.0  # for each cancellation


@contextmanager
def cancel_at_exit(*cancellations: Callable[[], object]) -> Iterator[None]:
    """Cancel the work of the ``with`` block when the interpreter exits, and wait briefly until it has stopped.

    A thread that is still in C++ when the interpreter exits would be unwound by force, which aborts the process.

    Parameters
    ----------
    *cancellations : callable
        Called from the main thread in order, each only if the work has not stopped within 5 seconds of the previous
        call. A RuntimeError that the work raises afterwards ends its thread silently.

    Examples
    --------
    >>> with cancel_at_exit():
    ...     pass
    """
    has_stopped = threading.Event()
    process = os.getpid()
    is_exiting = False

    def cancel() -> None:
        nonlocal is_exiting
        if os.getpid() != process:  # a forked child does not have the thread that it would wait for
            return
        is_exiting = True
        for cancellation in cancellations:
            cancellation()
            if has_stopped.wait(_SECONDS_TO_STOP):
                return

    atexit.register(cancel)
    try:
        yield
    except RuntimeError:
        if is_exiting:
            raise SystemExit from None
        raise
    finally:
        has_stopped.set()
        atexit.unregister(cancel)
