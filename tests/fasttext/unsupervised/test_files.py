"""Models of word vectors in fastText's files: written, read, and continued."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import FastText, fasttext
from wordkin.errors import FormatError, VocabularyError
from wordkin.fasttext import load_facebook_model, load_facebook_vectors, save_facebook_model
from wordkin.vectors.files.fasttext_format import read_fasttext_file
from wordkin.vectors.files.fasttext_writer import write_fasttext_file

FILES = Path(__file__).resolve().parents[2] / "formats"
SENTENCES = [["apples", "and", "pears"], ["pears", "and", "plums"], ["größe", "слово"]] * 5


def trained(**options: Any) -> FastText:
    settings = {"vector_size": 12, "min_count": 1, "bucket": 100, "workers": 1, "epochs": 2, "sample": 0.0, **options}
    return FastText(SENTENCES, **settings)


@pytest.mark.parametrize(
    "options", [{}, {"sg": 1, "window": 3, "sample": 0.5}, {"hs": 1, "negative": 0}, {"max_n": 0}, {"vector_size": 16}]
)
def test_written_models_are_read(tmp_path: Path, options: dict[str, Any]) -> None:
    model = trained(**options)
    path = tmp_path / "model.bin"
    save_facebook_model(model, path)
    read = load_facebook_model(path)
    assert read.wv.index_to_key == model.wv.index_to_key
    for name in ("vectors", "vectors_vocab", "vectors_ngrams"):
        np.testing.assert_allclose(getattr(read.wv, name), getattr(model.wv, name), atol=1e-7)
    for name in ("sg", "hs", "negative", "window", "epochs", "sample", "vector_size", "corpus_total_words"):
        assert getattr(read, name) == getattr(model, name)
    assert read.wv.get_vecattr("pears", "count") == 10
    if not model.hs:
        np.testing.assert_array_equal(read.syn1neg, model.syn1neg)
    np.testing.assert_allclose(load_facebook_vectors(path)["unseen"] if options.get("max_n") != 0 else 0,
                               model.wv["unseen"] if options.get("max_n") != 0 else 0, atol=1e-7)  # fmt: skip
    plain = fasttext.load_model(path)
    for word in ("pears", "größe"):
        np.testing.assert_allclose(plain.get_word_vector(word), model.wv[word], atol=1e-6)


def test_models_continue_with_new_words(tmp_path: Path) -> None:
    save_facebook_model(trained(), tmp_path / "model.bin")
    model = load_facebook_model(tmp_path / "model.bin")
    model.build_vocab([["cherries", "pears"]] * 5, update=True)
    model.train([["cherries", "pears"]] * 5, total_examples=5, epochs=model.epochs)
    save_facebook_model(model, tmp_path / "model.bin")  # rows of words and buckets are apart in memory now
    np.testing.assert_allclose(
        load_facebook_vectors(tmp_path / "model.bin")["cherries"], model.wv["cherries"], atol=1e-6
    )


def test_models_that_fasttext_wrote() -> None:
    path = FILES / "fasttext.bin"
    model = load_facebook_model(path)
    vectors = load_facebook_vectors(path)
    assert model.wv.index_to_key == vectors.index_to_key
    np.testing.assert_allclose(model.wv.vectors, vectors.vectors, atol=1e-6)
    np.testing.assert_allclose(model.wv["unseenword"], vectors["unseenword"], atol=1e-6)


def test_supervised_models_are_refused() -> None:
    with pytest.raises(FormatError, match=r"supervised model; wordkin\.fasttext\.load_model opens it"):
        load_facebook_model(FILES / "fasttext-softmax.bin")


def test_repeated_words_are_kept_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    save_facebook_model(trained(), tmp_path / "model.bin")
    file = read_fasttext_file(tmp_path / "model.bin")
    words = [file.words[0], *file.words[:-1]]
    write_fasttext_file(tmp_path / "model.bin", dataclasses.replace(file, words=words))
    with caplog.at_level("WARNING"):
        model = load_facebook_model(tmp_path / "model.bin")
    assert [word.encode() for word in model.wv.index_to_key] == file.words[:-1]
    assert "1 words occur repeatedly" in caplog.text
    model.train(SENTENCES, total_examples=15, epochs=1)


@pytest.mark.parametrize("changes", [{"ws": 0}, {"ws": -5}, {"neg": -1}, {"neg": 2**30}, {"t": -1.0}])
def test_hostile_parameters(tmp_path: Path, changes: dict[str, Any]) -> None:
    save_facebook_model(trained(), tmp_path / "model.bin")
    file = read_fasttext_file(tmp_path / "model.bin")
    arguments = dataclasses.replace(file.arguments, **changes)
    write_fasttext_file(tmp_path / "model.bin", dataclasses.replace(file, arguments=arguments))
    with pytest.raises(FormatError, match="invalid model parameters"):
        load_facebook_model(tmp_path / "model.bin")


def test_models_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="no vocabulary"):
        save_facebook_model(FastText(bucket=10), tmp_path / "model.bin")
    with pytest.raises(FormatError, match="zero byte"):
        save_facebook_model(FastText([["a\0b", "c"]], min_count=1, bucket=10, vector_size=4), tmp_path / "model.bin")
    with pytest.raises(TypeError, match="model must be a FastText model"):
        save_facebook_model("model", tmp_path / "model.bin")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
