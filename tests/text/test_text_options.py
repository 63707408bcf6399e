"""Encodings, invalid bytes, and files that are not text, for everything that reads text."""

from __future__ import annotations

import gzip
import inspect
import io
import json
import logging
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.corpora import read
from wordkin import ELMo, FrozenPhrases, Phrases, Word2Vec
from wordkin.cli.program import main
from wordkin.errors import CorpusError, FormatError
from wordkin.storage.decoding import TextOptions
from wordkin.storage.lines import read_lines
from wordkin.text import LineSentence, PathLineSentences, Text8Corpus, open_corpus

GERMAN = "der Müller geht\n" * 3
CP1252 = GERMAN.encode("cp1252")


def small_elmo(words: list[str]) -> ELMo:
    model = ELMo(dim=8, projection_dim=4, n_layers=1, filters=[[1, 4]], n_highway=0)
    model.initialize(words)
    return model


def words_of_word2vec(path: Path, **options: Any) -> set[str]:
    return set(Word2Vec(corpus_file=path, min_count=1, vector_size=4, epochs=1, **options).wv.index_to_key)


def words_of_build_vocab(path: Path, **options: Any) -> set[str]:
    model = Word2Vec(min_count=1, vector_size=4)
    model.build_vocab(corpus_file=path, **options)
    model.train(corpus_file=path, total_examples=model.corpus_count, epochs=1, **options)
    return set(model.wv.index_to_key)


def words_of_scan_vocab(path: Path, **options: Any) -> set[str]:
    model = Word2Vec(min_count=1, vector_size=4)
    model.scan_vocab(corpus_file=path, **options)
    return set(model.raw_vocab)


def words_of_model(path: Path, **options: Any) -> set[str]:
    model = Word2Vec(min_count=1, vector_size=4, **options)  # later calls use what the constructor was given
    model.build_vocab(corpus_file=path)
    return set(model.wv.index_to_key)


def words_of_lines(path: Path, **options: Any) -> set[str]:
    return {word for sentence in LineSentence(path, **options) for word in sentence}


def words_of_line_corpus(path: Path, **options: Any) -> set[str]:
    corpus = LineSentence(path, **options)
    return set(Word2Vec(corpus, min_count=1, vector_size=4, epochs=1).wv.index_to_key)


def words_of_folder(path: Path, **options: Any) -> set[str]:
    return {word for sentence in PathLineSentences(path, **options) for word in sentence}


def words_of_text8(path: Path, **options: Any) -> set[str]:
    return {word for sentence in Text8Corpus(path, **options) for word in sentence}


def words_of_phrases(path: Path, **options: Any) -> set[str]:
    return {word for word in Phrases(path, **options).vocab if "_" not in word}


def words_of_joined_file(path: Path, **options: Any) -> set[str]:
    phrases = Phrases([["a"]])
    phrases.apply_file(path, path.with_name("joined"), **options)
    return set(path.with_name("joined").read_text(encoding="utf-8").split())


def words_of_distilled(path: Path, **options: Any) -> set[str]:
    return set(small_elmo(["a"]).distill(path, progress=False, **options).index_to_key)


ENTRANCES: list[Callable[..., set[str]]] = [
    words_of_word2vec,
    words_of_build_vocab,
    words_of_scan_vocab,
    words_of_model,
    words_of_lines,
    words_of_line_corpus,
    words_of_folder,
    words_of_text8,
    words_of_phrases,
    words_of_joined_file,
    words_of_distilled,
]


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_the_advice_about_invalid_bytes_works_where_it_is_given(tmp_path: Path, entrance: Callable[..., Any]) -> None:
    path = tmp_path / "text"
    path.write_bytes(CP1252)
    with pytest.raises(CorpusError, match="byte 5: invalid UTF-8; pass encoding='cp1252'") as caught:
        entrance(path)
    assert re.findall(r"(\w+)='(\w+)'", str(caught.value)) == [
        ("encoding", "cp1252"),
        ("errors", "replace"),
        ("errors", "ignore"),
    ]
    assert entrance(path, encoding="cp1252") == {"der", "Müller", "geht"}
    assert entrance(path, errors="replace") == {"der", "M\ufffdller", "geht"}
    assert entrance(path, errors="ignore") == {"der", "Mller", "geht"}


