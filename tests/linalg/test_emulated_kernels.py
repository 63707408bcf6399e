"""Kernels for bfloat16 and 8-bit instructions, which few machines have, run with emulated instructions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from wordkin.runtime import compute

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = ["-std=c++20", "-O1", "-ffp-contract=off", "-w", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma"]


@pytest.mark.parametrize("kind", ["bfloat", "int8"])
def test_kernels_on_emulated_instructions(kind: str, tmp_path: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None or "avx512" not in compute.available_isas():
        pytest.skip("needs GCC or Clang and AVX-512")
    program = tmp_path / "check"
    source = ROOT / "tests" / "native" / f"{kind}_check.cpp"
    subprocess.run([compiler, *FLAGS, f"-I{ROOT / 'cpp'}", str(source), "-o", str(program)], check=True)
    done = subprocess.run([program], capture_output=True, encoding="locale", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
