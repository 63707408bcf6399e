"""The error for a missing key, whose message suggests keys of similar spelling."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Hashable, Mapping
from typing import Any, Literal

from ..errors import WordkinError

__all__ = ["MissingKeyError", "near_spellings"]

# difflib compares with this many keys at most, counted from the start: the most frequent words.
_MAX_COMPARED_KEYS = 100_000
_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")


class MissingKeyError(WordkinError, KeyError):
    """A key has no vector.

    The message suggests up to three keys of similar spelling. They are searched for only when the message is read:
    code that catches this error for every unknown word of a text does not pay for the search.

    Parameters
    ----------
    key : object
        The missing key.
    known : mapping of keys to rows, optional
        Keys to suggest; none by default.
    """

    def __init__(self, key: object, known: Mapping[Any, int] | None = None) -> None:
        super().__init__(f"Key '{key}' not present")
        self.key = key
        self._known = known

    def __str__(self) -> str:
        message = str(self.args[0])
        if not isinstance(self.key, str) or not self._known:
            return message
        same = next((form for form in _unicode_forms(self.key) if form in self._known), None)
        if same is not None:
            form = next(name for name in _FORMS if unicodedata.normalize(name, self.key) == same)
            return f"{message}; did you mean {same!r}, the same letters in another Unicode form ({form})?"
        near = near_spellings(self.key, self._known)
        if not near:
            return message
        return f"{message}; did you mean {', '.join(repr(key) for key in near)}?"

    def __reduce__(self) -> tuple[Any, ...]:
        return MissingKeyError, (self.key,)


def near_spellings(word: str, known: Mapping[Any, int], limit: int = 3) -> list[str]:
    """Return known keys that are spelt like `word`.

    Keys that have the same letters in another Unicode form (composed or decomposed accents, for example) come first,
    then those that differ in letter case, then keys at one edit (deletion, transposition, replacement or
    insertion), most frequent first; only if there are none, keys with a high similarity ratio of `difflib`.

    Parameters
    ----------
    word : str
        The word to find similar spellings for.
    known : mapping of keys to rows
        The keys to choose from, most frequent first.
    limit : int, default 3
        Maximum number of keys to return.

    Returns
    -------
    list of str
        The most similar keys.

    Examples
    --------
    >>> from wordkin.vectors.missing_keys import near_spellings
    >>> near_spellings("kign", {"the": 0, "king": 1})
    ['king']
    """
    forms = [word, *_unicode_forms(word)]
    cased = [
        form for form in (*forms[1:], *(other for form in forms for other in _case_variants(form))) if form in known
    ]
    found = list(dict.fromkeys([*cased, *sorted(_one_edit_away(word, known), key=lambda key: known[key])]))
    if not found and len(word) > 3:
        found = _similar_by_ratio(word, known, limit)
    return found[:limit]


def _unicode_forms(word: str) -> list[str]:
    forms = dict.fromkeys(unicodedata.normalize(name, word) for name in _FORMS)
    return [form for form in forms if form != word]


def _case_variants(word: str) -> list[str]:
    stripped = word.strip()
    forms = [stripped, stripped.lower(), stripped.title(), stripped.capitalize(), stripped.upper()]
    return [form for form in dict.fromkeys(forms) if form != word]


def _one_edit_away(word: str, known: Mapping[Any, int]) -> set[str]:
    """Generate all single edits of the word and look each of them up; this does not scan the vocabulary."""
    if not 1 < len(word) <= 64:
        return set()
    # A list is made in one step: another thread may add keys.
    letters = sorted({letter for key in list(known)[:2000] if isinstance(key, str) for letter in key})[:128]
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    edits = {head + tail[1:] for head, tail in splits if tail}
    edits.update(head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1)
    edits.update(head + letter + tail[1:] for head, tail in splits if tail for letter in letters)
    edits.update(head + letter + tail for head, tail in splits for letter in letters)
    return {edit for edit in edits if edit and edit != word and edit in known}


def _similar_by_ratio(word: str, known: Mapping[Any, int], limit: int) -> list[str]:
    candidates = [key for key in list(known)[:_MAX_COMPARED_KEYS] if _may_be_similar(word, key)]
    return difflib.get_close_matches(word, candidates, n=limit, cutoff=0.75)


def _may_be_similar(word: str, key: Hashable) -> bool:
    return isinstance(key, str) and abs(len(key) - len(word)) <= 2 and key[:1].lower() == word[:1].lower()
