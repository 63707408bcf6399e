"""CoNLL columns: one token per line and an empty line between sentences; CoNLL-U and CoNLL-U Plus as well."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...errors import FormatError
from .layouts import Columns, Layout, Row, column_index, distinct_columns, is_heading, split_cells, warn_of_labels

__all__ = ["Sentence", "read_conll"]

Sentence = tuple[list[str], list[str]]  # tokens and tags

_log = logging.getLogger(__name__)

_DOCUMENT_MARK = "-DOCSTART-"
_COMMENT = re.compile(r"#\s*[\w.:+-]+\s*=(\s|$)|#\s*new(doc|par)\b")
_COLUMN_NAMES = re.compile(r"#\s*global\.columns\s*=\s*(.+)")
_NUMBER = re.compile(r"\d+")
_SKIPPED_NUMBER = re.compile(r"\d+(-\d+|\.\d+)")  # a multiword token, whose words follow, and an empty node
_CHUNK_TAG = re.compile(r"O|[BIESMLU]-.+")
_CONLLU_NAMES = ["ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"]


@dataclass(frozen=True, kw_only=True)
class _Table:
    """The lines of a file by sentence, and what is known about their columns."""

    # Numbered lines, which are split where they are used: millions of cells in lists slow garbage collection down.
    blocks: list[list[tuple[int, str]]]
    names: list[str] | None
    has_header: bool
    width: int
    is_numbered: bool = False
    has_skipped_rows: bool = False

    def sentences(self) -> Iterator[list[Row]]:
        """Yield the rows of each sentence, without comments, marks of documents, and rows that are left out."""
        for block in self.blocks:
            rows = _rows(block, self.width)
            if self.has_skipped_rows:
                rows = [row for row in rows if not _SKIPPED_NUMBER.fullmatch(row[1][0])]
            if rows:
                yield rows


def read_conll(
    lines: Iterable[tuple[int, str]], where: Columns, with_tags: bool, name: str
) -> tuple[list[Sentence], Layout]:
    """Read sentences in columns.

    Columns are separated by tabs in lines that have any, else by spaces, so that tokens may hold other whitespace.
    Lines that begin with "#" before the first token of a sentence are comments if they look like one or have another
    number of columns. If the first column numbers the tokens of each sentence, as in CoNLL-U, tokens are taken from
    the second one, and lines with numbers such as 1-2 and 5.1 are left out.

    Parameters
    ----------
    lines : iterable of (int, str)
        Numbered lines.
    where : Columns
        Columns of tokens and tags.
    with_tags : bool
        Whether to read tags.
    name : str
        Name of the file in messages.

    Returns
    -------
    sentences : list of (list of str, list of str)
        Tokens and tags.
    layout : Layout
        The columns that were read.

    Raises
    ------
    FormatError
        If a line is invalid.

    Examples
    --------
    >>> read_conll(enumerate(["New York\\tB-LOC", "wins\\tO"], start=1), Columns(), True, "a file")[0]
    [(['New York', 'wins'], ['B-LOC', 'O'])]
    """
    table = _table(lines, where, with_tags)
    first_sentence = next(table.sentences(), None)
    if first_sentence is None:
        return [], Layout(format="conll")
    first = f"{name}: line {first_sentence[0][0]}"
    if with_tags and table.width < 2:
        raise FormatError(f"{first}: must have a token and a tag, got {first_sentence[0][1][0]!r:.60}")
    text_default = 2 if table.is_numbered else 1
    text = column_index(where.text, table.names, table.width, text_default, first, "text")
    label_default = 4 if table.names == _CONLLU_NAMES else -1
    if with_tags and where.label is None and table.names is None and _has_nested_tags(table, text):
        label_default = text + 2
        _log.warning(
            "%s: columns %d to %d hold tags of nested chunks; column %d is read, unless the column is given (label, "
            "--label-column)",
            name,
            label_default,
            table.width,
            label_default,
        )
    label = column_index(where.label, table.names, table.width, label_default, first, "label") if with_tags else None
    if label is not None:
        text, label = distinct_columns(text, label, where, table.width, first)
    if where.text is None and not table.is_numbered:
        _require_tokens(table, text, name)
    sentences = [_sentence(block, table.width, text, label, name) for block in table.sentences()]
    if label is not None:
        tags = [tag for _, own in sentences for tag in own]
        is_unknown = where.has_header is None and table.names is None
        warn_of_labels(tags, "tag", name, may_have_heading=is_unknown)
    layout = Layout(
        format="conll", text=text + 1, label=None if label is None else label + 1, has_header=table.has_header
    )
    return sentences, layout


def _table(lines: Iterable[tuple[int, str]], where: Columns, with_tags: bool) -> _Table:
    names = None
    blocks: list[list[tuple[int, str]]] = [[]]
    block = blocks[0]
    for entry in lines:
        line = entry[1]
        if not line.strip(" \t"):
            if block:
                block = []
                blocks.append(block)
        elif line[0] == "#" and (declared := _COLUMN_NAMES.fullmatch(line.strip())) is not None:
            names = declared[1].split()
        else:
            block.append(entry)
    has_header = bool(where.has_header) or (
        where.has_header is None and names is None and _begins_with_heading(blocks[0])
    )
    if has_header and blocks[0]:
        names = split_cells(blocks[0].pop(0)[1])
    table = _Table(
        blocks=blocks, names=names, has_header=has_header, width=_width(blocks, len(names) if names else None)
    )
    if not _is_numbered(table, 3 if with_tags else 2):
        return table
    if names is None and table.width == len(_CONLLU_NAMES):
        names = _CONLLU_NAMES
    return replace(table, names=names, is_numbered=True, has_skipped_rows=where.text != 1)


def _begins_with_heading(block: Sequence[tuple[int, str]]) -> bool:
    cells = [split_cells(line) for _, line in block]
    tags = [row[-1] for row in cells[1:]]
    return (
        len(cells) > 1
        and len(cells[0]) > 1
        and not _NUMBER.fullmatch(tags[0])
        and is_heading(cells[0], tags, cells[0][-1])
    )


def _width(blocks: Sequence[Sequence[tuple[int, str]]], declared: int | None) -> int:
    """Return the number of columns: of the names, or of the first line that cannot be a comment."""
    if declared is not None:
        return declared
    lines = (line for block in blocks for _, line in block)
    first = next((line for line in lines if line[0] != "#" and not line.startswith(_DOCUMENT_MARK)), None)
    if first is None:
        first = next((line for block in blocks for _, line in block), "")
    return len(split_cells(first))


def _rows(block: Sequence[tuple[int, str]], width: int) -> list[Row]:
    """Return the cells of a sentence's lines, without the comments before it and the mark of a document."""
    if block and block[0][1][0] not in "#-":  # the usual case: no comments
        return [(number, cells) for number, line in block if (cells := split_cells(line))[0] != _DOCUMENT_MARK]
    rows: list[Row] = []
    for number, line in block:
        cells = split_cells(line)
        if line[0] == "#" and not rows and (len(cells) != width or _COMMENT.match(line)):
            continue
        if cells[0] != _DOCUMENT_MARK:
            rows.append((number, cells))
    return rows


