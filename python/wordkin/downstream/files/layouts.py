"""Where the lines of a file have texts and labels: columns by number or name, headings, and what was detected."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ...errors import FormatError

__all__ = [
    "Columns",
    "FileFormat",
    "Layout",
    "Row",
    "column_index",
    "distinct_columns",
    "is_heading",
    "split_cells",
    "warn_of_labels",
]

FileFormat = Literal["tsv", "csv", "conll", "jsonl", "json", "fasttext", "text"]
Row: TypeAlias = tuple[int, list[str]]  # the number of a line, from 1, and its cells

_log = logging.getLogger(__name__)

_MANY_LABELS = 20  # lines, from which on it is noticed that most labels differ

_DESCRIPTIONS: dict[FileFormat, str] = {
    "tsv": "tab-separated columns",
    "csv": "comma-separated values",
    "conll": "CoNLL columns",
    "jsonl": "JSON lines",
    "json": "a JSON array",
    "fasttext": "lines with __label__",
    "text": "plain text",
}
# Usual names of columns, in lower case.
_TEXT_NAMES = frozenset(
    ("text", "texts", "sentence", "sentences", "review", "content", "comment", "tweet", "document", "question")
    + ("utterance", "body", "message", "headline", "tokens", "token", "words", "word", "form")
)
_LABEL_NAMES = frozenset(
    ("label", "labels", "class", "category", "target", "sentiment", "polarity", "topic", "intent")
    + ("tag", "tags", "pos", "upos", "ner", "chunk", "ner_tag", "ner_tags", "pos_tag", "pos_tags")
)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a line has the text (or token) and the label (or tag).

    Parameters
    ----------
    text : int, str or None, default None
        Number of the column from 1, or from -1 for the last one; or its name in the heading; for JSON the name of a
        member. By default the first column (in numbered CoNLL lines the second), the column with a usual name in the
        heading, or the member "text" or "tokens".
    label : int, str or None, default None
        Likewise for the label. By default the last column (in CoNLL-U files UPOS), the column with a usual name in the
        heading, or the member "label", "labels" or "tags".
    has_header : bool or None, default None
        Whether the first line of a file with columns is a heading; None to detect it.
    delimiter : str or None, default None
        Character between the columns of CSV; None to detect a comma, a semicolon, a tab or a vertical bar.

    Examples
    --------
    >>> Columns(text="review", label="stars").delimiter is None
    True
    """

    text: int | str | None = None
    label: int | str | None = None
    has_header: bool | None = None
    delimiter: str | None = None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a file was read; `str()` describes it in words.

    Parameters
    ----------
    format : {"tsv", "csv", "conll", "jsonl", "json", "fasttext", "text"}
        The format.
    text, label : int, str or None, default None
        Number, from 1, or name of the columns that were read; None for formats without columns.
    has_header : bool, default False
        Whether the first line was skipped as a heading.
    delimiter : str or None, default None
        Character between the columns of CSV.

    Examples
    --------
    >>> str(Layout(format="conll", text=2, label=4))
    'CoNLL columns, text in column 2, labels in column 4'
    """

    format: FileFormat
    text: int | str | None = None
    label: int | str | None = None
    has_header: bool = False
    delimiter: str | None = None

    def __str__(self) -> str:
        parts = [_DESCRIPTIONS[self.format]]
        if self.delimiter is not None and self.delimiter != ",":
            parts[0] = f"values separated by {self.delimiter!r}"
        parts += [f"text in column {self.text}"] if self.text is not None else []
        parts += [f"labels in column {self.label}"] if self.label is not None else []
        return ", ".join(parts + ["with a heading"] * self.has_header)


def split_cells(line: str) -> list[str]:
    """Split a line into columns: at tabs if it has any, else at spaces.

    Other whitespace, such as no-break spaces, belongs to the cells.

    Parameters
    ----------
    line : str
        The line.

    Returns
    -------
    list of str
        The cells, without the spaces around them; empty for an empty line.

    Examples
    --------
    >>> split_cells("New York\\tB-LOC"), split_cells("wins  O")
    (['New York', 'B-LOC'], ['wins', 'O'])
    """
    if "\t" not in line:
        cells = line.split(" ")
        return [cell for cell in cells if cell] if "" in cells else cells
    if not line.strip(" \t"):
        return []
    cells = line.split("\t")
    return [cell.strip(" ") or cell for cell in cells] if " " in line else cells  # a space can be a token


def column_index(
    column: int | str | None, names: Sequence[str] | None, width: int, default: int, location: str, kind: str
) -> int:
    """Return the index of a column.

    Parameters
    ----------
    column : int, str or None
        Number or name of the column; None for one with a usual name, or else for the default.
    names : sequence of str or None
        Names of the columns, if they are known.
    width : int
        Number of columns.
    default : int
        Number of the default column.
    location : str
        File and line in error messages.
    kind : {"text", "label"}
        What the column holds.

    Returns
    -------
    int
        Index from 0.

    Raises
    ------
    FormatError
        If there is no such column.

    Examples
    --------
    >>> column_index(-1, None, 3, 1, "a file", "label")
    2
    >>> column_index(None, ["id", "sentence"], 2, 1, "a file", "text")
    1
    """
    if isinstance(column, str):
        if names is None:
            raise FormatError(
                f"{location}: a column must be a number, from 1, got {column!r:.60}, as there is no heading"
            )
        folded = [name.casefold() for name in names]
        for known, wanted in ((list(names), column), (folded, column.casefold())):
            if known.count(wanted) == 1:
                return known.index(wanted)
        raise FormatError(f"{location}: a column must be one of {', '.join(map(repr, names))}, got {column!r:.60}")
    if column is None and names is not None:
        usual = [index for index, name in enumerate(names) if _is_usual(name, kind)]
        if len(usual) == 1:
            return usual[0]
    number = default if column is None else column
    index = number - 1 if number > 0 else width + number
    if not 0 <= index < width or number == 0:
        raise FormatError(f"{location}: a column must be from 1 to {width}, got {number}")
    return index


def distinct_columns(text: int, label: int, where: Columns, width: int, location: str) -> tuple[int, int]:
    """Return the columns of texts and labels, which must differ.

    Parameters
    ----------
    text, label : int
        Indices of the columns, from 0.
    where : Columns
        The columns that were given.
    width : int
        Number of columns.
    location : str
        File and line in error messages.

    Returns
    -------
    tuple of (int, int)
        The indices of the texts and of the labels. In a file with two columns, if only one of them was given or has a
        usual name, the result has the other column for the other.

    Raises
    ------
    FormatError
        If both are the same column.

    Examples
    --------
    >>> distinct_columns(0, 0, Columns(label=1), 2, "a file")
    (1, 0)
    """
    if text == label and width == 2 and where.text is None:
        return 1 - label, label
    if text == label and width == 2 and where.label is None:
        return text, 1 - text
    if text == label:
        raise FormatError(
            f"{location}: texts and labels must be in different columns, got {text + 1} for both; give both columns "
            "(text and label, --text-column and --label-column)"
        )
    return text, label


def _is_usual(name: str, kind: str) -> bool:
    return name.strip().casefold() in (_TEXT_NAMES if kind == "text" else _LABEL_NAMES)


def is_heading(first: Sequence[str], labels: Sequence[str] | None, label: str | None) -> bool:
    """Whether the first line of a file is a heading.

    It is, if it has a usual name for the texts and one for the labels, or if its label is the only one that is not a
    number.

    Parameters
    ----------
    first : sequence of str
        Cells of the first line.
    labels : sequence of str or None
        Labels of the lines after it; None if labels are not read.
    label : str or None
        Label of the first line.

    Returns
    -------
    bool
        The answer.

    Examples
    --------
    >>> is_heading(["sentence", "label"], ["1", "0"], "label")
    True
    >>> is_heading(["a text", "good"], ["bad", "good"], "good")
    False
    """
    has_text = any(_is_usual(cell, "text") for cell in first)
    if labels is None or label is None:
        return has_text and all(cell.isidentifier() for cell in first)
    if label in labels:
        return False
    if has_text and any(_is_usual(cell, "label") for cell in first):
        return True
    return len(labels) > 1 and not _is_number(label) and all(map(_is_number, labels))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def warn_of_labels(labels: Sequence[str], what: str, name: str, *, may_have_heading: bool) -> None:
    """Log a warning if labels suggest that the first line is a heading, or that they are in another column.

    Parameters
    ----------
    labels : sequence of str
        The label of each line.
    what : {"label", "tag"}
        What they are called.
    name : str
        Name of the file.
    may_have_heading : bool
        Whether the first line was read without knowing that it is not a heading.

    Examples
    --------
    >>> warn_of_labels(["good", "bad", "bad", "good"], "label", "a file", may_have_heading=True)
    """
    counts = Counter(labels)
    if may_have_heading and len(counts) > 1 and [label for label in counts if counts[label] == 1] == labels[:1]:
        _log.warning(
            "%s: the %s %r occurs only once, in the first line, which may be a heading: has_header=True (--header) "
            "skips it, has_header=False (--no-header) reads it without this warning",
            name,
            what,
            labels[0],
        )
    if len(labels) >= _MANY_LABELS and 2 * len(counts) > len(labels):
        _log.warning(
            "%s: %d of %d lines have different %ss, such as %r; the column of the %ss may be another one "
            "(--label-column)",
            name,
            len(counts),
            len(labels),
            what,
            labels[-1][:40],
            what,
        )
