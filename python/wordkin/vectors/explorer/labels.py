"""Positions of labels beside the points of a plot, such that few labels overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["label_corners"]

_GAP = 4.0  # between a point and its label, in the unit of the positions
# Positions of a label: the shift of its lower left corner from the point, in widths, heights and gaps.
_PLACES = np.array(
    [
        [0, -0.5, 1, 0],  # to the right of the point
        [0, 0, 0.7, 0.7],  # above right
        [0, -1, 0.7, -0.7],  # below right
        [-1, -0.5, -1, 0],
        [-1, 0, -0.7, 0.7],
        [-1, -1, -0.7, -0.7],
        [-0.5, 0, 0, 1],
        [-0.5, -1, 0, -1],
    ]
)


def label_corners(
    points: NDArray[np.float64], sizes: NDArray[np.float64], *, may_overlap: bool = True
) -> NDArray[np.float64]:
    """Choose the position of each label, in order.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Positions of the points.
    sizes : ndarray of float64, shape (n, 2)
        Width and height of the labels, in the unit of the positions.
    may_overlap : bool, default True
        Whether labels that cannot be placed without overlap are placed nevertheless.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Lower left corner of each label: the one of eight positions that overlaps least with earlier labels and with
        points. NaN for labels that are left out.

    Examples
    --------
    >>> label_corners(np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([[20.0, 8.0], [20.0, 8.0]])).tolist()
    [[2.8, 2.8], [12.8, -10.8]]
    """
    corners = np.empty_like(points)
    for index, (point, size) in enumerate(zip(points, sizes, strict=True)):
        lows = point + _PLACES[:, :2] * size + _PLACES[:, 2:] * _GAP
        highs = lows + size
        placed = corners[:index]
        common = np.minimum(highs[:, np.newaxis], placed + sizes[:index]) - np.maximum(lows[:, np.newaxis], placed)
        covered = np.nan_to_num(common).clip(min=0).prod(axis=2).sum(axis=1)
        hidden = ((points >= lows[:, np.newaxis]) & (points <= highs[:, np.newaxis])).all(axis=2).sum(axis=1)
        best = int(np.argmin(covered + hidden * size[1] ** 2))
        corners[index] = lows[best] if may_overlap or covered[best] == 0 else np.nan
    return corners
