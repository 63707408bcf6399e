"""The source tree keeps the rules of ARCHITECTURE.md."""

from __future__ import annotations

from pathlib import Path

import pytest

import architecture


@pytest.mark.parametrize("check", architecture.CHECKS, ids=lambda check: check.__name__)
def test_no_violations(check: architecture.Check) -> None:
    violations = list(check())
    assert not violations, f"{check.__doc__}\n" + "\n".join(violations)


@pytest.mark.parametrize("title", ["Python packages", "C++ folders"])
def test_tables_list_what_exists(title: str) -> None:
    listed = set(architecture.allowed_dependencies(title)) - {"_core"}
    if title == "C++ folders":
        assert listed == {path.name for path in architecture.CPP.iterdir() if path.is_dir()}
    else:
        assert listed == {architecture.top_package(path) for path in architecture.python_files()} - {
            "__init__",
            "__main__",
        }


def test_every_layer_exists() -> None:
    for package, order in architecture.layers().items():
        for name in set().union(*order):
            assert architecture.module_file([package, name]) is not None, f"{package}/{name}"


def test_cycles_of_any_length_are_found() -> None:
    a, b, c, d = (Path(name) for name in "abcd")
    assert architecture.strongly_connected({a: {b}, b: {c}, c: {a}, d: {a}}) == [{a, b, c}]
    assert architecture.strongly_connected({a: {b}, b: set(), c: {c}}) == [{c}]
    assert architecture.strongly_connected({a: {b, c}, b: {c}, c: set()}) == []


def test_imports_are_read_wherever_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture, "PYTHON", tmp_path)
    for name in ("__init__.py", "one/__init__.py", "one/first.py", "one/second.py", "two.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    first = tmp_path / "one" / "first.py"
    first.write_text(
        """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .second import Thing
def function():
    from .. import two
def other():
    from .. import __version__
""",
        encoding="utf-8",
    )
    expected = {tmp_path / "one" / "second.py", tmp_path / "two.py", tmp_path / "__init__.py"}
    assert architecture.imported_files(first) == expected
