"""How a training goes: how long, at which rate, when it looks at other text, when it is saved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ...runtime.options import choice_option, flag_option, integer_option, real_option
from ..options import Optimizer

__all__ = ["DEFAULT_RATES", "ELMoRunOptions", "Schedule", "learning_rate_at", "streams_to_reset"]

Schedule = Literal["constant", "linear", "inverse_sqrt", "epoch_decay"]

DEFAULT_RATES: dict[Optimizer, float] = {"adagrad": 0.2, "adam": 1e-3}


@dataclass(frozen=True, kw_only=True)
class ELMoRunOptions:
    """The course of a training.

    Parameters
    ----------
    epochs
        Passes over the text.
    learning_rate
        The largest.
    schedule
        What becomes of it: "constant"; "linear": falls to 0 at the end of the last pass; "inverse_sqrt": falls with
        the root of the step number; "epoch_decay": is multiplied by `decay` after each pass.
    warmup_steps
        Steps in which it rises from 0 before that.
    decay
        For "epoch_decay".
    shuffle
        Whether each pass has an order of sentences of its own.
    state_reset_rate
        Share of the streams, drawn anew before each step, whose recurrent layers forget what came before. The original
        has none: its layers see their first state once in a training, and may learn to be lost from there.
    max_steps, max_seconds
        Earlier ends: at this step of the training, resumed ones counted from their beginning, and after this time in
        this call.
    validation_steps
        Steps between two looks at the validation text; None for one after each pass.
    patience
        Looks without a better perplexity after which training ends, with the best parameters; None for no such end.
    checkpoint_steps, checkpoint_seconds
        Steps or time after which a checkpoint is due; None for no such rule.
    keep
        Checkpoints that stay.
    resume
        Whether to go on from the newest.
    """

    epochs: int = 10
    learning_rate: float = DEFAULT_RATES["adagrad"]
    schedule: Schedule = "constant"
    warmup_steps: int = 0
    decay: float = 0.8
    shuffle: bool = True
    state_reset_rate: float = 0.05
    max_steps: int | None = None
    max_seconds: float | None = None
    validation_steps: int | None = None
    patience: int | None = None
    checkpoint_steps: int | None = None
    checkpoint_seconds: float | None = 600.0
    keep: int = 2
    resume: bool = True

    def __post_init__(self) -> None:
        checked: dict[str, object] = {
            "epochs": integer_option("epochs", self.epochs, 1, 2**31 - 1),
            "learning_rate": real_option("learning_rate", self.learning_rate, 0.0, math.inf, low_exclusive=True),
            "schedule": choice_option("schedule", self.schedule, get_args(Schedule)),
            "warmup_steps": integer_option("warmup_steps", self.warmup_steps, 0, 2**62),
            "decay": real_option("decay", self.decay, 0.0, 1.0, low_exclusive=True),
            "shuffle": flag_option("shuffle", self.shuffle),
            "state_reset_rate": real_option("state_reset_rate", self.state_reset_rate, 0.0, 1.0),
            "keep": integer_option("keep", self.keep, 1, 2**31 - 1),
            "resume": flag_option("resume", self.resume),
        }
        for name in ("max_steps", "validation_steps", "patience", "checkpoint_steps"):
            if getattr(self, name) is not None:
                checked[name] = integer_option(name, getattr(self, name), 1, 2**62)
        for name in ("max_seconds", "checkpoint_seconds"):
            if getattr(self, name) is not None:
                checked[name] = real_option(name, getattr(self, name), 0.0, math.inf, low_exclusive=True)
        for name, value in checked.items():
            object.__setattr__(self, name, value)


def streams_to_reset(step: int, options: ELMoRunOptions, *, streams: int, seed: int) -> list[int]:
    """Return those that begin a step, counted from 0, with the state of a beginning: the same in every run.

    Examples
    --------
    >>> streams_to_reset(7, ELMoRunOptions(state_reset_rate=1.0), streams=3, seed=1)
    [0, 1, 2]
    """
    if options.state_reset_rate == 0.0:
        return []
    draws = np.random.default_rng((seed, step)).random(streams)
    return [int(stream) for stream in np.flatnonzero(draws < options.state_reset_rate)]


def learning_rate_at(step: int, options: ELMoRunOptions, steps_per_epoch: int) -> float:
    """Return the rate of a step, counted from 0.

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
    if options.schedule == "linear":
        falling = max(options.epochs * steps_per_epoch - warmup, 1)
        rate *= max(0.0, 1.0 - max(0, step - warmup) / falling)
    elif options.schedule == "inverse_sqrt":
        rate *= math.sqrt(max(warmup, 1) / max(warmup, step + 1))
    elif options.schedule == "epoch_decay":
        rate *= options.decay ** (step // steps_per_epoch)
    return rate
