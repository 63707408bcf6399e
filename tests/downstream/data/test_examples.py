"""Training and validation texts with their targets."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin.downstream.data.examples import held_out, joined_examples, require_labels, require_tags
from wordkin.errors import CorpusError

TRAINING = [["a"], ["b"], ["c"], ["d"]], np.array([0, 1, 0, 1], np.int32)


def test_validation_texts_follow_training_texts_with_weight_one() -> None:
    examples = joined_examples(
        TRAINING,
        ([["e"]], np.array([1], np.int32)),
        np.full(4, 2, np.float32),
        per_token=False,
        held_out_fraction=0.5,
        seed=1,
    )
    assert examples.sentences == [["a"], ["b"], ["c"], ["d"], ["e"]]
    assert (examples.training.tolist(), examples.validation.tolist()) == ([0, 1, 2, 3], [4])
    assert (examples.targets.tolist(), examples.weights.tolist()) == ([0, 1, 0, 1, 1], [2, 2, 2, 2, 1])


def test_without_validation_texts_a_fraction_is_held_out_if_requested() -> None:
    for fraction, size in ((None, 0), (0.5, 2)):
        examples = joined_examples(
            TRAINING, None, np.ones(4, np.float32), per_token=False, held_out_fraction=fraction, seed=1
        )
        assert len(examples.validation) == size
        assert sorted([*examples.training, *examples.validation]) == [0, 1, 2, 3]


def test_held_out_texts_depend_on_the_seed() -> None:
    first, again, other = (held_out(100, 0.1, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match=r"validation_fraction must leave texts to train on, got 0\.9 with 1 texts"):
        held_out(1, 0.9, seed=1)


def test_numbers_of_texts_labels_and_tags_must_agree() -> None:
    with pytest.raises(ValueError, match="y must have a label for each of 2 texts of X, got 1"):
        require_labels(2, 1)
    with pytest.raises(CorpusError, match="X must have at least one text"):
        require_labels(0, 0)
    with pytest.raises(ValueError, match="y must have tags for each of 1 sentences of X, got 0"):
        require_tags([["a"]], [])
    with pytest.raises(ValueError, match=r"y\[0\] must have a tag for each of 1 tokens, got 2"):
        require_tags([["a"]], [["O", "O"]])
