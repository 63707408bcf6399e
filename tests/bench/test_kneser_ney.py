"""The trigram baseline of the ELMo benchmark, on a few sentences."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FILE = Path(__file__).resolve().parents[2] / "bench" / "rivals" / "kneser_ney.py"
BEGIN, END, WORDS = 0, 1, 9
SENTENCES = [[2, 3, 4], [2, 3, 5, 4], [3, 4], [2, 3, 4, 6], [7, 3, 2, 3], [2], [5, 6, 6, 6, 6], [2, 5, 7, 3, 4]] * 2 + [
    [8]
]


@pytest.fixture(scope="module")
def kneser_ney() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kneser_ney", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def marked(kneser_ney: ModuleType) -> np.ndarray:
    ids = np.array([word for sentence in SENTENCES for word in sentence], dtype=np.int32)
    return kneser_ney.framed(ids, np.cumsum([len(sentence) for sentence in SENTENCES]), BEGIN, END)


class ByDefinition:
    """The equations of Chen and Goodman, written literally with one dictionary per order."""

    def __init__(self) -> None:
        framed = [[BEGIN, *sentence, END] for sentence in SENTENCES]
        triples = Counter(tuple(s[i : i + 3]) for s in framed for i in range(len(s) - 2))
        begins = Counter((BEGIN, s[1]) for s in framed)
        pairs = Counter({pair: len({t[0] for t in triples if t[1:] == pair}) for pair in {t[1:] for t in triples}})
        pairs.update(begins)
        ones = Counter(pair[1:] for pair in pairs)
        self.orders = [ones, pairs, triples]

    def probability(self, context: tuple[int, ...], word: int) -> float:
        counts = self.orders[len(context)]
        frequencies = Counter(counts.values())
        n1, n2, n3, n4 = (max(frequencies[count], 1) for count in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        discounts = [0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
        discounts = [min(max(discount, 0.0), float(most)) for most, discount in enumerate(discounts)]
        lower = self.probability(context[1:], word) if context else 1 / (WORDS - 1)
        continuations = {gram: count for gram, count in counts.items() if gram[:-1] == context}
        total = sum(continuations.values())
        if total == 0:
            return lower
        own = continuations.get((*context, word), 0)
        left_over = sum(discounts[min(count, 3)] for count in continuations.values())
        return (own - discounts[min(own, 3)] + left_over * lower) / total


def test_sentences_are_framed_by_boundary_markers(kneser_ney: ModuleType) -> None:
    marked = kneser_ney.framed(np.array([5, 6, 7], dtype=np.int32), np.array([2, 3]), BEGIN, END)
    assert marked.tolist() == [BEGIN, 5, 6, END, BEGIN, 7, END]


def test_probabilities_match_the_definition_and_sum_to_one(kneser_ney: ModuleType, marked: np.ndarray) -> None:
    model = kneser_ney.Trigrams(marked, words=WORDS, begin=BEGIN)
    definition = ByDefinition()
    words = np.arange(1, WORDS)
    contexts = [(-1, BEGIN)] + [(a, b) for a in range(WORDS) for b in range(2, WORDS) if a != END]
    for before, previous in contexts:
        found = model.probabilities(np.full(len(words), before), np.full(len(words), previous), words)
        context = (previous,) if before < 0 else (before, previous)
        assert np.allclose(found, [definition.probability(context, word) for word in words.tolist()], rtol=1e-12)
        assert found.sum() == pytest.approx(1.0, abs=1e-12)


def test_perplexity_counts_words_and_sentence_ends(kneser_ney: ModuleType, marked: np.ndarray) -> None:
    model = kneser_ney.Trigrams(marked, words=WORDS, begin=BEGIN)
    definition = ByDefinition()
    text = kneser_ney.framed(np.array([2, 3, 8], dtype=np.int32), np.array([3]), BEGIN, END)
    perplexity, predictions = kneser_ney.perplexity(model, text)
    steps = [((BEGIN,), 2), ((BEGIN, 2), 3), ((2, 3), 8), ((3, 8), END)]
    losses = [-np.log(definition.probability(context, word)) for context, word in steps]
    assert predictions == 4
    assert perplexity == pytest.approx(np.exp(np.mean(losses)), rel=1e-12)
