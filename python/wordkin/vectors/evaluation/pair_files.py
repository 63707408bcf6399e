"""Files of word pairs with ratings: WordSim-353, SimLex-999 and others, as published."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...errors import FormatError
from ...storage.decoding import DecodingErrors
from ...storage.paths import AnyPath, local_path
from .test_sets import PairSet, lines_of

__all__ = ["read_word_pairs"]

Column = int | str
Line = tuple[int, str]

_NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "whitespace"}


def read_word_pairs(
    path: AnyPath,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    columns: Sequence[Column] | None = None,
    errors: DecodingErrors = "strict",
) -> PairSet:
    r"""Read a file with two words and a rating per line, and possibly further columns and a heading.

    Empty lines and lines that start with ``#`` are ignored. Ratings may have a decimal comma.

    Parameters
    ----------
    path : path
        File to read, compressed or not.
    delimiter : str or None, optional
        Separator of the fields. By default that of tabs, semicolons, commas and whitespace with which most lines can be
        read; a space stands for any whitespace. Fields separated by commas or semicolons may be quoted.
    encoding : str, default "utf-8"
        Encoding of the file.
    columns : sequence of int or str, optional
        The columns of the two words and of the rating: indices from 0, or names in the heading. By default, the words
        are in the first two columns that do not consist of numbers, and the rating is in the first column after them
        that does.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded: raise an error, replace them by U+FFFD, or drop them.

    Returns
    -------
    PairSet
        The pairs and their ratings.

    Raises
    ------
    FormatError
        If no line can be read, a named column does not exist, or it is unclear whether commas separate fields or
        decimals.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from wordkin.vectors.evaluation import read_word_pairs
    >>> path = Path(tempfile.mkdtemp()) / "pairs.csv"
    >>> _ = path.write_text("Word 1,Word 2,Human (mean)\ntiger,cat,7.35\n", encoding="utf-8")
    >>> read_word_pairs(path).ratings
    (7.35,)
    """
    lines = [
        (number, line) for number, line in lines_of(path, encoding, errors) if line.strip() and not line.startswith("#")
    ]
    delimiters = [delimiter] if delimiter is not None else list(_NAMES)
    if columns is not None and (len(columns) != 3 or any(isinstance(one, int) and one < 0 for one in columns)):
        raise ValueError(f"columns must be three names or indices from 0, of two words and a rating, got {columns!r}")
    found = [reading for one in delimiters if (reading := _read(path, lines, one, columns)) is not None]
    best = max(found, key=lambda reading: len(reading.pairs), default=None)  # the first one of equals
    if best is None or not best.pairs:
        wanted = "two words and a number per line" if columns is None else f"the columns {list(columns)}"
        example = f"; the first line is {lines[0][1][:60]!r}" if lines else ""
        raise FormatError(
            f"{local_path(path)}: no word pairs found in {len(lines)} lines, expected {wanted}, "
            f"separated by {' or '.join(_NAMES.get(one, repr(one)) for one in delimiters)}{example}"
        )
    return best


@dataclass(frozen=True, kw_only=True)
class _Columns:
    first: int
    second: int
    rating: int


def _read(path: AnyPath, lines: Sequence[Line], delimiter: str, columns: Sequence[Column] | None) -> PairSet | None:
    """Read lines with a given delimiter; return None if they have no such columns."""
    rows = [_split(line, delimiter) for _, line in lines]
    chosen = _find_columns(rows) if columns is None else _named_columns(rows, columns)
    if chosen is None:
        return None
    width = max(chosen.first, chosen.second, chosen.rating) + 1
    has_heading = bool(rows) and _is_heading(rows[0], chosen)
    if delimiter == "," and columns is None:
        rows = _with_decimal_commas(path, rows, chosen, has_heading=has_heading)
    pairs: list[tuple[str, str]] = []
    ratings: list[float] = []
    invalid = 0
    for row in rows[has_heading:]:
        rating = _number(row[chosen.rating]) if len(row) >= width else math.nan
        if math.isfinite(rating) and row[chosen.first] and row[chosen.second]:
            pairs.append((row[chosen.first], row[chosen.second]))
            ratings.append(rating)
        else:
            invalid += 1
    name = _NAMES.get(delimiter, repr(delimiter))
    title = f" ({rows[0][chosen.rating]})" if has_heading else ""
    return PairSet(
        pairs=tuple(pairs),
        ratings=tuple(ratings),
        invalid_lines=invalid,
        layout=f"fields separated by {name}, ratings in column {chosen.rating + 1}{title}",
    )


def _split(line: str, delimiter: str) -> list[str]:
    if delimiter in (",", ";"):
        try:
            fields = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
        except csv.Error:  # a NUL, which Python 3.10 refuses, or a text beyond the limit of that module
            fields = line.split(delimiter)
        return [field.strip() for field in fields]
    return [field.strip() for field in line.split(None if delimiter == " " else delimiter)]


def _number(text: str) -> float:
    """Return a number, which may have a decimal comma; NaN for other texts."""
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return math.nan


def _is_number(text: str) -> bool:
    return not math.isnan(_number(text)) or text.strip().lower() in ("nan", "-nan")


def _share(rows: Sequence[Sequence[str]], column: int, test: Callable[[str], bool]) -> float:
    values = [row[column] for row in rows if len(row) > column]
    return sum(map(test, values)) / len(values) if values else 0.0


def _find_columns(rows: Sequence[Sequence[str]]) -> _Columns | None:
    """Return the first two columns of words, and the first column of numbers after them."""
    data = rows[1:] or rows  # the first line may be a heading
    width = max(map(len, data), default=0)
    is_numeric = [_share(data, column, _is_number) > 0.5 for column in range(width)]
    words = [column for column in range(width) if not is_numeric[column]][:2]
    if len(words) == 2:
        rating = next((column for column in range(words[1] + 1, width) if is_numeric[column]), None)
        if rating is not None:
            return _Columns(first=words[0], second=words[1], rating=rating)
    # Numbers may be words, too, and most lines may be invalid.
    return _Columns(first=0, second=1, rating=2) if width >= 3 else None


def _is_heading(row: Sequence[str], columns: _Columns) -> bool:
    return len(row) > columns.rating and not _is_number(row[columns.rating]) and row[columns.rating] != ""


def _named_columns(rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> _Columns | None:
    heading = list(rows[0]) if rows else []
    if any(isinstance(column, str) and column not in heading for column in columns):
        return None
    indices = [column if isinstance(column, int) else heading.index(column) for column in columns]
    return _Columns(first=indices[0], second=indices[1], rating=indices[2])


def _with_decimal_commas(
    path: AnyPath, rows: list[list[str]], columns: _Columns, *, has_heading: bool
) -> list[list[str]]:
    """Join the two parts of ratings such as 7,35 that were split like fields.

    Raises
    ------
    FormatError
        If there may be such ratings, or two columns of whole numbers.
    """
    data = rows[has_heading:]
    after = columns.rating + 1
    both_whole = [len(row) == after + 1 and all(part.isdecimal() for part in row[columns.rating :]) for row in data]
    if not data or sum(both_whole) < 0.9 * len(data):
        return rows
    if has_heading and len(rows[0]) == after:
        return [rows[0], *([*row[: columns.rating], ",".join(row[columns.rating :])] for row in data)]
    if has_heading:
        return rows
    raise FormatError(
        f"{local_path(path)}: commas may separate fields or decimals, as in {','.join(data[0])!r}; name the columns, "
        "or separate the fields by tabs or semicolons"
    )
