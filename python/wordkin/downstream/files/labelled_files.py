"""Files of labelled texts and tagged sentences: TSV, CSV, CoNLL columns, JSON, fastText's lines and plain text.

Every error names the file and the line. What is detected (format, columns, heading) is part of the result and is logged
with the level INFO; arguments override it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, get_args

from ...errors import CorpusError, FormatError
from ...storage.bounds import data_bound
from ...storage.decoding import OTHER_ENCODING, DecodingErrors, TextOptions
from ...storage.lines import load_lines, source_name
from ...storage.paths import AnyPath
from .conll import Sentence, read_conll
from .json_records import json_records, member, strings
from .layouts import Columns, FileFormat, Layout, column_index, distinct_columns, is_heading, split_cells
from .text_tables import LABEL_PREFIX, csv_rows, read_fasttext, read_table, tsv_rows

__all__ = ["Columns", "FileFormat", "LabelledTexts", "Layout", "TaggedSentences", "read_labelled", "read_tagged"]

_log = logging.getLogger(__name__)

_FORMAT_OF_SUFFIX: dict[str, FileFormat] = {
    ".tsv": "tsv",
    ".csv": "csv",
    ".conll": "conll",
    ".conllu": "conll",
    ".conllup": "conll",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
}
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")

Lines: TypeAlias = Sequence[tuple[int, str]]  # numbered from 1, without line ends
Label: TypeAlias = str | int | list[str] | list[int]


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """The content of a file of texts.

    Parameters
    ----------
    texts : list of str or list of str
        Texts, or the tokens of texts.
    labels : list or None
        The label, or the list of labels, of each text; None if labels were not requested.
    layout : Layout
        The format and the columns that were read.
    """

    texts: list[str | list[str]]
    labels: list[Label] | None
    layout: Layout


@dataclass(frozen=True, eq=False)
class TaggedSentences:
    """The content of a file of sentences.

    Parameters
    ----------
    sentences : list of list of str
        The tokens of each sentence.
    tags : list of list of str or None
        The tags of each sentence; None if tags were not requested.
    layout : Layout
        The format and the columns that were read.
    """

    sentences: list[list[str]]
    tags: list[list[str]] | None
    layout: Layout


def read_labelled(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_labels: bool = True,
    encoding: str = "utf-8",
    errors: DecodingErrors = "strict",
) -> LabelledTexts:
    """Read a file of texts.

    Parameters
    ----------
    path : path or binary file
        The file, which may be compressed.
    file_format : {"tsv", "csv", "jsonl", "json", "fasttext", "text"} or None, default None
        "tsv" for tab-separated columns, in which quotation marks have no meaning; "csv" for columns that may be quoted;
        "jsonl" for one JSON object per line; "json" for an array of objects; "fasttext" for lines in which words with
        the prefix ``__label__`` are labels; "text" for one text per line, without labels. By default it is detected
        from the suffix and the first line; otherwise files with labels are "tsv" and others "text".
    columns : Columns, optional
        Where a line has the text and the label.
    with_labels : bool, default True
        Whether to read labels. Without them, a line of "tsv" may consist of the text alone.
    encoding : str, default "utf-8"
        Encoding of the file; UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded, as in ``bytes.decode``.

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
    where = Columns() if columns is None else columns
    options = TextOptions(encoding=encoding, errors=errors)
    lines = load_lines(path, options, advice=OTHER_ENCODING, bound=data_bound(path))
    chosen = _chosen_format(path, file_format, lines, "tsv" if with_labels else "text", where)
    if chosen == "conll":
        raise FormatError(f"{name}: CoNLL columns hold tags of tokens, not labels of texts; use tsv, csv or jsonl")
    if chosen == "text" and with_labels:
        raise FormatError(f"{name}: plain text has no labels; use tsv, csv or jsonl")
    texts, labels, layout = _labelled_texts(lines, chosen, where, with_labels, name)
    if not texts:
        raise CorpusError(f"{name}: must have at least one text, got no texts")
    _report(layout, file_format, name)
    return LabelledTexts(texts, labels if with_labels else None, layout)


