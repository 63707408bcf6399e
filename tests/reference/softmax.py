"""Softmax losses of word prediction in float64, written from the formulas, independently of the C++ code.

Each position has a hidden vector h (P) and a target word t. With output weights W (V, P) and biases b (V), the score of
a word is f(w) = h . W_w + b_w, and the loss of the position is -log P(t).

Full softmax: P(w) = exp(f(w)) / sum_v exp(f(v)).

Sampled softmax (Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine Translation", section 3,
in the form that the original ELMo was trained with): all positions share one set S of distinct negative words, drawn
repeatedly from the log-uniform distribution

    q(w) = log((w + 2) / (w + 1)) / log(V + 1)

until S has the required size; `tries` is the number of draws. The expected count of a word in S is
c(w) = 1 - (1 - q(w))^tries, and with g(w) = f(w) - log c(w)

    P(t) = exp(g(t)) / (exp(g(t)) + sum_{s in S, s != t} exp(g(s))).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Gradients",
    "expected_counts",
    "full_softmax",
    "log_probabilities",
    "log_uniform_probabilities",
    "sampled_softmax",
]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Gradients:
    """Losses of N positions, and the gradients of their sum."""

    losses: Floats
    hidden: Floats  # (N, P)
    weights: Floats  # (V, P)
    bias: Floats  # (V)


def log_uniform_probabilities(vocabulary: int) -> Floats:
    """Return q(w) for every word, shape (vocabulary)."""
    word = np.arange(vocabulary, dtype=np.float64)
    return np.log((word + 2) / (word + 1)) / np.log(vocabulary + 1)


def expected_counts(probabilities: Floats, tries: int) -> Floats:
    """Return c(w): the probability that a word is among the distinct words of `tries` draws."""
    return -np.expm1(tries * np.log1p(-probabilities))


def log_sum_exp(scores: Floats) -> Floats:
    """Return log sum exp over the last axis, which is kept."""
    greatest = scores.max(axis=-1, keepdims=True)
    return greatest + np.log(np.exp(scores - greatest).sum(axis=-1, keepdims=True))


def log_probabilities(hidden: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return log P of every word at every position, shape (N, V)."""
    scores = hidden @ weights.T + bias
    return scores - log_sum_exp(scores)


def full_softmax(hidden: Floats, targets: Ids, weights: Floats, bias: Floats) -> Gradients:
    """Return the loss over the whole vocabulary."""
    logs = log_probabilities(hidden, weights, bias)
    positions = np.arange(len(targets))
    errors = np.exp(logs)  # d loss / d score: P(w) - [w is the target]
    errors[positions, targets] -= 1
    return Gradients(
        losses=-logs[positions, targets], hidden=errors @ weights, weights=errors.T @ hidden, bias=errors.sum(axis=0)
    )


def sampled_softmax(
    hidden: Floats, targets: Ids, weights: Floats, bias: Floats, negatives: Ids, tries: int
) -> Gradients:
    """Return the loss against `negatives`, computed one position at a time."""
    corrections = np.log(expected_counts(log_uniform_probabilities(len(bias)), tries))
    losses = np.zeros(len(targets))
    d_hidden, d_weights, d_bias = np.zeros_like(hidden), np.zeros_like(weights), np.zeros_like(bias)
    for position, target in enumerate(targets):
        words = np.r_[target, negatives[negatives != target]]
        scores = weights[words] @ hidden[position] + bias[words] - corrections[words]
        logs = scores - log_sum_exp(scores)
        losses[position] = -logs[0]
        errors = np.exp(logs)
        errors[0] -= 1
        d_hidden[position] = errors @ weights[words]
        d_weights[words] += np.outer(errors, hidden[position])
        d_bias[words] += errors
    return Gradients(losses=losses, hidden=d_hidden, weights=d_weights, bias=d_bias)
