"""Reports of training runs, and results of evaluation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ..runtime.notebooks import html_table
from ..runtime.plots import AxesChoice, axes_for, chosen_metrics, figure_of, plot_curve, running_mean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "ELMoTrainingReport",
    "Perplexity",
    "StopReason",
    "Validation",
    "best_validation",
    "perplexity_of",
    "validations_without_improvement",
]

StopReason = Literal["epochs", "max_steps", "max_seconds", "decay_seconds", "patience", "interrupted", "error"]


def perplexity_of(loss: float) -> float:
    """Return the perplexity of a mean cross-entropy.

    Parameters
    ----------
    loss : float
        Mean cross-entropy in nats.

    Returns
    -------
    float
        ``exp(loss)``; infinity where that overflows or the loss is NaN.

    Examples
    --------
    >>> perplexity_of(0.0), perplexity_of(1e6)
    (1.0, inf)
    """
    return math.exp(loss) if loss < 700 else math.inf


@dataclass(frozen=True, kw_only=True)
class Perplexity:
    """Perplexity of a text under the full softmax, up to and including its last word.

    Parameters
    ----------
    forward : float
        Perplexity of the forward language model.
    backward : float
        Perplexity of the backward language model.
    tokens : int
        Number of predictions in each direction: words, and one sentence end per sentence.
    unknown_tokens : int
        Number of predictions of words outside the vocabulary, all of which count as the unknown word.

    Examples
    --------
    >>> Perplexity(forward=4.0, backward=9.0, tokens=5, unknown_tokens=0).geometric_mean
    6.0
    """

    forward: float
    backward: float
    tokens: int
    unknown_tokens: int

    @property
    def mean(self) -> float:
        """Arithmetic mean of both directions, as published in papers."""
        return (self.forward + self.backward) / 2

    @property
    def geometric_mean(self) -> float:
        """Exponential of the mean loss of both directions, as the test program of the original prints it."""
        return math.sqrt(self.forward) * math.sqrt(self.backward)


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Result of one validation.

    Parameters
    ----------
    step : int
        Number of training steps before the validation.
    seconds : float
        Time since the start of the call in seconds.
    perplexity : Perplexity
        Perplexity of the validation text.
    """

    step: int
    seconds: float
    perplexity: Perplexity


def best_validation(validations: Sequence[Validation]) -> Validation | None:
    """Return the validation with the lowest perplexity.

    Parameters
    ----------
    validations : sequence of Validation
        Validations to compare by the geometric mean of both directions.

    Returns
    -------
    Validation or None
        The first of the best; None if there are none.
    """
    return min(validations, key=lambda validation: validation.perplexity.geometric_mean, default=None)


def validations_without_improvement(validations: Sequence[Validation]) -> int:
    """Return the number of validations since the best one.

    Parameters
    ----------
    validations : sequence of Validation
        Validations in chronological order.

    Returns
    -------
    int
        Number of validations after the best one; 0 if there are none.
    """
    best = best_validation(validations)
    return 0 if best is None else len(validations) - 1 - validations.index(best)


