"""The program ``wordkin``: finds and runs the command, and converts every outcome to an exit code."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from . import exits
from .advice import command_parser, with_flags
from .terminal import discard_output, flush_output, library_messages, report_message, robust_output

__all__ = ["COMMANDS", "main"]

# Module and summary of each command. A module has `configure(parser)` and `run(args)`, which returns an exit code. Only
# the module of the command that is run is imported: the help of the program does not need NumPy.
COMMANDS = {
    "demo": ("word2vec.demo", "train word vectors on the documentation of Python, in seconds"),
    "train": ("word2vec.train", "train word vectors on text"),
    "vocab": ("word2vec.vocab", "count the words of a text"),
    "phrases": ("phrases.command", "find phrases in a text and join their words"),
    "similar": ("vectors.similar", "print the nearest neighbours of words"),
    "analogy": ("vectors.analogy", "answer analogies: a is to b as c is to what?"),
    "explore": ("vectors.explore", "write a page that shows word vectors in a browser"),
    "evaluate": ("vectors.evaluate", "score word vectors on analogies and word pairs"),
    "align": ("alignment.align", "bring word vectors into the space of others"),
    "compare": ("alignment.compare", "list the words that have moved between two sets of vectors"),
    "convert": ("models.convert", "convert models and vectors from one file format to another"),
    "elmo": ("elmo.command", "train and use contextual embeddings (ELMo)"),
    "classify": ("downstream.classify", "train and use text classifiers"),
    "tag": ("downstream.tag", "train and use sequence taggers"),
    "info": ("models.info", "describe a file, or the configuration of this machine"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line.

    Parameters
    ----------
    argv : sequence of str or None, default None
        Arguments without the name of the program; None for those of the process.

    Returns
    -------
    int
        Exit code: 0 on success, 1 on failure, 2 for invalid usage, 130 if interrupted, 141 if the output pipe was
        closed, 143 if terminated.

    Examples
    --------
    >>> main(["info", "--json"])  # doctest: +SKIP
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    robust_output()
    parser = _Parser(
        prog="wordkin",
        description="Train word embeddings and language models on text, and query, evaluate and convert them.",
        epilog="`wordkin COMMAND --help` describes a command.",
    )
    try:
        with library_messages(), exits.termination_as_exception():
            status = _run(parser, arguments)
            flush_output()
            return status
    except exits.UsageError as error:
        report_message("error", str(error))
        return exits.USAGE
    except exits.Terminated as stop:
        report_message("error", str(stop) or "terminated")
        return exits.TERMINATED
    except KeyboardInterrupt as stop:
        report_message("error", str(stop) or "interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return exits.CLOSED_PIPE
    except exits.EXPECTED_ERRORS as error:
        report_message("error", with_flags(exits.error_text(error), command_parser(parser, arguments)))
        try:
            flush_output()
        except OSError:
            discard_output()
        return exits.FAILURE


def _run(parser: argparse.ArgumentParser, arguments: list[str]) -> int:
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    module = None
    for name, (module_name, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary)
        if arguments[:1] == [name]:
            module = import_module(f".{module_name}", __package__)
            module.configure(subparser)
    try:
        parsed = parser.parse_args(arguments, argparse.Namespace(arguments=arguments))
    except SystemExit:  # raised after --help
        return exits.SUCCESS
    if parsed.version:
        from .._version import __version__

        print(f"wordkin {__version__}")
        return exits.SUCCESS
    if module is None:
        parser.print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError("a command is required")
    status: int = module.run(parsed)
    return status


class _Parser(argparse.ArgumentParser):
    """Reports errors in one line and accepts no abbreviations, which would break when flags are added."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "allow_abbrev": False})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise exits.UsageError(f"{message}; see `{self.prog} --help`")
