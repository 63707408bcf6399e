"""Output vocabularies: selection by frequency, files, and invalid words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wordkin.elmo.data.encoded_text import ReadText
from wordkin.elmo.vocabulary import TargetWords, frequent_words, parse_vocabulary
from wordkin.errors import VocabularyError

MARKERS = ["<S>", "</S>", "<UNK>"]
TEXT = [["b", "a", "b", "c"], ["b", "a", "<UNK>", "</S>"], ["d", "c", "two words", "line\nend"]]


def found(min_count: int = 1, max_size: int | None = None, text: Any = TEXT) -> list[str]:
    counts = ReadText(text, name="corpus", workers=1).counts
    return frequent_words(counts, min_count=min_count, max_size=max_size)


def test_words_are_chosen_by_frequency() -> None:
    assert found() == ["b", "a", "c", "d", "two words"]
    assert found(2) == ["b", "a", "c"]
    assert found(2, max_size=5) == ["b", "a"]
    assert found(max_size=4) == ["b"]


def test_empty_selections_are_refused() -> None:
    with pytest.raises(VocabularyError, match=r"min_count=9 removes all 8 words .* use min_count<=3"):
        found(9)
    with pytest.raises(VocabularyError, match="no words"):
        found(text=[])


@pytest.mark.parametrize("words", [[], ["x", "y"], [*MARKERS, "x"], ["x", "</S>", "y", "<S>", "<UNK>"], ["<UNK>", "x"]])
def test_missing_markers_are_put_first(words: list[str]) -> None:
    chosen = TargetWords(words)
    missing = [mark for mark in MARKERS if mark not in words]
    assert chosen.words == missing + words
    assert chosen.ids(["x", "nowhere"]) == [chosen.index.get("x", chosen.unknown), chosen.unknown]


def test_vocabularies_are_read_from_files_and_iterables(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes("<S>\n</S>\n<UNK>\nthe\r\nnaïve\nnew york\n!!!MAXTERMID\n".encode())
    words = [*MARKERS, "the", "naïve", "new york"]
    assert parse_vocabulary(path).words == parse_vocabulary(str(path)).words == words
    assert parse_vocabulary(iter(words)).words == words
    assert parse_vocabulary(parse_vocabulary(path)).words == words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no words"),
        (b"\n", "line 1: empty"),
        (b"a\n\nb\n", "line 2: empty"),
        (b"a\nb\na\n", "'a' more than once"),
        (b"a\n\xff\n", "line 2: invalid UTF-8"),
        (b"a\rb\n", "without line breaks"),
    ],
)
def test_invalid_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "vocabulary"
    path.write_bytes(content)
    with pytest.raises(VocabularyError, match=f"vocabulary: .*{message}"):
        parse_vocabulary(path)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["a", "a"], VocabularyError),
        ([""], VocabularyError),
        (["a\nb"], VocabularyError),
        (["\ud800"], VocabularyError),
        ([5], TypeError),
        (5, TypeError),
        (["a", None], TypeError),
    ],
)
def test_invalid_words_are_refused(words: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="vocabulary"):
        parse_vocabulary(words)


def test_missing_file_raises_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parse_vocabulary(tmp_path / "vocabulary")


def test_extended_vocabulary_keeps_ids() -> None:
    words = TargetWords(["a", "b"])
    longer = words.extended(["c", "a", "<UNK>", "d"])
    assert longer.words == [*words.words, "c", "d"]
