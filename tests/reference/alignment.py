"""Plain definitions of retrieval by CSLS and of VecMap's supervised mapping, from their papers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def unit(rows: Matrix) -> Matrix:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def csls(source: Matrix, target: Matrix, neighbourhood: int) -> Matrix:
    """All scores of source rows with target rows (Conneau et al., 2018, section 2.3)."""
    cosines = unit(source) @ unit(target).T
    to_target = np.sort(cosines, axis=1)[:, -neighbourhood:].mean(axis=1)
    to_source = np.sort(cosines, axis=0)[-neighbourhood:].mean(axis=0)
    return 2 * cosines - to_target[:, np.newaxis] - to_source[np.newaxis]


def supervised_mapping(
    source: Matrix, target: Matrix, pairs: list[tuple[int, int]], reweight: float
) -> tuple[Matrix, Matrix]:
    """Both mapped matrices (Artetxe et al., 2018, section 3): normalise, whiten, map, re-weight, de-whiten.

    The inverse square root of the covariance is taken from its eigenvalues, not from singular values of the rows.
    """
    spaces = []
    for rows in (source, target):
        rows = unit(rows)
        spaces.append(unit(rows - rows.mean(axis=0)))
    chosen = [spaces[side][[pair[side] for pair in pairs]] for side in (0, 1)]
    whitening, unwhitening = [], []
    for rows in chosen:
        values, vectors = np.linalg.eigh(rows.T @ rows)
        whitening.append(vectors @ np.diag(values**-0.5) @ vectors.T)
        unwhitening.append(vectors @ np.diag(values**0.5) @ vectors.T)
    left, strengths, right = np.linalg.svd((chosen[0] @ whitening[0]).T @ (chosen[1] @ whitening[1]))
    mapped = []
    for side, rotation in enumerate((left, right.T)):
        rows = spaces[side] @ whitening[side] @ rotation
        rows = rows * strengths**reweight
        mapped.append(rows @ rotation.T @ unwhitening[side] @ rotation)
    return mapped[0], mapped[1]
