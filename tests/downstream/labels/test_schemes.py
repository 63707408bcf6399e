"""The rules of BIO and IOBES, and conversion between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.downstream.labels.chunks import chunks
from wordkin.downstream.labels.schemes import as_bio, as_iobes, check_scheme, recognised_scheme
from wordkin.errors import LabelError

TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"]), max_size=12)


@given(TAGS)
def test_conversion_preserves_chunks_and_follows_the_scheme(tags: list[str]) -> None:
    for convert, scheme in ((as_bio, "bio"), (as_iobes, "iobes")):
        converted = convert(tags)
        assert chunks(converted) == chunks(tags)
        check_scheme([converted], scheme)
    assert as_bio(as_iobes(tags)) == as_bio(tags)
    assert as_iobes(as_bio(tags)) == as_iobes(tags)


@pytest.mark.parametrize(
    ("tags", "scheme", "fault"),
    [
        (["O", "I-NP"], "bio", r"Y\[0\]\[1\] must follow the scheme bio, got 'I-NP' after 'O'"),
        (["I-NP"], "bio", r"Y\[0\]\[0\] must follow the scheme bio, got 'I-NP' as the first tag"),
        (["B-NP", "I-VP"], "bio", "after 'B-NP'"),
        (["B-NP", "E-NP"], "bio", "without one of the prefixes B-, I-"),
        (["NN", "O"], "bio", "without one of the prefixes"),
        (["B-NP", "O"], "iobes", r"Y\[0\]\[0\] must follow the scheme iobes, got 'B-NP' in a chunk without an end"),
        (["B-NP", "I-NP"], "iobes", "in a chunk without an end"),
        (["S-NP", "E-NP"], "iobes", "after 'S-NP'"),
        (["O", ""], "bio", "without one of the prefixes"),
    ],
)
def test_violations_name_the_tag_and_the_reason(tags: list[str], scheme: str, fault: str) -> None:
    with pytest.raises(LabelError, match=fault):
        check_scheme([tags], scheme)  # type: ignore[arg-type]


def test_valid_tags_are_accepted() -> None:
    valid = {
        "bio": [["B-NP", "I-NP", "B-NP", "O"], []],
        "iobes": [["B-NP", "I-NP", "E-NP", "S-NP", "O"]],
        "plain": [["anything", "I-NP"]],
    }
    for scheme, sentences in valid.items():
        assert check_scheme(sentences, scheme) is None  # type: ignore[arg-type,func-returns-value]


def test_schemes_are_detected() -> None:
    assert recognised_scheme([["O", "B-NP"], ["I-NP"]]) == "bio"
    assert recognised_scheme([["O", "S-NP"]]) == "iobes"
    assert recognised_scheme([["DT", "NN"]]) == "plain"
    assert recognised_scheme([["O"]]) == "plain"
