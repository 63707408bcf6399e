"""Sources of text: files, folders, pipes, and open file objects."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from typing import IO, Any, BinaryIO, Protocol, cast

from ..errors import CorpusError
from ..storage.opening import decompressed
from ..storage.paths import AnyPath, local_path
from ..storage.pipes import open_interruptibly
from .folders import FolderOptions, files_of_folder, files_of_pattern, is_pattern

__all__ = ["FileSource", "StreamSource", "TextSource", "sources_of"]


class TextSource(Protocol):
    """Bytes of text that can be read once or several times."""

    @property
    def name(self) -> str:
        """Name of the source in error messages."""

    @property
    def is_restartable(self) -> bool:
        """Whether it can be read several times."""

    @property
    def start(self) -> int:
        """Position of its first byte in the file, of which it may be a part."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Open the decompressed content for reading from its start."""


class FileSource:
    """A file, compressed or not; data that is appended to a regular file after this object was created is not read.

    Parameters
    ----------
    path : path
        The file.

    Attributes
    ----------
    size : int
        Number of bytes, before decompression; 0 for a pipe.
    start : int
        Position of the first byte in the file; not 0 for a part.
    """

    def __init__(self, path: AnyPath) -> None:
        self.path = local_path(path)
        status = self.path.stat()
        self.is_restartable = stat.S_ISREG(status.st_mode)
        self.size = status.st_size if self.is_restartable else 0
        self.start = 0
        self._was_opened = False

    @property
    def name(self) -> str:
        """Path of the file."""
        return str(self.path)

    def part(self, start: int, end: int) -> FileSource:
        """Return a part of a regular file that is not compressed.

        Parameters
        ----------
        start, end : int
            Range of bytes of this source, which begins and ends at the ends of lines.

        Returns
        -------
        FileSource
            The part.
        """
        part = copy(self)
        part.start = self.start + start
        part.size = end - start
        return part

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the decompressed content; see `TextSource.open`."""
        if not self.is_restartable:
            if self._was_opened:
                raise _single_pass_error(self.name)
            self._was_opened = True
        with open_interruptibly(self.path) as file:
            if self.start:  # of an uncompressed file
                file.seek(self.start)
                content = file
            else:
                content = decompressed(file, self.name)
            if content is file and self.size > 0:  # files of /proc have size 0 and content
                content = cast("BinaryIO", _Bounded(file, self.start, self.size, self.name))
            yield content


class StreamSource:
    """A file object that the caller has opened, binary or text; read from its start if it is seekable.

    Parameters
    ----------
    stream : file object
        The file; it is left open.
    """

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = _Borrowed(stream)
        self._is_text = isinstance(stream.read(0), str)
        self.start = 0
        self.is_restartable = self._stream.seekable()
        self._was_opened = False
        self.name = str(getattr(stream, "name", f"<{type(stream).__name__}>"))

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the decompressed content; see `TextSource.open`."""
        if self.is_restartable:
            self._stream.seek(0)
        elif self._was_opened:
            raise _single_pass_error(self.name)
        self._was_opened = True
        if self._is_text:
            yield cast("BinaryIO", _EncodedText(self._stream))
        else:
            yield decompressed(cast("BinaryIO", self._stream), self.name)


def sources_of(given: object, folders: FolderOptions | None = None) -> list[TextSource]:
    """Return the sources that an argument specifies.

    Parameters
    ----------
    given : path, file object, source, or list of them
        A folder stands for its files, without hidden ones, in the order of their paths; a path with wildcards for what
        it matches.
    folders : FolderOptions or None, default None
        Which files of folders are read; None for the defaults.

    Returns
    -------
    list of TextSource
        At least one source.

    Raises
    ------
    CorpusError
        If a folder or list is empty.
    TypeError
        If the argument is of another type.
    OSError
        If a file does not exist or cannot be accessed.
    """
    folders = folders or FolderOptions()
    if isinstance(given, list | tuple):
        if not given:
            raise CorpusError("the list of files must not be empty")
        return [source for one in given for source in sources_of(one, folders)]
    if isinstance(given, FileSource | StreamSource):
        return [given]
    if callable(getattr(given, "read", None)):
        return [StreamSource(cast("IO[Any]", given))]
    if not isinstance(given, str | bytes | os.PathLike):
        raise TypeError(f"a text must be a path or an open file, got {type(given).__name__}")
    path = local_path(given)
    if path.is_dir():
        return [FileSource(file) for file in files_of_folder(path, folders)]
    if not is_pattern(path):
        return [FileSource(path)]
    matches = files_of_pattern(path)
    if not matches:
        raise FileNotFoundError(errno.ENOENT, "no file matches this pattern", str(path))
    return [source for match in matches for source in sources_of(match, folders)]


def _single_pass_error(name: str) -> CorpusError:
    return CorpusError(f"{name} can be read only once, but another pass is needed: save its content to a file first")


class _Bounded:
    """The next `size` bytes of a file, from `start` on."""

    def __init__(self, file: BinaryIO, start: int, size: int, name: str) -> None:
        self._file = file
        self._end = start + size
        self._left = size
        self._name = name

    def read(self, count: int) -> bytes:
        data = self._file.read(min(count, self._left))
        self._left -= len(data)
        if not data and self._left and count:
            raise CorpusError(
                f"{self._name}: the file became shorter while it was read: {self._end} bytes when it was opened, "
                f"{self._end - self._left} now"
            )
        return data

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Do nothing: the source closes its file."""


class _Borrowed:
    """A file object of the caller, which closing this object leaves open."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def read(self, count: int) -> Any:
        return self._stream.read(count)

    def seekable(self) -> bool:
        return bool(getattr(self._stream, "seekable", bool)())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def close(self) -> None:
        """Do nothing."""


class _EncodedText:
    """A text file object as UTF-8 bytes."""

    def __init__(self, stream: _Borrowed) -> None:
        self._stream = stream

    def read(self, count: int) -> bytes:
        text: str = self._stream.read(count)
        return text.encode("utf-8")

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Do nothing: the caller closes the file object."""
