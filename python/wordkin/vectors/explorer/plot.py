"""A picture of some words for print, drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_words"]


def plot_words(words: list[str], positions: NDArray[Any], axes: Axes | None) -> Figure:
    """Draw labelled points.

    Parameters
    ----------
    words : list of str
        The labels.
    positions : ndarray, shape (len(words), 2)
        The points.
    axes : matplotlib Axes or None
        Where to draw; None for a new figure.

    Returns
    -------
    Figure
        The figure, which is not shown.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If `axes` has been removed from its figure.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'wordkin[plot]'") from error
    if axes is None:
        side = float(np.clip(4 + len(words) / 25, 5, 14))
        axes = Figure(figsize=(side * 1.2, side), layout="constrained").subplots()
    axes.scatter(positions[:, 0], positions[:, 1], s=14)
    for word, (x, y) in zip(words, positions.tolist(), strict=True):
        # Without parsing as mathematics, a word may contain dollar signs.
        axes.annotate(word, (x, y), xytext=(4, 3), textcoords="offset points", fontsize=9, parse_math=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.margins(0.12)
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("ax must belong to a figure")
    return figure
