"""Decompression of input files: gzip, bzip2, xz and zstandard are recognised by their content."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from ..errors import CorruptFileError, TruncatedFileError
from ..runtime.optional_modules import import_optional
from .paths import AnyPath, local_path
from .pipes import open_interruptibly
from .signatures import SIGNATURE_BYTES, compression_of

__all__ = ["MAX_COMPRESSION_RATIO", "decompressed", "open_binary"]

# No format that is read here compresses by more: the limit of deflate is 1032.
MAX_COMPRESSION_RATIO = 1100

_INPUT_BYTES = 1 << 18


def open_binary(path: AnyPath) -> BinaryIO:
    """Open a file for reading; compressed files are decompressed, whatever their names.

    Parameters
    ----------
    path : path
        The file; ``~`` is expanded.

    Returns
    -------
    BinaryIO
        The content; seekable if the file is seekable and not compressed. Decompression is incremental, so that a small
        file with huge content costs time but no memory. Reading damaged compressed data raises `CorruptFileError` or
        `TruncatedFileError`.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ImportError
        If the file is compressed with zstandard and no module for it is installed.

    Examples
    --------
    >>> import gzip, tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(gzip.compress(b"a few words"))
    ...     file.flush()
    ...     with open_binary(file.name) as content:
    ...         content.read()
    b'a few words'
    """
    path = local_path(path)
    stream = open_interruptibly(path)
    try:
        return decompressed(stream, str(path))
    except BaseException:
        stream.close()
        raise


def decompressed(stream: BinaryIO, name: str) -> BinaryIO:
    """Return the decompressed content of an open binary file.

    Parameters
    ----------
    stream : BinaryIO
        The file, read from its current position. Closing the result closes it.
    name : str
        Name of the file in error messages.

    Returns
    -------
    BinaryIO
        The content: `stream` itself if it is seekable and not compressed.

    Examples
    --------
    >>> decompressed(io.BytesIO(b"plain"), "memory").read()
    b'plain'
    """
    head = _read_head(stream)
    compression = compression_of(head)
    rewound: BinaryIO
    if stream.seekable():
        stream.seek(-len(head), os.SEEK_CUR)
        rewound = stream
    else:
        rewound = cast("BinaryIO", io.BufferedReader(_WithHead(head, stream), _INPUT_BYTES))
    if compression is None:
        return rewound
    return cast("BinaryIO", io.BufferedReader(_Decompressed(rewound, compression, name), _INPUT_BYTES))


def _read_head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < SIGNATURE_BYTES and (more := stream.read(SIGNATURE_BYTES - len(head))):
        head += more
    return head


class _WithHead(io.RawIOBase):
    """A stream that is not seekable, with the bytes restored that were read from its start."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(data) :] if self._head else b""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Decompressed(io.RawIOBase):
    """Decompressed content; errors of the decompressor are converted to ours, with the position in the file."""

    def __init__(self, compressed: BinaryIO, compression: str, name: str) -> None:
        self._compressed = compressed
        self._compression = compression
        self._name = name
        self._taken = 0
        self._content, self._data_errors = _decompressor(compression, _Counted(compressed, self._take))

    def _take(self, count: int) -> None:
        self._taken += count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._content.read(len(buffer))
        except EOFError as error:
            raise TruncatedFileError(f"{self._position()}: the {self._compression} data is truncated") from error
        except self._data_errors as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # an error of the disk rather than of the data
            raise CorruptFileError(f"{self._position()}: damaged {self._compression} data ({error})") from error
        buffer[: len(data)] = data
        return len(data)

    def _position(self) -> str:
        return f"{self._name}: within the first {self._taken} bytes"

    def close(self) -> None:
        if not self.closed:
            self._content.close()
            self._compressed.close()
        super().close()


class _Counted(io.RawIOBase):
    """A stream that counts the bytes read from it."""

    def __init__(self, stream: BinaryIO, take: Callable[[int], None]) -> None:
        self._stream = stream
        self._take = take

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._take(len(data))
        buffer[: len(data)] = data
        return len(data)


def _decompressor(compression: str, compressed: io.RawIOBase) -> tuple[Any, tuple[type[Exception], ...]]:
    """Return the content as a file object, and the exceptions that damaged data raises."""
    source = io.BufferedReader(compressed, _INPUT_BYTES)
    if compression == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=source, mode="rb"), (zlib.error, OSError)
    if compression == "bzip2":
        import bz2

        return bz2.BZ2File(source), (OSError, ValueError)
    if compression == "xz":
        import lzma

        return lzma.LZMAFile(source), (lzma.LZMAError, OSError)
    try:
        from compression import zstd

        return zstd.ZstdFile(source), (zstd.ZstdError, OSError)
    except ImportError:
        pass
    zstandard = import_optional("zstandard", "reading zstandard files needs the package", extra="zstd")
    return _ZstdContent(cast("BinaryIO", source), zstandard.ZstdDecompressor()), (zstandard.ZstdError, OSError)


class _ZstdContent:
    """Reads frames with the zstandard package, whose own reader does not detect truncated files."""

    # A block of four bytes can expand to 128 KiB, so that the output of one read stays below 32 MiB.
    _FEED_BYTES = 1 << 10

    def __init__(self, compressed: BinaryIO, decompressor: Any) -> None:
        self._compressed = compressed
        self._decompressor = decompressor
        self._frame: Any = None
        self._content = memoryview(b"")

    def read(self, count: int) -> bytes:
        while not self._content:
            data = self._compressed.read(self._FEED_BYTES)
            if not data:
                if self._frame is not None:
                    raise EOFError
                return b""
            self._content = memoryview(self._decompress(data))
        piece = bytes(self._content[:count])
        self._content = self._content[count:]
        return piece

    def _decompress(self, data: bytes) -> bytes:
        content = []
        while data:
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            content.append(self._frame.decompress(data))
            if not self._frame.eof:
                break
            data = self._frame.unused_data
            self._frame = None
        return b"".join(content)

    def close(self) -> None:
        self._compressed.close()
