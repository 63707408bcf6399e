"""Writing a file whole or not at all: the new content gets a name of its own and replaces the old in one step."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .paths import AnyPath, local_path

__all__ = ["OutputFile", "remove_abandoned", "replaced_file", "replaced_path"]

# POSIX leaves the result of larger single writes to the system; Linux cuts them a little under 2 GiB.
_MOST_PER_WRITE = 1 << 30

_PREFIX, _SUFFIX = ".wordkin-", ".tmp"
_ABANDONED_SECONDS = 600.0  # since anything was written to it


class OutputFile:
    """A file open for writing: every byte given is written, or the system's error is raised."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: Any) -> int:
        """Write all of a bytes-like object; return its length in bytes."""
        view = memoryview(data)
        if view.nbytes == 0:
            return 0
        rest = view.cast("B")
        while len(rest):
            rest = rest[os.write(self._descriptor, rest[:_MOST_PER_WRITE]) :]
        return view.nbytes

    def rewrite_start(self, data: bytes) -> None:
        """Put `data` over the first bytes of the file; what is written next goes to its end again."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self.write(data)
        os.lseek(self._descriptor, 0, os.SEEK_END)


@contextlib.contextmanager
def replaced_file(path: AnyPath) -> Iterator[OutputFile]:
    """Open `path` for new content that takes the place of the old when the block ends without an error.

    Whatever happens before (an exception, a full disk, a kill), `path` holds the old content or does not exist, as
    before. A link is followed, the permissions of an existing file are kept. Pipes and devices cannot be replaced and
    are written directly.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left behind.

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
        raise IsADirectoryError(f"{target} is a folder; a file name is needed")
    if mode is not None and not stat.S_ISREG(mode):
        with _written_directly(target) as file:
            yield file
        return
    # Not derived from the target's name, which may already be as long as the file system allows.
    temporary = target.with_name(f"{_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{_SUFFIX}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o666)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None  # the user knows no temporary name
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


@contextlib.contextmanager
def replaced_path(path: AnyPath) -> Iterator[Path]:
    """Give the name of a new file in the same folder, for libraries that open files by name; see `replaced_file`.

    Raises
    ------
    OSError
        If the file cannot be written; nothing is left behind.
    """
    target = Path(os.path.realpath(local_path(path)))
    if target.exists() and not target.is_file():
        raise IsADirectoryError(f"{target} is no regular file; a file name is needed")
    temporary = target.with_name(f"{_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{_SUFFIX}")
    try:
        try:
            temporary.touch(exist_ok=False)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(target)) from None  # the user knows no temporary name
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def remove_abandoned(folder: Path) -> None:
    """Remove what processes that were killed while they replaced files of `folder` have left there."""
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
    """Make the new name itself survive a power cut, where folders can be opened and synced."""
    if os.name == "nt":
        return
    # By now the new content is in place and synced: a file system that cannot sync folders is no reason to fail.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
