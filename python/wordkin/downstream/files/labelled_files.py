"""Files of labelled texts and tagged sentences: tab-separated values, CoNLL columns, JSON lines and plain text.

Every error names the file and the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeAlias

from ...errors import CorpusError, FormatError
from ...storage.lines import read_lines, source_name
from ...storage.paths import AnyPath

__all__ = ["Columns", "FileFormat", "LabelledTexts", "TaggedSentences", "read_labelled", "read_tagged"]

FileFormat = Literal["tsv", "conll", "jsonl", "text"]

_FORMAT_OF_SUFFIX: dict[str, FileFormat] = {".tsv": "tsv", ".conll": "conll", ".jsonl": "jsonl", ".json": "jsonl"}
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_DOCUMENT_MARK = "-DOCSTART-"

Lines: TypeAlias = Iterator[tuple[int, str]]  # numbered from 1, without line ends
Tagged: TypeAlias = tuple[list[str], list[str]]  # the tokens and the tags of a sentence
Label: TypeAlias = str | int | list[str] | list[int]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a line has the text (or token) and the label (or tag).

    Parameters
    ----------
    text : int, str or None, default None
        Number of the column from 1, or from -1 for the last one; for JSON lines the name of a member. By default the
        first column, or the member "text" or "tokens".
    label : int, str or None, default None
        Likewise for the label. By default the last column, or the member "label", "labels" or "tags".
    has_header : bool, default False
        Whether the first line of a file with columns is a header.

    Examples
    --------
    >>> Columns(text=2, label=1).has_header
    False
    """

    text: int | str | None = None
    label: int | str | None = None
    has_header: bool = False


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """The content of a file of texts.

    Parameters
    ----------
    texts : list of str or list of str
        Texts, or the tokens of texts.
    labels : list or None
        The label, or the list of labels, of each text; None if labels were not requested.
    """

    texts: list[str | list[str]]
    labels: list[Label] | None


@dataclass(frozen=True, eq=False)
class TaggedSentences:
    """The content of a file of sentences.

    Parameters
    ----------
    sentences : list of list of str
        The tokens of each sentence.
    tags : list of list of str or None
        The tags of each sentence; None if tags were not requested.
    """

    sentences: list[list[str]]
    tags: list[list[str]] | None


def read_labelled(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_labels: bool = True,
) -> LabelledTexts:
    """Read a file with one text per line.

    Parameters
    ----------
    path : path or binary file
        The file, which may be compressed.
    file_format : {"tsv", "jsonl", "text"} or None, default None
        "tsv" for tab-separated columns, "jsonl" for one JSON object per line, "text" for texts alone. By default it is
        detected from the suffix ``.tsv`` or ``.jsonl``; otherwise files with labels are "tsv" and others "text".
    columns : Columns, optional
        Where a line has the text and the label.
    with_labels : bool, default True
        Whether to read labels. Without them, a line of "tsv" may consist of the text alone.

    Returns
    -------
    LabelledTexts
        The texts and their labels.

    Raises
    ------
    FormatError
        If a line is invalid.
    CorpusError
        If there are no texts.

    Examples
    --------
    >>> import io
    >>> read_labelled(io.BytesIO(b"a good film\\tpositive\\n")).labels
    ['positive']
    """
    name = source_name(path)
    chosen = _format_of(path, file_format, "tsv" if with_labels else "text")
    where = Columns() if columns is None else columns
    if chosen == "conll":
        raise FormatError(f"{name}: CoNLL columns hold tags of tokens, not labels of texts; use tsv or jsonl")
    if chosen == "text" and with_labels:
        raise FormatError(f"{name}: plain text has no labels; use tsv or jsonl")
    texts: list[str | list[str]] = []
    labels: list[Label] = []
    for number, line in read_lines(path):
        location = f"{name}: line {number}"
        if chosen == "text":
            texts.append(line)
        elif chosen == "jsonl":
            if line.strip():
                found = _json_object(line, location)
                texts.append(_member(found, where.text, ("text", "tokens"), location))
                labels += [_member(found, where.label, ("label", "labels"), location)] if with_labels else []
        elif not (where.has_header and number == 1):
            cells = line.split("\t")
            if with_labels and len(cells) < 2:
                raise FormatError(f"{location}: must have a text and a label separated by a tab, got {line!r:.60}")
            texts.append(_cell(cells, where.text, 1, location))
            labels += [_cell(cells, where.label, -1, location)] if with_labels else []
    if not texts:
        raise CorpusError(f"{name}: must have at least one text, got no texts")
    return LabelledTexts(texts, labels if with_labels else None)


