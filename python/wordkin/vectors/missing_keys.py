"""The error for a key that is not there, which tells near spellings when somebody reads it."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping
from itertools import islice
from typing import Any

from ..errors import WordkinError

__all__ = ["MissingKeyError", "near_spellings"]

# Near spellings by difflib are looked for among this many keys, from the front: the most frequent words.
_SEARCHED_KEYS = 100_000


class MissingKeyError(WordkinError, KeyError):
    """A key has no vector.

    The message names up to three keys of similar spelling. They are looked for only when the message is asked for:
    code that catches the error for every unknown word of a text pays nothing for them.
    """

    def __init__(self, key: object, known: Mapping[Any, int] | None = None) -> None:
        super().__init__(f"Key '{key}' not present")
        self.key = key
        self._known = known

    def __str__(self) -> str:
        message = str(self.args[0])
        near = near_spellings(self.key, self._known) if isinstance(self.key, str) and self._known else []
        if not near:
            return message
        return f"{message}; did you mean {', '.join(repr(key) for key in near)}?"

    def __reduce__(self) -> tuple[Any, ...]:
        return MissingKeyError, (self.key,)


def near_spellings(word: str, known: Mapping[Any, int], most: int = 3) -> list[str]:
    """Return up to `most` known keys spelt like `word`: another case, then one edit away, then by difflib's ratio."""
    cased = [form for form in _cases(word) if form in known]
    found = list(dict.fromkeys([*cased, *sorted(_one_edit_away(word, known), key=lambda key: known[key])]))
    if not found and len(word) > 3:
        found = _alike(word, known, most)
    return found[:most]


def _cases(word: str) -> list[str]:
    stripped = word.strip()
    forms = [stripped, stripped.lower(), stripped.title(), stripped.capitalize(), stripped.upper()]
    return [form for form in dict.fromkeys(forms) if form != word]


def _one_edit_away(word: str, known: Mapping[Any, int]) -> set[str]:
    """Known keys that one deletion, exchange of neighbours, replacement or insertion away: a lookup for each edit."""
    if not 1 < len(word) <= 64:
        return set()
    letters = sorted({letter for key in islice(known, 2000) if isinstance(key, str) for letter in key})[:128]
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    edits = {head + tail[1:] for head, tail in splits if tail}
    edits.update(head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1)
    edits.update(head + letter + tail[1:] for head, tail in splits if tail for letter in letters)
    edits.update(head + letter + tail for head, tail in splits for letter in letters)
    return {edit for edit in edits if edit and edit != word and edit in known}


def _alike(word: str, known: Mapping[Any, int], most: int) -> list[str]:
    keys: Any = islice(known, _SEARCHED_KEYS)
    candidates = [key for key in keys if _may_be_alike(word, key)]
    return difflib.get_close_matches(word, candidates, n=most, cutoff=0.75)


def _may_be_alike(word: str, key: Hashable) -> bool:
    return isinstance(key, str) and abs(len(key) - len(word)) <= 2 and key[:1].lower() == word[:1].lower()
