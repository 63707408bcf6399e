"""Texts with labels in columns (TSV and CSV) and in fastText's lines with ``__label__``."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence

from ...errors import FormatError
from .layouts import Columns, Layout, Row, column_index, distinct_columns, is_heading, warn_of_labels

__all__ = ["LABEL_PREFIX", "csv_rows", "read_fasttext", "read_table", "tsv_rows"]

LABEL_PREFIX = "__label__"
_LABEL_WORD = re.compile(rf"(?:^|(?<=\s)){LABEL_PREFIX}(\S+)")
_DELIMITERS = (",", ";", "\t", "|")

Lines = Sequence[tuple[int, str]]
LabelledText = tuple[str, str]


def tsv_rows(lines: Lines) -> list[Row]:
    """Split lines at tabs.

    Parameters
    ----------
    lines : sequence of (int, str)
        Numbered lines.

    Returns
    -------
    list of (int, list of str)
        The cells of each line. Quotation marks have no meaning.

    Examples
    --------
    >>> tsv_rows([(1, "a text\\tx")])
    [(1, ['a text', 'x'])]
    """
    return [(number, line.split("\t")) for number, line in lines]


def csv_rows(lines: Lines, delimiter: str | None, name: str) -> tuple[list[Row], str]:
    """Parse comma-separated values, whose cells may be quoted and then hold delimiters and line ends.

    Parameters
    ----------
    lines : sequence of (int, str)
        Numbered lines.
    delimiter : str or None
        Character between the cells; None for the first of comma, semicolon, tab and vertical bar that gives every
        line the same number of cells.
    name : str
        Name of the file in error messages.

    Returns
    -------
    rows : list of (int, list of str)
        Line number and cells of each record; empty lines are left out.
    delimiter : str
        The delimiter.

    Raises
    ------
    FormatError
        If a quoted cell does not end, or the delimiter is not a single character.

    Examples
    --------
    >>> csv_rows([(1, '"good, really"'), (2, "bad")], None, "a file")
    ([(1, ['good, really']), (2, ['bad'])], ',')
    >>> csv_rows([(1, '"good; really";plus')], None, "a file")
    ([(1, ['good; really', 'plus'])], ';')
    """
    if delimiter is not None:
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise FormatError(f"{name}: delimiter must be one character, got {delimiter!r:.20}")
        return _parsed_csv(lines, delimiter, name), delimiter
    for candidate in _DELIMITERS:
        try:
            rows = _parsed_csv(lines, candidate, name)
        except FormatError:
            continue  # the delimiter may be another one
        widths = {len(cells) for _, cells in rows}
        if len(widths) == 1 and widths != {1}:
            return rows, candidate
    return _parsed_csv(lines, ",", name), ","


def _parsed_csv(lines: Lines, delimiter: str, name: str) -> list[Row]:
    reader = csv.reader((line + "\n" for _, line in lines), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            if cells:
                rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        cure = ""
        if "field larger" in str(error):
            cure = "; a quotation mark is not closed, or the text is too long for CSV: use JSON lines"
        raise FormatError(f"{name}: line {start}: invalid CSV: {error}{cure}") from None
    return rows


def read_table(
    rows: Sequence[Row], where: Columns, with_labels: bool, layout: Layout, name: str
) -> tuple[list[LabelledText], Layout]:
    """Read texts and labels from rows of cells.

    Parameters
    ----------
    rows : sequence of (int, list of str)
        Line number and cells of each row.
    where : Columns
        Columns of texts and labels.
    with_labels : bool
        Whether to read labels. Without them, rows may differ in their number of cells.
    layout : Layout
        Format and delimiter of the file.
    name : str
        Name of the file in messages.

    Returns
    -------
    texts : list of (str, str)
        Texts and labels; labels are empty if they are not read.
    layout : Layout
        The columns that were read, and whether the first row is a heading.

    Raises
    ------
    FormatError
        If a row is invalid.

    Examples
    --------
    >>> rows = [(1, ["sentence", "label"]), (2, ["good", "1"]), (3, ["bad", "0"])]
    >>> read_table(rows, Columns(), True, Layout(format="tsv"), "a file")[0]
    [('good', '1'), ('bad', '0')]
    """
    if not rows:
        return [], layout
    first = f"{name}: line {rows[0][0]}"
    heading = rows[0][1]
    width = len(heading)
    if with_labels or layout.format == "csv":
        _require_width(rows, layout, with_labels, name)
    needs_names = isinstance(where.text, str) or isinstance(where.label, str)
    if needs_names and where.has_header is False:
        raise FormatError(f"{first}: columns must be numbers in a file without a heading, got names")
    has_header = where.has_header or needs_names
    if where.has_header is None and not needs_names:
        label = column_index(where.label, heading, width, -1, first, "label") if with_labels else None
        others = None if label is None else [cells[label] for _, cells in rows[1:]]
        has_header = is_heading(heading, others, None if label is None else heading[label])
    names = heading if has_header else None
    text = column_index(where.text, names, width, 1, first, "text")
    label = column_index(where.label, names, width, -1, first, "label") if with_labels else None
    body = rows[1:] if has_header else rows
    if label is not None:
        text, label = distinct_columns(text, label, where, width, first)
        is_unknown = where.has_header is None and not has_header
        warn_of_labels([cells[label] for _, cells in body], "label", name, may_have_heading=is_unknown)
    texts = [_labelled_text(cells, text, label, f"{name}: line {number}") for number, cells in body]
    found = Layout(
        format=layout.format,
        text=text + 1,
        label=None if label is None else label + 1,
        has_header=bool(has_header),
        delimiter=layout.delimiter,
    )
    return texts, found


def _require_width(rows: Sequence[Row], layout: Layout, with_labels: bool, name: str) -> None:
    between = {"tsv": "a tab"}.get(layout.format, f"the delimiter {layout.delimiter!r}")
    width = len(rows[0][1])
    for number, cells in rows:
        location = f"{name}: line {number}"
        if with_labels and len(cells) < 2:
            raise FormatError(f"{location}: must have a text and a label separated by {between}, got {cells[0]!r:.60}")
        if len(cells) != width:
            cure = (
                "quote texts that contain the delimiter"
                if layout.format == "csv"
                else "use CSV or JSON lines for texts that contain tabs"
            )
            raise FormatError(f"{location}: must have {width} columns as the lines before, got {len(cells)}; {cure}")


def _labelled_text(cells: list[str], text: int, label: int | None, location: str) -> LabelledText:
    if text >= len(cells):
        raise FormatError(f"{location}: a column must be from 1 to {len(cells)}, got {text + 1}")
    return cells[text], "" if label is None else cells[label]


def read_fasttext(lines: Iterable[tuple[int, str]], with_labels: bool, name: str) -> list[tuple[str, list[str]]]:
    """Read lines in which words with the prefix ``__label__`` are the labels of the others.

    Parameters
    ----------
    lines : iterable of (int, str)
        Numbered lines.
    with_labels : bool
        Whether every line must have a label.
    name : str
        Name of the file in error messages.

    Returns
    -------
    list of (str, list of str)
        Text and labels of each line, without the prefix.

    Raises
    ------
    FormatError
        If a line has no label.

    Examples
    --------
    >>> read_fasttext([(1, "__label__good __label__short a film")], True, "a file")
    [('a film', ['good', 'short'])]
    """
    texts = []
    for number, line in lines:
        labels = _LABEL_WORD.findall(line)
        if with_labels and not labels:
            if not line.strip():
                continue
            raise FormatError(f"{name}: line {number}: must have a label, such as {LABEL_PREFIX}good, got {line!r:.60}")
        texts.append((_LABEL_WORD.sub("", line).strip(), labels))
    return texts
