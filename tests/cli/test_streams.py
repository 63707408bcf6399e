"""``-`` as standard input and standard output."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from wordkin import KeyedVectors

from .conftest import Run

SMALL = ("--vector-size", 4, "--epochs", 1, "--workers", 1, "--min-count", 1)


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_results_on_standard_output_and_reports_on_standard_error(run: Run, corpus: Path, model: Path) -> None:
    outcome = run("train", corpus, "-o", "-", *SMALL, "--no-progress")
    assert (outcome.status, outcome.out.splitlines()[0], len(outcome.out.splitlines())) == (0, "8 4", 9)
    assert "saved: - (text, " in outcome.err
    outcome = run("train", corpus, "-o", "-", *SMALL, "--no-progress", "--json")
    assert json.loads(outcome.err)["output"] == "-"
    assert run("phrases", corpus, "-o", "-", "-q").out == corpus.read_text(encoding="utf-8")
    assert run("vocab", corpus, "-o", "-", "-q").out == run("vocab", corpus).out
    assert run("convert", model, "-", "-q").out.splitlines()[0] == "8 16"
    assert run("convert", model, "-", "--to", "glove", "-q").out.count("\n") == 8


def test_standard_input_instead_of_files(
    run: Run, corpus: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, "dog 100\ncat 90\n")
    assert run("train", corpus, "-o", tmp_path / "v.bin", *SMALL, "--read-vocab", "-").status == 0
    assert KeyedVectors.load_word2vec_format(tmp_path / "v.bin").index_to_key == ["dog", "cat"]
    give(monkeypatch, "cat\tdog\t9\nred\tcat\t1\nred\tblue\t8\n")
    report = run("evaluate", model, "--pairs", "-", "--json").report
    assert [result["scores"][0]["answered"] for result in report["pairs"].values()] == [3]
    give(monkeypatch, "2 2\na 1 0\nb 0 1\n")
    report = run("convert", "-", tmp_path / "ab.bin", "--json").report
    assert (report["input"], report["settings"]["input"], report["words"]) == ("-", "-", 2)
    give(monkeypatch, "cat\nred\n")
    assert run("compare", model, model, "--words", "-").out.count("\n") == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "-", "-o", "x.bin", "--read-vocab", "-"), "standard input (-) must be given only once"),
        (("evaluate", "x", "--pairs", "-", "--analogies", "-"), "standard input (-) must be given only once"),
        (("train", "x", "-o", "-", "--save-vocab", "-"), "standard output (-) must be given only once"),
    ],
)
def test_a_stream_is_used_once(run: Run, arguments: tuple[str, ...], said: str) -> None:
    outcome = run(*arguments)
    assert (outcome.status, said in outcome.err) == (2, True)


def test_closed_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert run("convert", "-", "x.bin").err == "wordkin: error: standard input is closed\n"


def test_the_file_of_standard_input_is_not_replaced(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("2 2\na 1 0\nb 0 1\n", encoding="utf-8")
    for arguments in (("convert", "-", path), ("convert", "-", tmp_path / "x.bin", "--save-vocab", path)):
        with path.open(encoding="utf-8") as file:
            monkeypatch.setattr(sys, "stdin", file)
            outcome = run(*arguments)
        assert (outcome.status, "must not replace a file that is read" in outcome.err) == (1, True)
        assert path.read_text(encoding="utf-8").startswith("2 2\n")
