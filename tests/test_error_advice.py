"""Every argument that a message of the package names is an argument of something that its users call."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import wordkin

PACKAGE = Path(wordkin.__file__).parent

_ARGUMENT = re.compile(r"(?<![\w.<-])([a-z]\w*)(?:=|<=|>=)(?=['\w]|$)")

# Packages whose functions are called through others, and those others.
_CALLERS = {"storage": ("text",), "text": ("word2vec", "phrases", "elmo"), "runtime": ("word2vec", "elmo")}


def messages() -> Iterator[tuple[Path, int, str]]:
    """All strings of the package except docstrings."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield path.relative_to(PACKAGE), node.lineno, node.value


def arguments_of(package: str) -> set[str]:
    """The names of all arguments of the public functions and methods of a package."""
    root = importlib.import_module(f"wordkin.{package}")
    modules = [root]
    for module in pkgutil.walk_packages(getattr(root, "__path__", []), f"{root.__name__}."):
        modules.append(importlib.import_module(module.name))
    found: set[str] = set()
    for module in modules:
        for name in getattr(module, "__all__", []):
            member = getattr(module, name)
            methods = [value for _, value in inspect.getmembers(member, callable)] if inspect.isclass(member) else []
            for function in (member, *methods):
                try:
                    found |= set(inspect.signature(function).parameters)
                except (TypeError, ValueError):
                    continue
    return found


def named_arguments() -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for path, _, text in messages():
        # The text of an object, such as "Word2Vec<vocab=", and requests of commands are not advice.
        if path.parts[0] == "cli" or re.search(r"\w<\w+=|^, \w+=", text) or text.startswith((" vocab, ", " phrases, ")):
            continue
        named.setdefault(path.parts[0].removesuffix(".py"), set()).update(_ARGUMENT.findall(text))
    return {package: names for package, names in named.items() if names}


@pytest.mark.parametrize("package", sorted(named_arguments()))
def test_messages_name_arguments_that_exist(package: str) -> None:
    names = named_arguments()[package]
    for caller in _CALLERS.get(package, (package,)):
        assert names <= arguments_of(caller), f"called through {caller}"


def test_the_walk_finds_the_advice_about_encodings() -> None:
    assert {"encoding", "errors"} <= named_arguments()["storage"]
    assert "min_count" in named_arguments()["text"]
