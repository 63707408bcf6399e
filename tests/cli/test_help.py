"""The help of every command: descriptions, defaults, examples; and completion in shells."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess

import pytest

from wordkin.cli.exits import UsageError
from wordkin.cli.parsers import examples_of, subcommands_of
from wordkin.cli.program import program_parser

from .conftest import Run


def leaves(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    commands = subcommands_of(parser)
    return [leaf for command in commands.values() for leaf in leaves(command)] if commands else [parser]


@pytest.fixture(scope="module")
def program() -> argparse.ArgumentParser:
    return program_parser()


def test_every_argument_is_described(program: argparse.ArgumentParser) -> None:
    for leaf in leaves(program):
        assert leaf.description and leaf.description.endswith("."), leaf.prog
        for action in leaf._actions:
            assert action.help, (leaf.prog, action.dest)
            if action.choices is not None and not action.required:
                assert action.metavar is None or "{" in str(action.metavar), (leaf.prog, action.option_strings)
                assert "(default: " in action.help, (leaf.prog, action.option_strings)


def arguments_of(line: str) -> list[list[str]]:
    """Return the arguments of each call of wordkin in a line for a shell."""
    found = []
    for part in line.split("|"):
        words = shlex.split(re.split(r" 2?[<>] ", part)[0])
        if words[0] in ("mpiexec", "torchrun"):
            words = words[words.index("wordkin") :]
        if words[0] == "wordkin":
            found.append(words[1:])
    return found


def test_every_command_has_examples_that_parse(program: argparse.ArgumentParser) -> None:
    groups = [command for command in subcommands_of(program).values() if subcommands_of(command)]
    for parser in [program, *groups, *leaves(program)]:
        examples = examples_of(parser)
        assert examples, parser.prog
        for purpose, line in examples:
            assert len(line) <= 86 and len(purpose) <= 84, line
            calls = arguments_of(line)
            assert calls, line
            for call in calls:
                assert call[: len(parser.prog.split()) - 1] == parser.prog.split()[1:]
                try:
                    program.parse_args(call)
                except UsageError as error:
                    pytest.fail(f"{line}: {error}")


def test_examples_are_not_wrapped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    shown = run("train", "--help").out
    assert "\nexamples:\n  # train on all texts" in shown
    assert "\n  wordkin train novels/ -o novels.safetensors --tokenizer words --lowercase\n" in shown
    assert "--normalize {NFC,NFKC}" in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    pytest.importorskip("shtab")
    outcome = run("--print-completion", shell)
    assert (outcome.status, outcome.err) == (0, "")
    assert "vector-size" in outcome.out
    found = shutil.which(shell)
    if found is not None:
        done = subprocess.run([found, "-n"], input=outcome.out, encoding="utf-8", capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
