"""Joining phrases in sentences, corpora and files."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec, _core
from wordkin.errors import CorpusError, OverwriteError
from wordkin.phrases import FrozenPhrases, JoinedCorpus, Phrases
from wordkin.phrases.inference import matcher_of
from wordkin.word2vec import LineSentence, Text8Corpus

SENTENCES = [["new", "york", "city"], ["in", "new", "york"]] * 3


@pytest.fixture(params=["Phrases", "FrozenPhrases"])
def phrases(request: pytest.FixtureRequest) -> Phrases | FrozenPhrases:
    model = Phrases(SENTENCES, min_count=1, threshold=0.8)
    return model if request.param == "Phrases" else model.freeze()


def test_sentences_and_corpora(phrases: Any) -> None:
    assert phrases[["new", "york"]] == ["new_york"]
    assert phrases[("new", "york")] == ["new_york"]
    assert phrases[iter(["new", "york"])] == ["new_york"]
    assert phrases[np.array(["new", "york"])] == ["new_york"]
    assert phrases[[]] == []
    assert phrases[["york"]] == ["york"]
    corpus = phrases[[["new", "york"], []]]
    assert isinstance(corpus, JoinedCorpus)
    assert list(corpus) == list(corpus) == [["new_york"], []]
    assert len(corpus) == 2
    assert corpus[0] == ["new_york"]
    assert corpus.corpus == [["new", "york"], []]
    assert corpus.obj is phrases


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("new york", "not split into tokens"),
        (b"new york", "not split into tokens"),
        (["new", 5], "token 1 of a sentence must be a str, got int"),
    ],
)
def test_invalid_sentences(phrases: Any, sentence: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        phrases[sentence]


def test_invalid_tokens_in_a_corpus(phrases: Any) -> None:
    with pytest.raises(TypeError, match="looks like an unsplit sentence"):
        list(phrases[[["new"], "new york"]])
    with pytest.raises(TypeError):
        list(phrases[[["new"], 5]])
    with pytest.raises(UnicodeEncodeError, match="surrogates"):
        phrases[["new", "\udc80"]]


def test_other_tokens_are_returned_unchanged(phrases: Any) -> None:
    token = "a token with spaces, é and \x00"
    assert phrases[["york", token]][1] is token
    long = "y" * 100_000
    assert phrases[["new", "york", long, ""]] == ["new_york", long, ""]


def test_generators_are_read_lazily(phrases: Any) -> None:
    read: list[int] = []

    def sentences() -> Any:
        for number in range(4):
            read.append(number)
            yield ["new", "york", str(number)]

    corpus = phrases[sentences()]
    assert read == [0]
    first = iter(corpus)
    assert next(first) == ["new_york", "0"]
    assert next(first) == ["new_york", "1"]
    assert read == [0, 1]
    assert len(list(corpus)) == 2  # the rest
    with pytest.raises(TypeError, match="must allow several passes"):
        list(corpus)
    with pytest.raises(RuntimeError, match="does not support slicing"):
        corpus[0]


def test_exceptions_of_the_iterator_propagate(phrases: Any) -> None:
    def sentences() -> Any:
        yield ["new", "york"]
        raise OSError("gone")

    joined = iter(phrases[sentences()])
    assert next(joined) == ["new_york"]
    with pytest.raises(OSError, match="gone"):
        next(joined)


def test_reentrant_iterators_are_rejected(phrases: Any) -> None:
    def sentences() -> Any:
        yield ["new", "york"]
        next(joined)

    joined = _core.phrases.JoinedSentences(matcher_of(phrases._state, for_corpus=True), sentences())
    assert next(joined) == ["new_york"]
    with pytest.raises(ValueError, match="already executing"):
        next(joined)


def test_text_files(tmp_path: Path, phrases: Any) -> None:
    path = tmp_path / "text"
    path.write_text("new york city\n\nnew\tyork é\n" * 100, encoding="utf-8")
    expected = [["new_york", "city"], ["new_york", "é"]] * 100
    assert list(phrases[path]) == expected
    assert list(phrases[LineSentence(path)]) == expected
    assert list(phrases[LineSentence(path, max_sentence_length=1)])[:2] == [["new"], ["york"]]
    assert next(iter(phrases[Text8Corpus(path, max_sentence_length=6)])) == ["new_york", "city", "new_york", "é"]
    assert phrases.find_phrases(path).keys() == phrases.find_phrases(SENTENCES).keys() == {"new_york"}
    path.write_bytes(b"new york\n\xff")
    with pytest.raises(CorpusError, match="byte 9: invalid UTF-8"):
        list(phrases[path])


def test_word2vec_trains_on_joined_corpora(tmp_path: Path, phrases: Any) -> None:
    path = tmp_path / "text"
    path.write_text("new york city\nin new york\n" * 20, encoding="utf-8")
    for corpus in (path, LineSentence(path), SENTENCES * 20):
        model = Word2Vec(phrases[corpus], vector_size=8, min_count=1, epochs=2, workers=1)
        assert set(model.wv.index_to_key) == {"new_york", "city", "in"}
        assert model.corpus_total_words % 4 == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_apply_file(tmp_path: Path, phrases: Any, workers: int) -> None:
    source, target = tmp_path / "text", tmp_path / "joined"
    source.write_bytes(b"\xef\xbb\xbfin new york\r\n\r\n  \n new  york\tcity \rnew\nyork new york")
    progress: list[int] = []
    report = phrases.apply_file(source, target, workers=workers, progress=progress.append)
    assert target.read_bytes() == b"in new_york\n\n\nnew_york city\nnew\nyork new_york"
    assert (report.words, report.phrases, report.sentences) == (10, 3, 4)
    assert progress == [10]
    with pytest.raises(OverwriteError):
        phrases.apply_file(str(target), target)
    assert target.read_bytes().startswith(b"in new_york\n")
    compressed = tmp_path / "text.gz"
    compressed.write_bytes(gzip.compress(b"new york\n"))
    phrases.apply_file(compressed, target)
    assert target.read_bytes() == b"new_york\n"


def test_apply_file_with_long_lines(tmp_path: Path, phrases: Any) -> None:
    source, target = tmp_path / "text", tmp_path / "joined"
    source.write_text("city new york " * 150_000 + "\nnew york", encoding="utf-8")
    assert source.stat().st_size > 2 << 20
    report = phrases.apply_file(source, target, workers=2)
    lines = target.read_text(encoding="utf-8").split("\n")
    assert report.words == 450_002
    assert report.sentences == len(lines) == 2
    # Lines are processed in pieces of 10,000 words: a phrase across two pieces is not joined, but no word is lost.
    assert lines[0].replace("_", " ").split() == ["city", "new", "york"] * 150_000
    assert report.phrases == 150_001 - 15
    assert lines[1] == "new_york"


def test_apply_file_rejects_invalid_input_and_keeps_the_output(tmp_path: Path, phrases: Any) -> None:
    target = tmp_path / "joined"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError, match="corpus must be a path"):
        phrases.apply_file(SENTENCES, target)
    (tmp_path / "bad").write_bytes(b"new york\n" * 5 + b"\xff")
    with pytest.raises(CorpusError, match="byte 45: invalid UTF-8"):
        phrases.apply_file(tmp_path / "bad", target)
    (tmp_path / "long").write_bytes(b"new " + b"y" * 70_000)
    with pytest.raises(CorpusError, match="byte 4: a word is longer than 65535 bytes"):
        phrases.apply_file(tmp_path / "long", target)
    with pytest.raises(ValueError, match="must not contain whitespace"):
        Phrases(SENTENCES, delimiter=" ").apply_file(tmp_path / "bad", target)
    assert target.read_text(encoding="utf-8") == "old"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad", "joined", "long"]
