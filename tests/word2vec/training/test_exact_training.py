"""Complete trainings compared with a float64 reference implementation, without randomness.

Window sizes are fixed, nothing is subsampled, and with a large exponent the noise word is always the most frequent
word. No word occurs twice in a sentence: within a skip-gram window, the second occurrence would see the update of the
first one, which the reference applies later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference import word2vec as reference
from wordkin import Word2Vec, _core

Sentences = list[list[str]]

ALWAYS_MOST_FREQUENT = 100.0  # exponent of the noise distribution

OBJECTIVES = {
    "noise": {"negative": 5, "hs": 0},
    "tree": {"negative": 0, "hs": 1},
    "both": {"negative": 3, "hs": 1},
    "much noise": {"negative": 300, "hs": 0},
}


def prepared(sentences: Sentences, **options: Any) -> Word2Vec:
    """Return a model with random output layers, so that the first update already tests them."""
    model = Word2Vec(
        min_count=1, sample=0, shrink_windows=False, ns_exponent=ALWAYS_MOST_FREQUENT, workers=1, **options
    )
    model.build_vocab(sentences)
    model.wv.expandos["count"][0] = 10**6  # far more frequent than all others
    generator = np.random.default_rng(5)
    shape = len(model.wv), model.vector_size
    model.wv.vectors[:] = generator.standard_normal(shape) * 0.3
    if model.options.negative:
        model.syn1neg = generator.standard_normal(shape) * 0.3
    if model.options.hierarchical_softmax:
        model.syn1 = generator.standard_normal(shape) * 0.3
    return model


def outputs_of(model: Word2Vec) -> tuple[Callable[[int], Any], dict[str, np.ndarray]]:
    """Return a function from target words to the output rows that they are scored with, and the matrices in float64."""
    matrices: dict[str, np.ndarray] = {}
    paths: Any = None
    if model.options.hierarchical_softmax:
        matrices["syn1"] = model.syn1.astype(np.float64)
        paths = _core.word2vec.huffman_paths(np.ascontiguousarray(model.wv.expandos["count"]))
    if model.options.negative:
        matrices["syn1neg"] = model.syn1neg.astype(np.float64)

    def outputs(centre: int) -> list[Any]:
        found = []
        if paths is not None:
            nodes, codes = paths[centre]
            found.append((matrices["syn1"], nodes.tolist(), (1.0 - codes).tolist(), [1.0] * len(nodes)))
        if model.options.negative:
            noise = [] if centre == 0 else [0]  # noise words that equal the target are skipped
            times = [1.0, *[float(model.options.negative)] * len(noise)]
            found.append((matrices["syn1neg"], [centre, *noise], [1.0, *[0.0] * len(noise)], times))
        return found

    return outputs, matrices


def ids_of(model: Word2Vec, sentences: Sentences) -> list[list[int]]:
    return [[model.wv.key_to_index[word] for word in sentence] for sentence in sentences]


@pytest.mark.parametrize("layer", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow mean", "cbow sum"])
def test_training_equals_the_reference(isa: str, make_sentences: Any, architecture: str, layer: str) -> None:
    sentences = make_sentences(30, 60, longest=20, is_distinct=True)
    model = prepared(
        sentences,
        vector_size=20,
        window=3,
        sg=int(architecture == "skipgram"),
        cbow_mean=int(architecture == "cbow mean"),
        batch_words=1,  # one job per sentence, so that the learning rate changes after each
        max_isa=isa,
        **OBJECTIVES[layer],
    )
    inputs = model.wv.vectors.astype(np.float64)
    outputs, matrices = outputs_of(model)
    rate = 0.05 if layer != "much noise" else 0.001
    model.train(sentences, total_examples=len(sentences), epochs=2, start_alpha=rate, end_alpha=rate / 10)
    losses = reference.train(
        [ids_of(model, sentences)] * 2,
        inputs,
        outputs,
        window=3,
        skipgram=architecture == "skipgram",
        cbow_mean=architecture == "cbow mean",
        start=rate,
        end=rate / 10,
    )
    # Rounding of float32 (6e-8) accumulates over some hundred updates per row.
    assert [epoch.loss for epoch in model.training_report.epochs] == pytest.approx(losses, rel=2e-6)
    np.testing.assert_allclose(model.wv.vectors, inputs, atol=3e-6 * np.abs(inputs).max())
    for name, matrix in matrices.items():
        np.testing.assert_allclose(getattr(model, name), matrix, atol=3e-6 * np.abs(matrix).max())


@pytest.mark.parametrize("layer", OBJECTIVES)
@pytest.mark.parametrize("sg", [0, 1])
def test_loss_with_fixed_vectors(isa: str, make_sentences: Any, sg: int, layer: str) -> None:
    """Huffman paths of many lengths follow each other; buffers of one window must not affect the next."""
    sentences = make_sentences(60, 400, longest=4)
    model = prepared(sentences, vector_size=16, window=2, sg=sg, max_isa=isa, **OBJECTIVES[layer])
    outputs, _ = outputs_of(model)
    model.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=1e-12, end_alpha=1e-12)
    [loss] = reference.train(
        [ids_of(model, sentences)],
        model.wv.vectors.astype(np.float64),
        outputs,
        window=2,
        skipgram=bool(sg),
        start=1e-12,
        end=1e-12,
    )
    # Each score is rounded to float32 (6e-8); errors of 16 products add up.
    assert model.training_report.epochs[0].loss == pytest.approx(loss, rel=1e-6)


@pytest.mark.parametrize("sg", [0, 1])
def test_vectors_lockf_scales_the_updates(make_sentences: Any, sg: int) -> None:
    """Each entry scales the update of one word; the others are unaffected."""
    sentences = make_sentences(30, 30, longest=20, is_distinct=True)
    start, free, locked = (prepared(sentences, vector_size=16, window=2, sg=sg) for _ in range(3))
    lock = np.ones(len(free.wv), dtype=np.float32)
    lock[[2, 4]] = 0.0, 0.5
    locked.wv.vectors_lockf = lock
    words = [free.wv.index_to_key[row] for row in (2, 3, 4)]
    for model in (free, locked):  # a rate so small that the updates of one window hardly affect the next
        model.train([words], total_examples=1, epochs=1, start_alpha=1e-3, end_alpha=1e-3)
    free_steps, locked_steps = (model.wv.vectors - start.wv.vectors for model in (free, locked))
    assert (free_steps[2:5] != 0).all()
    np.testing.assert_array_equal(locked_steps[2], 0)
    np.testing.assert_allclose(locked_steps, free_steps * lock[:, np.newaxis], atol=2e-3 * np.abs(free_steps).max())


def test_windows_end_with_the_sentence() -> None:
    sentences = [[str(number % 7) for number in range(40)]] * 20
    models = [
        Word2Vec(sentences, window=window, shrink_windows=False, min_count=1, vector_size=8, workers=1, epochs=2)
        for window in (40, 2**31 - 1)
    ]
    assert np.array_equal(models[0].wv.vectors, models[1].wv.vectors)
