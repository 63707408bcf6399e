"""Files are decompressed according to their content, in a stream and with errors that name the file."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.errors import CorruptFileError, TruncatedFileError
from wordkin.storage.opening import decompressed, open_binary

CONTENT = "".join(f"line {n} of a téxt\n" for n in range(20_000)).encode()


def zstd(data: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd as module

        return module.compress(data)
    zstandard = pytest.importorskip("zstandard")

    packed: bytes = zstandard.ZstdCompressor(write_checksum=True).compress(data)
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
}
packers = pytest.mark.parametrize("packer", sorted(PACKERS))


def read_all(data: bytes) -> bytes:
    return decompressed(io.BytesIO(data), "memory").read()


@packers
def test_compression_is_detected_by_content_not_by_suffix(packer: str, tmp_path: Path) -> None:
    for name in ("corpus.txt", "corpus.gz", "corpus.bz2"):
        (tmp_path / name).write_bytes(PACKERS[packer](CONTENT))
        with open_binary(tmp_path / name) as content:
            assert content.readline() == b"line 0 of a t\xc3\xa9xt\n"
            assert content.read() == CONTENT[18:]


def test_uncompressed_files_are_returned_unchanged_for_any_suffix(tmp_path: Path) -> None:
    path = tmp_path / "plain.gz"
    for data in (CONTENT, b"", b"x", b"BZh9 is a word", b"\x1f\x8b", b"\x28\xb5\x2f"):
        path.write_bytes(data)
        with open_binary(path) as content:
            assert content.seekable()
            assert content.read() == data


@packers
def test_concatenated_members_are_decompressed(packer: str) -> None:
    pack = PACKERS[packer]
    assert read_all(pack(b"one ") + pack(b"") + pack(b"two")) == b"one two"


@packers
def test_compressed_empty_files(packer: str) -> None:
    assert read_all(PACKERS[packer](b"")) == b""


@packers
def test_truncation_at_any_byte_is_detected(packer: str) -> None:
    packed = PACKERS[packer](b"some words of text " * 20)
    for length in range(12, len(packed)):
        with pytest.raises(CorruptFileError, match=r"memory: within the first \d+ bytes"):
            read_all(packed[:length])
    with pytest.raises(TruncatedFileError, match="is truncated"):
        read_all(packed[:-1])


@packers
def test_damage_within_a_large_file_is_detected(packer: str) -> None:
    packed = bytearray(PACKERS[packer](os.urandom(200_000)))
    packed[100_000:100_008] = bytes(byte ^ 0xFF for byte in packed[100_000:100_008])
    with pytest.raises(CorruptFileError, match="memory"):
        read_all(bytes(packed))


@packers
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_raises_corrupt_file_error_only(packer: str, data: st.DataObject) -> None:
    content = b"some words of text " * 20
    packed = bytearray(PACKERS[packer](content))
    position = data.draw(st.integers(10, len(packed) - 1))
    packed[position] ^= data.draw(st.integers(1, 255))
    try:
        assert read_all(bytes(packed)) == content  # padding bits may change unnoticed
    except CorruptFileError as error:
        assert "memory" in str(error)


@packers
def test_decompression_is_streamed(packer: str) -> None:
    bomb = PACKERS[packer](bytes(30_000_000))
    content = decompressed(io.BytesIO(bomb), "bomb")
    assert content.read(1000) == bytes(1000)


class Pipe(io.RawIOBase):
    """A stream that cannot seek and returns at most three bytes per call."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data, self._rest = self._rest[:3], self._rest[3:]
        buffer[: len(data)] = data
        return len(data)


@pytest.mark.parametrize("packer", ["plain", *sorted(PACKERS)])
def test_streams_that_cannot_seek(packer: str) -> None:
    packed = PACKERS.get(packer, bytes)(CONTENT[:5000])
    assert decompressed(Pipe(packed), "pipe").read() == CONTENT[:5000]


def test_os_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_binary(tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        open_binary(tmp_path)


def test_paths_of_every_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "é.txt").write_bytes(b"x")
    for path in ("é.txt", "~/é.txt", tmp_path / "é.txt", os.fsencode("é.txt")):
        with open_binary(path) as content:
            assert content.read() == b"x"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="the standard library reads zstandard")
def test_missing_zstandard_package_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zstd(b"x")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ImportError, match=r"wordkin\[zstd\]"):
        read_all(packed)
