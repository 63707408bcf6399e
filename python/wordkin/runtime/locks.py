"""Locks that a forked process can use, whatever the other threads of its parent were doing."""

from __future__ import annotations

import os
import sys
import weakref
from _thread import RLock
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ExclusiveUse", "fork_safe_lock"]

# Since Python 3.14, a signal can interrupt a `with` statement between the call of `__enter__`, if that is a C function,
# and the block, so that the lock would stay held. It cannot interrupt the return of a function of Python.
if sys.version_info >= (3, 14):

    class _Lock(RLock):  # type: ignore[misc]  # final, but only in its type stub
        def __enter__(self) -> bool:  # type: ignore[override]  # without the parameters of `acquire`
            depth = self._recursion_count()  # type: ignore[attr-defined]  # only documented in CPython
            try:
                return self.acquire()
            except BaseException:
                if self._recursion_count() > depth:  # type: ignore[attr-defined]
                    self.release()
                raise

else:
    _Lock = RLock

# The only way to reach the locks in a forked process, because functions registered with `os` cannot be unregistered.
_locks: weakref.WeakSet[RLock] = weakref.WeakSet()


def fork_safe_lock() -> RLock:
    """Return a reentrant lock that is free in a forked process if another thread held it in the parent.

    A forked process has only the thread that forked: a lock that another thread held would stay locked forever. What
    the lock guards must therefore be consistent at all times for readers, for example by replacing one reference.

    Returns
    -------
    RLock
        The lock. Use it in a ``with`` statement: an interruption cannot leave it locked.

    Examples
    --------
    >>> lock = fork_safe_lock()
    >>> with lock:
    ...     pass
    """
    lock = _Lock()
    _locks.add(lock)
    return lock


def _release_locks_of_lost_threads() -> None:
    for lock in _locks:
        if not lock._is_owned():  # type: ignore[attr-defined]  # the thread that forked will release its own locks
            lock._at_fork_reinit()  # type: ignore[attr-defined]  # for this purpose, but only documented in CPython


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_locks_of_lost_threads)


class ExclusiveUse:
    """Refuse work on an object while other work on it continues in this process.

    Parameters
    ----------
    message : str
        Message of the exception.

    Examples
    --------
    >>> training = ExclusiveUse("this model is already being trained")
    >>> with training.claimed():
    ...     with training.claimed():
    ...         pass
    Traceback (most recent call last):
    RuntimeError: this model is already being trained
    """

    def __init__(self, message: str) -> None:
        self._message = message
        self._lock = fork_safe_lock()
        self._last: weakref.ref[_Claim] | None = None

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Claim the object for the ``with`` block.

        Raises
        ------
        RuntimeError
            If it is claimed by another thread, or by a caller of this code.
        """
        claim = _Claim(os.getpid())  # valid for as long as this block exists: an interruption at any point releases it
        with self._lock:
            last = None if self._last is None else self._last()
            # The claim of a parent process is not valid in its children.
            if last is not None and last.is_valid and last.process == claim.process:
                raise RuntimeError(self._message)
            self._last = weakref.ref(claim)
        try:
            yield
        finally:
            claim.is_valid = False  # a single step, which no signal can interrupt


class _Claim:
    __slots__ = ("__weakref__", "is_valid", "process")

    def __init__(self, process: int) -> None:
        self.process = process
        self.is_valid = True
