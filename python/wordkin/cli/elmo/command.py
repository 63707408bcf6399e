"""``wordkin elmo``: the group of commands about language models."""

from __future__ import annotations

import argparse

from ..groups import add_group, run_group
from ..parsers import add_examples
from . import encode, perplexity, substitutes, train

__all__ = ["configure", "run"]

_COMMANDS = {
    "train": (train, "train a language model on text"),
    "encode": (encode, "write the contextual embeddings of a text to a file"),
    "perplexity": (perplexity, "measure how well a language model predicts a text"),
    "substitutes": (substitutes, "print the most probable words for a position in a sentence"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the description and the commands of the group.

    Parameters
    ----------
    parser : ArgumentParser
        Parser of the group.
    """
    parser.description = "Train bidirectional language models (ELMo), evaluate them, and compute contextual embeddings."
    commands = add_group(parser)
    add_examples(
        parser,
        ("train a language model, then encode text with it", "wordkin elmo train corpus.txt -o model"),
    )
    for name, (module, summary) in _COMMANDS.items():
        module.configure(commands.add_parser(name, help=summary))


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
    return run_group(args, {name: module.run for name, (module, _) in _COMMANDS.items()})
