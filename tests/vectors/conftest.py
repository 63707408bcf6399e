"""Small vectors that the tests of this folder share."""

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


def made_at_random(count: int, size: int, dtype: type = np.float32, seed: int = 1) -> KeyedVectors:
    whole = np.zeros((count, -(-size // 16) * 16), dtype=dtype)
    whole[:, :size] = np.random.default_rng(seed).standard_normal((count, size))
    return KeyedVectors.from_vocabulary([f"w{index}" for index in range(count)], whole[:, :size])


@pytest.fixture
def random_vectors() -> Callable[..., KeyedVectors]:
    """Makes normal random vectors named w0, w1, ..., with rows padded as the trainer pads them."""
    return made_at_random
