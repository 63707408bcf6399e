"""Frozen phrases that gensim saved are read without executing anything in the files."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from wordkin import FrozenPhrases
from wordkin.errors import FormatError
from wordkin.vectors.files import read_gensim


def write(tmp_path: Path, class_name: str, function: str | None = None, **attributes: Any) -> Path:
    """Write an object of gensim with the given attributes, and a function of gensim as attribute `scoring`."""
    state = pickle.dumps(attributes, 2)[2:-1]
    if function is not None:
        state += b"X\x07\0\0\0scoringcgensim.models.phrases\n" + function.encode() + b"\ns"
    path = tmp_path / "phrases.model"
    path.write_bytes(b"\x80\x02cgensim.models.phrases\n" + class_name.encode() + b"\n)\x81" + state + b"b.")
    return path


def test_frozen_phrases_of_gensim_4(tmp_path: Path) -> None:
    path = write(
        tmp_path, "FrozenPhrases", "npmi_scorer", phrasegrams={"new_york": 0.75, "naïve_bank_of_x": 0.5},
        threshold=0.5, min_count=3, delimiter="_", connector_words=frozenset(["of"]),
    )  # fmt: skip
    phrases = FrozenPhrases.from_gensim(path)
    assert phrases.phrasegrams == {"new_york": 0.75, "naïve_bank_of_x": 0.5}
    assert (phrases.threshold, phrases.min_count, phrases.delimiter) == (0.5, 3, "_")
    assert phrases.connector_words == frozenset(["of"])
    assert phrases[["in", "new", "york"]] == ["in", "new_york"]


@pytest.mark.parametrize("with_counts", [True, False])
def test_phraser_of_gensim_3(tmp_path: Path, with_counts: bool) -> None:
    grams: dict[Any, Any] = {(b"new", b"york"): 3.5, ("na\u00efve".encode(), b"of", b"x"): 2.5}
    if with_counts:
        grams = {key: (7, score) for key, score in grams.items()}
    path = write(
        tmp_path, "Phraser", "original_scorer", phrasegrams=grams, threshold=1, min_count=1, delimiter=b"~",
        common_terms=frozenset([b"of"]),
    )  # fmt: skip
    phrases = FrozenPhrases.from_gensim(path)
    assert phrases.phrasegrams == {"new~york": 3.5, "naïve~of~x": 2.5}
    assert phrases[["naïve", "of", "x", "new", "york"]] == ["naïve~of~x", "new~york"]


def test_settings_that_early_versions_did_not_have(tmp_path: Path) -> None:
    phrases = FrozenPhrases.from_gensim(write(tmp_path, "Phraser", phrasegrams={(b"new", b"york"): (2, 13.5)}))
    assert phrases[["new", "york"]] == ["new_york"]


def test_phrases_that_are_not_frozen_are_refused_with_the_cure(tmp_path: Path) -> None:
    path = write(tmp_path, "Phrases", vocab={b"new": 3, b"new_york": 2})
    with pytest.raises(FormatError, match=r"found Phrases; .* saved by freeze\(\)\.save\(path\)"):
        FrozenPhrases.from_gensim(path)
    with pytest.raises(FormatError, match=r"FrozenPhrases\.from_gensim"):
        read_gensim(path)


@pytest.mark.parametrize("grams", [{3: 1.0}, {"a_b": "x"}, {("a", 3): 1.0}, {"a_b": (1, 2, 3)}])
def test_damaged_phrases_are_refused(tmp_path: Path, grams: Any) -> None:
    with pytest.raises(FormatError):
        FrozenPhrases.from_gensim(write(tmp_path, "FrozenPhrases", phrasegrams=grams))
