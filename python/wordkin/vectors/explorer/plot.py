"""A picture of some words for print, drawn with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...runtime.plots import AxesChoice, axes_for, figure_of, label_text
from .labels import label_corners

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MAX_LABELS", "plot_words"]

MAX_LABELS = 300
_LONGEST_LABEL = 40
_FONT_SIZE = 9
_MARGIN = 0.12
# Scripts that matplotlib's font lacks; those of these that are installed complement it.
_FURTHER_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Arial Unicode MS",
    "Unifont",
)


def plot_words(words: list[str], positions: NDArray[Any], given: int, ax: AxesChoice) -> Figure:
    """Draw labelled points; of more than 300 points, those of the first 300 are labelled that have space.

    Parameters
    ----------
    words : list of str
        The labels.
    positions : ndarray, shape (len(words), 2)
        The points.
    given : int
        Number of words that the user gave, of which these are the first.
    ax : matplotlib Axes or None
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
        If `ax` has been removed from its figure.
    """
    side = float(np.clip(4 + len(words) / 25, 5, 14))
    (axes,) = axes_for(ax, 1, width=side * 1.2, height=side)
    is_crowded = len(words) > MAX_LABELS
    size, alpha = (3, 0.4) if is_crowded else (14, 1.0)
    axes.scatter(positions[:, 0], positions[:, 1], s=size, alpha=alpha, linewidths=0, rasterized=is_crowded)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.margins(_MARGIN)
    _add_labels(axes, [label_text(word, _LONGEST_LABEL) for word in words[:MAX_LABELS]], positions)
    notes = [f"the first {len(words):,} of {given:,} words"] if given > len(words) else []
    notes += [f"labels among the first {MAX_LABELS} words"] if is_crowded else []
    if notes:
        axes.set_title("; ".join(notes), fontsize=10)
    return figure_of(axes)


def _add_labels(axes: Axes, words: list[str], positions: NDArray[Any]) -> None:
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties, fontManager
    from matplotlib.patheffects import withStroke

    installed = {font.name for font in fontManager.ttflist}
    font = FontProperties(
        family=[*rcParams["font.family"], *(name for name in _FURTHER_FONTS if name in installed)], size=_FONT_SIZE
    )
    is_crowded = len(words) < len(positions)
    # In files, text with effects is a set of curves that cannot be edited, hence the halo only where it is needed.
    effects = [withStroke(linewidth=2, foreground=axes.get_facecolor())] if is_crowded else []
    points = _in_points(axes, positions)[: len(words)]
    # Texts are measured roughly: exact sizes need a renderer, which figures have only when they are drawn.
    sizes = np.array([[0.62 * _FONT_SIZE * _columns(word), 1.2 * _FONT_SIZE] for word in words])
    corners = label_corners(points, sizes, may_overlap=not is_crowded)
    for word, position, shift in zip(words, positions.tolist(), corners - points, strict=False):
        if np.isnan(shift[0]):
            continue
        # Without parsing as mathematics, a word may contain dollar signs.
        axes.annotate(
            word,
            position,
            xytext=tuple(shift.tolist()),
            textcoords="offset points",
            fontproperties=font,
            parse_math=False,
            path_effects=effects,
            verticalalignment="bottom",
        )


def _columns(word: str) -> float:
    """Return the width of a word in letters, of which Chinese and similar characters take almost two."""
    return sum(1.7 if "\u2e80" <= char <= "\uffdc" else 1.0 for char in word)


def _in_points(axes: Axes, positions: NDArray[Any]) -> NDArray[np.float64]:
    box = axes.get_window_extent()
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    span = np.where(high > low, high - low, 1.0) * (1 + 2 * _MARGIN)
    extent = np.array([box.width, box.height]) / figure_of(axes).dpi * 72
    points: NDArray[np.float64] = (positions - low) / span * extent
    return points
