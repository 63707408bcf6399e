"""What a training did, and how well a model predicts a text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["ELMoTrainingReport", "End", "Perplexity", "Validation", "perplexity_of"]

End = Literal["epochs", "max_steps", "max_seconds", "patience", "interrupted", "error"]


def perplexity_of(loss: float) -> float:
    """Return the perplexity of a mean cross entropy.

    Examples
    --------
    >>> perplexity_of(0.0), perplexity_of(1e6)
    (1.0, inf)
    """
    return math.exp(loss) if loss < 700 else math.inf


@dataclass(frozen=True, kw_only=True)
class Perplexity:
    """How well a model predicts a text, with the full softmax and to its last word.

    Parameters
    ----------
    forward, backward
        Perplexity of each direction.
    tokens
        Predictions in each direction: words, and an end for each sentence.
    unknown_tokens
        Those of words that are not in the vocabulary, and count as one unknown word.
    """

    forward: float
    backward: float
    tokens: int
    unknown_tokens: int

    @property
    def mean(self) -> float:
        """The mean of both directions, as papers give it."""
        return (self.forward + self.backward) / 2

    @property
    def geometric_mean(self) -> float:
        """exp of the mean loss of both directions, as the original's perplexity test gives it."""
        return math.sqrt(self.forward) * math.sqrt(self.backward)


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A look at the validation text after `step` steps; `seconds` of this call."""

    step: int
    seconds: float
    perplexity: Perplexity


@dataclass(frozen=True, kw_only=True, eq=False)
class ELMoTrainingReport:
    """What one `ELMo.train` did.

    Parameters
    ----------
    first_step, steps
        Steps of this training before this call (not 0 where it was resumed), and after it.
    steps_per_epoch
        Steps of one pass.
    losses : ndarray of float64, shape (steps of this call, 2)
        Mean cross entropy of each step, forward and backward; with the sampled softmax an estimate of its own scale.
    gradient_norms : ndarray of float64, shape (steps of this call,)
        Before clipping.
    learning_rates : ndarray of float64, shape (steps of this call,)
    validations
        Looks at the validation text, those before a resumption included.
    tokens, seconds, tokens_per_second
        Words read in each direction in this call, its time, and the speed of its steps alone.
    softmax
        "sampled", or "full": asked for, or because the vocabulary is no larger than the sample.
    stopped_by
        What ended it.
    checkpoint
        The last one, as a path.
    checkpoint_failures
        Why checkpoints could not be written.
    workers, isa
        Threads and instruction set.
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
    stopped_by: End
    checkpoint: str | None
    checkpoint_failures: tuple[str, ...]
    workers: int
    isa: str

    @property
    def interrupted(self) -> bool:
        """Whether an exception, Ctrl-C among them, stopped it before its end."""
        return self.stopped_by in ("interrupted", "error")

    @property
    def best(self) -> Validation | None:
        """The look with the best perplexity (geometric mean)."""
        return min(self.validations, key=lambda look: look.perplexity.geometric_mean, default=None)
