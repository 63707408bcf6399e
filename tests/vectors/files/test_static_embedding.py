"""Folders of vectors for sentence-transformers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors, TextClassifier
from wordkin.errors import FormatError


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
    with pytest.raises(FileNotFoundError):
        KeyedVectors.from_pretrained(tmp_path / "missing")
