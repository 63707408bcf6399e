"""Rules of BIO and IOBES, and the way from one to the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.downstream.labels.chunks import chunks
from wordkin.downstream.labels.schemes import as_bio, as_iobes, check_scheme, recognised_scheme
from wordkin.errors import LabelError

TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"]), max_size=12)


@given(TAGS)
def test_conversion_keeps_chunks_and_rules(tags: list[str]) -> None:
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
def test_broken_tags_are_named(tags: list[str], scheme: str, fault: str) -> None:
    with pytest.raises(LabelError, match=fault):
        check_scheme([tags], scheme)  # type: ignore[arg-type]


def test_right_tags_pass() -> None:
    check_scheme([["B-NP", "I-NP", "B-NP", "O"], []], "bio")
    check_scheme([["B-NP", "I-NP", "E-NP", "S-NP", "O"]], "iobes")
    check_scheme([["anything", "I-NP"]], "plain")


def test_schemes_are_recognised() -> None:
    assert recognised_scheme([["O", "B-NP"], ["I-NP"]]) == "bio"
    assert recognised_scheme([["O", "S-NP"]]) == "iobes"
    assert recognised_scheme([["DT", "NN"]]) == "plain"
    assert recognised_scheme([["O"]]) == "plain"
