"""Training reports: losses and numbers of pairs, scores and words, for any number of threads."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reference import word2vec as reference
from wordkin import Word2Vec, _core
from wordkin.errors import TrainingDiverged
from wordkin.word2vec.training import epochs

Sentences = list[list[str]]


def pairs_of(sentences: Sentences, window: int) -> int:
    """Return the number of pairs of words at most `window` positions apart."""
    return sum(len(context) for sentence in sentences for _, context in reference.contexts(sentence, window))


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("window", [1, 3, 100])
def test_numbers_of_pairs_and_scores_with_fixed_windows(sentences: Sentences, window: int, workers: int) -> None:
    words, longer = sum(map(len, sentences)), [sentence for sentence in sentences if len(sentence) > 1]
    options: dict[str, Any] = {
        "min_count": 1, "vector_size": 4, "sample": 0, "shrink_windows": False, "window": window, "hs": 1,
        "negative": 0, "workers": workers, "epochs": 3, "batch_words": 100,
    }  # fmt: skip
    for architecture, pairs in ((1, pairs_of(sentences, window)), (0, sum(map(len, longer)))):
        model = Word2Vec(sentences, sg=architecture, **options)
        lengths = [len(codes) for _, codes in _core.word2vec.huffman_paths(model.wv.expandos["count"])]
        scores = sum(
            lengths[model.wv.key_to_index[centre]] * (len(context) if architecture else min(len(context), 1))
            for sentence in sentences
            for centre, context in reference.contexts(sentence, window)
        )
        for epoch in model.training_report.epochs:
            assert (epoch.pairs, epoch.scores) == (pairs, scores)
            assert epoch.raw_words == epoch.trained_words == words
        assert model.training_report.raw_words == 3 * words


def test_number_of_scores_with_noise_words(sentences: Sentences) -> None:
    """Noise words that equal the target are skipped."""
    model = Word2Vec(
        sentences, min_count=1, vector_size=4, sample=0, shrink_windows=False, window=2, negative=7, epochs=4, workers=1
    )
    shares = reference.noise_probabilities(model.wv.expandos["count"], 0.75)
    pairs = scores = 0.0
    variance = 0.0
    for sentence in sentences:
        for centre, context in reference.contexts([model.wv.key_to_index[word] for word in sentence], 2):
            if context:
                pairs += 4
                scores += 4 * (1 + 7 * (1 - shares[centre]))
                variance += 4 * 7 * shares[centre] * (1 - shares[centre])
    assert sum(epoch.pairs for epoch in model.training_report.epochs) == pairs
    assert abs(sum(epoch.scores for epoch in model.training_report.epochs) - scores) < 5 * np.sqrt(variance)


def test_window_sizes_are_uniformly_distributed(make_sentences: Callable[..., Sentences]) -> None:
    sentences = make_sentences(300, 50, longest=60)
    model = Word2Vec(sentences, min_count=1, vector_size=4, sample=0, window=4, sg=1, epochs=1, workers=1, negative=1)
    expected = np.mean([pairs_of(sentences, size) for size in (1, 2, 3, 4)])
    # Each word has about twice its window size as pairs; sizes from 1 to 4 have the variance 1.25.
    deviation = 2 * np.sqrt(1.25 * sum(map(len, sentences)))
    assert abs(model.training_report.epochs[0].pairs - expected) < 5 * deviation


@pytest.mark.parametrize("objective", [{"sg": 1}, {"sg": 0}, {"sg": 1, "hs": 1, "negative": 0}, {"sg": 0, "hs": 1}])
def test_loss_does_not_depend_on_the_number_of_threads(
    make_sentences: Callable[..., Sentences], objective: dict[str, int]
) -> None:
    """With fixed vectors it is equal up to rounding, since each job has its own random stream."""
    sentences = make_sentences(1000, 200)
    losses = []
    for workers in (1, 2, 4):
        model = Word2Vec(min_count=1, vector_size=16, workers=workers, batch_words=200, **objective)
        model.build_vocab(sentences)
        generator = np.random.default_rng(1)
        for name in ("syn1neg",) * bool(model.options.negative) + ("syn1",) * model.options.hierarchical_softmax:
            setattr(model, name, generator.standard_normal((len(model.wv), 16)))
        model.wv.vectors[:] = generator.standard_normal((len(model.wv), 16))
        model.train(sentences, total_examples=1000, epochs=2, start_alpha=1e-12, end_alpha=1e-12, compute_loss=True)
        report = model.training_report
        assert report.workers == workers
        losses += [epoch.loss for epoch in report.epochs]
        total = sum(epoch.loss * epoch.pairs for epoch in report.epochs)
        assert model.get_latest_training_loss() == pytest.approx(total)
    assert losses[0] != losses[1]  # epochs sample differently
    # Sums of float64 in another order, and float32 scores of vectors that move by less than 1e-9.
    assert losses[::2] == pytest.approx([losses[0]] * 3, rel=1e-6)
    assert losses[1::2] == pytest.approx([losses[1]] * 3, rel=1e-6)


@pytest.mark.parametrize("sg", [0, 1])
def test_threads_do_not_change_the_final_loss(make_sentences: Callable[..., Sentences], sg: int) -> None:
    sentences = make_sentences(3000, 300)
    losses = [
        Word2Vec(sentences, min_count=1, vector_size=32, workers=workers, sg=sg, alpha=0.05, batch_words=1000)
        .training_report.epochs[-1]
        .loss
        for workers in (1, 2, 4)
    ]
    # Races between threads change the loss by up to 5e-5 (ten runs).
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-3)


def test_loss_is_0_without_compute_loss(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, workers=1)
    assert model.get_latest_training_loss() == 0.0
    assert all(epoch.loss > 0 for epoch in model.training_report.epochs)


def test_unknown_words_are_read_but_not_trained(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8, sample=0, workers=2, batch_words=50)
    model.build_vocab([["w0", "w1"]])
    known = sum(word in ("w0", "w1") for sentence in sentences for word in sentence)
    assert model.train(sentences, total_examples=len(sentences), epochs=2) == (2 * known, 2 * sum(map(len, sentences)))
    unknown = [["x", "y"], ["z"]]
    before = model.wv.vectors.copy()
    for corpus in (unknown, []):
        assert model.train(corpus, total_examples=2, epochs=3) == (0, 3 * sum(map(len, corpus)))
        assert [epoch.loss for epoch in model.training_report.epochs] == [0, 0, 0]
    np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize("objective", [{"sg": 1}, {"sg": 0}, {"hs": 1, "negative": 0}, {"hs": 1, "sg": 1}])
def test_vocabulary_of_one_word(objective: dict[str, int]) -> None:
    """All noise words equal the target, and the tree has no nodes: sampling must end, and nothing is trained."""
    model = Word2Vec([["a"] * 50] * 4, min_count=1, vector_size=8, sample=0, epochs=2, **objective)
    assert np.isfinite(model["a"]).all()
    assert all(np.isfinite(epoch.loss) for epoch in model.training_report.epochs)


def test_words_without_neighbours_train_nothing() -> None:
    model = Word2Vec(min_count=1, vector_size=8, sample=0)
    model.build_vocab([["a"], ["b"]])
    before = model.wv.vectors.copy()
    assert model.train([["a"], ["b"], []], total_examples=3, epochs=1) == (2, 2)
    assert model.training_report.epochs[0].pairs == 0
    np.testing.assert_array_equal(model.wv.vectors, before)


@pytest.mark.parametrize("objective", [{"sg": 1}, {"sg": 0}, {"sg": 1, "hs": 1, "negative": 0}])
def test_divergence_raises_an_error(sentences: Sentences, objective: dict[str, int]) -> None:
    with pytest.raises(TrainingDiverged, match=r"epoch 1.*learning rate.*smaller alpha"):
        Word2Vec(sentences, min_count=1, vector_size=8, alpha=1e30, min_alpha=1e30, epochs=3, workers=1, **objective)


def test_a_model_that_diverged_says_what_it_holds(sentences: Sentences) -> None:
    model = Word2Vec(min_count=1, vector_size=8, alpha=1e30, min_alpha=1e30, workers=1)
    model.build_vocab(sentences)
    initial = model.wv.vectors.copy()
    with pytest.raises(TrainingDiverged, match=r"the model keeps them.*init_weights\(\)"):
        model.train(sentences, total_examples=model.corpus_count, epochs=1)
    assert model.training_report is not None and model.training_report.interrupted
    assert not np.isfinite(model.wv.vectors).all()
    model.init_weights()
    np.testing.assert_array_equal(model.wv.vectors, initial)
    model.train(sentences, total_examples=model.corpus_count, epochs=1, start_alpha=0.025, end_alpha=0.01)
    assert np.isfinite(model.wv.vectors).all()


def test_an_interrupted_run_reports_its_threads(sentences: Sentences, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop:
        def on_epoch_end(self, model: Word2Vec) -> None:
            raise KeyboardInterrupt

    model = Word2Vec(min_count=1, vector_size=8, workers=4)
    model.build_vocab(sentences)
    real = epochs._core.word2vec.TrainingSession

    class WithFewerThreads:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._session = real(*args, **{**kwargs, "threads": 2})

        def __getattr__(self, name: str) -> Any:
            return getattr(self._session, name)

    monkeypatch.setattr(epochs._core.word2vec, "TrainingSession", WithFewerThreads)
    with pytest.raises(KeyboardInterrupt):
        model.train(sentences, total_examples=model.corpus_count, epochs=1, callbacks=[Stop()])
    assert model.training_report is not None
    assert (model.training_report.workers, model.training_report.interrupted) == (2, True)


def test_a_corpus_that_cannot_be_read_leaves_the_settings(sentences: Sentences, tmp_path: Path) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=8, workers=1, epochs=1)
    before = pickle.dumps(model)
    with pytest.raises(FileNotFoundError):
        model.train(corpus_file=tmp_path / "missing", total_words=5, epochs=1, start_alpha=0.5, compute_loss=True)

    def failing() -> Iterator[list[str]]:
        yield ["w0"]
        raise LookupError("the user's")

    with pytest.raises(LookupError):
        model.build_vocab(failing(), update=True, min_count=7, sample=0.5)
    assert pickle.dumps(model) == before


def test_padding_stays_zero(sentences: Sentences) -> None:
    model = Word2Vec(sentences, min_count=1, vector_size=20, hs=1, workers=2)
    state = model._state
    for rows in (state.input, state.output, state.nodes):
        assert rows is not None
        np.testing.assert_array_equal(rows.padded[:, 20:], 0)
        assert rows.padded.ctypes.data % 64 == 0
