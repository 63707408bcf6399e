"""Several files of a folder that are saved in one step and read as they were saved together."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ..errors import CorruptFileError, FormatError
from .atomic import is_special, written_directly
from .journal import Journal, clear_leftovers, commit, read_journal
from .paths import AnyPath, local_path
from .staged import OutputFile, StagedFile, sync_folder

__all__ = ["CurrentFiles", "FileSet", "current_path", "read_files", "replaced_files"]

T = TypeVar("T")

_MAX_READS = 20


@dataclass(eq=False)
class _Changes:
    """The changes of a folder that are being prepared."""

    root: Path
    staged: dict[str, StagedFile] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    # Files to which symbolic links lead that leave the folder or its file system: each is replaced by itself.
    outside: list[StagedFile] = field(default_factory=list)
    removed_outside: list[Path] = field(default_factory=list)

    def commit(self) -> None:
        removed = sorted(name for name in self.removed - self.staged.keys() if (self.root / name).is_file())
        if len(self.staged) == 1 and not removed:
            (name,) = self.staged
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            self.staged[name].publish()
            sync_folder(target.parent)
        elif self.staged or removed:
            replaced = {name: staged.path.name for name, staged in self.staged.items()}
            commit(self.root, Journal(replaced=replaced, removed=tuple(removed)))
        for staged in self.outside:
            staged.publish()
            sync_folder(staged.target.parent)
        for path in self.removed_outside:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        for staged in self.staged.values():
            staged.close()

    def discard(self) -> None:
        try:
            journal = read_journal(self.root)
        except (OSError, CorruptFileError):
            journal = None
        decided = set() if journal is None else set(journal.replaced.values())
        for staged in (*self.staged.values(), *self.outside):
            if staged.path.name in decided:
                with contextlib.suppress(OSError):
                    staged.close()
            else:
                staged.discard()


class FileSet:
    """Files that replace others together; `replaced_files` provides it.

    Parameters
    ----------
    changes : _Changes
        The changes of the folder.
    folder : Path
        The folder, or one in it, to which names refer.
    """

    def __init__(self, changes: _Changes, folder: Path) -> None:
        self._changes = changes
        self._folder = folder

    def subfolder(self, name: str) -> FileSet:
        """Return the set with names that refer to a folder in this one, which is created if files are written to it.

        Parameters
        ----------
        name : str
            Name of the folder.

        Returns
        -------
        FileSet
            The same set.
        """
        return FileSet(self._changes, self._folder / name)

    @contextlib.contextmanager
    def file(self, name: AnyPath) -> Iterator[OutputFile]:
        """Open a file for new content, as `replaced_file` does.

        Parameters
        ----------
        name : path
            Name of the file in the folder, or the path of another file: it is replaced as well, but not in the same
            step.

        Yields
        ------
        OutputFile
            The file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        changes = self._changes
        target = Path(os.path.realpath(self._folder / local_path(name)))
        if is_special(target):
            with written_directly(target) as file:
                yield file
            return
        key = _name_in(changes.root, target)
        if key is None:
            clear_leftovers(target.parent)
            staged = StagedFile(target)
            changes.outside.append(staged)
        else:
            if target.parent.exists() and not target.parent.is_dir():
                raise NotADirectoryError(f"the folder of the target must be a folder, got {target.parent}")
            staged = StagedFile(target, changes.root)
            changes.staged[key] = staged
        yield staged.file
        staged.complete()

    def remove(self, name: AnyPath) -> None:
        """Remove a file, unless this set replaces it or there is none; its folder, too, if that becomes empty.

        Parameters
        ----------
        name : path
            Name of the file in the folder.
        """
        target = Path(os.path.realpath(self._folder / local_path(name)))
        key = _name_in(self._changes.root, target)
        if key is None:
            self._changes.removed_outside.append(target)
        else:
            self._changes.removed.add(key)


@contextlib.contextmanager
def replaced_files(folder: AnyPath, *, create: bool = True) -> Iterator[FileSet]:
    """Replace several files of a folder in one step when the ``with`` block ends without an exception.

    Whatever goes wrong (an exception, a full disk, a killed process), `read_files` gives all files of the last complete
    save. Files for other programs have their names a moment later; only if the process is killed in this moment, they
    get them from the next save.

    Parameters
    ----------
    folder : path
        The folder.
    create : bool, default True
        Whether to create the folder if it does not exist.

    Yields
    ------
    FileSet
        The files to be replaced and removed.

    Raises
    ------
    OSError
        If a file cannot be written; all files are then as before, and no temporary file remains. If the names of new
        files cannot be set in spite of a second attempt, the new files are valid, and the next save sets the names.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replaced_files(folder) as files:
    ...     for name in ("vectors", "words"):
    ...         with files.file(name) as file:
    ...             _ = file.write(name.encode())
    >>> sorted(path.name for path in folder.iterdir())
    ['vectors', 'words']
    """
    root = Path(os.path.realpath(local_path(folder)))
    if create:
        root.mkdir(parents=True, exist_ok=True)
    clear_leftovers(root)
    changes = _Changes(root)
    try:
        yield FileSet(changes, root)
        changes.commit()
    except BaseException:
        changes.discard()
        raise
    with contextlib.suppress(OSError):  # says nothing about content that has been synced
        changes.close()


