"""Tokens and keys that are not text, such as numbers: their JSON form, and the bytes for which the core counts them."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

import numpy as np

from .. import _core

__all__ = ["TokenKeys", "decoded_token", "key_from_json", "key_to_json"]

_MAX_CACHED_TOKENS = 1 << 20
_DIGITS = 20  # of 64-bit integers: the bytes of shorter ones are padded, so that they sort as numbers do


class TokenKeys(dict[object, bytes]):
    """The bytes under which the core counts and finds tokens that are not text.

    They begin with a byte that no text has, so that the number 5 and the word ``"5"`` are different. Tokens that are
    equal in Python (``1``, ``1.0``, ``True`` and ``numpy.int64(1)``) have the same bytes. This is a dictionary because
    the core looks up a token each time that it occurs; it is emptied when it is full.

    Examples
    --------
    >>> keys = TokenKeys()
    >>> keys[5] == keys[5.0], keys[5] == keys[(5,)]
    (True, False)
    """

    def __missing__(self, token: object) -> bytes:
        if token is None:
            raise TypeError("None is not a word; leave it out")
        key = _core.text.not_text + f"{key_to_json(token):>{_DIGITS}}".encode()
        if len(self) >= _MAX_CACHED_TOKENS:
            self.clear()
        self[token] = key
        return key


def decoded_token(key: bytes) -> Hashable:
    """Return the token that has given bytes.

    Parameters
    ----------
    key : bytes
        Bytes that `TokenKeys` has given to a token.

    Returns
    -------
    hashable
        The token; numbers without a fraction as int.

    Examples
    --------
    >>> decoded_token(TokenKeys()[("item", 5)])
    ('item', 5)
    """
    return key_from_json(key.removeprefix(_core.text.not_text).decode())


def key_to_json(key: object) -> str:
    """Return the JSON form of a key, which is the same for equal keys.

    Parameters
    ----------
    key : object
        A str, a number except NaN, bytes, None, or a tuple or frozenset of such values.

    Returns
    -------
    str
        JSON in ASCII: tuples as arrays, other values that JSON does not have as objects with a single name.

    Raises
    ------
    TypeError
        If the key has another type.
    ValueError
        If the key is or contains NaN.

    Examples
    --------
    >>> key_to_json(("item", 5, frozenset({b"\\\\0"})))
    '["item",5,{"frozenset":[{"bytes":"5c30"}]}]'
    """
    return json.dumps(_as_json(key), separators=(",", ":"))


def key_from_json(text: str) -> Hashable:
    """Return the key that has a given JSON form.

    Parameters
    ----------
    text : str
        From `key_to_json`.

    Returns
    -------
    hashable
        The key.

    Raises
    ------
    ValueError
        If the text is not the JSON form of a key.

    Examples
    --------
    >>> key_from_json('["item",5]')
    ('item', 5)
    """
    return _from_json(json.loads(text))


def _as_json(key: object) -> Any:
    if key is None or isinstance(key, str):
        return key
    if isinstance(key, bool | int | np.integer | np.bool_):
        return int(key)
    if isinstance(key, float | np.floating):
        if np.isnan(key):
            raise ValueError("NaN is not equal to itself")
        return int(key) if float(key).is_integer() else float(key)
    if isinstance(key, tuple):
        return [_as_json(item) for item in key]
    if isinstance(key, bytes):
        return {"bytes": key.hex()}
    if isinstance(key, frozenset):
        return {"frozenset": sorted((_as_json(item) for item in key), key=json.dumps)}
    raise TypeError(f"values of the type {type(key).__name__} cannot be stored in files; use str, numbers or tuples")


def _from_json(value: Any) -> Hashable:
    if isinstance(value, list):
        return tuple(_from_json(item) for item in value)
    if isinstance(value, dict):
        match value:
            case {"bytes": str(digits)} if len(value) == 1:
                return bytes.fromhex(digits)
            case {"frozenset": list(items)} if len(value) == 1:
                return frozenset(_from_json(item) for item in items)
        raise ValueError(f"must be the JSON form of a key, got {json.dumps(value)[:60]}")
    plain: Hashable = value
    return plain
