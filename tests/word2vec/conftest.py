"""Fixtures of the Word2Vec tests: synthetic corpora, and Python code in subprocesses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from child_processes import run_python

Sentences = list[list[str]]


def zipf_sentences(
    sentences: int, words: int, seed: int = 1, longest: int = 30, *, is_distinct: bool = False
) -> Sentences:
    """Return sentences of 1 to `longest` words "w0", "w1", ..., Zipf-distributed.

    With `is_distinct`, no word occurs twice in a sentence.
    """
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
    """Return `zipf_sentences`."""
    return zipf_sentences


@pytest.fixture
def sentences() -> Sentences:
    """Return about 3,000 words, 100 of them distinct."""
    return zipf_sentences(200, 100)


@pytest.fixture
def run_script() -> Callable[..., str]:
    """Return a function that runs Python code in a subprocess and returns its output.

    A process that hangs or crashes fails the test.
    """

    def run(script: str, *arguments: str, **environment: str) -> str:
        process = run_python(script, arguments=arguments, **environment)
        assert process.returncode == 0, f"exit code {process.returncode}\n{process.stdout}\n{process.stderr}"
        return process.stdout

    return run
