"""`FastText`: vocabulary, saving, checkpoints, and arguments that are out of range."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import FastText, KeyedVectors, Word2Vec
from wordkin.errors import CorpusError, FormatError, ResourceError, VocabularyError
from wordkin.gensim.models import fasttext as gensim_names
from wordkin.loading.vector_files import load_vectors
from wordkin.vectors import FastTextKeyedVectors

SENTENCES = [["apples", "and", "pears"], ["pears", "and", "plums"], ["größe", "слово"]] * 5
OPTIONS: dict[str, Any] = {"vector_size": 12, "min_count": 1, "bucket": 100, "workers": 1, "epochs": 2, "sample": 0}


def trained(**options: Any) -> FastText:
    return FastText(SENTENCES, **{**OPTIONS, **options})


def assert_equal(first: FastText, second: FastText) -> None:
    assert first.wv.index_to_key == second.wv.index_to_key
    for name in ("vectors", "vectors_vocab", "vectors_ngrams"):
        np.testing.assert_array_equal(getattr(first.wv, name), getattr(second.wv, name))
    for name in ("min_n", "max_n", "bucket", "sg", "hs", "negative", "window", "epochs", "corpus_total_words"):
        assert getattr(first, name) == getattr(second, name)
    np.testing.assert_array_equal(first.wv["unseen"], second.wv["unseen"])


def test_names_of_gensim() -> None:
    assert gensim_names.FastText is wordkin.FastText
    assert gensim_names.FastTextKeyedVectors is FastTextKeyedVectors
    assert all(callable(getattr(gensim_names, name)) for name in gensim_names.__all__)


def test_vectors_are_means_of_rows_and_ngrams() -> None:
    wv = trained().wv
    for word in wv.index_to_key:
        buckets = wv.subword_buckets(word)
        expected = np.vstack([wv.vectors_vocab[wv.key_to_index[word]][None], wv.vectors_ngrams[buckets]]).mean(axis=0)
        np.testing.assert_allclose(wv[word], expected, atol=1e-6)
    np.testing.assert_allclose(wv["unseen"], wv.vectors_ngrams[wv.subword_buckets("unseen")].mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"sg": 1}, {"hs": 1, "negative": 0}, {"cbow_mean": 0}, {"workers": 2}])
def test_training_lowers_the_loss(options: dict[str, Any]) -> None:
    report = trained(epochs=30, alpha=0.1, **options).training_report
    assert report is not None
    assert report.epochs[-1].loss < report.epochs[0].loss


def test_equal_seeds_give_equal_vectors() -> None:
    assert_equal(trained(seed=3), trained(seed=3))
    assert not np.array_equal(trained(seed=3).wv.vectors_ngrams, trained(seed=4).wv.vectors_ngrams)


@pytest.mark.parametrize("mmap", [False, True])
def test_saved_models_continue(tmp_path: Path, mmap: bool) -> None:
    model = trained()
    model.wv.vectors_ngrams_lockf = np.full(1, 0.5, np.float32)
    model.save(tmp_path / "model")
    loaded = FastText.load(tmp_path / "model", mmap=mmap)
    assert_equal(model, loaded)
    for each in (model, loaded):
        each.train(SENTENCES, total_examples=15, epochs=1)
    assert_equal(model, loaded)


def test_pickle_and_load_by_content(tmp_path: Path) -> None:
    model = trained()
    assert_equal(model, pickle.loads(pickle.dumps(model)))
    model.save(tmp_path / "model")
    opened = wordkin.load(tmp_path / "model")
    assert isinstance(opened, FastText)
    assert_equal(model, opened)
    np.testing.assert_array_equal(FastTextKeyedVectors.load(tmp_path / "model")["unseen"], model.wv["unseen"])
    np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "model")["pears"], model.wv["pears"])


def test_files_of_the_other_class_are_refused(tmp_path: Path) -> None:
    trained().save(tmp_path / "fasttext")
    Word2Vec(SENTENCES, min_count=1, vector_size=8).save(tmp_path / "word2vec")
    with pytest.raises(AttributeError, match="fasttext"):
        Word2Vec.load(tmp_path / "fasttext")
    with pytest.raises(AttributeError, match="word2vec"):
        FastText.load(tmp_path / "word2vec")


@pytest.mark.parametrize("sg", [0, 1])
def test_the_vocabulary_can_be_extended(sg: int) -> None:
    model = trained(sg=sg)
    before = model.wv.vectors_vocab.copy(), model.wv.vectors_ngrams.copy()
    count = model.wv.get_vecattr("pears", "count")
    model.build_vocab([["cherries", "pears"]], update=True)
    words = len(before[0])
    assert model.wv.index_to_key[words:] == ["cherries"]
    assert model.wv.get_vecattr("pears", "count") == count + 1
    np.testing.assert_array_equal(model.wv.vectors_vocab[:words], before[0])
    np.testing.assert_array_equal(model.wv.vectors_ngrams, before[1])
    old = model.wv["cherries"].copy()
    model.train([["cherries", "pears"]] * 10, total_examples=10, epochs=2)
    assert not np.array_equal(model.wv["cherries"], old)


def test_update_needs_a_vocabulary() -> None:
    with pytest.raises(VocabularyError, match="update=True extends a vocabulary"):
        FastText(**OPTIONS).build_vocab(SENTENCES, update=True)
    with pytest.raises(VocabularyError, match="must first build vocabulary"):
        FastText(**OPTIONS).train(SENTENCES, total_examples=15, epochs=1)


def test_weights_can_be_reset() -> None:
    model = FastText(**OPTIONS)
    model.build_vocab(SENTENCES)
    first = model.wv.vectors_vocab.copy(), model.wv.vectors_ngrams.copy()
    model.train(SENTENCES, total_examples=15, epochs=1)
    model.init_weights()
    np.testing.assert_array_equal(model.wv.vectors_vocab, first[0])
    np.testing.assert_array_equal(model.wv.vectors_ngrams, first[1])
    other = FastText(**OPTIONS)
    other.reset_from(model)
    assert isinstance(other.wv, FastTextKeyedVectors)
    np.testing.assert_array_equal(other.wv.vectors, model.wv.vectors)


class StopAfter:
    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def on_epoch_end(self, model: FastText) -> None:
        assert model.training_report is not None
        np.testing.assert_allclose(  # vectors are those of the rows after each epoch
            model.wv.vectors[0],
            np.vstack(
                [
                    model.wv.vectors_vocab[:1],
                    model.wv.vectors_ngrams[model.wv.subword_buckets(model.wv.index_to_key[0])],
                ]
            ).mean(axis=0),
            atol=1e-6,
        )
        if len(model.training_report.epochs) == self.epochs:
            raise KeyboardInterrupt


@pytest.mark.parametrize("options", [{"sg": 1}, {"hs": 1, "negative": 0}])
def test_an_interrupted_run_resumes_bit_for_bit(tmp_path: Path, options: dict[str, Any]) -> None:
    complete = trained(epochs=4, **options)
    with pytest.raises(KeyboardInterrupt):
        trained(epochs=4, checkpoint=tmp_path, callbacks=[StopAfter(2)], **options)
    resumed = trained(epochs=4, checkpoint=tmp_path, **options)
    assert resumed.training_report is not None
    assert resumed.training_report.words_before > 0
    assert_equal(complete, resumed)
    checkpoint = FastText.load(resumed.training_report.checkpoint)
    np.testing.assert_array_equal(checkpoint.wv["unseen"], resumed.wv["unseen"])


@pytest.mark.parametrize(
    "changed", [{"min_n": 2}, {"max_n": 4}, {"bucket": 99}, {"sg": 1}, {"vector_size": 8}, {"seed": 2}]
)
def test_checkpoints_of_another_run_are_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    trained(checkpoint=tmp_path)
    with pytest.raises(FormatError):
        trained(checkpoint=tmp_path, **changed)


def test_checkpoints_of_word2vec_are_refused(tmp_path: Path) -> None:
    Word2Vec(SENTENCES, vector_size=12, min_count=1, workers=1, checkpoint=tmp_path)
    with pytest.raises(FormatError):
        trained(checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"bucket": -1}, ValueError, "bucket must"),
        ({"bucket": 2**31}, ValueError, "bucket must"),
        ({"bucket": 1.5}, TypeError, "bucket must"),
        ({"bucket": "many"}, TypeError, "bucket must"),
        ({"min_n": -1}, ValueError, "min_n must"),
        ({"max_n": 1001}, ValueError, "max_n must"),
        ({"max_n": None}, TypeError, "max_n must"),
        ({"word_ngrams": 2}, ValueError, "word_ngrams must"),
        ({"vector_size": 0}, ValueError, "vector_size must"),
        ({"vector_size": -5}, ValueError, "vector_size must"),
        ({"window": 0}, ValueError, "window must"),
        ({"negative": -1}, ValueError, "negative must"),
        ({"alpha": float("nan")}, ValueError, "alpha must"),
        ({"epochs": -1}, ValueError, "epochs must"),
        ({"negative": 0}, ValueError, "hs or negative must be positive"),
        ({"bucket": 2**31 - 1, "vector_size": 10_000}, ResourceError, "use a smaller bucket"),
        ({"size": 10}, TypeError, "vector_size"),
    ],
)
def test_arguments_out_of_range(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trained(**options)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("vectors_vocab_lockf", np.ones(2), "vectors_vocab_lockf must have 1 entry or 6"),
        ("vectors_ngrams_lockf", np.ones((1, 1)), "vectors_ngrams_lockf must have 1 entry or 100"),
    ],
)
def test_factors_of_the_wrong_shape(name: str, value: np.ndarray, message: str) -> None:
    model = trained()
    setattr(model.wv, name, value)
    with pytest.raises(ValueError, match=message):
        model.train(SENTENCES, total_examples=15, epochs=1)


def test_very_long_words() -> None:
    with pytest.raises(CorpusError, match="longer than 65535 bytes"):
        FastText([["x" * 10**6, "short", "words"]], **OPTIONS)
    word = "ж" * 30_000
    model = FastText([[word, "short", "words"]] * 2, **{**OPTIONS, "bucket": 1000, "epochs": 1})
    assert np.isfinite(model.wv.vectors).all()
    assert len(model.wv.subword_buckets(word)) > 10**5


def test_tokens_that_are_not_text() -> None:
    model = FastText([[1, 2.5, ("a", 1)]] * 5, **OPTIONS)
    assert np.isfinite(model.wv.vectors).all()


def test_vectors_that_were_added_are_trained(tmp_path: Path) -> None:
    model = trained()
    model.wv.add_vector("new", np.ones(12, np.float32))
    model.wv.set_vecattr("new", "count", 3)
    model.save(tmp_path / "model")
    np.testing.assert_allclose(FastText.load(tmp_path / "model").wv["new"], 1.0)
    model.train([["new", "pears"]] * 5, total_examples=5, epochs=1, start_alpha=1e-9, end_alpha=1e-9)
    np.testing.assert_allclose(model.wv["new"], 1.0, atol=1e-4)


def test_sorting_keeps_the_rows_of_words() -> None:
    model = trained(sorted_vocab=0)
    before = {word: model.wv.vectors_vocab[row].copy() for word, row in model.wv.key_to_index.items()}
    model.wv.sort_by_descending_frequency()
    for word, row in model.wv.key_to_index.items():
        np.testing.assert_array_equal(model.wv.vectors_vocab[row], before[word])


def test_memory_is_estimated_with_the_buckets() -> None:
    estimate = FastText(vector_size=100, bucket=10**6).estimate_memory(1000)
    assert estimate["vectors_ngrams"] == 10**6 * 112 * 4
    assert estimate["total"] == sum(size for name, size in estimate.items() if name != "total")


def test_folders(tmp_path: Path) -> None:
    model = trained()
    model.save_pretrained(tmp_path / "model")
    assert_equal(FastText.from_pretrained(tmp_path / "model"), model)
    loaded = wordkin.load(tmp_path / "model")
    assert isinstance(loaded, FastText)
    np.testing.assert_array_equal(load_vectors(str(tmp_path / "model"))["unseen"], model.wv["unseen"])
    Word2Vec(SENTENCES, min_count=1, vector_size=4, workers=1).save_pretrained(tmp_path / "words")
    with pytest.raises(FormatError, match="word2vec"):
        FastText.from_pretrained(tmp_path / "words")
    with pytest.raises(OSError):
        FastText.from_pretrained(tmp_path / "missing")


def test_steps_of_the_vocabulary() -> None:
    model = FastText(**OPTIONS)
    with pytest.raises(VocabularyError, match="scan_vocab"):
        model.prepare_vocab()
    assert model.scan_vocab(SENTENCES) == (40, 15)
    assert model.prepare_vocab(dry_run=True)["num_retained_words"] == 6
    assert len(model.wv) == 0
    model.prepare_vocab()
    model.prepare_weights()
    expected = FastText(**OPTIONS)
    expected.build_vocab(SENTENCES)
    np.testing.assert_array_equal(model.wv.vectors, expected.wv.vectors)
