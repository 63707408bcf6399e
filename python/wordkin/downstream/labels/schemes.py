"""The tag schemes BIO and IOBES: detection, validation and conversion.

A tag is "O" or a prefix and a type. "B-NP" begins a chunk of type NP and "I-NP" continues it; in IOBES, "E-NP" ends a
chunk and "S-NP" is a chunk of a single token.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ...errors import LabelError
from .chunks import chunks

__all__ = ["Scheme", "as_bio", "as_iobes", "check_scheme", "recognised_scheme"]

Scheme = Literal["bio", "iobes", "plain"]

_PREFIXES = {"bio": "BI", "iobes": "BIES"}
_CONTINUING = "IE"  # prefixes of tags that continue the chunk of the tag before


def recognised_scheme(sentences: Iterable[Sequence[str]]) -> Scheme:
    """Detect the scheme of tags.

    Parameters
    ----------
    sentences : iterable of list of str
        The tags of each sentence.

    Returns
    -------
    {"bio", "iobes", "plain"}
        The scheme; "plain" for tags that do not mark chunks, such as parts of speech.

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
    """Check that tags follow a scheme.

    Parameters
    ----------
    sentences : iterable of list of str
        The tags of each sentence.
    scheme : {"bio", "iobes", "plain"}
        The scheme; "plain" allows any tag.
    name : str, default "Y"
        Name of the argument in error messages.

    Raises
    ------
    LabelError
        For the first tag that violates the scheme, such as "I-NP" after "O".

    Examples
    --------
    >>> check_scheme([["O", "B-NP", "I-NP"]], "bio")
    """
    if scheme == "plain":
        return
    for number, tags in enumerate(sentences):
        violation = _violation(tags, scheme)
        if violation is not None:
            position, reason = violation
            raise LabelError(
                f"{name}[{number}][{position}] must follow the scheme {scheme}, got {tags[position]!r:.60} {reason}; "
                "use scheme='lenient' to train on the tags as they are"
            )


def _violation(tags: Sequence[str], scheme: Scheme) -> tuple[int, str] | None:
    """Return the position of the first tag that violates the scheme, and the reason."""
    prefixes = _PREFIXES[scheme]
    before = "O"
    for position, tag in enumerate([*tags, "O"]):
        if tag != "O" and (tag[1:2] != "-" or tag[0] not in prefixes):
            return position, "without one of the prefixes " + ", ".join(f"{prefix}-" for prefix in prefixes)
        continues = tag[0] in _CONTINUING
        is_open = before[0] == "I" or before[0] == "B"
        if continues and not (is_open and before[2:] == tag[2:]):
            return position, f"after {before!r:.60}" if position else "as the first tag"
        if scheme == "iobes" and is_open and not continues:
            return position - 1, "in a chunk without an end"
        before = tag
    return None


def as_bio(tags: Sequence[str]) -> list[str]:
    """Convert the tags of a sentence from IOBES, or from inconsistent BIO, to BIO.

    Parameters
    ----------
    tags : list of str
        The tags of a sentence.

    Returns
    -------
    list of str
        BIO tags that mark the same chunks.

    Examples
    --------
    >>> as_bio(["S-NP", "O", "B-VP", "E-VP"])
    ['B-NP', 'O', 'B-VP', 'I-VP']
    """
    return _chunk_tags(tags, single="B", end="I")


def as_iobes(tags: Sequence[str]) -> list[str]:
    """Convert the tags of a sentence from BIO to IOBES.

    Parameters
    ----------
    tags : list of str
        The tags of a sentence.

    Returns
    -------
    list of str
        IOBES tags that mark the same chunks.

    Examples
    --------
    >>> as_iobes(["B-NP", "O", "B-VP", "I-VP"])
    ['S-NP', 'O', 'B-VP', 'E-VP']
    """
    return _chunk_tags(tags, single="S", end="E")


def _chunk_tags(tags: Sequence[str], *, single: str, end: str) -> list[str]:
    converted = ["O"] * len(tags)
    for kind, first, last in chunks(tags):
        if first == last:
            converted[first] = f"{single}-{kind}"
        else:
            converted[first : last + 1] = [f"B-{kind}", *[f"I-{kind}"] * (last - first - 1), f"{end}-{kind}"]
    return converted
