"""The signatures (magic numbers) of all file formats that wordkin reads or recognises, in one table."""

from __future__ import annotations

import struct

__all__ = [
    "FASTTEXT_MAGIC",
    "FASTTEXT_START_BYTES",
    "HDF5_SIGNATURE",
    "SIGNATURE_BYTES",
    "UTF8_BOM",
    "ZIP_SIGNATURE",
    "compression_of",
    "is_old_fasttext",
    "is_pickle",
    "is_safetensors",
    "wide_encoding_of",
]

SIGNATURE_BYTES = 10  # enough of a file's start for every function of this module

UTF8_BOM = b"\xef\xbb\xbf"
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
FASTTEXT_MAGIC = b"\xba\x16\x4f\x2f"  # 793712314, little-endian

# Arguments and sizes of the dictionary in a fastText model: integers and, after the twelfth, the sampling threshold.
_FASTTEXT_START = struct.Struct("<12id3iq")
FASTTEXT_START_BYTES = _FASTTEXT_START.size

_GZIP = b"\x1f\x8b\x08"
_BZIP2 = b"BZh"  # followed by the block size as a digit, and a block or the end of an empty stream
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
_XZ = b"\xfd7zXZ\x00"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_ZSTANDARD_SKIPPABLE = b"\x2a\x4d\x18"  # preceded by one byte from 0x50 to 0x5f
_PICKLE_PROTOCOLS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")

# UTF-32 comes first: its little-endian mark begins with that of UTF-16.
_WIDE_BOMS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def compression_of(start: bytes) -> str | None:
    """Return the compression format of a file.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    {"gzip", "bzip2", "xz", "zstandard"} or None
        None if the file is not compressed.

    Examples
    --------
    >>> import gzip
    >>> compression_of(gzip.compress(b"some text"))
    'gzip'
    """
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_BZIP2) and start[3:4].isdigit() and start[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if start.startswith(_XZ):
        return "xz"
    if start.startswith(_ZSTANDARD) or (start[1:4] == _ZSTANDARD_SKIPPABLE and 0x50 <= start[0] <= 0x5F):
        return "zstandard"
    return None


def is_old_fasttext(start: bytes) -> bool:
    """Return whether a file begins like a fastText model without a magic number, as written before May 2017.

    Parameters
    ----------
    start : bytes
        The first `FASTTEXT_START_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether all values at its beginning are plausible.

    Examples
    --------
    >>> is_old_fasttext(b"3 100\\nthe 0.25")
    False
    """
    if len(start) < FASTTEXT_START_BYTES:
        return False
    values = _FASTTEXT_START.unpack(start[:FASTTEXT_START_BYTES])
    dimension, window, epochs, min_count, negative, word_ngrams, loss, model, buckets, min_n, max_n, _ = values[:12]
    threshold, size, words, labels, tokens = values[12:]
    return (
        0 < dimension <= 100_000
        and all(0 <= value <= 1_000_000 for value in (window, epochs, min_count, negative, word_ngrams))
        and loss in (1, 2, 3)
        and model in (1, 2, 3)
        and buckets >= 0
        and 0 <= min_n <= 1000
        and 0 <= max_n <= 1000
        and 0 <= threshold <= 1
        and 0 < size == words + labels
        and words >= 0 <= labels
        and tokens >= 0
    )


def is_pickle(start: bytes) -> bool:
    """Return whether a file is a Python pickle of protocol 2 or later.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether it begins like a pickle.

    Examples
    --------
    >>> is_pickle(b"\\x80\\x04\\x95")
    True
    """
    return start.startswith(_PICKLE_PROTOCOLS)


def is_safetensors(start: bytes) -> bool:
    """Return whether a file begins like a safetensors file.

    Parameters
    ----------
    start : bytes
        The first `SIGNATURE_BYTES` bytes of the file.

    Returns
    -------
    bool
        Whether it begins with the size of a JSON header below 4 GiB and the header's opening brace.

    Examples
    --------
    >>> is_safetensors(b"\\x10\\0\\0\\0\\0\\0\\0\\0{}")
    True
    """
    return start[4:9] == b"\0\0\0\0{"


def wide_encoding_of(start: bytes) -> str | None:
    """Return the encoding of a text file that begins with a byte-order mark of UTF-16 or UTF-32.

    Parameters
    ----------
    start : bytes
        The first 4 or more bytes of the file.

    Returns
    -------
    {"UTF-16", "UTF-32"} or None
        None if there is no such mark.

    Examples
    --------
    >>> wide_encoding_of("text".encode("utf-16"))
    'UTF-16'
    """
    return next((encoding for mark, encoding in _WIDE_BOMS.items() if start.startswith(mark)), None)
