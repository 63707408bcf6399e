"""Headers that are invalid or contradict the rest of the file."""

from __future__ import annotations

import gzip
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.vectors.files import LoadedVectors

from .file_contents import VECTORS, WORDS, binary_file, text_file

Read = Callable[..., LoadedVectors]


@pytest.mark.parametrize(
    "content", [b"hello\n", b"hello world\n", b"hello world again\n", b"\n", b"\n4 3\n", b"{}", b"\x00" * 50]
)
def test_first_lines_that_are_neither_header_nor_vector(read: Read, content: bytes) -> None:
    for options in ({}, {"no_header": False}, {"binary": True}, {"binary": False}):
        with pytest.raises(FormatError, match="line 1: found"):
            read(content, **options)


@pytest.mark.parametrize(
    "header",
    ["-4 3", "4 -3", "0 3", "4 0", "1e3 3", "4 3e0", "+4 3", "4 +3", "99999999999999999999 3", "4 99999999999999999999",
     "4.0 3", "4,3", "0x4 3", "4 3 1", "4", "٤ 3", "4 3_0", "1_0 3"],
)  # fmt: skip
@pytest.mark.parametrize("make", [text_file, binary_file])
def test_malformed_numbers_in_the_header(read: Read, header: str, make: Callable[..., bytes]) -> None:
    with pytest.raises(FormatError, match="line 1: found"):
        read(make(header=header), no_header=False)
    with pytest.raises(FormatError):
        read(make(header=header))


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_header_with_too_large_count(read: Read, make: Callable[..., bytes]) -> None:
    with pytest.raises(CorruptFileError, match="the header says 5 vectors, found 4") as caught:
        read(make(header="5 3"))
    assert isinstance(caught.value, EOFError)
    assert isinstance(caught.value, TruncatedFileError)


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_header_with_too_small_count(read: Read, make: Callable[..., bytes]) -> None:
    content = make(header="2 3")
    with pytest.raises(CorruptFileError, match="found another vector"):
        read(content)
    loaded = read(content, limit=2)
    assert loaded.words == WORDS[:2]
    np.testing.assert_array_equal(loaded.vectors, VECTORS[:2])


@pytest.mark.parametrize(
    ("header", "message"), [("4 2", "line 2 .*more than 2 numbers"), ("4 4", "line 2 .*3 numbers .*expected 4")]
)
def test_header_with_wrong_dimension_in_a_text_file(read: Read, header: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(text_file(header=header))


@pytest.mark.parametrize("dimension", [1, 2, 4, 5])
def test_header_with_wrong_dimension_in_a_binary_file(read: Read, dimension: int) -> None:
    with pytest.raises(FormatError):
        read(binary_file(header=f"4 {dimension}"))


MEMORY = """
    import resource, sys
    from wordkin.errors import CorruptFileError
    from wordkin.vectors.files import read_word2vec
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for path in sys.argv[1:]:
        try:
            read_word2vec(path)
        except CorruptFileError as error:
            assert "the header says 1000000000 vectors of 1000000 numbers" in str(error), error
        else:
            raise SystemExit("read")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_huge_header_is_rejected_before_memory_is_allocated(tmp_path: Path) -> None:
    contents = [text_file(header="1000000000 1000000"), binary_file(header="1000000000 1000000")]
    contents += [gzip.compress(content) for content in contents]
    paths = [tmp_path / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEMORY), *map(str, paths)],
        capture_output=True,
        encoding="locale",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
