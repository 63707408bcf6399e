"""Random file contents: reading them returns vectors or raises `FormatError`, and nothing else."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.errors import FormatError
from wordkin.vectors.files import read_word2vec

from .file_contents import FILES

token = st.sampled_from(
    [
        b"the",
        b"1",
        b"-2.5",
        b"nan",
        b"1e999",
        b"x",
        b"\xc3",
        b"\x00",
        b"1,5",
        b".",
        b"0x1",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"",
    ]
)
row = st.lists(token, max_size=6).map(b" ".join)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([b"", b"2 2\n", b"3 1\n", b"1 3\n", b"\xef\xbb\xbf2 2\n", b"0 1\n", b"2 99\n"]),
    st.lists(row, max_size=5).map(b"\n".join),
    st.sampled_from([{}, {"no_header": True}, {"binary": False}, {"limit": 1}, {"unicode_errors": "ignore"}]),
)
def test_random_text_files(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, body: bytes, options: dict[str, object]
) -> None:
    check_reading(tmp_path_factory, header + body, options)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([b"2 2\n", b"3 1\n", b"1 3\n", b"2 2 \n"]),
    st.lists(st.tuples(st.binary(max_size=4), st.sampled_from([b" ", b"", b"\n"]), st.binary(max_size=13)), max_size=4),
    st.sampled_from([{}, {"binary": True}, {"limit": 1}, {"unicode_errors": "replace"}]),
)
def test_random_binary_files(
    tmp_path_factory: pytest.TempPathFactory,
    header: bytes,
    rows: list[tuple[bytes, bytes, bytes]],
    options: dict[str, object],
) -> None:
    check_reading(tmp_path_factory, header + b"".join(b"".join(parts) for parts in rows), options)


def check_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes, options: dict[str, object]) -> None:
    path = tmp_path_factory.getbasetemp() / "random-vectors"
    path.write_bytes(content)
    check_reading_file(path, options)


def check_reading_file(path: Path, options: dict[str, object]) -> None:
    """Reading raises a `FormatError` that names the file, or returns distinct words with finite vectors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            loaded = read_word2vec(path, **options)  # type: ignore[arg-type]
        except FormatError as error:
            assert str(path) in str(error)
            return
    assert len(loaded.words) == len(loaded.vectors) == len(set(loaded.words))
    assert np.isfinite(loaded.vectors).all()


@pytest.mark.parametrize("path", sorted((FILES / "bad").glob("*")), ids=lambda path: path.name)
def test_files_that_once_crashed_a_parser(path: Path) -> None:
    for options in ({}, {"binary": True}, {"binary": False}, {"no_header": True}):
        check_reading_file(path, options)
