"""Words that contain the delimiter, and phrases of phrases: equal texts of different words are counted separately."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin.phrases import FrozenPhrases, Phrases
from wordkin.storage import read_archive, write_archive


def test_a_word_and_a_phrase_with_the_same_text_are_scored_by_their_own_counts() -> None:
    sentences = [["a_b", "x"]] * 50 + [["a", "b"]] * 3 + [["a", "y"], ["z", "b"]] * 30
    phrases = Phrases(sentences, min_count=1, threshold=0.0001)
    assert (phrases.vocab["a_b"], phrases.vocab["a_b_x"], len(phrases.vocab)) == (53, 50, 9)
    assert sorted(phrases.vocab) == ["a", "a_b", "a_b_x", "a_y", "b", "x", "y", "z", "z_b"]
    scores = {"a_b": (3 - 1) / (33 * 33) * 9, "a_b_x": (50 - 1) / (50 * 50) * 9}
    exported = phrases.export_phrases()
    assert {phrase: exported[phrase] for phrase in scores} == scores
    assert phrases.find_phrases([["a", "b"], ["a_b", "x"]]) == scores


def test_phrases_of_phrases() -> None:
    texts = ["chief of staff"] * 3 + ["the chief came", "a staff of two", "of the staff", "the chief left"]
    sentences = [text.split() for text in texts]
    first = Phrases(sentences, min_count=1, threshold=0.3, scoring="npmi")
    joined = [first[sentence] for sentence in sentences]
    second = Phrases(joined, min_count=1, threshold=0.1, scoring="npmi")
    assert joined[0] == ["chief_of", "staff"]
    assert second[joined[0]] == second.freeze()[joined[0]] == ["chief_of_staff"]
    assert round(second.export_phrases()["chief_of_staff"], 3) == 0.821


@pytest.mark.parametrize("settings", [{"threshold": 2.0}, {"threshold": 0.1, "scoring": "npmi"}])
@pytest.mark.parametrize("delimiters", ["___", "__~", "_", "é"])
def test_three_passes(gensim: dict[str, Any], settings: dict[str, Any], delimiters: str, tmp_path: Path) -> None:
    corpus = gensim["sentences"] + gensim["more"]
    for delimiter in delimiters:
        phrases = Phrases(corpus, min_count=1, delimiter=delimiter, **settings)
        joined = list(phrases[corpus])
        found = phrases.find_phrases(corpus)
        assert found.items() <= phrases.export_phrases().items()
        if "scoring" in settings:
            assert all(-1 <= score <= 1 for score in phrases.export_phrases().values())
        phrases.freeze().save(tmp_path / "frozen")
        for frozen in (phrases.freeze(), FrozenPhrases.load(tmp_path / "frozen")):
            assert list(frozen[corpus]) == joined
            assert frozen.find_phrases(corpus) == found
        corpus = joined


def test_phrases_with_equal_texts_export_the_highest_score() -> None:
    sentences = [["a_b", "c"]] * 4 + [["a", "b_c"]] * 2 + [["a", "x"]] * 2
    phrases = Phrases(sentences, min_count=1, threshold=0.5)
    frozen = phrases.freeze()
    size = len(phrases.vocab)
    assert size == 7
    scores = {("a_b", "c"): 3 / 16 * size, ("a", "b_c"): 1 / 8 * size}
    assert frozen.phrasegrams["a_b_c"] == phrases.export_phrases()["a_b_c"] == max(scores.values())
    for model in (phrases, frozen):
        for words, score in scores.items():
            assert list(model.analyze_sentence(words)) == [("a_b_c", score)]
            assert model.score_candidate(*words, []) == ("a_b_c", score)
        assert list(model.analyze_sentence(["a", "b", "c"])) == [("a", None), ("b", None), ("c", None)]
    frozen.phrasegrams["a_b_c"] = 5.0
    for words in scores:
        assert list(frozen.analyze_sentence(words)) == [("a_b_c", 5.0)]
    del frozen.phrasegrams["a_b_c"]
    assert frozen[["a_b", "c"]] == ["a_b", "c"]
    frozen.phrasegrams = {"a_b_d": 2.0}  # of unknown words: all that join to this text
    assert frozen[["a_b", "d", "a", "b_d"]] == ["a_b_d", "a_b_d"]


def test_files_in_which_words_with_the_delimiter_are_counted_like_phrases(tmp_path: Path) -> None:
    sentences = [["new_york", "city"]] * 4 + [["a", "b"]] * 3 + [["a_b", "c"]] * 2
    phrases = Phrases(sentences, min_count=1, threshold=0.1)
    phrases.save(tmp_path / "new")
    archive = read_archive(tmp_path / "new")
    tensors = dict(archive.tensors)
    words = ["new_york", "city", "a", "b", "a_b", "c"]
    # The count of "a_b" had been added to that of "a" with "b", which occurred first.
    added = {"first": [0], "second": [-1], "gap": [0], "counts": [4]}
    for name, values in added.items():
        tensors[name] = np.concatenate([tensors[name], np.array(values, tensors[name].dtype)])
    is_pair = (tensors["first"] == words.index("a")) & (tensors["second"] == words.index("b"))
    tensors["counts"] = tensors["counts"] + 2 * is_pair
    tensors["word_counts"] = tensors["word_counts"] * np.array(["_" not in word for word in words])
    write_archive(tmp_path / "old", tensors, archive.metadata)
    loaded = Phrases.load(tmp_path / "old")
    assert dict(loaded.vocab) == dict(phrases.vocab) | {"a_b": 7}  # 5, and at least 2 that "a_b c" needs
    assert list(loaded[sentences]) == list(phrases[sentences])


def test_files_without_the_words_of_phrases(tmp_path: Path) -> None:
    Phrases([["a_b", "c"]] * 4, min_count=1, threshold=0.5).freeze().save(tmp_path / "new")
    archive = read_archive(tmp_path / "new")
    tensors = {name: tensor for name, tensor in archive.tensors.items() if not name.startswith("phrase_word")}
    write_archive(tmp_path / "old", tensors, archive.metadata)
    loaded = FrozenPhrases.load(tmp_path / "old")
    assert loaded[["a_b", "c", "a", "b_c"]] == ["a_b_c", "a_b_c"]
    loaded.save(tmp_path / "again")
    assert FrozenPhrases.load(tmp_path / "again")[["a", "b_c"]] == ["a_b_c"]
