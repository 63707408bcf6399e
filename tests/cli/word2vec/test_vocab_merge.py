"""wordkin vocab merge: the sums are those of all texts counted together."""

from __future__ import annotations

from pathlib import Path

import pytest

from wordkin.cli.program import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    texts = ["b a c a\nb a\n", "c c d\n", "a é é é é é é\n"]
    found = []
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        found.append(str(tmp_path / f"{number}.counts"))
        assert main(["vocab", str(tmp_path / f"{number}.txt"), "-o", found[-1]]) == 0
    return found


@pytest.mark.parametrize("flags", [[], ["--min-count", "2"], ["--max-final-vocab", "3"]])
def test_merged_counts_are_those_of_one_text(files: list[str], flags: list[str], tmp_path: Path) -> None:
    merged, whole = tmp_path / "merged", tmp_path / "whole"
    assert main(["vocab", "merge", *files, "-o", str(merged), *flags]) == 0
    texts = [str(tmp_path / f"{number}.txt") for number in range(3)]
    assert main(["vocab", *texts, "-o", str(whole), *flags]) == 0
    assert merged.read_bytes() == whole.read_bytes()


def test_the_sums_are_printed(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["vocab", "merge", *files[:2]]) == 0
    assert capsys.readouterr().out.splitlines() == ["a 3", "c 3", "b 2", "d 1"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ([], 2, "vocabularies are required"),
        (["x", "--lowercase"], 2, "--lowercase: only for texts"),
        (["x", "--glob", "*.txt"], 2, "--glob: only for texts"),
        (["missing"], 1, "missing"),
    ],
)
def test_errors(arguments: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocab", "merge", *arguments]) == status
    assert message in capsys.readouterr().err


def test_a_vocabulary_is_not_replaced_by_the_result(files: list[str]) -> None:
    before = Path(files[0]).read_bytes()
    assert main(["vocab", "merge", *files, "-o", files[0]]) == 1
    assert Path(files[0]).read_bytes() == before
