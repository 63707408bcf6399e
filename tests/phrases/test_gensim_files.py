"""Phrases that gensim saved are read without executing anything in the files."""

from __future__ import annotations

import pickle
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from wordkin import FrozenPhrases, Phrases
from wordkin.errors import FormatError
from wordkin.phrases import npmi_scorer, original_scorer
from wordkin.vectors.files import read_gensim


def write(tmp_path: Path, class_name: str, function: str | None = None, **attributes: Any) -> Path:
    """Write an object of gensim with the given attributes, and a function of gensim as attribute `scoring`."""
    state = pickle.dumps(attributes, 2)[2:-1]
    if function is not None:
        state += b"X\x07\0\0\0scoringcgensim.models.phrases\n" + function.encode() + b"\ns"
    path = tmp_path / "phrases.model"
    path.write_bytes(b"\x80\x02cgensim.models.phrases\n" + class_name.encode() + b"\n)\x81" + state + b"b.")
    return path


def test_frozen_phrases_of_gensim_4(tmp_path: Path) -> None:
    path = write(
        tmp_path, "FrozenPhrases", "npmi_scorer", phrasegrams={"new_york": 0.75, "naïve_bank_of_x": 0.5},
        threshold=0.5, min_count=3, delimiter="_", connector_words=frozenset(["of"]),
    )  # fmt: skip
    phrases = FrozenPhrases.from_gensim(path)
    assert phrases.phrasegrams == {"new_york": 0.75, "naïve_bank_of_x": 0.5}
    assert (phrases.threshold, phrases.min_count, phrases.delimiter) == (0.5, 3, "_")
    assert phrases.connector_words == frozenset(["of"])
    assert phrases[["in", "new", "york"]] == ["in", "new_york"]


@pytest.mark.parametrize("with_counts", [True, False])
def test_phraser_of_gensim_3(tmp_path: Path, with_counts: bool) -> None:
    grams: dict[Any, Any] = {(b"new", b"york"): 3.5, ("na\u00efve".encode(), b"of", b"x"): 2.5}
    if with_counts:
        grams = {key: (7, score) for key, score in grams.items()}
    path = write(
        tmp_path, "Phraser", "original_scorer", phrasegrams=grams, threshold=1, min_count=1, delimiter=b"~",
        common_terms=frozenset([b"of"]),
    )  # fmt: skip
    phrases = FrozenPhrases.from_gensim(path)
    assert phrases.phrasegrams == {"new~york": 3.5, "naïve~of~x": 2.5}
    assert phrases[["naïve", "of", "x", "new", "york"]] == ["naïve~of~x", "new~york"]


def test_settings_that_early_versions_did_not_have(tmp_path: Path) -> None:
    phrases = FrozenPhrases.from_gensim(write(tmp_path, "Phraser", phrasegrams={(b"new", b"york"): (2, 13.5)}))
    assert phrases[["new", "york"]] == ["new_york"]


def test_phrases_with_counts_of_gensim_4(tmp_path: Path) -> None:
    vocab = {"bank": 5, "america": 4, "bank_of_america": 3, "building": 2, "america_building": 1}
    path = write(
        tmp_path, "Phrases", "npmi_scorer", vocab=vocab, threshold=0.5, min_count=2, delimiter="_", min_reduce=3,
        max_vocab_size=100, progress_per=7, connector_words=frozenset(["of"]), corpus_word_count=15,
    )  # fmt: skip
    phrases = Phrases.from_gensim(path)
    assert dict(phrases.vocab) == vocab
    assert (phrases.threshold, phrases.min_count, phrases.min_reduce, phrases.corpus_word_count) == (0.5, 2, 3, 15)
    assert (phrases.max_vocab_size, phrases.progress_per, phrases.connector_words) == (100, 7, {"of"})
    score = npmi_scorer(5, 4, 3, len_vocab=5, min_count=2, corpus_word_count=15)
    assert phrases.export_phrases() == {"bank_of_america": score}
    assert phrases[["bank", "of", "america", "building"]] == ["bank_of_america", "building"]
    phrases.add_vocab([["bank", "of", "america"]])
    assert (phrases.vocab["bank_of_america"], phrases.vocab["bank"]) == (4, 6)


COUNTS_OF_PYTHON_2 = b"S'bank'\nI3\nsS'america'\nI3\nsS'bank_of_america'\nI2\ns"


@pytest.mark.parametrize("scoring", [None, "default", "npmi"])
@pytest.mark.parametrize("is_python_2", [True, False])
def test_phrases_with_counts_of_gensim_3(tmp_path: Path, scoring: str | None, is_python_2: bool) -> None:
    attributes: dict[str, Any] = {"threshold": 0.5, "min_count": 1, "delimiter": b"_", "common_terms": {b"of"}}
    if scoring is not None:
        attributes["scoring"] = scoring
    vocab = {"bank": 3, "america": 3, "bank_of_america": 2}
    path = write(tmp_path, "Phrases", **attributes, vocab=defaultdict(int, {k.encode(): v for k, v in vocab.items()}))
    if is_python_2:
        state = pickle.dumps(attributes, 2)[2:-1] + b"S'vocab'\nccollections\ndefaultdict\nc__builtin__\nint\n\x85R"
        path.write_bytes(
            b"\x80\x02cgensim.models.phrases\nPhrases\n)\x81" + state + COUNTS_OF_PYTHON_2 + b"sb."
        )  # fmt: skip
    phrases = Phrases.from_gensim(path)
    assert dict(phrases.vocab) == vocab
    assert phrases.scoring is (npmi_scorer if scoring == "npmi" else original_scorer)
    assert phrases.connector_words == {"of"}
    phrases.threshold = 0.3
    joined = phrases[["bank", "of", "america"]]
    # NPMI needs the size of the corpus, which these versions did not save.
    assert joined == (["bank", "of", "america"] if scoring == "npmi" else ["bank_of_america"])


