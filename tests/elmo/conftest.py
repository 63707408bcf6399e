"""Language models that train in a moment, and texts for them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from child_processes import run_python
from wordkin import ELMo

Sentences = list[list[str]]

SMALL: dict[str, Any] = {
    "dim": 16,
    "projection_dim": 8,
    "n_layers": 2,
    "char_dim": 4,
    "filters": [[1, 6], [2, 8]],
    "n_highway": 1,
    "max_characters_per_token": 10,
}
# With one thread, every run gives the same numbers.
QUICK: dict[str, Any] = {
    "batch_size": 3,
    "unroll_steps": 4,
    "min_count": 1,
    "workers": 1,
    "epochs": 3,
    "progress": False,
}


def fruit_sentences() -> Sentences:
    """Return 119 tokens of 9 distinct words, in sentences of 2 to 6 words."""
    lines = ["apples and pears", "pears and plums are red", "red plums", "figs", "big apples are red and good"]
    return [line.split() for line in lines * 7]


@pytest.fixture
def sentences() -> Sentences:
    """Text that all tests share."""
    return fruit_sentences()


@pytest.fixture
def small_model() -> Callable[..., ELMo]:
    """Function that creates an untrained model."""

    def make(**options: Any) -> ELMo:
        return ELMo(**{**SMALL, **options})

    return make


@pytest.fixture
def quick() -> dict[str, Any]:
    """Arguments of `train` for a run that takes a moment."""
    return dict(QUICK)


@pytest.fixture
def trained(small_model: Callable[..., ELMo], sentences: Sentences, quick: dict[str, Any]) -> ELMo:
    """Model after a short training."""
    model = small_model()
    model.train(sentences, **quick)
    return model


# Beginning of the scripts that tests run in subprocesses.
PREAMBLE = f"""
    import os, signal, sys, threading, time
    import numpy as np
    from wordkin import ELMo

    SMALL, QUICK = {SMALL!r}, {QUICK!r}
    SENTENCES = {fruit_sentences()!r}
"""


@pytest.fixture
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Function that runs Python code after `PREAMBLE` in a subprocess."""

    def run(script: str, *arguments: object, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = run_python(PREAMBLE, script, arguments=arguments)
        assert code is None or done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run
