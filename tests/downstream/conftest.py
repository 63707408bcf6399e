"""Texts that are learned within a second, and embeddings for them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from wordkin import ELMo, KeyedVectors

GOOD = ["good", "fine", "great", "lovely"]
BAD = ["bad", "poor", "awful", "dull"]
REST = ["the", "film", "is", "a", "story", "of", "its", "time"]

# One thread: the same numbers in every run.
QUICK: dict[str, Any] = {
    "hidden_dim": 8,
    "embedding_dim": 8,
    "input_dropout": 0.0,
    "dropout": 0.0,
    "learning_rate": 0.02,
    "epochs": 6,
    "batch_size": 8,
    "random_state": 1,
    "workers": 1,
    "progress": False,
}


def above_chance(count: int) -> float:
    """Return an accuracy for `count` balanced texts five standard deviations above that of guessing."""
    return 0.5 + 5 * math.sqrt(0.25 / count)


def opinions(count: int = 80, seed: int = 1) -> tuple[list[str], list[str]]:
    """Return texts in which one word determines the label."""
    draw = np.random.default_rng(seed)
    texts, labels = [], []
    for _ in range(count):
        words = draw.choice(REST, draw.integers(2, 8)).tolist()
        is_good = bool(draw.integers(2))
        words.insert(int(draw.integers(len(words) + 1)), str(draw.choice(GOOD if is_good else BAD)))
        texts.append(" ".join(words))
        labels.append("plus" if is_good else "minus")
    return texts, labels


def chunked(count: int = 60, seed: int = 1) -> tuple[list[list[str]], list[list[str]]]:
    """Return sentences in which the words determine the chunks: a determiner and a noun, or a verb."""
    draw = np.random.default_rng(seed)
    sentences, tags = [], []
    for _ in range(count):
        words: list[str] = []
        own: list[str] = []
        for _ in range(int(draw.integers(1, 4))):
            kind = int(draw.integers(3))
            if kind == 0:
                words += [str(draw.choice(["the", "a"])), str(draw.choice(["dog", "cat", "cow"]))]
                own += ["B-NP", "I-NP"]
            elif kind == 1:
                words.append(str(draw.choice(["barks", "sees", "runs"])))
                own.append("B-VP")
            else:
                words.append(str(draw.choice([",", "and"])))
                own.append("O")
        sentences.append(words)
        tags.append(own)
    return sentences, tags


@pytest.fixture
def quick() -> dict[str, Any]:
    """Return arguments of an estimator that is fitted within a second."""
    return dict(QUICK)


@pytest.fixture
def vectors() -> KeyedVectors:
    """Return vectors that separate good words from bad ones."""
    draw = np.random.default_rng(5)
    kv = KeyedVectors(6)
    for words, centre in ((GOOD, 1.0), (BAD, -1.0), (REST, 0.0)):
        for word in words:
            vector = draw.normal(0, 0.1, 6)
            vector[0] += centre
            kv.add_vector(word, vector)
    return kv


@pytest.fixture(scope="session")
def language_model() -> ELMo:
    """Return a language model with random parameters."""
    model = ELMo(dim=12, projection_dim=6, n_layers=2, char_dim=4, filters=[[1, 6], [2, 8]], n_highway=1)
    model.initialize(seed=3)
    return model
