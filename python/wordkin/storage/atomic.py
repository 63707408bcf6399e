"""Atomic writes: new content goes to a temporary file, which replaces the old file in one step."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .paths import AnyPath, local_path

__all__ = ["OutputFile", "remove_abandoned", "replaced_file"]

# Linux truncates single writes at slightly less than 2 GiB.
_MAX_BYTES_PER_WRITE = 1 << 30

_PREFIX, _SUFFIX = ".wordkin-", ".tmp"
_ABANDONED_SECONDS = 600.0  # since the last write


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


@contextlib.contextmanager
def replaced_file(path: AnyPath) -> Iterator[OutputFile]:
    """Open a file for new content, which replaces the old content when the ``with`` block ends without an exception.

    If anything goes wrong before (an exception, a full disk, a killed process), the old file is unchanged or still
    missing. Symbolic links are followed, and permissions of an existing file are preserved. Pipes and devices cannot
    be replaced and are written directly.

    Parameters
    ----------
    path : path
        The file.

    Yields
    ------
    OutputFile
        The file for the new content.

    Raises
    ------
    OSError
        If the file cannot be written; no temporary file remains.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "greeting"
    >>> with replaced_file(target) as file:
    ...     _ = file.write(b"hello")
    >>> target.read_bytes()
    b'hello'
    """
    target = Path(os.path.realpath(local_path(path)))
    mode = _mode_of(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(f"the target must be a file, got the folder {target}")
    if mode is not None and not stat.S_ISREG(mode):
        with _written_directly(target) as file:
            yield file
        return
    # Not derived from the name of the target, which may be as long as the file system allows.
    temporary = target.with_name(f"{_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{_SUFFIX}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o666)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None  # hides the temporary name
    try:
        try:
            yield OutputFile(descriptor)
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(descriptor, stat.S_IMODE(mode))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def remove_abandoned(folder: Path) -> None:
    """Remove the temporary files of processes that were killed.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


def _mode_of(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _written_directly(target: Path) -> Iterator[OutputFile]:
    descriptor = os.open(target, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        yield OutputFile(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make the new directory entry durable, on systems where folders can be synced."""
    if os.name == "nt":
        return
    # The new content is already in place and synced, so a file system that cannot sync folders is not an error.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
