"""Vectors that the tests of this package share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from wordkin import KeyedVectors

FRUIT_AND_CARS = {
    "apple": [1.0, 0.1, 0.0, 0.2],
    "pear": [0.9, 0.2, 0.1, 0.2],
    "plum": [0.8, 0.4, 0.0, 0.1],
    "car": [0.0, 0.1, 1.0, 0.9],
    "bus": [0.1, 0.0, 0.9, 0.8],
    "train": [0.0, 0.4, 0.9, 0.5],
}


def fruit_and_cars() -> KeyedVectors:
    rows = np.array(list(FRUIT_AND_CARS.values()), dtype=np.float32)
    return KeyedVectors.from_vocabulary(list(FRUIT_AND_CARS), rows, np.arange(60, 0, -10))


@pytest.fixture
def kv() -> KeyedVectors:
    """Six words in four dimensions."""
    return fruit_and_cars()


def random_keyed_vectors(count: int, size: int, dtype: type = np.float32, seed: int = 1) -> KeyedVectors:
    padded = np.zeros((count, -(-size // 16) * 16), dtype=dtype)
    padded[:, :size] = np.random.default_rng(seed).standard_normal((count, size))
    return KeyedVectors.from_vocabulary([f"w{index}" for index in range(count)], padded[:, :size])


@pytest.fixture
def random_vectors() -> Callable[..., KeyedVectors]:
    """Return a function that makes normal random vectors with keys w0, w1, ... and padded rows, as in training."""
    return random_keyed_vectors


def have_equal_content(one: KeyedVectors, other: KeyedVectors) -> bool:
    """Return whether keys, vectors and attributes are equal."""
    return (
        one.index_to_key == other.index_to_key
        and one.key_to_index == other.key_to_index
        and np.array_equal(one.vectors, other.vectors)
        and one.vectors.dtype == other.vectors.dtype
        and one.expandos.keys() == other.expandos.keys()
        and all(repr(one.expandos[name]) == repr(other.expandos[name]) for name in one.expandos)
    )
