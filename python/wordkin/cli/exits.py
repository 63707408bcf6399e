"""Exit codes, and the exceptions that lead to them."""

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
    "EXPECTED_ERRORS",
    "INTERRUPTED",
    "SUCCESS",
    "TERMINATED",
    "USAGE",
    "Terminated",
    "UsageError",
    "error_text",
    "reason_of",
    "termination_as_exception",
]

SUCCESS = 0
FAILURE = 1
USAGE = 2
INTERRUPTED = 130  # this and the following are the codes that shells report for SIGINT, SIGPIPE and SIGTERM
CLOSED_PIPE = 141
TERMINATED = 143

# Errors caused by input or by the system. Any other exception is a bug, whose traceback is printed.
EXPECTED_ERRORS = (WordkinError, OSError, ValueError, TypeError, ArithmeticError, ImportError, MemoryError)


class UsageError(Exception):
    """The command line is invalid."""


class Terminated(KeyboardInterrupt):
    """SIGTERM was received; handled like Ctrl-C by code that cleans up."""


@contextmanager
def termination_as_exception() -> Iterator[None]:
    """Let SIGTERM raise `Terminated` within the ``with`` block; does nothing outside the main thread."""
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


def error_text(error: BaseException) -> str:
    """Return an error as one line of text.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    str
        The text.
    """
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror
        if error.filename is not None:
            text = f"{os.fsdecode(error.filename)}: {text}"
    else:
        text = " ".join(str(error).split())
    return text or ("out of memory" if isinstance(error, MemoryError) else type(error).__name__)


def reason_of(stop: KeyboardInterrupt) -> str:
    """Return how work was stopped.

    Parameters
    ----------
    stop : KeyboardInterrupt
        The exception that stopped it.

    Returns
    -------
    {"interrupted", "terminated"}
        The reason.
    """
    return "terminated" if isinstance(stop, Terminated) else "interrupted"
