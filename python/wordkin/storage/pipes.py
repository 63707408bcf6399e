"""Pipes, terminals and other input that a read may have to wait for: signals interrupt the wait at any time."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from typing import Any, BinaryIO, cast

if sys.platform != "win32":
    import select

__all__ = ["interruptible", "open_interruptibly"]

_POLL_MILLISECONDS = 100


def open_interruptibly(path: Path) -> BinaryIO:
    """Open a file for reading; if it is not a regular file, signals interrupt waiting for its writer and its data.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    BinaryIO
        The file.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    is_named_pipe = sys.platform == "linux" and stat.S_ISFIFO(path.stat().st_mode)
    raw = io.FileIO(path, "rb", opener=_open_without_writer if is_named_pipe else None)
    try:
        return cast("BinaryIO", io.BufferedReader(raw if _is_regular(raw) else _PolledFile(raw, raw.name)))
    except BaseException:
        raw.close()
        raise


def interruptible(file: BinaryIO) -> BinaryIO:
    """Return a file whose reads are interrupted by signals at any time.

    A signal that arrives after Python's last check and before a blocking system call would be noticed only when that
    call returns.

    Parameters
    ----------
    file : BinaryIO
        The file, from which nothing has been read.

    Returns
    -------
    BinaryIO
        The file itself if it is a regular file or no file of the system; otherwise a file that leaves it open.
    """
    raw = getattr(file, "raw", None)
    if not isinstance(raw, io.FileIO) or _is_regular(raw):
        return file
    shared = io.FileIO(raw.fileno(), "rb", closefd=False)
    return cast("BinaryIO", io.BufferedReader(_PolledFile(shared, file.name)))


def _is_regular(file: io.FileIO) -> bool:
    # On Windows, only sockets can be polled.
    return sys.platform == "win32" or stat.S_ISREG(os.fstat(file.fileno()).st_mode)


class _PolledFile(io.RawIOBase):
    """A file that is read only when it has data or has ended."""

    def __init__(self, file: io.FileIO, name: Any) -> None:
        self.name = name
        self._file = file
        self._poll = select.poll()
        self._poll.register(file.fileno(), select.POLLIN)

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file.fileno()

    def readinto(self, buffer: Any) -> int | None:
        while not self._poll.poll(_POLL_MILLISECONDS):
            pass  # Python handles signals here
        return self._file.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def _open_without_writer(path: str, flags: int) -> int:
    # Linux does not report the end of a named pipe before a writer has opened it, so that poll can wait for the writer.
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor
