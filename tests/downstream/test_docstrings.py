"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import wordkin.downstream

MODULES = [name for _, name, _ in pkgutil.walk_packages(wordkin.downstream.__path__, "wordkin.downstream.")]


@pytest.mark.parametrize("name", [*MODULES, "wordkin.runtime.estimator", "wordkin.sklearn"])
def test_examples(name: str) -> None:
    for case in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(case).failed == 0, case.name
