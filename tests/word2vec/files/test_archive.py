"""A saved model is the model: it answers and goes on training as if it had not been saved."""

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


def go_on(model: Word2Vec, sentences: Sentences) -> dict[str, bytes]:
    model.train(sentences, total_examples=len(sentences), epochs=2, start_alpha=0.01)
    return layers_of(model)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("way", ["file", "mapped file", "folder", "pickle", "copy"])
def test_training_goes_on_as_without_saving(
    sentences: Sentences, tmp_path: Path, objective: dict[str, int], way: str
) -> None:
    model = Word2Vec(sentences, min_count=2, vector_size=20, workers=1, epochs=2, sample=0.01, **objective)
    model.wv.vectors_lockf = np.linspace(0, 1, len(model.wv), dtype=np.float32)
    path = tmp_path / "model"
    if way == "pickle":
        twin = pickle.loads(pickle.dumps(model))
    elif way == "copy":
        twin = copy.deepcopy(model)
    elif way == "folder":
        model.save_pretrained(path)
        twin = Word2Vec.from_pretrained(path)
    else:
        model.save(path)
        twin = Word2Vec.load(path, mmap="r" if way == "mapped file" else None)
    assert layers_of(twin) == layers_of(model)
    assert (twin.options, twin.vocabulary_options) == (model.options, model.vocabulary_options)
    assert twin.wv.most_similar("w1") == model.wv.most_similar("w1")
    assert go_on(twin, sentences) == go_on(model, sentences)
    assert twin.train_count == model.train_count == 2


def test_the_file_is_the_same_every_time(sentences: Sentences, tmp_path: Path) -> None:
    Word2Vec(sentences, min_count=1, vector_size=8, workers=1, comment="grüße").save(tmp_path / "first")
    loaded = Word2Vec.load(tmp_path / "first")
    assert loaded.comment == "grüße"
    loaded.save(tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_model_without_a_vocabulary(tmp_path: Path, sentences: Sentences) -> None:
    Word2Vec(min_count=1, vector_size=8, window=7).save(tmp_path / "model")
    model = Word2Vec.load(tmp_path / "model")
    assert (len(model.wv), model.options.window) == (0, 7)
    model.build_vocab(sentences)
    model.train(sentences, total_examples=len(sentences), epochs=1)


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
def test_settings_of_a_file_are_checked(sentences: Sentences, tmp_path: Path, part: str, name: str, value: Any) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    metadata: dict[str, Any] = dict(archive.metadata)
    metadata[part] = {**metadata[part], name: value}
    write_archive(path, dict(archive.tensors), metadata)
    with pytest.raises(FormatError, match="model"):
        Word2Vec.load(path)


@pytest.mark.parametrize("name", ["model", "training", "vocabulary", "vectors"])
def test_missing_settings(sentences: Sentences, tmp_path: Path, name: str) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    metadata = {key: value for key, value in archive.metadata.items() if key != name}
    write_archive(path, dict(archive.tensors), metadata)
    with pytest.raises(FormatError, match=name):
        Word2Vec.load(path)


@pytest.mark.parametrize("layer", [np.zeros((3, 8), np.float32), np.zeros((100, 8)), np.zeros(8, np.float32)])
def test_layers_that_do_not_fit(sentences: Sentences, tmp_path: Path, layer: Any) -> None:
    path = tmp_path / "model"
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(path)
    archive = read_archive(path)
    write_archive(path, {**archive.tensors, "output": layer}, dict(archive.metadata))
    with pytest.raises(FormatError, match="'output' must be float32 with a row for each word"):
        Word2Vec.load(path)


def test_a_bad_environment_is_not_blamed_on_the_file(
    sentences: Sentences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Word2Vec(sentences, min_count=1, vector_size=8, epochs=1).save(tmp_path / "model")
    monkeypatch.setenv("WORDKIN_MAX_ISA", "sse9")
    with pytest.raises(ValueError, match="WORDKIN_MAX_ISA") as caught:
        Word2Vec.load(tmp_path / "model")
    assert not isinstance(caught.value, FormatError)


def test_a_file_of_vectors_is_no_model(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, epochs=1)
    model.wv.save(tmp_path / "vectors")
    with pytest.raises(FormatError, match=r"KeyedVectors\.load"):
        Word2Vec.load(tmp_path / "vectors")
    assert len(KeyedVectors.load(tmp_path / "vectors")) == len(model.wv)
