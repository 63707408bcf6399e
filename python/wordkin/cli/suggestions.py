"""Suggestions for misspelled commands and flags, and for flags of other commands or other programs."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Iterable, Sequence

from .exits import UsageError
from .parsers import command_parser, subcommands_of

__all__ = ["check_command", "check_flags", "nearest"]

_LIKE_LONG_FLAG = re.compile(r"-{1,2}[A-Za-z][\w-]+")

# Flags of word2vec.c, fastText, GloVe and gensim's scripts, and what they are here.
_OF_OTHER_PROGRAMS = {
    "--batch-words": "--batch-words",
    "--cbow": "--cbow-mean",
    "--dim": "--vector-size",
    "--epoch": "--epochs",
    "--input": "the first argument",
    "--iter": "--epochs",
    "--learning-rate": "--alpha",
    "--lr": "--alpha",
    "--max-vocab": "--max-final-vocab",
    "--mincount": "--min-count",
    "--model": "the first argument",
    "--neg": "--negative",
    "--out": "--output",
    "--size": "--vector-size",
    "--skipgram": "--sg",
    "--t": "--sample",
    "--thread": "--workers",
    "--threads": "--workers",
    "--train": "the first argument",
    "--vector-dim": "--vector-size",
    "--vocab-min-count": "--min-count",
    "--window-size": "--window",
    "--ws": "--window",
}


def nearest(text: str, known: Iterable[str]) -> list[str]:
    """Return the names that a misspelled one may stand for, the most likely first.

    Parameters
    ----------
    text : str
        The misspelled name.
    known : iterable of str
        Existing names.

    Returns
    -------
    list of str
        At most 3 names: those that begin like it, then those with a similar spelling.

    Examples
    --------
    >>> nearest("--epoch", ["--epochs", "--window"])
    ['--epochs']
    """
    names = sorted(set(known))
    beginning = [name for name in names if name.startswith(text)]
    similar = difflib.get_close_matches(text, names, n=3, cutoff=0.7)
    return list(dict.fromkeys([*beginning, *similar]))[:3]


def _did_you_mean(names: Sequence[str]) -> str:
    *others, last = names or [""]
    listed = f"{', '.join(others)} or {last}" if others else last
    return f", did you mean {listed}?" if names else ""


def check_command(
    arguments: Sequence[str], parser: argparse.ArgumentParser, program: Callable[[], argparse.ArgumentParser]
) -> None:
    """Raise an error that suggests commands if the first argument, or that of a group, is no command.

    Parameters
    ----------
    arguments : sequence of str
        The command line.
    parser : ArgumentParser
        Parser of the program, of which only the command that the arguments name is complete.
    program : callable
        Returns the parser of the program with all commands; called only if there is an error.

    Raises
    ------
    UsageError
        If there is no such command.
    """
    for argument in arguments:
        commands = subcommands_of(parser)
        if not commands or argument.startswith("-"):
            return
        if argument not in commands:
            names = [f"`{parser.prog} {name}`" for name in nearest(argument, commands)]
            if not names:
                names = [f"`{other.prog}`" for other in _leaves(program()) if other.prog.split()[-1] == argument]
            raise UsageError(
                f"unknown command {argument!r}{_did_you_mean(names)} (`{parser.prog} --help` lists the commands)"
            )
        parser = commands[argument]


def _leaves(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    commands = subcommands_of(parser)
    return [leaf for command in commands.values() for leaf in _leaves(command)] if commands else [parser]


def check_flags(
    parser: argparse.ArgumentParser, arguments: Sequence[str], program: Callable[[], argparse.ArgumentParser]
) -> None:
    """Raise an error that suggests flags if a command has no such flag.

    This comes before parsing, which would first report what is missing because of the misspelled flag.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the program, of which only the command that the arguments name is complete.
    arguments : sequence of str
        The command line.
    program : callable
        Returns the parser of the program with all commands; called only if there is an error.

    Raises
    ------
    UsageError
        If a flag is unknown.
    """
    command = command_parser(parser, arguments)
    known = command._option_string_actions
    for argument in arguments:
        if argument == "--":
            return
        flag = argument.partition("=")[0]
        if flag.startswith("-") and flag not in known and subcommands_of(command):
            raise UsageError(f"flags must follow the name of a command, got {flag} (see `{command.prog} --help`)")
        if not _LIKE_LONG_FLAG.fullmatch(flag) or flag in known:
            continue
        if not flag.startswith("--") and _are_short_flags(flag, known):
            continue
        raise UsageError(_unknown_flag(flag, command, program))


def _are_short_flags(text: str, known: dict[str, argparse.Action]) -> bool:
    """Return whether a text is a group of short flags such as ``-vv``, or one with its value such as ``-ofile``."""
    action = known.get(text[:2])
    if action is None or (text[1] == "o" and _long_form(text) in known):
        return False
    return action.nargs != 0 or all(f"-{letter}" in known for letter in text[1:])


def _long_form(flag: str) -> str:
    """Return a flag as it would be spelled here: ``-min_count`` and ``-minCount`` are ``--min-count``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", flag.lstrip("-"))
    return "--" + words.replace("_", "-").lower()


def _unknown_flag(flag: str, command: argparse.ArgumentParser, program: Callable[[], argparse.ArgumentParser]) -> str:
    known = [name for name in command._option_string_actions if name.startswith("--")]
    spelled = _long_form(flag)
    renamed = _OF_OTHER_PROGRAMS.get(spelled)
    dashed = [name for name in command._option_string_actions if len(name) > 2 and name[1] != "-"]  # fastText's
    equal = [name for name in dashed if _long_form(name) == spelled]
    if equal:
        names = equal
    elif spelled in known:
        names = [spelled]
    elif renamed in known or (renamed is not None and not renamed.startswith("-")):
        names = [str(renamed)]
    else:
        names = nearest(flag, dashed) or nearest(spelled, known)
    help_text = f"`{command.prog} --help` lists the flags"
    if names:
        return f"unknown flag {flag}{_did_you_mean(names)} ({help_text})"
    owners = [leaf.prog for leaf in _leaves(program()) if spelled in leaf._option_string_actions]
    if owners:
        listed = ", ".join(f"`{owner}`" for owner in owners[:3])
        return f"unknown flag {flag}, which is a flag of {listed} (see `{owners[0]} --help`)"
    return f"unknown flag {flag} ({help_text})"
