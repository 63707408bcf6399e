"""How well a model predicts a text: the full softmax over all of it, state carried from window to window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ... import _core
from ..data.batching import windows_of
from ..data.encoded_text import EncodedText
from ..options import ELMoOptions, Precision
from ..state import Tensors
from .report import Perplexity, perplexity_of

__all__ = ["BATCH_SIZE", "UNROLL_STEPS", "measure_perplexity"]

BATCH_SIZE, UNROLL_STEPS = 32, 20


def measure_perplexity(
    options: ELMoOptions,
    parameters: Tensors,
    text: EncodedText,
    *,
    threads: int,
    isa: str,
    batch_size: int = BATCH_SIZE,
    unroll_steps: int = UNROLL_STEPS,
    precision: Precision = "float32",
    show: Callable[[int], object] | None = None,
) -> Perplexity:
    """Return the perplexity of a text.

    Parameters
    ----------
    options, parameters
        Of the model.
    text
        What to predict.
    threads, isa, precision
        How to compute.
    batch_size, unroll_steps
        Streams and steps of a window: they change which sentence follows which in a stream, and so the state that it
        meets, but no word is left out.
    show
        Called with the number of predictions done.
    """
    model = _core.elmo.LanguageModel(options, parameters, threads=threads, isa=isa, precision=precision)
    losses = np.zeros(2)
    done = 0
    for window in windows_of(text, batch_size=batch_size, unroll_steps=unroll_steps):
        losses += model.evaluate(window.characters, window.inputs, window.targets, window.mask)
        done += int(window.mask[0].sum())
        if show is not None:
            show(done)
    forward, backward = (losses / text.tokens).tolist()
    return Perplexity(
        forward=perplexity_of(forward),
        backward=perplexity_of(backward),
        tokens=text.tokens,
        unknown_tokens=text.unknown_tokens,
    )
