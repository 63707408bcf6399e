"""The schemes by which tags mark chunks: detection, validation and conversion.

A tag is "O", outside of all chunks, or a prefix and the type of a chunk, such as "B-NP". If there is only one type, it
may be missing ("B"). A chunk of three, of two and of one token has these prefixes:

====== ======= ===== === ==========================================================================
bio    B I I   B I   B   also called IOB2
iob1   I I I   I I   I   B instead of the first I, if the token before belongs to a chunk of the same type
iobes  B I E   B E   S   also called BIOES
bilou  B I L   B L   U
bmes   B M E   B E   S   also called BMEOS; common for Chinese
====== ======= ===== === ==========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ...errors import LabelError
from .chunks import chunks

__all__ = ["Scheme", "as_bio", "as_iobes", "as_scheme", "check_scheme", "recognised_scheme", "standard_tags"]

Scheme = Literal["bio", "iob1", "iobes", "bilou", "bmes", "plain"]


class _Letters(NamedTuple):
    single: str
    begin: str
    inside: str
    end: str

    @property
    def prefixes(self) -> str:
        return "".join(dict.fromkeys((self.begin, self.inside, self.end, self.single)))


_LETTERS: dict[Scheme, _Letters] = {
    "bio": _Letters("B", "B", "I", "I"),
    "iobes": _Letters("S", "B", "I", "E"),
    "bilou": _Letters("U", "B", "I", "L"),
    "bmes": _Letters("S", "B", "M", "E"),
}
_TO_IOBES = {"M": "I", "L": "E", "U": "S"}
_TYPED = re.compile("[A-Z]-")
# Tags that mark chunks in another notation, such as "b-np", "B_NP" and "NP-B".
_CHUNK_LIKE = re.compile("[BIESMLU][-_:/|].*|.*[-_:/|][BIESMLU]", re.IGNORECASE)
_MAX_SHOWN = 5  # tags in an error message


def recognised_scheme(sentences: Iterable[Sequence[str]], name: str = "y") -> Scheme:
    """Detect the scheme of tags.

    Parameters
    ----------
    sentences : iterable of list of str
        The tags of each sentence.
    name : str, default "y"
        Name of the argument in error messages.

    Returns
    -------
    {"bio", "iob1", "iobes", "bilou", "bmes", "plain"}
        The scheme; "plain" for tags that do not mark chunks, such as parts of speech.

    Raises
    ------
    LabelError
        If tags have a prefix, as in "X-NP", but do not fit any scheme.

    Examples
    --------
    >>> recognised_scheme([["B-NP", "I-NP", "O"]])
    'bio'
    >>> recognised_scheme([["B-PER", "M-PER", "E-PER"]])
    'bmes'
    >>> recognised_scheme([["DT", "NN"]])
    'plain'
    """
    given = [list(tags) for tags in sentences]
    marks = sorted({tag for tags in given for tag in tags} - {"O"})
    letters = {tag[:1] for tag in marks}
    has_types = all(map(_TYPED.match, marks))
    is_untyped = all(len(tag) == 1 for tag in marks) and "B" in letters and len(letters) > 1
    if marks and (has_types or is_untyped):
        for scheme, own in _LETTERS.items():
            if letters <= set(own.prefixes):
                return "iob1" if scheme == "bio" and _is_iob1(given) else scheme
    if any(map(_TYPED.match, marks)) or (marks and not is_untyped and all(map(_CHUNK_LIKE.fullmatch, marks))):
        shown = ", ".join(map(repr, marks[:_MAX_SHOWN])) + (", ..." if len(marks) > _MAX_SHOWN else "")
        raise LabelError(
            f"{name} must have tags of one of the schemes bio, iob1, {', '.join(list(_LETTERS)[1:])}, such as 'B-NP', "
            f"or tags that do not mark chunks, got {shown}; convert them, or use scheme='plain' to score them token by "
            "token"
        )
    return "plain"


def _is_iob1(sentences: Sequence[Sequence[str]]) -> bool:
    """Whether BIO tags would be invalid, but IOB1 tags are not."""
    return any(_violation(tags, "bio") for tags in sentences) and not any(
        _violation(tags, "iob1") for tags in sentences
    )


def check_scheme(sentences: Iterable[Sequence[str]], scheme: Scheme, name: str = "Y") -> None:
    """Check that tags follow a scheme.

    Parameters
    ----------
    sentences : iterable of list of str
        The tags of each sentence.
    scheme : {"bio", "iob1", "iobes", "bilou", "bmes", "plain"}
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
    letters = _LETTERS["bio" if scheme == "iob1" else scheme]
    prefixes, continuing, opening = letters.prefixes, {letters.inside, letters.end}, {letters.begin, letters.inside}
    before = "O"
    for position, tag in enumerate([*tags, "O"]):
        prefix = tag[:1]
        if tag != "O" and (prefix not in prefixes or not prefix or tag[1:2] not in ("", "-")):
            return position, "without one of the prefixes " + ", ".join(f"{prefix}-" for prefix in prefixes)
        is_same = before != "O" and before[1:] == tag[1:]
        must_continue = prefix == "B" if scheme == "iob1" else prefix in continuing
        if must_continue and not (is_same and (scheme == "iob1" or before[0] in opening)):
            return position, f"after {before!r:.60}" if position else "as the first tag"
        if letters.end != letters.inside and before[0] in opening and prefix not in continuing:
            return position - 1, "in a chunk without an end"
        before = tag
    return None


