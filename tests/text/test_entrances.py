"""One text gives the words and counts of ``str.split``, however it is passed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wordkin import ELMo, Phrases, Word2Vec
from wordkin.cli.program import main
from wordkin.elmo.data.encoded_text import ReadText
from wordkin.text import LineSentence, PathLineSentences, open_corpus

WHITESPACE = [character for character in map(chr, range(0x3001)) if character.isspace()]
texts = st.lists(st.sampled_from(["a", "bc", "é", "日本", "\u200b", "Zz9", " ", "\n", *WHITESPACE]), max_size=60).map(
    "".join
)

FRENCH_AND_JAPANESE = "Bonjour\u00a0! Oui\u202f; 10\u00a0000\n今日\u3000は\u3000晴れ\n"


def expected_counts(text: str) -> Counter[str]:
    return Counter(word for line in re.split("[\r\n]", text) for word in line.split())


def counts_of_word2vec(corpus: Any) -> Counter[str]:
    model = Word2Vec(min_count=1, vector_size=4, workers=1)
    model.scan_vocab(corpus)
    return Counter(model.raw_vocab)


def counts_of_phrases(corpus: Any) -> Counter[str]:
    phrases = Phrases(corpus, delimiter="\0\0", min_count=1)
    return Counter({word: count for word, count in phrases.vocab.items() if "\0\0" not in word})


def counts_of_elmo(corpus: Any) -> Counter[str]:
    counts = ReadText(corpus, name="corpus", workers=1).counts
    return Counter(dict(zip(counts.words, counts.counts.tolist(), strict=True)))


CONSUMERS: list[Callable[[Any], Counter[str]]] = [counts_of_word2vec, counts_of_phrases, counts_of_elmo]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(texts)
def test_every_form_of_a_text_has_the_same_words_everywhere(tmp_path: Path, text: str) -> None:
    expected = expected_counts(text)
    data = text.encode()
    (tmp_path / "text").write_bytes(data)
    (tmp_path / "text.gz").write_bytes(gzip.compress(data))
    (tmp_path / "text.bz2").write_bytes(bz2.compress(data))
    (tmp_path / "utf-16").write_bytes(text.encode("utf-16"))
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    (folder / "text").write_bytes(data)
    forms: list[Callable[[], Any]] = [
        lambda: tmp_path / "text",
        lambda: tmp_path / "text.gz",
        lambda: tmp_path / "text.bz2",
        lambda: tmp_path / "utf-16",
        lambda: io.BytesIO(data),
        lambda: io.StringIO(text, newline=""),
        lambda: LineSentence(tmp_path / "text"),
        lambda: list(LineSentence(tmp_path / "text")),
        lambda: PathLineSentences(folder),
        lambda: folder,
        lambda: [line.split() for line in re.split("[\r\n]", text)],
    ]
    for form in forms:
        for counts_of in CONSUMERS:
            assert counts_of(form()) == expected


def test_the_words_of_french_and_japanese_text(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(FRENCH_AND_JAPANESE, encoding="utf-8")
    words = ["!", "000", "10", ";", "Bonjour", "Oui", "は", "今日", "晴れ"]
    options: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    assert sorted(Word2Vec(corpus_file=tmp_path / "text", **options).wv.index_to_key) == words
    lists = [line.split() for line in FRENCH_AND_JAPANESE.splitlines()]
    assert sorted(Word2Vec(lists, **options).wv.index_to_key) == words


def test_commands_split_where_str_split_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "text"
    source.write_text(FRENCH_AND_JAPANESE, encoding="utf-8")
    expected = sorted(FRENCH_AND_JAPANESE.split())
    assert main(["vocab", str(source)]) == 0
    assert sorted(line.split(" ")[0] for line in capsys.readouterr().out.splitlines()) == expected
    result = subprocess.run(
        [sys.executable, "-m", "wordkin", "vocab", "-"], input=FRENCH_AND_JAPANESE.encode(), capture_output=True
    )
    assert sorted(line.split(" ")[0] for line in result.stdout.decode().splitlines()) == expected
    assert main(["phrases", str(source), "-o", str(tmp_path / "joined"), "--no-progress"]) == 0
    assert (tmp_path / "joined").read_text(encoding="utf-8") == "Bonjour ! Oui ; 10 000\n今日 は 晴れ\n"
    model = ELMo(dim=8, projection_dim=4, filters=[[1, 4]], n_highway=0)
    model.initialize(expected)
    model.save_pretrained(tmp_path / "model")
    capsys.readouterr()
    assert main(["elmo", "perplexity", str(tmp_path / "model"), str(source), "--json", "--no-progress"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["unknown_tokens"] == 0


def test_sentence_lengths_count_words_of_all_whitespace() -> None:
    corpus = open_corpus(io.BytesIO("a\u00a0b\u3000c d\n".encode()), max_sentence_length=3)
    vocabulary, _ = corpus.scan(1, keep_ids=False).counts.prune(1)
    block = next(corpus.encode(vocabulary, 1).blocks())
    assert block.ends.tolist() == [3, 4]
    assert block.raw_sentences == 1


LISTS = [["new", "york", "city"], ["new", "york"], []] * 3


def pandas_column(lists: list[list[str]]) -> Any:
    return pytest.importorskip("pandas").Series(lists)


def pandas_frame(lists: list[list[str]]) -> Any:
    return pytest.importorskip("pandas").DataFrame({"tokens": lists})


def polars_column(lists: list[list[str]]) -> Any:
    return pytest.importorskip("polars").Series(lists)


def polars_frame(lists: list[list[str]]) -> Any:
    return pytest.importorskip("polars").DataFrame({"tokens": lists})


def pyarrow_array(lists: list[list[Any]]) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.array(lists, pyarrow.list_(pyarrow.string()))


def pyarrow_chunks(lists: list[list[str]]) -> Any:
    return pytest.importorskip("pyarrow").chunked_array([pyarrow_array(lists[:4]), pyarrow_array(lists[4:])])


def pyarrow_table(lists: list[list[str]]) -> Any:
    return pytest.importorskip("pyarrow").table({"tokens": pyarrow_array(lists)})


COLUMNS = [pandas_column, pandas_frame, polars_column, polars_frame, pyarrow_array, pyarrow_chunks, pyarrow_table]


@pytest.mark.parametrize("column", COLUMNS)
def test_columns_of_token_lists_are_sentences(column: Callable[[list[list[str]]], Any]) -> None:
    given = column(LISTS)
    words = expected_counts("new york city\nnew york\n" * 3)
    for counts_of in CONSUMERS:
        assert counts_of(given) == words
    model = Word2Vec(given, vector_size=4, min_count=1, workers=1, seed=1)
    expected = Word2Vec(LISTS, vector_size=4, min_count=1, workers=1, seed=1)
    assert (model.wv.vectors == expected.wv.vectors).all()
    phrases = Phrases(LISTS, min_count=1, threshold=0.1)
    for detector in (phrases, phrases.freeze()):
        assert list(detector[given]) == [detector[tokens] for tokens in LISTS]
        assert detector.find_phrases(given) == detector.find_phrases(LISTS)
    elmo = ELMo(dim=8, projection_dim=4, filters=[[1, 4]], n_highway=0)
    elmo.initialize(["new", "york", "city"])
    for found, wanted in zip(elmo.encode(given), elmo.encode(LISTS), strict=True):
        np.testing.assert_array_equal(found, wanted)


def scalars_of_tokens(lists: list[list[str]]) -> Any:
    return [list(row) for row in map(pytest.importorskip("pyarrow").array, lists)]


def arrays_of_tokens(lists: list[list[str]]) -> Any:
    return list(map(pytest.importorskip("pyarrow").array, lists))


def scalars_of_lists(lists: list[list[str]]) -> Any:
    return list(pyarrow_array(lists))


@pytest.mark.parametrize("rows", [scalars_of_tokens, arrays_of_tokens, scalars_of_lists])
def test_lists_of_pyarrow_objects_are_sentences(rows: Callable[[list[list[str]]], Any]) -> None:
    test_columns_of_token_lists_are_sentences(rows)
    words = expected_counts("new york city\nnew york\n" * 3)
    model = Word2Vec(vector_size=4, min_count=1)
    model.build_vocab(row for row in rows(LISTS))  # a stream, whose length is unknown
    assert Counter(model.wv.expandos["count"].tolist()) == Counter(words.values())
    with pytest.raises(TypeError, match="token 1 of sentence 0 must be a str"):
        Phrases(iter(pyarrow_array([["a", None]])))


def test_lists_of_pyarrow_scalars_are_texts_and_keys() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    texts = pyarrow.array(["New york city", "new york"])
    kwargs: dict[str, Any] = {"tokenizer": "words", "lowercase": True, "vector_size": 4, "min_count": 1, "epochs": 1}
    assert Word2Vec(list(texts), **kwargs).wv.index_to_key == Word2Vec(texts.to_pylist(), **kwargs).wv.index_to_key
    kv = Word2Vec(LISTS, vector_size=4, min_count=1, workers=1).wv
    words = pyarrow.array(["new", "york"])
    assert kv.most_similar(list(words)) == kv.most_similar(["new", "york"])
    elmo = ELMo(dim=8, projection_dim=4, filters=[[1, 4]], n_highway=0)
    elmo.initialize(["new", "york", "city"])
    for found, wanted in zip(elmo.encode(list(texts)), elmo.encode(texts.to_pylist()), strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("call", [counts_of_word2vec, counts_of_phrases, counts_of_elmo])
def test_mappings_are_refused_with_advice(call: Callable[[Any], Any]) -> None:
    for mapping in ({"one two": ["one", "two"]}, {("one", "two"): 5}, {}):
        with pytest.raises(TypeError, match=r"must be token lists or a path, got dict; pass its values or its keys"):
            call(mapping)


@pytest.mark.parametrize("column", [pandas_frame, polars_frame, pyarrow_table])
def test_data_frames_of_several_columns_are_refused(column: Callable[[list[list[str]]], Any]) -> None:
    if column is pyarrow_table:
        given = column(LISTS).append_column("more", [list(range(9))])
    else:
        given = column(LISTS)
        given = given.assign(more=1) if column is pandas_frame else given.hstack([given["tokens"].alias("more")])
    for call in (counts_of_word2vec, counts_of_phrases, counts_of_elmo):
        with pytest.raises(
            TypeError, match=r"or one column, got .* of shape \(9, 2\) with the columns 'tokens', 'more'"
        ):
            call(given)


def test_rows_of_arrays_are_sentences() -> None:
    walks = np.array([["a", "b"], ["b", "c"]])
    assert counts_of_word2vec(walks) == counts_of_phrases(walks) == Counter("abbc")
    assert counts_of_word2vec(walks[:, :1]) == Counter("ab")


def test_columns_of_words_are_a_sentence_or_keys() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    words = pyarrow.array(["new", "york", "city"])
    phrases = Phrases(LISTS, min_count=1, threshold=0.1)
    assert phrases[words] == phrases[["new", "york", "city"]]
    kv = Word2Vec(LISTS, vector_size=4, min_count=1, workers=1).wv
    assert kv[words].tolist() == kv[["new", "york", "city"]].tolist()
    assert kv.most_similar(words[:2]) == kv.most_similar(["new", "york"])
