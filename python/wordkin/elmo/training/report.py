"""Results of training and evaluation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ELMoTrainingReport",
    "Perplexity",
    "StopReason",
    "Validation",
    "best_validation",
    "perplexity_of",
    "validations_without_improvement",
]

StopReason = Literal["epochs", "max_steps", "max_seconds", "patience", "interrupted", "error"]


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


@dataclass(frozen=True, kw_only=True, eq=False)
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
        Why training stopped: "epochs", "max_steps", "max_seconds", "patience", "interrupted" or "error".
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
