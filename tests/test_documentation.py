"""The code on every page of docs/ runs and prints what the page shows."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import pages

DOCS = pages.ROOT / "docs"
PAGES = [
    page for page in pages.PAGES if page.is_relative_to(DOCS) and pages.blocks_of(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_page(page: Path, tmp_path: Path) -> None:
    missing = pages.missing_packages(page.read_text(encoding="utf-8"))
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    pages.check_page(page, tmp_path)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("1 two\n", "1  two", True),
        ("1 two\n", "2 two\n", False),
        ("('list', 0.81)\n", "('list', 0.79)\n", True),
        ("('list', 0.81)\n", "('list', 0.71)\n", False),
        ("[... 0.5]\n", "[1, 2, 0.52]\n", True),
        ("first\n...\n", "first\nsecond\nthird\n", True),
        ("first\n", "first\nsecond\n", False),
    ],
)
def test_outputs_are_compared(shown: str, printed: str, same: bool) -> None:
    assert pages.agrees(shown, printed) == same


def test_blocks_of_a_page() -> None:
    page = (
        "<!--\n```python\nx = 1\n```\n-->\nText\n\n```python\nprint(x)\n```\n\n```text\n1\n```\n\n"
        "<!-- not run: downloads -->\n```sh\nwget x\n```\n\n```text\nalone\n```\n\n"
        "```sh\ndate\n```\n\n<!-- not compared: changes -->\n```text\nMonday\n```\n"
    )
    found = pages.blocks_of(page)
    assert [(block.language, block.code, block.output, block.compared) for block in found] == [
        ("python", "x = 1\n", None, True),
        ("python", "print(x)\n", "1\n", True),
        ("sh", "date\n", "Monday\n", False),
    ]
    with pytest.raises(ValueError, match="known language"):
        pages.blocks_of("```rust\n```\n")


# Packages whose names are for users. Constants and names that another package documents are left out.
REFERENCE = (
    "alignment", "doc2vec", "downstream", "elmo", "errors", "fasttext", "phrases", "sklearn", "vectors",
    "vectors.evaluation", "word2vec",
)  # fmt: skip
ELSEWHERE = {
    "__version__",
    "KeyedVectors",
    "Phraser",
    "ENGLISH_CONNECTOR_WORDS",
    "RULE_DEFAULT",
    "RULE_DISCARD",
    "RULE_KEEP",
}


@pytest.mark.parametrize("package", ["", *REFERENCE])
def test_the_reference_has_every_public_name(package: str) -> None:
    pages_of_reference = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    documented = set(re.findall(r"auto\w+:: wordkin\.(?:[\w.]+\.)?(\w+)", pages_of_reference))
    module = importlib.import_module(f"wordkin.{package}".rstrip("."))
    public = getattr(module, "__all__", ("ELMoVectorizer", "WordVectorizer"))
    assert sorted(set(public) - documented - (ELSEWHERE if package != "" else {"__version__"})) == []
