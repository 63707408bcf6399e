"""Which texts run together: of like lengths, so that none waits for a longer one, in an order that chance decides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["sorted_batches", "training_batches"]

_BATCHES_SORTED_TOGETHER = 32

Numbers = NDArray[np.intp]


def training_batches(
    numbers: Numbers, lengths: NDArray[np.int32], batch_size: int, seed: int, epoch: int
) -> list[Numbers]:
    """Return the batches of an epoch.

    Texts are shuffled; then those of some batches that follow each other are sorted by length, and cut into batches
    whose order is drawn again.

    Parameters
    ----------
    numbers
        The texts to train on.
    lengths
        Of all texts.
    batch_size
        Texts in a batch.
    seed, epoch
        Numbers of the draws.
    """
    draw = np.random.default_rng([seed, epoch])
    shuffled = draw.permutation(numbers)
    batches: list[Numbers] = []
    pool = batch_size * _BATCHES_SORTED_TOGETHER
    for first in range(0, len(shuffled), pool):
        own = shuffled[first : first + pool]
        own = own[np.argsort(lengths[own], kind="stable")]
        batches += [own[begin : begin + batch_size] for begin in range(0, len(own), batch_size)]
    return [batches[place] for place in draw.permutation(len(batches))]


def sorted_batches(numbers: Numbers, lengths: NDArray[np.int32], batch_size: int) -> Iterator[Numbers]:
    """Give batches of texts in the order of their lengths, the longest first."""
    order = numbers[np.argsort(-lengths[numbers].astype(np.int64), kind="stable")]
    for begin in range(0, len(order), batch_size):
        yield order[begin : begin + batch_size]