def test_phrases_of_phrases_of_gensim(tmp_path: Path) -> None:
    # Joined text of "new_york" and "city", of "new" and "york_city", and words that no phrase explains.
    vocab = {
        "new": 6, "city": 6, "new_york": 5, "york_city": 5, "new_york_city": 4, "x_": 2, "_y": 3, "x__y": 2, "z_z": 2,
    }  # fmt: skip
    path = write(tmp_path, "Phrases", vocab=vocab, threshold=0.1, min_count=1, delimiter="_", corpus_word_count=30)
    phrases = Phrases.from_gensim(path)
    phrases.save(tmp_path / "saved")
    for model in (phrases, Phrases.load(tmp_path / "saved"), pickle.loads(pickle.dumps(phrases))):
        assert dict(model.vocab) == vocab
        assert [model.vocab[text] for text in vocab] == list(vocab.values())
        assert len(model.vocab) == len(vocab)
        scores = {("new_york", "city"): 3 / 30 * 9, ("new", "york_city"): 3 / 30 * 9}
        for words, score in scores.items():
            assert model.score_candidate(*words, []) == ("new_york_city", score)
        assert model.freeze()[["new_york", "city", "new", "york_city"]] == ["new_york_city", "new_york_city"]
        assert model[["new", "york", "z_z"]] == ["new", "york", "z_z"]
    phrases.add_vocab([["new_york", "city"]])
    assert phrases.vocab["new_york_city"] == 5


def test_a_scoring_function_of_a_user_must_be_passed(tmp_path: Path) -> None:
    path = tmp_path / "phrases.model"
    path.write_bytes(
        b"\x80\x02cgensim.models.phrases\nPhrases\n)\x81"
        + pickle.dumps({"vocab": {"a": 2, "b": 2, "a_b": 2}, "min_count": 1, "threshold": 0.1}, 2)[2:-1]
        + b"X\x07\0\0\0scoringcos\nsystem\nsb."
    )
    with pytest.raises(FormatError, match=r"\(os\.system\): pass it to from_gensim\(\) as scoring="):
        Phrases.from_gensim(path)
    assert Phrases.from_gensim(path, scoring="default")[["a", "b"]] == ["a_b"]


def test_the_error_names_the_class_that_reads_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "Phrases", vocab={b"new": 3, b"new_york": 2})
    with pytest.raises(FormatError, match=r"found Phrases; Phrases\.from_gensim reads"):
        FrozenPhrases.from_gensim(path)
    with pytest.raises(FormatError, match=r"FrozenPhrases\.from_gensim"):
        read_gensim(path)
    path = write(tmp_path, "FrozenPhrases", phrasegrams={"new_york": 2.0})
    with pytest.raises(FormatError, match=r"found FrozenPhrases; FrozenPhrases\.from_gensim reads"):
        Phrases.from_gensim(path)
    path = write(tmp_path, "Word2Vec", vocab={"new": 3}, phrasegrams={})
    for reader in (Phrases, FrozenPhrases):
        with pytest.raises(FormatError, match=r"phrases of gensim, found Word2Vec; Word2Vec\.from_gensim reads it"):
            reader.from_gensim(path)
    path = write(tmp_path, "LdaModel", num_topics=3)
    with pytest.raises(FormatError, match=r"expected phrases of gensim, found LdaModel$"):
        Phrases.from_gensim(path)


@pytest.mark.parametrize(
    "attributes",
    [
        {"vocab": {"a": "x"}},
        {"vocab": {"a": -1}},
        {"vocab": {3: 1}},
        {"vocab": {b"\xff": 1}},
        {"vocab": {"a": 1}, "delimiter": ""},
        {"vocab": {"a": 1}, "delimiter": 5},
        {"vocab": {"a": 1}, "threshold": "x"},
        {"vocab": {"a": 1}, "connector_words": 3},
        {"vocab": [1]},
    ],
)
def test_damaged_counts_are_refused(tmp_path: Path, attributes: Any) -> None:
    with pytest.raises(FormatError):
        Phrases.from_gensim(write(tmp_path, "Phrases", **attributes))


@pytest.mark.parametrize("grams", [{3: 1.0}, {"a_b": "x"}, {("a", 3): 1.0}, {"a_b": (1, 2, 3)}])
def test_damaged_phrases_are_refused(tmp_path: Path, grams: Any) -> None:
    with pytest.raises(FormatError):
        FrozenPhrases.from_gensim(write(tmp_path, "FrozenPhrases", phrasegrams=grams))
