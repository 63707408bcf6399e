"""`ELMo.forward`: its layers are those of `encode`; its gradients agree with central differences in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from elmo.trained_models import assert_close
from reference.elmo import layers_of_sentence, token_layer, zero_state
from reference.tape import Node
from wordkin import ELMo
from wordkin.errors import NotFittedError
from wordkin.text.characters import character_rows

MakeModel = Callable[..., ELMo]
Floats = NDArray[np.float64]

SENTENCES = [["big", "apple", "and"], [], ["pears"], ["and", "plums"]]


def weighted_sum(model: ELMo, exact: dict[str, Floats], d_layers: list[NDArray[np.float32]]) -> float:
    """Return the sum of all layers weighted by `d_layers`, by the float64 reference."""
    leaves = {name: Node(value) for name, value in exact.items()}
    total = 0.0
    for sentence, d in zip(SENTENCES, d_layers, strict=True):
        rows = character_rows(["<S>", *sentence, "</S>"], model.options.max_characters_per_token)
        vectors = token_layer(leaves, model.options, rows).value
        layers, _ = layers_of_sentence(leaves, model.options, vectors, zero_state(model.options, 1))
        total += float((layers[:, 1:-1] * d).sum())
    return total


def central_difference(model: ELMo, exact: dict[str, Floats], name: str, index: int, d_layers: list[Any]) -> float:
    before = exact[name].flat[index]
    values = []
    for change in (1e-6, -1e-6):
        exact[name].flat[index] = before + change
        values.append(weighted_sum(model, exact, d_layers))
    exact[name].flat[index] = before
    return (values[0] - values[1]) / 2e-6


def test_layers_and_gradients(model: ELMo) -> None:
    layers, backward = model.forward(SENTENCES, workers=2)
    for given, expected in zip(layers, model.encode(SENTENCES, "all"), strict=True):
        assert given.shape == expected.shape
        np.testing.assert_allclose(given, expected, rtol=0, atol=1e-6)
    generator = np.random.default_rng(1)
    d_layers = [generator.standard_normal(array.shape).astype(np.float32) for array in layers]
    gradients = backward(d_layers)
    assert list(gradients) == list(model.parameters)  # the model has no softmax
    exact = {name: tensor.astype(np.float64) for name, tensor in model.parameters.items()}
    for name, gradient in gradients.items():
        assert gradient.any(), name
        largest = np.argsort(-np.abs(gradient), axis=None)[:3]
        expected = [central_difference(model, exact, name, int(index), d_layers) for index in largest]
        assert_close(gradient.flat[largest], np.array(expected), name)


def test_parameters_are_read_at_each_call(model: ELMo) -> None:
    before = model.forward(SENTENCES)
    gradients = before.backward(before.layers)
    for name, gradient in gradients.items():
        model.parameters[name][...] -= np.float32(1e-4) * gradient
    after = model.forward(SENTENCES)
    assert sum(np.square(array).sum() for array in after.layers) < sum(
        np.square(array).sum() for array in before.layers
    )
    model.parameters_changed()
    np.testing.assert_allclose(model.encode(SENTENCES, "all")[0], after.layers[0], rtol=0, atol=1e-6)


def test_boundary_markers(model: ELMo) -> None:
    layers, backward = model.forward(["big apple"], boundaries=True)
    np.testing.assert_allclose(layers[0], model.encode("big apple", "all", boundaries=True), rtol=0, atol=1e-6)
    inner, inner_backward = model.forward([["big", "apple"]])
    np.testing.assert_array_equal(layers[0][:, 1:-1], inner[0])
    d_layers = np.zeros_like(layers[0])
    d_layers[:, 1:-1] = 1
    for (name, gradient), other in zip(
        backward([d_layers]).items(), inner_backward([np.ones_like(inner[0])]).values(), strict=True
    ):
        np.testing.assert_array_equal(gradient, other, err_msg=name)


def test_state_is_carried_between_stateful_calls(model: ELMo) -> None:
    expected = [model.encode([sentence], "all", batch_size=1, stateful=True)[0] for sentence in SENTENCES]
    model.reset_state()
    for sentence, layers in zip(SENTENCES, expected, strict=True):
        given = model.forward([sentence], stateful=True)
        np.testing.assert_allclose(given.layers[0], layers, rtol=0, atol=1e-6)
        assert given.backward(given.layers).keys() == model.parameters.keys()


def test_gradients_of_an_embedding_table(small_model: MakeModel, sentences: list[list[str]], quick: Any) -> None:
    model = small_model(token_input=True)
    model.train(sentences, **quick)
    layers, backward = model.forward([["apples", "unheard"]])
    np.testing.assert_allclose(layers[0], model.encode([["apples", "unheard"]], "all")[0], rtol=0, atol=1e-6)
    rows = np.flatnonzero(backward(layers)["embedding"].any(axis=1))
    assert model.vocabulary is not None
    assert {model.vocabulary[row] for row in rows} == {"<S>", "</S>", "<UNK>", "apples"}


def test_softmax_has_no_gradients(trained: ELMo) -> None:
    gradients = trained.forward([["figs"]]).backward([np.zeros((3, 1, 16))])
    assert gradients
    assert not any(name.startswith("softmax") for name in gradients)


def test_an_empty_batch(model: ELMo) -> None:
    layers, backward = model.forward([])
    assert layers == []
    assert not any(gradient.any() for gradient in backward([]).values())


def test_invalid_batches_are_rejected(model: ELMo, small_model: MakeModel) -> None:
    with pytest.raises(TypeError, match="batch must be a list of sentences, got str"):
        model.forward("a sentence")
    with pytest.raises(ValueError, match="precision must be one of float32, bfloat16"):
        model.forward([], precision="float16")
    with pytest.raises(TypeError, match="stateful must be True or False"):
        model.forward([], stateful=1)
    with pytest.raises(NotFittedError):
        small_model().forward([["a"]])


@pytest.mark.parametrize(
    ("d_layers", "error", "message"),
    [
        (np.zeros((2, 3, 2, 16)), TypeError, "must be a list of arrays, one per sentence, got ndarray"),
        ([np.zeros((3, 2, 16))], ValueError, "must contain 2 arrays"),
        ([np.zeros((3, 2, 16)), np.zeros((3, 2, 16))], ValueError, r"d_layers\[1\] must have the shape .*\(3, 1, 16\)"),
        ([np.zeros((3, 2, 16)), np.zeros((3, 1, 16), complex)], TypeError, "real numbers"),
    ],
    ids=["array", "too few", "shape", "complex"],
)
def test_invalid_gradients_are_rejected(model: ELMo, d_layers: Any, error: type[Exception], message: str) -> None:
    layers, backward = model.forward([["big", "apple"], ["pears"]])
    with pytest.raises(error, match=message):
        backward(d_layers)
    backward(layers)  # the rejected call has not consumed the activations
    with pytest.raises(RuntimeError, match="once"):
        backward(layers)
