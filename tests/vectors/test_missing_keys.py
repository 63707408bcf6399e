"""Near spellings, and the error that tells them."""

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


def test_they_are_looked_for_only_when_read() -> None:
    class Watched(dict[str, int]):
        asked = False

        def __contains__(self, key: object) -> bool:
            self.asked = True
            return super().__contains__(key)

    known = Watched(KNOWN)
    error = MissingKeyError("kign", known)
    assert not known.asked
    assert str(error) == "Key 'kign' not present; did you mean 'king'?"
    assert known.asked and isinstance(error, KeyError) and isinstance(error, WordkinError)


def test_it_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(MissingKeyError("kign", KNOWN)))
    assert isinstance(again, MissingKeyError) and str(again) == "Key 'kign' not present"
