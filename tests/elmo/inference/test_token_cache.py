"""The cache of token vectors."""

from __future__ import annotations

import numpy as np

from elmo.inference.models import Floats
from wordkin.elmo.inference.token_cache import TokenCache

ENTRY_BYTES = 4 * 2 + 200  # of a cache for vectors of width 2


class Recorder:
    """Computes vectors and records for which tokens."""

    def __init__(self) -> None:
        self.computed: list[str] = []

    def __call__(self, tokens: list[str]) -> Floats:
        self.computed.extend(tokens)
        return np.array([[float(token), -float(token)] for token in tokens], np.float32)


def test_the_cache_returns_exact_vectors_and_respects_its_limit() -> None:
    compute = Recorder()
    cache = TokenCache(2, 2 * 64 * ENTRY_BYTES)
    generator = np.random.default_rng(1)
    for _ in range(200):
        tokens = [str(number) for number in set(generator.integers(0, 300, 20).tolist())]
        np.testing.assert_array_equal(
            cache.vectors(tokens, compute), [[float(token), -float(token)] for token in tokens]
        )
        cache.vectors(["1000"], compute)
        assert len(cache) <= 2 * 64
    assert compute.computed.count("1000") == 1  # a token in constant use is not evicted
    assert cache.vectors([], compute).shape == (0, 2)


def test_resizing_keeps_recent_vectors_and_leaves_the_original_unchanged() -> None:
    compute = Recorder()
    cache = TokenCache(2, 2 * 64 * ENTRY_BYTES)
    cache.vectors([str(number) for number in range(50)], compute)
    smaller = cache.resized(2 * 3 * ENTRY_BYTES)
    assert len(smaller) == 3
    assert len(cache) == 50
    smaller.vectors(["47", "48", "49"], compute)
    assert len(compute.computed) == 50  # the last tokens were still cached
    assert cache.resized(cache.max_bytes) is cache


def test_a_limit_of_zero_disables_the_cache() -> None:
    compute = Recorder()
    cache = TokenCache(2, 0)
    for _ in range(2):
        cache.vectors(["1"], compute)
    assert len(cache) == 0
    assert compute.computed == ["1", "1"]
