"""Decoding of text files: other encodings and byte-order marks become UTF-8, and binary files are named."""

from __future__ import annotations

import codecs
import logging
from dataclasses import dataclass
from typing import BinaryIO, Literal, cast

from ..errors import FormatError
from ..runtime.options import Options, checked_field, choice_field
from .signatures import UTF8_BOM, binary_format_of, wide_encoding_of

__all__ = [
    "OTHER_ENCODING",
    "START_BYTES",
    "DecodingErrors",
    "OnError",
    "TextOptions",
    "Utf8Text",
    "invalid_text",
    "read_fully",
    "utf8_text",
]

logger = logging.getLogger(__name__)

DecodingErrors = Literal["strict", "replace", "ignore"]
OnError = Literal["raise", "skip"]

START_BYTES = 512  # enough to recognise a tar archive, and UTF-16 without a byte-order mark
_BLOCK_BYTES = 1 << 16

# The advice that errors about undecodable text give; every function that reads text has these arguments.
OTHER_ENCODING = (
    "pass encoding='cp1252' (or whatever the text is encoded in), or errors='replace' or errors='ignore' to accept it"
)


def _checked_encoding(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be the name of an encoding, got {type(value).__name__}")
    try:
        codec = codecs.lookup(value)
    except (LookupError, ValueError):
        raise ValueError(
            f"{name} must be the name of an encoding, such as 'utf-8' or 'cp1252', got {value!r}"
        ) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise ValueError(f"{name} must be an encoding of text, got {value!r}")
    return value


@dataclass(frozen=True, kw_only=True)
class TextOptions(Options):
    """How text files are decoded, and what happens to files that cannot be.

    Parameters
    ----------
    encoding : str, default "utf-8"
        Encoding of the files. Files that begin with a byte-order mark of UTF-8, UTF-16 or UTF-32 are read accordingly
        if the encoding is one of these.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.
    on_error : {"raise", "skip"}, default "raise"
        Treatment of files that cannot be read as text: raise an error, or leave the file out and log its name.

    Examples
    --------
    >>> TextOptions(encoding="latin-1").is_utf8
    False
    """

    encoding: str = checked_field("utf-8", _checked_encoding, help="Encoding of the text.")
    errors: DecodingErrors = choice_field(
        "strict", DecodingErrors, help="Treatment of bytes that cannot be decoded: fail, replace by U+FFFD, or drop."
    )
    on_error: OnError = choice_field(
        "raise", OnError, help="Treatment of files that cannot be read as text: fail, or leave out."
    )

    @property
    def is_utf8(self) -> bool:
        """Whether the encoding is UTF-8."""
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig")

    def replaced(self, encoding: str | None, errors: DecodingErrors | None, on_error: OnError | None) -> TextOptions:
        """Return the options with those values that are not None.

        Parameters
        ----------
        encoding, errors, on_error : str or None
            New values.

        Returns
        -------
        TextOptions
            The new options.
        """
        return TextOptions(
            encoding=self.encoding if encoding is None else encoding,
            errors=self.errors if errors is None else errors,
            on_error=self.on_error if on_error is None else on_error,
        )


@dataclass(frozen=True, kw_only=True)
class Utf8Text:
    """The content of a text file as UTF-8, without a byte-order mark.

    Parameters
    ----------
    start : bytes
        The first bytes, already read.
    stream : BinaryIO
        What follows them.
    offset : int
        Position of the first byte of `start` in the file.
    """

    start: bytes
    stream: BinaryIO
    offset: int

    def read(self, count: int) -> bytes:
        """Read the rest of the content.

        Parameters
        ----------
        count : int
            Number of bytes.

        Returns
        -------
        bytes
            The bytes; fewer than requested only at the end.
        """
        return read_fully(self.stream, count)


def utf8_text(
    stream: BinaryIO, name: str, options: TextOptions, advice: str = OTHER_ENCODING, position: int = 0
) -> Utf8Text:
    """Return the content of a text file as UTF-8.

    Text in UTF-8 is not checked here but returned as it is: its readers check it.

    Parameters
    ----------
    stream : BinaryIO
        The decompressed file, at its start.
    name : str
        Name of the file in messages.
    options : TextOptions
        Its encoding, and the treatment of bytes that cannot be decoded.
    advice : str, default OTHER_ENCODING
        What errors about the encoding advise.
    position : int, default 0
        Position in the file from which the stream is read, at the start of a line. Only at 0 is there a byte-order
        mark, and the signature of a binary format.

    Returns
    -------
    Utf8Text
        The text. Reading it raises FormatError for bytes that cannot be decoded.

    Raises
    ------
    FormatError
        If the content is that of a known binary format, or of UTF-16 without a byte-order mark.

    Examples
    --------
    >>> import io
    >>> text = utf8_text(io.BytesIO("naïve".encode("utf-16")), "a file", TextOptions())
    >>> text.read(10).decode("utf-8")
    'naïve'
    """
    start = read_fully(stream, START_BYTES)
    if position:
        if options.is_utf8:
            return Utf8Text(start=start, stream=stream, offset=position)
        return _transcoded(stream, start, options.encoding, name, options, advice, position)
    found = binary_format_of(start)
    if found is not None:
        what, cure = found
        raise FormatError(f"{name}: this is {what}, not plain text; {cure}")
    codec = codecs.lookup(options.encoding).name
    wide = wide_encoding_of(start)
    if wide is not None and codec.startswith(("utf-8", "utf-16", "utf-32")):
        if options.is_utf8:
            logger.info("%s: read as %s, because of its byte-order mark", name, wide)
        return _transcoded(stream, start, wide, name, options, advice)
    if not options.is_utf8:
        return _transcoded(stream, start, options.encoding, name, options, advice)
    unmarked = _unmarked_utf16(start)
    if unmarked is not None:
        cure = f"pass encoding={unmarked!r}" if advice else "convert it to UTF-8"
        raise FormatError(
            f"{name}: the text seems to be encoded in UTF-16 without a byte-order mark, every second byte is NUL; "
            f"{cure}"
        )
    offset = len(UTF8_BOM) if start.startswith(UTF8_BOM) else 0
    return Utf8Text(start=start[offset:], stream=stream, offset=offset)


def invalid_text(name: str, position: str, encoding: str, advice: str = OTHER_ENCODING) -> str:
    """Return the message about bytes that cannot be decoded.

    Parameters
    ----------
    name : str
        Name of the file.
    position : str
        Where they are, such as "byte 7" or "line 2".
    encoding : str
        The encoding.
    advice : str, default OTHER_ENCODING
        What to do about it.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> invalid_text("a.txt", "byte 7", "UTF-8", "pass errors='replace'")
    "a.txt: byte 7: invalid UTF-8; pass errors='replace'"
    """
    return f"{name}: {position}: invalid {encoding}" + (f"; {advice}" if advice else "")


def read_fully(stream: BinaryIO, count: int) -> bytes:
    """Read bytes, fewer than requested only at the end; pipes return less at a time.

    Parameters
    ----------
    stream : BinaryIO
        The file.
    count : int
        Number of bytes.

    Returns
    -------
    bytes
        The bytes.

    Examples
    --------
    >>> import io
    >>> read_fully(io.BytesIO(b"text"), 10)
    b'text'
    """
    data = stream.read(count)
    if not data or len(data) >= count:
        return data
    pieces = [data]
    size = len(data)
    while size < count and (data := stream.read(count - size)):
        pieces.append(data)
        size += len(data)
    return b"".join(pieces)


def _transcoded(
    stream: BinaryIO, start: bytes, encoding: str, name: str, options: TextOptions, advice: str, position: int = 0
) -> Utf8Text:
    transcoder = _Transcoder(stream, start, encoding, name, options.errors, advice, position)
    return Utf8Text(start=b"", stream=cast("BinaryIO", transcoder), offset=0)


class _Transcoder:
    """A file in any encoding, read as UTF-8."""

    def __init__(
        self,
        stream: BinaryIO,
        start: bytes,
        encoding: str,
        name: str,
        errors: DecodingErrors,
        advice: str,
        position: int,
    ) -> None:
        self._stream = stream
        self._encoded = start  # read, but not yet decoded
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._name = name
        self._advice = advice
        self._offset = position  # of the next byte to decode
        self._text = b""
        self._is_first = True
        self._is_at_end = False

    def read(self, count: int) -> bytes:
        while not self._text and not self._is_at_end:
            self._decode()
        piece, self._text = self._text[:count], self._text[count:]
        return piece

    def _decode(self) -> None:
        encoded = self._encoded or self._stream.read(_BLOCK_BYTES)
        self._encoded = b""
        self._is_at_end = not encoded
        pending = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(encoded, final=self._is_at_end)
        except UnicodeDecodeError as error:
            # `error.object` is the pending bytes and those passed now.
            offset = self._offset - len(pending) + error.start
            position = f"byte {offset}"
            raise FormatError(invalid_text(self._name, position, self._encoding, self._advice)) from None
        self._offset += len(encoded)
        if text and self._is_first:
            self._is_first = False
            text = text.removeprefix("\ufeff")
        self._text = text.encode("utf-8", "surrogatepass")


def _unmarked_utf16(start: bytes) -> str | None:
    """Return the encoding of ASCII text in UTF-16 without a byte-order mark; None if it is something else."""
    even, odd = start[::2], start[1::2]
    if len(odd) < 8:
        return None
    if odd.count(0) >= 0.75 * len(odd) and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) >= 0.75 * len(even) and odd.count(0) == 0:
        return "utf-16-be"
    return None
