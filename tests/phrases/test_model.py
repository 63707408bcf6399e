"""`Phrases`: arguments, kinds of corpora, scorers, and random corpora compared with a reference implementation."""

from __future__ import annotations

import dataclasses
import inspect
import io
import logging
import math
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import phrases as reference
from wordkin.errors import CorpusError, FormatError
from wordkin.phrases import Phrases, npmi_scorer, original_scorer
from wordkin.phrases.options import PhraseOptions
from wordkin.word2vec import LineSentence, Text8Corpus

PAIR = [["new", "york"], ["new", "york"]]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"min_count": 0}, ValueError, "min_count should be at least 1"),
        ({"min_count": -1.5}, ValueError, "min_count should be at least 1"),
        ({"threshold": 0}, ValueError, "threshold should be positive for default scoring"),
        ({"threshold": 1.1, "scoring": "npmi"}, ValueError, "between -1 and 1"),
        ({"threshold": math.nan}, ValueError, "threshold must be a number, got nan"),
        ({"threshold": "5"}, TypeError, "threshold must be a number, got str"),
        ({"min_count": True}, TypeError, "min_count must be a number, got bool"),
        ({"scoring": "pmi"}, ValueError, "scoring must be .*, got 'pmi'"),
        ({"scoring": 5}, TypeError, "scoring must be"),
        ({"scoring": max}, TypeError, "with named arguments"),
        ({"delimiter": b"_"}, TypeError, "delimiter must be a str"),
        ({"connector_words": [b"of"]}, TypeError, "connector_words must be str"),
        ({"workers": 0}, ValueError, "workers must be from 1"),
    ],
)
def test_arguments_are_checked(arguments: dict[str, Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        Phrases(PAIR, **arguments)


def incomplete(worda_count: int, wordb_count: int) -> float:
    return 0.0


def constant(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    return 7


def failing(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    raise ZeroDivisionError("on purpose")


def not_a_number(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    return "high"


def checking(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    assert (len_vocab, min_count, corpus_word_count) == (3, 1, 4)
    return worda_count + 10 * wordb_count + 100 * bigram_count


def test_user_defined_scorers() -> None:
    with pytest.raises(ValueError, match=r"missing expected parameters \['bigram_count'"):
        Phrases(PAIR, scoring=incomplete)
    with pytest.raises(pickle.PickleError):
        Phrases(PAIR, scoring=lambda worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count: 1)
    phrases = Phrases(PAIR, min_count=1, threshold=5, scoring=checking)
    assert list(phrases.analyze_sentence(["new", "york", "new"])) == [("new_york", 222.0), ("new", None)]
    assert phrases.export_phrases() == {"new_york": 222.0}
    assert list(phrases[[["new", "york"]]]) == [["new_york"]]
    assert Phrases(PAIR, threshold=7, scoring=constant).export_phrases() == {}
    assert Phrases(PAIR, threshold=-3, scoring=constant)[["new", "york"]] == ["new_york"]
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        Phrases(PAIR, scoring=failing)[["new", "york"]]
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        Phrases(PAIR, scoring=failing).export_phrases()
    with pytest.raises(TypeError):
        Phrases(PAIR, scoring=not_a_number)[["new", "york"]]
    assert Phrases(PAIR, scoring=failing)[["york", "new"]] == ["york", "new"]  # it is only called for pairs that occur


def test_exceptions_of_scorers_propagate_from_threads(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("new york\n" * 3, encoding="utf-8")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        Phrases(text, scoring=failing).apply_file(text, tmp_path / "out", workers=2)
    assert not (tmp_path / "out").exists()
    assert Phrases(text, scoring=constant, threshold=1).apply_file(text, tmp_path / "out", workers=2).phrases == 3


def test_scores_equal_those_of_the_python_functions() -> None:
    sentences = [["a", "b", "c", "a", "b"], ["a", "c"], ["b", "b", "a", "b"]]
    for scoring, scorer, threshold in (("default", original_scorer, 1e-9), ("npmi", npmi_scorer, -1)):
        phrases = Phrases(sentences, min_count=1, threshold=threshold, scoring=scoring)
        counts = phrases.vocab
        for phrase, score in phrases.export_phrases().items():
            first, last = phrase.split("_")
            assert score == scorer(counts[first], counts[last], counts[phrase], len(counts), 1, 11)
    assert original_scorer(0, 5, 1, 3, 1, 9) == -math.inf
    assert npmi_scorer(0, 5, 1, 3, 1, 9) == npmi_scorer(5, 5, 1, 3, 2, 9) == -math.inf


def test_settings_can_be_changed() -> None:
    phrases = Phrases([["bank", "of", "america"]] * 3, min_count=1, threshold=100)
    assert phrases[["bank", "of", "america"]] == ["bank", "of", "america"]
    phrases.threshold = 0.1
    assert phrases[["bank", "of", "america"]] == ["bank_of", "america"]
    phrases.connector_words = frozenset(["of"])  # the counts have no phrase with it
    assert phrases[["bank", "of", "america"]] == ["bank", "of", "america"]
    phrases.add_vocab([["bank", "of", "america"]])
    assert phrases[["bank", "of", "america"]] == ["bank_of_america"] or phrases.vocab["bank_of_america"] == 1
    phrases.min_count = 50
    assert phrases[["bank", "of", "america"]] == ["bank", "of", "america"]
    with pytest.raises(AttributeError):
        phrases.delimiter = "+"  # type: ignore[misc]


def test_vocab_is_a_mapping() -> None:
    vocab = Phrases(PAIR).vocab
    assert vocab["new_york"] == 2
    assert vocab.get("york_new", 0) == 0
    assert "new" in vocab
    assert 5 not in vocab
    assert "\ud800" not in vocab
    assert len(vocab) == 3
    assert sorted(vocab) == ["new", "new_york", "york"]
    assert sorted(vocab.values()) == [2, 2, 2]
    with pytest.raises(KeyError, match="city"):
        vocab["city"]


@pytest.mark.parametrize(
    ("sentences", "error", "message"),
    [
        ("no such file", TypeError, "not an existing file"),
        (["new york", "new york"], TypeError, "unsplit"),
        ([["new", 5]], TypeError, "token 1 of sentence 0 must be a str, got int"),
        ([["new", None]], TypeError, "must be a str"),
        ([b"new york"], TypeError, "must be a list of str"),
        ([["new", "\ud800"]], UnicodeEncodeError, "surrogates"),
        ([["new", "y" * 70_000]], CorpusError, "longer than 65535"),
        (5, TypeError, "must be token lists or a path"),
    ],
)
def test_invalid_corpora_change_nothing(sentences: Any, error: type[Exception], message: str) -> None:
    phrases = Phrases(PAIR)
    with pytest.raises(error, match=message):
        phrases.add_vocab(sentences)
    assert len(phrases.vocab) == 3


def test_a_failing_iterator_changes_nothing() -> None:
    phrases = Phrases(PAIR)

    def sentences() -> Any:
        yield ["new", "jersey"]
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        phrases.add_vocab(sentences())
    assert (len(phrases.vocab), phrases.corpus_word_count) == (3, 4)


def test_text_files(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"\xef\xbb\xbfnew york\r\n\r\nnew\tyork  city\rnew york")
    expected = {"new": 3, "york": 3, "city": 1, "new_york": 3, "york_city": 1}
    for corpus in (path, str(path), LineSentence(path), io.BytesIO(path.read_bytes())):
        assert dict(Phrases(corpus).vocab) == expected
    whole = Phrases(Text8Corpus(path))
    assert whole.vocab["city_new"] == 1
    path.write_bytes(b"new york\nnew \xff")
    with pytest.raises(CorpusError, match=r"text: byte 13: invalid UTF-8"):
        Phrases(path)
    path.write_bytes("new york".encode("utf-16"))
    assert dict(Phrases(path).vocab) == {"new": 1, "york": 1, "new_york": 1}
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(FormatError, match="this is a PDF document"):
        Phrases(path)
    with pytest.raises(FileNotFoundError):
        Phrases(tmp_path / "missing")
    assert len(Phrases([]).vocab) == 0
    path.write_bytes(b"")
    assert len(Phrases(path).vocab) == 0


def test_counts_do_not_depend_on_threads(tmp_path: Path) -> None:
    words = [f"w{i * i % 997}" for i in range(400_000)]
    path = tmp_path / "text"
    path.write_text("".join(" ".join(words[i : i + 23]) + "\n" for i in range(0, len(words), 23)), encoding="utf-8")
    assert path.stat().st_size > 1 << 20  # several blocks
    for most in (40_000_000, 1200):
        states = []
        for workers in (1, 2, 5):
            phrases = Phrases(path, max_vocab_size=most, connector_words=["w0", "w1"], workers=workers)
            states.append((phrases._state.counts.state()[0], phrases.min_reduce, sorted(phrases.vocab.items())))
        assert states[0] == states[1] == states[2]


def test_progress(caplog: pytest.LogCaptureFixture) -> None:
    words: list[int] = []
    with caplog.at_level(logging.INFO, logger="wordkin"):
        Phrases(PAIR * 10, progress=words.append, progress_per=5)
    assert words[-1] == 40
    assert "PROGRESS: at sentence #20, processed 40 words and 3 word types" in caplog.text


WORDS = st.sampled_from(["a", "b", "c", "of", "the", "a_b", "_", "b_", "_c", "__", "é", "", "word-of-many-letters"])
SENTENCES = st.lists(st.lists(WORDS, max_size=12), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    SENTENCES,
    SENTENCES,
    st.sampled_from(["_", "__", "é", "", "of"]),
    st.sampled_from([frozenset(), frozenset(["of", "the"]), frozenset(["a_b", ""])]),
    st.sampled_from([2, 9, 10**9]),
    st.sampled_from([0.1, 0.5, 2.0]),
)
def test_random_corpora_equal_the_reference(
    sentences: list[list[str]],
    others: list[list[str]],
    delimiter: str,
    connectors: frozenset[str],
    most: int,
    threshold: float,
) -> None:
    phrases = Phrases(
        sentences,
        min_count=1,
        threshold=threshold,
        delimiter=delimiter,
        connector_words=connectors,
        max_vocab_size=most,
    )
    vocab, least = reference.count(sentences, connectors, most)
    assert dict(phrases.vocab) == reference.counts_of_texts(vocab, delimiter)
    phrases.add_vocab(others)
    more, other_least = reference.count(others, connectors, most)
    if vocab:
        least = max(1, other_least)
        for words, number in more.items():
            vocab[words] = vocab.get(words, 0) + number
        if len(vocab) > most:
            reference.prune(vocab, least)
            least += 1
        assert phrases.min_reduce == least
    else:
        vocab = more
    texts = reference.counts_of_texts(vocab, delimiter)
    assert dict(phrases.vocab) == texts
    assert [phrases.vocab[text] for text in texts] == list(texts.values())
    assert len(phrases.vocab) == len(texts)

    def score(words: Sequence[str]) -> float | None:
        counts = [vocab.get(part, 0) for part in ((words[0],), (words[-1],), tuple(words))]
        if not all(counts):
            return None
        found = original_scorer(*counts, len(texts), 1, 0)
        return found if found > threshold else None

    test = sentences + others
    expected = [reference.join(sentence, connectors, score, delimiter) for sentence in test]
    assert [list(phrases.analyze_sentence(sentence)) for sentence in test] == expected
    assert list(phrases[iter([["x"], *test])])[1:] == [[word for word, _ in s] for s in expected]
    for sentence in test:
        if len(sentence) > 1:
            found = score(sentence)
            result = (delimiter.join(sentence), found) if found is not None else (None, None)
            assert phrases.score_candidate(sentence[0], sentence[-1], sentence[1:-1]) == result
    exported: dict[str, float] = {}
    for words in vocab:
        if len(words) > 1 and (found := score(words)) is not None:
            text = delimiter.join(words)
            exported[text] = max(found, exported.get(text, found))
    assert phrases.export_phrases() == exported
    frozen = phrases.freeze()
    assert frozen.phrasegrams == exported
    for model in (frozen, pickle.loads(pickle.dumps(frozen))):
        assert [list(model.analyze_sentence(sentence)) for sentence in test] == expected
    frozen.phrasegrams.update()  # no change, but noticed as one
    assert [list(frozen.analyze_sentence(sentence)) for sentence in test] == expected


def test_defaults_of_the_constructor_are_those_of_the_options() -> None:
    parameters = inspect.signature(Phrases).parameters
    for field in dataclasses.fields(PhraseOptions):
        assert parameters[field.name].default == field.default, field.name
