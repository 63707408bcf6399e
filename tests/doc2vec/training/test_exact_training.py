"""Complete trainings compared with a float64 reference implementation, without randomness.

Window sizes are fixed, nothing is subsampled, and with a large exponent the noise word is always the most frequent one.
No word occurs twice in a document: within a skip-gram window, the second occurrence would see the update of the first
one, which the reference applies later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from reference import doc2vec as reference
from wordkin import Doc2Vec, TaggedDocument, _core

MODES: dict[str, dict[str, int]] = {
    "dbow": {"dm": 0},
    "dbow words": {"dm": 0, "dbow_words": 1},
    "mean": {"dm": 1, "dm_mean": 1},
    "sum": {"dm": 1, "dm_mean": 0},
    "concat": {"dm": 1, "dm_concat": 1},
}
OBJECTIVES = {
    "noise": {"negative": 5, "hs": 0},
    "tree": {"negative": 0, "hs": 1},
    "both": {"negative": 3, "hs": 1},
    "much noise": {"negative": 40, "hs": 0},
}


def documents(tags: int) -> list[TaggedDocument]:
    """Return documents of distinct words, of many lengths; each tag is that of several documents."""
    generator = np.random.default_rng(7)
    return [
        TaggedDocument(
            [f"w{word}" for word in generator.permutation(40)[: generator.integers(0, 15)]],
            [int(tag) for tag in generator.permutation(6)[:tags]],
        )
        for _ in range(12)
    ]


def prepared(corpus: list[TaggedDocument], **options: Any) -> Doc2Vec:
    """Return a model with random output layers, so that the first update already tests them."""
    model = Doc2Vec(
        min_count=1, sample=0, shrink_windows=False, ns_exponent=100.0, workers=1, vector_size=20, window=3, **options
    )  # fmt: skip
    model.build_vocab(corpus)
    model.wv.expandos["count"][0] = 10**6  # far more frequent than all others
    generator = np.random.default_rng(5)
    model.wv.vectors[:] = generator.standard_normal(model.wv.vectors.shape) * 0.3
    model.dv.vectors[:] = generator.standard_normal(model.dv.vectors.shape) * 0.3
    shape = len(model.wv), model.layer1_size
    if model.negative:
        model.syn1neg = generator.standard_normal(shape) * 0.1
    if model.hs:
        model.syn1 = generator.standard_normal(shape) * 0.1
    return model


def layers_of(model: Doc2Vec) -> dict[str, np.ndarray]:
    names = ("syn1",) * model.hs + ("syn1neg",) * bool(model.negative)
    return {name: getattr(model, name).astype(np.float64) for name in names}


def outputs_of(model: Doc2Vec, layers: dict[str, np.ndarray]) -> Any:
    """Return a function from target words to the output rows that they are scored with."""
    paths = _core.word2vec.huffman_paths(np.ascontiguousarray(model.wv.expandos["count"])) if model.hs else []

    def outputs(targets: Sequence[int]) -> list[Any]:
        found = []
        if model.hs:
            nodes, codes = paths[targets[0]]
            found.append((layers["syn1"], nodes.tolist(), (1.0 - codes).tolist(), [1.0] * len(nodes)))
        if model.negative:
            others = sum(target != 0 for target in targets)  # noise words that equal the target are skipped
            is_dropped = others == 0 or (model.dm_concat and others < len(targets))
            times = 1 if model.dm_concat else others
            noise = [] if is_dropped else [0]
            repeats = [1.0] * len(targets) + [float(model.negative * times)] * len(noise)
            labels = [1.0] * len(targets) + [0.0] * len(noise)
            found.append((layers["syn1neg"], [*targets, *noise], labels, repeats))
        return found

    return outputs


@pytest.mark.parametrize("layer", OBJECTIVES)
@pytest.mark.parametrize("mode", MODES)
def test_training_equals_the_reference(isa: str, mode: str, layer: str) -> None:
    for tags, job in ((1, 1), (2, 1), (1, 12)) if mode == "concat" else ((1, 1), (2, 1)):
        compare_with_reference(isa, mode, tags, layer, job)


def compare_with_reference(isa: str, mode: str, tags: int, layer: str, job: int) -> None:
    corpus = documents(tags)
    options = {**MODES[mode], **OBJECTIVES[layer], "dm_tag_count": tags, "batch_words": 1 if job == 1 else 10**6}
    model = prepared(corpus, max_isa=isa, **options)
    generator = np.random.default_rng(3)
    model.wv.vectors_lockf = generator.uniform(0, 2, len(model.wv)).astype(np.float32)
    model.dv.vectors_lockf = generator.uniform(0, 2, len(model.dv)).astype(np.float32)
    words, tag_vectors = model.wv.vectors.astype(np.float64), model.dv.vectors.astype(np.float64)
    layers = layers_of(model)
    rate = 0.05 if layer != "much noise" else 0.005
    model.train(corpus, total_examples=len(corpus), epochs=2, start_alpha=rate, end_alpha=rate / 10)
    losses = reference.train(
        2,
        [[model.wv.key_to_index[word] for word in document.words] for document in corpus],
        [document.tags for document in corpus],
        words,
        tag_vectors,
        outputs_of(model, layers),
        mode=mode,
        window=3,
        start=rate,
        end=rate / 10,
        word_scale=model.wv.vectors_lockf.astype(np.float64),
        tag_scale=model.dv.vectors_lockf.astype(np.float64),
        null_word=model.wv.key_to_index.get("\0", 0),
        is_together=not model.hs,
        job=job,
    )
    assert [epoch.loss for epoch in model.training_report.epochs] == pytest.approx(losses, rel=1e-5)
    # Rounding of float32 (6e-8) accumulates over some hundred updates per row.
    np.testing.assert_allclose(model.dv.vectors, tag_vectors, atol=1e-5 * np.abs(tag_vectors).max())
    np.testing.assert_allclose(model.wv.vectors, words, atol=1e-5 * np.abs(words).max())
    for name, matrix in layers.items():
        np.testing.assert_allclose(getattr(model, name), matrix, atol=1e-5 * np.abs(matrix).max())
