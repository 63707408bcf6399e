"""Selection of layers, their weighted sum, and layer normalisation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from elmo.inference.models import SENTENCES, assert_identical
from wordkin import ELMo
from wordkin.elmo.inference.scalar_mix import LayerSelection
from wordkin.elmo.options import ELMoEncodingOptions

ONE = [SENTENCES[3]]


def test_single_layers(model: ELMo) -> None:
    (every,) = model.encode(ONE, "all")
    assert_identical(model.encode(ONE, "top"), [every[2]])
    for layer in range(3):
        assert_identical(model.encode(ONE, layer), [every[layer]])
        assert_identical(model.encode(ONE, layer - 3), [every[layer]])


def test_weighted_sums(model: ELMo) -> None:
    (every,) = model.encode(ONE, "all")
    np.testing.assert_allclose(model.encode(ONE, "average")[0], every.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(model.encode(ONE, [0, 0, 0], gamma=2)[0], 2 * every.mean(axis=0), atol=1e-6)
    scores = np.array([0.5, -1, 2], np.float32)
    weights = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(model.encode(ONE, scores)[0], np.einsum("l,ltd->td", weights, every), atol=1e-6)
    assert_identical(model.encode(ONE, [-math.inf, 0, -9e10]), [every[1]])
    np.testing.assert_allclose(model.encode(ONE, "all", gamma=0.5)[0], 0.5 * every, atol=1e-7)


@pytest.mark.parametrize(("name", "epsilon"), [("bilm", 1e-12), ("allennlp", 1e-13)])
def test_layer_normalisation(model: ELMo, name: str, epsilon: float) -> None:
    every = model.encode(ONE, "all", boundaries=True)[0].astype(np.float64)
    counted = every if name == "allennlp" else every[:, 1:-1]
    mean = counted.mean(axis=(1, 2), keepdims=True)
    deviation = np.sqrt(((counted - mean) ** 2).mean(axis=(1, 2), keepdims=True) + epsilon)
    expected = ((every - mean) / deviation)[:, 1:-1]
    np.testing.assert_allclose(model.encode(ONE, "all", layer_norm=name)[0], expected, atol=1e-5)
    np.testing.assert_allclose(model.encode(ONE, "average", layer_norm=name)[0], expected.mean(axis=0), atol=1e-5)
    assert model.encode([[]], layer_norm=name)[0].shape == (0, 16)


def test_weights_are_normalised() -> None:
    weights = LayerSelection.of(ELMoEncodingOptions(layers=[1.0, 2.0, -math.inf]), 2).weights
    assert weights is not None
    assert sum(weights) == pytest.approx(1.0)
    assert weights[2] == 0.0
    assert LayerSelection.of(ELMoEncodingOptions(layers="all"), 2).weights is None
