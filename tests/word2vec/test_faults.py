"""Changes of a Word2Vec model are all or nothing, whatever ends them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults import Change, assert_all_or_nothing
from wordkin import KeyedVectors, Word2Vec
from wordkin.word2vec.archive import MODEL_FILE

SENTENCES = [[f"w{number % 7}", f"w{number % 3}", "a"] for number in range(20)]
MORE = [["a", "new", "newer"], ["newest", "w1", "w2"]] * 3


def trained(**options: Any) -> Word2Vec:
    settings = {"min_count": 1, "vector_size": 4, "workers": 1, "epochs": 1, "hs": 1, "progress": False, **options}
    model = Word2Vec(SENTENCES, **settings)
    model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
    model.wv.fill_norms()
    model.total_train_time, model.training_report = 0.0, None  # the only parts that differ between runs
    return model


def content(model: Word2Vec) -> bytes:
    """Return the file of a model after checking that all parts agree, and that it can be loaded."""
    wv = model.wv
    assert {word: row for row, word in enumerate(wv.index_to_key)} == wv.key_to_index
    words = len(wv)
    assert model.syn1neg.shape == model.syn1.shape == wv.vectors.shape == (words, model.vector_size)
    assert len(wv.vectors_lockf) in (1, words)
    assert all(len(column) == words for column in wv.expandos.values())
    if wv.norms is not None:
        np.testing.assert_allclose(wv.norms, np.linalg.norm(wv.vectors, axis=1), rtol=1e-6)
    file = io.BytesIO()
    model.save(file)
    MODEL_FILE.from_bytes(file.getvalue())
    settings = [model.sample, model.min_count, model.raw_vocab]
    return file.getvalue() + repr(settings).encode()


def reset(model: Word2Vec) -> None:
    other = Word2Vec([["p", "q", "r"]] * 3, min_count=1, vector_size=4, workers=1, epochs=0, hs=1, progress=False)
    model.reset_from(other)


def add_words_by_hand(model: Word2Vec) -> None:
    wv = model.wv
    with wv.store.lock:
        wv.add_vectors(["by hand"], np.ones((1, 4)), extras={"count": [3]})
    model.update_weights()


def replace_vectors(model: Word2Vec) -> None:
    model.wv = KeyedVectors.from_vocabulary(list(model.wv.index_to_key), np.ones((len(model.wv), 4), np.float32))


CHANGES: dict[str, Callable[[Word2Vec], Any]] = {
    "build_vocab": lambda model: model.build_vocab(MORE, keep_raw_vocab=True, min_count=2, sample=0.1),
    "build_vocab, update": lambda model: model.build_vocab(MORE, update=True, keep_raw_vocab=True, sample=0.1),
    "build_vocab_from_freq": lambda model: model.build_vocab_from_freq({"x": 3, "a": 5}),
    "build_vocab_from_freq, update": lambda model: model.build_vocab_from_freq({"x": 3, "a": 5}, update=True),
    "reset_from": reset,
    "init_weights": Word2Vec.init_weights,
    "add_null_word": Word2Vec.add_null_word,
    "create_binary_tree": Word2Vec.create_binary_tree,
    "wv": replace_vectors,
    "syn1neg": lambda model: setattr(model, "syn1neg", np.ones((len(model.wv), 4), np.float32)),
    "unit_normalize_all": lambda model: model.wv.unit_normalize_all(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes(name: str) -> None:
    assert_all_or_nothing(Change(prepare=trained, apply=CHANGES[name], content=content), lines=25)


def test_words_added_by_hand() -> None:
    def prepare() -> Word2Vec:
        model = trained()
        model.wv.index_to_key.append("by hand")
        model.wv.key_to_index["by hand"] = len(model.wv) - 1
        return model

    def shapes(model: Word2Vec) -> Any:
        return model.wv.vectors.tobytes(), model.syn1neg.shape, model.syn1.shape, len(model.wv.expandos["count"])

    assert_all_or_nothing(Change(prepare=prepare, apply=Word2Vec.update_weights, content=shapes))


@pytest.mark.parametrize("update", [False, True])
def test_callables_of_the_user(update: bool) -> None:
    model = trained()
    before = content(model)

    def sentences() -> Iterator[list[str]]:
        yield ["a", "new"]
        raise LookupError("the user's")

    def trim_rule(word: str, count: int, min_count: int) -> int:
        if word == "newest":
            raise LookupError("the user's")
        return 0

    for arguments in ({"corpus_iterable": sentences()}, {"corpus_iterable": MORE, "trim_rule": trim_rule}):
        with pytest.raises(LookupError, match="the user's"):
            model.build_vocab(**arguments, update=update)
        assert content(model) == before


def test_training_can_be_interrupted_at_any_line() -> None:
    def train(model: Word2Vec) -> None:
        model.train(SENTENCES, total_examples=20, epochs=1)

    def loadable(model: Word2Vec) -> bool:
        content(model)
        return True

    assert_all_or_nothing(Change(prepare=trained, apply=train, content=loadable), lines=40)


class TestSaving:
    def test_words_added_to_the_vectors_get_rows(self, tmp_path: Path) -> None:
        model = trained()
        model.wv.add_vectors(["new"], np.ones((1, 4)), extras={"count": [3]})
        model.save(tmp_path / "model")
        again = Word2Vec.load(tmp_path / "model")
        assert again.wv["new"].tolist() == [1, 1, 1, 1]
        assert again.syn1neg.shape == again.syn1.shape == (len(model.wv), 4)
        np.testing.assert_array_equal(again.syn1neg[:-1], model.syn1neg)
        assert not again.syn1neg[-1].any()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("alpha", -1.0), ("epochs", "many"), ("corpus_count", -3), ("running_training_loss", float("nan")),
            ("vector_size", 5), ("lifecycle_events", ["text"]), ("train_count", 0.5), ("comment", 3),
        ],
    )  # fmt: skip
    def test_what_could_not_be_loaded_is_not_saved(self, name: str, value: Any, tmp_path: Path) -> None:
        model = trained(compute_loss=True)
        model.save(tmp_path / "model")
        old = (tmp_path / "model").read_bytes()
        setattr(model, name, value)
        with pytest.raises((TypeError, ValueError)):
            model.save(tmp_path / "model")
        assert (tmp_path / "model").read_bytes() == old

    def test_vectors_of_another_number_than_keys_are_not_saved(self, tmp_path: Path) -> None:
        model = trained()
        model.wv.index_to_key.append("by hand")
        with pytest.raises(ValueError, match="one entry per key"):
            model.save(tmp_path / "model")
        assert not list(tmp_path.iterdir())
