"""Text files line by line: in any encoding, with or without a byte-order mark, compressed or not."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from typing import BinaryIO

from ..errors import FormatError
from .bounds import Bound
from .decoding import OTHER_ENCODING, TextOptions, Utf8Text, invalid_text, utf8_text
from .opening import decompressed, open_binary
from .paths import AnyPath, local_path
from .signatures import UTF8_BOM, wide_encoding_of

__all__ = ["arriving_lines", "length_of_bom", "load_lines", "read_lines", "source_name"]

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
    number = 0
    for lines in _blocks_of_lines(source, options, advice, max_bytes, name):
        for line in lines:
            number += 1
            yield number, line


def _blocks_of_lines(
    source: AnyPath | BinaryIO, options: TextOptions | None, advice: str, max_bytes: int | None, name: str | None
) -> Iterator[list[str]]:
    name = name or source_name(source)
    options = options or TextOptions()
    max_bytes = max_bytes or _MAX_LINE_BYTES
    if isinstance(source, str | bytes) or hasattr(source, "__fspath__"):
        with open_binary(source) as file:
            yield from _decoded_blocks(utf8_text(file, name, options, advice), name, options, advice, max_bytes)
    else:
        text = utf8_text(decompressed(source, name), name, options, advice)
        yield from _decoded_blocks(text, name, options, advice, max_bytes)


def _decoded_blocks(
    text: Utf8Text, name: str, options: TextOptions, advice: str, max_bytes: int
) -> Iterator[list[str]]:
    number = 1  # of the first line of a block
    for block in _whole_lines(text, max_bytes):
        try:
            # Transcoded text is valid UTF-8, in which there is nothing left to replace.
            decoded = block.decode("utf-8", options.errors) if len(block) < max_bytes else None
        except UnicodeDecodeError:
            decoded = None
        if decoded is None:  # one line after the other, to find the one that is too long or invalid
            for line in block.split(b"\n"):
                yield [_decoded_line(line, number, name, options, advice, max_bytes)]
                number += 1
            continue
        lines = decoded.split("\n")
        yield [line.removesuffix("\r") for line in lines] if "\r" in decoded else lines
        number += len(lines)


def _whole_lines(text: Utf8Text, max_bytes: int) -> Iterator[bytes]:
    """Yield the text in blocks of whole lines, without the line end after the last line of each.

    A line of more than `max_bytes` is cut; the rest of the text is not read.
    """
    # read1() returns what a pipe has, so that lines can be used as soon as they arrive.
    read = getattr(text.stream, "read1", text.stream.read)
    parts: list[bytes] = []  # of a line that has not ended
    size = 0
    data = text.start or read(_BUFFER_BYTES)
    while data:
        head, line_end, rest = data.rpartition(b"\n")
        if line_end:
            yield b"".join([*parts, head])
            parts, size = [], 0
        if rest:
            parts.append(rest)
            size += len(rest)
            if size >= max_bytes:
                break
        data = read(_BUFFER_BYTES)
    if parts:
        yield b"".join(parts)


def _decoded_line(line: bytes, number: int, name: str, options: TextOptions, advice: str, max_bytes: int) -> str:
    if len(line) >= max_bytes:
        raise FormatError(f"{name}: line {number}: longer than {max_bytes} bytes")
    try:
        return line.decode("utf-8", options.errors).removesuffix("\r")
    except UnicodeDecodeError:
        raise FormatError(invalid_text(name, f"line {number}", "UTF-8", advice)) from None


def arriving_lines(stream: BinaryIO, options: TextOptions, name: str) -> Iterator[str]:
    """Read the lines of a pipe as they arrive: a line is returned before the next one is read.

    Parameters
    ----------
    stream : BinaryIO
        The pipe, which is not compressed.
    options : TextOptions
        Encoding of the text, and the treatment of invalid bytes. Text with a byte-order mark is recognised.
    name : str
        Name of the pipe in error messages.

    Yields
    ------
    str
        A line without its line end.

    Raises
    ------
    FormatError
        If the text cannot be decoded.

    Examples
    --------
    >>> import io
    >>> list(arriving_lines(io.BytesIO(b"one\\r\\ntwo"), TextOptions(), "a pipe"))
    ['one', 'two']
    """
    start = stream.readline()
    encoding = (wide_encoding_of(start) if options.is_utf8 else None) or options.encoding
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)(options.errors)
    number, text, piece = 1, "", start
    while True:
        try:
            text += decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            shown = "UTF-8" if options.is_utf8 and encoding == options.encoding else encoding
            raise FormatError(invalid_text(name, f"line {number}", shown, OTHER_ENCODING)) from None
        *lines, text = text.split("\n")
        for line in lines:
            number += 1
            yield line.removesuffix("\r")
        if not piece:
            break
        piece = stream.readline()
    if text:
        yield text.removesuffix("\r")


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
    lines: list[tuple[int, str]] = []
    left = bound.size
    for block in _blocks_of_lines(source, options, advice, bound.line, name):
        left -= sum(map(sys.getsizeof, block)) + _ENTRY_BYTES * len(block)
        if left < 0:
            raise bound.error(name or source_name(source))
        lines.extend(enumerate(block, start=len(lines) + 1))
    return lines
