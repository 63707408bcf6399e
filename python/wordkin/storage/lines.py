"""Text files line by line: in any encoding, with or without a byte-order mark, compressed or not."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from ..errors import FormatError
from .decoding import TextOptions, Utf8Text, invalid_text, utf8_text
from .opening import decompressed, open_binary
from .paths import AnyPath, local_path
from .signatures import UTF8_BOM, wide_encoding_of

__all__ = ["decode_lines", "length_of_bom", "read_lines", "source_name"]

# Longer lines are refused: a file without line ends would otherwise be read into memory as a whole.
_MAX_LINE_BYTES = 64 << 20
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
    source: AnyPath | BinaryIO, options: TextOptions | None = None, *, advice: str = ""
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

    Yields
    ------
    number : int
        Line number, from 1.
    line : str
        The line without its line end (LF or CR LF) and without a byte-order mark.

    Raises
    ------
    FormatError
        If the text cannot be decoded, a line is longer than 64 MiB, or the file is not a text.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import io
    >>> list(read_lines(io.BytesIO(b"one\\r\\ntwo")))
    [(1, 'one'), (2, 'two')]
    """
    name = source_name(source)
    if isinstance(source, str | bytes) or hasattr(source, "__fspath__"):
        with open_binary(source) as file:
            yield from _lines_of(file, name, options or TextOptions(), advice)
    else:
        yield from _lines_of(decompressed(source, name), name, options or TextOptions(), advice)


def _lines_of(file: BinaryIO, name: str, options: TextOptions, advice: str) -> Iterator[tuple[int, str]]:
    text = utf8_text(file, name, options, advice)
    lines = io.BufferedReader(_Utf8Stream(text), _BUFFER_BYTES)
    # Transcoded text is valid UTF-8, in which there is nothing left to replace.
    for number, line in enumerate(_limited(lines, name), start=1):
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


def decode_lines(lines: Iterable[bytes], source: str) -> Iterator[tuple[int, str]]:
    """Decode the lines of a UTF-8 text; see `read_lines`.

    Parameters
    ----------
    lines : iterable of bytes
        The lines, with or without their line ends.
    source : str
        Name of the text in error messages.

    Yields
    ------
    number : int
        Line number, from 1.
    line : str
        The line without its line end and without a byte-order mark.

    Raises
    ------
    FormatError
        If a line is not valid UTF-8, or the text is UTF-16 or UTF-32.

    Examples
    --------
    >>> list(decode_lines([b"\\xef\\xbb\\xbfone\\n"], "a file"))
    [(1, 'one')]
    """
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line[length_of_bom(line[:4], source) :]
        try:
            yield number, line.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise FormatError(f"{source}: line {number}: invalid UTF-8") from None


def _limited(file: BinaryIO, name: str) -> Iterator[bytes]:
    number = 0
    while line := file.readline(_MAX_LINE_BYTES):
        number += 1
        if len(line) >= _MAX_LINE_BYTES:
            raise FormatError(f"{name}: line {number}: longer than {_MAX_LINE_BYTES} bytes")
        yield line
