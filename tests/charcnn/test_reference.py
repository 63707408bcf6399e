"""The definition of the token layer compared with central differences and with a word by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.charcnn import TokenLayer, backward, forward, parameter_shapes

Floats = NDArray[np.float64]


def random_parameters(layer: TokenLayer, rng: np.random.Generator) -> dict[str, Floats]:
    return {name: rng.uniform(-0.5, 0.5, shape) for name, shape in parameter_shapes(layer).items()}


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("n_highway", "projection_dim"), [(0, None), (1, 3), (2, None), (2, 4)])
def test_gradients_are_central_differences(activation: str, n_highway: int, projection_dim: int | None) -> None:
    layer = TokenLayer(
        filters=((1, 2), (3, 4)),
        char_dim=3,
        activation=activation,
        n_highway=n_highway,
        projection_dim=projection_dim,
        n_characters=6,
    )
    rng = np.random.default_rng(1)
    parameters = random_parameters(layer, rng)
    characters = rng.integers(0, 6, (5, 7))
    vectors, saved = forward(layer, parameters, characters)
    d_vectors = rng.standard_normal(vectors.shape)
    gradients = backward(layer, parameters, characters, saved, d_vectors)
    step = 1e-6
    for name, values in parameters.items():
        expected = np.empty_like(values)
        for index in np.ndindex(values.shape):
            kept = values[index]
            losses = []
            for moved in (kept + step, kept - step):
                values[index] = moved
                losses.append((forward(layer, parameters, characters)[0] * d_vectors).sum())
            values[index] = kept
            expected[index] = (losses[0] - losses[1]) / (2 * step)
        # The error of central differences is about step^2, and 1e-16 / step of rounding.
        np.testing.assert_allclose(gradients[name], expected, atol=1e-7, err_msg=name)


def test_vector_of_a_word_by_hand() -> None:
    layer = TokenLayer(filters=((2, 1),), char_dim=1, n_highway=0, n_characters=3)
    parameters = {
        "char_embed": np.array([[1.0], [2.0], [-1.0]]),
        "CNN/W_cnn_0": np.array([[[[1.0]], [[3.0]]]]),
        "CNN/b_cnn_0": np.array([0.5]),
    }
    # Windows of 0 1 2 2: 1 + 6, 2 - 3, -1 - 3.
    vectors, saved = forward(layer, parameters, np.array([[0, 1, 2, 2]]))
    assert vectors.tolist() == [[7.5]]
    gradients = backward(layer, parameters, np.array([[0, 1, 2, 2]]), saved, np.array([[2.0]]))
    assert gradients["CNN/W_cnn_0"].ravel().tolist() == [2.0, 4.0]  # d times the embeddings of 0 and 1
    assert gradients["char_embed"].ravel().tolist() == [2.0, 6.0, 0.0]
    assert gradients["CNN/b_cnn_0"].tolist() == [2.0]


def test_the_first_of_equal_maxima_takes_the_gradient() -> None:
    layer = TokenLayer(filters=((1, 1),), char_dim=1, n_highway=0, n_characters=3)
    parameters = {
        "char_embed": np.array([[1.0], [1.0], [0.0]]),
        "CNN/W_cnn_0": np.ones((1, 1, 1, 1)),
        "CNN/b_cnn_0": np.zeros(1),
    }
    characters = np.array([[2, 1, 0, 1]])
    _, saved = forward(layer, parameters, characters)
    gradients = backward(layer, parameters, characters, saved, np.ones((1, 1)))
    assert gradients["char_embed"].ravel().tolist() == [0.0, 1.0, 0.0]
