"""The names of ``gensim.utils`` that wordkin has: preprocessing of text, and rules for trimming vocabularies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..text import RULE_DEFAULT, RULE_DISCARD, RULE_KEEP

__all__ = ["RULE_DEFAULT", "RULE_DISCARD", "RULE_KEEP", "deaccent", "simple_preprocess", "tokenize"]

_ALPHABETIC = re.compile(r"[^\W\d]+")


def tokenize(
    text: str | bytes,
    lowercase: bool = False,
    deacc: bool = False,
    encoding: str = "utf8",
    errors: str = "strict",
    to_lower: bool = False,
    lower: bool = False,
) -> Iterator[str]:
    """Split a text into its maximal runs of letters and underscores.

    Parameters
    ----------
    text : str or bytes
        The text; bytes are decoded.
    lowercase : bool, default False
        Convert to lower case first.
    deacc : bool, default False
        Remove accents; see `deaccent`.
    encoding : str, default "utf8"
        Encoding of bytes.
    errors : str, default "strict"
        Treatment of bytes that are not valid.
    to_lower, lower : bool, default False
        Other names of `lowercase`.

    Yields
    ------
    str
        The tokens.

    Examples
    --------
    >>> list(tokenize("Nic nemůže létat rychlostí vyšší než 300 km/s", deacc=True))
    ['Nic', 'nemuze', 'letat', 'rychlosti', 'vyssi', 'nez', 'km', 's']
    """
    decoded = text.decode(encoding, errors) if isinstance(text, bytes) else text
    if lowercase or to_lower or lower:
        decoded = decoded.lower()
    if deacc:
        decoded = deaccent(decoded)
    for match in _ALPHABETIC.finditer(decoded):
        yield match.group()


def deaccent(text: str | bytes) -> str:
    """Remove the accents of letters, in every script.

    Parameters
    ----------
    text : str or bytes
        The text; bytes are decoded as UTF-8.

    Returns
    -------
    str
        The text without nonspacing marks, in Unicode form NFC.

    Examples
    --------
    >>> deaccent("Šéf chomutovských komunistů dostal poštou bílý prášek")
    'Sef chomutovskych komunistu dostal postou bily prasek'
    """
    decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    kept = (char for char in unicodedata.normalize("NFD", decoded) if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", "".join(kept))


def simple_preprocess(doc: str | bytes, deacc: bool = False, min_len: int = 2, max_len: int = 15) -> list[str]:
    """Convert a document to a list of lower-case tokens, leaving out those that are very short or very long.

    Parameters
    ----------
    doc : str or bytes
        The document; bytes are decoded as UTF-8, and invalid ones are ignored.
    deacc : bool, default False
        Remove accents.
    min_len, max_len : int, default 2 and 15
        Length of the tokens to keep, in characters.

    Returns
    -------
    list of str
        The tokens, without those that start with an underscore.

    Examples
    --------
    >>> simple_preprocess("It was 20 years ago today, on a _rainy_ Sunday!")
    ['it', 'was', 'years', 'ago', 'today', 'on', 'sunday']
    """
    tokens = tokenize(doc, lowercase=True, deacc=deacc, errors="ignore")
    return [token for token in tokens if min_len <= len(token) <= max_len and not token.startswith("_")]
