"""The check of a tag before it is released, and the text of the release."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"
CHANGELOG = "# Changelog\n\nPromises.\n\n## 0.2.0 (2027-03-01)\n\n- New.\n\n## 0.1.0 (2026-12-01)\n\n- Old.\n"
CODE = '"""Version."""\n\n__version__ = "0.2.0"\n'


@pytest.fixture(scope="module")
def notes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_notes", TOOLS / "release_notes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_consistent_release_has_the_newest_entry(notes: ModuleType) -> None:
    assert notes.version_problem("v0.2.0", CODE, CHANGELOG) is None
    assert notes.newest_entry(CHANGELOG) == "- New."
    assert notes.newest_entry(CHANGELOG.partition("## 0.1.0")[0]) == "- New."


@pytest.mark.parametrize(
    ("tag", "code", "changelog", "problem"),
    [
        ("0.2.0", CODE, CHANGELOG, "the tag must be v and the version"),
        ("v0.2.1", CODE, CHANGELOG, "the tag must be v and the version"),
        ("v0.2.0", CODE.replace("0.2.0", "0.2.0.dev1"), CHANGELOG, "the tag must be v and the version"),
        ("v0.2.0", CODE, CHANGELOG.replace("0.2.0", "0.2.1"), "must be of 0.2.0, got 0.2.1"),
        ("v0.2.0", CODE, CHANGELOG.replace("2027-03-01", "unreleased"), "must have a date"),
        ("v0.2.0", CODE, "# Changelog\n", "no entry"),
    ],
)
def test_what_does_not_fit_is_named(notes: ModuleType, tag: str, code: str, changelog: str, problem: str) -> None:
    assert problem in notes.version_problem(tag, code, changelog)


def test_the_changelog_of_this_version_can_be_released(notes: ModuleType) -> None:
    changelog = (TOOLS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    version = notes.HEADING.search(changelog)["version"]
    assert f'__version__ = "{version}"' in (TOOLS.parent / "python/wordkin/_version.py").read_text(encoding="utf-8")
    assert notes.newest_entry(changelog)
