"""Locks on open files and folders, which end with the process that holds them."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where open files can be neither renamed nor removed
    fcntl = None  # type: ignore[assignment]

__all__ = ["CAN_LOCK", "locked_folder", "try_lock"]

CAN_LOCK = fcntl is not None
_HELD = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_FOLDER_SECONDS = 60.0


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file or folder until it is closed.

    Parameters
    ----------
    descriptor : int
        Descriptor of the file or folder.

    Returns
    -------
    bool or None
        True if it is locked now, False if another descriptor, of this process or another one, holds the lock. None if
        the system or the file system has no locks.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Exclude other processes and threads that lock the same folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Raises
    ------
    OSError
        If the folder cannot be opened, or remains locked for a minute.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        deadline = time.monotonic() + _FOLDER_SECONDS
        while try_lock(descriptor) is False:
            if time.monotonic() > deadline:
                raise BlockingIOError(errno.EAGAIN, "another process is replacing files", str(folder))
            time.sleep(0.005)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing does not suffice if a forked child has the descriptor
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
