"""How a command ends: its exit codes, and the exceptions that lead to them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ..errors import WordkinError

__all__ = [
    "CLOSED_PIPE",
    "FAILURE",
    "FORESEEN",
    "INTERRUPTED",
    "SUCCESS",
    "TERMINATED",
    "USAGE",
    "Terminated",
    "UsageError",
    "described",
    "manner",
    "termination_as_exception",
]

SUCCESS = 0
FAILURE = 1
USAGE = 2
INTERRUPTED = 130  # from here on as a shell tells of SIGINT, SIGPIPE and SIGTERM
CLOSED_PIPE = 141
TERMINATED = 143

# What bad input and bad luck raise. Anything else is a mistake of this program, and its traceback is wanted.
FORESEEN = (WordkinError, OSError, ValueError, TypeError, ArithmeticError, ImportError, MemoryError)


class UsageError(Exception):
    """The command line itself is wrong."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came. As Ctrl-C to all code that cleans up after one."""


@contextmanager
def termination_as_exception() -> Iterator[None]:
    """Let SIGTERM raise `Terminated` meanwhile; only the main thread may ask for that, others change nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise_terminated)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise_terminated(number: int, frame: Any) -> NoReturn:
    raise Terminated


def described(error: BaseException) -> str:
    """An error as one line for people."""
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
        if error.filename is not None:
            text = f"{os.fsdecode(error.filename)}: {text}"
    else:
        text = " ".join(str(error).split())
    return text or ("out of memory" if isinstance(error, MemoryError) else type(error).__name__)


def manner(stop: KeyboardInterrupt) -> str:
    """How work was stopped from outside, for people."""
    return "terminated" if isinstance(stop, Terminated) else "interrupted"
