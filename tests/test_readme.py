"""The commands and programs in the README work exactly as printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wordkin

README = Path(__file__).resolve().parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.+?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_commands_and_programs_run(tmp_path: Path) -> None:
    (shell,) = (block for block in blocks("sh") if "wordkin train" in block)
    program, contextual, answers, imports = blocks("python")
    python = f'"{sys.executable}"'
    script = f'set -e\nwordkin() {{ {python} -m wordkin "$@"; }}\npython() {{ {python} "$@"; }}\n{shell}'
    # The script runs in another folder and must find the same package.
    environment = {**os.environ, "PYTHONPATH": str(Path(wordkin.__file__).resolve().parent.parent)}
    programs = [f"{imports}\n{program}", contextual, answers]
    printed = []
    for command in (["/bin/sh", "-c", script], *([sys.executable, "-c", text] for text in programs)):
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="locale", timeout=600, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        printed.append(done.stdout)
    assert printed[2].endswith("(5, 64)\n")
    assert printed[3].endswith("[['B-NP', 'I-NP']]\n")
