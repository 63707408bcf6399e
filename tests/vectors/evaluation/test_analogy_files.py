"""Files of analogy questions in the layouts in which they are published and edited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.errors import FormatError
from wordkin.vectors.evaluation import AnalogySet, evaluate_analogies, read_analogies

QUESTION = ("Athens", "Greece", "Oslo", "Norway")


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> AnalogySet:
    path = tmp_path / "capitals.v1.txt"
    path.write_text(text, encoding=encoding)
    return read_analogies(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_sections_after_a_comment(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, "// Copyright\n# note\n\n: first\nAthens Greece Oslo Norway\n: second\na b c d\n", encoding)
    assert found.sections == ("first", "second")
    assert found.questions == (QUESTION, ("a", "b", "c", "d"))
    assert (found.section_of, found.invalid_lines) == ((0, 1), 0)


@pytest.mark.parametrize("separator", [" ", "\t", "  ", ",", ", ", ";"])
def test_questions_without_sections(tmp_path: Path, separator: str) -> None:
    found = read(tmp_path, separator.join(QUESTION) + "\n" + separator.join("abcd") + "\n: second\na b c d\n")
    assert found.sections == ("capitals", "second")
    assert found.questions[0] == QUESTION
    assert (found.section_of, found.invalid_lines) == ((0, 0, 1), 0)


def test_entries_of_several_words(tmp_path: Path) -> None:
    found = read(tmp_path, ": cities\nNew York\tNew York Times\tBaltimore\tBaltimore Sun\n")
    assert found.questions == (("New York", "New York Times", "Baltimore", "Baltimore Sun"),)
    kv = KeyedVectors(2)
    kv.add_vectors(["New_York", "New_York_Times", "Baltimore", "baltimore_sun"], [[1, 0], [1, 1], [2, 0.1], [2, 1.1]])
    assert evaluate_analogies(kv, found).accuracy == 1


def test_punctuation_as_words(tmp_path: Path) -> None:
    found = read(tmp_path, ": : ) )\n# # a b\n, . , .\n")
    assert found.questions == ((":", ":", ")", ")"), ("#", "#", "a", "b"), (",", ".", ",", "."))


def test_lines_that_are_no_questions_are_counted(tmp_path: Path) -> None:
    assert read(tmp_path, "a b c d\na b c\n: s\na b c d e\n").invalid_lines == 2


BATS = "arm\tarms\nmouse\tmice/mouses\nbox\tboxes\n"


def test_pairs_of_bats_are_combined_to_questions(tmp_path: Path) -> None:
    found = read(tmp_path, BATS)
    assert found.sections == ("capitals.v1",)
    assert len(found.questions) == 3 * 2
    assert found.questions[0] == ("arm", "arms", "mouse", "mice")
    assert found.alternatives[0] == ("mouses",)
    assert found.questions[2] == ("mouse", "mice", "arm", "arms")
    assert found.alternatives[2] == ()


def test_any_of_several_answers_is_correct(tmp_path: Path) -> None:
    kv = KeyedVectors(3)
    kv.add_vectors(["arm", "arms", "mouse", "mice", "mouses"], [[1, 0, 0], [1, 1, 0], [1, 0, 1], [-1, 0, 0], [1, 1, 1]])
    found = read(tmp_path, "arm\tarms\nmouse\tmice/mouses\n")
    scores = evaluate_analogies(kv, found)
    assert scores.correct.tolist()[0]  # arms - arm + mouse = mouses
    known = evaluate_analogies(kv, read(tmp_path, "arm\tarms\nmouse\tmousen/mouses\n"))
    assert known.answered.tolist() == [True, False]  # one of two answers is enough, but `mousen` cannot be asked with
    assert known.correct.tolist() == [True, False]


def test_folder_of_bats(tmp_path: Path) -> None:
    for folder, name in (("1_Inflectional", "I01 [noun].txt"), ("1_Inflectional", "I02.txt"), ("2_Derived", "D01.txt")):
        (tmp_path / "bats" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "bats" / folder / name).write_text(BATS, encoding="utf-8")
    (tmp_path / "bats" / ".DS_Store").write_bytes(b"\0\xff")
    found = read_analogies(tmp_path / "bats")
    assert found.sections == ("I01 [noun]", "I02", "D01")
    assert np.bincount(found.section_of).tolist() == [6, 6, 6]


@pytest.mark.parametrize("text", ["", ": only\n", "a b c\n" * 3, "one\n"])
def test_files_without_questions_are_errors(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormatError, match="no analogy questions found"):
        read(tmp_path, text)
