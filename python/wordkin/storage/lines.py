"""Text files line by line: in any encoding, with or without a byte-order mark, compressed or not."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from ..errors import FormatError
from .bounds import Bound
from .decoding import TextOptions, Utf8Text, invalid_text, utf8_text
from .opening import decompressed, open_binary
from .paths import AnyPath, local_path
from .signatures import UTF8_BOM, wide_encoding_of

__all__ = ["length_of_bom", "load_lines", "read_lines", "source_name"]

# Longer lines are refused: a file without line ends would otherwise be read into memory as a whole.
_MAX_LINE_BYTES = 64 << 20
_ENTRY_BYTES = 100  # of a list for a numbered line: a tuple, an integer and their references
_BUFFER_BYTES = 1 << 18


def length_of_bom(start: bytes, source: str) -> int:
    """Return the number of bytes of the byte-order mark at the start of a UTF-8 text.

    Parameters
    ----------
    start : bytes
        The first 4 or more bytes of the text.
    source : str
        Name of the text in error messages.

    Returns
    -------
    int
        3 or 0.

    Raises
    ------
    FormatError
        If the text has a byte-order mark of UTF-16 or UTF-32.

    Examples
    --------
    >>> length_of_bom("text".encode("utf-8-sig"), "a file")
    3
    """
    encoding = wide_encoding_of(start)
    if encoding is not None:
        raise FormatError(f"{source}: byte 0: the text is encoded in {encoding}; convert it to UTF-8")
    return len(UTF8_BOM) if start.startswith(UTF8_BOM) else 0


def source_name(source: AnyPath | BinaryIO) -> str:
    """Return the name of a file in error messages.

    Parameters
    ----------
    source : path or binary file
        The file.

    Returns
    -------
    str
        Its path, or "standard input" for a stream without a name.

    Examples
    --------
    >>> source_name("corpus.txt")
    'corpus.txt'
    """
    if isinstance(source, str | bytes) or hasattr(source, "__fspath__"):
        return str(local_path(source))
    return str(getattr(source, "name", "standard input"))


def read_lines(
    source: AnyPath | BinaryIO,
    options: TextOptions | None = None,
    *,
    advice: str = "",
    max_bytes: int | None = None,
    name: str | None = None,
) -> Iterator[tuple[int, str]]:
    """Read the lines of a text file, which may be compressed.

    Parameters
    ----------
    source : path or binary file
        The file; an open file is read from its current position and left open.
    options : TextOptions or None, default None
        Encoding of the text, and the treatment of invalid bytes; None for UTF-8 without invalid bytes. Text with a
        byte-order mark of UTF-16 or UTF-32 is read as well.
    advice : str, default ""
        What errors about the encoding advise.
    max_bytes : int, optional
        Maximum length of a line in bytes; 64 MiB by default.
    name : str, optional
        Name of an open file in error messages; by default the name that it has.

    Yields
    ------
    number : int
        Line number, from 1.
    line : str
        The line without its line end (LF or CR LF) and without a byte-order mark.

    Raises
    ------
    FormatError
        If the text cannot be decoded, a line is too long, or the file is not a text.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import io
    >>> list(read_lines(io.BytesIO(b"one\\r\\ntwo")))
    [(1, 'one'), (2, 'two')]
    """
    name = name or source_name(source)
    max_bytes = max_bytes or _MAX_LINE_BYTES
    if isinstance(source, str | bytes) or hasattr(source, "__fspath__"):
        with open_binary(source) as file:
            yield from _lines_of(file, name, options or TextOptions(), advice, max_bytes)
    else:
        yield from _lines_of(decompressed(source, name), name, options or TextOptions(), advice, max_bytes)


def _lines_of(
    file: BinaryIO, name: str, options: TextOptions, advice: str, max_bytes: int
) -> Iterator[tuple[int, str]]:
    text = utf8_text(file, name, options, advice)
    lines = io.BufferedReader(_Utf8Stream(text), _BUFFER_BYTES)
    # Transcoded text is valid UTF-8, in which there is nothing left to replace.
    for number, line in enumerate(_limited(lines, name, max_bytes), start=1):
        try:
            yield number, line.decode("utf-8", options.errors).removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise FormatError(invalid_text(name, f"line {number}", "UTF-8", advice)) from None


class _Utf8Stream(io.RawIOBase):
    """A `Utf8Text` as a stream that can be buffered; closing it leaves the file open."""

    def __init__(self, text: Utf8Text) -> None:
        self._start = text.start
        self._stream = text.stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        # read1() returns what a pipe has, so that lines can be used as soon as they arrive.
        data = self._start[: len(buffer)] or getattr(self._stream, "read1", self._stream.read)(len(buffer))
        self._start = self._start[len(data) :]
        buffer[: len(data)] = data
        return len(data)


def load_lines(
    source: AnyPath | BinaryIO,
    options: TextOptions | None = None,
    *,
    bound: Bound,
    advice: str = "",
    name: str | None = None,
) -> list[tuple[int, str]]:
    """Return all lines of a text file, which may be compressed.

    Parameters
    ----------
    source : path or binary file
        The file, as for `read_lines`.
    options : TextOptions or None, default None
        Encoding of the text, as for `read_lines`.
    bound : Bound
        What the lines may hold; their memory counts, not their bytes in the file.
    advice : str, default ""
        What errors about the encoding advise.
    name : str, optional
        Name of an open file in error messages; by default the name that it has.

    Returns
    -------
    list of (int, str)
        Line numbers, from 1, and lines.

    Raises
    ------
    FormatError
        As `read_lines` does, or if the file exceeds the bound.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import io
    >>> load_lines(io.BytesIO(b"one\\ntwo"), bound=Bound(size=1000, cure="shorten it"))
    [(1, 'one'), (2, 'two')]
    """
    lines = []
    left = bound.size
    for number, line in read_lines(source, options, advice=advice, max_bytes=bound.line, name=name):
        left -= sys.getsizeof(line) + _ENTRY_BYTES
        if left < 0:
            raise bound.error(name or source_name(source))
        lines.append((number, line))
    return lines


def _limited(file: BinaryIO, name: str, max_bytes: int) -> Iterator[bytes]:
    number = 0
    while line := file.readline(max_bytes):
        number += 1
        if len(line) >= max_bytes:
            raise FormatError(f"{name}: line {number}: longer than {max_bytes} bytes")
        yield line
