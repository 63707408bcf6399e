"""Tags of documents: their checks, their rows, and how often they occur."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import CorpusError, VocabularyError
from ..documents import Tag

__all__ = ["KnownTags", "TagCounts", "TagScan"]

_MAX_ROW = 2**31 - 2
# An integer tag is a row number, so that all smaller numbers get rows as well. A larger share of unused rows than this
# is taken for a mistake: numbers that are identifiers.
_MAX_UNUSED = 100
_FREE_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class TagCounts:
    """The tags of a corpus.

    Parameters
    ----------
    integers : int
        Number of rows of integer tags, which are their row numbers: the largest tag plus 1.
    strings : list of str
        The other tags in order of first occurrence, whose rows follow.
    documents : ndarray of int64, shape (rows,)
        Number of documents of each row.
    words : ndarray of int64, shape (rows,)
        Number of words in these documents.
    """

    integers: int
    strings: list[str]
    documents: NDArray[np.int64]
    words: NDArray[np.int64]

    @property
    def keys(self) -> list[Tag]:
        """The tag of each row."""
        return [*range(self.integers), *self.strings]


def _checked_tags(tags: Any, number: int, name: str) -> Iterable[Any]:
    if isinstance(tags, str | bytes | Mapping) or not isinstance(tags, Iterable):
        raise TypeError(
            f"{name}: the tags of document {number} must be a list, got {type(tags).__name__} ({tags!r:.60}); one tag "
            f"is a list, too: [{tags!r:.40}]"
        )
    return tags


def _refuse_tag(tag: Any, number: int, name: str) -> None:
    where = f"{name}: the tags of document {number}"
    if isinstance(tag, str):
        raise VocabularyError(f"{where} must have been seen by build_vocab, got the new tag {tag!r:.80}")
    if isinstance(tag, bool) or not isinstance(tag, int | np.integer):
        raise TypeError(f"{where} must be str or integers, got {type(tag).__name__} ({tag!r:.60})")
    if not 0 <= tag <= _MAX_ROW:
        raise CorpusError(
            f"{where} must be integers from 0 to {_MAX_ROW}, which are numbers of rows, got {tag}; pass other "
            f"identifiers as str: {str(tag)!r}"
        )


def _require_tags(count: int, number: int, name: str) -> None:
    if count == 0:
        raise CorpusError(f"{name}: document {number} must have at least one tag, got none")


class TagScan:
    """Collects the tags of a corpus while its words are counted.

    Parameters
    ----------
    name : str
        Name of the documents in error messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._strings: dict[str, int] = {}
        self._tags = array("q")  # integers as they are, strings as -1 - number
        self._counts = array("q")  # of tags of each document
        self._words = array("q")  # of each document

    def add(self, tags: Any, words: int) -> None:
        """Record the tags of the next document.

        Parameters
        ----------
        tags : iterable of str or int
            The tags.
        words : int
            Number of words of the document.

        Raises
        ------
        TypeError, CorpusError
            If these are not tags.
        """
        number, before = len(self._counts), len(self._tags)
        for tag in _checked_tags(tags, number, self._name):
            if isinstance(tag, str):
                self._tags.append(-1 - self._strings.setdefault(tag, len(self._strings)))
                continue
            if type(tag) is not int or not 0 <= tag <= _MAX_ROW:
                _refuse_tag(tag, number, self._name)
            self._tags.append(int(tag))
        _require_tags(len(self._tags) - before, number, self._name)
        self._counts.append(len(self._tags) - before)
        self._words.append(words)

    def finish(self) -> TagCounts:
        """Return all tags.

        Returns
        -------
        TagCounts
            The tags and how often they occur.

        Raises
        ------
        CorpusError
            If integer tags have large gaps, or there are too many tags.
        """
        tags = np.frombuffer(self._tags, np.int64)
        integers = int(tags.max(initial=-1)) + 1
        self._refuse_gaps(tags[tags >= 0], integers)
        if integers + len(self._strings) > _MAX_ROW:
            raise CorpusError(f"{self._name}: there must be at most {_MAX_ROW} tags")
        rows = np.where(tags >= 0, tags, integers - 1 - tags)
        words = np.repeat(np.frombuffer(self._words, np.int64), np.frombuffer(self._counts, np.int64))
        count = integers + len(self._strings)
        return TagCounts(
            integers=integers,
            strings=list(self._strings),
            documents=np.bincount(rows, minlength=count).astype(np.int64),
            words=np.bincount(rows, weights=words, minlength=count).astype(np.int64),
        )

    def _refuse_gaps(self, tags: NDArray[np.int64], rows: int) -> None:
        if rows <= _FREE_ROWS:
            return
        used = len(np.unique(tags))
        if rows > _FREE_ROWS + _MAX_UNUSED * used:
            raise CorpusError(
                f"{self._name}: integer tags must be row numbers without large gaps, got {used} different ones up to "
                f"{rows - 1}, for each of which there would be a vector; pass identifiers as str"
            )


class KnownTags:
    """Maps the tags of documents to rows of a model, and keeps those of a few documents until they are taken.

    Parameters
    ----------
    rows : mapping of tags to int
        Row of each tag.
    name : str
        Name of the documents in error messages.
    tag_count : int or None
        Number of tags that each document must have; None for any.
    """

    def __init__(self, rows: Mapping[Any, int], name: str, tag_count: int | None) -> None:
        self._rows = rows
        self._name = name
        self._tag_count = tag_count
        self._documents = 0
        self._found = array("i")
        self._ends = array("q")

    def add(self, tags: Any, words: int) -> None:
        """Record the tags of the next document.

        Parameters
        ----------
        tags : iterable of str or int
            The tags.
        words : int
            Ignored.

        Raises
        ------
        TypeError, CorpusError, VocabularyError
            If these are not tags, not as many as each document must have, or unknown.
        """
        before = len(self._found)
        for tag in _checked_tags(tags, self._documents, self._name):
            row = None if isinstance(tag, bool) or not isinstance(tag, str | int | np.integer) else self._rows.get(tag)
            if row is None:
                _refuse_tag(tag, self._documents, self._name)
                raise VocabularyError(
                    f"{self._name}: the tags of document {self._documents} must have been seen by build_vocab, got the "
                    f"new tag {tag}"
                )
            self._found.append(row)
        count = len(self._found) - before
        _require_tags(count, self._documents, self._name)
        if self._tag_count is not None and count != self._tag_count:
            raise CorpusError(
                f"{self._name}: document {self._documents} must have {self._tag_count} tags (dm_tag_count), whose "
                f"vectors are concatenated, got {count}"
            )
        self._ends.append(len(self._found))
        self._documents += 1

    def take(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the rows of the tags recorded since the last call, concatenated, and the end of each document.

        Returns
        -------
        tuple of ndarray
            Rows and ends.
        """
        rows, ends = np.array(self._found, np.int32), np.array(self._ends, np.int64)
        self._found, self._ends = array("i"), array("q")
        return rows, ends
