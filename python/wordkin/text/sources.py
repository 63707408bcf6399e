"""Where the bytes of a text come from: files, folders, pipes, open file objects."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any, BinaryIO, Protocol, cast

from ..errors import CorpusError
from ..storage.opening import decompressed
from ..storage.paths import AnyPath, local_path

__all__ = ["FileSource", "StreamSource", "TextSource", "sources_of"]


class TextSource(Protocol):
    """Something that can be opened and read as bytes, once or many times."""

    @property
    def name(self) -> str: ...
    @property
    def is_restartable(self) -> bool: ...
    def open(self) -> AbstractContextManager[BinaryIO]: ...


class FileSource:
    """A file, compressed or not. Of a plain file no more is read than it held when this object was made."""

    def __init__(self, path: AnyPath) -> None:
        self.path = local_path(path)
        status = self.path.stat()
        self.is_restartable = stat.S_ISREG(status.st_mode)
        self._size = status.st_size if self.is_restartable else 0
        self._was_opened = False

    @property
    def name(self) -> str:
        return str(self.path)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        if not self.is_restartable:
            if self._was_opened:
                raise _single_pass_error(self.name)
            self._was_opened = True
        with self.path.open("rb") as file:
            content = decompressed(file, self.name)
            if content is file and self._size > 0:  # what says 0 may be a file of the system that holds more
                content = cast("BinaryIO", _Bounded(file, self._size, self.name))
            yield content


class StreamSource:
    """An open file object of the caller's, binary or text; it is read from its start when it can seek."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = _Lent(stream)
        self._is_text = isinstance(stream.read(0), str)
        self.is_restartable = self._stream.seekable()
        self._was_opened = False
        self.name = str(getattr(stream, "name", f"<{type(stream).__name__}>"))

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        if self.is_restartable:
            self._stream.seek(0)
        elif self._was_opened:
            raise _single_pass_error(self.name)
        self._was_opened = True
        if self._is_text:
            yield cast("BinaryIO", _EncodedText(self._stream))
        else:
            yield decompressed(cast("BinaryIO", self._stream), self.name)


def sources_of(given: Any) -> list[TextSource]:
    """Return the sources behind a path, a folder (its files in the order of their names), a file object, or a list of
    these."""
    if isinstance(given, list | tuple):
        if not given:
            raise CorpusError("an empty list of files")
        return [source for one in given for source in sources_of(one)]
    if callable(getattr(given, "read", None)):
        return [StreamSource(given)]
    if not isinstance(given, str | bytes | os.PathLike):
        raise TypeError(f"a text must be given as a path or an open file, got {type(given).__name__}")
    path = local_path(given)
    if not path.is_dir():
        return [FileSource(path)]
    files = [entry for entry in sorted(path.iterdir()) if entry.is_file()]  # folders within it are left out
    if not files:
        raise CorpusError(f"{path}: no file in this folder")
    return [FileSource(file) for file in files]


def _single_pass_error(name: str) -> CorpusError:
    return CorpusError(
        f"{name} can be read only once, and a further pass over it is needed: write its content to a file and give that"
    )


class _Bounded:
    """The first `size` bytes of a file that holds at least as many."""

    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file = file
        self._size = size
        self._left = size
        self._name = name

    def read(self, count: int) -> bytes:
        data = self._file.read(min(count, self._left))
        self._left -= len(data)
        if not data and self._left and count:
            raise CorpusError(
                f"{self._name}: became shorter while it was used: it held {self._size} bytes when it was opened, "
                f"now {self._size - self._left}"
            )
        return data


class _Lent:
    """A file object of the caller's: who closes this does not close it."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream

    def read(self, count: int) -> Any:
        return self._stream.read(count)

    def seekable(self) -> bool:
        return bool(getattr(self._stream, "seekable", bool)())

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def close(self) -> None:
        """Left to the caller."""


class _EncodedText:
    """A text file object as bytes."""

    def __init__(self, stream: _Lent) -> None:
        self._stream = stream

    def read(self, count: int) -> bytes:
        text: str = self._stream.read(count)
        return text.encode("utf-8")
