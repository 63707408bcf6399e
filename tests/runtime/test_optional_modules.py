"""Packages that need not be installed: the error says whether they are missing or broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from wordkin.runtime.optional_modules import import_optional


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_missing_package_is_named_with_its_extra() -> None:
    for module in ("no_such_package", "no_such_package.part"):
        with pytest.raises(ImportError) as caught:
            import_optional(module, "this needs", extra="all", package="Nothing")
        assert str(caught.value) == "this needs Nothing: pip install 'wordkin[all]'"


@pytest.mark.parametrize(
    "code",
    [
        "raise ImportError('libhdf5.so: failed to map segment from shared object')",
        "import no_such_dependency",
        "from os import no_such_name",
    ],
)
def test_a_package_that_cannot_be_loaded_is_not_called_missing(code: str, packages: Path) -> None:
    (packages / "broken_package.py").write_text(code, encoding="utf-8")
    with pytest.raises(ImportError, match="broken_package, which is installed but cannot be imported: ") as caught:
        import_optional("broken_package", "this needs", extra="all")
    assert "pip" not in str(caught.value)
    assert str(caught.value.__cause__) in str(caught.value)


def test_lack_of_memory_is_not_an_import_error(packages: Path) -> None:
    (packages / "large_package.py").write_text("raise MemoryError", encoding="utf-8")
    with pytest.raises(MemoryError):
        import_optional("large_package", "this needs", extra="all")
