"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Callable

import pytest

import wordkin.vectors
from wordkin import KeyedVectors

MODULES = [
    name for _, name, _ in pkgutil.walk_packages(wordkin.vectors.__path__, "wordkin.vectors.") if ".files" not in name
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, vectors_of_docstrings: Callable[[], KeyedVectors]) -> None:
    module = importlib.import_module(name)
    for case in doctest.DocTestFinder(exclude_empty=True).find(module):
        case.globs["kv"] = vectors_of_docstrings()
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(case).failed == 0, case.name