def test_a_language_model_reads_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(CP1252)
    model = small_elmo(["der", "Müller", "geht"])
    with pytest.raises(CorpusError, match="pass encoding="):
        model.perplexity(path, progress=False)
    assert model.perplexity(path, encoding="cp1252", progress=False).unknown_tokens == 0
    assert model.perplexity(path, errors="replace", progress=False).unknown_tokens == 3
    with pytest.raises(FormatError, match="line 1: invalid UTF-8; pass encoding="):
        model.encode_file(path, tmp_path / "out.safetensors", progress=False)
    assert model.encode_file(path, tmp_path / "out.safetensors", encoding="cp1252", progress=False) == 3
    settings: dict[str, Any] = {"batch_size": 1, "unroll_steps": 2, "epochs": 1, "min_count": 1, "progress": False}
    new = ELMo(dim=8, projection_dim=4, n_layers=1, filters=[[1, 4]], n_highway=0)
    new.train(path, validation=path, encoding="cp1252", **settings)
    assert new.vocabulary is not None
    assert set(new.vocabulary[3:]) == {"der", "Müller", "geht"}


@pytest.mark.parametrize(
    "method",
    [
        Word2Vec.__init__,
        Word2Vec.build_vocab,
        Word2Vec.scan_vocab,
        Word2Vec.train,
        LineSentence.__init__,
        PathLineSentences.__init__,
        Text8Corpus.__init__,
        Phrases.__init__,
        Phrases.add_vocab,
        Phrases.find_phrases,
        Phrases.apply_file,
        FrozenPhrases.find_phrases,
        FrozenPhrases.apply_file,
        ELMo.train,
        ELMo.perplexity,
        ELMo.distill,
    ],
)
def test_all_that_reads_text_takes_the_same_arguments(method: Callable[..., Any]) -> None:
    assert {"encoding", "errors", "on_error"} <= set(inspect.signature(method).parameters)


# A UTF-16 text that begins with NUL begins with the mark of UTF-32.
@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff\0")), st.sampled_from(["utf-16", "utf-32"]))
def test_marked_texts_are_read_like_utf8(text: str, encoding: str) -> None:
    for name in (encoding, f"{encoding}-le", f"{encoding}-be"):
        data = text.encode(name) if name == encoding else ("\ufeff" + text).encode(name)
        for options in (TextOptions(), TextOptions(encoding=name)):
            assert [*LineSentence(io.BytesIO(data))] == [*LineSentence(io.BytesIO(text.encode()))]
            if text.strip():
                assert read(io.BytesIO(data), options=options) == read(io.BytesIO(text.encode()))
    unmarked = io.BytesIO(text.encode(f"{encoding}-be"))
    assert [line for _, line in read_lines(unmarked, TextOptions(encoding=f"{encoding}-be"))] == [
        line for _, line in read_lines(io.BytesIO(text.encode()))
    ]


@pytest.mark.parametrize("encoding", ["shift_jis", "gbk", "euc_jp", "big5", "utf-7", "koi8-r", "utf-16-le"])
def test_long_texts_in_encodings_with_state(encoding: str) -> None:
    text = "".join(f"{number} слово\n" if encoding == "koi8-r" else f"{number} 日本\n" for number in range(40_000))
    expected = [line.split() for line in text.splitlines()]
    assert list(LineSentence(io.BytesIO(text.encode(encoding)), encoding=encoding)) == expected


@given(st.integers(0, 200_000), st.sampled_from(["utf-16-le", "shift_jis", "ascii", "cp1252"]))
def test_errors_of_other_encodings_have_the_position_in_the_file(position: int, encoding: str) -> None:
    invalid = {"utf-16-le": b"\x00\xdc", "shift_jis": b"\xff", "ascii": b"\x80", "cp1252": b"\x81"}[encoding]
    start = ("ab " * (position // 3 + 1)).encode(encoding)
    data = start + invalid + "c".encode(encoding)
    with pytest.raises(FormatError, match=f"byte {len(start)}: invalid {encoding}; pass encoding="):
        list(LineSentence(io.BytesIO(data), encoding=encoding))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_recognised(encoding: str) -> None:
    data = "plain English text without a mark\n".encode(encoding)
    with pytest.raises(FormatError, match=f"UTF-16 without a byte-order mark.*pass encoding='{encoding}'"):
        read(io.BytesIO(data))
    assert read(io.BytesIO(data), options=TextOptions(encoding=encoding))[0][0] == "plain"


@pytest.mark.parametrize("encoding", ["utf-9", "", "base64", "nul\0"])
def test_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="encoding must be"):
        Word2Vec(encoding=encoding)


def zip_of(member: str, content: bytes = b"words") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, content)
    return file.getvalue()


