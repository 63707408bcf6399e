"""The list of gensim's tests that wordkin is expected to fail is read from the page that documents it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).resolve().parent.parent.parent / "tools" / "gensim_tests.py"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gensim_tests", PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_the_tests_that_fail(program: ModuleType) -> None:
    page = program.PAGE.read_text(encoding="utf-8")
    names = program.left_out(page)
    assert {"test_train_warning", "test_get_offsets_and_start_doctags"} <= names
    assert f"Of the other 43, {45 - len(names)} pass" in page


def test_imports_of_models_are_replaced_and_no_others(program: ModuleType) -> None:
    replaced = program.GENSIM_IMPORT.sub(
        r"\1wordkin.\2", "from gensim import utils\nfrom gensim.models import doc2vec\n"
    )
    assert replaced == "from gensim import utils\nfrom wordkin.gensim.models import doc2vec\n"
