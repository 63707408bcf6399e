"""The update of one window in float64, written from the published objectives, independently of the kernels.

A pair is an input vector x with a target. It is scored against output vectors y_j with labels t_j: 1 for the target and
0 for noise words (Mikolov et al. 2013, "Distributed representations of words and phrases", equation 4), or the branches
of the target's path in a binary tree, label 1 for code 0 (ibid., equation 3). Its loss is

    - sum_j r_j [ t_j log sigmoid(x . y_j) + (1 - t_j) log sigmoid(-x . y_j) ]

with r_j how often y_j was drawn, and a step of stochastic gradient descent moves

    x   += rate * sum_j r_j (t_j - sigmoid(x . y_j)) y_j
    y_j += rate * r_j (t_j - sigmoid(x . y_j)) x.

All pairs of a window take their step from the same old vectors. The change of an input row may be scaled (`factors`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["cbow_window", "concatenation_window", "pair_losses", "sigmoid", "skipgram_window"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def sigmoid(z: Floats) -> Floats:
    """Return 1 / (1 + exp(-z)) without overflow for large |z|."""
    return np.exp(-np.logaddexp(0.0, -z))


def pair_losses(scores: Floats, labels: Floats, repeats: Floats) -> float:
    """Return the loss of all pairs with these scores, shape (pairs, outputs)."""
    right = np.where(labels == 1.0, scores, -scores)
    return float((repeats * np.logaddexp(0.0, -right)).sum())


def skipgram_window(
    inputs: Floats,
    input_rows: Rows,
    outputs: Floats,
    output_rows: Rows,
    labels: Floats,
    repeats: Floats,
    rate: float,
    factors: Floats | None = None,
    *,
    train_output: bool = True,
) -> float:
    """Update both matrices for the pairs of each context word with the centre word; return the loss.

    Without `train_output` the output vectors are constants, and only the inputs descend (Di Carlo et al. 2019, section
    3: the matrix of the compass is not updated).
    """
    factors = np.ones(len(input_rows)) if factors is None else factors
    x, y = inputs[input_rows], outputs[output_rows]
    scores = x @ y.T
    errors = rate * repeats * (labels - sigmoid(scores))
    np.add.at(inputs, input_rows, factors[:, np.newaxis] * (errors @ y))
    if train_output:
        np.add.at(outputs, output_rows, errors.T @ x)
    return pair_losses(scores, labels, repeats)


def cbow_window(
    inputs: Floats,
    input_rows: Rows,
    outputs: Floats,
    output_rows: Rows,
    labels: Floats,
    repeats: Floats,
    rate: float,
    factors: Floats | None = None,
    *,
    mean: bool = True,
    train_output: bool = True,
) -> float:
    """Update with the mean of the context as input; every context word receives its full gradient.

    With the sum as input, each receives 1/n of the change.
    """
    n = len(input_rows)
    factors = np.ones(n) if factors is None else factors
    hidden = inputs[input_rows].sum(axis=0) / (n if mean else 1)
    y = outputs[output_rows]
    scores = y @ hidden
    errors = rate * repeats * (labels - sigmoid(scores))
    change = (errors @ y) / (1 if mean else n)
    np.add.at(inputs, input_rows, factors[:, np.newaxis] * change)
    if train_output:
        np.add.at(outputs, output_rows, np.outer(errors, hidden))
    return pair_losses(scores, labels, repeats)


def concatenation_window(
    inputs: Sequence[Floats],
    outputs: Floats,
    output_rows: Rows,
    labels: Floats,
    repeats: Floats,
    rate: float,
    *,
    train_output: bool = True,
) -> tuple[list[Floats], float]:
    """Update output vectors with the inputs, one after another, as one long input (Le and Mikolov 2014, section 2.2).

    Returns the change of each input, and the loss.
    """
    hidden = np.concatenate(inputs)
    y = outputs[output_rows]
    scores = y @ hidden
    errors = rate * repeats * (labels - sigmoid(scores))
    change = errors @ y
    if train_output:
        np.add.at(outputs, output_rows, np.outer(errors, hidden))
    return np.split(change, len(inputs)), pair_losses(scores, labels, repeats)
