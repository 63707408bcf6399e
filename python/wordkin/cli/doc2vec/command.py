"""``wordkin doc2vec``: the group of commands for vectors of documents."""

from __future__ import annotations

import argparse

from ..groups import add_group, run_group
from ..parsers import add_examples
from . import infer, similar, train

__all__ = ["configure", "run"]

_COMMANDS = {
    "train": (train.configure, train.run, "train vectors of documents"),
    "infer": (infer.configure, infer.run, "print the vectors of new documents"),
    "similar": (similar.configure, similar.run, "print the documents most similar to others"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the commands of the group.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the group.
    """
    parser.description = "Train vectors of documents (Doc2Vec), infer those of new documents, and find similar ones."
    commands = add_group(parser)
    add_examples(parser, ("train on a text with one document per line", train.EXAMPLE))
    for name, (configure_command, _, summary) in _COMMANDS.items():
        configure_command(commands.add_parser(name, help=summary))


def run(args: argparse.Namespace) -> int:
    """Run the command of the group.

    Parameters
    ----------
    args : Namespace
        Parsed arguments.

    Returns
    -------
    int
        Exit code.
    """
    return run_group(args, {name: run_command for name, (_, run_command, _) in _COMMANDS.items()})
