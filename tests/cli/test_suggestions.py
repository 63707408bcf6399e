"""Suggestions for misspelled commands and flags."""

from __future__ import annotations

import pytest

from wordkin.cli.suggestions import nearest

from .conftest import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trainn",), "unknown command 'trainn', did you mean `wordkin train`? (`wordkin --help` lists the commands)"),
        (("encode", "x"), "unknown command 'encode', did you mean `wordkin elmo encode`?"),
        (("predict",), "did you mean `wordkin classify predict`, `wordkin tag predict` or `wordkin fasttext predict`?"),
        (("elmo", "trainn"), "did you mean `wordkin elmo train`? (`wordkin elmo --help` lists the commands)"),
        (("frobnicate",), "unknown command 'frobnicate' (`wordkin --help`"),
        (("train", "x", "-o", "y", "--epoch", "3"), "unknown flag --epoch, did you mean --epochs?"),
        (("train", "x", "--ouput", "y"), "unknown flag --ouput, did you mean --output?"),
        (("train", "x", "-o", "y", "--epcohs=3"), "unknown flag --epcohs, did you mean --epochs?"),
        (("train", "x", "-o", "y", "--vector_size", "3"), "did you mean --vector-size?"),
        (("train", "x", "-output", "y"), "unknown flag -output, did you mean --output?"),
        (("train", "x", "-o", "y", "-minCount", "3"), "did you mean --min-count?"),
        (("train", "x", "-o", "y", "--lr", "3"), "did you mean --alpha?"),
        (("train", "-input", "x", "-o", "y"), "did you mean the first argument?"),
        (("train", "x", "-o", "y", "--layers", "all"), "which is a flag of `wordkin elmo encode` (see `wordkin elmo"),
        (("elmo", "train", "x", "-o", "y", "--hs"), "which is a flag of `wordkin train`"),
        (("elmo", "--layers", "x"), "flags must follow the name of a command, got --layers"),
        (("--epochs", "3", "train"), "flags must follow the name of a command, got --epochs"),
        (("-v", "train"), "flags must follow the name of a command, got -v"),
        (("train", "x", "-o", "y", "--zzzz"), "unknown flag --zzzz (`wordkin train --help` lists the flags)"),
        (("analogy", "f", "a", "b", "c", "d"), "unexpected argument d; see `wordkin analogy --help`"),
    ],
)
def test_errors_suggest_what_was_meant(run: Run, arguments: tuple[str, ...], said: str) -> None:
    outcome = run(*arguments)
    assert outcome.status == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("similar", "missing", "--", "--word"), ("similar", "missing", "-vv"), ("vocab", "missing", "-ofile.txt")],
)
def test_words_like_flags_and_short_flags_are_accepted(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert (outcome.status, "missing" in outcome.err) == (1, True)


def test_nearest_names() -> None:
    assert nearest("--ep", ["--epochs", "--window"]) == ["--epochs"]
    assert nearest("--widnow", ["--epochs", "--window"]) == ["--window"]
    assert nearest("xyz", ["--epochs"]) == []