def _labelled_texts(
    lines: Lines, chosen: FileFormat, where: Columns, with_labels: bool, name: str
) -> tuple[list[str | list[str]], list[Label], Layout]:
    layout = Layout(format=chosen)
    if chosen in ("tsv", "csv"):
        rows, delimiter = csv_rows(lines, where.delimiter, name) if chosen == "csv" else (tsv_rows(lines), None)
        table, layout = read_table(rows, where, with_labels, Layout(format=chosen, delimiter=delimiter), name)
        return [text for text, _ in table], [label for _, label in table], layout
    if chosen == "fasttext":
        found = read_fasttext(lines, with_labels, name)
        is_single = all(len(labels) == 1 for _, labels in found)
        return [text for text, _ in found], [labels[0] if is_single else labels for _, labels in found], layout
    if chosen == "text":
        return [line for _, line in lines], [], layout
    texts: list[str | list[str]] = []
    labels: list[Label] = []
    for location, record in json_records(lines, chosen == "json", name):
        text = member(record, where.text, ("text", "tokens"), location)
        texts.append(text if isinstance(text, str) else strings(text, "a text or its tokens", location))
        labels += [_label(member(record, where.label, ("label", "labels"), location), location)] if with_labels else []
    return texts, labels, layout


def _label(value: Any, location: str) -> Label:
    if isinstance(value, str | int) or (
        isinstance(value, list)
        and len({type(item) for item in value}) < 2
        and all(isinstance(item, str | int) for item in value)
    ):
        return value
    raise FormatError(f"{location}: a label must be a string, an integer, or a list of one of them, got {value!r:.60}")


