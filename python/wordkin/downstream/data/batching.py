"""Batches of texts of similar length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["Indices", "sorted_batches", "training_batches"]

_BATCHES_SORTED_TOGETHER = 32

Indices = NDArray[np.intp]


def training_batches(
    indices: Indices, lengths: NDArray[np.int32], batch_size: int, seed: int, epoch: int
) -> list[Indices]:
    """Return the batches of an epoch.

    Texts are shuffled and divided into groups of 32 batches. Each group is sorted by length and cut into batches, so
    that the texts of a batch have similar lengths. Finally the batches are shuffled.

    Parameters
    ----------
    indices : ndarray, shape (n_training_texts,)
        Indices of the training texts.
    lengths : ndarray, shape (n_texts,)
        Number of tokens of every text, int32.
    batch_size : int
        Number of texts per batch.
    seed, epoch : int
        Random seed, and the number of the epoch from 0.

    Returns
    -------
    list of ndarray
        Indices of the texts of each batch.
    """
    draw = np.random.default_rng([seed, epoch])
    shuffled = draw.permutation(indices)
    batches: list[Indices] = []
    group_size = batch_size * _BATCHES_SORTED_TOGETHER
    for first in range(0, len(shuffled), group_size):
        group = shuffled[first : first + group_size]
        group = group[np.argsort(lengths[group], kind="stable")]
        batches += [group[begin : begin + batch_size] for begin in range(0, len(group), batch_size)]
    return [batches[index] for index in draw.permutation(len(batches))]


def sorted_batches(indices: Indices, lengths: NDArray[np.int32], batch_size: int) -> Iterator[Indices]:
    """Yield batches of texts in descending order of length.

    Parameters
    ----------
    indices : ndarray, shape (n_selected,)
        Indices of the texts.
    lengths : ndarray, shape (n_texts,)
        Number of tokens of every text, int32.
    batch_size : int
        Number of texts per batch.

    Yields
    ------
    ndarray
        Indices of the texts of a batch.
    """
    order = indices[np.argsort(-lengths[indices].astype(np.int64), kind="stable")]
    for begin in range(0, len(order), batch_size):
        yield order[begin : begin + batch_size]
