"""``wordkin elmo``: the commands about language models."""

from __future__ import annotations

import argparse
import contextlib
from types import ModuleType
from typing import Any

from .. import exits
from ..terminal import flush_output
from . import encode as elmo_encode
from . import perplexity as elmo_perplexity
from . import substitutes as elmo_substitutes
from . import train as elmo_train

__all__ = ["add_parser", "run"]

_COMMANDS: dict[str, ModuleType] = {
    "train": elmo_train,
    "encode": elmo_encode,
    "perplexity": elmo_perplexity,
    "substitutes": elmo_substitutes,
}


def add_parser(subparsers: Any) -> None:
    """Describe the commands."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "elmo",
        help="train and use contextual embeddings (ELMo)",
        description="Train bidirectional language models on text, measure them, and use them.",
        epilog="`wordkin elmo COMMAND --help` tells the options of a command.",
    )
    parser.set_defaults(elmo_parser=parser)
    commands = parser.add_subparsers(dest="elmo_command", metavar="COMMAND", title="commands")
    for module in _COMMANDS.values():
        module.add_parser(commands)


def run(args: argparse.Namespace) -> int:
    """Run the command that is named."""
    if args.elmo_command is None:
        args.elmo_parser.print_help()
        with contextlib.suppress(OSError):
            flush_output()
        raise exits.UsageError("elmo: a command is needed")
    status: int = _COMMANDS[args.elmo_command].run(args)
    return status
