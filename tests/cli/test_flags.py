"""Flags are made from the option classes: help texts show the defaults of the library, and choices in braces."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest

from wordkin import ELMo, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.cli import main
from wordkin.cli.program import COMMANDS
from wordkin.elmo import ELMoOptions

Defaults = Mapping[str, Any]


def defaults_of(*functions: Callable[..., Any]) -> Defaults:
    parameters = [inspect.signature(function).parameters for function in functions]
    return {name: parameter.default for own in parameters for name, parameter in own.items()}


def shown_defaults(*command: str) -> dict[str, str]:
    """Return the defaults that the help of a command shows, by argument."""
    parser = argparse.ArgumentParser()
    import_module(f"wordkin.cli.{COMMANDS[command[0]][0]}").configure(parser)
    for name in command[1:]:
        (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        parser = group.choices[name]
    shown = {}
    for action in parser._actions:
        found = re.search(r"\(default: ([^()]*)\)$", (action.help or "") % {"default": action.default})
        if found:
            shown[action.dest] = found[1]
    return shown


CASES: dict[tuple[str, ...], tuple[Defaults, set[str]]] = {
    ("train",): (defaults_of(Word2Vec), {"workers", "max_isa", "format", "progress"}),
    ("phrases",): (defaults_of(Phrases), {"workers", "threshold", "passes", "connector_words", "progress"}),
    ("elmo", "train"): (
        {**{item.name: item.default for item in fields(ELMoOptions)}, **defaults_of(ELMo.train)},
        {"workers", "max_isa", "checkpoint", "vocabulary", "learning_rate", "progress"},
    ),
    ("elmo", "encode"): (
        defaults_of(ELMo.encode_file),
        {"workers", "format", "cache_bytes", "progress", "layers", "precision"},
    ),
    ("classify", "train"): (
        defaults_of(TextClassifier),
        {"workers", "embedding", "format", "random_state", "progress"},
    ),
    ("tag", "train"): (
        defaults_of(SequenceTagger),
        {"workers", "embedding", "format", "random_state", "learned_scheme", "progress"},
    ),
}


@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_help_shows_the_defaults_of_the_library(command: tuple[str, ...]) -> None:
    defaults, described = CASES[command]
    shown = shown_defaults(*command)
    assert len(shown) >= 8
    for name, text in shown.items():
        if name in described:
            continue
        default = defaults[name]
        if name == "filters":
            assert text == ",".join(f"{width}x{number}" for width, number in default)
        else:
            assert type(default)(text) == default, name


def test_choices_are_shown_in_braces(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elmo", "train", "--help"]) == 0
    assert "--schedule {constant,linear,inverse_sqrt,epoch_decay}" in " ".join(capsys.readouterr().out.split())


def test_unknown_choices_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elmo", "train", "corpus", "-o", "model", "--schedule", "cosine"]) == 2
    assert "invalid choice: 'cosine'" in capsys.readouterr().err
