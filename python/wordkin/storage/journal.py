"""The point at which several files change together: a journal that lists what remains to be done.

New files are first written completely under temporary names. Then a journal appears in their folder, in one step: from
now on the new files are the current ones, whether or not they have got their names. Readers look names up in the
journal; the process that wrote it gives the files their names and removes it. If that process is killed, the next
save in the folder does this.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import CorruptFileError
from .locks import locked_folder
from .staged import TEMPORARY_NAME, StagedFile, abandoned, sync_folder

__all__ = ["JOURNAL_NAME", "Journal", "clear_leftovers", "commit", "read_journal"]

JOURNAL_NAME = ".wordkin-journal"
_VERSION = 1
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Changes of the files of a folder that have been decided.

    Parameters
    ----------
    replaced : mapping of str to str
        Temporary name of the new content by the name of the file, relative to the folder and with slashes.
    removed : tuple of str, default ()
        Names of files that are removed.
    """

    replaced: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


def read_journal(folder: Path) -> Journal | None:
    """Read the journal of a folder.

    Parameters
    ----------
    folder : Path
        The folder, which need not exist.

    Returns
    -------
    Journal or None
        The journal; None if there is none.

    Raises
    ------
    CorruptFileError
        If the journal is damaged or names files outside the folder.
    OSError
        If it cannot be read.
    """
    path = folder / JOURNAL_NAME
    try:
        if not _is_trusted(path):
            return None
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        content = json.loads(text)
        if content["version"] != _VERSION:
            raise ValueError(f"version must be {_VERSION}, got {content['version']!r:.20}")
        replaced = {_checked_name(name): _checked_temporary(staged) for name, staged in content["replaced"].items()}
        return Journal(replaced=replaced, removed=tuple(map(_checked_name, content["removed"])))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise CorruptFileError(
            f"{path}: damaged list of files that are being replaced ({error!s:.100}); remove it, and save the "
            "model again"
        ) from None


def commit(folder: Path, journal: Journal) -> None:
    """Change several files of a folder in one step.

    Parameters
    ----------
    folder : Path
        The folder.
    journal : Journal
        The changes; the temporary files are in the folder and complete.

    Raises
    ------
    OSError
        If the journal cannot be written; nothing has changed then. Or if files could not be given their names even at
        the second attempt; the journal then remains, and the next save continues.
    """
    text = json.dumps({"version": _VERSION, "replaced": dict(journal.replaced), "removed": journal.removed})
    with locked_folder(folder):
        with contextlib.suppress(CorruptFileError):
            _finish(folder)
        try:
            _write(folder / JOURNAL_NAME, text.encode("utf-8"))
            sync_folder(folder)
            _apply(folder, journal)
        except BaseException as error:
            if read_journal(folder) != journal:  # nothing has changed, or everything
                raise
            _apply(folder, journal)  # continues where it failed
            if not isinstance(error, OSError):
                raise


def _write(path: Path, content: bytes) -> None:
    staged = StagedFile(path)
    try:
        staged.file.write(content)
        staged.complete()
        staged.publish()
    except BaseException:
        staged.discard()
        raise


def clear_leftovers(folder: Path) -> None:
    """Complete the changes, and remove the temporary files, of processes that were killed.

    Parameters
    ----------
    folder : Path
        The folder, which need not exist.

    Raises
    ------
    OSError
        If the changes cannot be completed.
    """
    try:
        if read_journal(folder) is not None:
            with locked_folder(folder):
                _finish(folder)
    except CorruptFileError:  # reported to readers; the temporary files may belong to it
        return
    with contextlib.suppress(OSError, CorruptFileError), os.scandir(folder) as entries:
        for name in [entry.name for entry in entries]:
            if name.startswith(".wordkin-") and name.endswith(".tmp"):
                _remove_abandoned(folder, name)


def _remove_abandoned(folder: Path, name: str) -> None:
    # Removed within the block: a file whose lock has been released may be that of a process that is creating it.
    with contextlib.suppress(OSError), abandoned(folder / name) as is_abandoned:
        if not is_abandoned:
            return
        # Read when the owner has ended: a journal that it wrote is there now.
        journal = read_journal(folder)
        if journal is None or name not in journal.replaced.values():
            (folder / name).unlink()


def _finish(folder: Path) -> None:
    journal = read_journal(folder)
    if journal is not None:
        _apply(folder, journal)


def _apply(folder: Path, journal: Journal) -> None:
    """Do what a journal says, apart from what is already done, and remove it."""
    changed = {folder}
    for name, staged in journal.replaced.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        changed.add(target.parent)
        with contextlib.suppress(FileNotFoundError):  # already renamed
            (folder / staged).replace(target)
    for name in journal.removed:
        (folder / name).unlink(missing_ok=True)
    for parent in {(folder / name).parent for name in journal.removed} - changed:
        with contextlib.suppress(OSError):  # not empty
            parent.rmdir()
    for path in changed:
        sync_folder(path)
    (folder / JOURNAL_NAME).unlink(missing_ok=True)


def _is_trusted(path: Path) -> bool:
    """Return whether a file is a journal; in a folder in which everybody can write, only one of its or the own user."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return False
    folder = path.parent.stat()
    return os.name == "nt" or not folder.st_mode & stat.S_IWOTH or status.st_uid in (os.geteuid(), folder.st_uid)


def _checked_name(name: Any) -> str:
    parts = PurePosixPath(name).parts
    if not parts or str(PurePosixPath(*parts)) != name or any(part in ("..", "/") for part in parts) or "\\" in name:
        raise ValueError(f"not the name of a file in the folder: {name!r:.60}")
    return str(name)


def _checked_temporary(name: Any) -> str:
    if not TEMPORARY_NAME.fullmatch(name):
        raise ValueError(f"not the name of a temporary file: {name!r:.60}")
    return str(name)
