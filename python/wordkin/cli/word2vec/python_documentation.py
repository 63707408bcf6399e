"""English text that every Python brings along: its language reference and the docstrings of its standard library."""

from __future__ import annotations

import ast
import os
import re
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

from ...errors import CorpusError

__all__ = ["documentation_sentences"]

# Tests are no documentation; tables of encodings hold hardly a word, and reading them would take a tenth of the time.
_LEFT_OUT = {
    "__pycache__", "dist-packages", "encodings", "ensurepip", "idle_test", "lib2to3", "site-packages", "test", "tests",
    "turtledemo",
}  # fmt: skip
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[a-z]+")
_FEWEST_WORDS = 3  # a paragraph of fewer has no context to learn from


def documentation_sentences(stdlib: Path | None = None) -> list[list[str]]:
    """Return the distinct paragraphs of the documentation as lists of lower-case words; no file is imported.

    Parameters
    ----------
    stdlib
        The folder of the standard library; that of the running Python by default.

    Raises
    ------
    CorpusError
        If the library's source files are missing, as in some frozen or zipped installations.

    Examples
    --------
    >>> sum(map(len, documentation_sentences())) > 100_000
    True
    """
    folder = Path(sysconfig.get_path("stdlib")) if stdlib is None else stdlib
    paragraphs = (words for text in _texts(folder) for words in _paragraphs(text))
    sentences = [list(words) for words in dict.fromkeys(paragraphs)]  # copied text would teach itself, not the words
    if not sentences:
        raise CorpusError(f"{folder}: no documented source files; this Python has come without those of its library")
    return sentences


def _texts(stdlib: Path) -> Iterator[str]:
    for path in _source_files(stdlib):
        tree = _parse(path)
        if tree is not None:
            yield from _long_strings(tree) if path.parent.name == "pydoc_data" else _docstrings(tree)


def _source_files(stdlib: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(stdlib):
        subfolders[:] = sorted(set(subfolders) - _LEFT_OUT)  # site-packages alone may be larger than all the rest
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _parse(path: Path) -> ast.Module | None:
    """The syntax tree of a file; None for what this Python does not take, such as templates and examples of errors."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in other people's strings
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _long_strings(tree: ast.Module) -> Iterator[str]:
    """Strings of several lines: the pages of the language reference are the values of one dictionary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            yield node.value


def _docstrings(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    docstring = ast.get_docstring(node, clean=False)
    if docstring:
        yield docstring
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _docstrings(child)


def _paragraphs(text: str) -> Iterator[tuple[str, ...]]:
    for paragraph in _PARAGRAPH_END.split(text):
        words = tuple(_WORD.findall(paragraph.lower()))
        if len(words) >= _FEWEST_WORDS:
            yield words
