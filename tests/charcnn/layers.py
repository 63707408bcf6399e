"""Token layers with random parameters, computed by the C++ core."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.charcnn import TokenLayer, parameter_shapes
from wordkin import _core_testing

Arrays = dict[str, NDArray[np.float32]]

# Filters of 1 column, of a panel and one more column; widths that do not fill vectors; a filter as wide as a word.
SMALL = TokenLayer(filters=((1, 1), (2, 5), (12, 3)), char_dim=3, n_highway=1, projection_dim=4)
ODD = TokenLayer(filters=((1, 3), (3, 65), (5, 130)), char_dim=17, n_highway=2, projection_dim=33)
BARE = TokenLayer(filters=((1, 16), (4, 64)), char_dim=16, n_highway=0)
TANH = TokenLayer(filters=((2, 7), (3, 20)), char_dim=8, activation="tanh", n_highway=1)
MAX_CHARACTERS = 12


def random_parameters(layer: TokenLayer, seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(-0.3, 0.3, shape).astype(np.float32) for name, shape in parameter_shapes(layer).items()}


def zeros(layer: TokenLayer) -> Arrays:
    return {name: np.full(shape, np.nan, dtype=np.float32) for name, shape in parameter_shapes(layer).items()}


def tensors(arrays: Arrays) -> list[NDArray[Any]]:
    """Return views of the arrays as matrices in the order of the core, which writes to them."""
    ordered = []
    for array in arrays.values():
        ordered.append(array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array)
    highways = [i for i, name in enumerate(arrays) if name.startswith("CNN_high_")]
    for first in highways[::4]:  # W_carry, W_transform, b_carry, b_transform
        ordered[first + 1], ordered[first + 2] = ordered[first + 2], ordered[first + 1]
    return ordered


def shape_of(layer: TokenLayer, max_characters: int = MAX_CHARACTERS) -> _core_testing.charcnn.Shape:
    return _core_testing.charcnn.Shape(
        n_characters=layer.n_characters,
        char_dim=layer.char_dim,
        max_characters=max_characters,
        filters=list(layer.filters),
        activation=layer.activation,
        n_highway=layer.n_highway,
        projection_dim=layer.projection_dim,
    )


def width_of(layer: TokenLayer) -> int:
    return layer.projection_dim or sum(n for _, n in layer.filters)


def encoded(
    layer: TokenLayer, parameters: Arrays, characters: NDArray[np.uint16], isa: str, threads: int = 1
) -> NDArray[np.float32]:
    frozen = _core_testing.charcnn.FrozenLayer(
        tensors(parameters), shape_of(layer, characters.shape[1]), isa=isa, threads=threads
    )
    vectors = np.full((len(characters), width_of(layer)), np.nan, dtype=np.float32)
    assert frozen.encode(vectors, characters)
    return vectors


def trained(
    layer: TokenLayer,
    parameters: Arrays,
    characters: NDArray[np.uint16],
    d_vectors: NDArray[np.float32],
    isa: str,
    threads: int = 1,
    precision: str = "float32",
) -> tuple[NDArray[np.float32], Arrays]:
    """Return vectors and gradients."""
    core = _core_testing.charcnn.TrainedLayer(
        tensors(parameters), shape_of(layer, characters.shape[1]), isa=isa, threads=threads
    )
    vectors = np.full((len(characters), width_of(layer)), np.nan, dtype=np.float32)
    assert core.forward(vectors, characters)
    gradients = zeros(layer)
    assert core.backward(tensors(gradients), d_vectors)
    return vectors, gradients
