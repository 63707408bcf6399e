"""The examples in the docstrings of every module of the package run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wordkin
from wordkin import KeyedVectors, Word2Vec

MODULES = ["wordkin"] + [
    found.name
    for found in pkgutil.walk_packages(wordkin.__path__, "wordkin.")
    if "._core" not in found.name and not found.name.endswith("__main__")
]
FRUIT_AND_CARS = {
    "apple": [1.0, 0.1, 0.0, 0.2],
    "pear": [0.9, 0.2, 0.1, 0.2],
    "plum": [0.8, 0.4, 0.0, 0.1],
    "car": [0.0, 0.1, 1.0, 0.9],
    "bus": [0.1, 0.0, 0.9, 0.8],
    "train": [0.0, 0.4, 0.9, 0.5],
}


def vectors_namespace() -> dict[str, Any]:
    """Examples about word vectors use `kv`: six words in four dimensions, and `np`."""
    rows = np.array(list(FRUIT_AND_CARS.values()), dtype=np.float32)
    return {"kv": KeyedVectors.from_vocabulary(list(FRUIT_AND_CARS), rows, np.arange(60, 0, -10)), "np": np}


def word2vec_namespace() -> dict[str, Any]:
    """Examples of the modules that implement `Word2Vec` use the class."""
    return {"Word2Vec": Word2Vec}


# Names that examples may use without defining them, by package. Everywhere else examples are self-contained.
NAMESPACES: dict[str, Callable[[], dict[str, Any]]] = {
    "wordkin.vectors": vectors_namespace,
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
