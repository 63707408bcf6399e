"""Inferred vectors compared with a float64 reference implementation, without randomness; see test_exact_training."""

from __future__ import annotations

import numpy as np
import pytest

from doc2vec.training.test_exact_training import MODES, OBJECTIVES, documents, layers_of, outputs_of, prepared
from reference import doc2vec as reference


@pytest.mark.parametrize("layer", OBJECTIVES)
@pytest.mark.parametrize("mode", sorted(MODES.keys() - {"dbow words"}))
def test_inference_equals_the_reference(isa: str, mode: str, layer: str) -> None:
    corpus = documents(1)
    model = prepared(corpus, max_isa=isa, **MODES[mode], **OBJECTIVES[layer])
    texts = [document.words for document in corpus if document.words]
    initial = model.infer_vectors(texts, alpha=1e-30, min_alpha=1e-30, epochs=1, seed=3)
    rate = 0.05 if layer != "much noise" else 0.005
    vectors = model.infer_vectors(texts, alpha=rate, min_alpha=rate / 5, epochs=3, seed=3)
    layers, words = layers_of(model), model.wv.vectors.astype(np.float64)
    for text, start, vector in zip(texts, initial.astype(np.float64), vectors, strict=True):
        exact = reference.infer(
            [model.wv.key_to_index[word] for word in text],
            start,
            words,
            outputs_of(model, layers),
            mode=mode,
            window=3,
            rates=np.linspace(rate, rate / 5, 3).tolist(),
            null_word=model.wv.key_to_index.get("\0", 0),
            is_together=not model.hs,
        )
        assert np.abs(exact - start).max() > 1e-4
        np.testing.assert_allclose(vector, exact, atol=2e-6)
