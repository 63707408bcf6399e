"""Files of labelled texts and tagged sentences, valid and invalid."""

from __future__ import annotations

import csv
import gzip
import io
import logging
from pathlib import Path

import pytest

from wordkin.downstream.files.labelled_files import Columns, Layout, read_labelled, read_tagged
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
        ("a.jsonl", "[1]\n", "line 1: must be an object, got an array; the format of a file with one array is json"),
        ("a.json", "[1]", "element 1: must be an object, got int"),
        ("a.json", '[{"text": "a", "label": "x"},\n]', "a.json: invalid JSON: .*line 2"),
        ("a.jsonl", '{"text": {"0": "a"}, "label": "x"}\n', "line 1: a text or its tokens must be a list of strings"),
        ("a.jsonl", '{"text": "a", "label": null}\n', "line 1: a label must be a string, an integer, or a list"),
        ("a.tsv", "a\tx\nb\tc\tx\n", "line 2: must have 2 columns as the lines before, got 3; use CSV"),
        ("a.csv", 'a,x\n"b,x\n', "line 2: invalid CSV: unexpected end of data"),
        ("a.csv", "a,x\ngood, really,x\n", "line 2: must have 2 columns .*; quote texts that contain the delimiter"),
        ("a.csv", "a text\n", "line 1: must have a text and a label separated by the delimiter ','"),
        ("a.txt", "__label__x a\nb\n", "line 2: must have a label, such as __label__good"),
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
        (
            "a.jsonl",
            '{"tokens": ["a"], "tags": [1]}\n',
            "tags must be a list of strings, .*; replace the numbers of tags",
        ),
        ("a.csv", "a,O\n", "csv holds labels of texts"),
        ("a.tsv", "a\tO\nb\tO\n", "every line has one tag; give the format .*conll .*tsv"),
        ("a.tsv", "a b\tO O\nc\td\tO\n", "line 2: must have 2 columns as the lines before, got 3"),
        ("a.conll", "a\t\n", "line 1: column 2 must not be empty"),
        ("a.conll", "\tO\n", "line 1: column 1 must not be empty"),
        ("a.conll", "doc 0 the DT\ndoc 1 dog NN\n\n", "a.conll: column 1 must hold tokens, got 'doc' in all lines"),
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
    with pytest.raises(FormatError, match="a column must be one of 'a', 'x', got 'name'"):
        read_labelled(path, columns=Columns(label="name"))
    with pytest.raises(FormatError, match="columns must be numbers in a file without a heading"):
        read_labelled(path, columns=Columns(label="x", has_header=False))
    with pytest.raises(FormatError, match="a column must be a number, from 1, got 'x', as there is no heading"):
        read_tagged(written(tmp_path, "a.conll", "a\tx\n"), columns=Columns(label="x"))


def test_empty_files_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no texts"):
        read_labelled(written(tmp_path, "a.tsv", ""))
    with pytest.raises(CorpusError, match="no sentences"):
        read_tagged(written(tmp_path, "a.conll", "\n\n"))


def test_cells_are_split_at_tabs_if_there_are_any(tmp_path: Path) -> None:
    """Tokens may hold other whitespace, also alone, as in French and Chinese data."""
    for text, sentences in {
        "New York\tB-LOC\nwins\tO\n": [["New York", "wins"]],
        "你\tO\n\u3000\tO\n好\tO\n": [["你", "\u3000", "好"]],
        "a\tO\n \tO\n": [["a", " "]],
        "un\tDET\n10\u00a0000\tNUM\n": [["un", "10\u00a0000"]],
        "x\x85y O\n": [["x\x85y"]],
        "10\u00a0000  NUM\n": [["10\u00a0000"]],
    }.items():
        assert read_tagged(written(tmp_path, "a.conll", text)).sentences == sentences


CONLLU = """# global.columns = ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC
# newdoc
# sent_id = 1
# text = au revoir
1-2\tau\t_\t_\t_\t_\t_\t_\t_\t_
1\tà\tà\tADP\t_\t_\t_\t_\t_\t_
2\tle\tle\tDET\t_\t_\t_\t_\t_\t_
2.1\tx\tx\tX\t_\t_\t_\t_\t_\t_
3\trevoir\trevoir\tNOUN\t_\t_\t_\t_\t_\tSpaceAfter=No

# text = # 1
1\t#\t#\tSYM\t_\t_\t_\t_\t_\t_
2\t10\u00a0000\t_\tNUM\t_\t_\t_\t_\t_\t_
"""


