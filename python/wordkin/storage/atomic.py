"""Atomic writes: new content goes to a temporary file, which replaces the old file in one step."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .journal import clear_leftovers
from .paths import AnyPath, local_path
from .staged import OutputFile, StagedFile, sync_folder

__all__ = ["OutputFile", "is_special", "replaced_file", "written_directly"]


@contextlib.contextmanager
def replaced_file(path: AnyPath) -> Iterator[OutputFile]:
    """Open a file for new content, which replaces the old content when the ``with`` block ends without an exception.

    If anything goes wrong before (an exception, a full disk, a killed process), the old file is unchanged or still
    missing. Symbolic links are followed, and permissions of an existing file are preserved. Pipes and devices cannot
    be replaced and are written directly. Temporary files that killed processes have left in the folder are removed.

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
    if is_special(target):
        with written_directly(target) as file:
            yield file
        return
    clear_leftovers(target.parent)
    staged = StagedFile(target)
    try:
        yield staged.file
        staged.complete()
        staged.publish()
    except BaseException:
        staged.discard()
        raise
    sync_folder(target.parent)


def is_special(target: Path) -> bool:
    """Return whether a file is a pipe or a device, which is written to instead of replaced.

    Parameters
    ----------
    target : Path
        The file, which need not exist.

    Returns
    -------
    bool
        Whether it is one.

    Raises
    ------
    IsADirectoryError
        If it is a folder.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"the target must be a file, got the folder {target}")
    return not stat.S_ISREG(mode)


@contextlib.contextmanager
def written_directly(target: Path) -> Iterator[OutputFile]:
    """Open a pipe or a device for writing.

    Parameters
    ----------
    target : Path
        The pipe or device.

    Yields
    ------
    OutputFile
        The open pipe or device.
    """
    descriptor = os.open(target, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        yield OutputFile(descriptor)
    finally:
        os.close(descriptor)
