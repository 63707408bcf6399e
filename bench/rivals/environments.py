"""Rivals from PyPI, each in a virtual environment of its own, made once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["GENSIM", "python_with"]

GENSIM = "gensim==4.4.0"


def python_with(requirement: str) -> str:
    """Return a Python interpreter that has `requirement`; the first call installs it.

    Environments are kept under ``WORDKIN_BENCH_HOME`` (default ``~/.cache/wordkin-bench``).
    """
    home = Path(os.environ.get("WORDKIN_BENCH_HOME", Path.home() / ".cache" / "wordkin-bench"))
    folder = home / requirement.replace("==", "-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"# installing {requirement} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", requirement], check=True)
    return str(python)