def tar_of(name: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", encoding="utf-8") as archive:
        member = tarfile.TarInfo(name)
        member.size = 5
        archive.addfile(member, io.BytesIO(b"words"))
    return file.getvalue()


BINARY = {
    "a zip archive, not plain text; unpack it": zip_of("text.txt"),
    r"a document of Microsoft Office \(.docx": zip_of("[Content_Types].xml"),
    "an EPUB book": zip_of("mimetype", b"application/epub+zip"),
    "an OpenDocument file": zip_of("mimetype", b"application/vnd.oasis.opendocument.text"),
    "an empty zip archive": b"PK\x05\x06" + bytes(18),
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\x04",
    "a RAR archive": b"Rar!\x1a\x07\0",
    "a tar archive": tar_of("text.txt"),
    "a PDF document, not plain text; convert it to plain text": b"%PDF-1.7\n%\xe2\xe3",
    "an RTF document": b"{\\rtf1\\ansi",
    "Microsoft Office before 2007": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a PNG image": b"\x89PNG\r\n\x1a\n",
    "a JPEG image": b"\xff\xd8\xff\xe0",
    "a GIF image": b"GIF89a",
    "a WebP image": b"RIFF\0\0\0\0WEBP",
    "an SQLite database": b"SQLite format 3\0",
    "an HDF5 file": b"\x89HDF\r\n\x1a\n",
    "a Python pickle": b"\x80\x04\x95",
    "a safetensors file": b"\x10\0\0\0\0\0\0\0{}",
}


@pytest.mark.parametrize("what", BINARY)
def test_files_that_are_not_text_are_named_as_what_they_are(tmp_path: Path, what: str) -> None:
    path = tmp_path / "corpus.txt"
    for data in (BINARY[what], gzip.compress(BINARY[what])):
        path.write_bytes(data)
        for options in ({}, {"errors": "replace"}, {"encoding": "latin-1"}):
            with pytest.raises(FormatError, match=f"corpus.txt: this is {what}|this is a document of {what}"):
                Word2Vec(corpus_file=path, min_count=1, **options)
        with pytest.raises(FormatError, match="this is"):
            list(read_lines(path))


def folder_with_bad_files(folder: Path) -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text("eins zwei\n", encoding="utf-8")
    (folder / "b.txt").write_bytes(b"drei\n" * 300_000 + b"\xff\n")  # after the first block
    (folder / "c.zip").write_bytes(zip_of("text.txt"))
    (folder / "d.gz").write_bytes(gzip.compress(b"vier\n" * 1000)[:-20])
    (folder / "e.txt").write_bytes(b"x" * 70_000)
    (folder / "f.txt").write_text("zwei\n", encoding="utf-8")
    return folder


def test_bad_files_are_left_out_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = folder_with_bad_files(tmp_path / "folder")
    with pytest.raises(CorpusError, match=r"b.txt: byte 1500000: invalid"):  # the first one, though found last
        Word2Vec(corpus_file=folder, min_count=1)
    with caplog.at_level(logging.WARNING):
        model = Word2Vec(corpus_file=folder, min_count=1, vector_size=4, on_error="skip")
    assert {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key} == {"eins": 1, "zwei": 2}
    (message,) = caplog.messages
    assert message.startswith("left out 4 of 6 files; ")
    for name, reason in {
        "b.txt": "byte 1500000: invalid",
        "c.zip": "zip archive",
        "d.gz": "truncated",
        "e.txt": "longer",
    }.items():
        assert re.search(rf"{name}: .*{reason}", message)
    assert [*PathLineSentences(folder, on_error="skip")] == [["eins", "zwei"], ["zwei"]]


def test_a_corpus_of_bad_files_only_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    (tmp_path / "b").write_bytes(b"%PDF-1.4")
    with pytest.raises(CorpusError, match=r"none of the 2 files can be read as text; the first: .*a: byte 0: invalid"):
        Word2Vec(corpus_file=tmp_path, min_count=1, on_error="skip")


def test_hidden_files_of_folders_are_left_out_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "x.txt").write_text("eins zwei\n", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1\0\xff\xfe")
    (tmp_path / "Thumbs.db").write_bytes(b"\xd0\xcf")
    (tmp_path / ".gitkeep").touch()
    with caplog.at_level(logging.INFO):
        assert read(tmp_path) == [["eins", "zwei"]]
    assert "left out 3 hidden files: .DS_Store, .gitkeep, Thumbs.db" in caplog.text
    assert read([tmp_path / "x.txt", tmp_path / ".gitkeep"]) == [["eins", "zwei"]]  # files that are named are read
    (tmp_path / "x.txt").unlink()
    with pytest.raises(CorpusError, match=r"the folder has no files except hidden ones \(.DS_Store"):
        open_corpus(tmp_path)


def test_corpus_readers_have_their_own_options(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(CP1252)
    with pytest.raises(TypeError, match="encoding, errors and on_error must be given to the LineSentence"):
        Word2Vec(LineSentence(path), encoding="cp1252", min_count=1)


def test_indexing_a_phrase_model_advises_a_corpus_reader(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(CP1252)
    phrases = Phrases([["a"]])
    with pytest.raises(CorpusError, match="invalid UTF-8; pass a LineSentence, whose arguments encoding="):
        list(phrases[path])
    assert next(iter(phrases[LineSentence(path, encoding="cp1252")])) == ["der", "Müller", "geht"]


@pytest.mark.parametrize("command", ["vocab", "train", "phrases", "elmo perplexity", "elmo train", "elmo encode"])
def test_commands_take_the_flags_that_their_errors_advise(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "text"
    source.write_bytes(CP1252)
    small_elmo(["der", "Müller", "geht"]).save_pretrained(tmp_path / "model")
    arguments = {
        "vocab": [str(source)],
        "train": [str(source), "--min-count", "1", "--vector-size", "4", "-o", str(tmp_path / "out.txt")],
        "phrases": [str(source), "-o", str(tmp_path / "out.txt"), "--passes", "2"],
        "elmo perplexity": [str(tmp_path / "model"), str(source)],
        "elmo train": [str(source), "--min-count", "1", "--dim", "8", "--projection-dim", "4", "--filters", "1x4"]
        + ["--n-layers", "1", "--batch-size", "1", "--unroll-steps", "2", "--epochs", "1", "--no-checkpoint", "-o"]
        + [str(tmp_path / "new")],
        "elmo encode": [str(tmp_path / "model"), str(source), str(tmp_path / "out.safetensors")],
    }[command]
    assert main([*command.split(), *arguments]) == 1
    error = capsys.readouterr().err
    assert "invalid UTF-8; pass --encoding cp1252 (or whatever" in error
    assert "or --errors replace or --errors ignore" in error
    for flags in (["--encoding", "cp1252"], ["--errors", "replace"], ["--errors", "ignore"]):
        assert main([*command.split(), *arguments, *flags]) == 0, capsys.readouterr().err
    assert main([*command.split(), *arguments, "--encoding", "utf-9"]) == 2
    assert "encoding must be the name of an encoding" in capsys.readouterr().err


def test_commands_leave_out_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_with_bad_files(tmp_path / "folder")
    assert main(["vocab", str(folder)]) == 1
    capsys.readouterr()
    assert main(["vocab", str(folder), "--skip-bad-files"]) == 0
    output = capsys.readouterr()
    assert output.out == "zwei 2\neins 1\n"
    assert "left out 4 of 6 files" in output.err
    assert "encoding=" not in output.err
    assert "c.zip: this is a zip archive" in output.err


@pytest.mark.parametrize("command", ["vocab", "train", "phrases", "elmo perplexity", "elmo train"])
def test_reports_of_commands_name_the_files_that_are_left_out(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_bad_files(tmp_path / "folder")
    output = str(tmp_path / "out.txt")
    small_elmo(["eins", "zwei"]).save_pretrained(tmp_path / "model")
    arguments = {
        "vocab": [str(folder), "-o", output],
        "train": [str(folder), "--min-count", "1", "--vector-size", "4", "-o", output],
        "phrases": [str(folder), "-o", output, "--passes", "2"],
        "elmo perplexity": [str(tmp_path / "model"), str(folder)],
        "elmo train": [str(folder), "--validation", str(folder), "--min-count", "1", "--dim", "8"]
        + ["--projection-dim", "4", "--filters", "1x4", "--n-layers", "1", "--batch-size", "1", "--unroll-steps", "2"]
        + ["--epochs", "1", "--no-checkpoint", "-o", str(tmp_path / "new")],
    }[command]
    assert main([*command.split(), *arguments, "--skip-bad-files", "--json"]) == 0
    captured = capsys.readouterr()
    skipped = json.loads(captured.out)["skipped"]
    assert skipped["count"] == 4
    names = [Path(entry["file"]).name for entry in skipped["files"]]
    assert names == ["b.txt", "c.zip", "d.gz", "e.txt"]
    reasons = [entry["reason"] for entry in skipped["files"]]
    beginnings = ["byte 1500000: invalid", "this is a zip", "within the first", "byte 0: a word"]
    for reason, beginning in zip(reasons, beginnings, strict=True):
        assert reason.startswith(beginning)
        assert str(folder) not in reason
    texts = 2 if command == "elmo train" else 1
    assert captured.err.count("left out 4 of 6 files") == texts
    good = str(folder / "a.txt")
    assert main([*command.split(), *[good if own == str(folder) else own for own in arguments], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == {"count": 0, "files": []}
