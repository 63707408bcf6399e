"""Whatever fails during a save, the folder holds the old version or the new one, and the next save cleans up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .kinds_of_save import FAMILIES

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent.parent


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that injects faults, compiled."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and GCC or Clang")
    target = tmp_path_factory.mktemp("faults") / "faults.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", str(HERE / "faults.c"), "-o", str(target), "-ldl"], check=True)
    return target


@pytest.mark.parametrize("family", FAMILIES)
def test_any_fault_leaves_the_old_or_the_new_version(library: Path, family: str, tmp_path: Path) -> None:
    """Faults at a sample of system calls; `nox -s faults` injects them at every call (WORDKIN_EVERY_FAULT=1)."""
    every = ["--every"] if os.environ.get("WORDKIN_EVERY_FAULT") else []
    paths = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    preloaded = [*filter(None, [os.environ.get("LD_PRELOAD")]), str(library)]
    done = subprocess.run(
        [sys.executable, "-m", "storage.faults.campaign", str(library), str(tmp_path), family, *every],
        env={
            **os.environ,
            "LD_PRELOAD": ":".join(preloaded),
            "PYTHONPATH": ":".join(paths),
            "OPENBLAS_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=3600 if every else 300,
        encoding="utf-8",
    )
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [f"{one['kind']}, {one['fault']}: {text}" for one in outcomes for text in one["wrong"]]
    assert not wrong, "\n".join(wrong)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    # Each kind of save was tried with each fault, and ended with the old version as well as with the new one.
    for kind in {one["kind"] for one in outcomes}:
        own = [one for one in outcomes if one["kind"] == kind]
        assert len(own) == 6
        assert 0 < sum(one["new"] for one in own) < sum(one["tried"] for one in own)
