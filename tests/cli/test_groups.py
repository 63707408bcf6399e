"""Groups of commands: ``wordkin elmo``, ``classify`` and ``tag``."""

from __future__ import annotations

import argparse

import pytest

from wordkin.cli.exits import UsageError
from wordkin.cli.groups import add_group, run_group

from .conftest import Run


def parsed(*arguments: str) -> argparse.Namespace:
    """Return the arguments of a program with the group `fruit`, which has two commands."""
    program = argparse.ArgumentParser(prog="program")
    commands = program.add_subparsers(dest="command")
    group = add_group(commands.add_parser("fruit"))
    group.add_parser("peel").add_argument("name")
    group.add_parser("eat")
    return program.parse_args(["fruit", *arguments])


def test_the_given_command_runs_with_its_arguments() -> None:
    calls: list[str] = []

    def peel(args: argparse.Namespace) -> int:
        calls.append(args.name)
        return 7

    def eat(args: argparse.Namespace) -> int:
        raise AssertionError("not given")

    assert run_group(parsed("peel", "apple"), {"peel": peel, "eat": eat}) == 7
    assert calls == ["apple"]


def test_without_a_command_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="fruit: a command is required"):
        run_group(parsed(), {})
    out = capsys.readouterr().out
    assert out.startswith("usage: program fruit")
    assert "`program fruit COMMAND --help` describes a command." in out


@pytest.mark.parametrize("name", ["elmo", "classify", "tag"])
def test_groups_of_the_program(run: Run, name: str) -> None:
    outcome = run(name)
    assert outcome.status == 2
    assert outcome.err == f"wordkin: error: {name}: a command is required\n"
    assert outcome.out.startswith(f"usage: wordkin {name}")
    assert run(name, "train", "--help").out.startswith(f"usage: wordkin {name} train")
