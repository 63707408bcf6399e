"""Words are stored as one array of bytes and one of offsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.errors import CorruptFileError
from wordkin.storage import pack_words, unpack_words


@given(st.lists(st.text()))
def test_words_round_trip(words: list[str]) -> None:
    assert unpack_words(*pack_words(words)) == words


def test_lone_surrogates_are_rejected() -> None:
    with pytest.raises(UnicodeEncodeError):
        pack_words(["\ud800"])


@pytest.mark.parametrize(
    ("blob", "offsets"),
    [
        (b"abc", []),
        (b"abc", [1, 3]),
        (b"abc", [0, 2]),
        (b"abc", [0, 2, 1, 3]),
        (b"abc", [0, 4]),
        (b"abc", [-1, 3]),
        (b"\xff", [0, 1]),
        ("ü".encode(), [0, 1, 2]),
    ],
)
def test_inconsistent_offsets_and_invalid_utf8_are_corrupt(blob: bytes, offsets: list[int]) -> None:
    with pytest.raises(CorruptFileError):
        unpack_words(np.frombuffer(blob, np.uint8), np.array(offsets, np.int64))
