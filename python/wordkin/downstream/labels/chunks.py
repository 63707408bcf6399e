"""Chunks that tags mark, by the rules of the CoNLL shared tasks (the default mode of seqeval)."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Chunk", "chunks"]

Chunk = tuple[str, int, int]  # type, first token, last token


def chunks(tags: Sequence[str]) -> list[Chunk]:
    """Return the chunks that the tags of a sentence mark.

    Tags that violate their scheme are interpreted leniently: "I-NP" after "O" begins a chunk.

    Parameters
    ----------
    tags : list of str
        BIO or IOBES tags, one per token.

    Returns
    -------
    list of (str, int, int)
        Type, index of the first token and index of the last token of each chunk.

    Examples
    --------
    >>> chunks(["B-NP", "I-NP", "O", "I-VP"])
    [('NP', 0, 1), ('VP', 3, 3)]
    """
    found: list[Chunk] = []
    prefix, kind, first = "O", "", 0
    for position, tag in enumerate([*tags, "O"]):
        next_prefix, next_kind = tag[:1], tag[1:].split("-", maxsplit=1)[-1] or "_"
        if _ends(prefix, kind, next_prefix, next_kind):
            found.append((kind, first, position - 1))
        if _begins(prefix, kind, next_prefix, next_kind):
            first = position
        prefix, kind = next_prefix, next_kind
    return found


def _ends(prefix: str, kind: str, next_prefix: str, next_kind: str) -> bool:
    """Return whether a chunk ends between two tags."""
    if prefix in ("E", "S") or (prefix in ("B", "I") and next_prefix in ("B", "S", "O")):
        return True
    return prefix not in ("O", ".") and kind != next_kind


def _begins(prefix: str, kind: str, next_prefix: str, next_kind: str) -> bool:
    """Return whether a chunk begins between two tags."""
    if next_prefix in ("B", "S") or (prefix in ("E", "S", "O") and next_prefix in ("E", "I")):
        return True
    return next_prefix not in ("O", ".") and kind != next_kind
