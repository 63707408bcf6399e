"""Run the tests that gensim has of its Doc2Vec with the classes of wordkin.

    PYTHONPATH=python python tools/gensim_tests.py

The interpreter needs gensim 4.4 and testfixtures. Tests whose names are in the table of docs/word2vec.md are expected
to fail, for the reason that it gives; the program fails if others do, or if one of these passes.
"""

from __future__ import annotations

import re
import sys
import types
import unittest
import warnings
from importlib.util import find_spec
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "word2vec.md"
MODULE = "gensim.test.test_doc2vec"
GENSIM_IMPORT = re.compile(r"^( *from )(gensim\.models)", re.MULTILINE)


def left_out(page: str) -> set[str]:
    """Return the names of the tests in the first column of the table of reasons."""
    section = page.split("Tests of gensim that fail:", 1)[1].split("\n\n", 2)[1]
    return set(re.findall(r"`(test_\w+)`", " ".join(line.split("|")[1] for line in section.splitlines())))


def load_tests() -> unittest.TestSuite:
    """Return the tests, which import wordkin's modules in place of gensim's models."""
    specification = find_spec(MODULE)
    if specification is None or specification.origin is None:
        raise SystemExit(f"{sys.executable} must have gensim 4.4 with its tests, {MODULE} was not found")
    source = Path(specification.origin).read_text(encoding="utf-8")
    module = types.ModuleType(MODULE)
    exec(compile(GENSIM_IMPORT.sub(r"\1wordkin.\2", source), specification.origin, "exec"), module.__dict__)
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main() -> int:
    warnings.simplefilter("ignore")
    expected = left_out(PAGE.read_text(encoding="utf-8"))
    result = unittest.TextTestRunner(verbosity=0).run(load_tests())
    failed = {test.id().rpartition(".")[2] for test, _ in (*result.failures, *result.errors)}
    print(f"{result.testsRun} tests, {len(result.skipped)} skipped, {len(failed)} failed")
    for name in sorted(failed - expected):
        print(f"fails, but is not in {PAGE.name}: {name}")
    for name in sorted(expected - failed):
        print(f"passes, but is in {PAGE.name}: {name}")
    return 1 if failed != expected else 0


if __name__ == "__main__":
    sys.exit(main())
