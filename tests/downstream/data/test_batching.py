"""Batches of texts of similar length."""

from __future__ import annotations

import numpy as np

from wordkin.downstream.data.batching import sorted_batches, training_batches


def test_training_batches_hold_each_text_once_and_depend_on_seed_and_epoch() -> None:
    lengths = np.random.default_rng(1).integers(0, 30, 101).astype(np.int32)
    indices = np.arange(1, 101)
    batches = training_batches(indices, lengths, 8, seed=3, epoch=0)
    assert sorted(np.concatenate(batches).tolist()) == indices.tolist()
    repeated = training_batches(indices, lengths, 8, seed=3, epoch=0)
    assert all(np.array_equal(a, b) for a, b in zip(batches, repeated, strict=True))
    for seed, epoch in ((3, 1), (4, 0)):
        assert not np.array_equal(batches[0], training_batches(indices, lengths, 8, seed=seed, epoch=epoch)[0])


def test_sorted_batches_are_in_descending_order_of_length() -> None:
    lengths = np.random.default_rng(1).integers(0, 30, 101).astype(np.int32)
    ordered = np.concatenate(list(sorted_batches(np.arange(1, 101), lengths, 7)))
    assert sorted(ordered.tolist()) == list(range(1, 101))
    assert (np.diff(lengths[ordered]) <= 0).all()
