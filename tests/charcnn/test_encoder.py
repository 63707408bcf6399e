"""The token layer of the core compared with its definition, per instruction set and number of threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from charcnn.layers import (
    BARE,
    MAX_CHARACTERS,
    ODD,
    SMALL,
    TANH,
    Arrays,
    encoded,
    random_parameters,
    shape_of,
    tensors,
    trained,
    width_of,
    zeros,
)
from reference import charcnn as reference
from reference.charcnn import TokenLayer
from wordkin import _core_testing
from wordkin.text.characters import character_rows

LAYERS = {"small": SMALL, "odd": ODD, "bare": BARE, "tanh": TANH}
WORDS = ["", "a", "to", "contextual", "contextualise", "x" * 100, "été", "日本語", "<S>", "</S>", "aaaaaaaaaa", "o"]


def words_of(count: int) -> NDArray[np.uint16]:
    """Return the words above and random ones, from a single character to words without padding."""
    rng = np.random.default_rng(5)
    random = rng.integers(0, 261, (max(0, count - len(WORDS)), MAX_CHARACTERS)).astype(np.uint16)
    for i, row in enumerate(random):
        row[i % (MAX_CHARACTERS + 1) :] = 7
    return np.concatenate([character_rows(WORDS, MAX_CHARACTERS), random])[:count]


def assert_close(result: NDArray[np.float32], expected: NDArray[np.float64], name: str = "vectors") -> None:
    """Compare to within 1e-5 of the largest entry: float32 sums of up to 200 terms err by a tenth of that."""
    assert result.shape == expected.shape
    bound = 1e-5 * np.abs(expected).max(initial=1e-3)
    np.testing.assert_allclose(result, expected, rtol=0, atol=bound, err_msg=name)


@dataclass(frozen=True)
class Defined:
    """Inputs of a layer, and its outputs and gradients by definition."""

    layer: TokenLayer
    parameters: Arrays
    characters: NDArray[np.uint16]
    d_vectors: NDArray[np.float32]
    vectors: NDArray[np.float64]
    gradients: dict[str, NDArray[np.float64]]


def defined(layer: TokenLayer, parameters: Arrays, characters: NDArray[np.uint16]) -> Defined:
    exact = {key: value.astype(np.float64) for key, value in parameters.items()}
    vectors, saved = reference.forward(layer, exact, characters)
    d_vectors = np.random.default_rng(2).standard_normal(vectors.shape).astype(np.float32)
    gradients = reference.backward(layer, exact, characters, saved, d_vectors.astype(np.float64))
    return Defined(layer, parameters, characters, d_vectors, vectors, gradients)


def assert_matches_definition(case: Defined, isa: str, threads: int = 1) -> None:
    vectors, gradients = trained(case.layer, case.parameters, case.characters, case.d_vectors, isa, threads)
    assert_close(vectors, case.vectors)
    for key, value in case.gradients.items():
        assert_close(gradients[key], value, key)
    assert_close(encoded(case.layer, case.parameters, case.characters, isa, threads), case.vectors)


@pytest.fixture(scope="module", params=LAYERS)
def case(request: pytest.FixtureRequest) -> Defined:
    layer = LAYERS[request.param]
    return defined(layer, random_parameters(layer, 1), words_of(40))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_vectors_and_gradients_match_the_definition(isa: str, case: Defined, threads: int) -> None:
    assert_matches_definition(case, isa, threads)


def test_bfloat16_error_is_bounded(isa: str, case: Defined) -> None:
    """bfloat16 rounds with relative errors of up to 2^-9 = 0.002; a tensor passes at most ten roundings here."""
    vectors, gradients = trained(case.layer, case.parameters, case.characters, case.d_vectors, isa, 2, "bfloat16")
    for result, expected in [(vectors, case.vectors), *((gradients[k], v) for k, v in case.gradients.items())]:
        assert np.linalg.norm(result - expected) <= 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize("name", LAYERS)
def test_vectors_do_not_depend_on_the_other_words(isa: str, name: str) -> None:
    layer = LAYERS[name]
    parameters = random_parameters(layer, 3)
    characters = np.concatenate([words_of(40)] * 7)  # more than one batch of the encoder
    whole = encoded(layer, parameters, characters, isa)
    assert np.array_equal(whole[:40], whole[40:80])
    for count in (1, 2, 3, 17):
        for threads in (1, 2, 3):
            assert np.array_equal(encoded(layer, parameters, characters[:count], isa, threads), whole[:count])
    order = np.random.default_rng(4).permutation(40)
    assert np.array_equal(encoded(layer, parameters, characters[order], isa, 2), whole[order])
    forward, _ = trained(layer, parameters, characters[:40], np.zeros((40, width_of(layer)), np.float32), isa)
    assert np.array_equal(forward, whole[:40])  # training and inference give equal vectors


def test_convolution_gradients_do_not_depend_on_the_number_of_threads(isa: str) -> None:
    layer, characters = BARE, words_of(40)
    parameters = random_parameters(layer, 6)
    d_vectors = np.random.default_rng(7).standard_normal((40, width_of(layer))).astype(np.float32)
    _, alone = trained(layer, parameters, characters, d_vectors, isa)
    for threads in (2, 3):
        _, together = trained(layer, parameters, characters, d_vectors, isa, threads)
        for key, value in alone.items():
            assert np.array_equal(together[key], value), key


@pytest.mark.parametrize("count", [1, 2])
def test_few_words(isa: str, count: int) -> None:
    assert_matches_definition(defined(ODD, random_parameters(ODD, 8), words_of(count)), isa, 2)


def test_no_words(isa: str) -> None:
    parameters = random_parameters(ODD, 8)
    vectors, gradients = trained(ODD, parameters, words_of(0), np.ones((0, 33), dtype=np.float32), isa, 2)
    assert vectors.shape == encoded(ODD, parameters, words_of(0), isa).shape == (0, 33)
    assert all((value == 0).all() for value in gradients.values())


def test_steps_do_not_depend_on_earlier_steps(isa: str) -> None:
    """Batches of different sizes through one object, with changed parameters, give the results of new objects."""
    parameters = random_parameters(ODD, 9)
    core = _core_testing.charcnn.TrainedLayer(tensors(parameters), shape_of(ODD), isa=isa, threads=2)
    for count, factor in ((30, 1.0), (7, 0.5), (40, 1.5)):
        for value in parameters.values():
            value *= np.float32(factor)
        core.pack()
        characters = words_of(count)
        d_vectors = np.full((count, width_of(ODD)), 0.25, dtype=np.float32)
        vectors = np.empty_like(d_vectors)
        gradients = zeros(ODD)
        assert core.forward(vectors, characters)
        assert core.backward(tensors(gradients), d_vectors)
        expected, expected_gradients = trained(ODD, parameters, characters, d_vectors, isa, 2)
        assert np.array_equal(vectors, expected)
        for key, value in expected_gradients.items():
            assert np.array_equal(gradients[key], value), key


def test_first_of_equal_maxima_receives_the_gradient(isa: str) -> None:
    """If all characters have the same embedding, the first window receives the gradient."""
    layer = TokenLayer(filters=((1, 3), (2, 70)), char_dim=4, n_highway=0)
    parameters = random_parameters(layer, 10)
    parameters["char_embed"][:] = parameters["char_embed"][0]
    case = defined(layer, parameters, words_of(30))
    touched = np.abs(case.gradients["char_embed"]).any(axis=1)
    assert set(np.flatnonzero(touched)) == set(case.characters[:, :2].ravel())
    assert_matches_definition(case, isa)


def test_nan_parameters_give_nan_vectors(isa: str) -> None:
    for name in ("CNN/W_cnn_0", "CNN/b_cnn_1", "CNN_high_1/W_carry", "CNN_high_0/b_transform", "CNN_proj/b_proj"):
        parameters = random_parameters(ODD, 11)
        parameters[name][...] = np.nan
        assert np.isnan(encoded(ODD, parameters, words_of(5), isa)).any(), name


@pytest.mark.parametrize("threads", [1, 2])
def test_cancelled_calls_return_false_and_can_be_repeated(isa: str, threads: int) -> None:
    parameters = random_parameters(SMALL, 12)
    vectors = np.zeros((20, 4), dtype=np.float32)
    core = _core_testing.charcnn.TrainedLayer(tensors(parameters), shape_of(SMALL), isa=isa, threads=threads)
    assert not core.forward(vectors, words_of(20), cancel=True)
    assert core.forward(vectors, words_of(20))
    assert not core.backward(tensors(zeros(SMALL)), vectors, cancel=True)
    frozen = _core_testing.charcnn.FrozenLayer(tensors(parameters), shape_of(SMALL), isa=isa, threads=threads)
    assert not frozen.encode(vectors, words_of(20), cancel=True)
    assert frozen.encode(vectors, words_of(20))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"filters": [(13, 4)]}, "the width of filters must be from 1 to max_characters_per_token, got 13"),
        ({"filters": [(1, 0)]}, "the number of filters must be at least 1, got 0"),
        ({"filters": []}, "filters must contain at least one filter"),
        ({"char_dim": 0}, "char_dim must be at least 1, got 0"),
        ({"n_highway": -1}, "n_highway must not be negative, got -1"),
        ({"max_characters": 65536}, "max_characters_per_token must be from 1 to 65535, got 65536"),
        ({"activation": "elu"}, "activation must be relu or tanh, got elu"),
    ],
)
def test_invalid_shapes_are_rejected(change: dict[str, object], message: str) -> None:
    shape = {
        "n_characters": 261,
        "char_dim": 4,
        "max_characters": 12,
        "filters": [(1, 4)],
        "activation": "relu",
        "n_highway": 0,
        "projection_dim": None,
    }
    with pytest.raises(ValueError, match=message):
        _core_testing.charcnn.Shape(**(shape | change))