def read_tagged(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_tags: bool = True,
) -> TaggedSentences:
    """Read a file of sentences.

    Parameters
    ----------
    path : path or binary file
        The file, which may be compressed.
    file_format : {"conll", "tsv", "jsonl", "text"} or None, default None
        "conll" for one token per line with whitespace-separated columns and an empty line between sentences; "tsv" for
        one sentence per line (its tokens, a tab, its tags); "jsonl" for one JSON object per line with "tokens" and
        "tags"; "text" for one sentence per line without tags. By default it is detected from the suffix ``.conll``,
        ``.tsv`` or ``.jsonl``; otherwise files with tags are "conll" and others "text".
    columns : Columns, optional
        Where a line has the token and the tag.
    with_tags : bool, default True
        Whether to read tags.

    Returns
    -------
    TaggedSentences
        The sentences and their tags.

    Raises
    ------
    FormatError
        If a line is invalid.
    CorpusError
        If there are no sentences.

    Examples
    --------
    >>> import io
    >>> read_tagged(io.BytesIO(b"the B-NP\\ndog I-NP\\n\\n")).sentences
    [['the', 'dog']]
    """
    name = source_name(path)
    chosen = _format_of(path, file_format, "conll" if with_tags else "text")
    if chosen == "text" and with_tags:
        raise FormatError(f"{name}: plain text has no tags; use conll, tsv or jsonl")
    read: Callable[[Lines, Columns, bool, str], Iterator[Tagged]] = {
        "conll": _read_conll,
        "tsv": _read_tsv,
        "jsonl": _read_json_lines,
        "text": _read_text,
    }[chosen]
    pairs = list(read(read_lines(path), Columns() if columns is None else columns, with_tags, name))
    if not pairs:
        raise CorpusError(f"{name}: must have at least one sentence, got no sentences")
    return TaggedSentences([tokens for tokens, _ in pairs], [tags for _, tags in pairs] if with_tags else None)


def _read_conll(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[Tagged]:
    tokens: list[str] = []
    tags: list[str] = []
    width = 0
    for number, line in lines:
        cells = line.split()
        if where.has_header and number == 1:
            continue
        if not cells:
            if tokens:
                yield tokens, tags
                tokens, tags = [], []
            continue
        if cells[0] == _DOCUMENT_MARK:
            continue
        location = f"{name}: line {number}"
        if with_tags and len(cells) < 2:
            raise FormatError(f"{location}: must have a token and a tag, got {line!r:.60}")
        width = width or len(cells)
        if len(cells) != width:
            raise FormatError(f"{location}: must have {width} columns as the lines before, got {len(cells)}")
        tokens.append(_cell(cells, where.text, 1, location))
        tags += [_cell(cells, where.label, -1, location)] if with_tags else []
    if tokens:
        yield tokens, tags


def _read_tsv(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[Tagged]:
    for number, line in lines:
        if (where.has_header and number == 1) or not line.strip():
            continue
        location = f"{name}: line {number}"
        cells = line.split("\t")
        if with_tags and len(cells) < 2:
            raise FormatError(f"{location}: must have tokens and tags separated by a tab, got {line!r:.60}")
        tokens = _cell(cells, where.text, 1, location).split()
        tags = _cell(cells, where.label, -1, location).split() if with_tags else []
        yield _paired(tokens, tags, with_tags, location)


def _read_json_lines(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[Tagged]:
    for number, line in lines:
        if not line.strip():
            continue
        location = f"{name}: line {number}"
        found = _json_object(line, location)
        tokens = _strings(_member(found, where.text, ("tokens",), location), "tokens", location)
        tags: list[str] = []
        if with_tags:
            tags = _strings(_member(found, where.label, ("tags", "labels"), location), "tags", location)
        yield _paired(tokens, tags, with_tags, location)


def _read_text(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[Tagged]:
    for _, line in lines:
        yield line.split(), []


def _paired(tokens: list[str], tags: list[str], with_tags: bool, location: str) -> Tagged:
    if with_tags and len(tokens) != len(tags):
        raise FormatError(f"{location}: must have a tag for each of {len(tokens)} tokens, got {len(tags)} tags")
    return tokens, tags


def _strings(value: Any, name: str, location: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise FormatError(f"{location}: {name} must be a list of strings, got {value!r:.60}")
    return value


def _cell(cells: list[str], column: int | str | None, default: int, location: str) -> str:
    number = default if column is None else column
    if not isinstance(number, int):
        raise FormatError(f"{location}: a column must be a number, from 1, got {number!r:.60}")
    index = number - 1 if number > 0 else len(cells) + number
    if not 0 <= index < len(cells) or number == 0:
        raise FormatError(f"{location}: a column must be from 1 to {len(cells)}, got {number}")
    return cells[index]


def _json_object(line: str, location: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{location}: invalid JSON: {error}") from None
    if not isinstance(found, dict):
        raise FormatError(f"{location}: must be an object, got {type(found).__name__}")
    return found


def _member(found: dict[str, Any], name: int | str | None, defaults: tuple[str, ...], location: str) -> Any:
    names = defaults if name is None else (str(name),)
    for known in names:
        if known in found:
            return found[known]
    expected = " or ".join(map(repr, names))
    raise FormatError(f"{location}: must have a member {expected}, got {', '.join(map(repr, found))[:200] or 'none'}")


def _format_of(path: AnyPath | BinaryIO, file_format: FileFormat | None, default: FileFormat) -> FileFormat:
    if file_format is not None or hasattr(path, "read"):
        return file_format or default
    suffixes = [suffix.lower() for suffix in Path(source_name(path)).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        del suffixes[-1]
    return _FORMAT_OF_SUFFIX.get(suffixes[-1] if suffixes else "", default)