class CurrentFiles:
    """The files of a folder as the last complete save left them; `read_files` provides it.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = Path(os.path.realpath(folder))
        self._journal = read_journal(self._root)
        self._seen: dict[Path, tuple[Path, tuple[int, ...] | None]] = {}

    def subfolder(self, name: str) -> CurrentFiles:
        """Return the files of a folder in this one.

        Parameters
        ----------
        name : str
            Name of the folder.

        Returns
        -------
        CurrentFiles
            Its files.
        """
        files = CurrentFiles.__new__(CurrentFiles)
        files.folder = self.folder / name
        files._root, files._journal, files._seen = self._root, self._journal, self._seen
        return files

    def path(self, name: str) -> Path:
        """Return where the content of a file is.

        Parameters
        ----------
        name : str
            Name of the file.

        Returns
        -------
        Path
            The file, which need not exist, or a temporary file that has not got its name yet.
        """
        path = self._resolved(self.folder / name)
        self._seen[self.folder / name] = path, _identity(path)
        return path

    def _resolved(self, path: Path) -> Path:
        if self._journal is None:
            return path
        key = _name_in(self._root, Path(os.path.realpath(path)))
        staged = None if key is None else self._journal.replaced.get(key)
        if staged is not None and (self._root / staged).exists():
            return self._root / staged
        if key in self._journal.removed:
            return self._root / f"{key} (removed)"
        return path

    def names(self) -> list[str]:
        """Return the names of the files.

        Returns
        -------
        list of str
            Names of the regular files in the folder, without those of its folders.
        """
        own = Path(os.path.realpath(self.folder))
        names = {path.name for path in own.iterdir() if path.is_file()} if own.is_dir() else set()
        if self._journal is not None:
            names |= {Path(name).name for name in self._journal.replaced if (self._root / name).parent == own}
        return sorted(name for name in names if self._resolved(self.folder / name).is_file())

    def have_changed(self) -> bool:
        """Return whether another save has replaced or renamed files meanwhile.

        Returns
        -------
        bool
            Whether `path` would return another file now for one of the names that it was called with.
        """
        now = CurrentFiles(self._root)
        found = ((now._resolved(path), before) for path, before in self._seen.items())
        return any((path, _identity(path)) != before for path, before in found)


def read_files(folder: AnyPath, read: Callable[[CurrentFiles], T]) -> T:
    """Read files of a folder that were saved together.

    Parameters
    ----------
    folder : path
        The folder.
    read : callable
        Called with a `CurrentFiles`; called again if another process has saved to the folder meanwhile.

    Returns
    -------
    object
        What `read` returned.

    Raises
    ------
    FormatError
        If it is not a folder, the list of files that are being replaced is damaged, or files change each time they are
        read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "words").write_text("a b", encoding="utf-8")
    >>> read_files(folder, lambda files: files.path("words").read_text(encoding="utf-8"))
    'a b'
    """
    path = local_path(folder)
    if path.is_file():
        raise FormatError(f"{path}: expected a folder with several files, found a file; give the folder that it is in")
    for _ in range(_MAX_READS):
        files = CurrentFiles(path)
        try:
            result = read(files)
        except (OSError, FormatError):
            if not files.have_changed():
                raise
        else:
            if not files.have_changed():
                return result
    raise FormatError(f"{path}: the files change while they are read; is another program saving to this folder?")


def current_path(path: AnyPath) -> Path:
    """Return where the content of a file is, for files of which others in the same folder are read as well.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Path
        The same path, or that of a temporary file that has not got its name yet because its process was killed.

    Examples
    --------
    >>> current_path("vectors.txt").name
    'vectors.txt'
    """
    target = local_path(path)
    return CurrentFiles(target.parent).path(target.name)


def _name_in(root: Path, path: Path) -> str | None:
    """Return the name of a file relative to a folder, both without links; None if it is not on the same file system."""
    try:
        name = path.relative_to(root).as_posix()
    except ValueError:
        return None
    parent = path.parent
    if parent != root and parent.exists() and parent.stat().st_dev != root.stat().st_dev:
        return None
    return name


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size
