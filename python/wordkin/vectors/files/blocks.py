"""A vector file, or what it decompresses to, as blocks of bytes with a position."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...errors import FormatError
from ...storage.opening import open_binary
from ...storage.paths import AnyPath, local_path

__all__ = ["BLOCK_BYTES", "MOST_WORD_BYTES", "BlockSource", "open_blocks"]

# Large enough for all threads to have work, small beside any matrix.
BLOCK_BYTES = 16 << 20
MOST_WORD_BYTES = 65_535
# No number needs more than this, not even with all the digits of a float64.
_MOST_NUMBER_BYTES = 64
# Numbers do not compress: no honest file grows by more than this (and deflate cannot at all).
_MOST_EXPANSION = 1_100


class BlockSource:
    """Bytes of a file from `position` on: `fill` adds to those that are held, `consume` drops from their start.

    One piece of memory is used again and again: new memory for each block would cost more than reading it.
    """

    def __init__(self, stream: BinaryIO, name: str, content_bytes: int | None, most_bytes: int) -> None:
        self.name = name
        self.content_bytes = content_bytes  # None where only decompression would tell
        self.most_bytes = most_bytes
        self.position = 0
        self.at_end = False
        self._stream: Any = stream  # BinaryIO does not promise readinto, which all that we open have
        self._storage = bytearray()
        self._begin = 0
        self._end = 0

    @property
    def held(self) -> memoryview:
        """The bytes at hand; valid until the next `fill`."""
        return memoryview(self._storage)[self._begin : self._end]

    @property
    def buffer(self) -> bytes:
        """A copy of the bytes at hand."""
        return bytes(self.held)

    def fill(self, least: int) -> memoryview:
        """Read until at least `least` bytes are at hand or the file ends; return them."""
        if self._end - self._begin < least and not self.at_end:
            self._make_room(least)
            storage = memoryview(self._storage)
            while self._end - self._begin < least and not self.at_end:
                count = self._stream.readinto(storage[self._end : self._begin + least])
                self.at_end = not count
                self._end += count
        return self.held

    def _make_room(self, least: int) -> None:
        held = self.buffer
        if least > len(self._storage):
            self._storage = bytearray(least)
        self._storage[: len(held)] = held
        self._begin, self._end = 0, len(held)

    def consume(self, count: int) -> None:
        """Drop the first `count` of the bytes at hand."""
        self._begin += count
        self.position += count

    def whole_lines(self, line: int, numbers: int) -> memoryview:
        """Fill the buffer and return the whole lines in it; empty at the end of the file.

        `line` is the number of the first one and `numbers` how many a line may hold; both serve to refuse lines that
        are too long to be rows.
        """
        most_line = MOST_WORD_BYTES + _MOST_NUMBER_BYTES * numbers
        self.fill(max(BLOCK_BYTES, most_line + 1))
        if self.at_end:  # the last line may lack its newline
            return self.held
        end = max(self._begin, self._storage.rfind(b"\n", self._begin, self._end) + 1)
        if end == self._begin and self._end - self._begin > most_line:
            raise FormatError(
                f"{self.name}: line {line}: a line of more than {most_line} bytes; expected a word and {numbers} "
                "numbers: is it a vector file?"
            )
        return memoryview(self._storage)[self._begin : end]


@contextlib.contextmanager
def open_blocks(path: AnyPath) -> Iterator[BlockSource]:
    """Open a file, decompressed by its content.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    local = local_path(path)
    with open_binary(local) as stream:
        status = local.stat()
        content = most = None
        if stat.S_ISREG(status.st_mode):
            try:
                stream.fileno()
                content = most = status.st_size
            except OSError:
                most = status.st_size * _MOST_EXPANSION
        yield BlockSource(stream, str(local), content, 1 << 62 if most is None else most)
