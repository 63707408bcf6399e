"""Test sets as files: analogy questions in sections, and word pairs with ratings by people."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...errors import FormatError
from ...storage.paths import AnyPath, local_path

__all__ = ["AnalogySet", "PairSet", "read_analogies", "read_word_pairs"]


@dataclass(frozen=True, kw_only=True)
class AnalogySet:
    """Questions "a is to b as c is to d", each in a section; lines that are not of four words are counted."""

    sections: tuple[str, ...]
    questions: tuple[tuple[str, str, str, str], ...]
    section_of: tuple[int, ...]
    invalid_lines: int


@dataclass(frozen=True, kw_only=True)
class PairSet:
    """Pairs of words with a rating; lines that are no pair are counted."""

    pairs: tuple[tuple[str, str], ...]
    ratings: tuple[float, ...]
    invalid_lines: int


def read_analogies(path: AnyPath, encoding: str = "utf-8") -> AnalogySet:
    """Read a file of four words a line, divided into sections by lines of the form ``: name``.

    Raises
    ------
    FormatError
        If a question comes before the first section, or there is none.
    """
    sections: list[str] = []
    questions: list[tuple[str, str, str, str]] = []
    section_of: list[int] = []
    invalid = 0
    with local_path(path).open(encoding=encoding) as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split()
            if line.startswith(":"):
                sections.append(line.lstrip(": ").strip())
            elif not sections:
                raise FormatError(f"{local_path(path)}, line {number}: missing section header (': name') before it")
            elif len(words) == 4:
                questions.append((words[0], words[1], words[2], words[3]))
                section_of.append(len(sections) - 1)
            elif words:
                invalid += 1
    if not questions:
        raise FormatError(f"{local_path(path)}: no analogy questions in this file")
    return AnalogySet(
        sections=tuple(sections), questions=tuple(questions), section_of=tuple(section_of), invalid_lines=invalid
    )


def read_word_pairs(path: AnyPath, delimiter: str | None = "\t", encoding: str = "utf-8") -> PairSet:
    """Read a file of two words and a number a line; lines that begin with ``#`` are comments."""
    pairs: list[tuple[str, str]] = []
    ratings: list[float] = []
    invalid = 0
    with local_path(path).open(encoding=encoding) as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            try:
                first, second, text = line.strip("\r\n").split(delimiter)
                rating = float(text)
            except ValueError:
                rating = math.nan
            if math.isfinite(rating):
                pairs.append((first.strip(), second.strip()))
                ratings.append(rating)
            else:
                invalid += 1
    return PairSet(pairs=tuple(pairs), ratings=tuple(ratings), invalid_lines=invalid)
