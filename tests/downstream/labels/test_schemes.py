"""The rules of BIO and IOBES, and conversion between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.downstream.files.labelled_files import read_tagged
from wordkin.downstream.labels.chunks import chunks
from wordkin.downstream.labels.schemes import (
    Scheme,
    as_bio,
    as_iobes,
    as_scheme,
    check_scheme,
    recognised_scheme,
    standard_tags,
)
from wordkin.errors import LabelError

CHUNK_SCHEMES: tuple[Scheme, ...] = ("bio", "iob1", "iobes", "bilou", "bmes")
TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"]), max_size=12)


@given(TAGS)
def test_conversion_preserves_chunks_and_follows_the_scheme(tags: list[str]) -> None:
    for scheme in CHUNK_SCHEMES:
        converted = as_scheme(tags, scheme)
        assert chunks(standard_tags(converted)) == chunks(tags)
        check_scheme([converted], scheme)
        assert as_scheme(converted, scheme) == converted
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
        (["B-NP"], "iob1", r"Y\[0\]\[0\] must follow the scheme iob1, got 'B-NP' as the first tag"),
        (["I-NP", "B-VP"], "iob1", "after 'I-NP'"),
        (
            ["B-NP", "I-NP", "U-NP"],
            "bilou",
            r"\[1\] must follow the scheme bilou, got 'I-NP' in a chunk without an end",
        ),
        (["B-NP", "E-NP"], "bilou", "without one of the prefixes B-, I-, L-, U-"),
        (["S-NP", "M-NP", "E-NP"], "bmes", "after 'S-NP'"),
        (["B-NP", "M-VP"], "bmes", "after 'B-NP'"),
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


@pytest.mark.parametrize(
    ("sentences", "scheme"),
    [
        ([["O", "B-NP"], ["B-NP", "I-NP"]], "bio"),
        ([["O", "I-NP", "B-NP"], ["I-VP"]], "iob1"),
        ([["O", "I-NP"], ["B-NP"]], "bio"),  # neither valid BIO nor valid IOB1; check_scheme reports it
        ([["O", "S-NP"]], "iobes"),
        ([["B-N", "M-N", "E-N", "O"], ["B-N", "E-N"], ["S-N"]], "bmes"),
        ([["B-N", "I-N", "L-N", "O"], ["U-N"]], "bilou"),
        ([["B", "I", "O"]], "bio"),
        ([["B", "M", "E"], ["S"]], "bmes"),
        ([["DT", "NN", "-LRB-", "PRP$", "X"]], "plain"),
        ([["O"]], "plain"),
        ([["B", "O"]], "plain"),
        ([["N-sg-x", "Np"]], None),
        ([["B-N", "X-N"]], None),
        ([["B-N", "M-N", "L-N"]], None),
        ([["B-NP", "NN"]], None),
        ([["B_NP", "I_NP", "O"]], None),
        ([["b-np", "i-np", "O"]], None),
        ([["NP-B", "NP-I", "O"]], None),
    ],
)
def test_schemes_are_detected_or_refused(sentences: list[list[str]], scheme: str | None) -> None:
    if scheme is not None:
        assert recognised_scheme(sentences) == scheme
        return
    with pytest.raises(
        LabelError, match=r"y must have tags of one of the schemes bio, iob1, iobes, bilou, bmes, .*plain"
    ):
        recognised_scheme(sentences)


def test_real_chunks_are_the_same_in_every_scheme(data: Path) -> None:
    given = read_tagged(data / "conll2000" / "test.txt.gz", "conll").tags
    assert given is not None
    for scheme in CHUNK_SCHEMES:
        converted = [as_scheme(tags, scheme) for tags in given]
        assert recognised_scheme(converted) == scheme
        check_scheme(converted, scheme)
        assert [as_bio(tags) for tags in converted] == given
