"""The files of a model in a folder or a zip archive."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from ...errors import FormatError
from ...storage.file_sets import CurrentFiles
from ...storage.zip_files import opened_member

__all__ = ["FolderFiles", "ModelFiles", "ZipFiles"]


class ModelFiles(Protocol):
    """Named files in a folder or an archive."""

    source: str

    def names(self) -> list[str]:
        """Return the names of the files, without folders."""

    def read(self, name: str, max_bytes: int) -> bytes:
        """Return the start of a file: one byte more than `max_bytes` if it is larger.

        Parameters
        ----------
        name : str
            Name of the file.
        max_bytes : int
            Number of bytes.

        Returns
        -------
        bytes
            The start of the file.
        """

    def opened(self, name: str) -> contextlib.AbstractContextManager[Path | BinaryIO]:
        """Return a context manager for a file that can be read at any position.

        Parameters
        ----------
        name : str
            Name of the file.

        Returns
        -------
        context manager
            Of the path or the open file.
        """


class FolderFiles:
    """The files of a folder.

    Parameters
    ----------
    files : CurrentFiles
        The folder.
    """

    def __init__(self, files: CurrentFiles) -> None:
        self._files = files
        self.source = str(files.folder)

    def names(self) -> list[str]:
        """See `ModelFiles.names`.

        Returns
        -------
        list of str
            The names.
        """
        return self._files.names()

    def read(self, name: str, max_bytes: int) -> bytes:
        """See `ModelFiles.read`.

        Parameters
        ----------
        name : str
            Name of the file.
        max_bytes : int
            Number of bytes.

        Returns
        -------
        bytes
            The start of the file.
        """
        with self._within(name).open("rb") as file:
            return file.read(max_bytes + 1)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Path | BinaryIO]:
        """See `ModelFiles.opened`.

        Parameters
        ----------
        name : str
            Name of the file.

        Yields
        ------
        Path or BinaryIO
            The file.
        """
        yield self._within(name)

    def _within(self, name: str) -> Path:
        path = self._files.path(name)
        if not path.resolve().is_relative_to(self._files.folder.resolve()):
            raise FormatError(f"{path}: a link to {path.resolve()}, outside the folder; pass the paths of the files")
        return path


class ZipFiles:
    """Members of a zip archive by their base names; no path of the archive is used on disk.

    Parameters
    ----------
    archive : ZipFile
        The archive.
    source : str
        Its name, for error messages.
    """

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        self._archive = archive
        self.source = source
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if not member.is_dir():
                self._members.setdefault(member.filename.rpartition("/")[2], member)

    def names(self) -> list[str]:
        """See `ModelFiles.names`.

        Returns
        -------
        list of str
            The names.
        """
        return list(self._members)

    def read(self, name: str, max_bytes: int) -> bytes:
        """See `ModelFiles.read`.

        Parameters
        ----------
        name : str
            Name of the file.
        max_bytes : int
            Number of bytes.

        Returns
        -------
        bytes
            The start of the file.
        """
        with opened_member(self._archive, self._members[name]) as file:
            return file.read(max_bytes + 1)

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[Path | BinaryIO]:
        """See `ModelFiles.opened`.

        Parameters
        ----------
        name : str
            Name of the file.

        Yields
        ------
        Path or BinaryIO
            The file.
        """
        # Unpacked to disk, as libhdf5 needs random access.
        with tempfile.TemporaryFile() as unpacked:
            with opened_member(self._archive, self._members[name]) as file:
                shutil.copyfileobj(file, unpacked, 1 << 20)
            unpacked.seek(0)
            yield unpacked
