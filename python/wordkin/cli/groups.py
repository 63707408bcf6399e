"""Groups of commands: ``wordkin elmo``, ``classify`` and ``tag``."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from . import exits
from .terminal import flush_output

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_group", "run_group"]


def add_group(parser: argparse.ArgumentParser) -> Subparsers:
    """Prepare the parser of a group for its commands.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the group.

    Returns
    -------
    subparsers action
        To which the commands are added.
    """
    parser.epilog = f"`{parser.prog} COMMAND --help` describes a command."
    parser.set_defaults(group_parser=parser)
    return parser.add_subparsers(dest="group_command", metavar="COMMAND", title="commands")


def run_group(args: argparse.Namespace, commands: Mapping[str, Callable[[argparse.Namespace], int]]) -> int:
    """Run the command of a group that was given.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.
    commands : mapping of str to callable
        The functions that run the commands.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    UsageError
        If no command was given; the help is printed.
    """
    if args.group_command is None:
        args.group_parser.print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError(f"{args.command}: a command is required")
    return commands[args.group_command](args)
