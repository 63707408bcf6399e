"""Tags of tokens as training targets, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin.downstream.labels.schemes import Scheme, as_scheme
from wordkin.downstream.labels.tag_set import TagSet
from wordkin.errors import LabelError

TAGS = [["B-NP", "I-NP", "O"], ["B-VP"]]


def test_tags_are_converted_to_the_learned_scheme_and_back() -> None:
    tags = TagSet.learn(TAGS, "auto", "iobes")
    assert (tags.scheme, tags.classes.tolist()) == ("bio", ["B-NP", "B-VP", "I-NP", "O"])
    assert tags.learned == ["B-NP", "E-NP", "O", "S-VP"]
    targets = tags.targets(TAGS)
    assert (targets.dtype, targets.tolist()) == (np.int32, [0, 1, 2, 3])
    assert tags.decode([targets[:3], targets[3:]]) == TAGS


def test_unknown_tags_have_the_index_0() -> None:
    tags = TagSet.learn(TAGS, "bio", None)
    assert tags.targets([["B-XX", "O"]]).tolist() == [0, tags.learned.index("O")]


@pytest.mark.parametrize(
    ("tags", "scheme", "learned_scheme", "error", "message"),
    [
        ([["O", "O"]], "auto", None, LabelError, "at least two distinct tags, got only 'O'"),
        ([["O", "I-NP"]], "bio", None, LabelError, "must follow the scheme bio"),
        ([["NN", "VB"]], "auto", "iobes", ValueError, "learned_scheme must be None for tags that do not mark chunks"),
        (TAGS, "iob", None, ValueError, "scheme must be one of"),
        (TAGS, "auto", "plain", ValueError, "learned_scheme must be one of bio, iobes"),
    ],
)
def test_invalid_arguments_are_rejected(
    tags: Any, scheme: Any, learned_scheme: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        TagSet.learn(tags, scheme, learned_scheme)


def test_lenient_accepts_violations() -> None:
    assert TagSet.learn([["O", "I-NP", "O", "B-NP"]], "lenient", None).scheme == "bio"


@pytest.mark.parametrize("scheme", ["iob1", "bilou", "bmes", "iobes"])
def test_predictions_return_to_the_scheme_of_the_training_tags(scheme: Scheme) -> None:
    bio = [["B-NP", "B-NP", "I-NP", "I-NP", "O", "B-VP", "I-VP"], ["O", "B-VP"]]
    given = [as_scheme(tags, scheme) for tags in bio]
    for learned in ("bio", "iobes", None):
        tags = TagSet.learn(given, "auto", learned)
        assert tags.scheme == scheme
        targets = tags.targets(given)
        assert tags.decode([targets[:7], targets[7:]]) == given
