"""The program ``wordkin``: finds and runs the command, and converts every outcome to an exit code."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Collection, Sequence
from importlib import import_module

from . import exits
from .advice import with_flags
from .messages import add_message_flags, message_options, messages, report_message
from .parsers import CommandParser, add_examples, command_parser, subcommands_of, take_later_words
from .streams import standard_streams
from .suggestions import check_command, check_flags
from .terminal import discard_output, flush_output, robust_output

__all__ = ["COMMANDS", "EXIT_CODES", "main", "program_parser"]

# Module and summary of each command. A module has `configure(parser)` and `run(args)`, which returns an exit code. Only
# the module of the command that is run is imported: the help of the program does not need NumPy.
COMMANDS = {
    "demo": ("word2vec.demo", "train word vectors on the documentation of Python, in seconds"),
    "train": ("word2vec.train", "train word vectors on text"),
    "vocab": ("word2vec.vocab", "count the words of a text"),
    "phrases": ("phrases.command", "find phrases in a text and join their words"),
    "similar": ("vectors.similar", "print the nearest neighbours of words"),
    "nn": ("vectors.nn", "ask for neighbours and analogies at a prompt or in a pipe"),
    "similarity": ("vectors.similarity", "print the similarity of pairs of words"),
    "vectors": ("vectors.export", "print or save the vectors of words or sentences"),
    "analogy": ("vectors.analogy", "answer analogies: a is to b as c is to what?"),
    "explore": ("vectors.explore", "write a page that shows word vectors in a browser"),
    "plot": ("vectors.plot", "draw words, or the training of a model, into a picture file"),
    "evaluate": ("vectors.evaluate", "score word vectors on analogies and word pairs"),
    "align": ("alignment.align", "bring word vectors into the space of others"),
    "merge": ("alignment.merge", "merge vectors that were trained apart on parts of a corpus"),
    "compare": ("alignment.compare", "list the words that have moved between two sets of vectors"),
    "convert": ("models.convert", "convert models and vectors from one file format to another"),
    "doc2vec": ("doc2vec.command", "train and use vectors of documents"),
    "elmo": ("elmo.command", "train and use contextual embeddings (ELMo)"),
    "classify": ("downstream.classify", "train and use text classifiers"),
    "tag": ("downstream.tag", "train and use sequence taggers"),
    "fasttext": ("fasttext.command", "use models of fastText: labels of texts, vectors of words"),
    "info": ("models.info", "describe a file, or the configuration of this machine"),
}


EXIT_CODES = {
    exits.SUCCESS: "success",
    exits.FAILURE: "failure: a file or its content, or a missing word",
    exits.USAGE: "invalid command line",
    exits.INTERRUPTED: "interrupted by Ctrl-C; training saves what it has first",
    exits.CLOSED_PIPE: "the program that reads the output has ended",
    exits.TERMINATED: "terminated; like Ctrl-C",
}
_SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


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
    with messages(message_options(arguments)):
        return _exit_code(arguments)


def _exit_code(arguments: list[str]) -> int:
    """Run a command line, and convert exceptions to messages and exit codes."""
    command = None
    try:
        with exits.termination_as_exception():
            parser = program_parser(arguments[:1])
            command = command_parser(parser, arguments)
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
        text = exits.error_text(error)
        report_message("error", text if command is None else with_flags(text, command))
        try:
            flush_output()
        except OSError:
            discard_output()
        return exits.FAILURE


def program_parser(configured: Collection[str] | None = None) -> CommandParser:
    """Return the parser of the program.

    Parameters
    ----------
    configured : collection of str or None, default None
        Commands whose arguments are added, which imports their modules; None for all.

    Returns
    -------
    CommandParser
        The parser.
    """
    parser = CommandParser(
        prog="wordkin",
        description="Train word embeddings and language models on text, and query, evaluate and convert them.",
        epilog="`wordkin COMMAND --help` describes a command. Exit codes: "
        + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items())
        + ".",
    )
    add_examples(
        parser,
        ("train word vectors on the documentation of Python, in seconds", "wordkin demo -o demo.safetensors"),
        ("train on your own text", "wordkin train novels/ -o novels.safetensors --tokenizer words --lowercase"),
        ("ask for neighbours of words", "wordkin nn novels.safetensors"),
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument(
        "--print-completion",
        choices=_SHELLS,
        metavar="SHELL",
        help=f"print a script that completes command lines in a shell ({', '.join(_SHELLS)}) and exit",
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (module_name, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary)
        if configured is None or name in configured:
            import_module(f".{module_name}", __package__).configure(subparser)
            for leaf in subcommands_of(subparser).values() or [subparser]:
                add_message_flags(leaf)
    return parser


def _run(parser: CommandParser, arguments: list[str]) -> int:
    if arguments and not arguments[0].startswith("-"):
        is_known = arguments[0] in COMMANDS
        check_command(arguments, parser if is_known else program_parser(), program_parser)
    check_flags(parser, arguments, program_parser)
    given = argparse.Namespace(
        arguments=arguments, messages=message_options(arguments), started=time.perf_counter(), version=False
    )
    try:
        parsed, extra = parser.parse_known_args(arguments, given)
    except SystemExit:  # raised after --help
        return exits.SUCCESS
    command = command_parser(parser, arguments)
    if extra := take_later_words(command, parsed, extra):
        command.error(f"unexpected argument {extra[0]}")
    if parsed.version:
        from .._version import __version__

        print(f"wordkin {__version__}")
        return exits.SUCCESS
    if parsed.print_completion is not None:
        from .completion import completion_script  # imports NumPy, which `--help` does not need

        print(completion_script(program_parser(), parsed.print_completion))
        return exits.SUCCESS
    if parsed.command is None:
        parser.print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError("a command is required")
    module = import_module(f".{COMMANDS[parsed.command][0]}", __package__)
    with standard_streams(parsed):
        status: int = module.run(parsed)
    return status
