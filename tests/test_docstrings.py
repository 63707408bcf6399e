"""The examples in the docstrings of every module of the package run and print what they say."""

from __future__ import annotations

import doctest
import importlib
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


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where examples write files
    module = importlib.import_module(name)
    namespaces = [make for package, make in NAMESPACES.items() if f"{name}.".startswith(f"{package}.")]
    failures = []
    for example in doctest.DocTestFinder(exclude_empty=True).find(module):
        for make in namespaces:
            example.globs.update(make())
        report: list[str] = []
        if doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=report.append).failed:
            failures.append("".join(report))
    assert not failures, "\n".join(failures)
