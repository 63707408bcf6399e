"""New content of a file: written to a temporary file in the same folder, which replaces the old content in one step.

A temporary file is locked as long as the process that writes it lives, so that other processes can distinguish work in
progress from leftovers.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .locks import CAN_LOCK, try_lock

__all__ = ["TEMPORARY_NAME", "OutputFile", "StagedFile", "abandoned", "sync_folder"]

TEMPORARY_NAME = re.compile(r"\.wordkin-[0-9a-f]{16}\.tmp")

# Linux truncates single writes at slightly less than 2 GiB.
_MAX_BYTES_PER_WRITE = 1 << 30
_ABANDONED_SECONDS = 600.0  # since the last write, where files cannot be locked


class OutputFile:
    """A file open for writing: every byte is written, or OSError is raised.

    Parameters
    ----------
    descriptor : int
        Descriptor of the open file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: Any) -> int:
        """Write a bytes-like object completely.

        Parameters
        ----------
        data : bytes-like
            The data.

        Returns
        -------
        int
            Size in bytes.
        """
        view = memoryview(data)
        if view.nbytes == 0:
            return 0
        rest = view.cast("B")
        while len(rest):
            rest = rest[os.write(self._descriptor, rest[:_MAX_BYTES_PER_WRITE]) :]
        return view.nbytes

    def rewrite_start(self, data: bytes) -> None:
        """Overwrite the first bytes of the file; later writes append to its end.

        Parameters
        ----------
        data : bytes
            The new first bytes.
        """
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self.write(data)
        os.lseek(self._descriptor, 0, os.SEEK_END)


class StagedFile:
    """New content for a file. After an exception, call `discard`.

    Parameters
    ----------
    target : Path
        The file to be replaced, without symbolic links. Its permissions are preserved.
    folder : Path, optional
        Folder of the temporary file; by default that of the target.

    Attributes
    ----------
    target : Path
        The file to be replaced.
    path : Path
        The temporary file.
    file : OutputFile
        The temporary file, open for writing.

    Raises
    ------
    OSError
        If the temporary file cannot be created; the error names the target.
    """

    def __init__(self, target: Path, folder: Path | None = None) -> None:
        self.target = target
        self._folder = target.parent if folder is None else folder
        self._process = os.getpid()
        try:
            self._create()
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(target)) from None  # hides the temporary name

    def _create(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        while True:
            # Not derived from the name of the target, which may be as long as the file system allows.
            self.path = self._folder / f".wordkin-{os.urandom(8).hex()}.tmp"
            self._descriptor: int | None = None
            try:
                self._descriptor = os.open(self.path, flags, 0o666)
                self.file = OutputFile(self._descriptor)
                # Before it is locked, another process may take the file for a leftover.
                if try_lock(self._descriptor) is not False and os.fstat(self._descriptor).st_nlink:
                    return
            except BaseException:
                self.discard()
                raise
            self.discard()

    def complete(self) -> None:
        """Make the content durable, and give it the permissions of the target."""
        assert self._descriptor is not None
        with contextlib.suppress(FileNotFoundError):
            mode = self.target.stat().st_mode
            if hasattr(os, "fchmod"):
                os.fchmod(self._descriptor, stat.S_IMODE(mode))
        os.fsync(self._descriptor)
        if not CAN_LOCK:  # Windows renames no open files
            self.close()

    def publish(self) -> None:
        """Replace the target by the complete content."""
        # Closed after the renaming, because the temporary file would look abandoned without the lock.
        self.path.replace(self.target)
        with contextlib.suppress(OSError):  # says nothing about content that has been synced
            self.close()

    def close(self) -> None:
        """Close the temporary file, which remains."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def discard(self) -> None:
        """Remove the temporary file if it still exists; in a forked child, leave it to the parent."""
        with contextlib.suppress(OSError):
            self.close()
        if self._process == os.getpid():
            with contextlib.suppress(OSError):
                self.path.unlink()

    def __del__(self) -> None:
        # An interrupt may come before the caller holds this object.
        if getattr(self, "_descriptor", None) is not None:
            self.discard()


@contextlib.contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Examine whether the process that wrote a temporary file has ended, and lock the file for the ``with`` block.

    Its lock shows a process that has just created the file that it must use another one.

    Parameters
    ----------
    path : Path
        The temporary file.

    Yields
    ------
    bool
        Whether the file will not be completed. If it cannot be locked, or has the name of a file of earlier versions,
        which locked none, whether it was written more than ten minutes ago.

    Raises
    ------
    OSError
        If the file cannot be examined.
    """
    # Whatever has this name, opening it must neither wait nor follow a link.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags)
    try:
        is_free = try_lock(descriptor) if TEMPORARY_NAME.fullmatch(path.name) else None
        if is_free is None:
            is_free = time.time() - os.fstat(descriptor).st_mtime > _ABANDONED_SECONDS
            if not CAN_LOCK:  # Windows removes no open files
                os.close(descriptor)
                descriptor = -1
        yield is_free
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable, on systems where folders can be synced.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    if os.name == "nt":
        return
    # The new content is already in place and synced, so a file system that cannot sync folders is not an error.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
