"""Thread teams: native checks, under the thread sanitizer if the compiler supports it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = [
    "tests/native/team_check.cpp",
    "cpp/parallel/fork.cpp",
    "cpp/parallel/team.cpp",
    "cpp/parallel/thread_pool.cpp",
]


def built(compiler: str, program: Path, flags: list[str]) -> bool:
    command = [compiler, "-std=c++20", "-O1", "-pthread", *flags, "-Icpp", *SOURCES, "-o", str(program)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_native_checks_of_thread_teams(tmp_path: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("needs GCC or Clang")
    program = tmp_path / "team_check"
    assert built(compiler, program, ["-fsanitize=thread"]) or built(compiler, program, [])
    done = subprocess.run([program], capture_output=True, encoding="locale", check=False)
    if (
        "unexpected memory mapping" in done.stderr
    ):  # the sanitizer does not support the address-space layout of this system
        assert built(compiler, program, [])
        done = subprocess.run([program], capture_output=True, encoding="locale", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
