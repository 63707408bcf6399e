"""``wordkin phrases``."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from wordkin.cli import main
from wordkin.phrases import Phrases


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_text(
        "the bank of america in new york city\nnew york city and the bank of america\nis it\n" * 9, encoding="utf-8"
    )
    return path


def run(*arguments: Any) -> int:
    return main(["phrases", *map(str, arguments)])


def test_one_pass_joins_exports_and_saves(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = text.with_name("joined")
    options = ("--min-count", 1, "--threshold", 0.5, "--connector-words", "english")
    assert run(text, "-o", output, *options, "--export", text.with_name("tsv"), "--save", text.with_name("model")) == 0
    assert output.read_text(encoding="utf-8").startswith("the bank_of_america in new_york city\n")
    captured = capsys.readouterr()
    assert captured.out.startswith("pass 1: 162 words, 45 phrases joined")
    assert captured.err == ""  # stderr is not a terminal
    rows = [line.split("\t") for line in text.with_name("tsv").read_text(encoding="utf-8").splitlines()]
    assert {phrase for phrase, _ in rows} >= {"bank_of_america", "new_york", "york_city"}
    model = Phrases.load(text.with_name("model"))
    assert {phrase: float(score) for phrase, score in rows} == model.export_phrases()


def test_several_passes_with_a_json_report(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connectors = text.with_name("connectors")
    connectors.write_text("of\nthe\n", encoding="utf-8")
    options = ("--min-count", 1, "--threshold", 0.3, "--connector-words", connectors, "--workers", 1, "--json")
    joined = text.with_name("joined")
    assert run(text, "-o", joined, "--passes", 3, *options) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["passes"][0]["words"] == 162
    assert len(report["passes"]) == 3
    assert "new_york_city" in joined.read_text(encoding="utf-8")
    assert sorted(entry.name for entry in text.parent.iterdir()) == ["connectors", "joined", "text"]


@pytest.mark.parametrize("passes", [1, 2])
def test_standard_input(text: Path, monkeypatch: pytest.MonkeyPatch, passes: int) -> None:
    options = ("--min-count", 1, "--threshold", 0.5, "--passes", passes)
    assert run(text, "-o", text.with_name("of-file"), *options) == 0
    content = io.BytesIO(gzip.compress(text.read_bytes()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content, encoding="utf-8"))
    assert run("-", "-o", text.with_name("joined"), *options) == 0
    assert text.with_name("joined").read_bytes() == text.with_name("of-file").read_bytes()
    assert sorted(entry.name for entry in text.parent.iterdir()) == ["joined", "of-file", "text"]
    assert not content.closed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe(text: Path) -> None:
    assert run(text, "-o", text.with_name("of-file")) == 0
    pipe = text.with_name("pipe")
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(text.read_bytes()))
    writer.start()
    assert run(pipe, "-o", text.with_name("joined")) == 0
    writer.join()
    assert text.with_name("joined").read_bytes() == text.with_name("of-file").read_bytes()


def test_standard_input_that_is_closed_or_damaged(
    text: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    output = text.with_name("joined")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"new \xff"), encoding="utf-8"))
    assert run("-", "-o", output) == 1
    assert "standard input: byte 4: invalid UTF-8" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", None)
    assert run("-", "-o", output) == 2
    assert "standard input is closed" in capsys.readouterr().err
    assert [entry.name for entry in text.parent.iterdir()] == ["text"]


def test_progress_is_shown_if_requested(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(text, "-o", text.with_name("joined"), "--progress", "--scoring", "npmi") == 0
    assert "pass 1: learning" in capsys.readouterr().err


def test_usage_errors_and_missing_files(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = text.with_name("joined")
    assert run(text, "-o", output, "--passes", 0) == 2
    assert "--passes must be at least 1, got 0" in capsys.readouterr().err
    assert run(text.with_name("missing"), "-o", output) == 1
    assert "missing: No such file" in capsys.readouterr().err
    assert run(text, "-o", output, "--min-count", 0) == 1
    assert "min_count" in capsys.readouterr().err
    assert not output.exists()