@pytest.mark.parametrize("name", ["a.conllu", "a.conllup", "a.conll", "a.txt"])
@pytest.mark.parametrize("declared", [True, False])
def test_conllu_is_recognised(tmp_path: Path, name: str, declared: bool) -> None:
    text = CONLLU if declared else CONLLU.split("\n", maxsplit=1)[1]
    path = written(tmp_path, name, text)
    found = read_tagged(path)
    assert found.sentences == [["à", "le", "revoir"], ["#", "10\u00a0000"]]
    assert found.tags == [["ADP", "DET", "NOUN"], ["SYM", "NUM"]]
    assert found.layout == Layout(format="conll", text=2, label=4)
    assert read_tagged(path, columns=Columns(label="LEMMA")).tags == [["à", "le", "revoir"], ["#", "_"]]
    assert read_tagged(path, "conll", Columns(text=3), with_tags=False).sentences[0] == ["à", "le", "revoir"]


def test_conllu_plus_names_its_columns(tmp_path: Path) -> None:
    text = "# global.columns = ID FORM FRSEMCOR:NOUN UPOS\n1\tun\t*\tDET\n2\tchat\tAnimal\tNOUN\n"
    path = written(tmp_path, "a.conllup", text)
    assert read_tagged(path).tags == [["DET", "NOUN"]]
    assert read_tagged(path, columns=Columns(label="FRSEMCOR:NOUN")).tags == [["*", "Animal"]]
    with pytest.raises(FormatError, match="a column must be one of 'ID', 'FORM', 'FRSEMCOR:NOUN', 'UPOS', got 'NER'"):
        read_tagged(path, columns=Columns(label="NER"))


def test_comments_stand_before_a_sentence_only(tmp_path: Path) -> None:
    text = "# id = 1\n# any other comment\n# # O\nthe DT O\n# SYM O\n\n# SYM O\n"
    found = read_tagged(written(tmp_path, "a.conll", text))
    assert found.sentences == [["#", "the", "#"], ["#"]]
    with pytest.raises(FormatError, match="line 2: must have 2 columns as the lines before, got 3"):
        read_tagged(written(tmp_path, "a.conll", "a O\n# no comment\n"))


def test_a_tsv_file_with_a_token_per_line_is_recognised(tmp_path: Path) -> None:
    """The files of GermEval 2014 are called .tsv and have the columns number, token, tag, nested tag."""
    text = "#\thttp://x/y\t[2009-08-13]\n1\tDer\tO\tB-PER\n2\tCrown\tB-OTH\tO\n\n#\thttp://z\t[x]\n1\tIhr\tO\tO\n"
    path = written(tmp_path, "de.tsv", text)
    found = read_tagged(path)
    assert (found.sentences, found.tags) == ([["Der", "Crown"], ["Ihr"]], [["O", "B-OTH"], ["O"]])
    assert found.layout == Layout(format="conll", text=2, label=3)
    assert read_tagged(path, "conll", Columns(text=2, label=4)).tags == [["B-PER", "O"], ["O"]]
    assert read_tagged(path, with_tags=False).sentences == [["Der", "Crown"], ["Ihr"]]
    plain = read_tagged(written(tmp_path, "two.tsv", "New York\tB-LOC\nwins\tO\n\nYes\tO\n"))
    assert plain.sentences == [["New York", "wins"], ["Yes"]]
    by_sentence = written(tmp_path, "b.tsv", "tokens\ttags\nYes\tUH\nthe dog\tDT NN\n")
    assert read_tagged(by_sentence).sentences == [["Yes"], ["the", "dog"]]
    assert read_tagged(by_sentence).layout.has_header
    assert read_tagged(written(tmp_path, "c.tsv", "a\tX\nb\tX\n"), "tsv").sentences == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (["1 Der O O", "2 Bonn B-LOC O"], 3),  # GermEval: no nested chunk in the sample
        (["1 Uni B-ORG O", "2 Bonn I-ORG B-LOC"], 3),
        (["Uni B-ORG O O", "Bonn I-ORG B-ORG O"], 2),  # two levels of nested chunks
        (["Uni B-NP B-ORG", "Bonn I-NP I-ORG"], 3),  # chunks of phrases, then names
        (["Uni NN B-NP B-ORG", "in IN B-PP O"], 4),  # CoNLL-2003
        (["Uni NN B-NP O", "in IN B-PP O"], 4),
        (["Uni O O", "in O O"], 3),
        (["Uni B-ORG x", "in O y"], 3),
    ],
)
def test_the_tags_of_outer_chunks_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rows: list[str], column: int
) -> None:
    path = written(tmp_path, "a.conll", "\n".join(rows) + "\n")
    last = len(rows[0].split())
    assert read_tagged(path).layout.label == column
    warned = [record for record in caplog.records if "tags of nested chunks" in record.getMessage()]
    assert len(warned) == (column != last)
    caplog.clear()
    for chosen in (last, column):
        assert read_tagged(path, columns=Columns(label=chosen)).layout.label == chosen
    assert "nested" not in caplog.text


