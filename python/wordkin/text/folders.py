"""Files of folders and of patterns such as ``novels/*.txt``, without hidden files and checkpoints of trainings."""

from __future__ import annotations

import glob as pattern_matching
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ..errors import CorpusError
from ..runtime.options import Options, checked_field, flag_field
from ..storage.checkpoint import is_checkpoint

__all__ = ["FolderOptions", "files_of_folder", "files_of_pattern", "is_pattern"]

logger = logging.getLogger(__name__)

_SYSTEM_FILES = ("thumbs.db", "ehthumbs.db", "desktop.ini")  # written by Windows; other hidden files begin with a dot
_MOST_NAMES = 10  # in messages


def _checked_patterns(name: str, value: Any) -> tuple[str, ...]:
    patterns = (value,) if isinstance(value, str) else value
    if not isinstance(patterns, Iterable) or not all(isinstance(pattern, str) for pattern in (*patterns,)):
        raise TypeError(f"{name} must be a pattern such as '*.txt', or a list of patterns, got {value!r}")
    found = tuple(patterns)
    if "" in found:
        raise ValueError(f"{name} must not have an empty pattern, got {value!r}")
    return found


_NO_PATTERNS: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FolderOptions(Options):
    """Which files of a folder are read.

    Parameters
    ----------
    recursive : bool, default False
        Whether subfolders are read, too.
    glob : str or iterable of str, default ()
        Patterns of the files to read, such as ``*.txt``; without patterns, all files are read. A pattern without a
        slash is compared with the name of a file, one with a slash with its path within the folder. ``*`` matches any
        characters, ``?`` one and ``[abc]`` one of several.

    Examples
    --------
    >>> FolderOptions(glob="*.txt").selects(Path("1851/moby-dick.txt"))
    True
    """

    recursive: bool = flag_field(False, help="Read subfolders, too.")
    glob: tuple[str, ...] = checked_field(_NO_PATTERNS, _checked_patterns, help="Pattern of the files to read.")

    def selects(self, path: Path) -> bool:
        """Return whether a file is read.

        Parameters
        ----------
        path : Path
            Path of the file within the folder.

        Returns
        -------
        bool
            Whether there are no patterns, or one of them matches.
        """
        return not self.glob or any(
            fnmatchcase(path.as_posix() if "/" in pattern else path.name, pattern) for pattern in self.glob
        )


@dataclass
class _Contents:
    """Files and folders within a folder."""

    files: list[Path] = field(default_factory=list)
    hidden: list[Path] = field(default_factory=list)
    checkpoints: list[Path] = field(default_factory=list)
    others: int = 0  # files that no pattern matches
    subfolders: list[Path] = field(default_factory=list)  # that are not read


def files_of_folder(folder: Path, options: FolderOptions) -> list[Path]:
    """Return the files of a folder that are read, in the order of their paths.

    Parameters
    ----------
    folder : Path
        The folder.
    options : FolderOptions
        Which of its files are read.

    Returns
    -------
    list of Path
        At least one file. Hidden files and folders, and checkpoints of trainings, are left out, which is logged.

    Raises
    ------
    CorpusError
        If there are none.
    OSError
        If the folder cannot be listed.
    """
    contents = _Contents()
    _collect(folder, folder, options, contents, frozenset())
    if not contents.files:
        raise CorpusError(_reason(folder, options, contents))
    if contents.hidden:
        logger.info("%s: left out %d hidden files: %s", folder, len(contents.hidden), _names(contents.hidden, folder))
    if contents.checkpoints:
        logger.info(
            "%s: left out %d checkpoints: %s", folder, len(contents.checkpoints), _names(contents.checkpoints, folder)
        )
    if contents.others:
        logger.info("%s: left out %d files that match none of the patterns", folder, contents.others)
    if contents.subfolders:
        logger.warning(
            "%s: %d subfolders are not read (%s); the pattern %s stands for their files, too",
            folder,
            len(contents.subfolders),
            _names(contents.subfolders, folder),
            folder / "**",
        )
    return contents.files


def _collect(
    folder: Path, top: Path, options: FolderOptions, contents: _Contents, above: frozenset[tuple[int, int]]
) -> None:
    status = folder.stat()
    above |= {(status.st_dev, status.st_ino)}
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if entry.name.startswith("."):
                continue
            if not options.recursive:
                contents.subfolders.append(entry)
            elif not _is_one_of(entry, above):  # a link to a folder above would never end
                _collect(entry, top, options, contents, above)
        elif entry.is_file():
            if _is_hidden(entry):
                contents.hidden.append(entry)
            elif is_checkpoint(entry):  # of a training on this folder that is resumed
                contents.checkpoints.append(entry)
            elif options.selects(entry.relative_to(top)):
                contents.files.append(entry)
            else:
                contents.others += 1


def _is_one_of(folder: Path, above: frozenset[tuple[int, int]]) -> bool:
    status = folder.stat()
    return (status.st_dev, status.st_ino) in above


def _is_hidden(file: Path) -> bool:
    return file.name.startswith(".") or file.name.lower() in _SYSTEM_FILES


def _is_left_out(file: Path) -> bool:
    return _is_hidden(file) or is_checkpoint(file)


def _reason(folder: Path, options: FolderOptions, contents: _Contents) -> str:
    exceptions = []
    if contents.hidden:
        exceptions.append(f"hidden ones ({_names(contents.hidden, folder)})")
    if contents.checkpoints:
        exceptions.append(f"checkpoints ({_names(contents.checkpoints, folder)})")
    if contents.subfolders:
        exceptions.append(f"those in subfolders ({_names(contents.subfolders, folder)}); pass {folder / '**'}")
    if contents.others:
        patterns = ", ".join(map(repr, options.glob))
        return f"{folder}: none of the {contents.others} files matches {patterns}"
    return f"{folder}: the folder has no files" + (f" except {' and '.join(exceptions)}" if exceptions else "")


def _names(paths: list[Path], folder: Path) -> str:
    names = [str(path.relative_to(folder)) for path in paths[:_MOST_NAMES]]
    return ", ".join(names) + (f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else "")


def is_pattern(path: Path) -> bool:
    """Return whether a path has wildcards (``*``, ``?`` or ``[...]``) and is not that of an existing file.

    Parameters
    ----------
    path : Path
        The path.

    Returns
    -------
    bool
        Whether it stands for the files that it matches.

    Examples
    --------
    >>> is_pattern(Path("novels/*.txt"))
    True
    """
    return pattern_matching.has_magic(str(path)) and not path.exists()


def files_of_pattern(path: Path) -> list[Path]:
    """Return the files and folders that a path with wildcards stands for, in order.

    Parameters
    ----------
    path : Path
        The path. ``**`` stands for any number of folders.

    Returns
    -------
    list of Path
        Without hidden files and checkpoints of trainings, and with ``**`` also without folders.
    """
    takes_folders = "**" not in path.parts
    found = [Path(name) for name in sorted(pattern_matching.glob(str(path), recursive=True))]  # noqa: PTH207 - unlike Path.glob, without hidden files
    return [match for match in found if (takes_folders if match.is_dir() else not _is_left_out(match))]
