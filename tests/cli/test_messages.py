"""Messages on standard error: levels, JSON, and how progress is shown."""

from __future__ import annotations

import argparse
import io
import json
import logging
import sys
import warnings
from pathlib import Path

import pytest

from wordkin.cli.messages import MessageOptions, message_options, messages, progress_display, report_message
from wordkin.runtime.progress_log import ProgressLog

from .conftest import Run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], MessageOptions()),
        (["train", "x", "-v"], MessageOptions(verbosity=1)),
        (["train", "-vv", "x"], MessageOptions(verbosity=2)),
        (["train", "-q", "-v"], MessageOptions(verbosity=-1)),
        (["train", "--quiet", "--log-format", "json"], MessageOptions(verbosity=-1, as_json=True)),
        (["train", "--log-format=json", "--unknown", "-x"], MessageOptions(as_json=True)),
        (["train", "--log-format", "text"], MessageOptions()),
        (["train", "--log-format", "yaml"], MessageOptions()),  # an error of the command line, shown as text
        (["train", "--", "-q"], MessageOptions()),
    ],
)
def test_options_are_found_in_any_command_line(arguments: list[str], expected: MessageOptions) -> None:
    assert message_options(arguments) == expected


def test_messages_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with messages(MessageOptions()):
        report_message("error", "first\n  second")
        report_message("info", "third")
    assert capsys.readouterr().err == "wordkin: error: first second\nwordkin: third\n"


@pytest.mark.parametrize("is_closed", [True, False])
def test_messages_to_closed_streams_are_dropped(monkeypatch: pytest.MonkeyPatch, is_closed: bool) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed if is_closed else None)
    with messages(MessageOptions()):
        report_message("error", "message")


@pytest.mark.parametrize(
    ("verbosity", "shown"),
    [
        (-1, ["error"]),
        (0, ["own", "progress", "warning", "of a user", "error"]),
        (1, ["own", "progress", "info", "warning", "of a user", "error"]),
        (2, ["own", "progress", "debug", "info", "warning", "of a user", "error"]),
    ],
)
def test_levels(capsys: pytest.CaptureFixture[str], verbosity: int, shown: list[str]) -> None:
    logger, progress = logging.getLogger("wordkin.text"), logging.getLogger("wordkin.progress")
    before = logging.getLogger("wordkin").level
    with messages(MessageOptions(verbosity=verbosity)):
        report_message("info", "own")
        progress.info("progress")
        logger.debug("debug")
        logger.info("info")
        logger.warning("warning")
        warnings.warn("of a user", UserWarning, stacklevel=1)
        warnings.warn("of a developer", DeprecationWarning, stacklevel=1)
        logger.error("error")
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == shown
    assert logging.getLogger("wordkin").level == before
    logger.warning("after the block")
    assert "wordkin: warning" not in capsys.readouterr().err


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with messages(MessageOptions(as_json=True)):
        logging.getLogger("wordkin.text").warning("é\n%d", 3)
        bar = ProgressLog().open_bar(100, " words")
        bar.set_description("epoch 1/2")
        bar.set_postfix(loss="0.5000", tokens="5,000/s", valid="nan")
        bar.update(50)
        bar.close()
    warning, epoch = map(json.loads, capsys.readouterr().err.splitlines())
    assert (warning.pop("level"), warning.pop("message"), warning.pop("event")) == ("warning", "é 3", "message")
    assert list(warning) == ["time"]
    assert epoch["event"] == "epoch"
    assert (epoch["done"], epoch["total"], epoch["unit"]) == (50, 100, "words")
    assert (epoch["loss"], epoch["tokens_per_second"], epoch["valid"]) == (0.5, 5000, None)


@pytest.mark.parametrize(
    ("progress", "options", "is_terminal", "expected"),
    [
        (None, MessageOptions(), True, None),
        (None, MessageOptions(), False, ProgressLog),
        (True, MessageOptions(), False, True),
        (False, MessageOptions(), True, False),
        (None, MessageOptions(verbosity=-1), True, False),
        (None, MessageOptions(as_json=True), True, ProgressLog),
    ],
)
def test_progress(
    monkeypatch: pytest.MonkeyPatch,
    progress: bool | None,
    options: MessageOptions,
    is_terminal: bool,
    expected: object,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    shown = progress_display(argparse.Namespace(progress=progress, messages=options))
    assert isinstance(shown, ProgressLog) if expected is ProgressLog else shown is expected


def test_a_closed_standard_error_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert progress_display(argparse.Namespace(progress=True, messages=MessageOptions())) is False


def test_every_epoch_is_a_line(run: Run, corpus: Path, tmp_path: Path) -> None:
    command = ("train", corpus, "-o", tmp_path / "v.bin", "--epochs", 3, "--min-count", 1, "--vector-size", 8)
    lines = run(*command).err.splitlines()
    assert [line.partition(", ")[0] for line in lines] == [
        f"wordkin: epoch {epoch}/3: {percent} % of 36,000 words" for epoch, percent in [(1, 33), (2, 67), (3, 100)]
    ]
    assert all(" words/s, loss " in line and line.endswith(" left") for line in lines)
    events = [json.loads(line) for line in run(*command, "--log-format", "json").err.splitlines()]
    assert [(event["event"], event["done"]) for event in events] == [("epoch", 12_000 * n) for n in (1, 2, 3)]
    quiet = run(*command, "-q")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")


def test_errors_of_the_command_line_are_json_as_well(run: Run) -> None:
    outcome = run("train", "--windo", "--log-format", "json")
    assert outcome.status == 2
    assert json.loads(outcome.err)["level"] == "error"
