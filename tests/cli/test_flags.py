"""Flags made from option classes: types, help texts with defaults, and choices; and flags shared by commands."""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, Literal

import pytest

from wordkin import ELMo, Phrases, SequenceTagger, TextClassifier, Word2Vec
from wordkin.cli import main
from wordkin.cli.flags import (
    add_json_flag,
    add_option_flags,
    add_progress_flag,
    add_switch,
    add_workers_flag,
    argument_names,
    given_arguments,
    parse_filters,
)
from wordkin.cli.program import COMMANDS
from wordkin.downstream.files.labelled_files import read_labelled, read_tagged
from wordkin.elmo import ELMoOptions
from wordkin.runtime.options import Options, checked_field, choice_field, integer_field, real_field
from wordkin.text import PreparationOptions

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
    ("train",): (
        defaults_of(Word2Vec),
        {"workers", "vocabulary_change", "max_isa", "format", "progress", "distributed"},
    ),
    ("phrases",): (defaults_of(Phrases), {"workers", "threshold", "passes", "connector_words", "progress"}),
    ("elmo", "train"): (
        {
            **{item.name: item.default for item in (*fields(ELMoOptions), *fields(PreparationOptions))},
            **defaults_of(ELMo.train),
        },
        {"preset", "workers", "max_isa", "checkpoint", "vocabulary", "learning_rate", "progress", "distributed"},
    ),
    ("elmo", "encode"): (
        defaults_of(ELMo.encode_file),
        {"workers", "format", "cache_bytes", "progress", "layers", "precision"},
    ),
    ("classify", "train"): (
        {
            **{item.name: item.default for item in fields(PreparationOptions)},
            **defaults_of(read_labelled),
            **defaults_of(TextClassifier),
        },
        {"workers", "embedding", "format", "header", "delimiter", "random_state", "progress", "elmo_precision"},
    ),
    ("tag", "train"): (
        {**defaults_of(read_tagged), **defaults_of(SequenceTagger)},
        {
            "workers",
            "embedding",
            "format",
            "header",
            "delimiter",
            "random_state",
            "learned_scheme",
            "progress",
            "elmo_precision",
        },
    ),
}


@pytest.mark.parametrize("command", CASES, ids=" ".join)
def test_help_shows_the_defaults_of_the_python_api(command: tuple[str, ...]) -> None:
    defaults, described = CASES[command]
    shown = shown_defaults(*command)
    assert len(shown) >= 8
    for name, text in shown.items():
        if name in described:
            continue
        default = defaults[name]
        if name == "filters":
            assert text == ",".join(f"{width}x{number}" for width, number in default)
        elif default is None:
            assert text == "none", name
        else:
            assert type(default)(text) == default, name


def test_choices_are_shown_in_braces(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elmo", "train", "--help"]) == 0
    assert "--schedule {constant,linear,inverse_sqrt,epoch_decay}" in " ".join(capsys.readouterr().out.split())


def test_unknown_choices_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["elmo", "train", "corpus", "-o", "model", "--schedule", "cosine"]) == 2
    assert "invalid choice: 'cosine'" in capsys.readouterr().err


@dataclass(frozen=True, kw_only=True)
class ExampleOptions(Options):
    """One field of every kind that becomes a flag."""

    window: int = integer_field(5, low=1, high=10, help="Distance in words.")
    sample: float = real_field(1e-3, low=0.0, help="Share of 100% of the words.")
    max_steps: int | None = integer_field(None, low=1, high=10, help="Number of steps.")
    optimizer: str = choice_field("adam", Literal["adagrad", "adam"], help="Algorithm.")
    job_words: int = integer_field(7, low=1, high=10, help="Words per job.", name="batch_words")
    filters: tuple[tuple[int, int], ...] = checked_field(((1, 32),), lambda name, value: value, help="Filters.")
    unchecked: object = None


def parse(*arguments: str, **settings: Any) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="program", exit_on_error=False)
    add_option_flags(parser, ExampleOptions, [item.name for item in fields(ExampleOptions)], **settings)
    return parser, parser.parse_args(arguments)


def test_only_given_options_are_parsed() -> None:
    assert vars(parse()[1]) == {}
    _, args = parse("--window", "3", "--batch-words", "9", "--filters", "1x4,2x8", "--optimizer", "adagrad")
    assert vars(args) == {"window": 3, "batch_words": 9, "filters": [[1, 4], [2, 8]], "optimizer": "adagrad"}
    assert given_arguments(args, ["window", "sample"]) == {"window": 3}


def test_arguments_have_the_names_of_the_rules() -> None:
    expected = ["window", "sample", "max_steps", "optimizer", "batch_words", "filters"]
    assert argument_names(ExampleOptions) == expected
    assert argument_names(ExampleOptions, ["job_words", "window"]) == ["batch_words", "window"]


def test_help_texts_and_defaults_come_from_the_rules() -> None:
    parser, _ = parse(defaults={"max_steps": "until the end"})
    shown = " ".join(parser.format_help().split())
    for expected in (
        "--window INT distance in words (default: 5)",
        "--sample FLOAT share of 100% of the words (default: 0.001)",
        "--max-steps INT number of steps (default: until the end)",
        "--optimizer {adagrad,adam} algorithm (default: adam)",
        "--batch-words INT words per job (default: 7)",
        "--filters LIST filters (default: 1x32)",
    ):
        assert expected in shown


@pytest.mark.parametrize(
    ("text", "filters"),
    [("1x32", [[1, 32]]), ("1x32,2x64", [[1, 32], [2, 64]]), (" [[1, 32], [2, 64]]", [[1, 32], [2, 64]])],
)
def test_filters_are_pairs_or_json(text: str, filters: list[list[int]]) -> None:
    assert parse_filters(text) == filters


@pytest.mark.parametrize("text", ["", "1x", "axb", "1x2;3x4", "[[1, 32]"])
def test_invalid_filters_are_rejected(text: str) -> None:
    with pytest.raises(ValueError):
        parse_filters(text)


def test_shared_flags() -> None:
    parser = argparse.ArgumentParser(prog="program")
    add_switch(parser, "--sg", "architecture", "skipgram", "use skip-gram")
    add_workers_flag(parser, max_isa=True)
    add_progress_flag(parser)
    add_json_flag(parser)
    assert vars(parser.parse_args([])) == {"workers": None, "max_isa": None, "progress": None, "json": False}
    args = parser.parse_args(["--sg", "--workers", "2", "--max-isa", "avx2", "--no-progress", "--json"])
    assert vars(args) == {
        "architecture": "skipgram",
        "workers": 2,
        "max_isa": "avx2",
        "progress": False,
        "json": True,
    }
