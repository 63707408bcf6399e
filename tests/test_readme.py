"""The commands and programs in the README work exactly as printed, and print what it shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import pages


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_commands_and_programs_run(tmp_path: Path) -> None:
    pages.check_page(pages.ROOT / "README.md", tmp_path)


def test_it_stays_short() -> None:
    assert len((pages.ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120, (
        "documentation goes to docs/"
    )
