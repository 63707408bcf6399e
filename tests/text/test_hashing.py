"""Tables of words and phrases are seeded: results do not depend on the seed, and words cannot be made to collide."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from wordkin import Phrases, Word2Vec, _core_testing

hashing = _core_testing.hashing

SEEDS = [0, 1, 2**63, 12_345_678_901_234_567_890]
TARGET = 0x4040404040404040


def mixed(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    key = key * np.uint64(0x9E3779B97F4A7C15)
    return key ^ (key >> np.uint64(32))


def colliding_pairs(key: int) -> list[bytes]:
    """Return 200 pairs of 8 bytes that take an unseeded hash, which can be inverted, from `key` to the same key."""
    pairs: list[bytes] = []
    rng = np.random.default_rng(5)
    while len(pairs) < 200:
        first = rng.integers(33, 127, (200_000, 8), np.uint8)
        second = mixed(first.view("<u8")[:, 0] ^ np.uint64(key)) ^ np.uint64(TARGET)
        second = second.view(np.uint8).reshape(-1, 8)
        is_ascii = ((second > 32) & (second < 127)).all(axis=1)
        pairs += [bytes(pair) for pair in np.hstack([first, second])[is_ascii]]
    return pairs[:200]


def colliding_words() -> list[bytes]:
    """Return 40,000 words of 32 bytes with equal keys in an unseeded table."""
    key = int(mixed(np.array([TARGET], np.uint64))[0])
    ends = colliding_pairs(key)
    return [start + end for start in colliding_pairs(32) for end in ends]


def words_of_equal_differences(blocks: int) -> list[bytes]:
    """Return words that differ in upper bits only, which a product modulo a power of two passes on to upper bits."""
    words = [b""]
    for _ in range(blocks):
        words = [word + pair for word in words for pair in (b"aaaaaaa!bbb!bbb!", b"aaaaaaaabbbabbba")]
    return words


FAMILIES = {
    "equal keys without a seed": colliding_words()[::10],
    "numbers": [b"%08d" % number for number in range(4000)],
    "one letter": [b"a" * length for length in range(1, 4001)],
    "upper bits": words_of_equal_differences(12)[:4000],
    "last byte": [b"abcdefg" + bytes([last]) + bytes([first]) * 8 for last in range(63) for first in range(33, 96)],
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_chosen_words_are_spread_like_random_words(family: str, seed: int) -> None:
    words = FAMILIES[family]
    keys = np.array([hashing.key_of_word(word, seed) for word in words], np.uint64)
    slots = len(np.unique(keys >> np.uint64(64 - 13)))
    # 4,000 random keys occupy about 3,160 of 8,192 slots. Words in a sequence may be spread more evenly.
    assert slots > 0.9 * 8192 * (1 - np.exp(-len(words) / 8192))


def blocks_of_text() -> list[bytes]:
    rng = np.random.default_rng(1)
    words = [word.decode() for word in FAMILIES["equal keys without a seed"][:40]]
    words += [f"w{number}" for number in range(300)] + ["a_b", "_", "of", "the", "new_york", "new", "york", "città"]
    lines = [" ".join(words[i] for i in rng.zipf(1.3, 9) if i < len(words)) for _ in range(900)]
    return ["".join(line + "\n" for line in lines[start : start + 150]).encode() for start in range(0, 900, 150)]


def test_counts_and_ids_do_not_depend_on_the_seed() -> None:
    results = [hashing.counted_words(blocks_of_text(), seed) for seed in SEEDS]
    assert len(results[0][0]) > 200
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("max_vocabulary", [10**9, 700])
@pytest.mark.parametrize("delimiter", ["_", ""])
def test_phrases_do_not_depend_on_the_seed(delimiter: str, max_vocabulary: int) -> None:
    results = [
        hashing.learned_phrases(
            blocks_of_text(), delimiter, ["of", "the"], workers=workers, max_vocabulary=max_vocabulary, seed=seed
        )
        for seed in SEEDS
        for workers in (1, 3)
    ]
    assert len(results[0][6]) > 20
    assert all(result == results[0] for result in results)


def test_words_that_collide_without_a_seed_are_counted(tmp_path: Path) -> None:
    words = colliding_words()
    text = tmp_path / "text"
    text.write_bytes(b"".join(b" ".join(words[start : start + 10]) + b"\n" for start in range(0, 40_000, 10)))
    model = Word2Vec(vector_size=2, min_count=1, workers=1)
    model.build_vocab(corpus_file=str(text))
    assert len(model.wv) == len(set(words))
    assert len(Phrases(text).vocab) == len(set(words)) + 36_000


scored: list[int] = []


def slow(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):  # type: ignore
    scored.append(bigram_count)
    time.sleep(0.1)
    return 0.0


def test_an_interrupt_is_noticed_within_a_block(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(
        "".join("x y\n" * number + f"a{number} b{number}\n" * number for number in range(1, 60)), encoding="utf-8"
    )
    phrases = Phrases(text, min_count=1, scoring=slow)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    scored.clear()
    with pytest.raises(KeyboardInterrupt):
        phrases.apply_file(text, tmp_path / "out", workers=1)
    assert len(scored) < 50  # of 59 different scores
    assert not (tmp_path / "out").exists()
