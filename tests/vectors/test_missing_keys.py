"""Suggestions of similar spellings for missing keys."""

from __future__ import annotations

import pickle

import pytest

from wordkin.errors import WordkinError
from wordkin.vectors.missing_keys import MissingKeyError, near_spellings

KNOWN = {word: index for index, word in enumerate(["the", "king", "kings", "Paris", "language", "ring", "USA"])}


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("kingg", ["king", "kings"]),
        ("kign", ["king"]),
        ("hing", ["king", "ring"]),
        ("paris", ["Paris"]),
        (" king ", ["king"]),
        ("usa", ["USA"]),
        ("langauges", ["language"]),
        ("xyzzy", []),
        ("", []),
        ("k" * 5000, []),
    ],
)
def test_near_spellings(word: str, near: list[str]) -> None:
    assert near_spellings(word, KNOWN) == near


def test_spellings_are_searched_only_when_the_message_is_read() -> None:
    class Watched(dict[str, int]):
        searched = False

        def __contains__(self, key: object) -> bool:
            self.searched = True
            return super().__contains__(key)

    known = Watched(KNOWN)
    error = MissingKeyError("kign", known)
    assert not known.searched
    assert str(error) == "Key 'kign' not present; did you mean 'king'?"
    assert known.searched and isinstance(error, KeyError) and isinstance(error, WordkinError)


def test_error_can_be_pickled() -> None:
    again = pickle.loads(pickle.dumps(MissingKeyError("kign", KNOWN)))
    assert isinstance(again, MissingKeyError) and str(again) == "Key 'kign' not present"
