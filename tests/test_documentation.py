"""The programs in docs/ run from start to end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wordkin

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("name", ["from-text-to-pictures.md"])
def test_programs_run(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    programs = re.findall(
        r"^```python\n(.+?)^```$", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(wordkin.__file__).resolve().parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(programs)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="locale",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "('eludom'," in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"python.html", "words.png"}
