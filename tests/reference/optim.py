"""Optimizers in float64, written from the formulas, independently of the C++ code.

With g the gradient after clipping:

Adagrad (Duchi et al. 2011), as the original ELMo uses it: the accumulator a starts at 1 and

    a <- a + g^2        w <- w - rate * g / sqrt(a).

Adam (Kingma and Ba 2015, algorithm 1): the moments start at 0 and in step n = 1, 2, ...

    m <- b1 m + (1 - b1) g      v <- b2 v + (1 - b2) g^2
    w <- w - rate * (m / (1 - b1^n)) / (sqrt(v / (1 - b2^n)) + epsilon).

Clipping by the global norm (Pascanu et al. 2013): every gradient times min(1, limit / norm), norm^2 the sum of squares
over all gradients. Where only some rows of a matrix have a gradient, the others are not touched by either optimiser;
for Adam that means that their moments do not decay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["adagrad", "adam", "clip_scale", "dense_rows", "global_norm"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


def global_norm(gradients: list[Floats]) -> float:
    """Return the norm of all gradients, concatenated into one vector."""
    return float(np.sqrt(sum(float((gradient**2).sum()) for gradient in gradients)))


def clip_scale(norm: float, limit: float) -> float:
    """Return the factor for every gradient; a limit of 0 disables clipping."""
    return min(1.0, limit / norm) if limit > 0 and norm > 0 else 1.0


def dense_rows(ids: Ids, values: Floats, rows: int) -> Floats:
    """Return a matrix in which row ids[i] is the sum of all values[i]; other rows are 0."""
    dense = np.zeros((rows, *values.shape[1:]))
    np.add.at(dense, ids, values)
    return dense


def adagrad(weights: Floats, accumulator: Floats, gradient: Floats, rate: float) -> None:
    """Update weights and accumulator in place."""
    accumulator += gradient**2
    weights -= rate * gradient / np.sqrt(accumulator)


def adam(
    weights: Floats,
    first: Floats,
    second: Floats,
    gradient: Floats,
    rate: float,
    step: int,
    betas: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
) -> None:
    """Update weights and moments in place; steps are counted from 1."""
    first += (1 - betas[0]) * (gradient - first)
    second += (1 - betas[1]) * (gradient**2 - second)
    corrected = first / (1 - betas[0] ** step), second / (1 - betas[1] ** step)
    weights -= rate * corrected[0] / (np.sqrt(corrected[1]) + epsilon)
