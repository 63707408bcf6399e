"""Any file as a stream of its content: gzip, bzip2, xz and zstandard are recognised by their first bytes."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from ..errors import CorruptFileError, FormatError, TruncatedFileError
from .paths import AnyPath, local_path
from .signatures import SIGNATURE_BYTES, compression_of

__all__ = ["decompressed", "open_binary"]

_INPUT_BYTES = 1 << 18


def open_binary(path: AnyPath, *, limit: int | None = None) -> BinaryIO:
    """Open a file for reading bytes; compressed files, whatever their names, give their content.

    Parameters
    ----------
    path
        A path; ``~`` is expanded.
    limit
        The most bytes that a compressed file may give, for content from strangers; none by default. Nothing is ever
        decompressed ahead, so that a small file with huge content costs time and no memory.

    Returns
    -------
    BinaryIO
        With ``read``, ``readline`` and iteration; seekable when the file is and is not compressed. Reading damaged
        compressed data raises `CorruptFileError` or `TruncatedFileError`.

    Raises
    ------
    OSError
        As ``open`` does: no such file, a folder, no permission.
    ImportError
        If the file is zstandard and no module for it is installed.

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
    stream = path.open("rb")
    try:
        return decompressed(stream, str(path), limit=limit)
    except BaseException:
        stream.close()
        raise


def decompressed(stream: BinaryIO, name: str, *, limit: int | None = None) -> BinaryIO:
    """Return the content of an open binary file: `stream` itself when it is seekable and not compressed.

    Parameters
    ----------
    stream
        Read from where it stands. Closing the result closes it.
    name
        What to call it in errors.
    limit
        See `open_binary`.

    Examples
    --------
    >>> decompressed(io.BytesIO(b"plain"), "memory").read()
    b'plain'
    """
    head = _read_head(stream)
    packer = compression_of(head)
    rewound: BinaryIO
    if stream.seekable():
        stream.seek(-len(head), os.SEEK_CUR)
        rewound = stream
    else:
        rewound = cast("BinaryIO", io.BufferedReader(_WithHead(head, stream), _INPUT_BYTES))
    if packer is None:
        return rewound
    return cast("BinaryIO", io.BufferedReader(_Unpacked(rewound, packer, name, limit), _INPUT_BYTES))


def _read_head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < SIGNATURE_BYTES and (more := stream.read(SIGNATURE_BYTES - len(head))):
        head += more
    return head


class _WithHead(io.RawIOBase):
    """A stream that cannot seek, with the bytes put back that were read from it."""

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


class _Unpacked(io.RawIOBase):
    """Decompressed content; errors of the decompressor as ours, with the place in the compressed file."""

    def __init__(self, packed: BinaryIO, packer: str, name: str, limit: int | None) -> None:
        self._packed = packed
        self._packer = packer
        self._name = name
        self._left = limit
        self._taken = 0
        self._content, self._data_errors = _decompressor(packer, _Counted(packed, self._take))

    def _take(self, count: int) -> None:
        self._taken += count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._content.read(len(buffer))
        except EOFError as error:
            raise TruncatedFileError(f"{self._place()}: the {self._packer} data end too early") from error
        except self._data_errors as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the data
            raise CorruptFileError(f"{self._place()}: damaged {self._packer} data ({error})") from error
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                raise FormatError(f"{self._place()}: more content than the limit given")
        buffer[: len(data)] = data
        return len(data)

    def _place(self) -> str:
        return f"{self._name}: within the first {self._taken} bytes"

    def close(self) -> None:
        if not self.closed:
            self._content.close()
            self._packed.close()
        super().close()


class _Counted(io.RawIOBase):
    """A stream that tells how much was read from it."""

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


def _decompressor(packer: str, packed: io.RawIOBase) -> tuple[Any, tuple[type[Exception], ...]]:
    """The content as a file object, and what reading it raises for damaged data."""
    source = io.BufferedReader(packed, _INPUT_BYTES)
    if packer == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=source, mode="rb"), (zlib.error, OSError)
    if packer == "bzip2":
        import bz2

        return bz2.BZ2File(source), (OSError, ValueError)
    if packer == "xz":
        import lzma

        return lzma.LZMAFile(source), (lzma.LZMAError, OSError)
    try:
        from compression import zstd

        return zstd.ZstdFile(source), (zstd.ZstdError, OSError)
    except ImportError:
        pass
    try:
        import zstandard
    except ImportError as error:
        raise ImportError(
            "reading zstandard files needs the package zstandard: pip install 'wordkin[zstd]'", name="zstandard"
        ) from error
    return _ZstdContent(cast("BinaryIO", source), zstandard.ZstdDecompressor()), (zstandard.ZstdError, OSError)


class _ZstdContent:
    """Frame after frame with the package zstandard, whose own reader takes a cut file for a complete one."""

    # A block of three bytes and one more can stand for 128 KiB: what one read yields stays below 32 MiB.
    _FEED_BYTES = 1 << 10

    def __init__(self, packed: BinaryIO, decompressor: Any) -> None:
        self._packed = packed
        self._decompressor = decompressor
        self._frame: Any = None
        self._content = memoryview(b"")

    def read(self, count: int) -> bytes:
        while not self._content:
            data = self._packed.read(self._FEED_BYTES)
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
        self._packed.close()