_METRICS = ("loss", "perplexity", "gradient_norm", "learning_rate")
_LONGEST_TABLE = 20  # validations of the table in notebooks


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ELMoTrainingReport:
    """Result of one call of `ELMo.train`.

    Parameters
    ----------
    first_step : int
        Number of steps of this run before this call; not 0 if the run was resumed.
    steps : int
        Number of steps of this run after this call.
    steps_per_epoch : int
        Number of steps in an epoch.
    losses : ndarray of float64, shape (steps of this call, 2)
        Mean cross-entropy of each step, forward and backward. With the sampled softmax it is an estimate whose scale
        differs from that of the full softmax.
    gradient_norms : ndarray of float64, shape (steps of this call,)
        Norms of the gradients before clipping.
    learning_rates : ndarray of float64, shape (steps of this call,)
        Learning rate of each step.
    validations : tuple of Validation
        All validations of the run, including those before a resumption.
    tokens : int
        Number of tokens read in each direction in this call.
    seconds : float
        Duration of this call in seconds.
    tokens_per_second : float
        Tokens per second in each direction, counting only the time of training steps.
    softmax : {"sampled", "full"}
        Softmax that was used: "full" if requested, or if the vocabulary is not larger than the sample.
    stopped_by : str
        Why training stopped: "epochs", "max_steps", "max_seconds", "decay_seconds", "patience", "interrupted" or
        "error".
    checkpoint : str or None
        Path of the newest checkpoint.
    checkpoint_failures : tuple of str
        Errors of checkpoints that could not be written.
    workers : int
        Number of threads of the training steps; fewer than requested if the system refused to start more.
    isa : str
        Instruction set.
    """

    first_step: int
    steps: int
    steps_per_epoch: int
    losses: NDArray[np.float64]
    gradient_norms: NDArray[np.float64]
    learning_rates: NDArray[np.float64]
    validations: tuple[Validation, ...]
    tokens: int
    seconds: float
    tokens_per_second: float
    softmax: Literal["sampled", "full"]
    stopped_by: StopReason
    checkpoint: str | None
    checkpoint_failures: tuple[str, ...]
    workers: int
    isa: str

    @property
    def interrupted(self) -> bool:
        """Whether training was stopped by an exception, including KeyboardInterrupt."""
        return self.stopped_by in ("interrupted", "error")

    @property
    def best(self) -> Validation | None:
        """Validation with the lowest perplexity (geometric mean of both directions)."""
        return best_validation(self.validations)

    def plot(self, metrics: str | Sequence[str] | None = None, *, ax: AxesChoice = None) -> Figure:
        """Draw how training went, with matplotlib.

        Parameters
        ----------
        metrics : str, sequence of str, or None, default None
            Curves to draw, each on separate axes: "loss" of the training steps in both directions, with the mean of the
            last 1 % of them; "perplexity" of the validations in both directions; "gradient_norm"; "learning_rate". By
            default, the loss, and the perplexity if there were validations.
        ax : matplotlib Axes, sequence of Axes, or None, default None
            Where to draw, one for each metric; None for a new figure.

        Returns
        -------
        matplotlib Figure
            The figure. It is not shown; Jupyter shows it if it is the value of a cell, and ``savefig`` writes it.

        Raises
        ------
        ValueError
            If there was no step or no validation to draw, or an argument is out of range.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from wordkin import ELMo
        >>> sentences = [["apples", "and", "pears"], ["pears", "and", "plums"]] * 20
        >>> model = ELMo(dim=16, projection_dim=8, n_layers=1, char_dim=4, filters=[[1, 8]], n_highway=0)
        >>> report = model.train(sentences, epochs=2, batch_size=2, unroll_steps=5, min_count=1, progress=False)
        >>> report.plot().savefig("training.png")  # doctest: +SKIP
        """
        names = chosen_metrics(metrics, _METRICS, ("loss", "perplexity") if self.validations else ("loss",))
        if "perplexity" in names and not self.validations:
            raise ValueError("the report must have at least one validation to plot 'perplexity', got none")
        if names != ["perplexity"] and not len(self.losses):
            raise ValueError("the report must have at least one step to be plotted, got none")
        every_axes = axes_for(ax, len(names), width=4.8, height=3.4)
        for name, axes in zip(names, every_axes, strict=True):
            if name == "perplexity":
                self._plot_perplexity(axes)
            else:
                self._plot_steps(axes, name)
            axes.set_xlabel("step")
            axes.locator_params("x", integer=True, nbins=6)
            axes.grid(alpha=0.3)
        return figure_of(every_axes[0])

    def _plot_steps(self, axes: Axes, name: str) -> None:
        steps = np.arange(self.first_step + 1, self.first_step + len(self.losses) + 1)
        if name == "loss":
            width = max(1, len(steps) // 100)
            for values, label, colour in zip(self.losses.T, ("forward", "backward"), ("C0", "C1"), strict=True):
                if width > 1:
                    axes.plot(steps, values, color=colour, alpha=0.25, linewidth=0.7)
                plot_curve(axes, steps, running_mean(values, width), label, color=colour)
            axes.legend()
            axes.set_title(f"training loss ({self.softmax} softmax)")
        else:
            plot_curve(axes, steps, self.gradient_norms if name == "gradient_norm" else self.learning_rates)
            axes.set_ylim(bottom=0)
            axes.set_title(name.replace("_", " "))

    def _plot_perplexity(self, axes: Axes) -> None:
        steps = [validation.step for validation in self.validations]
        for label in ("forward", "backward"):
            values = [getattr(validation.perplexity, label) for validation in self.validations]
            plot_curve(axes, steps, values, label)
        best = self.best
        if best is not None:
            axes.axvline(best.step, color="0.5", linestyle=":", label="best")
        axes.legend()
        axes.set_title("validation perplexity")

    @property
    def summary(self) -> str:
        """Number of steps, best perplexity, speed, and why training stopped, in one line."""
        best = "" if self.best is None else f", best perplexity {self.best.perplexity.geometric_mean:.4g}"
        speed = f"{self.tokens_per_second:,.0f} tokens/s"
        return f"{len(self.losses):,} steps{best}, {speed}, stopped by {self.stopped_by}"

    def __repr__(self) -> str:
        return f"<ELMoTrainingReport of {self.summary}>"

    def _repr_html_(self) -> str:
        shown = self.validations[-_LONGEST_TABLE:]
        omitted = len(self.validations) - len(shown)
        notes = [
            f"steps {self.first_step + 1:,} to {self.steps:,}" if len(self.losses) else "no steps",
            f"{self.tokens_per_second:,.0f} tokens/s",
            f"workers: {self.workers}, {self.isa}",
            f"stopped by {self.stopped_by}",
            *([f"{omitted:,} earlier validations are not shown"] if omitted else []),
        ]
        return html_table(
            "Training of a language model" + ("" if shown else ", without validations"),
            ("step", "seconds", "forward perplexity", "backward perplexity") if shown else (),
            [(each.step, each.seconds, each.perplexity.forward, each.perplexity.backward) for each in shown],
            note="; ".join(notes),
        )
