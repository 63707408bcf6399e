"""Keys in files: as tensors that keep their types, and as the words of text formats."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import FormatError
from ..storage import pack_words, unpack_words
from ..text import key_from_json, key_to_json

__all__ = ["keys_as_words", "pack_keys", "unpack_keys"]

# Entries of the tensor `key_kinds`, which says what the text of each key means.
_TEXT, _INTEGER, _EMPTY, _JSON = range(4)


def pack_keys(keys: Sequence[Any]) -> dict[str, NDArray[Any]]:
    """Return keys as tensors.

    Parameters
    ----------
    keys : sequence of str or other keys
        The keys; None stands for a row without a key.

    Returns
    -------
    dict of str to ndarray
        The tensors `words` and `word_offsets` (see `pack_words`) and, if a key is not a str, `key_kinds`: 0 for text, 1
        for an integer in decimal digits, 2 for a row without a key, 3 for the JSON form of `key_to_json`. If the keys
        are the numbers of their rows, only `row_numbers`, how many there are.

    Raises
    ------
    TypeError
        If a key has a type that `key_to_json` does not support.

    Examples
    --------
    >>> tensors = pack_keys(["word", 5, ("item", 5)])
    >>> tensors["key_kinds"].tolist()
    [0, 1, 3]
    >>> unpack_keys(tensors)
    ['word', 5, ('item', 5)]
    """
    types = set(map(type, keys))
    if types <= {str}:  # the usual case, for millions of keys
        words, offsets = pack_words(keys)
        return {"words": words, "word_offsets": offsets}
    if types == {int} and all(map(operator.eq, keys, range(len(keys)))):
        return {"row_numbers": np.array([len(keys)], dtype=np.int64)}
    texts_and_kinds = [_text_and_kind(key) for key in keys]
    words, offsets = pack_words([text for text, _ in texts_and_kinds])
    kinds = np.array([kind for _, kind in texts_and_kinds], dtype=np.uint8)
    return {"words": words, "word_offsets": offsets, "key_kinds": kinds}


def unpack_keys(tensors: Mapping[str, NDArray[Any]]) -> list[Any]:
    """Return the keys that `pack_keys` has packed.

    Parameters
    ----------
    tensors : mapping of str to ndarray
        The tensors; without `key_kinds`, all keys are text.

    Returns
    -------
    list of str or other keys
        The keys.

    Raises
    ------
    KeyError
        If a tensor is missing.
    CorruptFileError, ValueError
        If the tensors do not hold keys.
    """
    if "row_numbers" in tensors:
        count = int(tensors["row_numbers"][0])
        if not 0 <= count <= len(tensors["vectors"]):
            raise ValueError(f"row_numbers must be the number of rows, {len(tensors['vectors'])}, got {count}")
        return list(range(count))
    words = unpack_words(tensors["words"], tensors["word_offsets"])
    if "key_kinds" not in tensors:
        return words
    return [_key_of(word, kind) for word, kind in zip(words, tensors["key_kinds"].tolist(), strict=True)]


def keys_as_words(keys: Sequence[Any]) -> list[str]:
    """Return keys as the words of a format that holds text only.

    Parameters
    ----------
    keys : sequence of str or other keys
        The keys.

    Returns
    -------
    list of str
        The keys; integers in decimal digits, as which they are read back as text.

    Raises
    ------
    FormatError
        If a key is neither text nor an integer, or two keys become the same word.

    Examples
    --------
    >>> keys_as_words(["word", 5])
    ['word', '5']
    """
    if set(map(type, keys)) <= {str}:
        return list(keys)
    words: dict[str, Any] = {}
    for key in keys:
        if not isinstance(key, str | int | np.integer) or isinstance(key, bool):
            raise FormatError(
                f"keys must be text or integers in text formats, got {key!r:.60}; save() keeps their types"
            )
        other = words.setdefault(str(key), key)
        if other is not key:
            raise FormatError(
                f"keys must be different as text in text formats, got {other!r:.60} and {key!r:.60}; "
                "save() keeps their "
                "types"
            )
    return list(words)


def _text_and_kind(key: object) -> tuple[str, int]:
    if isinstance(key, str):
        return key, _TEXT
    if key is None:
        return "", _EMPTY
    try:
        return key_to_json(key), _INTEGER if isinstance(key, int | np.integer) else _JSON
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"keys must be text, numbers or tuples of them to be saved, got {key!r:.60} ({error})"
        ) from None


def _key_of(text: str, kind: int) -> Hashable:
    if kind == _TEXT:
        return text
    if kind == _INTEGER:
        return int(text)
    if kind == _EMPTY:
        return None
    if kind == _JSON:
        return key_from_json(text)
    raise ValueError(f"kinds of keys must be from 0 to 3, got {kind}")
