"""Values that change over a training run: the learning rate, and the streams whose state is reset."""

from __future__ import annotations

import math

import numpy as np

from ..options import ELMoRunOptions

__all__ = ["learning_rate_at", "streams_to_reset"]


def streams_to_reset(step: int, options: ELMoRunOptions, *, streams: int, seed: int) -> list[int]:
    """Return the streams whose recurrent state is reset before a step.

    Parameters
    ----------
    step : int
        Number of the step, from 0.
    options : ELMoRunOptions
        Options of the run; `state_reset_rate` is the probability of each stream.
    streams : int
        Number of streams.
    seed : int
        Random seed. The result depends on the seed and the step alone, so that a resumed run draws the same streams.

    Returns
    -------
    list of int
        Indices of the streams in ascending order.

    Examples
    --------
    >>> streams_to_reset(7, ELMoRunOptions(state_reset_rate=1.0), streams=3, seed=1)
    [0, 1, 2]
    """
    if options.state_reset_rate == 0.0:
        return []
    draws = np.random.default_rng((seed, step)).random(streams)
    return [int(stream) for stream in np.flatnonzero(draws < options.state_reset_rate)]


def learning_rate_at(step: int, options: ELMoRunOptions, steps_per_epoch: int, seconds: float = 0.0) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    step : int
        Number of the step, from 0.
    options : ELMoRunOptions
        Options of the run.
    steps_per_epoch : int
        Number of steps in an epoch.
    seconds : float, default 0.0
        Time that training has taken, on which the schedule "linear" depends with `decay_seconds`.

    Returns
    -------
    float
        The learning rate.

    Examples
    --------
    >>> options = ELMoRunOptions(learning_rate=1.0, epochs=2, schedule="linear", warmup_steps=10)
    >>> [learning_rate_at(step, options, steps_per_epoch=30) for step in (0, 9, 10, 35)]
    [0.1, 1.0, 1.0, 0.5]
    """
    warmup = options.warmup_steps
    rate = options.learning_rate
    if step < warmup:
        rate *= (step + 1) / warmup
    if options.decay_seconds is not None:
        rate *= max(0.0, 1.0 - seconds / options.decay_seconds)
    elif options.schedule == "linear":
        end = options.decay_steps or options.epochs * steps_per_epoch
        rate *= max(0.0, 1.0 - max(0, step - warmup) / max(end - warmup, 1))
    elif options.schedule == "inverse_sqrt":
        rate *= math.sqrt(max(warmup, 1) / max(warmup, step + 1))
    elif options.schedule == "epoch_decay":
        rate *= options.decay ** (step // steps_per_epoch)
    return rate
