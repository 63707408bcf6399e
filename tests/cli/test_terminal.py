"""Words and results on the standard streams."""

from __future__ import annotations

import argparse
import io
import math
import sys

import pytest

from wordkin.cli.terminal import (
    discard_output,
    input_words,
    print_json,
    robust_output,
    size_text,
)
from wordkin.errors import FormatError

from .conftest import Run


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_000, "999.0 kB"),
        (1_000_000, "1.0 MB"),
        (61_200_000, "61.2 MB"),
        (2.5e9, "2.5 GB"),
        (7e12, "7.0 TB"),
        (7e15, "7000.0 TB"),
    ],
)
def test_sizes(count: float, text: str) -> None:
    assert size_text(count) == text


def test_json_is_one_line_without_non_finite_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1, 2.5, math.nan], "b": {"c": (math.inf, "é\n")}})
    assert capsys.readouterr().out == '{"a": [1, 2.5, null], "b": {"c": [null, "é\\n"]}}\n'


def test_unencodable_characters_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding="ascii"))
    robust_output()
    print("λ", end="", flush=True)
    assert content.getvalue() == b"\\u03bb"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", []), (b"a\n\n b \r\nc", ["a", "b", "c"]), ("é\n語".encode(), ["é", "語"])],
)
def test_words_of_standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes, words: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
    assert list(input_words(argparse.Namespace())) == words


def test_invalid_utf8_in_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\n\xff\n"), encoding="utf-8"))
    words = input_words(argparse.Namespace())
    assert next(words) == "a"
    with pytest.raises(FormatError, match="standard input: line 2: invalid UTF-8; pass encoding="):
        next(words)


def test_closed_standard_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert list(input_words(argparse.Namespace())) == []
    monkeypatch.setattr(sys, "stdout", None)
    discard_output()
    assert sys.stdout is None


def test_standard_input_as_a_corpus(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "must be given only once" in run("vocab", "-", "-").err
    monkeypatch.setattr(sys, "stdin", None)
    outcome = run("vocab", "-")
    assert (outcome.status, outcome.err) == (2, "wordkin: error: standard input is closed\n")
