"""A small corpus, a model, and functions that run commands in this process and in separate ones."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wordkin.cli import main

SUBJECTS = {"animals": ["cat", "dog", "cow", "hen"], "colours": ["red", "blue", "green", "pink"]}


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a command."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The output, parsed as JSON."""
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run_here(*arguments: object) -> Outcome:
        capfd.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Outcome(status, captured.out, captured.err)

    return run_here


def command(*arguments: object) -> Sequence[str]:
    """Return the arguments that run a command in a separate process."""
    return [sys.executable, "-m", "wordkin", *map(str, arguments)]


def interrupt(*arguments: object, shown: str, number: signal.Signals = signal.SIGINT, timeout: float = 120) -> Outcome:
    """Run a command in a separate process and send a signal when standard error matches a pattern.

    The output on standard error that was read until then is not returned.
    """
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="locale"
    ) as process:
        assert process.stderr is not None
        err = ""
        while not re.search(shown, err):
            more = process.stderr.read(1)
            assert more, err  # the command has ended
            err += more
        process.send_signal(number)
        out, err = process.communicate(timeout=timeout)
    return Outcome(process.returncode, out, err)


def interrupt_reading(pipe: Path, *arguments: object) -> Outcome:
    """Run a command that reads a named pipe, and send SIGINT while it waits for data."""
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="locale"
        ) as process,
        pipe.open("w", encoding="utf-8"),  # returns when the command has opened the pipe
    ):
        time.sleep(0.2)  # the command usually waits for data then, but the test does not depend on it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    return Outcome(process.returncode, out, err)


@pytest.fixture
def run_process() -> Run:
    """Run a command in a separate process."""

    def run_there(*arguments: object, **options: Any) -> Outcome:
        environment = {**os.environ, "PYTHONWARNINGS": "error"}
        done = subprocess.run(
            command(*arguments),
            capture_output=True,
            encoding="locale",
            timeout=120,
            env=environment,
            check=False,
            **options,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run_there


def sentences(count: int = 2000, seed: int = 1) -> list[list[str]]:
    """Return sentences that are either about animals or about colours."""
    draw = random.Random(seed)
    return [draw.choices(draw.choice(list(SUBJECTS.values())), k=6) for _ in range(count)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A file of 12,000 words about animals and colours."""
    path = tmp_path / "corpus.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the same text."""
    from wordkin import Word2Vec

    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    Word2Vec(sentences(), vector_size=16, epochs=5, alpha=0.05, workers=1, sample=0).save(path)
    return path
