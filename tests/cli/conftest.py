"""What the tests of the command line share: a little corpus, and ways to run commands."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from wordkin.cli import main

SUBJECTS = {"animals": ["cat", "dog", "cow", "hen"], "colours": ["red", "blue", "green", "pink"]}


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """Its output as JSON."""
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
    """The command line of a process of its own."""
    return [sys.executable, "-m", "wordkin", *map(str, arguments)]


@pytest.fixture
def run_process() -> Run:
    """Run a command in a process of its own."""

    def run_there(*arguments: object, **options: Any) -> Outcome:
        environment = {**os.environ, "PYTHONWARNINGS": "error"}
        done = subprocess.run(
            command(*arguments), capture_output=True, text=True, timeout=120, env=environment, check=False, **options
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run_there


def sentences(count: int = 2000, seed: int = 1) -> list[list[str]]:
    """Sentences about animals or about colours."""
    draw = random.Random(seed)
    return [draw.choices(draw.choice(list(SUBJECTS.values())), k=6) for _ in range(count)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A text of 12,000 words about animals and colours."""
    path = tmp_path / "corpus.txt"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences()))
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of that text."""
    from wordkin import Word2Vec

    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    Word2Vec(sentences(), vector_size=16, epochs=5, alpha=0.05, workers=1, sample=0).save(path)
    return path