def read_tagged(
    path: AnyPath | BinaryIO,
    file_format: FileFormat | None = None,
    columns: Columns | None = None,
    *,
    with_tags: bool = True,
    encoding: str = "utf-8",
    errors: DecodingErrors = "strict",
) -> TaggedSentences:
    """Read a file of sentences.

    Parameters
    ----------
    path : path or binary file
        The file, which may be compressed.
    file_format : {"conll", "tsv", "jsonl", "json", "text"} or None, default None
        "conll" for one token per line in columns and an empty line between sentences, CoNLL-U and CoNLL-U Plus
        included; "tsv" for one sentence per line (its tokens, a tab, its tags); "jsonl" for one JSON object per line
        with "tokens" and "tags"; "json" for an array of objects; "text" for one sentence per line without tags. By
        default it is detected from the suffix and the lines; otherwise files with tags are "conll" and others "text".
    columns : Columns, optional
        Where a line has the token and the tag.
    with_tags : bool, default True
        Whether to read tags.
    encoding : str, default "utf-8"
        Encoding of the file; UTF-16 and UTF-32 with a byte-order mark are recognised.
    errors : {"strict", "replace", "ignore"}, default "strict"
        Treatment of bytes that cannot be decoded, as in ``bytes.decode``.

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
    where = Columns() if columns is None else columns
    options = TextOptions(encoding=encoding, errors=errors)
    lines = load_lines(path, options, advice=OTHER_ENCODING, bound=data_bound(path))
    chosen = _chosen_format(path, file_format, lines, "conll" if with_tags else "text", where)
    if file_format is None and chosen == "tsv" and _has_one_token_per_line(lines, where, with_tags, name):
        chosen = "conll"
    if chosen in ("csv", "fasttext"):
        raise FormatError(f"{name}: {chosen} holds labels of texts, not tags of tokens; use conll, tsv or jsonl")
    if chosen == "text" and with_tags:
        raise FormatError(f"{name}: plain text has no tags; use conll, tsv or jsonl")
    if file_format is None and chosen == "text" and _looks_like_columns(lines):
        _log.warning(
            "%s: read as one sentence per line, but all lines have the same number of columns; file_format='conll' "
            "(--format conll) reads one token per line",
            name,
        )
    pairs, layout = _tagged_sentences(lines, chosen, where, with_tags, name)
    if not pairs:
        raise CorpusError(f"{name}: must have at least one sentence, got no sentences")
    _report(layout, file_format, name)
    return TaggedSentences([tokens for tokens, _ in pairs], [tags for _, tags in pairs] if with_tags else None, layout)


def _tagged_sentences(
    lines: Lines, chosen: FileFormat, where: Columns, with_tags: bool, name: str
) -> tuple[list[Sentence], Layout]:
    if chosen == "conll":
        return read_conll(lines, where, with_tags, name)
    if chosen == "tsv":
        return _sentences_of_tsv(lines, where, with_tags, name)
    layout = Layout(format=chosen)
    if chosen == "text":
        return [(line.split(), []) for _, line in lines], layout
    pairs = []
    for location, record in json_records(lines, chosen == "json", name):
        tokens = strings(member(record, where.text, ("tokens",), location), "tokens", location)
        tags = strings(member(record, where.label, ("tags", "labels"), location), "tags", location) if with_tags else []
        pairs.append(_paired(tokens, tags, with_tags, location))
    return pairs, layout


def _sentences_of_tsv(lines: Lines, where: Columns, with_tags: bool, name: str) -> tuple[list[Sentence], Layout]:
    rows = [row for row in tsv_rows(lines) if any(cell.strip() for cell in row[1])]
    if not rows:
        return [], Layout(format="tsv")
    number, first = rows[0]
    has_header = bool(where.has_header)
    if where.has_header is None:
        has_header = len(rows) > 1 and is_heading(
            first, [cells[-1] for _, cells in rows[1:]] if with_tags else None, first[-1]
        )
    names = first if has_header else None
    text = column_index(where.text, names, len(first), 1, f"{name}: line {number}", "text")
    label: int | None = None
    if with_tags:
        if len(first) < 2:
            raise FormatError(
                f"{name}: line {number}: must have tokens and tags separated by a tab, got {first[0]!r:.60}"
            )
        label = column_index(where.label, names, len(first), -1, f"{name}: line {number}", "label")
        text, label = distinct_columns(text, label, where, len(first), f"{name}: line {number}")
    pairs = []
    for number, cells in rows[1 if has_header else 0 :]:
        location = f"{name}: line {number}"
        if with_tags and len(cells) != len(first):
            raise FormatError(f"{location}: must have {len(first)} columns as the lines before, got {len(cells)}")
        if text >= len(cells):
            raise FormatError(f"{location}: a column must be from 1 to {len(cells)}, got {text + 1}")
        tags = [] if label is None else cells[label].split()
        pairs.append(_paired(cells[text].split(), tags, with_tags, location))
    label_number = None if label is None else label + 1
    return pairs, Layout(format="tsv", text=text + 1, label=label_number, has_header=has_header)


def _paired(tokens: list[str], tags: list[str], with_tags: bool, location: str) -> Sentence:
    if with_tags and len(tokens) != len(tags):
        raise FormatError(f"{location}: must have a tag for each of {len(tokens)} tokens, got {len(tags)} tags")
    return tokens, tags


def _chosen_format(
    path: AnyPath | BinaryIO, file_format: FileFormat | None, lines: Lines, default: FileFormat, where: Columns
) -> FileFormat:
    name = source_name(path)
    if file_format is not None and file_format not in get_args(FileFormat):
        raise FormatError(
            f"{name}: file_format must be one of {', '.join(get_args(FileFormat))}, got {file_format!r:.40}"
        )
    chosen = file_format or _detected_format(path, lines, default, where)
    if where.delimiter is not None and chosen != "csv":
        raise FormatError(
            f"{name}: delimiter must be None for the format {chosen}, got {where.delimiter!r:.20}; use csv"
        )
    return chosen


def _detected_format(path: AnyPath | BinaryIO, lines: Lines, default: FileFormat, where: Columns) -> FileFormat:
    """Return the format that the suffix and the first line suggest."""
    first = next((line.strip() for _, line in lines if line.strip()), "")
    known = _FORMAT_OF_SUFFIX.get(_suffix(path))
    if known == "json":
        return "json" if first.startswith("[") else "jsonl"
    if known in (None, "tsv") and where.delimiter is not None:
        return "csv"
    if known in (None, "tsv") and first.startswith(LABEL_PREFIX):
        return "fasttext"
    if known is None and _is_json_record(first):
        return "jsonl"
    if known is None and default == "text" and first.startswith("# global.columns"):
        return "conll"
    return known or default


def _suffix(path: AnyPath | BinaryIO) -> str:
    if hasattr(path, "read"):
        return ""
    suffixes = [suffix.lower() for suffix in Path(source_name(path)).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        del suffixes[-1]
    return suffixes[-1] if suffixes else ""


def _is_json_record(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and bool({"text", "tokens"} & set(found))


def _has_one_token_per_line(lines: Lines, where: Columns, with_tags: bool, name: str) -> bool:
    """Whether a file with the suffix .tsv has a token per line instead of a sentence."""
    rows = [line.split("\t") for _, line in lines if line.strip(" \t") and not line.startswith("#")]
    if len(rows) < 2 or not all(len(row) == len(rows[0]) for row in rows):
        return False
    if any(len(row[-1 if with_tags else 0].split()) > 1 for row in rows):
        return False
    content = "\n".join(line.strip(" \t") for _, line in lines).strip("\n")
    if "\n\n" in content or len(rows[0]) > 2:
        return True
    raise FormatError(
        f"{name}: every line has one {'tag' if with_tags else 'token'}; give the format (file_format, --format): conll "
        "for one token per line and an empty line between sentences, tsv for one sentence per line"
    )


def _looks_like_columns(lines: Lines) -> bool:
    widths = [len(split_cells(line)) for _, line in lines]
    filled = {width for width in widths if width}
    return len(filled) == 1 and min(filled) > 1 and sum(width > 0 for width in widths) > 2 and 0 in widths[:-1]


def _report(layout: Layout, file_format: FileFormat | None, name: str) -> None:
    _log.info("%s: read as %s (%s)", name, layout, "detected" if file_format is None else "format given")
