"""Resource-limited subprocesses for untrusted files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wordkin.cli.models import confinement

pytest.importorskip("resource")


def confined(code: str) -> str:
    script = f"from wordkin.cli.models.confinement import confine\nconfine(1 << 30, 5)\n{code}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="locale", check=True).stdout


def test_memory_and_cpu_time_are_limited() -> None:
    code = "try: bytearray(1 << 31)\nexcept MemoryError: print('refused')"
    assert confined(code) == "refused\n"
    code = "import resource\nprint(resource.getrlimit(resource.RLIMIT_CPU))"
    assert confined(code) == "(5, 5)\n"


def test_a_killed_process_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(3 << 20))
    monkeypatch.setattr(confinement, "_PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert confinement.run_confined(["convert"], [str(file)]) == 1
    assert "was killed by SIGSEGV" in caplog.text
    monkeypatch.setattr(
        confinement, "_PROGRAM", "import sys; sys.exit(int(sys.argv[1]) // 2**20 - 2000 + int(sys.argv[2]))"
    )
    assert confinement.run_confined(["convert"], [str(file)]) == 48 + 24 + 63
