"""Programs that start several processes: mpiexec and torchrun."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Return the path of a program beside Python, or on the path."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def mpiexec(*ranks: Sequence[str], timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run Python on several ranks, each with separate arguments."""
    command = [program("mpiexec")]
    for arguments in ranks:
        command += [*([":"] if len(command) > 1 else []), "-n", "1", sys.executable, *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, encoding="utf-8", timeout=timeout)
