"""Parsers of command lines: errors in one line with suggestions, and examples at the end of each help."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Sequence
from typing import Any, NoReturn

from .exits import UsageError

__all__ = ["CommandParser", "add_examples", "command_parser", "examples_of", "subcommands_of", "take_later_words"]

_HEADING = "examples:\n"
_FLAGS_IN_USAGE = 8
_NEGATIVE_NUMBER = re.compile(r"-\d+|-\d*\.\d+")


class CommandParser(argparse.ArgumentParser):
    """Reports errors in one line and accepts no abbreviations, which would break when flags are added.

    Parameters
    ----------
    **options
        Arguments of `argparse.ArgumentParser`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _HelpFormatter, **options, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` instead of ending the process.

        Parameters
        ----------
        message : str
            What is wrong.
        """
        raise UsageError(f"{message}; see `{self.prog} --help`")


class _HelpFormatter(argparse.HelpFormatter):
    """Keeps the lines of examples, which users copy, and does not list tens of flags in the usage."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        flags = [action for action in actions if action.option_strings and not action.required]
        if usage is None and len(flags) > _FLAGS_IN_USAGE:
            needed = [action for action in actions if action.required and action.option_strings]
            words = [f"{action.option_strings[0]} {action.metavar or action.dest.upper()}" for action in needed]
            for action in actions:
                if not action.option_strings:
                    words.append(self._format_args(action, self._get_default_metavar_for_positional(action)))
            usage = f"%(prog)s [flags] {' '.join(words)}"
        super().add_usage(usage, actions, groups, prefix)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        before, heading, examples = text.partition(_HEADING)
        filled = super()._fill_text(before, width, indent) + "\n\n" if before.strip() else ""
        if not heading:
            return filled.rstrip("\n")
        return filled + heading + textwrap.indent(examples, "  ")


def add_examples(parser: argparse.ArgumentParser, *examples: tuple[str, str]) -> None:
    """Add examples to the end of the help.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of a command.
    *examples : (str, str)
        What an example does, and its command line.
    """
    lines = "\n".join(f"# {purpose}\n{line}" for purpose, line in examples)
    before = f"{parser.epilog}\n\n" if parser.epilog else ""
    parser.epilog = f"{before}{_HEADING}{lines}"


def examples_of(parser: argparse.ArgumentParser) -> list[tuple[str, str]]:
    """Return the examples in the help of a command.

    Parameters
    ----------
    parser : ArgumentParser
        Its parser.

    Returns
    -------
    list of (str, str)
        What an example does, and its command line.
    """
    lines = (parser.epilog or "").partition(_HEADING)[2].splitlines()
    return [(purpose.removeprefix("# "), command) for purpose, command in zip(lines[::2], lines[1::2], strict=True)]


def subcommands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands of a program or group.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the program or group.

    Returns
    -------
    dict of str to ArgumentParser
        The parsers by name; empty for a command without subcommands.
    """
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def command_parser(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of the command that arguments name, such as ``elmo train``.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the program or of a command with subcommands.
    arguments : sequence of str
        The arguments.

    Returns
    -------
    ArgumentParser
        The parser.
    """
    chosen = subcommands_of(parser).get(arguments[0]) if arguments else None
    return parser if chosen is None else command_parser(chosen, arguments[1:])


def take_later_words(parser: argparse.ArgumentParser, parsed: argparse.Namespace, extra: Sequence[str]) -> list[str]:
    """Assign words that come after flags to arguments of a command that need not be given.

    argparse leaves them over, since it assigns no words to arguments such as ``[word ...]`` and ``[k]`` if a flag comes
    first: ``wordkin similar FILE --topn 3 cat``. Of arguments that take one word, those that are None are assigned.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the command.
    parsed : Namespace
        Parsed arguments, which are changed.
    extra : sequence of str
        Arguments that argparse has left over.

    Returns
    -------
    list of str
        Arguments that are still left over.
    """
    positional = [action for action in parser._actions if not action.option_strings]
    words = list(extra)
    if "--" in words:  # what follows are words, even with dashes
        words.remove("--")
    elif any(word.startswith("-") and word != "-" and not _NEGATIVE_NUMBER.fullmatch(word) for word in words):
        return words
    for action in positional:
        if words and action.nargs == argparse.OPTIONAL and getattr(parsed, action.dest) is None:
            setattr(parsed, action.dest, _converted(parser, action, words.pop(0)))
    if words and positional and positional[-1].nargs in (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE):
        last = positional[-1].dest
        setattr(parsed, last, [*(getattr(parsed, last) or []), *words])
        return []
    return words


def _converted(parser: argparse.ArgumentParser, action: argparse.Action, word: str) -> Any:
    convert = action.type if callable(action.type) else str
    try:
        return convert(word)
    except argparse.ArgumentTypeError as error:
        parser.error(f"argument {action.dest}: {error}")
    except ValueError:
        parser.error(f"argument {action.dest}: invalid {getattr(convert, '__name__', 'value')} value: {word!r}")
