"""The compiled forward and backward pass through all layers of sentences, against the float64 reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from elmo.inference.test_language_model import (
    MODELS,
    joined,
    random_input_words,
    random_sentences,
    random_words,
    state_of,
)
from elmo.trained_models import assert_close
from reference.elmo import layers_above, token_layer
from reference.elmo_models import random_parameters, small_options
from reference.tape import Node, gradients
from wordkin import _core
from wordkin.runtime import compute


def forward_pass(options: Any, *arguments: Any, threads: int = 1, isa: str | None = None, **more: Any) -> Any:
    return _core.elmo.ForwardPass(options, *arguments, threads=threads, isa=isa or compute.choose_isa(), **more)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_layers_state_and_gradients_match_the_reference(isa: str, name: str, threads: int) -> None:
    options = small_options(**MODELS[name])
    parameters = random_parameters(options, 1)
    characters, words = None if options.token_input else random_words(options, 2), random_input_words(options, 2)
    sentences = random_sentences(3, [3, 7, 1, 0, 4, 7])
    ids, ends = joined(sentences)
    state = state_of(options, len(sentences), seed=4)
    before = {key: value.astype(np.float64) for key, value in state.items()}
    given = forward_pass(options, parameters, characters, ids, ends, words=words, state=state, threads=threads, isa=isa)
    d_layers = np.random.default_rng(5).standard_normal(given.layers.shape).astype(np.float32)

    leaves = {key: Node(value) for key, value in parameters.items()}
    vectors = leaves["embedding"] if characters is None else token_layer(leaves, options, characters, words)
    total = Node(0.0)
    for row, (sentence, end) in enumerate(zip(sentences, ends, strict=True)):
        own = {key: value[row : row + 1] for key, value in before.items()}
        if not len(sentence):
            continue
        expected, own = layers_above(leaves, options, vectors[sentence], own)
        for k, layer in enumerate(expected):
            assert_close(given.layers[k, end - len(sentence) : end], layer.value, f"layer {k} of sentence {row}")
            total = total + (layer * d_layers[k, end - len(sentence) : end].astype(np.float64)).sum()
        for key, value in own.items():
            assert_close(state[key][row : row + 1], value, key)

    found = given.backward(d_layers)
    exact = gradients(total, {key: leaf for key, leaf in leaves.items() if not key.startswith("softmax")})
    assert list(found) == list(exact)
    for key, gradient in found.items():
        assert_close(gradient, exact[key], key)


def test_backward_can_be_called_once() -> None:
    options = small_options()
    ids, ends = joined(random_sentences(3, [3, 2]))
    given = forward_pass(options, random_parameters(options, 1), random_words(options, 2), ids, ends)
    with pytest.raises(ValueError, match=r"d_layers must have the shape \(3, 5, 10\)"):
        given.backward(given.layers[:2])
    given.backward(given.layers)
    with pytest.raises(RuntimeError, match="once"):
        given.backward(given.layers)


def test_an_empty_batch_has_zero_gradients() -> None:
    options = small_options()
    ids, ends = joined([])
    given = forward_pass(options, random_parameters(options, 1), np.zeros((0, 9), np.uint16), ids, ends)
    assert given.layers.shape == (3, 0, 10)
    assert not any(gradient.any() for gradient in given.backward(given.layers).values())
