"""Files are recognised by their first bytes, checked with bytes that the real writers produce."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import sys
import zipfile

import numpy as np
import pytest

from wordkin.storage.archive_bytes import pack_archive
from wordkin.storage.signatures import (
    FASTTEXT_MAGIC,
    HDF5_SIGNATURE,
    SIGNATURE_BYTES,
    UTF8_BOM,
    ZIP_SIGNATURE,
    compression_of,
    is_pickle,
    is_safetensors,
    wide_encoding_of,
)

CONTENTS = {"empty": b"", "short": b"word", "long": bytes(100_000)}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_compression_formats_of_the_standard_library(content: bytes) -> None:
    assert compression_of(gzip.compress(content)[:SIGNATURE_BYTES]) == "gzip"
    assert compression_of(lzma.compress(content)[:SIGNATURE_BYTES]) == "xz"
    for level in (1, 9):
        assert compression_of(bz2.compress(content, level)[:SIGNATURE_BYTES]) == "bzip2"


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_zstandard(content: bytes) -> None:
    if sys.version_info >= (3, 14):
        from compression import zstd

        packed = zstd.compress(content)
    else:
        packed = pytest.importorskip("zstandard").compress(content)
    assert compression_of(packed[:SIGNATURE_BYTES]) == "zstandard"


@pytest.mark.parametrize("first", [0x50, 0x57, 0x5F])
def test_skippable_frames_are_zstandard(first: int) -> None:
    assert compression_of(bytes([first]) + b"\x2a\x4d\x18" + struct.pack("<I", 4)) == "zstandard"


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"\x1f\x8b",
        b"\x1f\x8b\x07 other",
        b"BZh9 is a word",
        b"BZhx1AY&SY",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f",
        b"\x4f\x2a\x4d\x18 text",
        b"\x60\x2a\x4d\x18 text",
        b"plain text",
    ],
)
def test_similar_bytes_are_not_compressed(start: bytes) -> None:
    assert compression_of(start) is None


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_of_protocol_2_or_later(protocol: int) -> None:
    assert is_pickle(pickle.dumps({"a": 1}, protocol=protocol)[:SIGNATURE_BYTES]) == (protocol >= 2)


@pytest.mark.parametrize("start", [b"", b"\x80", b"\x80\x01x", b"\x80\x06x", b"text"])
def test_other_bytes_are_not_pickles(start: bytes) -> None:
    assert not is_pickle(start)


def test_safetensors() -> None:
    content = pack_archive({"x": np.zeros(3, np.float32)}, {})
    assert is_safetensors(content[:SIGNATURE_BYTES])
    assert is_safetensors(struct.pack("<Q", (1 << 32) - 1) + b"{")
    for start in (b"", struct.pack("<Q", 2), struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 1 << 32) + b"{", b"text"):
        assert not is_safetensors(start)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
        ("utf-8", None),
    ],
)
def test_byte_order_marks(encoding: str, name: str | None) -> None:
    start = "\ufeffa word".encode(encoding)
    assert wide_encoding_of(start[:4]) == name
    assert start.startswith(UTF8_BOM) == (name is None)


def test_a_text_of_one_utf16_mark() -> None:
    assert wide_encoding_of(b"\xff\xfe") == "UTF-16"
    assert wide_encoding_of(b"\xff") is None
    assert wide_encoding_of(b"") is None


def test_zip_archives() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("name", b"content")
    assert file.getvalue().startswith(ZIP_SIGNATURE)


def test_hdf5() -> None:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w"):
        pass
    assert file.getvalue().startswith(HDF5_SIGNATURE)


def test_the_fasttext_magic_is_the_number_of_its_sources() -> None:
    assert struct.pack("<i", 793712314) == FASTTEXT_MAGIC  # FASTTEXT_FILEFORMAT_MAGIC_INT32 of fasttext.cc