def test_columns_that_are_read_as_plain_text_are_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path, "a.txt", "the DT\ndog NN\n\na DT\n")
    assert read_tagged(path, with_tags=False).sentences[0] == ["the", "DT"]
    assert "file_format='conll' (--format conll)" in caplog.text


def test_csv_may_quote_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    text = 'text,label\r\n"good, really",plus\r\n"a ""bad""\r\nfilm",minus\r\n'
    found = read_labelled(written(tmp_path, "a.csv", text))
    assert found.texts == ["good, really", 'a "bad"\nfilm']
    assert found.labels == ["plus", "minus"]
    assert found.layout == Layout(format="csv", text=1, label=2, has_header=True, delimiter=",")
    excel = written(tmp_path, "b.csv", "\ufeffid;review;stars\n1;good, really;5\n2;bad;1\n")
    found = read_labelled(excel)
    assert (found.texts, found.labels, found.layout.delimiter) == (["good, really", "bad"], ["5", "1"], ";")
    assert read_labelled(excel, columns=Columns(text="ID", label="review")).texts == ["1", "2"]
    assert read_labelled(excel, with_labels=False).texts == ["good, really", "bad"]
    quoted = written(tmp_path, "c.tsv", '"a\tb"\tx\n')
    assert read_labelled(quoted, "csv", Columns(delimiter="\t")).texts == ["a\tb"]
    assert read_labelled(quoted, columns=Columns(delimiter="\t")).texts == ["a\tb"]
    with pytest.raises(FormatError, match=r"delimiter must be None for the format tsv, got '\\t'; use csv"):
        read_labelled(quoted, "tsv", Columns(delimiter="\t"))
    with pytest.raises(FormatError, match="delimiter must be one character, got ', '"):
        read_labelled(excel, columns=Columns(delimiter=", "))


def test_csv_agrees_with_the_writer_of_python(tmp_path: Path) -> None:
    rows = [["a\nb", "x"], ['"', "y"], [",;\t|", "x"], [" ", "y"], ["'", "x"]]
    for delimiter in ",;\t|":
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=delimiter).writerows(rows)
        found = read_labelled(written(tmp_path, "a.csv", target.getvalue()), columns=Columns(delimiter=delimiter))
        assert [[text, label] for text, label in zip(found.texts, found.labels or [], strict=True)] == rows


def test_labels_of_fasttext_are_words_with_a_prefix(tmp_path: Path) -> None:
    found = read_labelled(written(tmp_path, "a.txt", "__label__good a film\n__label__bad  how  bad\n"))
    assert (found.texts, found.labels) == (["a film", "how  bad"], ["good", "bad"])
    several = read_labelled(written(tmp_path, "b.train", "__label__a __label__b x\ny __label__a\n"))
    assert (several.texts, several.labels) == (["x", "y"], [["a", "b"], ["a"]])
    assert several.layout.format == "fasttext"
    assert read_labelled(tmp_path / "a.txt", with_labels=False).texts == ["a film", "how  bad"]


def test_a_json_array_is_read_like_json_lines(tmp_path: Path) -> None:
    text = '[\n  {"text": "a", "label": 1},\n  {"tokens": ["b"], "label": 0}\n]\n'
    found = read_labelled(written(tmp_path, "a.json", text))
    assert (found.texts, found.labels, found.layout.format) == (["a", ["b"]], [1, 0], "json")
    assert read_labelled(written(tmp_path, "b.json", '{"text": "a", "label": 1}\n')).layout.format == "jsonl"
    tagged = read_tagged(written(tmp_path, "c.json", '[{"tokens": ["a b"], "tags": ["O"]}]'))
    assert (tagged.sentences, tagged.tags) == ([["a b"]], [["O"]])
    assert read_labelled(io.BytesIO(b'{"text": "a"}\n'), with_labels=False).texts == ["a"]


