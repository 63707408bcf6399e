"""Word2Vec training around the window update, in float64: subsampling, noise, code lengths, learning rates, epochs."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from reference.window_update import cbow_window, skipgram_window

__all__ = [
    "contexts",
    "keep_probabilities",
    "learning_rate",
    "least_weighted_path_length",
    "noise_probabilities",
    "train",
]

Floats = NDArray[np.float64]
Outputs = tuple[Floats, list[int], list[float], list[float]]  # matrix, rows, labels, repeats
OutputsOf = Callable[[int], Sequence[Outputs]]


def keep_probabilities(counts: NDArray[np.int64], sample: float) -> Floats:
    """Return the fraction of each word's occurrences that subsampling keeps, as in the original C program.

    With f = count / total the probability is sqrt(sample / f) + sample / f, at most 1. A sample >= 1 is a count;
    gensim then uses int(sample * (3 + sqrt 5) / 2) instead of sample * total.
    """
    if sample == 0:
        return np.ones(len(counts))
    total = float(counts.astype(object).sum())
    threshold = sample * total if sample < 1 else float(int(sample * (3 + math.sqrt(5)) / 2))
    with np.errstate(divide="ignore"):
        share = threshold / counts.astype(np.float64)
    return np.minimum(1.0, np.sqrt(share) + share)


def noise_probabilities(counts: NDArray[np.int64], exponent: float) -> Floats:
    """Return the unigram distribution raised to a power; words with a count of 0 are never drawn."""
    logarithms = np.full(len(counts), -np.inf)
    logarithms[counts > 0] = exponent * np.log(counts[counts > 0].astype(np.float64))
    weights = np.exp(logarithms - logarithms.max())
    return weights / weights.sum()


def least_weighted_path_length(counts: Sequence[int]) -> int:
    """Return the least possible sum of count * code length over all binary prefix codes (Huffman 1952)."""
    heap = list(counts)
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


def learning_rate(start: float, end: float, words: int, planned_words: int) -> float:
    """Return the learning rate, which is linear in the number of words read so far."""
    return start + (end - start) * min(1.0, words / max(planned_words, 1))


def contexts(sentence: Sequence[int], window: int) -> Iterator[tuple[int, list[int]]]:
    """Yield each word with the words at most `window` positions away."""
    for position, centre in enumerate(sentence):
        yield centre, [*sentence[max(0, position - window) : position], *sentence[position + 1 :][:window]]


def train(
    epochs: Sequence[Sequence[Sequence[int]]],
    inputs: Floats,
    outputs_of: OutputsOf,
    *,
    window: int,
    skipgram: bool,
    start: float,
    end: float,
    cbow_mean: bool = True,
    train_output: bool = True,
) -> list[float]:
    """Train without randomness: full windows, no subsampling, the same outputs for a word every time.

    The learning rate is fixed within a sentence. `outputs_of` gives the output rows that a centre word is scored
    against; the rows of hierarchical softmax and of negative sampling are two matrices, scored together. Returns the
    mean loss per pair of each epoch.
    """
    planned = sum(len(sentence) for sentences in epochs for sentence in sentences)
    done = 0
    losses = []
    for sentences in epochs:
        loss = pairs = 0.0
        for sentence in sentences:
            rate = learning_rate(start, end, done, planned)
            for centre, context in contexts(sentence, window):
                if context:
                    loss += _window(
                        inputs,
                        context,
                        outputs_of(centre),
                        rate,
                        skipgram=skipgram,
                        cbow_mean=cbow_mean,
                        train_output=train_output,
                    )
                    pairs += len(context) if skipgram else 1
            done += len(sentence)
        losses.append(loss / max(pairs, 1))
    return losses


def _window(
    inputs: Floats,
    context: list[int],
    outputs: Sequence[Outputs],
    rate: float,
    *,
    skipgram: bool,
    cbow_mean: bool,
    train_output: bool,
) -> float:
    # One step from the old vectors for all output matrices together: the inputs' changes of each are taken from copies
    # and added.
    old = inputs.copy()
    loss = 0.0
    for matrix, rows, labels, repeats in outputs:
        changed = old.copy()
        arguments = (changed, np.array(context), matrix, np.array(rows, dtype=np.int64))
        numbers = (np.array(labels), np.array(repeats), rate)
        if skipgram:
            loss += skipgram_window(*arguments, *numbers, train_output=train_output)
        else:
            loss += cbow_window(*arguments, *numbers, mean=cbow_mean, train_output=train_output)
        inputs += changed - old
    return loss
