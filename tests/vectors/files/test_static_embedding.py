"""Folders of vectors for sentence-transformers."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors, TextClassifier
from wordkin.errors import FormatError
from wordkin.text import PreparationOptions


def vectors() -> KeyedVectors:
    rows = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    return KeyedVectors.from_vocabulary(["the", "cat", "dog", "café", ","], rows, np.arange(5, 0, -1))


def test_vectors_and_attributes_come_back(tmp_path: Path) -> None:
    original = vectors()
    original.set_vecattr("cat", "note", "animal")
    original.save_pretrained(tmp_path / "folder")
    loaded = KeyedVectors.from_pretrained(tmp_path / "folder")
    assert loaded.index_to_key == original.index_to_key
    np.testing.assert_array_equal(loaded.vectors, original.vectors)
    assert loaded.get_vecattr("the", "count") == 5
    assert loaded.get_vecattr("cat", "note") == "animal"


def test_the_files_are_those_that_sentence_transformers_reads(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    vectors().save_pretrained(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"model.safetensors", "tokenizer.json", "modules.json"}
    weights = safetensors.load_file(tmp_path / "model.safetensors")["embedding.weight"]
    assert weights.shape == (6, 3)
    assert not weights[5].any()
    vocabulary = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    assert vocabulary == {"the": 0, "cat": 1, "dog": 2, "café": 3, ",": 4, "[UNK]": 5}


def test_sentence_transformers_gives_the_mean_of_the_vectors(tmp_path: Path) -> None:
    package = pytest.importorskip("sentence_transformers", reason="needs sentence-transformers")
    original = vectors()
    original.save_pretrained(tmp_path, lowercase=True)
    found = package.SentenceTransformer(str(tmp_path), device="cpu").encode(["The cat, the Dog", "café unknown"])
    rows = original.vectors
    np.testing.assert_allclose(found[0], (2 * rows[0] + rows[1] + rows[2] + rows[4]) / 5, atol=1e-6)
    np.testing.assert_allclose(found[1], rows[3] / 2, atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"tokenizer": "words"},
        {"tokenizer": "words", "lowercase": True, "normalize": "NFKC", "remove_arabic_marks": True},
        {"tokenizer": "words", "lowercase": True, "normalize": "NFC", "min_token_length": 2},
    ],
)
def test_the_tokenizer_prepares_texts_as_those_of_the_training(tmp_path: Path, options: dict[str, Any]) -> None:
    package = pytest.importorskip("tokenizers", reason="needs tokenizers")
    preparation = PreparationOptions(**options)
    original = vectors()
    original.preparation = preparation
    original.save_pretrained(tmp_path)
    tokenizer = package.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))

    def tokens(text: str) -> list[str]:
        prepared = tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer is not None else text
        found = [token for token, _ in tokenizer.pre_tokenizer.pre_tokenize_str(prepared)]
        return [token for token in found if len(token) >= preparation.min_token_length]

    for text in (
        "It's 5 o'clock, isn't snake_case-it?",
        "iPhone\u624b\u673a \u0e20\u0e32\u0e29\u0e32",
        "CAF\u00c9 cafe\u0301 \ufb01ne \uff21 \u20ac5 <b>",
        "\u0415\u0449\u0451 \u0440\u0430\u0437!",
        "\u0643\u0650\u062a\u064e\u0627\u0640\u0628 \u0639\u0640\u0631",
    ):
        assert tokens(text) == preparation.tokens(text)
    assert KeyedVectors.from_pretrained(tmp_path).preparation == preparation


def test_tokenizer_of_the_preparation_without_other_packages(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    original = vectors()

    def written(**arguments: bool) -> dict[str, Any]:
        original.save_pretrained(tmp_path, **arguments)
        content: dict[str, Any] = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
        return content

    plain = written()
    assert plain["normalizer"] is None
    original.preparation = PreparationOptions(tokenizer="words", lowercase=True)
    assert written()["normalizer"] == {"type": "Lowercase"}
    assert written()["pre_tokenizer"]["type"] == "Split"
    assert written(lowercase=False)["normalizer"] is None
    assert not caplog.records
    original.preparation = PreparationOptions(tokenizer=str.split)
    with caplog.at_level(logging.WARNING):
        assert written()["pre_tokenizer"] == plain["pre_tokenizer"]
    assert "cannot contain the function" in caplog.text


def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one word"):
        KeyedVectors(3).save_pretrained(tmp_path)
    numbered = KeyedVectors(2)
    numbered.add_vectors([7], np.ones((1, 2)))
    with pytest.raises(ValueError, match="all keys must be str for a tokenizer, got 7"):
        numbered.save_pretrained(tmp_path)
    TextClassifier(None, epochs=1, progress=False).fit(["a", "b"] * 4, ["x", "y"] * 4).save(tmp_path / "classifier")
    with pytest.raises(FormatError, match="text_classifier"):
        KeyedVectors.from_pretrained(tmp_path / "classifier")
    (tmp_path / "texts").mkdir()
    with pytest.raises(
        FormatError, match=r"texts: expected a folder that .* found no model\.safetensors; its files: none"
    ):
        KeyedVectors.from_pretrained(tmp_path / "texts")
    with pytest.raises(FileNotFoundError):
        KeyedVectors.from_pretrained(tmp_path / "missing")
