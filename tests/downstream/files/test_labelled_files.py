"""Files of labelled texts and tagged sentences, valid and invalid."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from wordkin.downstream.files.labelled_files import Columns, read_labelled, read_tagged
from wordkin.errors import CorpusError, FormatError


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_labelled_texts_are_read_in_every_format(tmp_path: Path) -> None:
    tsv = read_labelled(written(tmp_path, "a.tsv", "a text\tx\r\n\ty\n"))
    assert (tsv.texts, tsv.labels) == (["a text", ""], ["x", "y"])
    other = read_labelled(
        written(tmp_path, "b.tsv", "y\tid\ttext\nx\t1\ta\n"), None, Columns(text=3, label=1, has_header=True)
    )
    assert (other.texts, other.labels) == (["a"], ["x"])
    lines = read_labelled(
        written(tmp_path, "c.jsonl", '{"text": "a", "label": 1}\n\n{"tokens": ["b"], "labels": ["x"]}\n')
    )
    assert (lines.texts, lines.labels) == (["a", ["b"]], [1, ["x"]])
    plain = read_labelled(written(tmp_path, "d.txt", "a text\n\nmore"), with_labels=False)
    assert (plain.texts, plain.labels) == (["a text", "", "more"], None)
    packed = written(tmp_path, "e.tsv.gz", gzip.compress(b"a\tx\n"))
    assert read_labelled(packed).texts == ["a"]
    assert read_labelled(io.BytesIO(b"a\tx\n"), "tsv").labels == ["x"]
    assert read_labelled(written(tmp_path, "f.tsv", "a\tx\nb\n"), with_labels=False).texts == ["a", "b"]


def test_tagged_sentences_are_read_in_every_format(tmp_path: Path) -> None:
    text = "-DOCSTART- X O\n\nthe DT B-NP\ndog NN I-NP\n\n\n# # O\n"
    found = read_tagged(written(tmp_path, "a.txt", text))
    assert (found.sentences, found.tags) == ([["the", "dog"], ["#"]], [["B-NP", "I-NP"], ["O"]])
    assert read_tagged(tmp_path / "a.txt", "conll", Columns(label=2)).tags == [["DT", "NN"], ["#"]]
    assert read_tagged(tmp_path / "a.txt", "conll", with_tags=False).sentences == [["the", "dog"], ["#"]]
    tsv = read_tagged(written(tmp_path, "b.tsv", "the dog\tB-NP I-NP\n"))
    assert (tsv.sentences, tsv.tags) == ([["the", "dog"]], [["B-NP", "I-NP"]])
    lines = read_tagged(written(tmp_path, "c.jsonl", '{"tokens": ["a b"], "tags": ["O"]}\n'))
    assert lines.sentences == [["a b"]]
    assert read_tagged(written(tmp_path, "d.txt", "the dog\n"), with_tags=False).sentences == [["the", "dog"]]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.tsv", "text and label\n", "line 1: must have a text and a label"),
        ("a.tsv", "a\tx\nb\n", "line 2: must have a text and a label"),
        ("a.jsonl", "{}\n", "line 1: must have a member 'text' or 'tokens', got none"),
        ("a.jsonl", '{"text": "a"}\n', "must have a member 'label' or 'labels', got 'text'"),
        ("a.jsonl", "[1]\n", "line 1: must be an object, got list"),
        ("a.jsonl", "{\n", "line 1: invalid JSON"),
        ("a.tsv", b"a\tx\n\xff\ty\n", "line 2: invalid UTF-8"),
        ("a.conll", "a x\n", "not labels of texts"),
    ],
)
def test_invalid_labelled_files_name_the_line(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_labelled(written(tmp_path, name, text))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.conll", "word\n", "line 1: must have a token and a tag"),
        ("a.conll", "a X O\nb O\n", "line 2: must have 3 columns as the lines before, got 2"),
        ("a.tsv", "a b\tO\n", "line 1: must have a tag for each of 2 tokens, got 1 tags"),
        ("a.tsv", "a b\n", "separated by a tab"),
        ("a.jsonl", '{"tokens": "a", "tags": ["O"]}\n', "tokens must be a list of strings"),
        ("a.jsonl", '{"tokens": ["a"], "tags": [1]}\n', "tags must be a list of strings"),
        ("a.jsonl", '{"tokens": ["a"], "tags": []}\n', "each of 1 tokens, got 0 tags"),
    ],
)
def test_invalid_tagged_files_name_the_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_tagged(written(tmp_path, name, text))


def test_missing_columns_are_rejected(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", "a\tx\n")
    for column in (3, 0, -3):
        with pytest.raises(FormatError, match=f"from 1 to 2, got {column}"):
            read_labelled(path, columns=Columns(label=column))
    with pytest.raises(FormatError, match="a column must be a number"):
        read_labelled(path, columns=Columns(label="name"))


def test_empty_files_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no texts"):
        read_labelled(written(tmp_path, "a.tsv", ""))
    with pytest.raises(CorpusError, match="no sentences"):
        read_tagged(written(tmp_path, "a.conll", "\n\n"))
