"""Readers of evaluation files: analogy questions in sections, and word pairs with human ratings."""

from __future__ import annotations

import codecs
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import FormatError
from ...storage.lines import read_lines
from ...storage.opening import open_binary
from ...storage.paths import AnyPath, local_path

__all__ = ["AnalogySet", "PairSet", "read_analogies", "read_word_pairs"]


@dataclass(frozen=True, kw_only=True)
class AnalogySet:
    """Analogy questions "a is to b as c is to d", grouped in sections.

    Parameters
    ----------
    sections : tuple of str
        Names of the sections.
    questions : tuple of (str, str, str, str)
        The words a, b, c and d of each question.
    section_of : tuple of int
        Section index of each question.
    invalid_lines : int
        Number of lines that were ignored because they did not consist of four words.
    """

    sections: tuple[str, ...]
    questions: tuple[tuple[str, str, str, str], ...]
    section_of: tuple[int, ...]
    invalid_lines: int


@dataclass(frozen=True, kw_only=True)
class PairSet:
    """Word pairs with human similarity ratings.

    Parameters
    ----------
    pairs : tuple of (str, str)
        The words of each pair.
    ratings : tuple of float
        The rating of each pair.
    invalid_lines : int
        Number of lines that were ignored because they did not consist of two words and a number.
    """

    pairs: tuple[tuple[str, str], ...]
    ratings: tuple[float, ...]
    invalid_lines: int


def read_analogies(path: AnyPath, encoding: str = "utf-8") -> AnalogySet:
    """Read a file with four words per line and section headers of the form ``: name``.

    Parameters
    ----------
    path : path
        File to read.
    encoding : str, default "utf-8"
        Encoding of the file.

    Returns
    -------
    AnalogySet
        The questions.

    Raises
    ------
    FormatError
        If a question precedes the first section header, or the file has no questions.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.vectors.evaluation import read_analogies
    >>> path = Path(tempfile.mkdtemp()) / "questions.txt"
    >>> _ = path.write_text(": capitals\\nParis France Rome Italy\\n")
    >>> read_analogies(path).questions
    (('Paris', 'France', 'Rome', 'Italy'),)
    """
    sections: list[str] = []
    questions: list[tuple[str, str, str, str]] = []
    section_of: list[int] = []
    invalid = 0
    for number, line in _lines_of(path, encoding):
        words = line.split()
        if line.startswith(":"):
            sections.append(line.lstrip(": ").strip())
        elif not sections:
            raise FormatError(f"{local_path(path)}: line {number}: missing section header (': name') before it")
        elif len(words) == 4:
            questions.append((words[0], words[1], words[2], words[3]))
            section_of.append(len(sections) - 1)
        elif words:
            invalid += 1
    if not questions:
        raise FormatError(f"{local_path(path)}: no analogy questions found, expected lines of four words")
    return AnalogySet(
        sections=tuple(sections), questions=tuple(questions), section_of=tuple(section_of), invalid_lines=invalid
    )


def read_word_pairs(path: AnyPath, delimiter: str | None = "\t", encoding: str = "utf-8") -> PairSet:
    r"""Read a file with two words and a number per line; lines that start with ``#`` are comments.

    Parameters
    ----------
    path : path
        File to read.
    delimiter : str or None, default "\\t"
        Separator of the three fields; None for any whitespace.
    encoding : str, default "utf-8"
        Encoding of the file.

    Returns
    -------
    PairSet
        The pairs and their ratings.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.vectors.evaluation import read_word_pairs
    >>> path = Path(tempfile.mkdtemp()) / "pairs.tsv"
    >>> _ = path.write_text("tiger\tcat\t7.35\n")
    >>> read_word_pairs(path).ratings
    (7.35,)
    """
    pairs: list[tuple[str, str]] = []
    ratings: list[float] = []
    invalid = 0
    for _, line in _lines_of(path, encoding):
        if line.startswith("#") or not line.strip():
            continue
        try:
            first, second, text = line.split(delimiter)
            rating = float(text)
        except ValueError:
            rating = math.nan
        if math.isfinite(rating):
            pairs.append((first.strip(), second.strip()))
            ratings.append(rating)
        else:
            invalid += 1
    return PairSet(pairs=tuple(pairs), ratings=tuple(ratings), invalid_lines=invalid)


def _lines_of(path: AnyPath, encoding: str) -> Iterator[tuple[int, str]]:
    if codecs.lookup(encoding).name == "utf-8":
        yield from read_lines(path)
        return
    with io.TextIOWrapper(open_binary(path), encoding=encoding) as lines:
        for number, line in enumerate(lines, start=1):
            yield number, line.removesuffix("\n")
