"""Test sets for evaluation: analogy questions in sections, and word pairs with human ratings."""

from __future__ import annotations

from dataclasses import dataclass

from ...storage.bounds import Bound
from ...storage.decoding import OTHER_ENCODING, DecodingErrors, TextOptions
from ...storage.lines import load_lines
from ...storage.paths import AnyPath

__all__ = ["AnalogySet", "PairSet", "lines_of"]

_BOUND = Bound(size=256 << 20, line=1 << 20, cure="is it a test set? Large ones can be split into several files")


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
        Number of lines that were ignored because they could not be read as a question.
    alternatives : tuple of tuple of str, default ()
        Further correct answers of each question, besides d; empty if no question has any.
    """

    sections: tuple[str, ...]
    questions: tuple[tuple[str, str, str, str], ...]
    section_of: tuple[int, ...]
    invalid_lines: int
    alternatives: tuple[tuple[str, ...], ...] = ()


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
        Number of lines that were ignored because they could not be read as two words and a number.
    layout : str, default ""
        How the lines were read: the separator of fields, and the column of ratings.
    """

    pairs: tuple[tuple[str, str], ...]
    ratings: tuple[float, ...]
    invalid_lines: int
    layout: str = ""


def lines_of(path: AnyPath, encoding: str, errors: DecodingErrors) -> list[tuple[int, str]]:
    """Read the lines of a test set, which may take up to 256 MiB of memory.

    Parameters
    ----------
    path : path
        File to read, compressed or not.
    encoding : str
        Encoding of the file.
    errors : {"strict", "replace", "ignore"}
        Treatment of bytes that cannot be decoded.

    Returns
    -------
    list of (int, str)
        Line numbers, from 1, and lines without their line ends and without a byte-order mark.

    Raises
    ------
    FormatError
        If the file is not a text, or is larger.
    """
    return load_lines(path, TextOptions(encoding=encoding, errors=errors), advice=OTHER_ENCODING, bound=_BOUND)
