"""`train_unsupervised`: fastText's dictionary, defaults and results."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import FastText, KeyedVectors, fasttext
from wordkin.errors import VocabularyError, WordkinError
from wordkin.fasttext import train_unsupervised

LINES = ["apples and pears", "pears and plums", "größe слово __label__x", "and"] * 6
SMALL: dict[str, Any] = {"dim": 12, "bucket": 100, "epoch": 2, "thread": 1, "verbose": 0}


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("".join(f"{line}\n" for line in LINES), encoding="utf-8")
    return path


def test_the_dictionary_is_that_of_fasttext(text: Path) -> None:
    model = train_unsupervised(text, **SMALL)
    expected = Counter(" ".join(LINES).split())
    del expected["__label__x"]
    expected["</s>"] = len(LINES)
    words, counts = model.get_words(include_freq=True)
    assert dict(zip(words, counts.tolist(), strict=True)) == expected
    assert list(counts) == sorted(counts, reverse=True)
    assert model.get_subwords("</s>")[0] == ["</s>"]
    assert "__label__x" in train_unsupervised(text, label="", **SMALL).words


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("loss", ["ns", "hs"])
def test_saved_models_give_the_same_vectors(text: Path, tmp_path: Path, model: Any, loss: Any) -> None:
    trained = train_unsupervised(text, model=model, loss=loss, **SMALL)
    trained.save_model(tmp_path / "model.bin")
    loaded = fasttext.load_model(tmp_path / "model.bin")
    assert loaded.words == trained.words
    for word in ("pears", "unseen", "</s>", "слово"):
        np.testing.assert_array_equal(loaded.get_word_vector(word), trained.get_word_vector(word))
    np.testing.assert_array_equal(loaded.get_input_matrix(), trained.get_input_matrix())
    np.testing.assert_array_equal(loaded.get_output_matrix(), trained.get_output_matrix())
    assert loaded.get_input_matrix().shape == (len(trained.words) + 100, 12)
    np.testing.assert_array_equal(loaded.get_sentence_vector("pears and"), trained.get_sentence_vector("pears and"))
    assert loaded.get_nearest_neighbors("pears", 2) == trained.get_nearest_neighbors("pears", 2)


def test_the_model_uses_the_trained_matrix(text: Path) -> None:
    matrix = train_unsupervised(text, **SMALL).get_input_matrix()
    assert matrix.base is not None  # a view of padded rows: no second matrix of this size


def test_without_ngrams(text: Path) -> None:
    model = train_unsupervised(text, maxn=0, **{**SMALL, "bucket": 100})
    assert model.get_input_matrix().shape[0] == len(model.words)
    np.testing.assert_array_equal(model.get_word_vector("unseen"), np.zeros(12))


def test_seeds(text: Path) -> None:
    first, second = (train_unsupervised(text, seed=5, **SMALL).get_input_matrix() for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, train_unsupervised(text, seed=6, **SMALL).get_input_matrix())


def test_pretrained_vectors(text: Path, tmp_path: Path) -> None:
    vectors = KeyedVectors(12)
    vectors.add_vectors(["pears", "elsewhere"], np.full((2, 12), 7.0, np.float32))
    vectors.save_word2vec_format(tmp_path / "start.vec")
    options = {**SMALL, "maxn": 0, "lr": 1e-6}
    model = train_unsupervised(text, minCount=7, pretrainedVectors=tmp_path / "start.vec", **options)
    np.testing.assert_allclose(model.get_word_vector("pears"), 7.0, atol=1e-3)
    assert "elsewhere" not in model
    with pytest.raises(ValueError, match="dim must be 12"):
        train_unsupervised(text, pretrainedVectors=tmp_path / "start.vec", **{**SMALL, "dim": 5})


def test_checkpoints_resume_and_open(text: Path, tmp_path: Path) -> None:
    complete = train_unsupervised(text, **SMALL)

    def stop(event: Any) -> None:
        if event.epoch == 1:
            raise KeyboardInterrupt

    options = {**SMALL, "checkpoint": tmp_path / "checkpoints"}
    with pytest.raises(KeyboardInterrupt):
        train_unsupervised(text, progress=stop, **options)
    resumed = train_unsupervised(text, **options)
    np.testing.assert_array_equal(resumed.get_input_matrix(), complete.get_input_matrix())
    newest = max((tmp_path / "checkpoints").glob("*.safetensors"))
    np.testing.assert_allclose(FastText.load(newest).wv["unseen"], complete.get_word_vector("unseen"), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minn": 4, "maxn": 3}, "maxn must be at least minn"),
        ({"thread": 0}, "thread must be from 1 to 4096, got 0"),
        ({"bucket": 0}, "bucket must be at least 1 with n-grams"),
        ({"bucket": -1}, "bucket must"),
        ({"bucket": 2**40}, "bucket must"),
        ({"dim": 0}, "dim must"),
        ({"ws": -1}, "ws must"),
        ({"epoch": 0}, "epoch must"),
        ({"neg": 0}, "neg must"),
        ({"minCount": -1}, "minCount must"),
        ({"lr": 0}, "lr must"),
        ({"t": 2.0}, "t must"),
        ({"t": float("nan")}, "t must"),
        ({"maxn": 2000}, "maxn must"),
        ({"loss": "softmax"}, "loss must"),
        ({"model": "supervised"}, "model must"),
        ({"verbose": -1}, "verbose must"),
        ({"minCountLabel": -1}, "minCountLabel must"),
        ({"seed": -1}, "seed must"),
    ],
)
def test_arguments_out_of_range(text: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_unsupervised(text, **{**SMALL, **options})


def test_texts_without_words(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "labels").write_text("__label__a __label__b\n" * 9, encoding="utf-8")
    (tmp_path / "rare").write_text("once\n", encoding="utf-8")
    for name, message in (("empty", "no words"), ("labels", "label="), ("rare", "min_count")):
        with pytest.raises(VocabularyError, match=message):
            train_unsupervised(tmp_path / name, **SMALL)
    with pytest.raises((OSError, WordkinError)):
        train_unsupervised(tmp_path / "missing", **SMALL)


@pytest.mark.parametrize("space", ["\u00a0", "\u0085", "\u2003", "\u3000", "\x1c"])
def test_only_ascii_whitespace_separates_the_words_of_a_sentence_vector(text: Path, space: str) -> None:
    model = train_unsupervised(text, **SMALL)
    word = f"one{space}two"
    vector = model.get_word_vector(word)
    np.testing.assert_allclose(model.get_sentence_vector(word), vector / np.linalg.norm(vector), atol=1e-6)
    spaced, plain = model.get_sentence_vector([" one\ttwo\v\f\rtwo ", "one two two"])
    np.testing.assert_array_equal(spaced, plain)
