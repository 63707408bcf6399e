"""Files of texts with labels and of sentences with tags: tab-separated, in columns as CoNLL's, or JSON lines.

Every fault names the file and the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ...errors import CorpusError, FormatError
from ...storage.opening import decompressed, open_binary
from ...storage.paths import AnyPath, local_path

__all__ = ["FORMATS", "Columns", "FileFormat", "LabelledTexts", "TaggedSentences", "read_labelled", "read_tagged"]

FileFormat = Literal["tsv", "conll", "jsonl", "text"]
FORMATS: tuple[FileFormat, ...] = ("tsv", "conll", "jsonl", "text")

_OF_SUFFIX: dict[str, FileFormat] = {".tsv": "tsv", ".conll": "conll", ".jsonl": "jsonl", ".json": "jsonl"}
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
_MOST_LINE_BYTES = 64 << 20
_DOCUMENT_MARK = "-DOCSTART-"

Lines = Iterator[tuple[int, str]]  # numbered from 1, without their ends


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where in a line the text (or token) and the label (or tag) stand.

    Parameters
    ----------
    text, label
        Numbers of columns from 1 on, negative ones from the last; for JSON lines names of members. By default the
        first column and the last, or "text" (or "tokens") and "label" (or "labels", "tags").
    has_header
        Whether the first line of a file with columns names them.
    """

    text: int | str | None = None
    label: int | str | None = None
    has_header: bool = False


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """Texts, or tokens of texts, and their labels, which are None where they were not asked for."""

    texts: list[Any]
    labels: list[Any] | None


@dataclass(frozen=True, eq=False)
class TaggedSentences:
    """Tokens of sentences and their tags, which are None where they were not asked for."""

    sentences: list[list[str]]
    tags: list[list[str]] | None


def read_labelled(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_labels: bool = True,
) -> LabelledTexts:
    """Read texts, one a line.

    Parameters
    ----------
    path
        A file, compressed or not; or an open one.
    file_format
        "tsv": columns between tabs; "jsonl": an object a line; "text": nothing but texts. By default told from the
        name: ``.tsv``, ``.jsonl``; texts with labels else are "tsv", those without "text".
    columns
        Where text and label stand.
    with_labels
        Whether labels are needed. Without, a line of "tsv" may have the text alone.

    Raises
    ------
    FormatError
        If a line is not as it should be.
    CorpusError
        If there are no texts.
    """
    chosen = _format_of(path, file_format, "tsv" if with_labels else "text")
    where = Columns() if columns is None else columns
    if chosen == "conll":
        raise FormatError(f"{_name(path)}: columns of tokens hold no labels of texts; use tsv or jsonl")
    if chosen == "text" and with_labels:
        raise FormatError(f"{_name(path)}: plain text has no labels; use tsv or jsonl")
    texts: list[Any] = []
    labels: list[Any] = []
    with _opened(path) as lines:
        for number, line in lines:
            place = f"{_name(path)}: line {number}"
            if chosen == "text":
                texts.append(line)
            elif chosen == "jsonl":
                if line.strip():
                    found = _object(line, place)
                    texts.append(_member(found, where.text, ("text", "tokens"), place))
                    labels += [_member(found, where.label, ("label", "labels"), place)] if with_labels else []
            elif not (where.has_header and number == 1):
                cells = line.split("\t")
                if with_labels and len(cells) < 2:
                    raise FormatError(f"{place}: a text and a label are needed, with a tab between, got {line!r:.60}")
                texts.append(_cell(cells, where.text, 1, place))
                labels += [_cell(cells, where.label, -1, place)] if with_labels else []
    if not texts:
        raise CorpusError(f"{_name(path)}: no texts")
    return LabelledTexts(texts, labels if with_labels else None)


def read_tagged(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_tags: bool = True,
) -> TaggedSentences:
    """Read sentences of tokens.

    Parameters
    ----------
    path
        A file, compressed or not; or an open one.
    file_format
        "conll": a token a line, columns between blanks, an empty line between sentences; "tsv": a sentence a line, its
        tokens, a tab, its tags; "jsonl": an object a line with "tokens" and "tags"; "text": a sentence a line. By
        default told from the name: ``.conll``, ``.tsv``, ``.jsonl``; with tags else "conll", without "text".
    columns
        Where tokens and tags stand.
    with_tags
        Whether tags are needed.

    Raises
    ------
    FormatError
        If a line is not as it should be.
    CorpusError
        If there are no sentences.
    """
    chosen = _format_of(path, file_format, "conll" if with_tags else "text")
    where = Columns() if columns is None else columns
    if chosen == "text" and with_tags:
        raise FormatError(f"{_name(path)}: plain text has no tags; use conll, tsv or jsonl")
    read: Callable[[Lines, Columns, bool, str], Iterator[tuple[list[str], list[str]]]] = {
        "conll": _of_columns,
        "tsv": _of_tab_separated,
        "jsonl": _of_objects,
        "text": _of_texts,
    }[chosen]
    with _opened(path) as lines:
        pairs = list(read(lines, where, with_tags, _name(path)))
    if not pairs:
        raise CorpusError(f"{_name(path)}: no sentences")
    return TaggedSentences([tokens for tokens, _ in pairs], [tags for _, tags in pairs] if with_tags else None)


