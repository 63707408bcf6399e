"""Reading of text files by lines: byte-order marks, line ends, compression, and errors with line numbers."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wordkin.errors import FormatError, TruncatedFileError
from wordkin.storage import lines
from wordkin.storage.bounds import Bound
from wordkin.storage.decoding import TextOptions
from wordkin.storage.lines import length_of_bom, load_lines, read_lines, source_name

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"one", ["one"]),
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"one\r\ntwo\nthree", ["one", "two", "three"]),
        (b"\n\r\n\n", ["", "", ""]),
        (b"a\rb\n", ["a\rb"]),
        (b"a\r\r\n", ["a\r"]),
        (b"a\x0bb\x0cc\x85".replace(b"\x85", "\x85\u2028".encode()), ["a\x0bb\x0cc\x85\u2028"]),
        ("téxt\n語".encode(), ["téxt", "語"]),
        (b"\xef\xbb\xbfone\ntwo", ["one", "two"]),
        (b"\xef\xbb\xbf", []),
        (b"one\n\xef\xbb\xbftwo", ["one", "\ufefftwo"]),
    ],
)
@pytest.mark.parametrize("packer", PACKERS)
def test_lines_are_numbered_from_1_without_their_line_ends(
    packer: str, content: bytes, expected: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "text"
    path.write_bytes(PACKERS[packer](content))
    assert list(read_lines(path)) == list(enumerate(expected, start=1))
    assert list(read_lines(io.BytesIO(PACKERS[packer](content)))) == list(enumerate(expected, start=1))


def test_an_open_file_is_read_from_its_position_and_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"one\ntwo\nthree\n")
    with path.open("rb") as file:
        file.readline()
        assert list(read_lines(file)) == [(1, "two"), (2, "three")]
        assert not file.closed


@pytest.mark.parametrize(
    "codec",
    ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
)
def test_other_unicode_encodings_with_a_byte_order_mark_are_read(codec: str, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes("\ufeffone\r\nt\u00e9xt\n".encode(codec))
    assert list(read_lines(path)) == [(1, "one"), (2, "t\u00e9xt")]


def test_options_and_advice_of_lines() -> None:
    content = b"one\nM\xfcller\n"
    assert list(read_lines(io.BytesIO(content), TextOptions(encoding="cp1252"))) == [(1, "one"), (2, "M\u00fcller")]
    assert list(read_lines(io.BytesIO(content), TextOptions(errors="replace"))) == [(1, "one"), (2, "M\ufffdller")]
    assert list(read_lines(io.BytesIO(content), TextOptions(errors="ignore"))) == [(1, "one"), (2, "Mller")]
    with pytest.raises(FormatError, match=r"^standard input: line 2: invalid UTF-8; pass encoding=$"):
        list(read_lines(io.BytesIO(content), advice="pass encoding="))


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"])
def test_binary_files_are_rejected(content: bytes) -> None:
    with pytest.raises(FormatError, match=r"standard input: this is a .*, not plain text"):
        list(read_lines(io.BytesIO(content)))


def test_invalid_utf8_is_rejected_with_the_line_number() -> None:
    with pytest.raises(FormatError) as caught:
        list(read_lines(io.BytesIO(b"one\ntwo \xff\nthree")))
    assert str(caught.value) == "standard input: line 2: invalid UTF-8"


@pytest.mark.parametrize("length", [9, 10, 11, 25])
def test_long_lines_are_rejected(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr(lines, "_MAX_LINE_BYTES", 10)  # the limit is 64 MiB
    content = io.BytesIO(b"one\n" + b"x" * length)
    if length < 10:
        assert list(read_lines(content)) == [(1, "one"), (2, "x" * length)]
        return
    read = []
    with pytest.raises(FormatError, match="standard input: line 2: longer than 10 bytes"):
        for _, line in read_lines(content):
            read.append(line)
    assert read == ["one"]


def test_a_truncated_compressed_file_is_rejected_after_its_complete_lines() -> None:
    content = "".join(f"line {number}\n" for number in range(50_000)).encode()
    numbers = []
    with pytest.raises(TruncatedFileError):
        for number, line in read_lines(io.BytesIO(gzip.compress(content)[:-100])):
            assert line == f"line {number - 1}"
            numbers.append(number)
    assert len(numbers) > 10_000


@pytest.mark.parametrize("lines", ["x\n" * 500, "\n" * 500, "x" * 10_000 + "\n", "\U0001f600" * 1000 + "\n"])
def test_memory_of_lines_is_bounded(lines: str) -> None:
    content = lines.encode() * 10
    expected = list(enumerate(content.decode().split("\n")[:-1], start=1))
    assert load_lines(io.BytesIO(content), bound=Bound(size=2_000_000, cure="shorten it")) == expected
    size = sum(sys.getsizeof(line) + sys.getsizeof((1, line)) for _, line in expected)
    with pytest.raises(FormatError) as caught:
        load_lines(io.BytesIO(content), bound=Bound(size=size, cure="shorten it"), name="a file")
    assert str(caught.value) == f"a file: the content needs more than the permitted {size} bytes of memory; shorten it"
    with pytest.raises(FormatError, match="line 2: longer than 1 bytes"):
        load_lines(io.BytesIO(b"\n" + content.lstrip() + b"x"), bound=Bound(size=size, cure="", line=1))


def test_length_of_the_byte_order_mark() -> None:
    assert length_of_bom(b"\xef\xbb\xbfx", "source") == 3
    assert length_of_bom(b"\xef\xbb", "source") == 0
    assert length_of_bom(b"", "source") == 0


def test_names_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source_name("~/text") == str(tmp_path / "text")
    assert source_name(b"text") == "text"
    assert source_name(Path("text")) == "text"
    assert source_name(io.BytesIO()) == "standard input"
    with (tmp_path / "text").open("wb+") as file:
        assert source_name(file) == str(tmp_path / "text")
