"""Saved models: after loading, they answer and train exactly as before."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors, Word2Vec
from wordkin.errors import FormatError
from wordkin.storage import read_archive, write_archive

Sentences = list[list[str]]

OBJECTIVES = [{}, {"sg": 1}, {"hs": 1, "negative": 0}, {"hs": 1, "sg": 1, "cbow_mean": 0}]


def layers_of(model: Word2Vec) -> dict[str, bytes]:
    layers = {"vectors": model.wv.vectors.tobytes()}
    for name, has in (("syn1neg", model.options.negative), ("syn1", model.options.hierarchical_softmax)):
        if has:
            layers[name] = getattr(model, name).tobytes()
    return layers


def trained_further(model: Word2Vec, sentences: Sentences) -> dict[str, bytes]:
    model.train(sentences, total_examples=len(sentences), epochs=2, start_alpha=0.01)
    return layers_of(model)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("method", ["file", "mapped file", "folder", "pickle", "copy"])
def test_training_continues_as_without_saving(
    sentences: Sentences, tmp_path: Path, objective: dict[str, int], method: str
) -> None:
    model = Word2Vec(sentences, min_count=2, vector_size=20, workers=1, epochs=2, sample=0.01, **objective)
    model.wv.vectors_lockf = np.linspace(0, 1, len(model.wv), dtype=np.float32)
    path = tmp_path / "model"
    if method == "pickle":
        copied = pickle.loads(pickle.dumps(model))
    elif method == "copy":
        copied = copy.deepcopy(model)
    elif method == "folder":
        model.save_pretrained(path)
        copied = Word2Vec.from_pretrained(path)
    else:
        model.save(path)
        copied = Word2Vec.load(path, mmap="r" if method == "mapped file" else None)
    assert layers_of(copied) == layers_of(model)
    assert (copied.options, copied.vocabulary_options) == (model.options, model.vocabulary_options)
    assert copied.wv.most_similar("w1") == model.wv.most_similar("w1")
    assert trained_further(copied, sentences) == trained_further(model, sentences)
    assert copied.train_count == model.train_count == 2


def test_equal_models_give_equal_files(sentences: Sentences, tmp_path: Path) -> None:
    Word2Vec(sentences, min_count=1, vector_size=8, workers=1, comment="grüße").save(tmp_path / "first")
    loaded = Word2Vec.load(tmp_path / "first")
    assert loaded.comment == "grüße"
    loaded.save(tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_model_without_a_vocabulary(tmp_path: Path, sentences: Sentences) -> None:
    Word2Vec(min_count=1, vector_size=8, window=7).save(tmp_path / "model")
    model = Word2Vec.load(tmp_path / "model")
    assert (len(model.wv), model.options.window) == (0, 7)
    model.build_vocab(sentences)
    assert model.train(sentences, total_examples=len(sentences), epochs=1)[1] == sum(map(len, sentences))


CHANGES: list[tuple[str, str, Any]] = [
    ("model", "workers", 10**6),
    ("model", "workers", "2"),
    ("model", "vector_size", 9),
    ("model", "vector_size", 2**40),
    ("model", "alpha", "fast"),
    ("model", "corpus_count", -1),
    ("model", "train_count", 1.5),
    ("model", "total_train_time", -1.0),
    ("model", "comment", 5),
    ("training", "window", 0),
    ("training", "architecture", "pyramid"),
    ("training", "cbow_mean", "yes"),
    ("training", "no_such", 1),
    ("vocabulary", "min_count", -1),
    ("vectors", "vector_size", 7),
]


@pytest.mark.parametrize(("part", "name", "value"), CHANGES)
def test_invalid_settings_are_rejected(sentences: Sentences, tmp_path: Path, part: str, name: str, value: Any) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    metadata: dict[str, Any] = dict(archive.metadata)
    metadata[part] = {**metadata[part], name: value}
    write_archive(path, dict(archive.tensors), metadata)
    with pytest.raises(FormatError, match="model"):
        Word2Vec.load(path)


@pytest.mark.parametrize("name", ["model", "training", "vocabulary", "vectors"])
def test_missing_settings_are_rejected(sentences: Sentences, tmp_path: Path, name: str) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    metadata = {key: value for key, value in archive.metadata.items() if key != name}
    write_archive(path, dict(archive.tensors), metadata)
    with pytest.raises(FormatError, match=name):
        Word2Vec.load(path)


@pytest.mark.parametrize("layer", [np.zeros((3, 8), np.float32), np.zeros((100, 8)), np.zeros(8, np.float32)])
def test_layers_of_wrong_shape_or_type_are_rejected(sentences: Sentences, tmp_path: Path, layer: Any) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    write_archive(path, {**archive.tensors, "output": layer}, dict(archive.metadata))
    with pytest.raises(FormatError, match="'output' must be float32 with a row for each word"):
        Word2Vec.load(path)


def test_an_invalid_environment_variable_is_not_an_error_of_the_file(
    sentences: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(tmp_path / "model")
    monkeypatch.setenv("WORDKIN_MAX_ISA", "sse9")
    with pytest.raises(ValueError, match="WORDKIN_MAX_ISA") as caught:
        Word2Vec.load(tmp_path / "model")
    assert not isinstance(caught.value, FormatError)


def test_a_file_of_vectors_is_not_a_model(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1)
    model.wv.save(tmp_path / "vectors")
    with pytest.raises(FormatError, match=r"KeyedVectors\.load"):
        Word2Vec.load(tmp_path / "vectors")
    assert len(KeyedVectors.load(tmp_path / "vectors")) == len(model.wv)


class Labelled(Word2Vec):
    """A derived class with a constructor and an attribute."""

    def __init__(self, *args: Any, label: str = "none", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label = label


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_of_derived_classes_keep_their_attributes(sentences: Sentences, duplicate: Any) -> None:
    model = Labelled(sentences, min_count=1, vector_size=8, epochs=1, workers=1, label="mine")
    copied = duplicate(model)
    assert (type(copied), copied.label) == (Labelled, "mine")
    assert layers_of(copied) == layers_of(model)
    copied.wv.vectors[:] = 0
    assert model.wv.vectors.any()


def test_derived_classes_are_loaded(sentences: Sentences, tmp_path: Path) -> None:
    model = Labelled(sentences, min_count=1, vector_size=8, epochs=1, workers=1, label="mine")
    model.save(tmp_path / "model")
    loaded = Labelled.load(tmp_path / "model")
    assert (type(loaded), loaded.label) == (Labelled, "none")  # the file holds no attributes of derived classes
    assert layers_of(loaded) == layers_of(model)
    assert loaded.workers == 1