def standard_tags(tags: Sequence[str]) -> list[str]:
    """Replace the prefixes of BILOU and BMES by those of IOBES, which `chunks` reads.

    Parameters
    ----------
    tags : list of str
        The tags of a sentence.

    Returns
    -------
    list of str
        The tags; those with other prefixes are unchanged.

    Examples
    --------
    >>> standard_tags(["B-NP", "L-NP", "U-NP", "O"])
    ['B-NP', 'E-NP', 'S-NP', 'O']
    """
    return [_TO_IOBES.get(tag[:1], tag[:1]) + tag[1:] if tag[1:2] in ("", "-") else tag for tag in tags]


def as_bio(tags: Sequence[str]) -> list[str]:
    """Convert the tags of a sentence from any scheme, or from inconsistent BIO, to BIO.

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
    return as_scheme(tags, "bio")


def as_iobes(tags: Sequence[str]) -> list[str]:
    """Convert the tags of a sentence from any scheme to IOBES.

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
    return as_scheme(tags, "iobes")


def as_scheme(tags: Sequence[str], scheme: Scheme) -> list[str]:
    """Convert the tags of a sentence from any scheme to another one.

    Parameters
    ----------
    tags : list of str
        The tags of a sentence.
    scheme : {"bio", "iob1", "iobes", "bilou", "bmes", "plain"}
        The scheme of the result; "plain" for the tags as they are.

    Returns
    -------
    list of str
        Tags that mark the same chunks.

    Examples
    --------
    >>> as_scheme(["B-NP", "B-NP", "I-NP", "O", "B-VP"], "iob1")
    ['I-NP', 'B-NP', 'I-NP', 'O', 'I-VP']
    >>> as_scheme(["B-NP", "B-NP", "I-NP", "O"], "bilou")
    ['U-NP', 'B-NP', 'L-NP', 'O']
    """
    if scheme == "plain":
        return list(tags)
    given = standard_tags(tags)
    converted = ["O"] * len(given)
    last_kind, after_last = "", 0
    for kind, first, last in chunks(given):
        if scheme == "iob1":
            touches_same = kind == last_kind and first == after_last
            prefixes = ("B" if touches_same else "I") + "I" * (last - first)
        elif first == last:
            prefixes = _LETTERS[scheme].single
        else:
            _, begin, inside, end = _LETTERS[scheme]
            prefixes = begin + inside * (last - first - 1) + end
        ending = given[first][1:]  # a hyphen and the type, or nothing
        converted[first : last + 1] = [prefix + ending for prefix in prefixes]
        last_kind, after_last = kind, last + 1
    return converted
