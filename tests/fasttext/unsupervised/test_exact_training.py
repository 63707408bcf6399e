"""Training with composed vectors compared with its definition in float64, without randomness."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference import subwords as reference
from wordkin import FastText, _core

MIN_N, MAX_N, BUCKETS = 2, 4, 40  # few buckets, so that words share them and some occur twice in a word
ALWAYS_MOST_FREQUENT = 100.0  # exponent of the noise distribution


@pytest.fixture
def sentences() -> list[list[str]]:
    """Sentences without repeated words, some of one word, with words of several lengths and alphabets."""
    generator = np.random.default_rng(3)
    words = ["a", "ab", "aaaa", "größer", "слово", "日本語", *(f"word{number}" for number in range(20)), "x" * 60]
    return [
        [words[index] for index in generator.permutation(len(words))[: generator.integers(1, 16)]] for _ in range(40)
    ]


def prepared(sentences: list[list[str]], **options: Any) -> FastText:
    model = FastText(
        min_count=1, sample=0, shrink_windows=False, ns_exponent=ALWAYS_MOST_FREQUENT, workers=1, vector_size=20,
        min_n=MIN_N, max_n=MAX_N, bucket=BUCKETS, window=3, batch_words=1, **options,
    )  # fmt: skip
    model.build_vocab(sentences)
    model.wv.expandos["count"][0] = 10**6  # far more frequent than all others
    generator = np.random.default_rng(5)
    shape = len(model.wv), model.vector_size
    model.wv.vectors_vocab = (generator.standard_normal(shape) * 0.3).astype(np.float32)
    model.wv.vectors_ngrams = (generator.standard_normal((BUCKETS, shape[1])) * 0.3).astype(np.float32)
    if model.hs:
        model.syn1 = generator.standard_normal(shape) * 0.3
    else:
        model.syn1neg = generator.standard_normal(shape) * 0.3
    return model


def outputs_of(model: FastText, matrix: np.ndarray) -> Any:
    counts = np.ascontiguousarray(model.wv.expandos["count"])
    paths = _core.word2vec.huffman_paths(counts) if model.hs else None

    def outputs(centre: int) -> Any:
        if paths is not None:
            nodes, codes = paths[centre]
            return matrix, nodes, 1.0 - codes, np.ones(len(nodes))
        noise = [] if centre == 0 else [0]  # noise words that equal the target are skipped
        return matrix, [centre, *noise], [1.0] + [0.0] * len(noise), [1.0] + [5.0] * len(noise)

    return outputs


@pytest.mark.parametrize("has_factors", [False, True])
@pytest.mark.parametrize("objective", [{"negative": 5}, {"negative": 0, "hs": 1}])
@pytest.mark.parametrize("sg", [0, 1])
def test_training_equals_the_definition(
    isa: str, sentences: list[list[str]], sg: int, objective: dict[str, int], has_factors: bool
) -> None:
    model = prepared(sentences, sg=sg, max_isa=isa, **objective)
    wv = model.wv
    scales = None
    if has_factors:
        generator = np.random.default_rng(6)
        wv.vectors_vocab_lockf = generator.random(len(wv)).astype(np.float32)
        wv.vectors_ngrams_lockf = generator.random(BUCKETS).astype(np.float32)
        wv.vectors_ngrams_lockf[:5] = 0.0
        scales = wv.vectors_vocab_lockf.astype(np.float64), wv.vectors_ngrams_lockf.astype(np.float64)
    rows, ngrams = wv.vectors_vocab.astype(np.float64), wv.vectors_ngrams.astype(np.float64)
    name = "syn1" if model.hs else "syn1neg"
    matrix = getattr(model, name).astype(np.float64)
    model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=0.05, end_alpha=0.005)
    reference.train(
        [[wv.key_to_index[word] for word in sentence] for sentence in sentences],
        [reference.buckets_of(word, MIN_N, MAX_N, BUCKETS) for word in wv.index_to_key],
        rows,
        ngrams,
        outputs_of(model, matrix),
        window=3,
        skipgram=bool(sg),
        start=0.05,
        end=0.005,
        scales=scales,
    )
    for found, expected in (
        (wv.vectors_vocab, rows),
        (wv.vectors_ngrams, ngrams),
        (getattr(model, name), matrix),
        (wv.vectors, reference.composed(wv.index_to_key, rows, ngrams, MIN_N, MAX_N)),
    ):
        np.testing.assert_allclose(found, expected, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("sg", [0, 1])
def test_frozen_rows_stay(sentences: list[list[str]], sg: int) -> None:
    model = prepared(sentences, sg=sg)
    before = model.wv.vectors_vocab.copy(), model.wv.vectors_ngrams.copy()
    model.wv.vectors_vocab_lockf = np.zeros(1, np.float32)
    model.wv.vectors_ngrams_lockf = np.zeros(1, np.float32)
    model.train(sentences, total_examples=len(sentences), epochs=1)
    np.testing.assert_array_equal(model.wv.vectors_vocab, before[0])
    np.testing.assert_array_equal(model.wv.vectors_ngrams, before[1])


@pytest.mark.parametrize("sg", [0, 1])
def test_without_ngrams_training_is_that_of_word2vec(sentences: list[list[str]], sg: int) -> None:
    from wordkin import Word2Vec

    options: dict[str, Any] = {"min_count": 1, "vector_size": 16, "workers": 1, "epochs": 2, "sg": sg, "seed": 7}
    plain = Word2Vec(sentences, **options)
    for without in ({"bucket": 0}, {"max_n": 0}, {"word_ngrams": 0}, {"min_n": 4, "max_n": 3}):
        model = FastText(sentences, **options, **without)
        np.testing.assert_allclose(model.wv.vectors, plain.wv.vectors, atol=1e-6)
        assert model.wv.bucket == 0
        assert "unseen" not in model.wv


@pytest.mark.parametrize("sg", [0, 1])
def test_a_repeated_word_is_updated_like_in_turn(sg: int) -> None:
    """Occurrences of one word within a window share the copy, so that its rows are not changed several times as far."""
    repeated = [["same"] * 200 + ["other"]] * 20
    model = FastText(
        repeated, vector_size=8, min_count=1, bucket=50, sg=sg, window=10, sample=0, alpha=0.05, epochs=20, workers=1
    )
    assert np.isfinite(model.wv.vectors).all()
    assert np.abs(model.wv.vectors).max() < 50
