"""The program ``wordkin``: finds the command, runs it, and turns every outcome into an exit code."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from . import exits
from .terminal import abandon_output, complain, flush_output, library_messages, robust_output

__all__ = ["COMMANDS", "main"]

# Modules of the commands; each has `add_parser(subparsers)` and `run(args)`, which returns an exit code.
COMMANDS = {
    "demo": "word2vec.demo",
    "train": "word2vec.train",
    "vocab": "word2vec.vocab",
    "phrases": "phrases.command",
    "similar": "vectors.similar",
    "analogy": "vectors.analogy",
    "evaluate": "vectors.evaluate",
    "convert": "models.convert",
    "elmo": "elmo.command",
    "classify": "downstream.classify",
    "tag": "downstream.tag",
    "info": "models.info",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; by default those of the process.

    Returns
    -------
    int
        0; 1 for a failure, 2 for wrong usage, 130 when interrupted, 141 when the reader of standard output has gone,
        143 when terminated.

    Examples
    --------
    >>> main(["info", "--json"])  # doctest: +SKIP
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    robust_output()
    try:
        with library_messages(), exits.termination_as_exception():
            status = _run(arguments)
            flush_output()
            return status
    except exits.UsageError as error:
        complain("error", str(error))
        return exits.USAGE
    except exits.Terminated as stop:
        complain("error", str(stop) or "terminated")
        return exits.TERMINATED
    except KeyboardInterrupt as stop:
        complain("error", str(stop) or "interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        abandon_output()
        return exits.CLOSED_PIPE
    except exits.FORESEEN as error:
        complain("error", exits.described(error))
        try:
            flush_output()
        except OSError:
            abandon_output()
        return exits.FAILURE


def _run(arguments: list[str]) -> int:
    # The module of one command is enough to run it; all are needed for help and for complaints.
    named = arguments[:1] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    parser = _Parser(
        prog="wordkin",
        description="Train word vectors and language models on text, ask them, evaluate and convert them.",
        epilog="`wordkin COMMAND --help` tells the options of a command.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    modules = {name: import_module(f".{COMMANDS[name]}", __package__) for name in named}
    for module in modules.values():
        module.add_parser(subparsers)
    try:
        parsed = parser.parse_args(arguments, argparse.Namespace(arguments=arguments))
    except SystemExit:  # after --help
        return exits.SUCCESS
    if parsed.version:
        from .._version import __version__

        print(f"wordkin {__version__}")
        return exits.SUCCESS
    if parsed.command is None:
        parser.print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError("a command is needed")
    status: int = modules[parsed.command].run(parsed)
    return status


class _Parser(argparse.ArgumentParser):
    """Complains in one line, and guesses no abbreviations: they would break when flags are added."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "allow_abbrev": False})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise exits.UsageError(f"{message}; see `{self.prog} --help`")
