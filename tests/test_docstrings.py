"""The examples in the docstrings of every module of the package run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wordkin
from wordkin import Word2Vec

MODULES = ["wordkin"] + [
    found.name
    for found in pkgutil.walk_packages(wordkin.__path__, "wordkin.")
    if "._core" not in found.name and not found.name.endswith("__main__")
]


def word2vec_namespace() -> dict[str, Any]:
    """Examples of the modules that implement `Word2Vec` use the class."""
    return {"Word2Vec": Word2Vec}


# Names that examples may use without defining them, by package. Everywhere else examples are self-contained.
NAMESPACES: dict[str, Callable[[], dict[str, Any]]] = {
    "wordkin.word2vec": word2vec_namespace,
}


class Runner(doctest.DocTestRunner):
    """Runs examples; `missing` is the package that is not installed and without which the first one failed."""

    def __init__(self) -> None:
        super().__init__(optionflags=doctest.ELLIPSIS)
        self.missing: str | None = None
        self._has_failed = False

    def report_failure(self, *arguments: Any) -> None:
        self._has_failed = True
        super().report_failure(*arguments)

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        error = exc_info[1]
        package = (error.name or "").partition(".")[0] if isinstance(error, ImportError) else ""
        if not self._has_failed and package and importlib.util.find_spec(package) is None:
            self.missing = package
        self._has_failed = True
        super().report_unexpected_exception(out, test, example, exc_info)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where examples write files
    module = importlib.import_module(name)
    namespaces = [make for package, make in NAMESPACES.items() if f"{name}.".startswith(f"{package}.")]
    failures, missing = [], set()
    for example in doctest.DocTestFinder(exclude_empty=True).find(module):
        for make in namespaces:
            example.globs.update(make())
        report: list[str] = []
        runner = Runner()
        if runner.run(example, out=report.append).failed and runner.missing is None:
            failures.append("".join(report))
        missing |= {runner.missing} - {None}
    assert not failures, "\n".join(failures)
    if missing:
        pytest.skip(f"needs {', '.join(sorted(missing))}")
