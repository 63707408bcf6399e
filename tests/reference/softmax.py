"""Softmax losses of word prediction in float64, written from the formulas and not from the C++.

A place has a hidden vector h (P) and a target word t. With output weights W (V, P) and biases b (V) a word's score is
f(w) = h . W_w + b_w, and the loss of the place is -log P(t).

Full softmax: P(w) = exp(f(w)) / sum_v exp(f(v)).

Sampled softmax (Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine Translation", section 3,
in the form that the original ELMo was trained with): all places share one set S of distinct negative words, drawn again
and again from the log-uniform distribution

    q(w) = log((w + 2) / (w + 1)) / log(V + 1)

until enough distinct ones are there, which took some number of tries. A word is then expected
c(w) = 1 - (1 - q(w))^tries times in S, and with g(w) = f(w) - log c(w)

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
    """Losses of the places (N), and the gradients of their sum."""

    losses: Floats
    hidden: Floats  # (N, P)
    weights: Floats  # (V, P)
    bias: Floats  # (V)


def log_uniform_probabilities(vocabulary: int) -> Floats:
    """q(w) for every word, shape (vocabulary)."""
    word = np.arange(vocabulary, dtype=np.float64)
    return np.log((word + 2) / (word + 1)) / np.log(vocabulary + 1)


def expected_counts(probabilities: Floats, tries: int) -> Floats:
    """How often a word is expected among the distinct words that `tries` draws gave."""
    return -np.expm1(tries * np.log1p(-probabilities))


def log_sum_exp(scores: Floats) -> Floats:
    """log sum exp over the last axis, which is kept."""
    greatest = scores.max(axis=-1, keepdims=True)
    return greatest + np.log(np.exp(scores - greatest).sum(axis=-1, keepdims=True))


def log_probabilities(hidden: Floats, weights: Floats, bias: Floats) -> Floats:
    """log P of every word in every place, shape (N, V)."""
    scores = hidden @ weights.T + bias
    return scores - log_sum_exp(scores)


def full_softmax(hidden: Floats, targets: Ids, weights: Floats, bias: Floats) -> Gradients:
    """The loss over the whole vocabulary."""
    logs = log_probabilities(hidden, weights, bias)
    places = np.arange(len(targets))
    errors = np.exp(logs)  # d loss / d score: P(w) - [w is the target]
    errors[places, targets] -= 1
    return Gradients(
        losses=-logs[places, targets], hidden=errors @ weights, weights=errors.T @ hidden, bias=errors.sum(axis=0)
    )


def sampled_softmax(
    hidden: Floats, targets: Ids, weights: Floats, bias: Floats, negatives: Ids, tries: int
) -> Gradients:
    """The loss against `negatives`, place by place."""
    corrections = np.log(expected_counts(log_uniform_probabilities(len(bias)), tries))
    losses = np.zeros(len(targets))
    d_hidden, d_weights, d_bias = np.zeros_like(hidden), np.zeros_like(weights), np.zeros_like(bias)
    for place, target in enumerate(targets):
        words = np.r_[target, negatives[negatives != target]]
        scores = weights[words] @ hidden[place] + bias[words] - corrections[words]
        logs = scores - log_sum_exp(scores)
        losses[place] = -logs[0]
        errors = np.exp(logs)
        errors[0] -= 1
        d_hidden[place] = errors @ weights[words]
        d_weights[words] += np.outer(errors, hidden[place])
        d_bias[words] += errors
    return Gradients(losses=losses, hidden=d_hidden, weights=d_weights, bias=d_bias)
