"""Untrained models with weights large enough for tokens to differ, and checks that several test modules share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.elmo import layers_of_sentence, token_layer, zero_state
from reference.tape import Node
from wordkin import ELMo
from wordkin.text.characters import character_rows

Floats = NDArray[np.float32]

SENTENCES = [["A", "big", "apple"], [], ["pears"], ["Ἀθῆναι", "and", "", "plums", "are", "red"], ["and", "and"]]


def scale_parameters(model: ELMo, factor: float = 3.0) -> ELMo:
    """Initialise a model and multiply its parameters, so that the vectors of different tokens differ clearly."""
    model.initialize(seed=3)
    for tensor in model.parameters.values():
        tensor *= np.float32(factor)
    model.parameters_changed()
    return model


def reference_layers(model: ELMo, sentences: list[list[str]]) -> list[NDArray[np.float64]]:
    """Layers by the float64 reference, boundary markers included; state is carried from sentence to sentence."""
    exact = {name: Node(tensor.astype(np.float64)) for name, tensor in model.parameters.items()}
    state: Any = zero_state(model.options, 1)
    results = []
    for sentence in sentences:
        rows = character_rows(["<S>", *sentence, "</S>"], model.options.max_characters_per_token)
        vectors = token_layer(exact, model.options, rows).value
        layers, state = layers_of_sentence(exact, model.options, vectors, state)
        results.append(layers)
    return results


def assert_identical(given: list[Floats], expected: list[Floats]) -> None:
    assert len(given) == len(expected)
    for one, other in zip(given, expected, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_array_equal(one, other)