def _is_numbered(table: _Table, min_width: int) -> bool:
    """Whether the first column numbers the tokens of every sentence, from 0 or 1."""
    total = 0
    for rows in table.sentences():
        numbers = [cells[0] for _, cells in rows if not _SKIPPED_NUMBER.fullmatch(cells[0])]
        if not all(map(_NUMBER.fullmatch, numbers)) or len(rows[0][1]) < min_width:
            return False
        start = int(numbers[0]) if numbers else 1
        if start > 1 or [int(number) for number in numbers] != list(range(start, start + len(numbers))):
            return False
        total += len(rows)
    return total > 1


def _has_nested_tags(table: _Table, text: int) -> bool:
    """Whether all columns after the token hold chunk tags, of the same kind unless tokens are numbered (GermEval)."""
    types: list[set[str]] = [set() for _ in range(table.width - text - 1)]
    if len(types) < 2:
        return False
    for rows in table.sentences():
        for _, cells in rows:
            tags = cells[text + 1 :]
            if len(tags) != len(types) or not all(map(_CHUNK_TAG.fullmatch, tags)):
                return False
            for own, tag in zip(types, tags, strict=True):
                own.add(tag[2:])
    outer, *nested = ({name for name in own if name} for own in types)
    return bool(outer) and (table.is_numbered or all(own <= outer for own in nested))


def _require_tokens(table: _Table, text: int, name: str) -> None:
    """Refuse a column that has the same value in all lines of each sentence, such as the name of a document."""
    if table.width < 3:
        return
    columns = ([cells[text] for _, cells in rows if len(cells) > text] for rows in table.sentences())
    long_columns = (column for column in columns if len(column) > 1)
    first = next(long_columns, None)
    if first is None:
        return
    if len(set(first)) == 1 and all(len(set(column)) == 1 for column in long_columns):
        raise FormatError(
            f"{name}: column {text + 1} must hold tokens, got {first[0]!r:.60} in all lines of a sentence; give "
            "the column of the tokens (text, --text-column)"
        )
    if all(_NUMBER.fullmatch(cells[text]) for rows in table.sentences() for _, cells in rows if len(cells) > text):
        _log.warning("%s: column %d, which is read as tokens, holds only numbers", name, text + 1)


def _sentence(block: Sequence[Row], width: int, text: int, label: int | None, name: str) -> Sentence:
    for number, cells in block:
        if len(cells) != width:
            raise FormatError(f"{name}: line {number}: must have {width} columns as the lines before, got {len(cells)}")
    tokens = [cells[text] for _, cells in block]
    tags = [] if label is None else [cells[label].strip() for _, cells in block]
    for column, values in ((text, tokens), (label, tags)):
        if column is not None and "" in values:
            number, _ = block[values.index("")]
            raise FormatError(f"{name}: line {number}: column {column + 1} must not be empty")
    return tokens, tags
