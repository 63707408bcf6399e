"""Schemes of tags that mark chunks of tokens: BIO and IOBES, their rules, and the way from one to the other.

A tag is O, or a prefix and a type: B-NP begins a chunk, I-NP goes on in it; in IOBES E-NP ends it, and S-NP is a whole
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ...errors import LabelError
from .chunks import chunks

__all__ = ["SCHEMES", "Scheme", "as_bio", "as_iobes", "check_scheme", "recognised_scheme"]

Scheme = Literal["bio", "iobes", "plain"]
SCHEMES: tuple[Scheme, ...] = ("bio", "iobes", "plain")

_PREFIXES = {"bio": "BI", "iobes": "BIES"}
_INSIDE = "IE"  # of a chunk that the tag before has begun


def recognised_scheme(sentences: Iterable[Sequence[str]]) -> Scheme:
    """Return the scheme that tags are written in; "plain" for tags that mark no chunks, such as parts of speech.

    Examples
    --------
    >>> recognised_scheme([["B-NP", "I-NP", "O"]])
    'bio'
    >>> recognised_scheme([["DT", "NN"]])
    'plain'
    """
    prefixes: set[str] = set()
    for tag in {tag for tags in sentences for tag in tags}:
        if tag != "O":
            if tag[1:2] != "-" or tag[0] not in "BIES":
                return "plain"
            prefixes.add(tag[0])
    if not prefixes:
        return "plain"
    return "iobes" if prefixes & set("ES") else "bio"


def check_scheme(sentences: Iterable[Sequence[str]], scheme: Scheme, name: str = "Y") -> None:
    """Raise a LabelError for the first tag that breaks a scheme, such as I-NP behind O.

    Examples
    --------
    >>> check_scheme([["O", "B-NP", "I-NP"]], "bio")
    """
    if scheme == "plain":
        return
    for number, tags in enumerate(sentences):
        fault = _fault(tags, scheme)
        if fault is not None:
            place, why = fault
            raise LabelError(
                f"{name}[{number}][{place}] is {tags[place]!r:.60}, {why}: the scheme {scheme} forbids that; give "
                "scheme='lenient' to learn tags as they are"
            )


def _fault(tags: Sequence[str], scheme: Scheme) -> tuple[int, str] | None:
    prefixes = _PREFIXES[scheme]
    before = "O"
    for place, tag in enumerate([*tags, "O"]):
        if tag != "O" and (tag[1:2] != "-" or tag[0] not in prefixes):
            return place, "which is neither O nor one of " + ", ".join(f"{prefix}-" for prefix in prefixes)
        goes_on = tag[0] in _INSIDE
        is_open = before[0] == "I" or before[0] == "B"
        if goes_on and not (is_open and before[2:] == tag[2:]):
            return place, f"behind {before!r:.60}" if place else "the first"
        if scheme == "iobes" and is_open and not goes_on:
            return place - 1, "which nothing goes on from"
        before = tag
    return None


def as_bio(tags: Sequence[str]) -> list[str]:
    """Return tags of IOBES, or of a broken BIO, as tags of BIO that mark the same chunks.

    Examples
    --------
    >>> as_bio(["S-NP", "O", "B-VP", "E-VP"])
    ['B-NP', 'O', 'B-VP', 'I-VP']
    """
    return _written(tags, single="B", end="I")


def as_iobes(tags: Sequence[str]) -> list[str]:
    """Return tags of BIO as tags of IOBES that mark the same chunks.

    Examples
    --------
    >>> as_iobes(["B-NP", "O", "B-VP", "I-VP"])
    ['S-NP', 'O', 'B-VP', 'E-VP']
    """
    return _written(tags, single="S", end="E")


def _written(tags: Sequence[str], *, single: str, end: str) -> list[str]:
    written = ["O"] * len(tags)
    for kind, first, last in chunks(tags):
        if first == last:
            written[first] = f"{single}-{kind}"
        else:
            written[first : last + 1] = [f"B-{kind}", *[f"I-{kind}"] * (last - first - 1), f"{end}-{kind}"]
    return written
