"""Perplexity of a text: full softmax, every word, and recurrent state carried from window to window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ...runtime.compute import Compute
from ...runtime.progress import counted_progress
from ..data.batching import windows_of
from ..data.encoded_text import EncodedText, ReadText, character_row_length
from ..int8_weights import core_parameters
from ..options import ELMoTrainingOptions
from ..report import Perplexity, perplexity_of
from ..state import ModelState

__all__ = ["BATCH_SIZE", "UNROLL_STEPS", "estimate_seconds", "measure_perplexity", "perplexity_of_text"]

BATCH_SIZE, UNROLL_STEPS = 32, 20


def measure_perplexity(
    state: ModelState,
    text: EncodedText,
    compute: Compute,
    *,
    batch_size: int = BATCH_SIZE,
    unroll_steps: int = UNROLL_STEPS,
    report_progress: Callable[[int], object] | None = None,
) -> Perplexity:
    """Return the perplexity of a text.

    Parameters
    ----------
    state : ModelState
        State of a model with a softmax.
    text : EncodedText
        Text encoded for this model.
    compute : Compute
        Threads, instruction set and precision.
    batch_size : int, default 32
        Number of parallel streams. It decides which sentence follows which in a stream, and thus the recurrent state
        at the start of a sentence; every word is predicted in any case.
    unroll_steps : int, default 20
        Number of time steps computed at once.
    report_progress : callable or None, default None
        Called with the number of predictions made so far.

    Returns
    -------
    Perplexity
        Perplexity of both directions.
    """
    losses = np.zeros(2)
    done = 0
    for window_losses, predictions in _evaluated(state, text, compute, batch_size, unroll_steps):
        losses += window_losses
        done += predictions
        if report_progress is not None:
            report_progress(done)
    forward, backward = (losses / text.tokens).tolist()
    return Perplexity(
        forward=perplexity_of(forward),
        backward=perplexity_of(backward),
        tokens=text.tokens,
        unknown_tokens=text.unknown_tokens,
    )


def perplexity_of_text(
    state: ModelState,
    text: ReadText,
    compute: Compute,
    options: ELMoTrainingOptions,
    progress: bool | Callable[[int], object] | None,
) -> Perplexity:
    """Return the perplexity of a text that has been read, showing the progress.

    Parameters
    ----------
    state : ModelState
        State of a model with a vocabulary.
    text : ReadText
        The text.
    compute : Compute
        Threads, instruction set and precision.
    options : ELMoTrainingOptions
        Number of parallel token streams, and of time steps computed at once.
    progress : bool, callable or None
        How to show the progress, or a function that receives the number of predictions made so far.

    Returns
    -------
    Perplexity
        Perplexity of each direction.
    """
    assert state.words is not None
    encoded = text.encoded(state.words, character_row_length(state.options), state.inputs)
    with counted_progress(progress, encoded.tokens, " words") as report:
        return measure_perplexity(
            state,
            encoded,
            compute,
            batch_size=options.batch_size,
            unroll_steps=options.unroll_steps,
            report_progress=report,
        )


def estimate_seconds(state: ModelState, text: EncodedText, compute: Compute, max_seconds: float) -> float:
    """Estimate how long `measure_perplexity` takes with its default arguments.

    Parameters
    ----------
    state : ModelState
        State of a model with a softmax.
    text : EncodedText
        Text encoded for this model.
    compute : Compute
        Threads, instruction set and precision.
    max_seconds : float
        Approximate limit of the time that the estimation takes (> 0).

    Returns
    -------
    float
        Estimated duration in seconds, extrapolated from the beginning of the text.
    """
    begin = time.perf_counter()
    done = 0
    for _, predictions in _evaluated(state, text, compute, BATCH_SIZE, UNROLL_STEPS):
        done += predictions
        if time.perf_counter() - begin >= max_seconds:
            break
    return (time.perf_counter() - begin) * text.tokens / done


def _evaluated(
    state: ModelState, text: EncodedText, compute: Compute, batch_size: int, unroll_steps: int
) -> Iterator[tuple[NDArray[np.float64], int]]:
    """Yield the summed losses of each direction and the number of predictions, window by window."""
    model = _core.elmo.LanguageModel(
        state.options,
        core_parameters(state.parameters, state.int8_weights, compute),
        threads=compute.threads,
        isa=compute.isa,
        precision=compute.precision,
    )
    evaluator = _core.elmo.Evaluator(model, threads=compute.threads)
    for window in windows_of(text, batch_size=batch_size, unroll_steps=unroll_steps):
        losses = evaluator.evaluate(window.characters, window.inputs, window.targets, window.mask, words=window.words)
        yield np.array(losses), int(window.mask[0].sum())
