"""Layers of the downstream models in float64, from the formulas: mixing, pooling, losses and CRF.

Only the forward pass is written; `reference.tape` differentiates it.

Shapes: a text has T rows of H columns; a sentence T rows of K scores, one for each tag.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.tape import Node, concatenate, exp, log_sum_exp, maximum, power, tanh

__all__ = [
    "Chain",
    "attention",
    "attention_pooling",
    "best_path",
    "cross_entropy",
    "last_pooling",
    "log_partition",
    "max_pooling",
    "mean_pooling",
    "negative_log_likelihood",
    "path_scores",
    "scalar_mix",
    "sigmoid_cross_entropy",
]

Floats = NDArray[np.float64]
EPSILON = 1e-12  # added to variances


def attention(hidden: Node, weights: Node, bias: Node, direction: Node) -> Node:
    """Return alpha (T), the softmax over the rows of v . tanh(h W + b)."""
    scores = (tanh(hidden @ weights + bias) @ direction.reshape(-1, 1)).reshape(-1)
    return exp(scores - log_sum_exp(scores))


def attention_pooling(hidden: Node, weights: Node, bias: Node, direction: Node) -> Node:
    """Return the dynamic context vector (1, H)."""
    return (attention(hidden, weights, bias, direction).reshape(-1, 1) * hidden).sum(axis=0).reshape(1, -1)


def mean_pooling(hidden: Node) -> Node:
    return (hidden.sum(axis=0) * (1.0 / hidden.shape[0])).reshape(1, -1)


def max_pooling(hidden: Node) -> Node:
    return maximum(hidden, axis=0).reshape(1, -1)


def last_pooling(hidden: Node, forward_columns: int) -> Node:
    """Return the last row of the forward half and the first row of the backward half."""
    return concatenate([hidden[-1:, :forward_columns], hidden[:1, forward_columns:]], axis=1)


def weighted_layers(layers: Floats | Node, weights: Node, gamma: Node, *, normalized: bool) -> list[Node]:
    """Return each layer (T, H) of one text (T, layers, H) times its weight in the mix and gamma."""
    layers = layers if isinstance(layers, Node) else Node(layers)
    shares = exp(weights - log_sum_exp(weights))
    weighted = []
    for layer in range(layers.shape[1]):
        x = layers[:, layer]
        if normalized:
            count = x.value.size
            centred = x - x.sum() * (1.0 / count)
            variance = (centred * centred).sum() * (1.0 / count)
            x = centred * power(variance + EPSILON, -0.5)
        weighted.append(x * shares[layer] * gamma)
    return weighted


def scalar_mix(layers: Floats | Node, weights: Node, gamma: Node, *, normalized: bool) -> Node:
    """Mix the layers of one text: (T, layers, H) to (T, H)."""
    first, *others = weighted_layers(layers, weights, gamma, normalized=normalized)
    for layer in others:
        first = first + layer
    return first


def concatenated_layers(layers: Floats | Node, weights: Node, gamma: Node, *, normalized: bool) -> Node:
    """Concatenate the weighted layers of one text, times their number: (T, layers, H) to (T, layers * H)."""
    weighted = weighted_layers(layers, weights, gamma, normalized=normalized)
    return concatenate(weighted, axis=1) * float(len(weighted))


@dataclass(frozen=True)
class Chain:
    """The parameters of a linear-chain CRF."""

    transitions: Any  # Node (K, K), [from, to]
    start: Any  # Node (K)
    end: Any  # Node (K)


def log_partition(emissions: Node, chain: Chain) -> Node:
    """Return the logarithm of the sum over all paths of exp(score)."""
    alpha = chain.start + emissions[0]
    for t in range(1, emissions.shape[0]):
        alpha = log_sum_exp((alpha.reshape(-1, 1) + chain.transitions).T) + emissions[t]
    return log_sum_exp(alpha + chain.end)


def path_score(emissions: Node, tags: Sequence[int], chain: Chain) -> Node:
    score = chain.start[tags[0]] + chain.end[tags[-1]]
    for t, tag in enumerate(tags):
        score = score + emissions[t, tag]
        if t > 0:
            score = score + chain.transitions[tags[t - 1], tag]
    return score


def negative_log_likelihood(emissions: Node, tags: Sequence[int], chain: Chain) -> Node:
    return log_partition(emissions, chain) - path_score(emissions, tags, chain)


def path_scores(emissions: Floats, chain: Chain) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield every path and its score; only for short chains."""
    steps, tags = emissions.shape
    for path in itertools.product(range(tags), repeat=steps):
        yield path, float(path_score(Node(emissions), path, chain).value)


def best_path(emissions: Floats, chain: Chain) -> tuple[int, ...]:
    return max(path_scores(emissions, chain), key=lambda scored: scored[1])[0]


def cross_entropy(scores: Node, targets: NDArray[Any]) -> Node:
    """Return -log softmax(scores)[target] of each row (N)."""
    return log_sum_exp(scores) - scores[np.arange(len(targets)), targets]


def sigmoid_cross_entropy(scores: Node, targets: NDArray[Any]) -> Node:
    """Return the mean over the columns of log(1 + exp(score)) - target * score (N)."""
    rows, columns = scores.shape
    both = concatenate([scores.reshape(-1, 1), Node(np.zeros((rows * columns, 1)))], axis=1)
    terms = log_sum_exp(both).reshape(rows, columns) - scores * np.asarray(targets, dtype=np.float64)
    return terms.sum(axis=1) * (1.0 / columns)
