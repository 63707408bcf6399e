"""Texts for the tests of phrases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def gensim() -> dict[str, Any]:
    """Return the results of gensim 4.4 for a small text and several settings."""
    text = Path(__file__).with_name("gensim_results.json").read_text(encoding="utf-8")
    # The limits of NPMI are exact in wordkin; in gensim the highest score is rounded up.
    results: dict[str, Any] = json.loads(text.replace("1.0000000000000002", "1.0"))
    return results


@pytest.fixture
def sentences(gensim: dict[str, Any]) -> list[list[str]]:
    """Return the sentences of that text."""
    found: list[list[str]] = gensim["sentences"]
    return found


@pytest.fixture
def text(tmp_path: Path, sentences: list[list[str]]) -> Path:
    """Return the sentences as a text file."""
    path = tmp_path / "text"
    path.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences), encoding="utf-8")
    return path
