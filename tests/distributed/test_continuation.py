"""Ranks continue a model, extend its vocabulary, and train on a slice of its corpus as one process does."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Doc2Vec, FastText, Word2Vec
from wordkin.errors import DistributedError, VocabularyError

from .test_word2vec import OBJECTIVES, QUICK, Sentences, counts_of, layers_of
from .thread_group import in_ranks

OPTIONS: dict[str, Any] = {**QUICK, "sync_words": 100}


def sentences(seed: int, first: int = 0) -> Sentences:
    generator = np.random.default_rng(seed)
    weights = 1.0 / np.arange(1, 81)
    words = first + generator.choice(80, size=3_000, p=weights / weights.sum())
    return [[f"w{word}" for word in words[start : start + 25]] for start in range(0, len(words), 25)]


OLD, NEW, OTHER = sentences(1), sentences(2), sentences(3, first=20)


def saved_model(folder: Path, **options: Any) -> Path:
    path = folder / "model.safetensors"
    Word2Vec(OLD, **{**OPTIONS, **options}).save(path)
    return path


def continued(path: Path, text: Sentences, group: Any = None, *, extends: bool = False, **settings: Any) -> Word2Vec:
    model = Word2Vec.load(path)
    model.communicator, model.sync_words = group, 100
    for name, value in settings.items():
        setattr(model, name, value)
    if extends:
        model.build_vocab(text, update=True)
    model.train(text, total_examples=len(text), epochs=2)
    return model


def in_parts(work: Callable[[Sentences, Any], Any], ranks: int = 2, text: Sentences = NEW) -> list[Any]:
    """Run a function on every rank with a part of a text."""
    return in_ranks(ranks, lambda group: work(text[group.rank :: ranks], group))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_continue_a_model_as_replicas_do(tmp_path: Path, objective: str, ranks: int) -> None:
    path = saved_model(tmp_path, **OBJECTIVES[objective])
    whole = continued(path, NEW, deterministic=True, workers=ranks)
    models = in_parts(lambda text, group: continued(path, text, group), ranks)
    assert {layers_of(model) for model in models} == {layers_of(whole)}
    assert layers_of(whole) != layers_of(Word2Vec.load(path))


@pytest.mark.parametrize("settings", [{}, {"min_count": 5}, {"max_final_vocab": 70}])
def test_ranks_extend_a_vocabulary_by_the_words_of_all(tmp_path: Path, settings: dict[str, Any]) -> None:
    path = saved_model(tmp_path)
    models = in_parts(lambda text, group: continued(path, text, group, extends=True, **settings), text=OTHER)
    assert layers_of(models[0]) == layers_of(models[1])
    whole = continued(path, OTHER, extends=True, **settings)
    assert counts_of(models[0]) == counts_of(whole)
    known = len(Word2Vec.load(path).wv)
    assert len(models[0].wv) > known
    assert models[0].wv.index_to_key == models[1].wv.index_to_key
    assert models[0].wv.index_to_key[:known] == whole.wv.index_to_key[:known]
    assert models[0].corpus_total_words == whole.corpus_total_words == 3_000


def test_ranks_build_a_vocabulary_before_they_train() -> None:
    def work(text: Sentences, group: Any) -> Word2Vec:
        model = Word2Vec(communicator=group, **OPTIONS)
        model.build_vocab(text, dry_run=True)
        assert len(model.wv) == 0
        model.build_vocab(text)
        model.train(text, total_examples=model.corpus_count, epochs=2)
        return model

    models = in_parts(work)
    expected = in_parts(lambda text, group: Word2Vec(text, communicator=group, **OPTIONS))
    assert {layers_of(model) for model in models} == {layers_of(expected[0])}


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_ranks_train_on_a_slice_as_replicas_do(objective: str) -> None:
    compass = Word2Vec(OLD + NEW, **{**OPTIONS, **OBJECTIVES[objective]})
    path = pickle.dumps(compass)

    def work(text: Sentences, group: Any, **settings: Any) -> Any:
        model = pickle.loads(path)
        model.communicator, model.sync_words = group, 100
        for name, value in settings.items():
            setattr(model, name, value)
        vectors = model.train_slice(text, min_count=3)
        assert layers_of(model) == layers_of(pickle.loads(path))
        return vectors

    whole = work(NEW, None, deterministic=True, workers=2)
    for vectors in in_parts(work):
        assert vectors.index_to_key == whole.index_to_key
        assert np.array_equal(vectors.vectors, whole.vectors)
        assert np.array_equal(vectors.expandos["count"], whole.expandos["count"])
    for error in in_parts(lambda text, group: work([["x"]], group)):
        assert isinstance(error, VocabularyError)


def test_models_that_differ_are_an_error_on_every_rank(tmp_path: Path) -> None:
    path = saved_model(tmp_path)

    def work(text: Sentences, group: Any) -> Word2Vec:
        model = Word2Vec.load(path)
        model.wv.vectors[3] += group.rank
        model.communicator = group
        model.train(text, total_examples=1, epochs=1)
        return model

    def extend(text: Sentences, group: Any) -> None:
        Word2Vec.load(path).build_vocab(text, update=True, min_count=1 + group.rank)
        model = Word2Vec.load(path)
        model.communicator = group
        model.build_vocab(text, update=True, min_count=1 + group.rank)

    for call, name in ((work, "vectors"), (extend, "min_count")):
        for error in in_parts(call):
            assert isinstance(error, DistributedError), error
            assert f"all ranks must have the same {name}" in str(error)


@pytest.mark.parametrize("kind", [FastText, Doc2Vec])
def test_other_models_train_in_one_process(kind: Any) -> None:
    with pytest.raises(TypeError, match="communicator"):
        kind(communicator=object())
    with pytest.raises(AttributeError, match=f"{kind.__name__} trains in one process"):
        kind().communicator = object()