def _of_columns(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[tuple[list[str], list[str]]]:
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
        place = f"{name}: line {number}"
        if with_tags and len(cells) < 2:
            raise FormatError(f"{place}: a token and a tag are needed, got {line!r:.60}")
        width = width or len(cells)
        if len(cells) != width:
            raise FormatError(f"{place}: {len(cells)} columns where the lines before have {width}: {line!r:.60}")
        tokens.append(_cell(cells, where.text, 1, place))
        tags += [_cell(cells, where.label, -1, place)] if with_tags else []
    if tokens:
        yield tokens, tags


def _of_tab_separated(
    lines: Lines, where: Columns, with_tags: bool, name: str
) -> Iterator[tuple[list[str], list[str]]]:
    for number, line in lines:
        if (where.has_header and number == 1) or not line.strip():
            continue
        place = f"{name}: line {number}"
        cells = line.split("\t")
        if with_tags and len(cells) < 2:
            raise FormatError(f"{place}: tokens and tags are needed, with a tab between, got {line!r:.60}")
        tokens = _cell(cells, where.text, 1, place).split()
        tags = _cell(cells, where.label, -1, place).split() if with_tags else []
        yield _as_many(tokens, tags, with_tags, place)


def _of_objects(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[tuple[list[str], list[str]]]:
    for number, line in lines:
        if not line.strip():
            continue
        place = f"{name}: line {number}"
        found = _object(line, place)
        tokens = _texts(_member(found, where.text, ("tokens",), place), "tokens", place)
        tags = _texts(_member(found, where.label, ("tags", "labels"), place), "tags", place) if with_tags else []
        yield _as_many(tokens, tags, with_tags, place)


def _of_texts(lines: Lines, where: Columns, with_tags: bool, name: str) -> Iterator[tuple[list[str], list[str]]]:
    for _, line in lines:
        yield line.split(), []


def _as_many(tokens: list[str], tags: list[str], with_tags: bool, place: str) -> tuple[list[str], list[str]]:
    if with_tags and len(tokens) != len(tags):
        raise FormatError(f"{place}: {len(tokens)} tokens and {len(tags)} tags")
    return tokens, tags


def _texts(value: Any, name: str, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise FormatError(f"{place}: {name} must be a list of texts, got {value!r:.60}")
    return value


def _cell(cells: list[str], column: int | str | None, default: int, place: str) -> str:
    number = default if column is None else column
    if not isinstance(number, int):
        raise FormatError(f"{place}: columns have numbers from 1 on, got {number!r:.60}")
    index = number - 1 if number > 0 else len(cells) + number
    if not 0 <= index < len(cells) or number == 0:
        raise FormatError(f"{place}: there is no column {number} among {len(cells)}")
    return cells[index]


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{place}: is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise FormatError(f"{place}: must be an object, got {type(found).__name__}")
    return found


def _member(found: dict[str, Any], name: int | str | None, defaults: tuple[str, ...], place: str) -> Any:
    for known in defaults if name is None else (str(name),):
        if known in found:
            return found[known]
    wanted = " or ".join(map(repr, defaults if name is None else (str(name),)))
    raise FormatError(f"{place}: has no member {wanted}; it has {', '.join(map(repr, found))[:200]}")


def _name(path: AnyPath | BinaryIO) -> str:
    return str(getattr(path, "name", "standard input")) if hasattr(path, "read") else str(local_path(path))


def _format_of(path: AnyPath | BinaryIO, file_format: FileFormat | None, default: FileFormat) -> FileFormat:
    if file_format is not None or hasattr(path, "read"):
        return file_format or default
    suffixes = [suffix.lower() for suffix in Path(_name(path)).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        del suffixes[-1]
    return _OF_SUFFIX.get(suffixes[-1] if suffixes else "", default)


@contextmanager
def _opened(path: AnyPath | BinaryIO) -> Iterator[Lines]:
    name = _name(path)
    stream: Any = nullcontext(decompressed(path, name)) if hasattr(path, "read") else open_binary(path)  # type: ignore[arg-type]
    with stream as file:
        yield _decoded(file, name)


def _decoded(file: BinaryIO, name: str) -> Lines:
    number = 0
    while line := file.readline(_MOST_LINE_BYTES):
        number += 1
        if len(line) >= _MOST_LINE_BYTES:
            raise FormatError(f"{name}: line {number}: longer than {_MOST_LINE_BYTES} bytes")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            yield number, line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise FormatError(f"{name}: line {number}: invalid UTF-8") from None
