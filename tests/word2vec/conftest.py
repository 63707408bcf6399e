"""Small texts of known make, models without anything random, and one real model of each architecture."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wordkin import Word2Vec

Sentences = list[list[str]]


def zipf_sentences(
    sentences: int, words: int, seed: int = 1, longest: int = 30, *, is_distinct: bool = False
) -> Sentences:
    """Sentences of 1 to `longest` words "w0", "w1", ..., the first of them frequent; or each once in a sentence."""
    generator = np.random.default_rng(seed)
    shares = 1 / np.arange(1, words + 1)
    shares /= shares.sum()
    ids = [
        generator.choice(words, generator.integers(1, longest + 1), p=shares, replace=not is_distinct)
        for _ in range(sentences)
    ]
    return [[f"w{word}" for word in sentence] for sentence in ids]


@pytest.fixture
def make_sentences() -> Callable[..., Sentences]:
    """`zipf_sentences`, for tests."""
    return zipf_sentences


@pytest.fixture
def sentences() -> Sentences:
    """About 3,000 words of 100 different ones."""
    return zipf_sentences(200, 100)


@pytest.fixture
def run_script() -> Callable[..., str]:
    """Run Python code in a process of its own; its output. A process that hangs or dies fails the test."""

    def run(script: str, *arguments: str, **environment: str) -> str:
        path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
        process = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(script), *arguments],
            env={**os.environ, "PYTHONPATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=300,  # minutes where the work takes a second: for busy machines
        )
        assert process.returncode == 0, f"exit code {process.returncode}\n{process.stdout}\n{process.stderr}"
        return process.stdout

    return run


class Recorder:
    """A callback that writes down what it was told, and may raise."""

    def __init__(self, raising: str = "") -> None:
        self.calls: list[str] = []
        self.raising = raising
        self.error = LookupError("raised by a callback")

    def _told(self, hook: str) -> None:
        self.calls.append(hook)
        if hook == self.raising:
            raise self.error

    def on_train_begin(self, model: Any) -> None:
        self._told("train begins")

    def on_epoch_begin(self, model: Any) -> None:
        self._told("epoch begins")

    def on_epoch_end(self, model: Any) -> None:
        self._told("epoch ends")

    def on_train_end(self, model: Any) -> None:
        self._told("train ends")


@pytest.fixture
def recorder() -> type[Recorder]:
    """The class of recording callbacks."""
    return Recorder


@pytest.fixture(scope="session")
def real_text(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 2 million words of the Wikipedia corpus."""

    def lines() -> Iterator[str]:
        words = 0
        with gzip.open(data / "wiki-lower-17m.txt.gz", "rt", encoding="ascii") as file:
            for line in file:
                yield line
                words += line.count(" ") + 1
                if words > 2_000_000:
                    return

    path = tmp_path_factory.mktemp("real") / "wiki.txt"
    path.write_text("".join(islice(lines(), None)), encoding="ascii")
    return path


@pytest.fixture(scope="session")
def skipgram_model(real_text: Path) -> Word2Vec:
    """Trained on one thread, so that its figures are the same in every run on a machine."""
    return Word2Vec(real_text, sg=1, vector_size=100, epochs=4, min_count=5, workers=1, negative=5, seed=3)


@pytest.fixture(scope="session")
def cbow_model(real_text: Path) -> Word2Vec:
    """Likewise, with the learning rate that suits CBOW."""
    return Word2Vec(real_text, sg=0, alpha=0.05, vector_size=100, epochs=5, min_count=5, workers=1, seed=3)
