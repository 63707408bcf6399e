"""Rivals from PyPI, each in a virtual environment of its own, made once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["GENSIM", "PYTORCH", "bench_home", "forget_blas_settings", "python_with"]

GENSIM = "gensim==4.4.0"
PYTORCH = ("torch==2.13.0", "numpy", "matplotlib", "pytorch-crf==0.7.2")
_BLAS_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def forget_blas_settings() -> None:
    """Drop what a machine's administrator set for some other BLAS: it slows that of a current NumPy or SciPy.

    Meant for before NumPy is imported; processes that are started later go without, too.
    """
    for name in _BLAS_SETTINGS:
        os.environ.pop(name, None)


def bench_home() -> Path:
    """Where benches keep what they make: ``WORDKIN_BENCH_HOME`` (default ``~/.cache/wordkin-bench``)."""
    return Path(os.environ.get("WORDKIN_BENCH_HOME", Path.home() / ".cache" / "wordkin-bench"))


def python_with(requirement: str, *further: str) -> str:
    """Return a Python interpreter that has `requirement` and what stands beside it; the first call installs them."""
    folder = bench_home() / requirement.replace("==", "-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"# installing {requirement} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", requirement, *further], check=True)
    return str(python)
