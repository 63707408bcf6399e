"""Virtual environments for the libraries that wordkin is compared with; created once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["FASTTEXT", "GENSIM", "MANYLANGS", "PYTORCH", "bench_home", "forget_blas_settings", "python_with"]

FASTTEXT = "fasttext-wheel==0.9.2"
GENSIM = "gensim==4.4.0"
MANYLANGS = ("elmoformanylangs==0.0.4.post2", "torch==2.13.0", "overrides==3.1.0", "numpy")
PYTORCH = ("torch==2.13.0", "numpy", "pytorch-crf==0.7.2")
_BLAS_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def forget_blas_settings() -> None:
    """Remove environment variables that slow down the OpenBLAS of current NumPy and SciPy builds.

    Call it before NumPy is imported; subprocesses that are started later do not inherit the variables either.
    """
    for name in _BLAS_SETTINGS:
        os.environ.pop(name, None)


def bench_home() -> Path:
    """Return the folder for the files of benchmarks: ``WORDKIN_BENCH_HOME``, by default ``~/.cache/wordkin-bench``."""
    return Path(os.environ.get("WORDKIN_BENCH_HOME", Path.home() / ".cache" / "wordkin-bench"))


def python_with(requirement: str, *further: str) -> str:
    """Return a Python interpreter with the given requirements; the first call installs them."""
    folder = bench_home() / requirement.replace("==", "-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"# installing {requirement} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "-q", "install", requirement, *further], check=True)
    return str(python)
