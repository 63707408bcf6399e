"""Fixtures for all tests: the folder of real data and the instruction sets of the machine."""

from __future__ import annotations

import importlib
import os
import signal
from pathlib import Path

import hypothesis
import pytest

import core_testing
from wordkin.runtime import compute

ROOT = Path(__file__).resolve().parent.parent

core_testing.provide()
# On a busy machine, any example may take longer than the 200 ms that Hypothesis allows.
hypothesis.settings.register_profile("wordkin", deadline=None)
hypothesis.settings.load_profile("wordkin")


def pytest_configure(config: pytest.Config) -> None:
    # A shell that runs the tests in the background ignores SIGINT for them, and their child processes would inherit it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Workers of pytest-xdist must not build at the same time, so their controller builds before it starts them.
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        importlib.import_module(core_testing.MODULE)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real corpora and test sets: `WORDKIN_DATA`, else ../shared/data."""
    folder = Path(os.environ.get("WORDKIN_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the real data, but {folder} does not exist (set WORDKIN_DATA)")
    return folder


# Differ from the instruction set before them only in the products of 8-bit integers, whose tests use `any_isa`.
ONLY_INT8 = ("neondot", "avxvnni", "avx512vnni")


@pytest.fixture(params=[name for name in compute.available_isas() if name not in ONLY_INT8])
def isa(request: pytest.FixtureRequest) -> str:
    """Each instruction set that the machine supports, except for those that differ only for 8-bit integers."""
    name: str = request.param
    return name


@pytest.fixture(params=compute.available_isas())
def any_isa(request: pytest.FixtureRequest) -> str:
    """Each instruction set that the machine supports."""
    name: str = request.param
    return name


def pytest_report_header() -> str:
    return f"wordkin: instruction sets tested: {', '.join(compute.available_isas())}"
