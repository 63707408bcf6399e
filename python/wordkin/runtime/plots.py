"""Axes, figures and curves of all plots. matplotlib is imported when a plot is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .notebooks import in_notebook
from .optional_modules import import_optional

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "AxesChoice",
    "abbreviated",
    "axes_for",
    "chosen_metrics",
    "figure_of",
    "label_text",
    "plot_curve",
    "running_mean",
]

AxesChoice: TypeAlias = "Axes | Sequence[Axes] | None"


def axes_for(ax: AxesChoice, count: int, *, width: float, height: float) -> list[Axes]:
    """Return the axes to draw on: those that the user has given, or those of a new figure, next to each other.

    Parameters
    ----------
    ax : matplotlib Axes, sequence of Axes, or None
        What the user has given.
    count : int
        Number of axes needed.
    width, height : float
        Size of each of the new axes in inches.

    Returns
    -------
    list of Axes
        The axes. A new figure is not known to pyplot, which would show it and keep it in memory.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If `ax` is something else.
    ValueError
        If the number of axes is not `count`, or they belong to no figure.

    Examples
    --------
    >>> len(axes_for(None, 2, width=4, height=3))
    2
    """
    figure_module = import_optional("matplotlib.figure", "plots need", extra="plot", package="matplotlib")
    if ax is None:
        if in_notebook():
            _show_figures_in_cells(figure_module.Figure)
        figure = figure_module.Figure(figsize=(width * count, height), layout="constrained")
        return list(figure.subplots(1, count, squeeze=False)[0])
    given = list(np.ravel(np.asarray(ax, dtype=object)))
    for axes in given:
        if not (hasattr(axes, "plot") and hasattr(axes, "get_figure")):
            raise TypeError(f"ax must be matplotlib Axes, got {type(axes).__name__}")
    if len(given) != count:
        raise ValueError(f"ax must be {'Axes' if count == 1 else f'a sequence of {count} Axes'}, got {len(given)} Axes")
    figure_of(given[0])
    return given


def _show_figures_in_cells(figure_type: type[Figure]) -> None:
    """Let the notebook show figures that are values of cells; by itself, it does so only after pyplot has been used."""
    from IPython import get_ipython
    from IPython.core.pylabtools import select_figure_formats

    shell = get_ipython()
    formatters = shell.display_formatter.formatters.values()
    if not any(figure_type in formatter for formatter in formatters):
        select_figure_formats(shell, {"png"})


def figure_of(axes: Axes) -> Figure:
    """Return the figure of axes.

    Parameters
    ----------
    axes : matplotlib Axes
        The axes.

    Returns
    -------
    Figure
        The figure; of axes in a subfigure, the figure around it.

    Raises
    ------
    ValueError
        If the axes have been removed from their figure.

    Examples
    --------
    >>> figure_of(axes_for(None, 1, width=4, height=3)[0]).get_size_inches().tolist()
    [4.0, 3.0]
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("ax must belong to a figure")
    return figure


def abbreviated(number: float) -> str:
    """Return a large number in short, for the ticks of an axis.

    Parameters
    ----------
    number : float
        The number.

    Returns
    -------
    str
        At most four digits, with k for thousands and M for millions.

    Examples
    --------
    >>> [abbreviated(number) for number in (0, 950, 1500, 2_500_000)]
    ['0', '950', '1.5k', '2.5M']
    """
    for factor, letter in ((1e6, "M"), (1e3, "k")):
        if abs(number) >= factor:
            return f"{number / factor:.4g}{letter}"
    return f"{number:.4g}"


def chosen_metrics(metrics: str | Sequence[str] | None, available: Sequence[str], default: Sequence[str]) -> list[str]:
    """Return the names of the curves to plot.

    Parameters
    ----------
    metrics : str, sequence of str, or None
        What the user has chosen; None for the default.
    available : sequence of str
        Names that exist.
    default : sequence of str
        Names to plot by default.

    Returns
    -------
    list of str
        The names.

    Raises
    ------
    ValueError
        If a name does not exist, or there is none.

    Examples
    --------
    >>> chosen_metrics("loss", ["loss", "speed"], [])
    ['loss']
    """
    names = list(default) if metrics is None else [metrics] if isinstance(metrics, str) else list(metrics)
    for name in names:
        if name not in available:
            raise ValueError(f"metrics must be among {', '.join(map(repr, available))}, got {name!r}")
    if not names:
        raise ValueError("metrics must contain at least one name, got none")
    return names


def label_text(text: str, longest: int) -> str:
    """Return a word as it can be drawn: on one line, shortened, and without what fonts cannot show.

    Parameters
    ----------
    text : str
        The word.
    longest : int
        Maximum number of characters.

    Returns
    -------
    str
        The word, with U+FFFD in the place of control characters and lone surrogates.

    Examples
    --------
    >>> label_text("international", 6)
    'inter…'
    """
    drawn = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return drawn if len(drawn) <= longest else drawn[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def plot_curve(axes: Axes, x: ArrayLike, y: ArrayLike, label: str | None = None, **style: Any) -> None:
    """Draw a curve, with a marker at each point if there are few.

    Parameters
    ----------
    axes : matplotlib Axes
        Where to draw.
    x, y : array_like
        Coordinates of the points.
    label : str, optional
        Name of the curve in the legend.
    **style : object
        Further arguments of ``Axes.plot``.
    """
    points = np.asarray(x)
    axes.plot(points, np.asarray(y), marker="o" if len(points) <= 30 else None, markersize=4, label=label, **style)


def running_mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the mean of each value with those before it.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        The values.
    width : int
        Number of values of each mean (>= 1); fewer at the start.

    Returns
    -------
    ndarray of float64, shape (n,)
        The means.

    Examples
    --------
    >>> running_mean(np.array([1.0, 3.0, 5.0]), 2).tolist()
    [1.0, 2.0, 4.0]
    """
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    return means