@pytest.mark.parametrize(
    ("text", "first", "warns"),
    [
        ("sentence\tlabel\ngood\t1\nbad\t0\n", "good", False),  # GLUE's SST-2
        ("good\tplus\nbad\tminus\nso so\tminus\nfine\tplus\n", "good", False),
        ("phrase\tvalue\ngood\t1\nbad\t0\n", "good", False),
        ("phrase\tvalue\ngood\tp\nbad\tn\nx\tp\ny\tn\n", "phrase", True),
        ("index\ttext\tlabel\n0\tgood\tlabel\n1\tbad\tx\n", "index", False),
    ],
)
def test_headings_are_recognised_or_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, first: str, warns: bool
) -> None:
    path = written(tmp_path, "a.tsv", text)
    found = read_labelled(path)
    assert found.texts[0] == first
    assert found.layout.has_header == (text.split("\t")[0] != first)
    assert ("may be a heading" in caplog.text) == warns
    caplog.clear()
    assert read_labelled(path, columns=Columns(has_header=False)).texts[0] == text.split("\t")[0]
    assert len(read_labelled(path, columns=Columns(has_header=True)).texts) == text.count("\n") - 1
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_other_signs_of_a_wrong_layout_are_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read_tagged(written(tmp_path, "a.conll", "TOK NETAG\nthe DT\ndog NN\n\nthe DT\ndog NN\n"))
    assert "the tag 'NETAG' occurs only once, in the first line, which may be a heading" in caplog.text
    caplog.clear()
    # The columns of the SMS spam collection.
    spam = written(tmp_path, "spam.csv", "v1,v2\n" + "".join(f"ham,text {number}\n" for number in range(30)))
    read_labelled(spam)
    assert "31 of 31 lines have different labels, such as 'text 29'; the column of the labels may be" in caplog.text
    caplog.clear()
    found = read_labelled(spam, columns=Columns(text="v2", label="v1"))
    assert (found.texts[0], set(found.labels or [])) == ("text 0", {"ham"})
    assert not caplog.records


def test_headings_of_unlabelled_texts_are_recognised(tmp_path: Path) -> None:
    for name in ("a.csv", "a.tsv"):
        path = written(tmp_path, name, "text\na film\n")
        assert read_labelled(path, with_labels=False).texts == ["a film"]
        assert read_labelled(path, columns=Columns(has_header=False), with_labels=False).texts == ["text", "a film"]
    assert read_labelled(written(tmp_path, "a.txt", "text\na film\n"), with_labels=False).texts == ["text", "a film"]


def test_texts_and_labels_are_different_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "a.tsv", "x\ta text\ny\tanother\n")
    assert read_labelled(path, columns=Columns(label=1)).texts == ["a text", "another"]
    assert read_labelled(path, columns=Columns(text=2)).labels == ["x", "y"]
    assert read_labelled(written(tmp_path, "b.csv", "label,message\nx,a text\ny,text\n")).texts == ["a text", "text"]
    assert read_tagged(written(tmp_path, "a.conll", "DT the\nNN dog\n"), columns=Columns(label=1)).sentences == [
        ["the", "dog"]
    ]
    with pytest.raises(FormatError, match="must be in different columns, got 1 for both; give both columns"):
        read_labelled(written(tmp_path, "c.tsv", "x\ta text\t5\n"), columns=Columns(label=1))


def test_headings_choose_the_column_of_unlabelled_texts(tmp_path: Path) -> None:
    """GLUE's test sets have the columns index and sentence."""
    path = written(tmp_path, "test.tsv", "index\tsentence\n0\tgood\n1\tbad\n")
    assert read_labelled(path, with_labels=False).texts == ["good", "bad"]


def test_what_was_detected_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        read_labelled(written(tmp_path, "a.tsv", "sentence\tlabel\ngood\t1\nbad\t0\n"))
    assert (
        "read as tab-separated columns, text in column 1, labels in column 2, with a heading (detected)" in caplog.text
    )


def test_real_files_keep_every_line(data: Path) -> None:
    for name in ("train", "dev", "test"):
        found = read_labelled(data / "sst2" / f"{name}.tsv")
        lines = (data / "sst2" / f"{name}.tsv").read_text("utf-8").splitlines()
        first = 1 if found.layout.has_header else 0
        assert found.texts == [line.split("\t")[0] for line in lines[first:]]
    found_tags = read_tagged(data / "conll2000" / "test.txt.gz")
    with gzip.open(data / "conll2000" / "test.txt.gz", "rt", encoding="utf-8") as file:
        blocks = [[line.split() for line in block.splitlines()] for block in file.read().strip().split("\n\n")]
    assert found_tags.sentences == [[cells[0] for cells in block] for block in blocks]
    assert found_tags.tags == [[cells[-1] for cells in block] for block in blocks]


def test_encodings_and_bytes_that_cannot_be_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("ein müder Film\tneg\n".encode("cp1252"))
    assert read_labelled(path, encoding="cp1252").texts == ["ein müder Film"]
    assert read_labelled(path, errors="replace").texts == ["ein m\ufffdder Film"]
    with pytest.raises(FormatError, match=r"line 1: .*encoding='cp1252'"):
        read_labelled(path)
    path.write_bytes("müde\tADJ\n".encode("utf-16"))
    assert read_tagged(path, "conll").sentences == [["müde"]]
