"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import wordkin.elmo

SHARED = [
    "runtime.callbacks",
    "runtime.shutdown",
    "runtime.progress",
    "runtime.options",
    "storage.checkpoint",
    "text.characters",
]
MODULES = [name for _, name, _ in pkgutil.walk_packages(wordkin.elmo.__path__, "wordkin.elmo.")]


@pytest.mark.parametrize("name", [*MODULES, *(f"wordkin.{name}" for name in SHARED)])
def test_examples(name: str) -> None:
    for case in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(case).failed == 0, case.name
