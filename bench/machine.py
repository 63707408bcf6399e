"""Description of the machine and the versions that a benchmark ran with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

import wordkin

ROOT = Path(__file__).resolve().parent.parent


def describe() -> dict[str, Any]:
    """Return the machine, the versions and the commit, which every benchmark prints first."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "wordkin": wordkin.show_config(),
        "commit": _commit(),
    }


def print_description() -> None:
    """Print the entries of `describe()`, one per line."""
    for name, value in describe().items():
        print(f"# {name}: {value}")


def has_amx() -> bool:
    """Return whether wordkin uses AMX for bfloat16 products on this machine."""
    return bool(wordkin.show_config()["bfloat16"] == "amx")


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
            capture_output=True,
            encoding="locale",
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
