"""Losses, steps and product quantisation of supervised fastText training, in plain NumPy (Joulin et al. 2017, 2016)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference.fasttext_prediction import huffman_paths

Matrix = NDArray[np.float64]


def logistic(score: Matrix) -> Matrix:
    """Return 1 / (1 + exp(-score))."""
    probability: Matrix = 1 / (1 + np.exp(-score))
    return probability


def targets_of(loss: str, labels: Sequence[int], target: int, counts: list[int]) -> tuple[list[int], list[int]]:
    """Return the output rows that a line trains, and the label (0 or 1) of each; not for negative sampling."""
    if loss == "hs":
        path = huffman_paths(counts)[target]
        return [node for node, _ in path], [int(is_right) for _, is_right in path]
    if loss == "ova":
        return list(range(len(counts))), [int(label in labels) for label in range(len(counts))]
    return list(range(len(counts))), [int(label == target) for label in range(len(counts))]


def loss_of(loss: str, hidden: Matrix, output: Matrix, rows: list[int], targets: list[int]) -> float:
    """Return the loss of one line."""
    scores = output[rows] @ hidden
    if loss == "softmax":
        return float(np.log(np.exp(scores).sum()) - scores[targets.index(1)])
    signs = 2 * np.array(targets) - 1
    return float(np.log1p(np.exp(-signs * scores)).sum())


def step(
    loss: str, inputs: Matrix, output: Matrix, line: list[int], rows: list[int], targets: list[int], rate: float
) -> float:
    """Train one line in place, and return its loss before the step.

    The input rows are changed by the gradient of the hidden vector, their mean, divided by their number; a row that
    occurs twice is changed twice.
    """
    hidden = inputs[line].mean(axis=0)
    value = loss_of(loss, hidden, output, rows, targets)
    scores = output[rows] @ hidden
    if loss == "softmax":
        exponentials = np.exp(scores - scores.max())
        probabilities = exponentials / exponentials.sum()
    else:
        probabilities = logistic(scores)
    gradients = rate * (np.array(targets) - probabilities)
    change = gradients @ output[rows]
    np.add.at(output, rows, np.outer(gradients, hidden))
    np.add.at(inputs, line, change / len(line))
    return value


def nearest(points: Matrix, centroids: Matrix) -> NDArray[np.intp]:
    """Return the nearest centroid of each point, the first of those equally near."""
    distances = ((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    return distances.argmin(axis=1)
