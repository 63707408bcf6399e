"""English text that comes with every Python: the language reference and the docstrings of the standard library."""

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

# Tests are not documentation; tables of encodings have hardly any words and take a tenth of the time to read.
_SKIPPED_FOLDERS = {
    "__pycache__", "dist-packages", "encodings", "ensurepip", "idle_test", "lib2to3", "site-packages", "test", "tests",
    "turtledemo",
}  # fmt: skip
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_WORD = re.compile(r"[a-z]+")
_MIN_WORDS = 3  # shorter paragraphs have no context to learn from


def documentation_sentences(stdlib: Path | None = None) -> list[list[str]]:
    """Return the distinct paragraphs of the documentation; files are parsed, not imported.

    Parameters
    ----------
    stdlib : Path or None, default None
        Folder of the standard library; None for that of the running Python.

    Returns
    -------
    list of lists of str
        Lower-case words of each paragraph.

    Raises
    ------
    CorpusError
        If the source files of the library are missing, as in some frozen or zipped installations.

    Examples
    --------
    >>> sum(map(len, documentation_sentences())) > 100_000
    True
    """
    folder = Path(sysconfig.get_path("stdlib")) if stdlib is None else stdlib
    paragraphs = (words for text in _texts(folder) for words in _paragraphs(text))
    sentences = [list(words) for words in dict.fromkeys(paragraphs)]  # repeated text would be memorised
    if not sentences:
        raise CorpusError(
            f"{folder}: no documented source files; this Python was installed without the sources of its library"
        )
    return sentences


def _texts(stdlib: Path) -> Iterator[str]:
    for path in _source_files(stdlib):
        tree = _parse(path)
        if tree is not None:
            yield from _long_strings(tree) if path.parent.name == "pydoc_data" else _docstrings(tree)


def _source_files(stdlib: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(stdlib):
        subfolders[:] = sorted(set(subfolders) - _SKIPPED_FOLDERS)  # site-packages can be larger than all other folders
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))


def _parse(path: Path) -> ast.Module | None:
    """Return the syntax tree of a file; None for files that are not valid in this Python, such as templates."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about invalid escape sequences
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _long_strings(tree: ast.Module) -> Iterator[str]:
    """Yield strings of several lines: pages of the language reference are values of a dictionary."""
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
        if len(words) >= _MIN_WORDS:
            yield words
