"""Ctrl-C and SIGTERM that wait for a moment at which work can stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["DeferredSignals"]


class DeferredSignals:
    """Context manager within which the first SIGINT or SIGTERM is only noted; the second one acts at once.

    Signals reach the main thread; elsewhere, and if it is not active, it does nothing.

    Parameters
    ----------
    active : bool, default True
        Whether signals are deferred.

    Examples
    --------
    >>> with DeferredSignals() as signals:
    ...     signals.name is None
    True
    """

    def __init__(self, active: bool = True) -> None:
        self._active = active
        self._number: int | None = None
        self._handlers: dict[int, Any] = {}

    @property
    def name(self) -> str | None:
        """Name of the signal that was received; None if there was none."""
        return None if self._number is None else signal.Signals(self._number).name

    def __enter__(self) -> DeferredSignals:
        if self._active and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if handler not in (None, signal.SIG_IGN):
                    self._handlers[number] = handler
                    signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        is_second = self._number is not None
        self._number = number
        if is_second:
            self.deliver()

    def deliver(self) -> None:
        """Let the signal that was received, if there was one, do what it does outside of the ``with`` block."""
        self._restore()
        number, self._number = self._number, None
        if number is not None:
            signal.raise_signal(number)

    def _restore(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}

    def __exit__(self, *exception: object) -> None:
        self.deliver()
