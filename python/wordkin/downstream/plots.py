"""Plots of what a network has learned, and how: attention weights of tokens, mixes of layers, and the training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..runtime.plots import AxesChoice, axes_for, chosen_metrics, figure_of, label_text, plot_curve
from .state import Floats, History, LayerMix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_attention", "plot_history", "plot_layer_mixes"]

_MAX_TOKENS = 40
_LONGEST_TOKEN = 30
_VALIDATION = "val_"


def plot_attention(tokens: Sequence[str], weights: Floats, title: str, ax: AxesChoice) -> Figure:
    """Draw the tokens of a text with bars for their weights.

    Parameters
    ----------
    tokens : sequence of str
        The tokens; of more than 40, those with the greatest weights are drawn.
    weights : ndarray of float32, shape (len(tokens),)
        Their weights.
    title : str
        Title of the plot.
    ax : matplotlib Axes or None
        Where to draw; None for a new figure.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If there are no tokens.
    """
    if not len(tokens):
        raise ValueError("text must have at least one token, got none")
    shown = np.sort(np.argsort(-weights, kind="stable")[:_MAX_TOKENS])
    (axes,) = axes_for(ax, 1, width=5.5, height=1.1 + 0.22 * len(shown))
    positions = np.arange(len(shown))
    axes.barh(positions, weights[shown], height=0.75)
    axes.set_yticks(positions, [label_text(tokens[index], _LONGEST_TOKEN) for index in shown.tolist()], fontsize=9)
    for label in axes.get_yticklabels():
        label.set_parse_math(False)  # a token may contain dollar signs
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlabel("attention weight")
    omitted = len(tokens) - len(shown)
    note = f"\n{len(shown)} of {len(tokens):,} tokens: those of the greatest weights" if omitted else ""
    axes.set_title(title + note, fontsize=10, parse_math=False)
    axes.grid(axis="x", alpha=0.3)
    axes.locator_params("x", nbins=5)
    axes.set_axisbelow(True)
    return figure_of(axes)


def plot_history(history: History, metrics: str | Sequence[str] | None, ax: AxesChoice) -> Figure:
    """Draw how training went.

    Parameters
    ----------
    history : dict of str to list of float
        Values of each metric, one for each epoch. Those of the validation are called ``val_`` and the name of the
        metric.
    metrics : str, sequence of str, or None
        Metrics to draw, each on separate axes; None for all but "seconds".
    ax : matplotlib Axes, sequence of Axes, or None
        Where to draw; None for a new figure.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If a metric is unknown, or there is no epoch.
    """
    known = list(dict.fromkeys(name.removeprefix(_VALIDATION) for name in history))
    if not any(history.values()):
        raise ValueError("history_ must have at least one epoch to be plotted, got none")
    names = chosen_metrics(metrics, known, [name for name in known if name != "seconds"])
    every_axes = axes_for(ax, len(names), width=4.8, height=3.4)
    for name, axes in zip(names, every_axes, strict=True):
        for key, label in ((name, "training"), (_VALIDATION + name, "validation")):
            if key in history:
                plot_curve(axes, np.arange(1, len(history[key]) + 1), history[key], label)
        axes.legend()
        axes.set_title(name)
        axes.set_xlabel("epoch")
        axes.locator_params("x", integer=True, nbins=6)
        axes.grid(alpha=0.3)
    return figure_of(every_axes[0])


def plot_layer_mixes(mixes: Sequence[LayerMix], ax: AxesChoice) -> Figure:
    """Draw the weights of the layers of each language model.

    Parameters
    ----------
    mixes : sequence of LayerMix
        The mixes.
    ax : matplotlib Axes or None
        Where to draw; None for a new figure.

    Returns
    -------
    Figure
        The figure.

    Raises
    ------
    ValueError
        If there are no mixes.
    """
    if not mixes:
        raise ValueError("embedding must contain an ELMo model to have a mix of layers to plot, got none")
    layers = max(len(mix["weights"]) for mix in mixes)
    (axes,) = axes_for(ax, 1, width=max(4.0, 1.5 + 0.6 * layers * len(mixes)), height=3.2)
    width = 0.8 / len(mixes)
    for number, mix in enumerate(mixes):
        shift = (number - (len(mixes) - 1) / 2) * width
        label = f"ELMo {number + 1}, " if len(mixes) > 1 else ""
        positions = np.arange(len(mix["weights"])) + shift
        bars = axes.bar(positions, mix["weights"], width * 0.95, label=f"{label}gamma {mix['gamma']:.3g}")
        axes.bar_label(bars, fmt="%.2f", fontsize=8, padding=1)
    axes.set_xticks(range(layers), ["tokens", *(f"layer {layer}" for layer in range(1, layers))])
    axes.set_ylabel("weight in the mix")
    axes.margins(y=0.12)
    axes.legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    return figure_of(axes)
