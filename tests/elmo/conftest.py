"""Language models small enough to train in a moment, and texts for them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

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
# One thread: the same numbers in every run.
QUICK: dict[str, Any] = {
    "batch_size": 3,
    "unroll_steps": 4,
    "min_count": 1,
    "workers": 1,
    "epochs": 3,
    "progress": False,
}


def fruit_sentences() -> Sentences:
    """120 words of 9 different ones; sentences of 1 to 6."""
    lines = ["apples and pears", "pears and plums are red", "red plums", "figs", "big apples are red and good"]
    return [line.split() for line in lines * 7]


@pytest.fixture
def sentences() -> Sentences:
    """The same text for all tests."""
    return fruit_sentences()


@pytest.fixture
def small_model() -> Callable[..., ELMo]:
    """Makes an untrained model."""

    def make(**options: Any) -> ELMo:
        return ELMo(**{**SMALL, **options})

    return make


@pytest.fixture
def quick() -> dict[str, Any]:
    """Arguments of a training that takes a moment."""
    return dict(QUICK)


@pytest.fixture
def trained(small_model: Callable[..., ELMo], sentences: Sentences, quick: dict[str, Any]) -> ELMo:
    """A model that has been trained a little."""
    model = small_model()
    model.train(sentences, **quick)
    return model


# What scripts of their own processes begin with.
PREAMBLE = f"""
    import os, signal, sys, threading, time
    import numpy as np
    from wordkin import ELMo

    SMALL, QUICK = {SMALL!r}, {QUICK!r}
    SENTENCES = {fruit_sentences()!r}
"""


@pytest.fixture
def run_script() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python code in a process of its own, behind `PREAMBLE`."""

    def run(script: str, *arguments: object, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(PREAMBLE) + textwrap.dedent(script)]
            + [str(argument) for argument in arguments],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert code is None or done.returncode == code, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run
