"""The content of a vector file, decompressed if necessary, as blocks of bytes."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...errors import FormatError
from ...storage.opening import MAX_COMPRESSION_RATIO, open_binary
from ...storage.paths import AnyPath, local_path

__all__ = ["BLOCK_BYTES", "MAX_WORD_BYTES", "BlockSource", "open_blocks"]

# Large enough to keep all threads busy, small compared with any matrix.
BLOCK_BYTES = 16 << 20
MAX_WORD_BYTES = 65_535
# No number is longer, not even a float64 written with all its digits.
_MAX_NUMBER_BYTES = 64


class BlockSource:
    """Buffered bytes of a file: `fill` reads more at the end of the buffer, `consume` drops bytes from its start.

    The buffer is reused, because allocating memory for each block would cost more than reading it.

    Parameters
    ----------
    stream : binary file
        The content.
    name : str
        Name of the file in error messages.
    content_bytes : int or None
        Size of the content; None if only decompression could determine it.
    max_bytes : int
        Upper bound of the size of the content.

    Attributes
    ----------
    position : int
        Offset in the content of the first buffered byte.
    at_end : bool
        Whether the end of the content is in the buffer.
    """

    def __init__(self, stream: BinaryIO, name: str, content_bytes: int | None, max_bytes: int) -> None:
        self.name = name
        self.content_bytes = content_bytes
        self.max_bytes = max_bytes
        self.position = 0
        self.at_end = False
        self._stream: Any = stream  # BinaryIO does not declare readinto, which every file opened here has
        self._storage = bytearray()
        self._begin = 0
        self._end = 0

    @property
    def held(self) -> memoryview:
        """The buffered bytes; valid until the next `fill`."""
        return memoryview(self._storage)[self._begin : self._end]

    @property
    def buffer(self) -> bytes:
        """A copy of the buffered bytes."""
        return bytes(self.held)

    def fill(self, size: int) -> memoryview:
        """Read until `size` bytes are buffered or the content ends.

        Parameters
        ----------
        size : int
            Number of bytes needed.

        Returns
        -------
        memoryview
            The buffered bytes, possibly more than `size`; valid until the next call.
        """
        if self._end - self._begin < size and not self.at_end:
            rest = size if self.content_bytes is None else self.content_bytes - self.position + 1
            self._make_room(min(size, max(rest, 1)))  # a small file needs no memory for a whole block
            while self._end - self._begin < size and not self.at_end:
                if self._end == len(self._storage):  # there is more than the size of the file has announced
                    self._make_room(size)
                count = self._stream.readinto(memoryview(self._storage)[self._end : self._begin + size])
                self.at_end = not count
                self._end += count
        return self.held

    def _make_room(self, size: int) -> None:
        held = self.buffer
        if size > len(self._storage):
            self._storage = bytearray(size)
        self._storage[: len(held)] = held
        self._begin, self._end = 0, len(held)

    def consume(self, count: int) -> None:
        """Drop bytes from the start of the buffer.

        Parameters
        ----------
        count : int
            Number of bytes to drop.
        """
        self._begin += count
        self.position += count

    def skip(self, count: int) -> None:
        """Drop bytes without reading those that are not buffered; only for files that are not compressed.

        Parameters
        ----------
        count : int
            Number of bytes to drop.
        """
        buffered = min(count, self._end - self._begin)
        self.consume(buffered)
        if count > buffered:
            self._stream.seek(count - buffered, 1)
            self.position += count - buffered

    def whole_lines(self, line: int, numbers: int) -> memoryview:
        """Fill the buffer and return the complete lines in it.

        Parameters
        ----------
        line : int
            Number of the first line, for messages.
        numbers : int
            Maximum number of numbers in a line, from which the maximum length of a line follows.

        Returns
        -------
        memoryview
            The lines, the last one possibly without its newline if it ends the file; empty at the end of the file.

        Raises
        ------
        FormatError
            If a line is longer than any vector could be.
        """
        max_line = MAX_WORD_BYTES + _MAX_NUMBER_BYTES * numbers
        self.fill(max(BLOCK_BYTES, max_line + 1))
        if self.at_end:  # the last line may lack its newline
            return self.held
        end = max(self._begin, self._storage.rfind(b"\n", self._begin, self._end) + 1)
        if end == self._begin and self._end - self._begin > max_line:
            raise FormatError(
                f"{self.name}: line {line}: expected a word and {numbers} numbers, found a line of more than "
                f"{max_line} bytes; is it a vector file?"
            )
        return memoryview(self._storage)[self._begin : end]


@contextlib.contextmanager
def open_blocks(path: AnyPath) -> Iterator[BlockSource]:
    """Open a file; compressed files are recognised by their content.

    Parameters
    ----------
    path : path
        File to read.

    Yields
    ------
    BlockSource
        Its content.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    local = local_path(path)
    with open_binary(local) as stream:
        status = local.stat()
        content = limit = None
        if stat.S_ISREG(status.st_mode):
            try:
                stream.fileno()
                content = limit = status.st_size
            except OSError:
                limit = status.st_size * MAX_COMPRESSION_RATIO
        yield BlockSource(stream, str(local), content, 1 << 62 if limit is None else limit)
