"""Tables of the properties of Unicode characters for the C++ core, made from `unicodedata`."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .tokenization import CharacterKind, character_kind, is_variation_selector

__all__ = ["Form", "character_tables"]

Form = Literal["NFC", "NFKC"]

# Characters with entries: those of the first planes, and the tags and variation selectors of plane 14. All others have
# the properties of the last entry.
_DIRECT, _TAGS = range(0x33480), range(0xE0000, 0xE0200)

# Large blocks whose characters are all alike, which need not be examined one by one.
_HANGUL = range(0xAC00, 0xD7A4)
_UNIFORM = (range(0x3400, 0x4DC0), range(0x4E00, 0x9FA6), _HANGUL, range(0xE000, 0xF900), range(0x20000, 0x2A6D7))
_SURROGATES = range(0xD800, 0xE000)

_CASED, _CASE_IGNORABLE, _VARIATION_SELECTOR, _NORMALIZED = 0x10, 0x20, 0x40, 0x80
_SIGMA, _FINAL_SIGMA = "\u03a3", "\u03c2"

Table = NDArray[Any]


@cache
def character_tables(form: Form | None = None) -> dict[str, Table]:
    """Return the arrays that `_core.text.TextPreparer` needs.

    Parameters
    ----------
    form : {"NFC", "NFKC"} or None, default None
        Form of normalization; None for none.

    Returns
    -------
    dict of str to ndarray
        The arrays by name, read-only; see ``cpp/text/character_tables.h``.

    Examples
    --------
    >>> tables = character_tables("NFC")
    >>> chr(tables["lower"][ord("A")])
    'a'
    """
    tables = dict(_properties_and_case())
    if form is None:
        empty = {"starts": np.zeros(1, np.int32), "characters": np.empty(0, np.int32)}
        empty |= {"pairs": np.empty(0, np.uint64), "composed": np.empty(0, np.int32)}
        tables |= {"decomposition": np.full(len(tables["lower"]), -1, np.int32), **empty}
    else:
        decompositions = _decompositions(form)
        pairs = _compositions()
        tables |= decompositions | pairs
        tables["properties"] = _marked_as_normalized(tables, form)
    for table in tables.values():
        table.setflags(write=False)
    return tables


def _index(code: int) -> int:
    if code < len(_DIRECT):
        return code
    return len(_DIRECT) + (code - _TAGS.start if code in _TAGS else len(_TAGS))


@cache
def _properties_and_case() -> dict[str, Table]:
    size = len(_DIRECT) + len(_TAGS) + 1
    properties = np.full(size, CharacterKind.SYMBOL.value, np.uint8)
    classes = np.zeros(size, np.uint8)
    lower = np.full(size, -1, np.int32)
    for block in _UNIFORM:
        properties[block.start : block.stop] = character_kind(chr(block.start)).value
    for code in _examined():
        character = chr(code)
        index = _index(code)
        properties[index] = character_kind(character).value
        if unicodedata.category(character) == "Lo" and code > 0xFF:
            continue  # neither cased nor combined
        properties[index] |= _flags_of(character)
        classes[index] = unicodedata.combining(character)
        lowered = character.lower()
        if lowered != character and len(lowered) == 1:
            lower[index] = ord(lowered)
    return {"properties": properties, "combining_classes": classes, "lower": lower}


@cache
def _examined() -> tuple[int, ...]:
    """Return the code points of the assigned characters outside the uniform blocks, without surrogates."""
    holes = (*_UNIFORM, _SURROGATES)
    codes = (code for code in (*_DIRECT, *_TAGS) if unicodedata.category(chr(code)) != "Cn")
    return tuple(code for code in codes if not any(code in hole for hole in holes))


def _flags_of(character: str) -> int:
    # Python's own rule of the final sigma shows the two properties that it depends on.
    flags = _VARIATION_SELECTOR if is_variation_selector(character) else 0
    if (character + _SIGMA).lower()[-1] == _FINAL_SIGMA:
        return flags | _CASED
    if ("A" + character + _SIGMA).lower()[-1] == _FINAL_SIGMA:
        return flags | _CASE_IGNORABLE
    return flags


def _decompositions(form: Form) -> dict[str, Table]:
    """Return the complete decompositions of all characters except Hangul syllables."""
    decomposed: Literal["NFD", "NFKD"] = "NFD" if form == "NFC" else "NFKD"
    index = np.full(len(_DIRECT) + len(_TAGS) + 1, -1, np.int32)
    starts: list[int] = [0]
    characters: list[int] = []
    for code in _examined():
        parts = unicodedata.normalize(decomposed, chr(code))
        if parts != chr(code):
            index[_index(code)] = len(starts) - 1
            characters += map(ord, parts)
            starts.append(len(characters))
    return {
        "decomposition": index,
        "starts": np.array(starts, np.int32),
        "characters": np.array(characters, np.int32),
    }


@cache
def _compositions() -> dict[str, Table]:
    """Return the pairs of characters that form one, except those of Hangul."""
    found = {}
    for code in _examined():
        decomposition = unicodedata.decomposition(chr(code))
        if not decomposition or decomposition.startswith("<"):
            continue
        parts = [int(part, 16) for part in decomposition.split()]
        if len(parts) == 2 and unicodedata.normalize("NFC", "".join(map(chr, parts))) == chr(code):
            found[parts[0] << 32 | parts[1]] = code
    pairs = sorted(found)
    composed = np.array([found[pair] for pair in pairs], np.int32)
    return {"pairs": np.array(pairs, np.uint64), "composed": composed}


def _marked_as_normalized(tables: dict[str, Table], form: Form) -> Table:
    """Return the properties with a mark on the characters among which text is normalized already."""
    is_second = np.zeros(len(tables["properties"]), bool)
    is_second[tables["pairs"] & np.uint64(0xFFFFFFFF)] = True
    is_second[0x1161:0x1176] = is_second[0x11A8:0x11C3] = True  # vowels and final consonants of Hangul
    changes = np.zeros(len(is_second), bool)
    for code in _examined():
        if tables["decomposition"][_index(code)] >= 0:
            changes[_index(code)] = unicodedata.normalize(form, chr(code)) != chr(code)
    is_normalized = ~is_second & ~changes & (tables["combining_classes"] == 0)
    return np.where(is_normalized, tables["properties"] | _NORMALIZED, tables["properties"]).astype(np.uint8)
