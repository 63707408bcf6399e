"""A type checker accepts correct use of the public API and finds mistakes in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wordkin

FOLDER = Path(__file__).resolve().parent
NAMES = ("right.py", "wrong.py")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[int, list[str]]]:
    """mypy's errors in each file by line; its settings are those of a user, not of this project."""
    location = Path(wordkin.__file__).resolve().parent.parent
    environment = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    if location.name not in ("site-packages", "dist-packages"):  # a source tree that mypy would not find
        environment["MYPYPATH"] = str(location)
    folder = tmp_path_factory.mktemp("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--hide-error-context", "--config-file=", "--cache-dir=cache"]
        + [str(FOLDER / name) for name in NAMES],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="locale",
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, dict[int, list[str]]] = {name: {} for name in NAMES}
    for path, line, message in re.findall(r"^(.+?\.py):(\d+): error: (.*)$", done.stdout, flags=re.MULTILINE):
        if (folder / path).resolve().parent == FOLDER:
            found[Path(path).name].setdefault(int(line), []).append(message)
    return found


def test_correct_use_has_no_errors(errors: dict[str, dict[int, list[str]]]) -> None:
    assert errors["right.py"] == {}


def test_every_mistake_is_found(errors: dict[str, dict[int, list[str]]]) -> None:
    lines = (FOLDER / "wrong.py").read_text(encoding="utf-8").splitlines()
    wrong = {number: line.strip() for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}
    assert len(wrong) == 12
    missed = [line for number, line in wrong.items() if number not in errors["wrong.py"]]
    assert not missed
    assert set(errors["wrong.py"]) == set(wrong)
